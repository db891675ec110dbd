"""One task from cohorts to a result: effects found, none invented, nothing leaked."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from graphnet import experiment
from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import FROM_CONNECTOMES, GRAPHS
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.provenance import fingerprints
from graphnet.data.splits import Splits
from graphnet.distributed import shards as parts
from graphnet.errors import CohortError, GraphnetError, ModelError, SettingsError, TrainingError
from graphnet.messages import Message
from graphnet.names import class_name, rule_sentences
from graphnet.outcome import Outcome
from graphnet.readers import from_json, from_table
from graphnet.training.callbacks import Callback
from graphnet.training.history import Epoch
from graphnet.training.loop import Training
from graphnet.training.stacked import MonitoredFit, fit_monitored
from tests.graphnet.people import RECIPE, cohort, rearranged, table

LINE = re.compile(
    r"Epoch \d{3,}(, (Train|Val|Test) Loss: \d+\.\d{4}, \2 Accuracy: [01]\.\d{4}){1,3}"
)
KINDS = [("SGN", "covariance"), ("SGN", "similarity"), ("GCN", "full")]


def run(*data: Any, **asked: Any) -> Outcome:
    """The model and its own figures: test_validation.py has all that judges it."""
    plain = Evaluation(cv_folds=0, baselines=False, explain=False)
    return experiment.run(*data, evaluation=plain, **asked)


def few(model: str = "SGN", **asked: Any) -> TrainingSettings:
    return TrainingSettings.for_model(model, **{"epochs": 4, **asked})


def tensors(outcome: Outcome) -> dict[str, bytes]:
    """What was fitted: parameters, graph and scaler, as bytes."""
    model = outcome.model
    fitted: dict[str, Tensor] = dict(model.parameters)
    fitted |= {name: torch.from_numpy(found)
               for name, found in model.preprocessing.graphs.as_tensors().items()}  # fmt: skip
    parts = {name: tensor.numpy().tobytes() for name, tensor in fitted.items()}
    return parts | {"scaler": json.dumps(model.preprocessing.scaler.as_dict()).encode()}


def shuffled_labels(people: Cohort, seed: int) -> Cohort:
    return replace(people, labels=np.random.default_rng(seed).permutation(people.labels))


def chance(people: Cohort) -> float:
    """Standard deviation of an AUC where labels and scores have nothing to do with each other."""
    controls, patients = people.class_counts().values()
    return float(np.sqrt((controls + patients + 1) / (12 * controls * patients)))


def test_a_planted_effect_is_found_in_subjects_never_seen() -> None:
    others = cohort("A", controls=60, patients=60, seed=1, first=200)
    outcome = run(
        Splits(cohort(controls=60, patients=60), test=others), TrainingSettings.for_model("SGN")
    )
    auc = outcome.result.as_dict()["metrics"]["test"]["auc"]
    assert auc > 0.5 + 6 * chance(others)
    assert outcome.result.as_dict()["metrics"]["test"]["ci"]["auc"][0] > 0.7


@pytest.mark.nightly(but=("covariance", "similarity"))
@pytest.mark.parametrize("graph", sorted(set(GRAPHS) - {*FROM_CONNECTOMES, "tangent", "spatial"}))
def test_no_effect_is_found_where_labels_are_shuffled(graph: str) -> None:
    people = shuffled_labels(cohort(controls=60, patients=60), 1)
    others = shuffled_labels(cohort(controls=300, patients=300, seed=1, first=200), 2)
    outcome = run(Splits(people, test=others), few(graph=graph, epochs=40))
    auc = outcome.result.as_dict()["metrics"]["test"]["auc"]
    assert outcome.result.as_dict()["metrics"]["train"]["auc"] > 0.75  # it did learn its subjects
    assert auc == pytest.approx(0.5, abs=4 * chance(others))


def test_the_result_is_json_and_complete() -> None:
    outcome = run(
        Splits(cohort(), cohort("B"), cohort("C", patients=0)), few(), identity={"task_id": "T1"}
    )
    result = json.loads(json.dumps(outcome.result.as_dict(), allow_nan=False))
    assert set(result["metrics"]) == {"train", "val", "test"}
    assert result["metrics"]["test"]["auc"] is None  # there are no patients
    assert result["metrics"]["test"]["specificity"] is not None
    assert len(result["train_epochs"]) == 4
    assert all(LINE.fullmatch(line) for line in result["train_epochs"])
    assert [line.count("Loss") for line in result["train_epochs"]] == [3] * 4
    assert result["train_epochs"][0].startswith("Epoch 001, Train Loss: ")
    assert result["quality"]["rules"] == rule_sentences()
    assert result["device"] == "cpu"
    assert 1 <= result["selected_epoch"] <= 4
    assert all(sentence.endswith(".") for sentence in result["warnings"])


def test_a_split_that_is_not_there_has_no_figures() -> None:
    outcome = run(Splits(cohort()), few())
    assert (
        outcome.result.as_dict()["metrics"]["val"]
        is outcome.result.as_dict()["metrics"]["test"]
        is None
    )
    assert all(
        "Val" not in line and "Test" not in line
        for line in outcome.result.as_dict()["train_epochs"]
    )
    assert set(outcome.result.as_dict()["quality"]["findings"]) == {"train"}
    assert outcome.result.as_dict()["selected_epoch"] == 4


def test_figures_are_those_of_the_kept_model() -> None:
    others = cohort("B", controls=15, patients=25)
    outcome = run(Splits(cohort(), test=others), few())
    probabilities = StoredModel.from_bytes(*outcome.model.to_bytes()).predict(others)
    hits = probabilities.argmax(axis=1) == others.labels
    assert outcome.result.as_dict()["metrics"]["test"]["accuracy"] == hits.mean()
    last = outcome.result.as_dict()["train_epochs"][-1]
    assert f"Test Accuracy: {hits.mean():.4f}" in last


def test_every_epoch_is_told_and_may_end_the_training() -> None:
    told: list[Epoch] = []

    class Enough(Exception):
        pass

    class Telling(Callback):
        def on_epoch_end(self, training: Training, epoch: Epoch) -> None:  # noqa: ARG002
            told.append(epoch)
            if epoch.number == 2:
                raise Enough

    with pytest.raises(Enough):
        run(Splits(cohort()), few(), callback=Telling())
    assert [epoch.number for epoch in told] == [1, 2]
    outcome = run(Splits(cohort()), few())
    assert [epoch.line() for epoch in told] == outcome.result.as_dict()["train_epochs"][:2]


@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_a_run_repeats_bit_for_bit(model: str, graph: str) -> None:
    data, wanted = Splits(cohort(), cohort("B"), cohort("C")), few(model, graph=graph)
    first, again = run(data, wanted), run(data, wanted)
    assert first.model.to_bytes() == again.model.to_bytes()
    assert first.result == again.result
    assert tensors(run(data, replace(wanted, seed=1))) != tensors(first)


def kept(outcome: Outcome) -> tuple[bytes, dict[str, Any]]:
    """Parameters and manifest, but for how each file was read."""
    parameters, manifest = outcome.model.to_bytes()
    facts = json.loads(manifest)
    assert facts.pop("interpretations").keys() == {"site"}
    return parameters, facts


@pytest.mark.parametrize("form", list(rearranged(table(2))))
def test_another_column_order_trains_the_same_model(form: str) -> None:
    original = table(40)
    plain = run(Splits(from_table(original, "site")), few())
    other = run(Splits(from_table(rearranged(original)[form], "site")), few())
    stored = run(Splits(from_json(original.to_json(), "site")), few())
    assert kept(plain) == kept(other) == kept(stored)
    assert plain.result == other.result == stored.result


def spoiled(people: Cohort) -> Cohort:
    """The same ids with every value and every label changed."""
    features = 1.5 * np.nan_to_num(people.features[::-1], nan=1.0) + 1
    features[0, 0, 0] = np.nan
    return replace(people, features=features, labels=1 - people.labels)


@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_test_subjects_leave_no_trace_in_what_is_fitted(model: str, graph: str) -> None:
    train, val, test = cohort(), cohort("B"), cohort("C")
    wanted = few(model, graph=graph)
    plain = run(Splits(train, val, test), wanted)
    other = run(Splits(train, val, spoiled(test)), wanted)
    assert tensors(plain) == tensors(other) == tensors(run(Splits(train, val), wanted))
    assert plain.result.as_dict()["metrics"]["test"] != other.result.as_dict()["metrics"]["test"]


@pytest.mark.nightly(but=("test-SGN-covariance", "train-SGN-similarity"))
@pytest.mark.parametrize(("model", "graph"), KINDS)
@pytest.mark.parametrize("shared_with", ["train", "test"])
def test_validation_subjects_who_may_not_select_leave_no_trace(
    model: str, graph: str, shared_with: str
) -> None:
    train, test = cohort(), cohort("C")
    val = merge([cohort("B"), cohort("A" if shared_with == "train" else "C", patients=1)])
    wanted = few(model, graph=graph, learning_rate=1.0)
    plain = run(Splits(train, val, test), wanted)
    other = run(Splits(train, spoiled(val), test), wanted)
    assert tensors(plain) == tensors(other) == tensors(run(Splits(train), wanted))
    assert plain.result.as_dict()["selected_epoch"] == other.result.as_dict()["selected_epoch"] == 4
    assert plain.result.as_dict()["metrics"]["val"] != other.result.as_dict()["metrics"]["val"]


def test_validation_subjects_who_select_change_the_epoch_alone() -> None:
    train, val = cohort(), cohort("B")
    wanted = few(epochs=30, learning_rate=0.5)
    plain, other = run(Splits(train, val), wanted), run(Splits(train, spoiled(val)), wanted)
    assert plain.result.as_dict()["selected_epoch"] != other.result.as_dict()["selected_epoch"]
    for fitted in ("scaler", "graph"):
        assert tensors(plain)[fitted] == tensors(other)[fitted]
    curves = [
        [line.split(", Val")[0] for line in outcome.result.as_dict()["train_epochs"]]
        for outcome in (plain, other)
    ]
    assert curves[0] == curves[1]
    chosen = plain.result.as_dict()["selected_epoch"]
    assert tensors(plain) == tensors(run(Splits(train), replace(wanted, epochs=chosen)))


@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_a_training_subject_does_leave_a_trace(model: str, graph: str) -> None:
    train = cohort()
    features = train.features.copy()
    features[7, 3, 2] += 0.05
    plain = tensors(run(Splits(train), few(model, graph=graph)))
    other = tensors(run(Splits(replace(train, features=features)), few(model, graph=graph)))
    assert plain["scaler"] != other["scaler"]
    assert all(plain[name] != other[name] for name in plain if name.endswith("weight"))


def test_one_class_alone_cannot_be_trained_from_scratch() -> None:
    with pytest.raises(CohortError) as caught:
        run(Splits(cohort(controls=0)), few())
    assert caught.value.codes == ("training.one-class",)


def test_held_out_classes_must_occur_in_training() -> None:
    odd = replace(cohort("B"), labels=np.arange(40) % 3)
    with pytest.raises(CohortError, match=r"^test_data has class 2, which the model does not"):
        run(Splits(cohort(), test=odd), few())


def test_similarity_is_refused_for_two_measures() -> None:
    people = cohort()
    narrow = replace(people, features=people.features[..., :2], measures=people.measures[:2])
    with pytest.raises(SettingsError, match="needs at least 3 measures per region"):
        run(Splits(narrow), few(graph="similarity"))


def test_three_classes_are_trained_as_the_file_numbers_them() -> None:
    people = cohort(controls=30, patients=30)
    labels = np.array([0, 4, 9])[np.arange(60) % 3]
    outcome = run(Splits(replace(people, labels=labels)), few())
    assert outcome.model.classes == (0, 4, 9)
    assert outcome.model.predict(people).shape == (60, 3)
    confusion = outcome.result.as_dict()["metrics"]["train"]["confusion"]
    assert [sum(row) for row in confusion] == [20, 20, 20]


SITE_B = cohort("B", seed=1)


@cache
def grown() -> StoredModel:
    """A parent of site A. Not when the module is imported: each process of the tests does that."""
    return run(
        Splits(cohort(controls=40, patients=40)), TrainingSettings.for_model("SGN", epochs=20)
    ).model


@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_fine_tuning_keeps_the_parents_scaler_and_graph(model: str, graph: str) -> None:
    parent = run(Splits(cohort()), few(model, graph=graph, density=0.3)).model
    child = run(Splits(SITE_B), few(model, epochs=1, density=0.9), parent=parent).model
    assert child.preprocessing.scaler.as_dict() == parent.preprocessing.scaler.as_dict()
    assert (child.layout, child.classes) == (parent.layout, parent.classes)
    assert (child.settings.graph, child.settings.density) == (graph, 0.3)
    kept, inherited = (one.preprocessing.graphs.as_tensors() for one in (parent, child))
    if not kept:
        assert not inherited
    else:
        np.testing.assert_array_equal(inherited["graph"], kept["graph"])
    moved = [not torch.equal(t, parent.parameters[name]) for name, t in child.parameters.items()]
    assert all(moved)


def test_fine_tuning_starts_from_the_parent() -> None:
    still = run(Splits(SITE_B), few(epochs=1, learning_rate=1e-30), parent=grown()).model
    assert torch.equal(still.outputs(SITE_B), grown().outputs(SITE_B))
    again = StoredModel.from_bytes(*grown().to_bytes())
    assert tensors(run(Splits(SITE_B), few(), parent=again)) == tensors(
        run(Splits(SITE_B), few(), parent=grown())
    )


def test_fine_tuning_leaves_the_parent_as_it_was() -> None:
    before = grown().to_bytes()
    run(Splits(SITE_B), few(learning_rate=1.0), parent=grown())
    assert grown().to_bytes() == before


def test_fine_tuning_on_one_class_works_and_says_so() -> None:
    outcome = run(Splits(cohort("B", controls=0), test=SITE_B), few(), parent=grown())
    one_class = Message("data.one-class", split="train", name=class_name({}, 1))
    assert one_class in outcome.result.warnings
    assert outcome.model.classes == (0, 1)
    assert outcome.result.as_dict()["metrics"]["train"]["auc"] is None
    assert outcome.result.as_dict()["metrics"]["train"]["sensitivity"] is not None
    assert outcome.result.as_dict()["metrics"]["test"]["auc"] is not None


REFUSALS: list[
    tuple[Callable[[], Splits], TrainingSettings, type[GraphnetError], tuple[str, ...]]
] = [
    (
        lambda: Splits(cohort(recipe=replace(RECIPE, regions=11))),
        few(),
        ModelError,
        ("The data do not match the stored model.", "Only the stored model has the regions 12."),
    ),
    (
        lambda: Splits(cohort(recipe=replace(RECIPE, regions=13))),
        few(),
        ModelError,
        ("The data do not match the stored model.", "Only the data has the regions 13."),
    ),
    (
        lambda: Splits(replace(SITE_B, measures=("ALFF", "DC", "GMV", "VBM"))),
        few(),
        ModelError,
        (
            "The data do not match the stored model.",
            "Only the stored model has the measures ReHo.",
            "Only the data has the measures VBM.",
        ),
    ),
    (
        lambda: Splits(replace(SITE_B, labels=SITE_B.labels + 1)),
        few(),
        CohortError,
        ("train_data has class 2, which the model does not know (it knows class 0 and class 1).",),
    ),
    (
        lambda: Splits(SITE_B),
        few("GCN"),
        ModelError,
        (
            "The stored model is SGN and cannot be fine-tuned as GCN; leave model empty or choose "
            "SGN.",
        ),
    ),
]


@pytest.mark.parametrize(("data", "wanted", "error", "sentences"), REFUSALS)
def test_a_parent_that_does_not_fit_is_refused(
    data: Callable[[], Splits],
    wanted: TrainingSettings,
    error: type[GraphnetError],
    sentences: tuple[str, ...],
) -> None:
    with pytest.raises(error) as caught:
        run(data(), wanted, parent=grown())
    assert caught.value.sentences == sentences


def test_the_manifest_carries_who_it_is_and_whose_child() -> None:
    identity = {"task_id": "TASK2", "parent_task_id": "TASK1"}
    outcome = run(Splits(SITE_B), few(), parent=grown(), identity=identity)
    manifest = json.loads(outcome.model.to_bytes()[1])
    assert {key: manifest[key] for key in identity} == identity
    assert manifest["metrics"] == outcome.result.as_dict()["metrics"]
    assert manifest["warnings"] == outcome.result.as_dict()["warnings"]
    assert manifest["code_version"] == outcome.result.as_dict()["code_version"]
    assert manifest["datasets"]["train"] == fingerprints(SITE_B)


def test_a_fingerprint_is_of_the_content() -> None:
    original = table()
    plain = fingerprints(from_table(original, "site"))
    assert plain[0]["name"] == "site"
    assert plain[0]["subjects"] == 20
    assert len(plain[0]["sha256"]) == 64
    for form in rearranged(original).values():
        assert fingerprints(from_table(form, "site")) == plain
    for column, value in (("ID", "p1"), ("LABEL_GROUP", 2), ("GMV_7", 0.123)):
        changed = original.copy()
        changed.loc[3, column] = value
        assert fingerprints(from_table(changed, "site"))[0]["sha256"] != plain[0]["sha256"]


def test_a_fingerprint_is_of_all_that_a_training_may_depend_on() -> None:
    people = cohort()
    plain = fingerprints(people)[0]["sha256"]
    graph = np.zeros((len(people), len(people.regions), len(people.regions)))
    others = {
        "scores": np.arange(len(people), dtype=float),
        "sites": ("elsewhere",) * len(people),
        "connectomes": graph,
        "series": tuple(np.zeros((5, len(people.regions))) for _ in people.ids),
        "coordinates": np.zeros((len(people.regions), 3)),
    }
    found = {
        name: fingerprints(replace(people, **{name: value}))[0]["sha256"]  # type: ignore[arg-type]
        for name, value in others.items()
    }
    assert len({plain, *found.values()}) == 1 + len(others)


def test_a_twin_that_cannot_be_trained_is_no_reason_to_lose_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def diverging(start: StoredModel, *data: Any, **asked: Any) -> MonitoredFit:
        if start.settings.graph == "none":
            raise TrainingError("Training stopped in epoch 2.")
        return fit_monitored(start, *data, **asked)

    monkeypatch.setattr(parts, "fit_monitored", diverging)
    people = cohort()
    asked = Evaluation(cv_folds=0, explain=False)
    outcome = experiment.run(Splits(people), few(), evaluation=asked)
    assert (
        outcome.result.as_dict()["baselines_left_out"]["no_edge"] == "Training stopped in epoch 2."
    )
    assert outcome.result.as_dict()["baselines"]["no_edge"] == {}
    assert outcome.result.as_dict()["metrics"]["train"]["n"] == len(people)


def test_corrected_values_are_listed_and_said() -> None:
    people = cohort()
    features = people.features.copy()
    features[5, 2, 1] += 1000 * np.nanstd(features[:, 2, 1])
    features[:, 3, 0] = 0.25
    data = Splits(cohort("B"), test=replace(people, features=features))
    train = data.train.features.copy()
    train[:, 4, 3] = 0.5
    result = run(Splits(replace(data.train, features=train), test=data.test), few()).result
    findings = result.as_dict()["quality"]["findings"]
    assert {
        "rule": "clipped", "site": "A_NC", "subject": "A_NC_0006", "measure": "DC", "count": 1
    } in findings["test"]  # fmt: skip
    assert findings["train"][: len(data.train.findings)] == [
        finding.as_dict() for finding in data.train.findings
    ]
    clipped = sum(one["count"] for one in findings["test"] if one["rule"] == "clipped")
    assert any(
        sentence.startswith(f"test_data: {clipped} value") and "5 standard deviations" in sentence
        for sentence in result.as_dict()["warnings"]
    )
    assert any("hardly var" in sentence for sentence in result.as_dict()["warnings"])


def test_train_and_test_of_the_same_subjects_are_said() -> None:
    people = cohort()
    outcome = run(Splits(people, people, people), few())
    assert (
        sum("share 40 subjects" in sentence for sentence in outcome.result.as_dict()["warnings"])
        == 3
    )


@pytest.mark.nightly
def test_real_patients_of_another_site_are_told_from_controls(
    site_a: Cohort, site_b: Cohort
) -> None:
    outcome = run(Splits(site_a, test=site_b), TrainingSettings.for_model("SGN", epochs=30))
    assert outcome.result.as_dict()["metrics"]["test"]["auc"] > 0.85
    said = " ".join(outcome.result.as_dict()["warnings"])
    assert "SZP2018007" in said
    assert "SZP2018021" in said


@pytest.mark.cuda
@pytest.mark.parametrize(("model", "graph"), KINDS)
def test_cuda_gives_the_result_of_cpu(model: str, graph: str, cuda: torch.device) -> None:
    data, wanted = Splits(cohort(), cohort("B"), cohort("C")), few(model, graph=graph)
    here, there = run(data, wanted), run(data, wanted, device=cuda)
    assert there.result.as_dict()["device"] == "cuda"
    for name, tensor in there.model.parameters.items():
        assert tensor.device.type == "cpu"
        torch.testing.assert_close(tensor, here.model.parameters[name], atol=5e-3, rtol=1e-2)
    np.testing.assert_allclose(
        there.model.predict(data.train), here.model.predict(data.train), atol=1e-2
    )
