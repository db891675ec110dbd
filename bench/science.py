"""How well the nets do on the real cohorts, beside simple baselines.

``python -m bench.science``: trained on site A and tested on site B, at the form's settings and at
the recommended ones; and site A by ten folds, five times. ``--cohort freesurfer``: ABIDE's 1,035
subjects by ten folds, with and without harmonisation. ``--cohort abide1``: its connectomes, in the
published selections, by folds, by left-out sites, and to one site that was not trained on; and both
together, where some lack one of them (``bench/fusion.py``).
``--json`` ends with a line for programs.
Every figure comes from ``graphnet.experiment.run``, as a task's does.
"""

import argparse
import csv
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.fusion import EQUAL, FUSED, Fused, People, fuse
from graphnet.artifacts.metrics import Estimate
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.command.train_files import LocalFiles
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, merge
from graphnet.data.splits import Splits
from graphnet.evaluation.calibration import calibration_error
from graphnet.experiment import run
from graphnet.readers import from_table, read_table

DATA = Path(__file__).parents[2] / "shared" / "data"
ABIDE = DATA / "abide1"
DRAWS = 1000
FORM = {"learning_rate": 0.05, "batch_size": 10, "lr_step_size": 60, "lr_decay": 0.2, "epochs": 200}


def site(letter: str) -> Cohort:
    """All subjects of a site, from its files."""
    files = sorted(DATA.glob(f"{letter}_*.csv"))
    if not files:
        raise SystemExit(f"The cohorts are not there: {DATA}")
    return merge([from_table(read_table(path), path.stem) for path in files])


def across(settings: TrainingSettings, *, baselines: bool) -> dict[str, Any]:
    """Trained on site A, tested on site B."""
    asked = Evaluation(cv_folds=0, baselines=baselines, explain=False)
    return run(Splits(site("A"), test=site("B")), settings, evaluation=asked).result.as_dict()


def within(settings: TrainingSettings, repeats: int, *, baselines: bool) -> dict[str, Any]:
    """Site A by ten folds."""
    asked = Evaluation(cv_folds=10, cv_repeats=repeats, baselines=baselines, explain=False)
    return run(Splits(site("A")), settings, evaluation=asked).result.as_dict()


def freesurfer() -> Cohort:
    """ABIDE's 1,035 subjects of 20 sites: 3 measures of 68 regions."""
    path = ABIDE / "abide1_fs6_dk68.csv.gz"
    files = LocalFiles.of([], [path], lambda _path, _question: None)
    return files.cohorts({"train": [path]}, "group")["train"]


def connectomes() -> Cohort:
    """ABIDE's 1,102 connectomes of 116 regions."""
    path = ABIDE / "abide1_aal_fc_1102.csv.gz"
    files = LocalFiles.of([], [path], lambda _path, _question: None)
    return files.cohorts({"train": [path]}, "group")["train"]


def selected(cohort: Cohort, **wanted: str) -> Cohort:
    """The subjects whose row in ``subjects.csv`` has these values."""
    with (ABIDE / "subjects.csv").open(encoding="utf-8", newline="") as people:
        chosen = {
            row["ID"]
            for row in csv.DictReader(people)
            if all(row[column] == value for column, value in wanted.items())
        }
    return cohort.rows(np.flatnonzero([subject in chosen for subject in cohort.ids]))


def shown(figures: dict[str, Any]) -> str:
    """Accuracy and AUC with their intervals, and how good the probabilities are."""
    parts = []
    for name in ("accuracy", "auc_within_sites", "auc"):
        if name not in figures:
            continue
        if figures["ci"][name] is None:
            parts.append(f"{name} {figures[name]}")
            continue
        low, high = figures["ci"][name]
        parts.append(f"{name} {figures[name]:.3f} [{low:.3f}, {high:.3f}]")
    error = figures["calibration_error"]
    return ", ".join([*parts, f"Brier {figures['brier']:.3f}, calibration error {error:.3f}"])


def error_by_chance(probability: FloatArray) -> tuple[float, float]:
    """The calibration error of probabilities (S,) that are right: its mean, and 95th percentile.

    Labels are drawn from them. Of few subjects the error is no small number.
    """
    random = np.random.default_rng(0)
    drawn = random.random((DRAWS, len(probability))) < probability
    errors = [calibration_error(probability, each.astype(np.float64)).value for each in drawn]
    known = [each for each in errors if each is not None]
    return float(np.mean(known)), float(np.percentile(known, 95))


