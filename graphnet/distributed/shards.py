"""A task's work in parts, for as many workers: some of its folds, or some of its seeds.

Everybody who knows the form and the data cuts the work alike, so a part is known by its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.distributed.serialisation import (
    Seeds,
    pack_folds,
    pack_seeds,
    unpack_folds,
    unpack_seeds,
)
from graphnet.errors import GraphnetError, ModelError, TrainingError
from graphnet.evaluation.cross_validation import CrossValidation, cross_validate
from graphnet.evaluation.validation import FoldsPlan
from graphnet.plan import ExperimentPlan
from graphnet.training.callbacks import Callback
from graphnet.training.initialisation import initialise, replicas
from graphnet.training.loop import Training
from graphnet.training.stacked import MonitoredFit, fit_monitored

SEEDS = "seeds"


@dataclass(frozen=True)
class Shard:
    """From ``first`` up to but not ``last``: folds of one kind, or replicas of the model."""

    kind: str
    first: int
    last: int


class Sharing(Protocol):
    """Has parts done by others."""

    def announce(self, count: int) -> None:
        """Have the parts 1 to ``count`` done; again, if they were announced before: nothing."""

    def gather(self, numbers: Sequence[int]) -> list[bytes]:
        """What :func:`do` gave for each, once all are done.

        Raises:
            GraphnetError: a part that could not be done, with its sentence.

        """


@dataclass(frozen=True)
class TrainedModels:
    """The model itself, and its twin without a graph or the ``reason`` why there is none."""

    own: MonitoredFit
    twin: StoredModel | None = None
    reason: str = ""


def shards(work: ExperimentPlan) -> list[Shard]:
    """What others may do of the work; empty where ``fan_out`` is 1 or there is nothing to share.

    FoldsPlan are cut into up to ``fan_out`` parts. So are the seeds, but whoever has the task trains
    the first of these himself, and shows its curve.
    """
    most = work.asked.fan_out
    found = [Shard(SEEDS, *span) for span in _spans(replicas(work.start), most)[1:]]
    for plan in work.plans:
        spans = _spans(len(plan.folds), most)
        if len(spans) > 1:
            found += [Shard(plan.kind, *span) for span in spans]
    return found


def own(work: ExperimentPlan) -> Shard:
    """The seeds that are trained by whoever has the task."""
    return Shard(SEEDS, *_spans(replicas(work.start), work.asked.fan_out)[0])


def whole_shard(work: ExperimentPlan) -> Shard:
    """All seeds: what is trained by whoever shares nothing."""
    return Shard(SEEDS, 0, replicas(work.start))


def run_shard(
    work: ExperimentPlan, number: int, *, device: torch.device, journal: Callback
) -> bytes:
    """Do the part of this number, from 1 on. Raises GraphnetError."""
    part = shards(work)[number - 1]
    if part.kind == SEEDS:
        trained = train(work, part, device=device, journal=journal)
        return pack_seeds(Seeds(trained.own.model, trained.twin, trained.reason))
    plan = next(each for each in work.plans if each.kind == part.kind)
    some = replace(plan, folds=plan.folds[part.first : part.last])
    found = cross_validate_folds(work, some, device=device, journal=journal)
    return pack_folds(found if work.asked.explain else replace(found, models=()))


def train(
    work: ExperimentPlan, part: Shard, *, device: torch.device, journal: Callback
) -> TrainedModels:
    """Train these replicas of the model, and of its twin. Raises TrainingError."""
    found = train_alone(work, part, device=device, journal=journal)
    if not work.has_twin:
        return TrainedModels(found)
    settings = replace(work.start.settings, graph="none")
    edgeless = initialise(work.data.train, settings, work.start.classes)
    try:
        twin = fit_monitored(_some(edgeless, part), work.data, device=device, journal=journal)
    except TrainingError as error:
        return TrainedModels(found, reason=str(error))
    return TrainedModels(found, twin.model)


def train_alone(
    work: ExperimentPlan, part: Shard, *, device: torch.device, journal: Callback
) -> MonitoredFit:
    """Train these replicas of the model alone. Raises TrainingError."""
    return fit_monitored(_some(work.start, part), work.data, device=device, journal=journal)


def cross_validate_folds(
    work: ExperimentPlan, plan: FoldsPlan, *, device: torch.device, journal: Callback
) -> CrossValidation:
    """Train and test on folds. Raises GraphnetError."""
    return cross_validate(
        work.data.train,
        work.start.settings,
        plan.folds,
        work.start.classes,
        device=device,
        nested=work.asked.nested,
        baselines=work.asked.baselines,
        parent=work.fold_parent,
        journal=journal,
    )


@dataclass(frozen=True)
class Coordinator:
    """Does the work of a task: its own part here, the others' through ``sharing``."""

    work: ExperimentPlan
    device: torch.device
    journal: Callback
    sharing: Sharing | None = None

    def announce(self) -> None:
        """Have others begin."""
        if self.sharing is not None and (found := shards(self.work)):
            self.sharing.announce(len(found))

    def trained(self) -> TrainedModels:
        """The model with all its replicas.

        Raises:
            TrainingError: a loss that is no longer a number, here or in another's part; ``kept``
                is what was sound.

        """
        mine = whole_shard(self.work) if self.sharing is None else own(self.work)
        trained = train(self.work, mine, device=self.device, journal=self.journal)
        try:
            others = [unpack_seeds(content) for content in self._gathered(SEEDS)]
        except GraphnetError as error:
            failed = TrainingError(*error.sentences)
            failed.kept = trained.own.model
            raise failed from error
        if not others:
            return trained
        model = _joined([trained.own.model, *(each.model for each in others)])
        twins = [trained.twin, *(each.twin for each in others)]
        present = [twin for twin in twins if twin is not None]
        reasons = [trained.reason, *(each.reason for each in others)]
        return TrainedModels(
            replace(trained.own, model=model),
            _joined(present) if len(present) == len(twins) else None,
            next((reason for reason in reasons if reason), ""),
        )

    def judged(self, plan: FoldsPlan) -> CrossValidation:
        """What the folds of one kind give. Raises GraphnetError."""
        others = self._gathered(plan.kind)
        if others:
            return unpack_folds(others, plan.folds)
        return cross_validate_folds(self.work, plan, device=self.device, journal=self.journal)

    def _gathered(self, kind: str) -> list[bytes]:
        if self.sharing is None:
            return []
        known = enumerate(shards(self.work), start=1)
        numbers = [number for number, part in known if part.kind == kind]
        return self.sharing.gather(numbers) if numbers else []


