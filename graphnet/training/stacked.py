"""Many fits at once: folds, repeats, seeds and settings on the replica axis."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel, log_probabilities, predictions
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.splits import Splits
from graphnet.errors import TrainingError
from graphnet.evaluation.calibration import Calibration
from graphnet.preprocessing.pipeline import PreprocessedViews
from graphnet.training import memory
from graphnet.training.callbacks import Callback
from graphnet.training.history import History
from graphnet.training.initialisation import frozen, initialise, moments, replicas, seeds
from graphnet.training.inputs import ModelInputs, class_scores
from graphnet.training.loop import Plan, Training
from graphnet.training.progress import Progress
from graphnet.training.solved import SolvedTraining

log = logging.getLogger(__name__)

TOGETHER = 0.3  # of the time of one training, for each that is trained along with it
BUDGET = 1 << 30  # bytes of inputs of one stack
STEP = 1 << 18  # bytes of measures in a step that a processor's cache holds


@dataclass(frozen=True)
class FitSpec:
    """One model to be trained on some ``rows`` of a cohort.

    Fits that are trained together may differ in learning rate, weight decay, seed, density, and in
    what is fitted before the network; others are trained one kind after the other.
    """

    rows: IntArray
    settings: TrainingSettings


Pair = tuple[StoredModel, FitSpec]  # a model before its first epoch


@dataclass(frozen=True)
class FitResult:
    """A trained model and what it predicts for every subject of the cohort, (S, C) or (S, 1).

    ``log_probabilities`` (S, C) are those before any calibration; None of a clinical score.
    """

    model: StoredModel
    predicted: FloatArray
    log_probabilities: FloatArray | None = None

    def calibrated(self, calibration: Calibration | None) -> "FitResult":
        """The same with calibrated probabilities; unchanged where there is no calibration."""
        if calibration is None or self.log_probabilities is None:
            return self
        return FitResult(
            replace(self.model, calibration=calibration),
            calibration.apply(self.log_probabilities),
            self.log_probabilities,
        )


@memory.translate_oom
def fit_all(
    cohort: Cohort,
    specs: Sequence[FitSpec],
    classes: tuple[int, ...],
    *,
    device: torch.device,
    parent: StoredModel | None = None,
    starts: Sequence[StoredModel] | None = None,
    callback: Callback | None = None,
) -> list[FitResult]:
    """Train all fits, as many at once as memory allows.

    Args:
        cohort: S subjects; each model predicts all of them in the end.
        specs: the fits, each with its rows of the cohort.
        classes: the labels, ascending; () of a clinical score.
        device: to train on.
        parent: the model that each starts from; None: from scratch.
        starts: each before its first epoch, where that is known already.
        callback: follows the trainings.

    Raises:
        CohortError, SettingsError: rows that a fit cannot be trained on.
        TrainingError: a loss that is no longer finite, or a single fit that is too large.

    """
    starts = starts or [_start(cohort, spec, classes, parent) for spec in specs]
    callback = callback or Callback()
    alike: dict[TrainingSettings, list[int]] = {}
    for place, spec in enumerate(specs):
        alike.setdefault(_stackable(spec.settings), []).append(place)
    if len(alike) == 1:
        return _fit_alike(cohort, specs, starts, device, callback)
    results: dict[int, FitResult] = {}
    efforts = [len(places) * settings.epochs for settings, places in alike.items()]
    shares = pairwise(effort / sum(efforts) for effort in accumulate(efforts, initial=0))
    for (begin, end), places in zip(shares, alike.values(), strict=True):
        own = [specs[place] for place in places], [starts[place] for place in places]
        with callback.progress.part(begin, end):
            fits = _fit_alike(cohort, *own, device, callback)
        results |= dict(zip(places, fits, strict=True))
    return [results[place] for place in range(len(specs))]


def _stackable(settings: TrainingSettings) -> TrainingSettings:
    """What fits that are trained together have in common."""
    return replace(settings, learning_rate=1.0, weight_decay=0.0, density=1.0, seed=0)


def _fit_alike(
    cohort: Cohort,
    specs: Sequence[FitSpec],
    starts: Sequence[StoredModel],
    device: torch.device,
    callback: Callback,
) -> list[FitResult]:
    """Train fits of one network and one kind of graph."""
    together = most_together(cohort, specs[0].settings, device)
    pairs = list(zip(starts, specs, strict=True))
    results: list[FitResult] = []
    train = partial(_stack, cohort, device=device, callback=callback)
    done = 0.0
    while pairs:
        stack = pairs[:together]
        each = (1 - done) / work(len(pairs), together)
        span = Span(done, each, len(results))
        fits = memory.halving(partial(_first, train, stack, callback.progress, span), len(stack))
        done = span.end(len(fits))
        if len(fits) < len(stack):
            together = len(fits)
            callback.on_out_of_memory()
            log.warning("%s is out of memory: training %d models at a time", device, together)
        results += fits
        pairs = pairs[len(fits) :]
    return results


def work(fits: int, together: int) -> float:
    """How long so many fits take, relative to one, where at most so many are trained at once."""
    whole, rest = divmod(fits, together)
    stacks = [together] * whole + [rest] * bool(rest)
    return sum(1 + TOGETHER * (size - 1) for size in stacks)


@dataclass(frozen=True)
class Span:
    """Where a stack stands in the work of all fits.

    It begins at the share ``begin``; a single fit is the share ``each``; ``before`` come before it.
    """

    begin: float
    each: float
    before: int

    def end(self, fits: int) -> float:
        """Where a stack of so many fits ends."""
        return min(1.0, self.begin + self.each * work(fits, fits))

    def folds(self, fits: int) -> tuple[int, int]:
        """The first and last of so many fits, from 1 on."""
        return self.before + 1, self.before + fits


def most_together(cohort: Cohort, settings: TrainingSettings, device: torch.device) -> int:
    """How many fits are trained at once: as many as memory holds, and a step as a CPU's cache does.

    On a CPU one after the other is faster than a stack that has to fetch everything from memory.
    """
    subject = 4 * len(cohort.regions) * len(cohort.measures) * settings.seeds
    most = BUDGET // (2 * subject * len(cohort))
    if device.type == "cpu":
        most = min(most, STEP // (subject * settings.batch_size))
    return max(1, most)


def _first(
    train: Callable[[Sequence[Pair]], list[FitResult]],
    pairs: Sequence[Pair],
    progress: Progress,
    span: Span,
    count: int,
) -> list[FitResult]:
    """The first ``count`` of these, together."""
    with progress.part(span.begin, span.end(count), span.folds(count)):
        return train(pairs[:count])


def _start(
    cohort: Cohort, spec: FitSpec, classes: tuple[int, ...], parent: StoredModel | None
) -> StoredModel:
    if parent is not None:
        return replace(parent, settings=spec.settings, calibration=None)
    return initialise(cohort.rows(spec.rows), spec.settings, classes)


def _stack(
    cohort: Cohort,
    pairs: Sequence[Pair],
    device: torch.device,
    callback: Callback,
) -> list[FitResult]:
    models = [model for model, _ in pairs]
    inputs = _inputs(cohort, models, device)
    parameters = {
        name: torch.cat([model.parameters[name] for model in models]).to(device)
        for name in models[0].parameters
    }
    training = _kind(models[0])(
        models[0].net,
        parameters,
        inputs,
        models[0].settings,
        _plan(pairs, cohort),
        frozen=frozen(models[0]),
        moments=_stacked([moments(model) for model in models]),
        divisible=len(pairs) > 1,
    )
    for _ in callback.follow(training):
        pass
    best = training.result()
    with torch.no_grad():
        outputs = class_scores(models[0].net, best, inputs).cpu()
    return list(_split(models, best, outputs))


def _kind(model: StoredModel) -> type[Training]:
    return SolvedTraining if model.net.is_solved else Training


def _inputs(cohort: Cohort, models: Sequence[StoredModel], device: torch.device) -> ModelInputs:
    """Each model's own view of the cohort; its replicas share it."""
    net = models[0].net
    views = PreprocessedViews(cohort, [model.preprocessing for model in models])
    counts = torch.tensor([replicas(model) for model in models])
    view = torch.repeat_interleave(torch.arange(len(models)), counts)
    targets = torch.stack([model.targets(cohort) for model in models])[view]
    return ModelInputs.of(net, views, targets.to(device), view.to(device))