def report(title: str, result: dict[str, Any], split: str) -> None:
    """The net, the baselines, and the paired differences to them."""
    print(f"\n{title}\n{'the net':22}{shown(result['metrics'][split])}")
    for name, figures in result["baselines"].items():
        if split in figures:  # of left-out sites the site says nothing
            print(f"{name:22}{shown(figures[split])}")
    for name, found in result["differences"].get(split, {}).items():
        metric = "auc_within_sites" if "auc_within_sites" in found else "auc"
        low, high = found[metric]["ci"]
        difference = found[metric]["difference"]
        print(f"  AUC over {name:22}{difference:+.3f} [{low:+.3f}, {high:+.3f}]")
    if result["graph_helps"]:
        print(result["graph_helps"]["sentence"])


def main() -> None:
    """Print every figure; one line of JSON at the end where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.science", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of the ten folds (5)")
    parser.add_argument("--models", nargs="*", default=["SGN", "GCN"], help="SGN GCN by default")
    parser.add_argument("--cohort", choices=tuple(COHORTS), default="neuro-learn")
    parser.add_argument("--only", default="", help="protocols of abide1 whose name contains this")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    begun = time.perf_counter()
    figures = COHORTS[asked.cohort](asked)
    print(f"\n{time.perf_counter() - begun:.0f} s")
    if asked.json:
        print(json.dumps(figures))


Figures = dict[str, dict[str, float]]


def neuro_learn(asked: argparse.Namespace) -> Figures:
    """Site A to site B, and site A alone."""
    figures: Figures = {}
    for model in asked.models:
        first = model == asked.models[0]
        for kind, settings in (
            ("recommended", TrainingSettings.for_model(model)),
            ("form", TrainingSettings.for_model(model, **FORM)),
        ):
            result = across(settings, baselines=first)
            report(f"{model}, site A to site B, {kind} settings", result, "test")
            figures[f"{model} A to B, {kind}"] = _kept(result["metrics"]["test"])
        result = within(TrainingSettings.for_model(model), asked.repeats, baselines=first)
        report(f"{model}, site A, 10 folds x {asked.repeats}, recommended settings", result, "cv")
        figures[f"{model} site A"] = _kept(result["metrics"]["cv"])
    return figures


def harmonised(asked: argparse.Namespace) -> Figures:
    """Ten folds of ABIDE's FreeSurfer measures, with ComBat of each fold and without."""
    figures: Figures = {}
    cohort = freesurfer()
    evaluation = Evaluation(cv_folds=10, explain=False)
    for model in asked.models:
        for harmonise in (False, True):
            settings = TrainingSettings.for_model(model, harmonise=harmonise)
            result = run(Splits(cohort), settings, evaluation=evaluation).result.as_dict()
            kind = "with ComBat" if harmonise else "without"
            report(f"{model}, FreeSurfer, 10 folds, {kind}", result, "cv")
            figures[f"{model} FreeSurfer, {kind}"] = _kept(result["metrics"]["cv"])
    return figures


def abide1(asked: argparse.Namespace) -> Figures:
    """ABIDE's connectomes by the protocols that are published."""
    everyone = connectomes()
    published = selected(everyone, IN871="1")
    at_nyu = np.array(published.sites) == "NYU"
    nyu, others = (published.rows(np.flatnonzero(rows)) for rows in (at_nyu, ~at_nyu))
    folds = partial(Evaluation, explain=False, cv_repeats=asked.repeats)
    alone, by_site = Splits(published), Evaluation(leave_site_out=True, explain=False)
    protocols = {
        "871, 10 folds": (alone, folds(cv_folds=10), "cv"),
        "871, left-out sites": (alone, by_site, LEAVE_SITE_OUT),
        "871 without NYU, to NYU": (Splits(others, test=nyu), folds(cv_folds=0), "test"),
        "NYU, 10 folds": (Splits(nyu), folds(cv_folds=10), "cv"),
        "1,035, 10 folds": (Splits(selected(everyone, IN1035="1")), folds(cv_folds=10), "cv"),
        "1,055, 5 folds": (Splits(selected(everyone, ZERO="0")), folds(cv_folds=5), "cv"),
    }
    figures: Figures = {}
    for model in asked.models:
        for name, (data, evaluation, split) in protocols.items():
            if asked.only not in name:
                continue
            settings = TrainingSettings.for_connectomes(model)
            outcome = run(data, settings, evaluation=evaluation)
            result = outcome.result.as_dict()
            report(f"{model}, ABIDE's connectomes, {name}", result, split)
            predicted = outcome.predictions["predictions"][split]["probability"]
            mean, most = error_by_chance(np.array(predicted)[:, 1])
            print(f"calibration error if all were right: {mean:.3f}, up to {most:.3f}")
            figures[f"{model} {name}"] = _kept(result["metrics"][split])
        figures |= both(model, everyone, asked)
    return figures