def _spans(items: int, most: int) -> list[tuple[int, int]]:
    """Cut into at most so many stretches, as even as can be."""
    count = min(items, most)
    bounds = [items * number // count for number in range(count + 1)] if count else []
    return list(pairwise(bounds))


def _some(model: StoredModel, part: Shard) -> StoredModel:
    """A model of some of the replicas."""
    chosen = slice(part.first, part.last)
    settings = replace(
        model.settings, seed=model.settings.seed + part.first, seeds=part.last - part.first
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
    every = sum(model.settings.seeds for model in models)
    return replace(
        first,
        settings=replace(first.settings, seeds=every),
        parameters={
            name: torch.cat([model.parameters[name] for model in models])
            for name in first.parameters
        },
        moments={
            name: torch.cat([model.moments[name] for model in models]) for name in first.moments
        },
    )


def model_at(
    work: ExperimentPlan, state: Mapping[str, Tensor], *, shared: bool = False
) -> MonitoredFit:
    """The model with the best parameters that ``state``, of its own training, holds.

    Of a task that was ``shared``, the replicas that its own worker trained.

    Raises:
        GraphnetError: a state of another training.

    """
    settings = work.start.settings
    done = replace(settings, epochs=int(state["epoch"]))
    until = replace(work, start=replace(work.start, settings=done))
    mine = own(work) if shared else whole_shard(work)
    found = train_alone(until, mine, device=torch.device("cpu"), journal=_Reading(state))
    asked = replace(found.model.settings, epochs=settings.epochs)
    return replace(found, model=replace(found.model, settings=asked))


class _Reading(Callback):
    """Gives back one state, and refuses to train beyond it."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._state = state

    def kept(self, stage: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        return self._state

    def began(self, training: Training) -> None:
        if training.epoch != int(self._state["epoch"]):
            raise ModelError("The checkpoint is of another training.")
