"""A task's work in shards, for several workers: some of its folds, or some of its seeds.

Whoever knows the form and the data cuts the work alike, so a shard is known by its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.distributed.serialisation import (
    Replicas,
    pack_folds,
    pack_replicas,
    unpack_folds,
    unpack_replicas,
)
from graphnet.errors import GraphnetError, ModelError, TrainingError
from graphnet.evaluation.cross_validation import CrossValidation, cross_validate
from graphnet.evaluation.validation import FoldsPlan
from graphnet.messages import Message
from graphnet.plan import ExperimentPlan
from graphnet.training.callbacks import Callback
from graphnet.training.initialisation import replicas, without_graph
from graphnet.training.loop import Training
from graphnet.training.memory import kept_heap
from graphnet.training.progress import FROM_SCRATCH, NO_GRAPH, SHARED, TRAINING
from graphnet.training.stacked import MonitoredFit, fit_monitored

SEEDS = "seeds"


@dataclass(frozen=True)
class Shard:
    """From ``first`` up to but not ``last``: folds of one kind, or replicas of the model."""

    kind: str
    first: int
    last: int


class Sharing(Protocol):
    """Has shards run by other workers."""

    def dispatch(self, count: int) -> None:
        """Have the shards 1 to ``count`` run; nothing, if they were dispatched before."""

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        """What :func:`run_shard` gave for each, once all are done.

        Raises:
            GraphnetError: a shard failed, with its message.

        """


@dataclass(frozen=True)
class TrainedModels:
    """The model itself, and the same network without its graph, or why there is none.

    ``scratch`` is that of a fine-tuning without its parent, or ``scratch_reason`` says why not.
    """

    fit: MonitoredFit
    no_graph: StoredModel | None = None
    no_graph_reason: Message | None = None
    scratch: StoredModel | None = None
    scratch_reason: Message | None = None
    scratch_epoch: int = 0


def shards(plan: ExperimentPlan) -> list[Shard]:
    """What other workers may do; empty where ``fan_out`` is 1 or there is nothing to share.

    Folds are cut into up to ``fan_out`` shards. So are the seeds, but the worker that has the task
    trains the first of these itself, and shows its curve; of a sweep, whose model is known only
    after the candidates were compared, it trains all.
    """
    most = plan.evaluation.fan_out
    cut = [Shard(SEEDS, *span) for span in _seed_spans(plan)[1:]]
    for folds in plan.fold_plans:
        spans = _spans(len(folds.folds), most)
        if len(spans) > 1:
            cut += [Shard(folds.kind, *span) for span in spans]
    return cut


def own_shard(plan: ExperimentPlan) -> Shard:
    """The seeds that the worker that has the task trains itself."""
    return Shard(SEEDS, *_seed_spans(plan)[0])


def _seed_spans(plan: ExperimentPlan) -> list[tuple[int, int]]:
    most = 1 if plan.candidates else plan.evaluation.fan_out
    return _spans(replicas(plan.start), most)


def _whole_shard(plan: ExperimentPlan) -> Shard:
    """All seeds, where nothing is shared."""
    return Shard(SEEDS, 0, replicas(plan.start))


@kept_heap()
def run_shard(
    plan: ExperimentPlan, number: int, *, device: torch.device, callback: Callback
) -> bytes:
    """Run the shard of this number, from 1 on. Raises GraphnetError."""
    shard = shards(plan)[number - 1]
    if shard.kind == SEEDS:
        trained = train(plan, shard, device=device, callback=callback)
        return pack_replicas(Replicas(trained.fit.model, trained.no_graph, trained.no_graph_reason))
    folds = next(one for one in plan.fold_plans if one.kind == shard.kind)
    some = folds.some(shard.first, shard.last)
    result = _cross_validate_folds(plan, some, device=device, callback=callback)
    return pack_folds(result if plan.evaluation.explain else replace(result, models=()))


def train(
    plan: ExperimentPlan, shard: Shard, *, device: torch.device, callback: Callback
) -> TrainedModels:
    """Train these replicas, and those without the graph if called for. Raises TrainingError."""
    with callback.progress.step(TRAINING):
        fit = _train_alone(plan, shard, device=device, callback=callback)
    callback.on_model(partial(_with_lineage, plan, fit))
    if not plan.has_no_graph_baseline:
        return TrainedModels(fit)
    start = _some(without_graph(plan.start), shard)
    try:
        with callback.progress.step(NO_GRAPH):
            no_graph = fit_monitored(start, plan.data, device=device, callback=callback)
    except TrainingError as error:
        return TrainedModels(fit, no_graph_reason=error.messages[0])
    return TrainedModels(fit, no_graph.model)


def _with_lineage(plan: ExperimentPlan, fit: MonitoredFit) -> StoredModel:
    """The trained model, whose manifest says what it was trained on."""
    facts = {**plan.lineage_facts({}), "selected_epoch": fit.epoch}
    return replace(fit.model, facts=facts)


def _train_alone(
    plan: ExperimentPlan, shard: Shard, *, device: torch.device, callback: Callback
) -> MonitoredFit:
    """Train these replicas of the model alone. Raises TrainingError."""
    return fit_monitored(_some(plan.start, shard), plan.data, device=device, callback=callback)


def _cross_validate_folds(
    plan: ExperimentPlan, folds: FoldsPlan, *, device: torch.device, callback: Callback
) -> CrossValidation:
    """Train and test on folds. Raises GraphnetError."""
    # Of several atlases, whichever: all have these subjects, with these classes.
    return cross_validate(
        plan.data.train,
        plan.start.settings,
        folds.folds,
        plan.start.classes,
        device=device,
        nested=plan.evaluation.nested,
        arms=plan.arms,
        baselines=plan.evaluation.baselines,
        parent=plan.fold_parent,
        ancestors=plan.fold_ancestors,
        others=plan.other_starts(),
        inner=folds.inner,
        callback=callback,
    )


@dataclass(frozen=True)
class Coordinator:
    """Does the work of a task: its own shard here, the others through ``sharing``."""

    plan: ExperimentPlan
    device: torch.device
    callback: Callback
    sharing: Sharing | None = None

    def dispatch(self) -> None:
        """Have other workers begin."""
        if self.sharing is not None and (cut := shards(self.plan)):
            self.sharing.dispatch(len(cut))

    def train(self) -> TrainedModels:
        """The model with all its replicas.

        Raises:
            TrainingError: a loss that is no longer finite, here or in another shard; its ``kept``
                is the model before that.

        """
        trained = self._trained()
        if not self.plan.has_scratch_model:
            return trained
        try:
            start = self.plan.scratch_start()
            with self.callback.progress.step(FROM_SCRATCH):
                fit = fit_monitored(
                    start, self.plan.data, device=self.device, callback=self.callback
                )
        except GraphnetError as error:
            return replace(trained, scratch_reason=error.messages[0])
        return replace(trained, scratch=fit.model, scratch_epoch=fit.epoch)

    def _trained(self) -> TrainedModels:
        mine = _whole_shard(self.plan) if self.sharing is None else own_shard(self.plan)
        trained = train(self.plan, mine, device=self.device, callback=self.callback)
        try:
            others = [unpack_replicas(content) for content in self._gathered(SEEDS)]
        except GraphnetError as error:
            failed = TrainingError(*error.messages)
            failed.kept = trained.fit.model
            raise failed from error
        if not others:
            return trained
        model = _joined([trained.fit.model, *(other.model for other in others)])
        no_graph = [trained.no_graph, *(other.no_graph for other in others)]
        present = [one for one in no_graph if one is not None]
        reasons = [trained.no_graph_reason, *(other.no_graph_reason for other in others)]
        return TrainedModels(
            replace(trained.fit, model=model),
            _joined(present) if len(present) == len(no_graph) else None,
            next((reason for reason in reasons if reason is not None), None),
        )

    def cross_validate(self, folds: FoldsPlan) -> CrossValidation:
        """What the folds of one kind give. Raises GraphnetError."""
        others = self._gathered(folds.kind)
        if others:
            return unpack_folds(others, folds.folds)
        return _cross_validate_folds(self.plan, folds, device=self.device, callback=self.callback)

    def _gathered(self, kind: str) -> list[bytes]:
        if self.sharing is None:
            return []
        numbered = enumerate(shards(self.plan), start=1)
        numbers = [number for number, shard in numbered if shard.kind == kind]
        if not numbers:
            return []
        with self.callback.progress.step(SHARED):
            return self.sharing.gather(numbers)


def _spans(items: int, most: int) -> list[tuple[int, int]]:
    """Cut into at most so many spans of nearly equal length."""
    count = min(items, most)
    bounds = [items * number // count for number in range(count + 1)] if count else []
    return list(pairwise(bounds))


def _some(model: StoredModel, shard: Shard) -> StoredModel:
    """A model of some of the replicas."""
    chosen = slice(shard.first, shard.last)
    settings = replace(
        model.settings, seed=model.settings.seed + shard.first, seeds=shard.last - shard.first
    )
    return replace(
        model,
        settings=settings,
        parameters={name: tensor[chosen] for name, tensor in model.parameters.items()},
        moments={name: tensor[chosen] for name, tensor in model.moments.items()},
    )


def _joined(models: Sequence[StoredModel]) -> StoredModel:
    """One model of all their replicas, in this order."""
    first = models[0]
    count = sum(model.settings.seeds for model in models)
    return replace(
        first,
        settings=replace(first.settings, seeds=count),
        parameters={
            name: torch.cat([model.parameters[name] for model in models])
            for name in first.parameters
        },
        moments={
            name: torch.cat([model.moments[name] for model in models]) for name in first.moments
        },
    )


def model_at(
    plan: ExperimentPlan, state: Mapping[str, Tensor], *, shared: bool = False
) -> MonitoredFit:
    """The model with the best parameters that ``state``, of its own training, holds.

    Of a task that was ``shared``, the replicas that its own worker trained.

    Raises:
        GraphnetError: a state of another training.

    """
    settings = plan.start.settings
    done = replace(settings, epochs=int(state["epoch"]))
    until = replace(plan, start=replace(plan.start, settings=done))
    mine = own_shard(plan) if shared else _whole_shard(plan)
    fit = _train_alone(until, mine, device=torch.device("cpu"), callback=_Restoring(state))
    asked = replace(fit.model.settings, epochs=settings.epochs)
    return replace(fit, model=replace(fit.model, settings=asked))


class _Restoring(Callback):
    """Gives back one state, and refuses to train beyond it."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._state = state

    def load_state(self, index: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        return self._state

    def on_train_begin(self, training: Training) -> None:
        if training.epoch != int(self._state["epoch"]):
            raise ModelError(Message("model.checkpoint-of-other-training"))