def both(model: str, everyone: Cohort, asked: argparse.Namespace) -> Figures:
    """Connectomes and FreeSurfer's measures by ten folds; measures with ComBat of each fold."""
    edges, surfaces = TrainingSettings.for_connectomes(model), freesurfer()
    measures = TrainingSettings.for_model(model, harmonise=True)
    alike = selected(everyone, IN1035="1")
    thirds = np.random.default_rng(0).permutation(len(alike)) % 3
    lacking = {alike.ids[row]: third for row, third in enumerate(thirds.tolist())}
    protocols = {
        "both, the 1,035 who have them": (alike, surfaces),
        "both, 1,102 of whom 67 lack measures": (everyone, surfaces),
        "both, a third of the 1,035 lack each": (
            _without(alike, lacking, 1),
            _without(surfaces, lacking, 2),
        ),
    }
    figures: Figures = {}
    for name, (connected, measured) in protocols.items():
        if asked.only not in name:
            continue
        people = People.of({"connectomes": (connected, edges), "measures": (measured, measures)})
        found = fuse(people, people.folds(10, asked.repeats))
        print(f"\n{model}, ABIDE, {name}, 10 folds")
        _report_fused(found)
        everybody = np.arange(len(people.ids))
        figures[f"{model} {name}"] = _kept(found.metrics(FUSED, everybody).as_dict())
    return figures


def _without(cohort: Cohort, lacking: dict[str, int], third: int) -> Cohort:
    return cohort.rows(np.flatnonzero([lacking[person] != third for person in cohort.ids]))


def _report_fused(found: Fused) -> None:
    """Everybody, then by what is known of them."""
    known, names = found.people.known, [each.name for each in found.people.modalities]
    parts = {"everybody": np.full(len(known), fill_value=True), "who has both": known.all(axis=1)}
    for place, name in enumerate(names):
        parts[f"who has {name} only"] = known[:, place] & (known.sum(axis=1) == 1)
    for part, chosen in parts.items():
        rows = np.flatnonzero(chosen)
        if not len(rows) or (part == "who has both" and chosen.all()):
            continue
        print(f"{part}, {len(rows)}")
        for name in (FUSED, EQUAL, *names) if "only" not in part else (FUSED,):
            print(f"  {name:20}{shown(found.metrics(name, rows).as_dict())}")
        for name in (EQUAL, *names) if "only" not in part else ():
            print(f"    AUC of both over {name:20}{_apart(found.difference(name, rows))}")
    low, middle, high = np.percentile(found.slopes, (0, 50, 100), axis=0)
    for name, *values in zip(names, low, middle, high, strict=True):
        print(
            "slopes of {}: {:.2f} to {:.2f}, median {:.2f}".format(
                name, *np.take(values, (0, 2, 1))
            )
        )


def _apart(difference: Estimate) -> str:
    if difference.value is None or difference.interval is None:
        return "unknown"
    return "{:+.3f} [{:+.3f}, {:+.3f}]".format(difference.value, *difference.interval)


def _kept(metrics: dict[str, Any]) -> dict[str, float]:
    return {
        name: metrics[name]
        for name in ("accuracy", "auc_within_sites", "auc", "brier", "calibration_error")
        if name in metrics
    }


COHORTS = {"neuro-learn": neuro_learn, "freesurfer": harmonised, "abide1": abide1}

if __name__ == "__main__":
    main()
