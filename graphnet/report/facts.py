"""What a report can rely on: a task, its result, and what was stored beside it, where it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphnet.artifacts.evidence import CohortSummary, Evidence, LineageStep, ManifestFacts
from graphnet.artifacts.manifest import lineage
from graphnet.artifacts.metrics import WITHIN_SITES, Estimate, FoldsResult, SplitMetrics
from graphnet.artifacts.predictions import Effects
from graphnet.artifacts.result import LEAVE_SITE_OUT, TaskResult
from graphnet.artifacts.stored_json import Json, as_mapping
from graphnet.catalogue import ModelCard, find_model, uses_graph
from graphnet.config import EVALUATION, SETTINGS, Evaluation, TrainingSettings
from graphnet.data.class_names import Names, called
from graphnet.data.identifiers import match_ids
from graphnet.errors import SettingsError
from graphnet.evaluation.headline import by_leakage, leading, seen_in_training
from graphnet.messages import Message
from graphnet.names import class_name


@dataclass(frozen=True)
class Facts:
    """A view on what is stored of one task.

    ``task`` is as the API shows it. ``evidence`` are the stored predictions
    (:mod:`graphnet.artifacts.predictions`), ``glass_brain`` an SVG document, ``manifest`` that of
    the model; each is None where it was not stored or is lost.
    """

    task: Json
    evidence: Json | None
    glass_brain: str | None
    manifest: Json | None

    @cached_property
    def result(self) -> TaskResult:
        """The task's result; an empty one of a task that has none."""
        return TaskResult.from_json(self.task.get("task_result"))

    @property
    def config(self) -> Json:
        """The form's fields."""
        return as_mapping(self.task.get("task_config"))

    @property
    def param_set(self) -> Json:
        """The settings that the form gave."""
        return as_mapping(self.config.get("param_set"))

    @cached_property
    def predictions(self) -> Evidence | None:
        """The evidence, read; None where there is none."""
        return None if self.evidence is None else Evidence.from_json(self.evidence)

    @cached_property
    def model(self) -> ManifestFacts:
        """The manifest, read; an empty one where there is none."""
        return ManifestFacts.from_json(self.manifest)

    @cached_property
    def settings(self) -> TrainingSettings:
        """What the model was trained with: as stored, else by the form."""
        stored = self.model.settings
        settings = {name: value for name, value in stored.items() if name in SETTINGS}
        try:
            return TrainingSettings(**settings) if settings else self._by_form()
        except (SettingsError, TypeError):
            return self._by_form()

    @cached_property
    def evaluation(self) -> Evaluation:
        """How the model was evaluated, by the form."""
        try:
            return Evaluation(**{k: v for k, v in self.param_set.items() if k in EVALUATION})
        except (SettingsError, TypeError):
            return Evaluation()

    @property
    def card(self) -> ModelCard:
        """The model's name, sentence and paper."""
        return find_model(self.settings.model)

    @property
    def penalty(self) -> float | None:
        """The C that inner folds chose for a solved model; None where nothing is stored of it."""
        return next(iter(self.model.penalty), None)

    @property
    def is_regression(self) -> bool:
        """Whether a clinical score is predicted; the form of a fine-tuning does not say so."""
        of_scores = self.predictions is not None and self.predictions.target == "score"
        return of_scores or self.settings.label == "score"

    @property
    def classes(self) -> Sequence[int]:
        """The C classes, 0 and 1 where they are not stored; () of a clinical score."""
        if self.is_regression:
            return ()
        return self.stored.classes or self.result.classes or (0, 1)

    @property
    def stored(self) -> Evidence | ManifestFacts:
        """What says of which classes, regions and measures: the evidence, else the manifest."""
        return self.predictions or self.model

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return len(self.classes) == 2

    @cached_property
    def class_names(self) -> Names:
        """The word for each class, as far as it was stored."""
        own = {} if self.predictions is None else self.predictions.class_names
        return own or self.model.class_names or self.result.class_names

    @property
    def class_titles(self) -> list[str]:
        """The classes by their names, else by their numbers."""
        return [called(self.class_names, int(label)) for label in self.classes]

    def class_label(self, label: int | str) -> Message:
        """A class within a sentence."""
        return class_name(self.class_names, int(label))

    @property
    def positive_label(self) -> Message:
        """What a region of direction above 0 is evidence for."""
        if self.is_regression:
            return Message("report.higher-score")
        if self.is_binary:
            return self.class_label(self.classes[1])
        return Message("report.likeliest-class")

    @property
    def fine_tuned(self) -> bool:
        """Whether training began with another task's model."""
        return self.task.get("task_type") == "dl_ft"

    @cached_property
    def metrics(self) -> dict[str, SplitMetrics]:
        """Metrics by split, the fairest first; only of splits that have some."""
        splits = by_leakage(self.result, self.evidence)
        return {split: self.result.measured[split] for split in splits}

    @property
    def headline(self) -> str:
        """The split that says most about new subjects; "" where there are no metrics.

        One with subjects seen in training only where there is no other.
        """
        return next(iter(self.metrics), "")

    @property
    def headline_metrics(self) -> SplitMetrics | None:
        """Those of :attr:`headline`."""
        return self.metrics.get(self.headline)

    def leading(self, metrics: SplitMetrics | None) -> str:
        """The name of what metrics are judged by: an AUC, R² of a clinical score."""
        found = None if metrics is None else leading(metrics)
        return found or ("r2" if self.is_regression else "auc")

    @property
    def within_sites(self) -> bool:
        """Whether the AUC of left-out sites is a mean of theirs, beside that of all together."""
        metrics = self.metrics.get(LEAVE_SITE_OUT)
        return metrics is not None and self.leading(metrics) == WITHIN_SITES

    @property
    def leads_with_pooled_folds(self) -> bool:
        """Whether the headline's figure ranks subjects of several folds, hence models, together."""
        within = self.leading(self.headline_metrics) == WITHIN_SITES
        return self.headline in self.validated and not within

    def difference(self, method: str) -> Estimate:
        """The paired difference to a method by the headline's metric, on its subjects."""
        metric = self.leading(self.headline_metrics)
        return self.result.difference(self.headline, method, metric)

    def seen_in_training(self, split: str) -> int:
        """How many subjects of a split the model was trained on; 0 where that is not stored."""
        return seen_in_training(self.result, self.evidence).get(split) or 0

    @property
    def repeats(self) -> int:
        """How often the subjects of the headline were predicted."""
        return 1 if self.headline_metrics is None else self.headline_metrics.repeats

    @property
    def repeated(self) -> bool:
        """Whether subjects of folds were predicted more than once."""
        return any((folds.repeats or 1) > 1 for folds in self.validated.values())

    @property
    def uses_graph(self) -> bool:
        """Whether edges decide what the model predicts."""
        return uses_graph(self.settings.model) and self.settings.graph != "none"

    @property
    def epoch_chosen(self) -> bool:
        """Whether validation subjects chose the epoch: only those in no other split do."""
        if self.card.is_solved:
            return False
        predictions = self.predictions
        if predictions is None:
            return self.result.selected_epoch not in (None, len(self.result.history))
        train, val, test = (predictions.of(split).ids for split in ("train", "val", "test"))
        return bool(val) and not match_ids(val, train).pairs and not match_ids(val, test).pairs

    @property
    def validated(self) -> dict[str, FoldsResult]:
        """Each kind of folds that gave metrics."""
        folds = self.result.cross_validation
        return {kind: outcome for kind, outcome in folds.items() if kind in self.metrics}

    @property
    def cohorts(self) -> Mapping[str, CohortSummary]:
        """The subjects of each split; {} where it was not stored."""
        return {} if self.predictions is None else self.predictions.cohorts

    @property
    def effects(self) -> Effects | None:
        """Effect sizes by region and measure; None where an older version stored none."""
        return None if self.predictions is None else self.predictions.effects

    @property
    def lineage(self) -> list[LineageStep]:
        """The tasks behind the model, the first ancestor first; [] where no manifest says so."""
        task_id = self.task.get("task_id")
        steps = [] if self.manifest is None else lineage(self.manifest, task_id)
        return list(map(LineageStep.from_json, steps))

    @property
    def missing(self) -> list[Message]:
        """What cannot be shown, and why."""
        missing = []
        if self.evidence is None:
            missing.append(Message("report.no-predictions"))
        if self.manifest is None:
            missing.append(Message("report.no-model"))
        return missing

    def _by_form(self) -> TrainingSettings:
        """By the form, of a sweep with the settings of its best candidate, which was trained."""
        named = self.config.get("model") or ""
        name = (named[0] if named else "") if isinstance(named, list) else str(named)
        settings = {k: v for k, v in self.param_set.items() if k in SETTINGS and k != "model"}
        best = {} if self.result.sweep is None else dict(self.result.sweep.best_settings)
        name = str(best.pop("model", name))
        try:
            return TrainingSettings.for_model(name, **{**settings, **best})
        except (SettingsError, TypeError):
            return TrainingSettings()
