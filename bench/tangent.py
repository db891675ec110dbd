"""Tangent vectors against Fisher's z as the measures of time series, on the same folds.

``python -m bench.tangent``: the series of ABIDE's site NYU, on which settings for connectomes are
chosen; no other site is opened. The tangent space is fitted to the training subjects of each fold
(Varoquaux et al. 2010; Dadi et al. 2019, NeuroImage 192:115-134). ``--json`` ends with a line for
programs.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import torch

from bench.graph_helps import CPU, cut, difference, shown
from bench.science import ABIDE
from graphnet.artifacts.metrics import Estimate
from graphnet.command.train_files import LocalFiles
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.baselines import fit_baselines
from graphnet.evaluation.cross_validation import pooled
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.resampling import auc
from graphnet.graphs.edges import Tangent
from graphnet.training.stacked import FitSpec, fit_all

SIMPLE = ("logistic_regression", "svm_rbf")


def series() -> Cohort:
    """The subjects of NYU whose series are complete: no tangent space has gaps."""
    path = ABIDE / "nyu_series.zip"
    files = LocalFiles.of(["atlas=none"], [path], lambda _path, _question: None)
    cohort = files.cohorts({"train": [path]}, "group")["train"]
    if cohort.series is None:
        raise SystemExit(f"{path} holds no series")
    whole = [bool(np.isfinite(one).all()) for one in cohort.series]
    return cohort.rows(np.flatnonzero(whole))


def in_tangent_space(cohort: Cohort, fold: Fold) -> Cohort:
    """All subjects in the tangent space of the fold's training subjects."""
    if cohort.series is None:
        raise ValueError("a cohort without series")
    train = [cohort.series[row] for row in fold.train]
    vectors = Tangent.fit(train).transform(cohort.series)
    return replace(cohort, features=vectors, connectomes=vectors)


def predictions(
    views: Sequence[Cohort], folds: Sequence[Fold], settings: TrainingSettings
) -> dict[str, FloatArray]:
    """Out-of-fold predictions (1, S, C) of the net and the simple methods; a view per fold."""
    tested: dict[str, list[FloatArray]] = {}
    for view, fold in zip(views, folds, strict=True):
        spec = FitSpec(fold.train, settings)
        (fit,) = fit_all(view, [spec], view.classes, device=CPU)
        tested.setdefault(settings.model, []).append(fit.predicted[fold.test])
        x = fit.model.preprocessing.flat(view)
        targets = fit.model.targets(view).numpy()
        found = fit_baselines(x[fold.train], targets[fold.train], {"test": x[fold.test]}, 2)
        for name in SIMPLE:
            tested.setdefault(name, []).append(found[name].predicted["test"])
    return {name: pooled(folds, each, len(views[0])) for name, each in tested.items()}


def main() -> None:
    """Print AUC by measure and method, and the paired differences."""
    parser = argparse.ArgumentParser(prog="python -m bench.tangent", description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    begun = time.process_time()
    cohort = series()
    folds = cut(cohort, asked.folds)
    settings = TrainingSettings.for_connectomes("SGN")
    plain = predictions([cohort] * len(folds), folds, settings)
    tangent = predictions([in_tangent_space(cohort, fold) for fold in folds], folds, settings)
    patients = (cohort.labels == cohort.classes[1]).astype(np.int64)
    print(f"{len(cohort)} subjects, {len(folds)} folds")
    found: dict[str, Estimate] = {}
    for name, ours in tangent.items():
        found[name] = difference(patients, ours, plain[name], len(folds))
        of_z, of_tangent = (auc(patients == 1, each[0, :, 1]) for each in (plain[name], ours))
        print(f"| {name} | {of_z:.3f} | {of_tangent:.3f} | {shown(found[name])} |")
    print(f"\n{time.process_time() - begun:.0f} s of processor time")
    if asked.json:
        print(json.dumps({name: asdict(each) for name, each in found.items()}))


if __name__ == "__main__":
    main()
