"""New subjects by a stored model: the model's own answer, and what speaks against it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphnet import readers
from graphnet.artifacts.inference import MOST_EXPLAINED, predict
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import ANY
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe, cohort_table
from graphnet.errors import ModelError
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.attribution import contributions, integrated_gradients
from graphnet.experiment import run
from graphnet.messages import Message
from graphnet.preprocessing.harmonise import Harmoniser


def table(label: int, subjects: int, seed: int, *, first: int = 1) -> pd.DataFrame:
    made = cohort_table("A", label, subjects, seed=seed, first=first, recipe=Recipe(corrupt=0))
    return made.assign(SITE="A")


def trained(model: str = "SGN", parent: StoredModel | None = None, seed: int = 0) -> StoredModel:
    people = merge(
        [readers.from_table(table(label, 30, seed + label), f"A_{label}") for label in (0, 1)]
    )
    settings = TrainingSettings.for_model(model, epochs=4)
    asked = Evaluation(baselines=False, cv_folds=0, explain=False)
    found = run(Splits(people), settings, evaluation=asked, parent=parent).model
    return StoredModel.from_bytes(*found.to_bytes())


@pytest.fixture(scope="module")
def model() -> StoredModel:
    return trained()


@pytest.fixture(scope="module")
def strangers() -> pd.DataFrame:
    """Who was not trained on, without a label."""
    return table(1, 12, 40, first=900).drop(columns="LABEL_GROUP", errors="ignore")


def read(people: pd.DataFrame) -> Cohort:
    return readers.from_table(people, "new", ANY)


def first(model: StoredModel, people: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = predict(model, read(people), explain=False)["predictions"][0]
    return found


def codes(warned: Mapping[str, Any]) -> set[str]:
    """The codes of the warnings of a subject, or of all."""
    return {message["code"] for message in warned["warning_messages"]}


def test_it_is_what_the_model_says(model: StoredModel, strangers: pd.DataFrame) -> None:
    found = predict(model, read(strangers))
    expected = model.predict(read(strangers))
    told = [[each["probability"]["0"], each["probability"]["1"]] for each in found["predictions"]]
    assert np.allclose(told, expected, atol=1e-6)
    assert [each["predicted"] for each in found["predictions"]] == [
        str(place) for place in expected.argmax(axis=1)
    ]
    assert found["classes"] == ["0", "1"]


def test_nobody_depends_on_who_is_sent_along(model: StoredModel, strangers: pd.DataFrame) -> None:
    together = predict(model, read(strangers))["predictions"]
    for row in (0, 5, 11):
        (alone,) = predict(model, read(strangers.iloc[[row]]))["predictions"]
        explained = alone.pop("explanation"), together[row].pop("explanation")
        assert alone == together[row]
        for one, other in zip(*explained, strict=True):
            assert one["contribution"] == pytest.approx(other["contribution"], abs=1e-4)


def test_who_was_not_harmonised_is_said(model: StoredModel, strangers: pd.DataFrame) -> None:
    """Also of a site that a fine-tuning has seen: it takes its parent's harmonising."""
    assert "prediction.not-harmonised" not in codes(predict(model, read(strangers)))
    shape = len(model.layout.regions), len(model.layout.measures)
    of_b = Harmoniser(("B",), np.ones((1, *shape)), np.zeros((1, *shape)))
    preprocessing = replace(model.preprocessing, harmoniser=of_b)
    people = replace(read(strangers), sites=("A",) * 6 + ("B",) * 5 + ("",))
    warnings = predict(replace(model, preprocessing=preprocessing), people)["warnings"]
    assert [warning for warning in warnings if "harmon" in warning] == [
        "6 subjects are from site A, to which the model's harmonisation was not fitted, and were "
        "not harmonised.",
        "1 subject is from an unnamed site, to which the model's harmonisation was not fitted, "
        "and was not harmonised.",
    ]


def test_what_regions_add_sums_to_the_score(model: StoredModel, strangers: pd.DataFrame) -> None:
    added = contributions(model, read(strangers))
    assert added.shape == (12, 90)
    found = integrated_gradients(model, read(strangers))
    assert np.allclose(added.mean(axis=0), found.mean.sum(axis=1), atol=1e-5)
    shown = predict(model, read(strangers))["predictions"][0]["explanation"]
    assert [each["contribution"] for each in shown] == sorted(
        (each["contribution"] for each in shown), key=abs, reverse=True
    )


def test_most_of_the_trained_and_the_like_are_not_unusual(
    model: StoredModel, strangers: pd.DataFrame
) -> None:
    found = predict(model, read(strangers), explain=False)["predictions"]
    assert sum(bool(each["warnings"]) for each in found) <= 2


def test_whom_the_model_knows_is_said(model: StoredModel) -> None:
    assert "prediction.subject-seen" in codes(first(model, table(0, 3, 0)))


def test_another_site_is_said(model: StoredModel, strangers: pd.DataFrame) -> None:
    prediction = first(model, strangers.assign(SITE="Z"))
    assert prediction["warnings"][0] == "The training data contain no subjects from site Z."
    assert prediction["warning_messages"][0] == Message("prediction.new-site", site="Z").as_dict()


