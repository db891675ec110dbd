"""Classes are called by their names wherever people read of them."""

import csv
import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from graphnet.artifacts.inference import predict
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import predictions_csv
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.class_names import NAMELESS, shared_names, words
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.errors import CohortError
from graphnet.experiment import run
from graphnet.names import class_name
from graphnet.outcome import Outcome
from graphnet.report.page import render_report
from tests.graphnet.people import cohort

NAMES = {0: "HC", 1: "SZ"}
QUICK = TrainingSettings.for_model("Linear", epochs=2)
ASKED = Evaluation(baselines=False, explain=False, cv_folds=2)


def named(site: str, *names: str, each: int = 20) -> Cohort:
    people = cohort(site, controls=each, patients=each)
    return replace(people, class_names=dict(enumerate(names)))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return run(Splits(named("A", "HC", "SZ"), test=named("B", "NC", "SZ")), QUICK, evaluation=ASKED)


def manifest(model: StoredModel) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(model.to_bytes()[1])
    return found


def test_a_result_and_a_manifest_name_the_classes(outcome: Outcome) -> None:
    assert outcome.result.as_dict()["class_names"] == {"0": "HC", "1": "SZ"}
    stored = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert stored.class_names == NAMES
    assert manifest(stored)["class_names"] == {"0": "HC", "1": "SZ"}
    assert manifest(stored)["classes"] == [0, 1]
    assert stored.to_bytes() == outcome.model.to_bytes()


def test_a_manifest_of_before_has_none(outcome: Outcome) -> None:
    parameters, text = outcome.model.to_bytes()
    facts = json.loads(text)
    del facts["class_names"], facts["edges"]
    older = StoredModel.from_bytes(parameters, json.dumps(facts).encode())
    assert (older.class_names, older.edges) == ({}, "")


def test_predictions_are_by_number_with_the_names_beside_them(outcome: Outcome) -> None:
    found = predict(outcome.model, cohort("C"), explain=False)
    assert found["class_names"] == {"0": "HC", "1": "SZ"}
    assert set(found["predictions"][0]["probability"]) == {"0", "1"}


def test_the_table_of_predictions_says_names(outcome: Outcome) -> None:
    rows = list(csv.DictReader(StringIO(predictions_csv(outcome.predictions))))
    assert {row["label"] for row in rows} == {row["predicted"] for row in rows} == {"HC", "SZ"}
    first = rows[0]
    likeliest = max(("HC", "SZ"), key=lambda name: float(first[f"probability_{name}"]))
    assert first["predicted"] == likeliest


def test_the_report_says_names(outcome: Outcome) -> None:
    task = {"task_id": "T", "task_type": "dl_ts", "task_result": outcome.result.as_dict()}
    text = render_report(task, outcome.predictions, None, manifest(outcome.model))
    assert "20 of class HC (0) and 20 of class SZ (1)" in text
    assert "The positive class was SZ (1), the negative class HC (0)." in text
    assert '<th scope="col">SZ (1)</th>' in text
    assert "True HC: HC " in text  # read out beside the confusion matrix


def test_a_fine_tuning_inherits_the_names_of_its_parent(outcome: Outcome) -> None:
    same = run(Splits(named("D", "control", "sz")), QUICK, evaluation=ASKED, parent=outcome.model)
    assert same.model.class_names == NAMES
    assert not [each for each in same.result.as_dict()["warnings"] if "count as one class" in each]
    other = run(Splits(named("D", "NC", "ASD")), QUICK, evaluation=ASKED, parent=outcome.model)
    assert other.model.class_names == NAMES
    differ = [each for each in other.result.warnings if each.code == "data.class-names-differ"]
    assert "'SZ' in the parent model and 'ASD' in train_data" in str(*differ)
    with pytest.raises(CohortError, match="'SZ' is class 0 in train_data and class 1 in the paren"):
        run(Splits(named("D", "SZ", "HC")), QUICK, evaluation=ASKED, parent=outcome.model)


def test_a_class_is_named_in_sentences() -> None:
    few = Splits(named("A", "HC", "SZ", each=3))
    with pytest.raises(CohortError) as caught:
        run(few, QUICK, evaluation=replace(ASKED, cv_folds=5))
    assert caught.value.codes == ("evaluation.too-many-folds-of-class",)
    assert "class HC (0)" in str(caught.value)


def test_a_name_is_shown_with_its_number_unless_they_are_one() -> None:
    assert str(class_name(NAMES, 1)) == "class SZ (1)"
    assert class_name(NAMELESS, 1) == class_name({1: "1"}, 1)
    assert str(class_name(NAMELESS, 1)) == "class 1"
    assert words({0: "1", 1: "-1", 2: " MDD "}) == {2: "MDD"}


def test_names_of_several_sources_are_put_together() -> None:
    names, said = shared_names([("A", NAMES), ("B", {}), ("C", {0: "control", 1: "sz", 2: "BD"})])
    assert names == {0: "HC", 1: "SZ", 2: "BD"}
    assert said == ()
