"""When does a graph help? SGN minus the same net without its graph, on the same subjects.

``python -m bench.graph_helps``: simulated cohorts whose best possible AUC is known
(``bench/simulated.py``), with the effect in regions, in the edges between them, or in both; cohorts
without an effect, which say how often the comparison finds a difference that is none; and the
real cohorts, with the graphs that there are. ``--only simulated``, ``null``, or ``real`` runs a
part, and ``--json`` ends with a line for programs. No graph is chosen: each has its row.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy import stats

from bench.science import connectomes, freesurfer, selected, site
from bench.simulated import Maps, Study
from graphnet.artifacts.metrics import Estimate
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.evaluation.baselines import fit_baselines
from graphnet.evaluation.cross_validation import pooled
from graphnet.evaluation.folds import Fold, stratified
from graphnet.evaluation.intervals import proportion
from graphnet.evaluation.resampling import auc, fold_widening, paired_difference
from graphnet.preprocessing.scaling import Scaler
from graphnet.training.initialisation import initialise, without_graph
from graphnet.training.stacked import FitResult, FitSpec, fit_all

CPU, CLASSES = torch.device("cpu"), (0, 1)
SIZES = (60, 120, 480)
TESTED = 300  # new subjects per simulated training
POINTS = 30  # Fisher's z then varies by 0.19 between subjects, about as in real cohorts
MEASURES = 4
SCATTERED = tuple(range(0, 20, 5))  # regions, of all networks
SIMPLE = ("logistic_regression", "svm_rbf")
# Of a test with a level of 0.05 and a power of 0.8.
POWER = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))
NULL_SUBJECTS, NULL_FOLDS = 120, 5

# Effects with which the likelihood ratio reaches an AUC of 0.75, and of 0.95.
WEAK_AND_STRONG = {
    "regions of one network": (0.369, 0.901),
    "scattered regions": (0.185, 0.45),
    "edges of measures": (0.18, 0.47),
    "edges of series": (0.061, 0.16),
}
LEVELS = ("weak", "strong")


@dataclass(frozen=True)
class Case:
    """Where an effect is, what is known of each subject, and which graph is tried."""

    name: str
    studies: tuple[Study, Study]  # with the weak effect, with the strong one
    settings: TrainingSettings


@dataclass(frozen=True)
class Simulated:
    """Mean AUC over trainings: with and without the graph, and of the simple methods."""

    case: str
    graph: str
    effect: str
    best: float
    subjects: int
    with_graph: float
    without: float
    difference: Estimate
    simple: Mapping[str, float]

    def line(self) -> str:
        """For the terminal, and a row of the table."""
        simple = " | ".join(f"{value:.3f}" for value in self.simple.values())
        return (
            f"| {self.case} | {self.graph} | {self.effect} | {self.best:.2f} | {self.subjects} | "
            f"{self.with_graph:.3f} | {self.without:.3f} | {shown(self.difference)} | {simple} |"
        )


@dataclass(frozen=True)
class Measured:
    """The same on a real cohort by folds, and how many subjects would show the difference."""

    cohort: str
    subjects: int
    graph: str
    with_graph: float
    without: float
    difference: Estimate

    @property
    def smallest(self) -> float:
        """The difference that so many subjects show with a power of 0.8."""
        return POWER * standard_error(self.difference)

    @property
    def needed(self) -> float:
        """The subjects who would show the difference found with this power, if it is the true one.

        The variance of a difference is taken to fall as the number of subjects grows.
        """
        found = abs(self.difference.value or 0.0)
        return math.inf if found == 0 else self.subjects * (self.smallest / found) ** 2

    def line(self) -> str:
        """For the terminal, and a row of the table."""
        needed = f"{self.needed:,.0f}" if self.needed < 1e6 else "over a million"
        return (
            f"| {self.cohort} | {self.graph} | {self.with_graph:.3f} | {self.without:.3f} | "
            f"{shown(self.difference)} | {self.smallest:.3f} | {needed} |"
        )


@dataclass(frozen=True)
class Null:
    """In how many cohorts without an effect the interval of the difference left out 0."""

    kind: str
    cohorts: int
    excluded: int
    spread: float

    def line(self) -> str:
        """For the terminal."""
        share = proportion(self.excluded, self.cohorts)
        return (
            f"| {self.kind} | {self.excluded} of {self.cohorts} | "
            f"[{share.low:.3f}, {share.high:.3f}] | {self.spread:.4f} |"
        )


def shown(estimate: Estimate) -> str:
    """A difference and its interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "unknown"
    return f"{estimate.value:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"


