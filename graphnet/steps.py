"""The steps of a task, and about how long each takes, from the sizes of its data."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from graphnet.catalogue import INNER_FOLDS, find_model
from graphnet.config import TrainingSettings
from graphnet.evaluation.assessment import has_graph
from graphnet.evaluation.attribution import MOST_SUBJECTS, passes
from graphnet.evaluation.learning_curve import SHARES, curve_subjects
from graphnet.evaluation.model_selection import inner_settings
from graphnet.evaluation.nested_selection import grid
from graphnet.evaluation.recalibration import OWN_FOLDS
from graphnet.evaluation.validation import FoldsPlan
from graphnet.plan import ExperimentPlan
from graphnet.training.progress import (
    BASELINES,
    CALIBRATION,
    CHOOSING,
    COMPARING,
    EVALUATION,
    EXPLANATION,
    FOLD_BASELINES,
    FOLDS,
    FOLDS_NO_GRAPH,
    FOLDS_OTHER,
    FROM_SCRATCH,
    LEARNING_CURVE,
    NO_GRAPH,
    REPORT,
    SHARED,
    TRAINING,
    Step,
)
from graphnet.training.stacked import most_together, work

# Seconds on one core of a server's processor. Only their proportions matter for long: what is
# measured while a task runs replaces them.
STEP_SECONDS = 1e-3  # of a training, whatever its size
VALUE_SECONDS = 2e-8  # for each measure of a subject in an epoch
EDGE_SECONDS = {  # likewise for each pair of regions, of models that work on these
    "BNT": 6e-8,
    "BrainNetCNN": 1e-7,
    "GAT": 3e-7,
    "GIN": 5e-9,
    "TopK": 1.3e-7,
}
IMPORT_SECONDS = 0.9  # of scikit-learn, for the first baselines
BASELINES_SECONDS = 0.15  # of all at least; and for each pair of subjects, and measure of a pair
PAIR_SECONDS, PRODUCT_SECONDS = 2.2e-6, 2e-10
LEAST_EVALUATION, BOOTSTRAP_SECONDS = 0.05, 1.6e-4  # for each subject and method
SIMPLE = 3  # of the baselines, each of which takes about as long
METHODS = 6  # the model and its baselines
POOLED_METHODS = 4  # those that are fitted to the subjects of ancestors too
REPORT_SECONDS, FACT_SECONDS = 0.2, 1.5e-7  # the second for each measure of a subject
WITHOUT_SCORES = 0.65  # of the time of an epoch, where no split is scored after it


def expected_steps(
    plan: ExperimentPlan, device: torch.device, *, shared: bool = False
) -> list[Step]:
    """All steps of a task that is trained on ``device``, in their order.

    Args:
        plan: the task.
        device: to train on; fits are trained in stacks, as many at a time as it holds.
        shared: whether other workers do some of it, as its ``fan_out`` says.

    """
    return _Expected(plan, device, plan.evaluation.fan_out if shared else 1).steps()


@dataclass(frozen=True)
class _Expected:
    plan: ExperimentPlan
    device: torch.device
    workers: int

    def steps(self) -> list[Step]:
        evaluation, settings = self.plan.evaluation, self.plan.start.settings
        swept = self.plan.candidates
        seeds = 1 if swept else min(self.workers, settings.seeds)
        one = self._training(settings) / seeds
        steps = [Step(COMPARING, self._comparing(1), len(swept))] if swept else []
        steps.append(Step(TRAINING, one))
        if self.plan.has_no_graph_baseline:
            steps.append(Step(NO_GRAPH, one))
        if seeds > 1:
            steps.append(Step(SHARED, one / 4))
        if self.plan.has_scratch_model:
            steps.append(Step(FROM_SCRATCH, self._training(self.plan.scratch_settings)))
        everyone = sum(len(cohort) for cohort in self.plan.data.present().values())
        judged = self._evaluation(everyone)
        for folds in self.plan.fold_plans:
            if folds.folds:
                steps += [*self._folds(folds), Step(EVALUATION, self._evaluation(self._subjects))]
        steps += self._own_calibration()
        steps += self._learning_curve()
        if evaluation.baselines:
            fitted = self._baselines() + self._pooled()
            steps.append(Step(BASELINES, IMPORT_SECONDS + fitted + judged))
        else:
            steps.append(Step(EVALUATION, judged))
        if self.plan.explains:
            steps.append(Step(EXPLANATION, self._explanation()))
        facts = everyone * self._values * FACT_SECONDS
        return [*steps, Step(REPORT, judged / 3 + facts), Step(REPORT, REPORT_SECONDS)]

    @property
    def _subjects(self) -> int:
        return len(self.plan.data.train)

    @property
    def _values(self) -> int:
        """Measures of a subject."""
        train = self.plan.data.train
        return len(train.regions) * len(train.measures)

    def _pass(self, settings: TrainingSettings, subjects: int) -> float:
        """An epoch over so many subjects."""
        batches = -(-subjects // settings.batch_size)
        edges = len(self.plan.data.train.regions) ** 2 * EDGE_SECONDS.get(settings.model, 0.0)
        each = self._values * VALUE_SECONDS + edges
        return batches * STEP_SECONDS + subjects * settings.seeds * each

    def _training(self, settings: TrainingSettings) -> float:
        if find_model(settings.model).is_solved:
            return self._baselines() / SIMPLE
        return settings.epochs * self._pass(settings, self._subjects)

    def _fits(self, fits: int, settings: TrainingSettings) -> float:
        """So many fits, in stacks."""
        together = most_together(self.plan.data.train, settings, self.device)
        return WITHOUT_SCORES * self._training(settings) * work(fits, together)

    def _folds(self, folds: FoldsPlan) -> Sequence[Step]:
        """The folds of one kind: here, or in shards of which this worker does its part."""
        evaluation, settings = self.plan.evaluation, self.plan.start.settings
        workers = min(self.workers, len(folds.folds))
        count = -(-len(folds.folds) // workers)
        steps = []
        swept = self.plan.candidates
        if swept:
            steps.append(Step(COMPARING, self._comparing(count), len(swept)))
        if evaluation.nested:
            inherited = self.plan.fold_parent is not None
            steps.append(
                Step(CHOOSING, count * self._choosing(settings, inherited=inherited), count)
            )
        fits = self._fits(count, settings)
        steps.append(Step(FOLDS, fits, count))
        if folds.inner and not evaluation.nested and not swept:
            steps.append(Step(CALIBRATION, self._inner(folds, count, settings)))
        if evaluation.baselines:
            pooled = self._pooled() if self.plan.fold_ancestors else 0.0
            baselines = count * (self._baselines() + pooled)
            steps.append(Step(FOLD_BASELINES, baselines, count))
            if self.plan.fold_parent is None and has_graph(self.plan.start):
                steps.append(Step(FOLDS_NO_GRAPH, fits, count))
        steps += self._others(folds, count)
        if workers > 1:
            return [Step(SHARED, sum(step.seconds for step in steps))]
        return steps

    def _others(self, folds: FoldsPlan, count: int) -> list[Step]:
        """The same folds from another start, which a fine-tuning is compared with."""
        steps: list[Step] = []
        nested = self.plan.evaluation.nested
        for start in self.plan.other_starts().values():
            inherited = start.parent is not None
            if nested:
                choosing = self._choosing(start.settings, inherited=inherited)
                steps.append(Step(CHOOSING, count * choosing, count))
            steps.append(Step(FOLDS_OTHER, self._fits(count, start.settings), count))
            if folds.inner and not nested and not inherited:
                steps.append(Step(CALIBRATION, self._inner(folds, count, start.settings)))
        return steps

    def _choosing(self, settings: TrainingSettings, *, inherited: bool) -> float:
        """The inner fits of one fold."""
        inner = inner_settings(settings, inherited=inherited)
        candidates = grid(settings, len(self.plan.data.train.regions), inherited=inherited)
        return self._fits(INNER_FOLDS * len(candidates), inner)

    def _comparing(self, places: int) -> float:
        """All candidates of a sweep on the inner folds of so many outer ones.

        On another atlas as if a subject had as many measures as on the first, times their ratio.
        """
        fits = INNER_FOLDS * places
        return sum(
            self._fits(fits, inner_settings(candidate, inherited=False))
            * (len(arm.layout.regions) * len(arm.layout.measures) / self._values)
            for arm in self.plan.arms
            for candidate in arm.candidates
        )

    def _inner(self, folds: FoldsPlan, count: int, settings: TrainingSettings) -> float:
        """The inner fits of the first ``count`` folds; some serve several of these."""
        sizes = {
            inner.train.tobytes(): len(inner.train)
            for inner_folds in folds.some(0, count).inner
            for inner in inner_folds
        }
        share = sum(sizes.values()) / max(1, len(sizes)) / self._subjects
        return share * self._fits(len(sizes), settings)

    def _own_calibration(self) -> list[Step]:
        """Of the model itself, where no folds serve, and of one that is trained from scratch."""
        plan = self.plan
        by_folds = plan.folds_may_calibrate and any(
            fold_plan.folds for fold_plan in plan.fold_plans
        )
        if not plan.calibrates:
            return []
        trained = [] if plan.parent_saw_training or by_folds else [plan.start.settings]
        trained += [plan.scratch_settings] if plan.has_scratch_model else []
        share = (OWN_FOLDS - 1) / OWN_FOLDS
        return [Step(CALIBRATION, share * self._fits(OWN_FOLDS, fits)) for fits in trained]

    def _learning_curve(self) -> list[Step]:
        found = curve_subjects(self.plan)
        if found is None:
            return []
        fits = self._fits(len(found[1]), self.plan.start.settings)
        return [Step(LEARNING_CURVE, sum(SHARES) * fits)]

    def _baselines(self) -> float:
        return self._simple(self._subjects)

    def _pooled(self) -> float:
        """Those that are fitted to the subjects of ancestors too."""
        ancestors = self.plan.ancestors
        return self._simple(self._subjects + sum(map(len, ancestors))) if ancestors else 0.0

    def _simple(self, subjects: int) -> float:
        pairs = subjects**2
        return BASELINES_SECONDS + pairs * (PAIR_SECONDS + self._values * PRODUCT_SECONDS)

    def _evaluation(self, subjects: int) -> float:
        """Metrics of so many subjects, with those of all baselines."""
        methods = METHODS if self.plan.evaluation.baselines else 1
        methods += POOLED_METHODS if self.plan.ancestors else 0
        return LEAST_EVALUATION + methods * subjects * BOOTSTRAP_SECONDS

    def _explanation(self) -> float:
        settings = self.plan.start.settings
        subjects = min(len(self.plan.to_explain), MOST_SUBJECTS)
        folds = sum(len(folds.folds) for folds in self.plan.fold_plans)
        return sum(passes(self.plan.start, folds, subjects)) * self._pass(settings, subjects)
