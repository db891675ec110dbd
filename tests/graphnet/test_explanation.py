"""Explanations find what was planted, add up, and depend on what was learned."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.atlas import Atlas
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.errors import CohortError
from graphnet.evaluation import attribution
from graphnet.evaluation.attribution import explain, integrated_gradients, occlusion
from graphnet.evaluation.effects import stability
from graphnet.experiment import run
from graphnet.figures.glass_brain import glass_brain
from graphnet.models.sgn import SGN
from tests.graphnet.people import cohort

PLANTED = (2, 5, 9, 13, 17, 21, 26, 30, 33, 38)
RECIPE = Recipe(regions=40, affected=PLANTED, effect=0.8, networks=4, corrupt=0)
PLAIN = Evaluation(cv_folds=0, baselines=False, explain=False)


def people(seed: int = 0, subjects: int = 100) -> Cohort:
    return cohort(controls=subjects, patients=subjects, seed=seed, recipe=RECIPE, first=1 + seed)


@cache
def trained(model: str = "SGN", **asked: object) -> StoredModel:
    return run(Splits(people()), TrainingSettings.for_model(model, **asked), evaluation=PLAIN).model


def planted(importance: np.ndarray) -> float:
    """The share of the ten most important regions that carry the effect."""
    first = np.argsort(-importance, kind="stable")[:10]
    return len({int(region) + 1 for region in first} & set(PLANTED)) / 10


def test_the_planted_regions_are_found_by_both_methods() -> None:
    others = people(seed=500, subjects=60)
    assert planted(integrated_gradients(trained(), others).by_region) >= 0.8
    assert planted(occlusion(trained(), others)) >= 0.8


def test_attributions_add_up_to_the_score() -> None:
    for model in (trained(), trained(graph="similarity", epochs=20)):
        found = integrated_gradients(model, people(seed=500, subjects=20))
        assert found.gap < 0.02 * np.abs(found.size.sum())
        assert found.by_region.sum() == pytest.approx(1)
        assert found.by_measure.sum() == pytest.approx(1)


@pytest.mark.nightly(but=("2-SGN-covariance",))
@pytest.mark.parametrize("graph", ["covariance", "similarity"])
@pytest.mark.parametrize("model", ["SGN", "NoEdge"])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_exact_integral_is_the_limit_of_many_steps(
    graph: str, model: str, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = people(subjects=30)
    labels = np.arange(60) % classes
    settings = TrainingSettings.for_model(model, graph=graph, epochs=15, seeds=2)
    fitted = run(Splits(replace(some, labels=labels)), settings, evaluation=PLAIN).model
    others = people(seed=500, subjects=4)
    exact = integrated_gradients(fitted, others)
    monkeypatch.setattr(SGN, "exact_integral", False)
    coarse = integrated_gradients(fitted, others)
    monkeypatch.setattr(attribution, "STEPS", 1000)
    fine = integrated_gradients(fitted, others)
    scale = exact.size.max()
    np.testing.assert_allclose(fine.mean, exact.mean, atol=0.01 * scale)
    assert np.abs(fine.mean - exact.mean).max() < np.abs(coarse.mean - exact.mean).max()
    assert exact.gap < 1e-4 * exact.size.sum()
    assert (exact.steps, coarse.steps, fine.steps) == (None, 32, 1000)


def test_a_linear_model_is_explained_by_its_weights() -> None:
    model = trained("Linear", epochs=30)
    others = people(seed=500, subjects=10)
    weight = model.parameters["linear.weight"][0].double().numpy()
    slope = ((weight[:, 1] - weight[:, 0]) / np.sqrt(160)).reshape(40, 4)
    x = model.preprocessing.scaled(others)
    np.testing.assert_allclose(
        integrated_gradients(model, others).mean, (x * slope).mean(axis=0), atol=1e-5
    )
    expected = np.abs((x * slope).sum(axis=2)).mean(axis=0)
    np.testing.assert_allclose(occlusion(model, others), expected, atol=1e-5)


def test_a_region_that_does_not_vary_has_no_share() -> None:
    flat = people()
    features = flat.features.copy()
    features[:, 7] = 3.0
    settings = TrainingSettings.for_model("NoEdge", epochs=10)
    silent = replace(flat, features=features)
    model = run(Splits(silent), settings, evaluation=PLAIN).model
    assert integrated_gradients(model, silent).by_region[7] == 0
    assert occlusion(model, silent)[7] == 0


def test_random_weights_are_explained_otherwise() -> None:
    """Adebayo et al. 2018: an explanation that does not depend on the weights explains nothing."""
    others = people(seed=500, subjects=30)
    found = integrated_gradients(trained(), others).by_region
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        random = {
            name: torch.randn(tensor.shape, generator=generator)
            for name, tensor in trained().parameters.items()
        }
        other = integrated_gradients(replace(trained(), parameters=random), others).by_region
        assert planted(other) < 0.7
        assert abs(np.corrcoef(found, other)[0, 1]) < 0.5


def test_stability_is_1_for_equal_and_0_for_unlike_rankings() -> None:
    one = np.arange(50.0)
    same = stability([one, one, one])
    assert same is not None
    assert same.as_dict() == pytest.approx(
        {"models": 3, "top": 10, "spearman": 1.0, "overlap": 1.0}
    )
    random = np.random.default_rng(0)
    unlike = stability([random.permutation(50).astype(float) for _ in range(30)])
    assert unlike is not None
    assert abs(unlike.spearman or 1) < 0.1
    assert abs(unlike.overlap or 1) < 0.1
    assert stability([one]) is None


@pytest.mark.nightly
def test_a_result_names_regions_and_measures_and_how_far_folds_agree() -> None:
    result = run(
        Splits(people()),
        TrainingSettings.for_model("SGN", epochs=60),
        evaluation=Evaluation(cv_folds=4),
    ).result.as_dict()["explanation"]
    assert len(result["regions"]) == 20
    assert {each["measure"] for each in result["measures"]} == {"ALFF", "DC", "GMV", "ReHo"}
    assert [each["share"] for each in result["regions"]] == sorted(
        (each["share"] for each in result["regions"]), reverse=True
    )
    assert result["stability"]["models"] == 4
    assert 0.2 < result["stability"]["overlap"] <= 1
    assert result["agreement_of_methods"] > 0.7


@pytest.mark.nightly
def test_more_classes_and_scores_are_explained_too() -> None:
    three = replace(people(), labels=np.arange(200) % 3)
    scored = replace(people(), scores=people().features[:, 1, 0])
    for data, asked in ((three, {}), (scored, {"label": "score"})):
        model = run(
            Splits(data), TrainingSettings.for_model("SGN", epochs=30, **asked), evaluation=PLAIN
        )
        found = explain(model.model, data).explanation.as_dict()
        assert sum(each["share"] for each in found["measures"]) == pytest.approx(1)
        if asked:
            assert found["regions"][0]["region"] == "2"


def test_an_atlas_gives_places_by_name(tmp_path: Path) -> None:
    path = tmp_path / "atlas.tsv"
    path.write_text("region\tname\tx\ty\tz\n1\tleft\t-40\t-5.5\t50\n2\tright\t40\t-5\t51\n")
    atlas = Atlas.read(path)
    np.testing.assert_array_equal(atlas.of(("2", "1")), [[40, -5, 51], [-40, -5.5, 50]])
    with pytest.raises(CohortError, match=r"does not have the regions 3\."):
        atlas.of(("1", "3"))
    path.write_text("region,x\n1,2\n")
    with pytest.raises(CohortError, match=r"The atlas atlas\.tsv is not a table"):
        Atlas.read(path)


@pytest.mark.nightly
def test_a_glass_brain_is_a_picture() -> None:
    random = np.random.default_rng(0)
    places = random.normal(scale=30, size=(90, 3))
    share = random.exponential(size=90)
    found = glass_brain(random.standard_normal(90), share, places)
    assert found.startswith(b"\x89PNG")
    assert len(found) > 20_000
    assert found != glass_brain(random.standard_normal(90), share, places)


def test_contributions_slopes_and_signs_are_those_of_a_linear_model() -> None:
    model = trained("Linear", epochs=30)
    others = people(seed=500, subjects=40)
    weight = model.parameters["linear.weight"][0].double().numpy()
    slope = ((weight[:, 1] - weight[:, 0]) / np.sqrt(160)).reshape(40, 4)
    negated = {name: -value for name, value in model.parameters.items()}
    folds = [model, replace(model, parameters=negated), model, model]
    importance = explain(model, others, folds).importance
    np.testing.assert_allclose(importance["slope"], slope, atol=1e-5)
    x = model.preprocessing.scaled(others)
    by_subject = (x * slope).sum(axis=2)
    expected = by_subject[others.labels == 1].mean(axis=0) - by_subject[others.labels == 0].mean(
        axis=0
    )
    np.testing.assert_allclose(importance["contribution"], expected, atol=1e-4)
    np.testing.assert_allclose(importance["agreement"], 0.75)
    np.testing.assert_allclose(importance["slope_agreement"], 0.75)


def test_a_trained_model_is_explained_otherwise_than_with_shuffled_weights() -> None:
    found = explain(trained(), people(seed=500, subjects=30)).explanation.randomised
    assert found is not None
    assert found.models == 3
    assert abs(found.spearman or 1.0) < 0.5
    settings = TrainingSettings.for_model("Linear", label="score", epochs=1)
    of_scores = replace(people(), scores=people().features[:, 1, 0])
    scored = run(Splits(of_scores), settings, evaluation=PLAIN).model
    ones = {name: torch.ones_like(value) for name, value in scored.parameters.items()}
    same = replace(scored, parameters=ones)  # shuffling changes nothing, and that is told
    alike = explain(same, people(seed=500, subjects=30)).explanation.randomised
    assert alike is not None
    assert alike.spearman == pytest.approx(1.0)