def standard_error(estimate: Estimate) -> float:
    """By the width of the 95 % interval; NaN where there is none."""
    if estimate.low is None or estimate.high is None:
        return math.nan
    return float((estimate.high - estimate.low) / (2 * stats.norm.ppf(0.975)))


def cases() -> Iterator[Case]:
    """Every place of an effect with every graph that could show it."""

    def of_measures(effect: str, **other: Any) -> tuple[Maps, Maps]:
        weak, strong = (Maps(MEASURES, size, **other) for size in WEAK_AND_STRONG[effect])
        return weak, strong

    def linked(effect: str, count: int) -> tuple[Maps, Maps]:
        weak, strong = (Maps(count, edge_effect=size) for size in WEAK_AND_STRONG[effect])
        return weak, strong

    shared = TrainingSettings.for_model("SGN")
    alike = replace(shared, graph="similarity")
    own = replace(shared, graph="connectome")
    rows = TrainingSettings.for_connectomes("SGN")
    network = of_measures("regions of one network")
    edges, series = linked("edges of measures", MEASURES), linked("edges of series", POINTS)
    both = tuple(
        replace(one, edge_effect=other.edge_effect)
        for one, other in zip(network, edges, strict=True)
    )
    measures_only = {
        "measures: a network": network,
        "measures: scattered regions": of_measures("scattered regions", affected=SCATTERED),
        "measures: edges": edges,
        "measures: both": both,
    }
    for name, maps in measures_only.items():
        studies = Study(maps[0]), Study(maps[1])
        yield Case(name, studies, shared)
        if maps == edges:
            yield Case(name, studies, alike)
    plain = Study(None, series[0]), Study(None, series[1])
    yield Case("connectome: edges", plain, rows)
    yield Case("connectome: edges", plain, replace(rows, graph="connectome"))
    no_effect = Maps(MEASURES), Maps(POINTS)
    for name, pairs in {
        "measures and connectome: a network": [(each, no_effect[1]) for each in network],
        "measures and connectome: edges": [(no_effect[0], each) for each in series],
        "measures and connectome: both": list(zip(network, series, strict=True)),
    }.items():
        weak, strong = (Study(*pair) for pair in pairs)
        yield Case(name, (weak, strong), own)
        if "edges" in name:
            reads_edges = TrainingSettings.for_model("BNT", graph="connectome")
            yield Case(name, (weak, strong), reads_edges)


def simulate(case: Case, level: int, subjects: int, trainings: int, best: float) -> Simulated:
    """Train on so many subjects, several times, and test each time on new ones."""
    size = subjects + TESTED
    random = np.random.default_rng([level, subjects, *case.name.encode()])
    cohort = case.studies[level].cohort(trainings * size, random)
    pairs = [
        np.split(np.arange(first, first + size), [subjects])
        for first in range(0, trainings * size, size)
    ]
    settings = [replace(case.settings, seed=seed) for seed in range(trainings)]
    fits, without = fitted(cohort, [train for train, _ in pairs], settings)
    ours, plain = (
        np.array(
            [
                auc(cohort.labels[test] == 1, fit.predicted[test, 1])
                for (_, test), fit in zip(pairs, each, strict=True)
            ]
        )
        for each in (fits, without)
    )
    simple = [simple_aucs(cohort, fit, *pair) for pair, fit in zip(pairs, fits, strict=True)]
    return Simulated(
        *(case.name, f"{case.settings.model}, {case.settings.graph}", LEVELS[level], best),
        subjects,
        float(ours.mean()),
        float(plain.mean()),
        mean_interval(ours - plain),
        {name: float(np.mean([each[name] for each in simple])) for name in SIMPLE},
    )


