"""Many fits at once: folds, repeats, seeds and settings on the replica axis."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel, predictions
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.splits import Splits
from graphnet.errors import TrainingError
from graphnet.preprocessing.pipeline import PreprocessedViews
from graphnet.training import memory
from graphnet.training.callbacks import Callback
from graphnet.training.initialisation import frozen, initialise, moments, replicas, seeds
from graphnet.training.inputs import ModelInputs, class_scores
from graphnet.training.loop import Plan, Training

log = logging.getLogger(__name__)

BUDGET = 1 << 30  # bytes of inputs of one stack
GROUPS = {"train": "Train", "val": "Val", "test": "Test"}


@dataclass(frozen=True)
class FitSpec:
    """One model to be trained on some ``rows`` of a cohort.

    Fits that are trained together may differ in learning rate, weight decay, seed, and in what
    is done before the net.
    """

    rows: IntArray
    settings: TrainingSettings


@dataclass(frozen=True)
class FitResult:
    """A trained model and what it predicts for every subject of the cohort, (S, C) or (S, 1)."""

    model: StoredModel
    predicted: FloatArray


@memory.translate_oom
def fit_all(
    cohort: Cohort,
    fits: Sequence[FitSpec],
    classes: tuple[int, ...],
    *,
    device: torch.device,
    parent: StoredModel | None = None,
    journal: Callback | None = None,
) -> list[FitResult]:
    """Train every fit; as many at once as fit into memory.

    Each starts anew, or from ``parent``.

    Raises:
        CohortError, SettingsError: rows that a fit cannot be trained on.
        TrainingError: a loss that is no longer a number, or one fit alone is too large.

    """
    starts = [_start(cohort, fit, classes, parent) for fit in fits]
    bytes_each = 8 * cohort.features.size * fits[0].settings.seeds
    together = max(1, BUDGET // bytes_each)
    pairs = list(zip(starts, fits, strict=True))
    found: list[FitResult] = []
    along = journal or Callback()
    while pairs:
        part = pairs[:together]
        work = partial(_first, cohort, part, device, along)
        fitted = memory.halving(work, len(part))
        if len(fitted) < len(part):
            together = len(fitted)
            along.out_of_memory()
            log.warning("out of memory on %s: training %d models at a time", device, together)
        found += fitted
        pairs = pairs[len(fitted) :]
    return found


def _first(
    cohort: Cohort,
    pairs: Sequence[tuple[StoredModel, FitSpec]],
    device: torch.device,
    journal: Callback,
    count: int,
) -> list[FitResult]:
    """The first ``count`` of these, together."""
    return _stack(cohort, pairs[:count], device, journal)


def _start(
    cohort: Cohort, fit: FitSpec, classes: tuple[int, ...], parent: StoredModel | None
) -> StoredModel:
    if parent is not None:
        return replace(parent, settings=fit.settings)
    return initialise(cohort.rows(fit.rows), fit.settings, classes)


def _stack(
    cohort: Cohort,
    pairs: Sequence[tuple[StoredModel, FitSpec]],
    device: torch.device,
    journal: Callback,
) -> list[FitResult]:
    models = [model for model, _ in pairs]
    prepared = _prepared(cohort, models, device)
    parameters = {
        name: torch.cat([model.parameters[name] for model in models]).to(device)
        for name in models[0].parameters
    }
    training = Training(
        models[0].net,
        parameters,
        prepared,
        models[0].settings,
        _plan(pairs),
        frozen=frozen(models[0]),
        moments=_stacked([moments(model) for model in models]),
        divisible=len(pairs) > 1,
    )
    for _ in journal.follow(training):
        pass
    best = training.result()
    with torch.no_grad():
        outputs = class_scores(models[0].net, best, prepared).cpu()
    return list(_split(models, best, outputs))


def _prepared(cohort: Cohort, models: Sequence[StoredModel], device: torch.device) -> ModelInputs:
    """Each model's own view of the cohort; K replicas of it share it."""
    net = models[0].net
    views = PreprocessedViews(cohort, [model.preprocessing for model in models])
    counts = torch.tensor([replicas(model) for model in models])
    view = torch.repeat_interleave(torch.arange(len(models)), counts)
    targets = torch.stack([model.targets(cohort) for model in models])[view]
    return ModelInputs.of(net, views, targets.to(device), view.to(device))


def _stacked(each: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([one[name] for one in each]) for name in each[0]}


def _plan(pairs: Sequence[tuple[StoredModel, FitSpec]]) -> Plan:
    """One entry a replica."""
    each = [
        (seed, torch.from_numpy(fit.rows), fit.settings)
        for model, fit in pairs
        for seed in seeds(model.settings)
    ]
    return Plan(
        seeds=[seed for seed, _, _ in each],
        members=[rows for _, rows, _ in each],
        rates=[settings.learning_rate for _, _, settings in each],
        decays=[settings.weight_decay for _, _, settings in each],
    )


def _split(
    models: Sequence[StoredModel], best: dict[str, Tensor], outputs: Tensor
) -> Iterator[FitResult]:
    done = 0
    for model in models:
        part = slice(done, done + replicas(model))
        own = {name: tensor[part].detach().cpu() for name, tensor in best.items()}
        yield FitResult(replace(model, parameters=own), predictions(outputs[part], model.scale))
        done = part.stop


@dataclass(frozen=True)
class MonitoredFit:
    """A model trained by itself, the lines of its epochs and the epoch that was kept."""

    model: StoredModel
    lines: list[str]
    epoch: int


@memory.translate_oom
def fit_monitored(
    model: StoredModel,
    data: Splits,
    *,
    device: torch.device,
    journal: Callback | None = None,
) -> MonitoredFit:
    """Train ``model`` further on the training subjects, scoring every split after each epoch.

    The epoch is chosen by the loss on the validation subjects, where those stand nowhere else.

    Raises:
        TrainingError: a loss that is no longer a number, or too little memory; ``kept`` is the
            model before that.

    """
    groups = {
        GROUPS[name]: model.prepare(cohort, device) for name, cohort in data.present().items()
    }
    training = Training(
        model.net,
        {name: tensor.to(device) for name, tensor in model.parameters.items()},
        groups["Train"],
        model.settings,
        Plan(seeds=seeds(model.settings)),
        watched=groups,
        select="Val" if data.may_select else None,
        frozen=frozen(model),
        moments=moments(model),
    )
    try:
        _follow(journal or Callback(), training)
    except TrainingError as error:
        if training.lines:
            error.kept = _kept(model, training)
        raise
    kept = {name: tensor.detach().cpu() for name, tensor in training.moments().items()}
    trained = replace(_kept(model, training), moments=kept)
    return MonitoredFit(trained, training.lines, int(training.best_epoch[0]))


@memory.translate_oom
def _follow(journal: Callback, training: Training) -> None:
    for _ in journal.follow(training):
        pass


def _kept(model: StoredModel, training: Training) -> StoredModel:
    """``model`` with the best parameters so far."""
    best = {name: tensor.detach().cpu() for name, tensor in training.result().items()}
    return replace(model, parameters=best)
