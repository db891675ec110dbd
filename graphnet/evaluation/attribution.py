"""Which regions and measures a model's predictions come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from graphnet.artifacts.explanation import (
    Explanation,
    MeasureImportance,
    RandomisedCheck,
    RegionImportance,
)
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.stored_json import Json
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.clusters import count
from graphnet.evaluation.effects import (
    TOP,
    SignAgreement,
    SignedEffects,
    rank_correlation,
    stability,
)
from graphnet.preprocessing.pipeline import PreprocessedViews
from graphnet.training import memory
from graphnet.training.progress import Progress

STEPS = 32
OCCLUSION = 0.6  # of a pass of training, to occlude one region of all subjects
ROWS = 32  # subjects at a time
CACHE = 1 << 22  # bytes of measures at a time, all steps of a path included
MOST_SUBJECTS = 500
MOST_IN_STEPS = 100  # subjects by whom the folds' models are compared, where each takes many steps
VALUES_OF_A_PASS = 5000  # measures that are prepared for a model while it trains on a subject
RANDOMISED = 3  # copies with shuffled weights, to which the attributions are compared
RANDOM_SEED = 1_000_003  # of the first of them


@dataclass(frozen=True)
class Attribution:
    """What each region and measure adds to the score that was explained.

    ``mean`` (N, F): signed, the mean over subjects. ``size`` (N, F): the mean magnitude. ``slope``
    (N, F): by how much the score rises with one standard deviation of a measure, the mean gradient
    on the paths of all subjects, weighted by their squared distance from the training mean.
    ``by_subject`` (S, N): what each region adds to each subject's score. ``gap``: the mean distance
    between the sum of a subject's attributions and the score, 0 at best. ``steps``: of the
    integral, None where it is exact.
    """

    mean: FloatArray
    size: FloatArray
    slope: FloatArray
    by_subject: FloatArray
    gap: float
    steps: int | None

    @property
    def by_region(self) -> FloatArray:
        """Importance of the regions, (N,), summing to 1."""
        return _shares(self.size.sum(axis=1))

    @property
    def by_measure(self) -> FloatArray:
        """Importance of the measures, (F,), summing to 1."""
        return _shares(self.size.sum(axis=0))


def integrated_gradients(model: StoredModel, cohort: Cohort) -> Attribution:
    """Attribute by integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365).

    Exact where the net knows its mean gradient (:meth:`Net.mean_gradient`), else in 32 steps. The
    path starts at the training subjects' mean, which is 0 to the network; a graph made from a
    subject's own data stays as it is, and covariates that the model sees are at their mean.
    Explained is the logit of class 1 minus that of class 0; of more classes that of the most
    probable one minus the mean of all; or the scaled clinical score.
    Always the mean over replicas.

    Args:
        model: of N regions and F measures.
        cohort: S subjects, in the model's order of regions and measures.

    """
    return memory.halving(partial(_attributed, model.of_measures, cohort), _together(cohort))


def _together(cohort: Cohort) -> int:
    """How many subjects are explained at once."""
    path = 4 * STEPS * len(cohort.regions) * len(cohort.measures)
    return max(1, min(ROWS, CACHE // path))


def _attributed(model: StoredModel, cohort: Cohort, rows: int) -> Attribution:
    """The same, so many subjects at a time."""
    total = size = moved = square = np.zeros((len(cohort.regions), len(cohort.measures)))
    gaps: list[float] = []
    by_subject = []
    for x, added, whole in _attributions(model, cohort, rows):
        gaps += (added.sum(dim=(1, 2)) - whole).abs().tolist()
        total = total + added.sum(dim=0).double().numpy()
        size = size + added.abs().sum(dim=0).double().numpy()
        moved = moved + (x * added).sum(dim=0).double().numpy()
        square = square + (x * x).sum(dim=0).double().numpy()
        by_subject.append(added.sum(dim=2).double().numpy())
    return Attribution(
        mean=total / len(gaps),
        size=size / len(gaps),
        slope=np.divide(moved, square, out=np.zeros_like(moved), where=square > 0),
        by_subject=np.concatenate(by_subject),
        gap=float(np.mean(gaps)),
        steps=None if model.net.exact_integral else STEPS,
    )


def contributions(model: StoredModel, cohort: Cohort) -> FloatArray:
    """What each region adds to each subject's score by integrated gradients, (S, N)."""
    return memory.halving(partial(_contributed, model.of_measures, cohort), _together(cohort))


def _contributed(model: StoredModel, cohort: Cohort, rows: int) -> FloatArray:
    parts = [added.sum(dim=2) for _, added, _ in _attributions(model, cohort, rows)]
    return np.asarray(torch.cat(parts).double().numpy())