def test_a_site_that_is_not_given_is_not_taken_for_a_new_one(
    model: StoredModel, strangers: pd.DataFrame
) -> None:
    nameless = replace(read(strangers), sites=("",) * 12)
    found = predict(model, nameless, explain=False)
    assert found["warning_messages"][0] == Message("prediction.without-site", count=12).as_dict()
    assert not any("prediction.new-site" in codes(subject) for subject in found["predictions"])


def test_one_value_far_outside_is_named(model: StoredModel, strangers: pd.DataFrame) -> None:
    changed = strangers.copy()
    high = ApplicabilityDomain.from_facts(model.facts)
    assert high is not None
    measure = model.layout.measures.index("GMV")
    far = 4 * float(high.high[11, measure]) - 3 * float(high.low[11, measure])
    changed.loc[changed.index[0], "GMV_12"] = far
    (warning,) = [w for w in first(model, changed)["warnings"] if "outside the training range" in w]
    assert f"GMV_12 = {far:.4g}" in warning


def test_many_values_a_little_outside_are_said(model: StoredModel, strangers: pd.DataFrame) -> None:
    changed = strangers.copy()
    columns = [column for column in changed if str(column).startswith("ReHo_")]
    domain = ApplicabilityDomain.from_facts(model.facts)
    assert domain is not None
    measure = model.layout.measures.index("ReHo")
    changed.loc[changed.index[0], columns] = 1.05 * domain.high[:, measure]
    assert {"prediction.out-of-range", "prediction.far-from-training"} <= codes(
        first(model, changed)
    )


def test_gaps_are_counted(model: StoredModel, strangers: pd.DataFrame) -> None:
    changed = strangers.copy()
    changed.loc[changed.index[0], ["GMV_1", "GMV_2"]] = np.nan
    filled = Message("prediction.filled", count=2, values=360)
    assert filled.as_dict() in first(model, changed)["warning_messages"]


def test_an_older_model_says_that_it_does_not_know(strangers: pd.DataFrame) -> None:
    parameters, manifest = trained("Linear").to_bytes()
    old = StoredModel.from_bytes(parameters, manifest.replace(b'"domain"', b'"forgotten"'))
    found = predict(old, read(strangers.assign(SITE="Z")), explain=False)
    assert found["warning_messages"][0]["code"] == "prediction.training-data-undescribed"
    assert not any(each["warnings"] for each in found["predictions"])


def test_a_fine_tuned_model_has_seen_what_its_parent_has(model: StoredModel) -> None:
    child, parent = (
        ApplicabilityDomain.from_facts(each.facts)
        for each in (trained(parent=model, seed=7), model)
    )
    assert child is not None
    assert parent is not None
    assert (child.low <= parent.low).all()
    assert (child.high >= parent.high).all()
    assert child.far >= parent.far


def test_other_regions_are_named(model: StoredModel, strangers: pd.DataFrame) -> None:
    fewer = strangers.drop(columns=[c for c in strangers if str(c).endswith("_90")])
    with pytest.raises(ModelError, match="90"):
        predict(model, read(fewer))


def test_only_so_many_are_explained(model: StoredModel, strangers: pd.DataFrame) -> None:
    many = pd.concat([strangers] * 20, ignore_index=True)
    found = predict(model, read(many))
    assert found["predictions"][MOST_EXPLAINED - 1]["explanation"]
    assert found["predictions"][MOST_EXPLAINED]["explanation"] is None
    assert "prediction.first-explained" in codes(found)


def test_a_score_is_on_its_own_scale() -> None:
    people = table(0, 30, 3).assign(LABEL_SCORE=np.linspace(10, 30, 30))
    settings = TrainingSettings.for_model("Linear", epochs=3, label="score")
    asked = Evaluation(baselines=False, cv_folds=0, explain=False)
    cohort = readers.from_table(people, "A_0", "score")
    found = run(Splits(cohort), settings, evaluation=asked).model
    answer = predict(found, read(people.drop(columns="LABEL_SCORE")))
    assert answer["classes"] == []
    assert 0 < answer["predictions"][0]["score"] < 60


def test_measures_that_the_model_does_not_know_are_left_out(
    model: StoredModel, strangers: pd.DataFrame
) -> None:
    expected = predict(model, read(strangers))
    regions = len(model.layout.regions)
    extra = {f"CT_{region}": np.arange(len(strangers)) + 1.0 for region in range(1, regions + 1)}
    found = predict(model, read(pd.concat([strangers, pd.DataFrame(extra)], axis=1)))
    assert found["predictions"] == expected["predictions"]
    assert set(found["warnings"]) - set(expected["warnings"]) == {
        "Not used, as the model does not know it: CT."
    }


def test_measures_in_other_capitals_are_the_models(
    model: StoredModel, strangers: pd.DataFrame
) -> None:
    expected = predict(model, read(strangers))
    named = {name: str(name).replace("ALFF", "Alff") for name in strangers}
    found = predict(model, read(strangers.rename(columns=named)))
    assert found["predictions"] == expected["predictions"]
    assert set(found["warnings"]) - set(expected["warnings"]) == {
        "Alff is read as the model's ALFF."
    }


def test_a_measure_that_is_not_there_is_named(model: StoredModel, strangers: pd.DataFrame) -> None:
    lacking = strangers.drop(columns=strangers.filter(like="ALFF").columns)
    with pytest.raises(ModelError, match=r"Only the stored model has the measures? ALFF"):
        predict(model, read(lacking))