def _stacked(moments: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([one[name] for one in moments]) for name in moments[0]}


def _plan(pairs: Sequence[Pair], cohort: Cohort) -> Plan:
    """One entry per replica."""
    entries = [
        (seed, torch.from_numpy(spec.rows), spec.settings)
        for model, spec in pairs
        for seed in seeds(model.settings)
    ]
    return Plan(
        seeds=[seed for seed, _, _ in entries],
        members=[rows for _, rows, _ in entries],
        rates=[settings.learning_rate for _, _, settings in entries],
        decays=[settings.weight_decay for _, _, settings in entries],
        persons=cohort.persons,
    )


def _split(
    models: Sequence[StoredModel], best: dict[str, Tensor], outputs: Tensor
) -> Iterator[FitResult]:
    first = 0
    for model in models:
        replica = slice(first, first + replicas(model))
        parameters = {name: tensor[replica].detach().cpu() for name, tensor in best.items()}
        trained = replace(model, parameters=parameters)
        own = outputs[replica]
        logs = None if model.scale is not None else log_probabilities(own)
        yield FitResult(trained, predictions(own, model.scale), logs)
        first = replica.stop


@dataclass(frozen=True)
class MonitoredFit:
    """A model trained by itself, the history of its epochs, and the epoch that was kept."""

    model: StoredModel
    history: History
    epoch: int


@memory.translate_oom
def fit_monitored(
    model: StoredModel,
    data: Splits,
    *,
    device: torch.device,
    callback: Callback | None = None,
) -> MonitoredFit:
    """Train ``model`` further on the training subjects, scoring every split after each epoch.

    The epoch is chosen by the loss on the validation subjects, unless they are in another split
    too, or the optimum is computed.

    Raises:
        TrainingError: a loss that is no longer finite, or too little memory; its ``kept`` is the
            model before that.

    """
    inputs = {split: model.prepare(cohort, device) for split, cohort in data.present().items()}
    training = _kind(model)(
        model.net,
        {name: tensor.to(device) for name, tensor in model.parameters.items()},
        inputs["train"],
        model.settings,
        Plan(seeds=seeds(model.settings), persons=data.train.persons),
        monitored=inputs,
        select="val" if data.may_select and not model.net.is_solved else None,
        frozen=frozen(model),
        moments=moments(model),
    )
    try:
        _follow(callback or Callback(), training)
    except TrainingError as error:
        if training.history:
            error.kept = _best(model, training)
        raise
    optimiser = {name: tensor.detach().cpu() for name, tensor in training.moments().items()}
    trained = replace(_best(model, training), moments=optimiser)
    return MonitoredFit(trained, History(tuple(training.history)), int(training.best_epoch[0]))


@memory.translate_oom
def _follow(callback: Callback, training: Training) -> None:
    for _ in callback.follow(training):
        pass


def _best(model: StoredModel, training: Training) -> StoredModel:
    """``model`` with the best parameters so far."""
    best = {name: tensor.detach().cpu() for name, tensor in training.result().items()}
    return replace(model, parameters=best)