def _attributions(
    model: StoredModel, cohort: Cohort, rows: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Scaled measures, what each adds (B, N, F) and the whole (B,), ``rows`` subjects at a time."""
    for x, adjacency in _parts(model, cohort, rows):
        score = _Score(model, x, adjacency)
        with torch.no_grad():
            whole = score(x) - score(torch.zeros_like(x))
        yield x, score.exactly(x) if model.net.exact_integral else _in_steps(score, x), whole


def _in_steps(score: "_Score", x: Tensor) -> Tensor:
    """Integrated gradients (B, N, F) by the Gauss-Legendre quadrature."""
    from captum.attr import IntegratedGradients  # noqa: PLC0415 - slow to import

    added: Tensor = IntegratedGradients(score).attribute(x, n_steps=STEPS, internal_batch_size=None)
    return added.detach()


@torch.no_grad()
def occlusion(model: StoredModel, cohort: Cohort) -> FloatArray:
    """How far the score shifts when all measures of one region are set to the training mean.

    The mean magnitude over subjects, (N,), in units of the score (Zeiler & Fergus 2014,
    arXiv:1311.2901).
    """
    return memory.halving(partial(_moved, model.of_measures, cohort), _together(cohort))


def _moved(model: StoredModel, cohort: Cohort, rows: int) -> FloatArray:
    regions = len(cohort.regions)
    total, subjects = np.zeros(regions), 0
    keep = 1.0 - torch.eye(regions)[:, :, None]  # (N, N, 1): all regions but one
    for x, adjacency in _parts(model, cohort, rows):
        score = _Score(model, x, adjacency)
        full = score(x)
        for row in range(len(x)):
            without = score.of(row, x[row] * keep)  # (N,)
            total += (full[row] - without).abs().double().numpy()
        subjects += len(x)
    return total / subjects


@dataclass(frozen=True)
class Explained:
    """``explanation``: the most important regions, for a result. ``importance``: all, as JSON.

    ``importance`` has ``share``, ``direction`` and ``occlusion``, each (N,); ``contribution`` with
    ``low`` and ``high``, each (N,), where it can be computed; ``slope`` (N, F) of two classes or a
    score; ``agreement`` (N,) and ``slope_agreement`` (N, F) of the folds where there are some.
    """

    explanation: Explanation
    importance: Json


def explain(
    model: StoredModel,
    cohort: Cohort,
    folds: Sequence[StoredModel] = (),
    progress: Progress | None = None,
) -> Explained:
    """Which regions and measures the predictions come from.

    Args:
        model: to be explained.
        cohort: S subjects; of more than 500, evenly chosen ones are used, and of more than 100 to
            compare folds of a net whose integral is not exact.
        folds: models of the same task trained on other subjects. How far their rankings and signs
            agree says how far the ranking can be trusted.
        progress: of the task, in its step of explanation.

    """
    progress = progress or Progress()
    chosen = _evenly(cohort, MOST_SUBJECTS)
    compared = chosen if model.net.exact_integral else _evenly(cohort, MOST_IN_STEPS)
    spans = _spans(passes(model, len(folds), len(chosen)))
    with progress.part(*next(spans)):
        attribution = integrated_gradients(model, chosen)
    with progress.part(*next(spans)):
        shift = occlusion(model, chosen)
    with progress.part(*next(spans)):
        check = _randomised(model, compared, attribution)
    of_folds = []
    for fold, span in zip(folds, spans, strict=True):
        with progress.part(*span):
            of_folds.append(integrated_gradients(fold, compared))
    signed = _signed(model, chosen, attribution)
    agreement = signed.agreement([_signed(model, compared, fold) for fold in of_folds])
    explanation = Explanation(
        subjects=count(chosen.subjects, len(chosen)),
        gap=attribution.gap,
        regions=_most_important(cohort.regions, attribution, shift, signed, agreement),
        measures=[
            MeasureImportance(name, float(attribution.by_measure[place]))
            for place, name in enumerate(cohort.measures)
        ],
        steps=attribution.steps,
        agreement_of_methods=rank_correlation(attribution.by_region, shift),
        stability=stability([fold.by_region for fold in of_folds]),
        randomised=check,
    )
    importance = {
        "share": attribution.by_region,
        "direction": attribution.mean.sum(axis=1),
        "occlusion": shift,
        **signed.arrays(),
        **agreement.arrays(),
    }
    return Explained(explanation, {name: array.tolist() for name, array in importance.items()})


def _signed(model: StoredModel, cohort: Cohort, attribution: Attribution) -> SignedEffects:
    return SignedEffects.of(model, cohort, attribution.by_subject, attribution.slope)


def _spans(lengths: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Where each part begins and ends, as shares of the sum of their lengths."""
    done = [0.0, *accumulate(lengths)]
    return pairwise(share / done[-1] for share in done)


def _most_important(
    regions: Sequence[str],
    attribution: Attribution,
    shift: FloatArray,
    signed: SignedEffects,
    agreement: SignAgreement,
) -> list[RegionImportance]:
    def at(region: int, values: FloatArray | None) -> float | None:
        return None if values is None else float(values[region])

    share = attribution.by_region
    value, low, high = signed.contribution or (None, None, None)
    return [
        RegionImportance(
            regions[region],
            float(share[region]),
            float(attribution.mean[region].sum()),
            float(shift[region]),
            contribution=at(region, value),
            low=at(region, low),
            high=at(region, high),
            agreement=at(region, agreement.contribution),
        )
        for region in np.argsort(-share, kind="stable")[: 2 * TOP]
    ]


def _randomised(model: StoredModel, cohort: Cohort, explained: Attribution) -> RandomisedCheck:
    """Compare with copies of the network whose weights are shuffled within each tensor.

    An attribution that ranks regions alike whatever the weights are shows the data and the
    architecture, not what was learned (Adebayo et al. 2018, arXiv:1810.03292). Shuffled, and not
    initial, since some nets start with a readout of 0, which attributes nothing.
    """
    correlations = []
    for number in range(RANDOMISED):
        generator = torch.Generator().manual_seed(RANDOM_SEED + number)
        shuffled = {
            name: _shuffled(parameter, generator) for name, parameter in model.parameters.items()
        }
        other = integrated_gradients(replace(model, parameters=shuffled), cohort)
        correlations.append(rank_correlation(explained.by_region, other.by_region))
    computed = [value for value in correlations if value is not None]
    return RandomisedCheck(RANDOMISED, float(np.mean(computed)) if computed else None)


def _shuffled(parameter: Tensor, generator: torch.Generator) -> Tensor:
    """The values of each replica, (K, …), in another order."""
    rows = parameter.reshape(len(parameter), -1)
    order = torch.randperm(rows.shape[1], generator=generator)
    return rows[:, order].reshape(parameter.shape)


def _evenly(cohort: Cohort, most: int) -> Cohort:
    """All subjects, or so many at equal distances in their order."""
    count = min(len(cohort), most)
    return cohort.rows(np.linspace(0, len(cohort) - 1, count, dtype=np.int64))


def passes(model: StoredModel, folds: int, subjects: int) -> list[float]:
    """How much each part of an explanation is, in passes of training over so many subjects.

    The parts are the attribution, the occlusion, the comparison with random weights, and the
    attribution of each of so many folds.
    """
    regions, measures = len(model.layout.regions), len(model.layout.measures)
    attribution = regions * measures / VALUES_OF_A_PASS + 1
    compared = attribution
    if not model.net.exact_integral:
        attribution += STEPS - 1
        compared = attribution * min(1.0, MOST_IN_STEPS / subjects)
    return [attribution, OCCLUSION * regions, RANDOMISED * compared, *[compared] * folds]


class _Score:
    """The score that is explained, of subjects ``x`` (B, N, F) whose graphs are known.

    ``weights`` (B, C) say which sum of the class scores it is.
    """

    def __init__(self, model: StoredModel, x: Tensor, adjacency: Tensor) -> None:
        self.net, self.parameters = model.net, model.parameters
        self.adjacency = adjacency
        with torch.no_grad():
            self.weights = _weights(self._logits(x, adjacency))

    def __call__(self, x: Tensor) -> Tensor:
        """Scores (B,), or (steps · B,) of all steps of a path, the subjects of a step in turn."""
        times = len(x) // len(self.weights)
        shared = len(self.adjacency) == 1
        adjacency = self.adjacency if shared else self.adjacency.repeat(times, 1, 1)
        return (self._logits(x, adjacency) * self.weights.repeat(times, 1)).sum(dim=1)

    def of(self, row: int, x: Tensor) -> Tensor:
        """Scores (M,) of M variants of one subject."""
        adjacency = self.adjacency if len(self.adjacency) == 1 else self.adjacency[row : row + 1]
        return self._logits(x, adjacency) @ self.weights[row]

    @torch.no_grad()
    def exactly(self, x: Tensor) -> Tensor:
        """Integrated gradients (B, N, F) by the net's own mean gradient."""
        gradient = self.net.mean_gradient(
            self.parameters, x[None], self.adjacency[None], self.weights
        )
        return x * gradient.mean(dim=0)

    def _logits(self, x: Tensor, adjacency: Tensor) -> Tensor:
        inputs, graph = self.net.prepare(x[None], adjacency[None])
        return self.net.logits(self.parameters, inputs, graph).mean(dim=0)  # (B, C)


def _weights(logits: Tensor) -> Tensor:
    """Of class 1 minus class 0; of more the most probable minus the mean of all; of one itself."""
    if logits.shape[1] == 1:
        return torch.ones_like(logits)
    if logits.shape[1] == 2:
        return torch.tensor([-1.0, 1.0], dtype=logits.dtype).expand_as(logits)
    likeliest = functional.one_hot(logits.argmax(dim=1), logits.shape[1])
    return likeliest.to(logits.dtype) - 1 / logits.shape[1]


def _parts(model: StoredModel, cohort: Cohort, rows: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Scaled measures (B, N, F) and adjacencies (1 or B, N, N), ``rows`` at a time."""
    views = PreprocessedViews(cohort, [model.preprocessing])
    for first in range(0, len(cohort), rows):
        x, adjacency = views.part(slice(first, first + rows))
        yield x[0], adjacency[0]


def _shares(importance: FloatArray) -> FloatArray:
    total = importance.sum()
    return importance / total if total > 0 else importance
