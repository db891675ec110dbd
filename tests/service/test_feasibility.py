"""What is refused at the form would have failed at the worker, and what passes does not."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from db.submissions.form import TaskForm
from graphnet import experiment
from graphnet.artifacts.result import TaskResult
from graphnet.config import EVALUATION, SETTINGS, Evaluation, TrainingSettings, candidates_of
from graphnet.data.cohort import Cohort, merge
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.data.interpretation import CovariateReading
from graphnet.data.profile import Profile
from graphnet.data.splits import Splits
from graphnet.errors import GraphnetError
from service.forms.compatibility import compatibility_errors
from service.forms.feasibility import feasibility_errors
from tests.graphnet.people import cohort

FAILED = {"evaluation.cv-failed", "evaluation.leave-site-out-failed"}
PLAIN = {"baselines": False, "explain": False}


@cache
def people(*sites: tuple[int, int]) -> Cohort:
    """Subjects with an age, controls and patients of each site."""
    listed = [
        cohort(name, controls=controls, patients=patients, seed=place)
        for place, (name, (controls, patients)) in enumerate(zip("ABCDE", sites, strict=False))
    ]
    found = merge(listed)
    ages = Covariate("AGE", NUMERIC, np.linspace(20, 60, len(found)))
    places = tuple(name.partition("_")[0] for name in found.sites)
    return replace(found, covariates=(ages,), sites=places)


def refused(subjects: Cohort, settings: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields that the form's check refuses, with the codes."""
    reading = next(iter(subjects.interpretations.values()))
    told = replace(reading, covariates=(CovariateReading("AGE", NUMERIC),))
    form = TaskForm("dl_ts", "P", train_data=("one",), model="SGN", settings=settings)
    profiles = {"one": Profile.of(subjects, told)}
    errors = feasibility_errors(form, profiles, by_score=False)
    return [(error.field.removeprefix("param_set."), error.message.code) for error in errors]


def fails(subjects: Cohort, settings: dict[str, Any]) -> bool:
    """Whether a worker ends with an error, or without what was asked for."""
    asked = {name: value for name, value in settings.items() if name in SETTINGS}
    judged = {name: value for name, value in settings.items() if name in EVALUATION}
    try:
        chosen = TrainingSettings.for_model("SGN", epochs=1, **asked)
        tried = candidates_of(judged.get("sweep"), "SGN", asked, connectomes=False)
        result: TaskResult = experiment.run(
            Splits(subjects),
            chosen,
            evaluation=Evaluation(**{**PLAIN, **judged}),
            candidates=tried,
        ).result
    except GraphnetError:
        return True
    return any(warning.code in FAILED for warning in result.warnings)