def fitted(
    cohort: Cohort, train: Sequence[IntArray], settings: Sequence[TrainingSettings]
) -> tuple[list[FitResult], list[FitResult]]:
    """The nets trained on these rows, and the same without their graph."""
    specs = [FitSpec(rows, each) for rows, each in zip(train, settings, strict=True)]
    starts = [initialise(cohort.rows(spec.rows), spec.settings, CLASSES) for spec in specs]
    bare = [without_graph(start) for start in starts]
    bare_specs = [
        FitSpec(spec.rows, start.settings) for spec, start in zip(specs, bare, strict=True)
    ]
    return (
        fit_all(cohort, specs, CLASSES, device=CPU, starts=starts),
        fit_all(cohort, bare_specs, CLASSES, device=CPU, starts=bare),
    )


def simple_aucs(
    cohort: Cohort, fit: FitResult, train: IntArray, test: IntArray
) -> dict[str, float]:
    """AUC of the simple methods on all that the net sees: measures, and edges beside them."""
    labels = cohort.labels
    x = {
        name: all_inputs(cohort.rows(rows), cohort.rows(train), fit)
        for name, rows in (("train", train), ("test", test))
    }
    found = fit_baselines(x["train"], labels[train], {"test": x["test"]}, 2)
    return {name: auc(labels[test] == 1, found[name].predicted["test"][:, 1]) for name in SIMPLE}


def all_inputs(cohort: Cohort, train: Cohort, fit: FitResult) -> np.typing.NDArray[np.float32]:
    """The scaled measures, and where the connectome is none of them its scaled edges, (S, P)."""
    measures = fit.model.preprocessing.flat(cohort)
    if cohort.connectomes is None or train.connectomes is None or cohort.layout.is_connectome:
        return measures
    upper = np.triu_indices(len(cohort.regions), 1)
    scaler = Scaler.fit(train.connectomes[:, *upper][:, None])
    edges = scaler.transform(cohort.connectomes[:, *upper][:, None])
    return np.hstack([measures, edges[:, 0]])


def mean_interval(values: FloatArray) -> Estimate:
    """The mean of independent trainings with Student's interval."""
    mean, error = float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)


def by_folds(
    cohort: Cohort, settings: TrainingSettings, folds: Sequence[Fold], *, bare: bool = False
) -> FloatArray:
    """Out-of-fold predictions (1, S, C) before any calibration; ``bare``: without the graph."""
    specs = [FitSpec(fold.train, settings) for fold in folds]
    starts = [initialise(cohort.rows(spec.rows), settings, cohort.classes) for spec in specs]
    if bare:
        starts = [without_graph(start) for start in starts]
        specs = [replace(spec, settings=starts[0].settings) for spec in specs]
    fits = fit_all(cohort, specs, cohort.classes, device=CPU, starts=starts)
    tested = [fit.predicted[fold.test] for fold, fit in zip(folds, fits, strict=True)]
    return pooled(folds, tested, len(cohort))


def difference(labels: IntArray, ours: FloatArray, theirs: FloatArray, folds: int) -> Estimate:
    """Of AUC, as a task's result has it: paired, and widened for what folds share."""
    found: Estimate = paired_difference(labels, ours, theirs)["auc"]
    return found.widened(fold_widening(folds))


def cut(cohort: Cohort, folds: int) -> tuple[Fold, ...]:
    """The folds that a task would cut."""
    return stratified(cohort.labels, cohort.persons, folds=folds, repeats=1, seed=0)


def null(kind: str, study: Study, settings: TrainingSettings, cohorts: int) -> Null:
    """Cohorts whose classes do not differ, each by folds."""
    differences = []
    for number in range(cohorts):
        cohort = study.cohort(NULL_SUBJECTS, np.random.default_rng([number, 1]))
        folds = cut(cohort, NULL_FOLDS)
        plain, ours = (by_folds(cohort, settings, folds, bare=bare) for bare in (True, False))
        differences.append(difference(cohort.labels, ours, plain, NULL_FOLDS))
    values = [each.value for each in differences if each.value is not None]
    return Null(kind, cohorts, sum(bool(each.sign) for each in differences), float(np.std(values)))