@pytest.mark.parametrize(
    ("sites", "settings", "error"),
    [
        (((8, 8),), {"cv_folds": 9}, ("cv_folds", "forms.folds-over-class")),
        (((8, 8),), {"harmonise": True, "cv_folds": 0}, ("harmonise", "forms.one-site")),
        (((8, 8),), {"leave_site_out": True, "cv_folds": 0}, ("leave_site_out", "forms.one-site")),
        (
            ((8, 8), (8, 0)),
            {"leave_site_out": True, "cv_folds": 0},
            ("leave_site_out", "forms.site-of-class"),
        ),
        (
            ((8, 8), (8, 8)),
            {"leave_site_out": True, "harmonise": True, "cv_folds": 0},
            ("leave_site_out", "forms.harmonise-two-sites"),
        ),
        (
            ((8, 8), (1, 1)),
            {"harmonise": True, "cv_folds": 0},
            ("harmonise", "forms.harmonise-few"),
        ),
        (
            ((8, 8), (2, 2)),
            {"harmonise": True, "cv_folds": 2},
            ("harmonise", "forms.harmonise-few-in-folds"),
        ),
        (((6, 6),), {"nested": True, "cv_folds": 3}, ("nested", "forms.nested-few")),
        (((4, 4),), {"nested": True}, ("nested", "forms.nested-few")),
        (
            ((8, 8), (4, 4)),
            {"nested": True, "leave_site_out": True, "cv_folds": 0},
            ("nested", "forms.nested-few-without-site"),
        ),
        (((4, 4),), {"adjust": "regress", "cv_folds": 0}, ("adjust", "data.adjust-few-subjects")),
        (
            ((8, 20),),
            {"adjust": "regress_controls", "cv_folds": 0},
            ("adjust", "data.adjust-few-subjects"),
        ),
        (
            ((6, 6),),
            {"adjust": "regress", "cv_folds": 3},
            ("adjust", "forms.adjust-few-in-folds"),
        ),
        (((8, 8),), {"density": 0.001, "cv_folds": 0}, ("density", "graphs.density-without-edges")),
        (
            ((8, 8),),
            {"density": 0.001, "graph": "mst", "cv_folds": 0},
            None,
        ),
        (
            ((12, 12),),
            {"learning_curve": True, "nested": True, "cv_folds": 2},
            ("learning_curve", "options.curve-nested"),
        ),
        (((8, 8),), {"learning_curve": True, "cv_folds": 3}, None),
        (((8, 8),), {"cv_folds": 8}, None),
        (
            ((8, 8), (8, 8), (8, 8)),
            {"harmonise": True, "leave_site_out": True, "cv_folds": 0},
            None,
        ),
        (((8, 8), (8, 8)), {"harmonise": True, "cv_folds": 2}, None),
        (((10, 10),), {"nested": True, "cv_folds": 2}, None),
        (((6, 6),), {"sweep": "seed=0,1", "cv_folds": 3}, ("sweep", "forms.nested-few")),
        (((4, 4),), {"sweep": "seed=0,1"}, ("sweep", "forms.nested-few")),
        (((10, 10),), {"sweep": "epochs=1,2", "cv_folds": 2}, None),
        (((10, 20),), {"adjust": "regress_controls", "cv_folds": 0}, None),
        (((8, 8),), {"adjust": "regress", "cv_folds": 4}, None),
    ],
)
def test_a_form_that_can_only_fail_is_refused_and_no_other(
    sites: tuple[tuple[int, int], ...],
    settings: dict[str, Any],
    error: tuple[str, str] | None,
) -> None:
    subjects = people(*sites)
    assert refused(subjects, settings) == ([] if error is None else [error])
    assert fails(subjects, settings) is (error is not None)


def test_connectomes_of_two_kinds_and_partial_of_counts_are_refused() -> None:
    subjects = people((8, 8))
    reading = next(iter(subjects.interpretations.values()))

    def named(values: str) -> Profile:
        profile = Profile.of(subjects, reading)
        told = {**(profile.interpretation or {}), "connectome": {"values": values}}
        return replace(profile, connectome=True, interpretation=told)

    form = TaskForm("dl_ts", "P", train_data=("r", "other"), model="SGN", settings={})
    both = {"r": named("r"), "other": named("counts")}
    (found,) = feasibility_errors(form, both, by_score=False)
    assert (found.field, found.message.code) == ("train_data", "data.other-edges")
    both["other"] = named("z")  # r is kept as z
    assert not list(feasibility_errors(form, both, by_score=False))
    alone = replace(form, train_data=("counts",), settings={"graph": "partial"})
    (found,) = feasibility_errors(alone, {"counts": named("counts")}, by_score=False)
    assert found.message.code == "graphs.partial-needs-correlations"


def test_a_learning_curve_without_anybody_to_test_on_is_refused() -> None:
    asked = {"learning_curve": True, "cv_folds": 0}
    assert refused(people((8, 8)), asked) == [("learning_curve", "forms.learning-curve-nobody")]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"covariate_inputs": ["AGE"]}, None),
        ({"covariate_inputs": ["none"], "adjust": "regress"}, None),
        ({"covariate_inputs": ["IQ"]}, "data.covariate-input-unknown"),
        ({"covariate_inputs": ["age"], "adjust": "regress"}, "data.covariate-input-adjusted"),
    ],
)
def test_covariates_that_cannot_be_inputs_are_refused_at_the_form(
    settings: dict[str, Any], code: str | None
) -> None:
    subjects = people((20, 20))
    reading = next(iter(subjects.interpretations.values()))
    told = replace(reading, covariates=(CovariateReading("AGE", NUMERIC),))
    form = TaskForm("dl_ts", "P", train_data=("one",), model="SGN", settings=settings)
    errors = list(compatibility_errors(form, {"one": Profile.of(subjects, told)}, None))
    found = [(error.field, error.message.code) for error in errors]
    assert found == ([] if code is None else [("param_set.covariate_inputs", code)])