Choices = Sequence[Mapping[str, Any]]
OF_MEASURES: Choices = (
    *({"graph": "covariance", "density": density} for density in (0.05, 0.1, 0.3)),
    {"graph": "knn"},
    {"graph": "mst"},
    {"graph": "similarity"},
    {"graph": "full"},
)
OF_CONNECTOMES: Choices = (
    {"graph": "covariance"},
    {"graph": "group_connectome"},
    {"graph": "connectome"},
    {"graph": "connectome", "density": 1.0, "sign": "signed"},
    {"graph": "partial"},
)


def real() -> Iterator[Measured]:
    """Each real cohort by ten folds, with each graph."""
    everyone = selected(connectomes(), IN871="1")
    nyu = everyone.rows(np.flatnonzero(np.array(everyone.sites) == "NYU"))
    measures, edges = TrainingSettings.for_model("SGN"), TrainingSettings.for_connectomes("SGN")
    yield from on_cohort("site A", site("A"), measures, OF_MEASURES)
    yield from on_cohort("ABIDE, NYU, connectomes", nyu, edges, OF_CONNECTOMES)
    surfaces, harmonised = freesurfer(), replace(measures, harmonise=True)
    yield from on_cohort("ABIDE, FreeSurfer", surfaces, measures, OF_MEASURES[1::2])
    yield from on_cohort("the same, ComBat", surfaces, harmonised, OF_MEASURES[1:2])
    yield from on_cohort("ABIDE, 871 connectomes", everyone, edges, OF_CONNECTOMES[:3:2])


def on_cohort(
    name: str, cohort: Cohort, settings: TrainingSettings, choices: Choices
) -> Iterator[Measured]:
    """One real cohort with each graph; without one the nets are the same for all."""
    folds = cut(cohort, 10)
    patients = cohort.labels == cohort.classes[1]
    plain = by_folds(cohort, replace(settings, **choices[0]), folds, bare=True)
    for chosen in choices:
        ours = by_folds(cohort, replace(settings, **chosen), folds)
        yield Measured(
            name,
            len(cohort),
            ", ".join(str(value) for value in chosen.values()),
            auc(patients, ours[0, :, 1]),
            auc(patients, plain[0, :, 1]),
            difference(patients.astype(np.int64), ours, plain, len(folds)),
        )


def main() -> None:
    """Print every row as it is known; one line of JSON at the end where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.graph_helps", description=__doc__)
    parser.add_argument("--only", choices=("simulated", "null", "real"), default=None)
    parser.add_argument("--trainings", type=int, default=5, help="of each simulated row (5)")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="subjects to train on")
    parser.add_argument("--cases", default="", help="simulated ones whose name contains this")
    parser.add_argument("--cohorts", type=int, default=60, help="without an effect (60)")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    begun = time.perf_counter()
    parts: dict[str, Callable[[], Iterator[Simulated | Null | Measured]]] = {
        "simulated": lambda: all_simulated(asked.trainings, asked.sizes, asked.cases),
        "null": lambda: all_null(asked.cohorts),
        "real": real,
    }
    rows: dict[str, list[dict[str, Any]]] = {}
    for part, found in parts.items():
        if asked.only in (None, part):
            rows[part] = []
            for row in found():
                print(row.line(), flush=True)
                rows[part].append(asdict(row))
    print(f"\n{time.perf_counter() - begun:.0f} s")
    if asked.json:
        print(json.dumps(rows))


def all_simulated(trainings: int, sizes: Sequence[int], wanted: str) -> Iterator[Simulated]:
    """Every case, effect and number of subjects."""
    known: dict[Study, float] = {}
    for case in (case for case in cases() if wanted in case.name):
        for level, study in enumerate(case.studies):
            known[study] = known.get(study) or study.best_auc()
            for subjects in sizes:
                yield simulate(case, level, subjects, trainings, known[study])


def all_null(cohorts: int) -> Iterator[Null]:
    """Both kinds of inputs."""
    measures, edges = TrainingSettings.for_model("SGN"), TrainingSettings.for_connectomes("SGN")
    of_measures = Study(Maps(MEASURES))
    yield null("measures, covariance", of_measures, measures, cohorts)
    yield null("measures, similarity", of_measures, replace(measures, graph="similarity"), cohorts)
    of_series = Study(None, Maps(POINTS))
    yield null("connectome", of_series, replace(edges, graph="connectome"), cohorts)


if __name__ == "__main__":
    main()
