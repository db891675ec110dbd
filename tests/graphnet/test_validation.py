"""Cross-validation, baselines and what is said of them: honest, and the same as fold by fold."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import torch

from graphnet.artifacts.metrics import Estimate
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import NO_EDGE
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.splits import Splits
from graphnet.distributed.shards import Coordinator
from graphnet.errors import CohortError, TrainingError
from graphnet.evaluation import nested_selection
from graphnet.evaluation.assessment import graph_helps
from graphnet.evaluation.baselines import CLASSIFIERS, SITE
from graphnet.evaluation.cross_validation import cross_validate, pooled
from graphnet.evaluation.folds import Fold, stratified
from graphnet.evaluation.metrics import evaluate
from graphnet.evaluation.nested_selection import choose, grid
from graphnet.evaluation.validation import validate
from graphnet.experiment import run
from graphnet.messages import Message
from graphnet.outcome import Outcome
from graphnet.plan import ExperimentPlan
from graphnet.training import stacked as fits
from graphnet.training.callbacks import Callback
from graphnet.training.history import Epoch
from graphnet.training.initialisation import initialise
from graphnet.training.loop import Training
from graphnet.training.stacked import FitSpec, fit_all, fit_monitored
from tests.graphnet.people import cohort

CPU = torch.device("cpu")
PEOPLE = cohort(controls=24, patients=21)
QUICK = TrainingSettings.for_model("SGN", epochs=8, density=0.3)
FOLDS = stratified(PEOPLE.labels, PEOPLE.ids, folds=4, repeats=1, seed=0)


def judged(data: Splits, settings: TrainingSettings = QUICK, **asked: Any) -> dict[str, Any]:
    return run(data, settings, evaluation=Evaluation(**asked)).result.as_dict()


def fitted(
    people: Cohort, settings: TrainingSettings = QUICK, journal: Callback | None = None
) -> list[StoredModel]:
    each = [FitSpec(fold.train, settings) for fold in FOLDS]
    found = fit_all(people, each, (0, 1), device=CPU, callback=journal)
    return [each.model for each in found]


@pytest.mark.parametrize("asked", [{}, {"seeds": 2}, {"graph": "similarity"}, {"model": "GCN"}])
def test_folds_trained_together_are_folds_trained_alone(asked: dict[str, Any]) -> None:
    settings = TrainingSettings.for_model(name=asked.get("model", "SGN"), epochs=8, density=0.3,
                                  **{k: v for k, v in asked.items() if k != "model"})  # fmt: skip
    fits = [FitSpec(fold.train, settings) for fold in FOLDS]
    for fold, found in zip(FOLDS, fit_all(PEOPLE, fits, (0, 1), device=CPU), strict=True):
        start = initialise(PEOPLE.rows(fold.train), settings, (0, 1))
        alone = fit_monitored(start, Splits(PEOPLE.rows(fold.train)), device=CPU).model
        for name, tensor in alone.parameters.items():
            torch.testing.assert_close(found.model.parameters[name], tensor, atol=1e-4, rtol=1e-3)
        np.testing.assert_allclose(found.predicted, alone.predict(PEOPLE), atol=1e-4)


def test_a_test_subject_changes_nothing_that_was_fitted() -> None:
    """Whatever the value: scaling, graph and parameters stay the same to the last bit."""
    features = PEOPLE.features.copy()
    row = int(FOLDS[1].test[0])
    features[row] = 1e6
    before, after = fitted(PEOPLE)[1], fitted(replace(PEOPLE, features=features))[1]
    assert before.to_bytes() == after.to_bytes()
    touched = fitted(replace(PEOPLE, features=features))[0]  # there the subject is trained on
    assert touched.to_bytes() != fitted(PEOPLE)[0].to_bytes()


def test_out_of_fold_predictions_are_of_models_that_did_not_see_the_subject() -> None:
    tested = [np.full((len(fold.test), 2), float(place)) for place, fold in enumerate(FOLDS)]
    found = pooled(FOLDS, tested, 45)
    assert found.shape == (1, 45, 2)
    for place, fold in enumerate(FOLDS):
        assert (found[0, fold.test] == place).all()
    one = pooled([Fold(np.arange(3), np.array([3]), 0, "")], [np.ones((1, 2))], 5)
    assert np.isnan(one[0]).sum() == 8


def test_shuffled_labels_are_predicted_by_chance() -> None:
    random = np.random.default_rng(5)
    people = cohort(controls=60, patients=60)
    mixed = replace(people, labels=random.permutation(people.labels))
    folds = stratified(mixed.labels, mixed.ids, folds=5, repeats=2, seed=1)
    found = cross_validate(mixed, QUICK, folds, (0, 1), device=CPU)
    sd = np.sqrt(121 / (12 * 60 * 60))  # Mann & Whitney 1947
    for values in (found.predicted, *found.baselines.values()):
        assert values is not None
        auc = np.mean([evaluate(mixed.labels, one)["auc"] for one in values])
        assert auc == pytest.approx(0.5, abs=4 * sd)


@pytest.mark.nightly
def test_where_nobody_is_new_the_result_is_cross_validated_and_says_why() -> None:
    for data in (Splits(PEOPLE), Splits(PEOPLE, PEOPLE, PEOPLE)):
        result = judged(data)
        assert result["metrics"]["cv"]["n"] == 45
        assert result["cross_validation"]["cv"]["folds"] == 10
        why = Message.from_json(result["cross_validation"]["cv"]["why_message"])
        assert why == Message("evaluation.cv-called-for")
        assert result["cross_validation"]["cv"]["why"] == str(why)
        assert result["metrics"]["cv"]["auc"] < result["metrics"]["train"]["auc"]
    assert "cv" not in judged(Splits(PEOPLE, test=cohort("B")))["metrics"]
    assert "cv" not in judged(Splits(PEOPLE), cv_folds=0)["metrics"]


def test_a_class_of_one_cannot_be_cross_validated_and_that_is_said() -> None:
    result = judged(Splits(cohort(controls=12, patients=1)))
    assert result["metrics"]["cv"] is None
    assert Message("evaluation.cv-impossible").as_dict() in result["warning_messages"]
    small = judged(Splits(cohort(controls=12, patients=3)))
    assert small["cross_validation"]["cv"]["folds"] == 3
    with pytest.raises(CohortError) as caught:
        judged(Splits(cohort(controls=12, patients=3)), cv_folds=5)
    assert caught.value.codes == ("evaluation.too-many-folds-of-class",)


@pytest.mark.nightly
def test_baselines_have_the_shape_of_the_metrics_on_the_same_subjects() -> None:
    result = judged(Splits(PEOPLE, test=cohort("B")), cv_folds=3, cv_repeats=2)
    assert set(result["baselines"]) == {*CLASSIFIERS, NO_EDGE, SITE}
    for figures in result["baselines"].values():
        assert set(figures) == {"train", "test", "cv"}
        for split, found in figures.items():
            assert set(found) == set(result["metrics"][split])
            assert found["n"] == result["metrics"][split]["n"]
    assert result["metrics"]["cv"]["repeats"] == 2
    assert result["cross_validation"]["cv"]["folds"] == 3
    assert set(result["differences"]) == {"test", "cv"}
    assert result["differences"]["cv"]["majority"]["auc"]["excludes_zero"]
    assert result["graph_helps"]["split"] == "test"
    without = judged(Splits(PEOPLE, test=cohort("B")), baselines=False)
    assert without["baselines"] == without["differences"] == {}
    assert without["graph_helps"] is None


def test_the_graph_is_said_to_help_only_beyond_doubt() -> None:
    def code(difference: float, low: float, high: float) -> str:
        found = graph_helps({"test": {NO_EDGE: {"auc": Estimate(difference, low, high)}}})
        assert found is not None
        assert f"{difference:+.3f}" in str(found.message)
        return found.message.code

    assert code(0.05, 0.01, 0.09) == "evaluation.graph-helps"
    assert code(0.05, -0.01, 0.11) == "evaluation.graph-unclear"
    assert code(-0.05, -0.09, -0.01) == "evaluation.graph-harms"
    assert graph_helps({"test": {NO_EDGE: None}}) is None


def test_nothing_is_said_of_the_graph_by_subjects_whom_the_model_knows() -> None:
    result = judged(Splits(PEOPLE, test=PEOPLE), cv_folds=3)
    assert result["differences"]["test"][NO_EDGE]
    assert result["graph_helps"]["split"] == "cv"


def test_nothing_is_said_of_the_graph_by_a_handful_of_subjects() -> None:
    few = cohort("B", controls=4, patients=9)
    result = judged(Splits(PEOPLE, test=few), cv_folds=0)
    assert result["differences"]["test"][NO_EDGE]["auc"]["ci"] is None
    assert result["graph_helps"] is None


@pytest.mark.nightly
def test_a_model_without_a_graph_is_not_compared_to_itself() -> None:
    for model in ("NoEdge", "MLP"):
        settings = TrainingSettings.for_model(model, epochs=3)
        assert NO_EDGE not in judged(Splits(PEOPLE), settings, cv_folds=3)["baselines"]


def test_each_site_is_left_out() -> None:
    sites = merge([cohort("A"), cohort("B", seed=1), cohort("C", seed=2)])
    named = replace(sites, sites=tuple(name[0] for name in sites.datasets))
    result = judged(Splits(named), replace(QUICK, epochs=20), leave_site_out=True, cv_folds=0)
    assert result["metrics"]["leave_site_out"]["n"] == 120
    found = result["cross_validation"]["leave_site_out"]["sites"]
    assert {name: each["n"] for name, each in found.items()} == {"A": 40, "B": 40, "C": 40}
    metrics = result["metrics"]["leave_site_out"]
    assert metrics["auc_within_sites"] == pytest.approx(
        fmean(each["auc"] for each in found.values())
    )
    assert 0.6 < metrics["auc_within_sites"] != metrics["auc"]
    low, high = metrics["ci"]["auc_within_sites"]
    assert low < metrics["auc_within_sites"] < high
    others = {
        name: each["leave_site_out"]
        for name, each in result["baselines"].items()
        if "leave_site_out" in each
    }
    differences = result["differences"]["leave_site_out"]
    assert differences["svm_rbf"]["auc_within_sites"]["difference"] == pytest.approx(
        metrics["auc_within_sites"] - others["svm_rbf"]["auc_within_sites"]
    )
    assert others["majority"]["auc_within_sites"] == 0.5  # a model's shares are the same for all


def test_three_classes_have_no_mean_over_sites() -> None:
    labels = np.arange(len(PEOPLE)) % 3
    sites = tuple("AB"[row // 3 % 2] for row in range(len(PEOPLE)))
    three = replace(PEOPLE, labels=labels, sites=sites)
    result = judged(Splits(three), leave_site_out=True, cv_folds=0, baselines=False)
    assert "auc_within_sites" not in result["metrics"]["leave_site_out"]


def test_labels_are_shuffled_within_the_sites_that_are_left_out() -> None:
    """Where each site has one class only, no shuffling within sites changes anything."""
    sites = tuple(f"{'ABCD'[row % 2 + 2 * label]}" for row, label in enumerate(PEOPLE.labels))
    named = replace(PEOPLE, sites=sites)
    result = judged(Splits(named), leave_site_out=True, cv_folds=0, permutations=99)
    assert result["cross_validation"]["leave_site_out"]["permutation"]["p"] is None
    assert result["metrics"]["leave_site_out"]["auc_within_sites"] is None


def test_densities_that_leave_no_edge_are_not_tried() -> None:
    dense = TrainingSettings.for_model("SGN", density=0.2)
    assert {each.density for each in grid(dense, 12)} == {0.05, 0.1, 0.2}
    assert {each.density for each in grid(dense, 4)} == {0.1, 0.2}
    assert {each.density for each in grid(dense, 2)} == {0.2}


def test_nested_selection_looks_at_training_subjects_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nested_selection, "RATES", (1e-4, 1.0))
    monkeypatch.setattr(nested_selection, "DENSITIES", (0.2,))
    fold = FOLDS[0]
    (chosen,), _ = choose(PEOPLE, [FitSpec(fold.train, QUICK)], (0, 1), device=CPU)
    assert chosen.settings.learning_rate == 0.01  # the other hardly learns
    wild = PEOPLE.features.copy()
    wild[fold.test] *= 1000
    tested = np.isin(np.arange(45), fold.test)
    labels = np.where(tested, 1 - PEOPLE.labels, PEOPLE.labels)
    mixed = replace(PEOPLE, features=wild, labels=labels)
    (other,), _ = choose(mixed, [FitSpec(fold.train, QUICK)], (0, 1), device=CPU)
    assert other.settings == chosen.settings
    result = judged(Splits(PEOPLE), nested=True, cv_folds=3)
    assert len(result["cross_validation"]["cv"]["chosen"]) == 3
    full, dense = replace(QUICK, graph="full"), replace(QUICK, density=0.2)
    assert len(grid(full, 12)) < len(grid(dense, 12)) * 2


def test_permutations_give_a_p_value() -> None:
    found = judged(Splits(PEOPLE), replace(QUICK, epochs=20), cv_folds=4, permutations=99)
    assert 0.01 <= found["cross_validation"]["cv"]["permutation"]["p"] <= 0.2


def test_a_score_is_learned_and_judged_in_its_own_units() -> None:
    people = cohort(controls=60, patients=60)
    signal = np.nanmean(people.features[:, :3, 0], axis=1)
    scores = 40 + 6 * (signal - signal.mean()) / signal.std()
    scored = replace(people, scores=scores)
    data = Splits(scored.rows(np.arange(0, 120, 2)), test=scored.rows(np.arange(1, 120, 2)))
    settings = TrainingSettings.for_model("SGN", label="score", epochs=60)
    outcome = run(data, settings, evaluation=Evaluation(cv_folds=4))
    test = outcome.result.as_dict()["metrics"]["test"]
    assert test["mae"] < 5
    assert test["pearson"] > 0.5
    assert set(outcome.result.as_dict()["baselines"]["ridge"]) == {"train", "test", "cv"}
    assert outcome.result.as_dict()["train_epochs"][0].startswith("Epoch 001, Train Loss: ")
    assert "Accuracy" not in outcome.result.as_dict()["train_epochs"][0]
    again = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert again.predict(data.train).tobytes() == outcome.model.predict(data.train).tobytes()
    flat = replace(data.train, scores=np.full(60, 3.0))
    with pytest.raises(CohortError, match="the same LABEL_SCORE"):
        run(Splits(flat), settings)


def fine_tuned(
    parent: Outcome, data: Splits, evaluation: Evaluation | None = None, **asked: Any
) -> Outcome:
    settings = TrainingSettings.for_model("SGN", epochs=5, **asked)
    return run(data, settings, parent=parent.model, evaluation=evaluation)


UNJUDGED = Evaluation(cv_folds=0, baselines=False, explain=False)
OTHERS = Splits(cohort("B", seed=3), test=cohort("C", seed=4))


@cache
def grown() -> Outcome:
    """A parent of site A."""
    return run(Splits(PEOPLE), QUICK, evaluation=Evaluation(cv_folds=0, baselines=False))


def test_only_the_parts_that_were_asked_for_are_trained_on() -> None:
    moved = {}
    for part in ("readout", "last_layers", "all"):
        child = fine_tuned(grown(), OTHERS, UNJUDGED, fine_tune=part).model
        moved[part] = {name for name, tensor in child.parameters.items()
                       if not torch.equal(tensor, grown().model.parameters[name])}  # fmt: skip
    assert moved["readout"] == {"readout.weight", "linear.weight", "bias"}
    assert moved["last_layers"] == {*moved["readout"], "embedding"}
    assert moved["all"] == {*moved["last_layers"], "conv.weight"}


@pytest.mark.nightly
def test_kept_moments_are_those_of_the_stored_parent() -> None:
    again = StoredModel.from_bytes(*grown().model.to_bytes())
    kept = fine_tuned(replace(grown(), model=again), OTHERS, UNJUDGED, optimiser="kept").model
    fresh = fine_tuned(grown(), OTHERS, UNJUDGED).model
    same = fine_tuned(grown(), OTHERS, UNJUDGED, optimiser="kept").model
    assert kept.to_bytes() == same.to_bytes()
    assert not torch.equal(kept.parameters["bias"], fresh.parameters["bias"])


def test_a_child_is_compared_to_its_parent_on_the_same_subjects() -> None:
    result = fine_tuned(grown(), OTHERS).result
    assert set(result.as_dict()["baselines"]) == {*CLASSIFIERS, "parent", SITE}
    assert result.baselines["parent"]["test"] == evaluate(
        OTHERS.present()["test"].labels, grown().model.predict(OTHERS.present()["test"])
    )
    assert "parent" in result.as_dict()["differences"]["test"]


@pytest.mark.nightly
def test_subjects_whom_an_ancestor_was_trained_on_are_found() -> None:
    child = fine_tuned(grown(), OTHERS, UNJUDGED)
    half = PEOPLE.rows(np.arange(0, 45, 2))
    result = fine_tuned(child, Splits(cohort("D"), test=half)).result
    assert Message("warnings.parent-saw-held-out", split="test", count=23) in result.warnings
    tuned = fine_tuned(grown(), Splits(PEOPLE, PEOPLE)).result
    assert Message("warnings.parent-saw-train", count=45) in tuned.warnings
    again = tuned.as_dict()
    assert again["metrics"]["cv"]["n"] == 45
    assert again["differences"]["cv"]["no_edge"] is not None
    assert again["graph_helps"] is None  # the folds' models are not the one that was fine-tuned


@pytest.mark.nightly
def test_folds_from_scratch_train_all_of_the_net_whatever_the_fine_tuning_trains() -> None:
    asked = replace(QUICK, fine_tune="readout", epochs=5)
    again = run(Splits(PEOPLE), asked, parent=grown().model).result.as_dict()["metrics"]["cv"]
    whole = replace(asked, fine_tune="all")
    assert (
        again == run(Splits(PEOPLE), whole, parent=grown().model).result.as_dict()["metrics"]["cv"]
    )
    assert (
        run(Splits(PEOPLE), asked).model.to_bytes() == run(Splits(PEOPLE), whole).model.to_bytes()
    )


@pytest.mark.nightly
def test_nested_selection_of_a_fine_tuning_begins_from_the_parent() -> None:
    people = cohort("B", controls=24, patients=21, seed=3)
    asked = [FitSpec(FOLDS[0].train, replace(grown().model.settings, learning_rate=1e-5, epochs=1))]
    seen: list[int] = []

    class Counted(Callback):
        def follow(self, training: Training) -> Iterator[Epoch]:
            start = training.parameters.views()["bias"]
            seen.append(len(start))
            wanted = grown().model.parameters["bias"].expand_as(start)
            assert torch.equal(start.detach(), wanted)
            yield from super().follow(training)

    parent = grown().model
    (chosen,), _ = choose(people, asked, (0, 1), device=CPU, parent=parent, callback=Counted())
    assert sum(seen) == 5 * len(grid(QUICK, 12, inherited=True))
    assert chosen.settings.density == parent.settings.density  # the graph is the parent's
    told = run(
        Splits(people), QUICK, parent=parent, evaluation=Evaluation(cv_folds=2, nested=True)
    ).result.as_dict()["cross_validation"]["cv"]["chosen"]
    assert [set(each) for each in told] == [{"learning_rate", "weight_decay"}] * 2


@pytest.mark.nightly
def test_nested_selection_fine_tunes_all_models_of_its_parent() -> None:
    pair = run(
        Splits(PEOPLE), replace(QUICK, seeds=2), evaluation=Evaluation(cv_folds=0, baselines=False)
    )
    asked = Evaluation(cv_folds=2, nested=True, explain=False)
    people = cohort("B", controls=12, patients=12, seed=3)
    found = run(Splits(people), QUICK, parent=pair.model, evaluation=asked).result
    assert found.as_dict()["metrics"]["cv"]["n"] == 24


def test_a_class_that_can_be_read_off_the_site_is_said_to_be_so() -> None:
    one = replace(PEOPLE, sites=tuple("AB"[label] for label in PEOPLE.labels))
    confounded = {"sites": ["A", "B"], "count": 2, "unnamed": False}
    warnings = judged(Splits(one), cv_folds=0, baselines=False)["warning_messages"]
    expected = Message("warnings.site-confounded", split="train", **confounded)
    assert Message.from_json(warnings[0]) == expected
    half = replace(PEOPLE, sites=tuple("AB"[row % 2] for row in range(45)))
    warnings = judged(Splits(half, test=one), cv_folds=0, baselines=False)["warning_messages"]
    of_sites = [one for one in map(Message.from_json, warnings) if one.code == expected.code]
    assert of_sites == [Message("warnings.site-confounded", split="test", **confounded)]


def test_a_class_that_can_be_read_off_the_dataset_is_said_to_be_so() -> None:
    apart = replace(PEOPLE, sites=PEOPLE.datasets)
    said = judged(Splits(apart), cv_folds=0, baselines=False)["warnings"]
    assert "A dataset without a column SITE counts as a site of its own." in said[0]


def test_a_score_has_no_classes_that_a_site_could_give_away() -> None:
    one = replace(PEOPLE, sites=tuple("AB"[label] for label in PEOPLE.labels))
    scored = replace(one, scores=np.arange(45.0))
    settings = TrainingSettings.for_model("SGN", label="score", epochs=2)
    said = judged(Splits(scored), settings, cv_folds=0, baselines=False)["warnings"]
    assert not any("are of one class" in each for each in said)


def test_harmonised_training_is_stored_and_says_what_it_could_not_do() -> None:
    sites = merge([cohort("A"), cohort("B", seed=1)])
    named = replace(sites, sites=tuple(name[0] for name in sites.datasets))
    outcome = run(Splits(named, test=cohort("C")), replace(QUICK, harmonise=True))
    again = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert again.predict(named).tobytes() == outcome.model.predict(named).tobytes()
    plain = run(Splits(named, test=cohort("C")), QUICK)
    assert plain.model.predict(named).tobytes() != outcome.model.predict(named).tobytes()
    unseen = [one for one in outcome.result.warnings if one.code == "warnings.not-harmonised"]
    assert "C_NC" in {dict(warning.values)["site"] for warning in unseen}
    with pytest.raises(CohortError, match="harmonise needs at least two sites"):
        run(Splits(named.rows(np.arange(40))), replace(QUICK, harmonise=True))


@pytest.mark.nightly
def test_several_seeds_are_averaged() -> None:
    plain = replace(QUICK, calibrate=False)
    outcome = run(Splits(PEOPLE), replace(plain, seeds=3), evaluation=Evaluation(cv_folds=0))
    singles = [
        run(Splits(PEOPLE), replace(plain, seed=seed), evaluation=Evaluation(cv_folds=0)).model
        for seed in range(3)
    ]
    mean = np.mean([one.predict(PEOPLE) for one in singles], axis=0)
    np.testing.assert_allclose(outcome.model.predict(PEOPLE), mean, atol=1e-4)


class Poisoned(Training):
    """A training whose parameters are no numbers any more in its third epoch."""

    def _train(self, rate: float) -> None:
        if self.epoch == 2:
            with torch.no_grad():
                self.parameters.flat.fill_(torch.nan)
        super()._train(rate)


@pytest.mark.nightly
def test_what_was_sound_before_the_loss_was_no_number_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = run(Splits(PEOPLE), replace(QUICK, epochs=2)).model
    monkeypatch.setattr(fits, "Training", Poisoned)
    with pytest.raises(TrainingError) as caught:
        run(Splits(PEOPLE), QUICK)
    (message,) = caught.value.messages
    assert message.code == "training.loss-not-finite"
    assert dict(message.values)["epoch"] == 3
    assert isinstance(caught.value.kept, StoredModel)
    assert torch.equal(caught.value.kept.outputs(PEOPLE), two.outputs(PEOPLE))


def test_folds_that_fail_are_null_and_the_model_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    start = fit_monitored(initialise(PEOPLE, QUICK, (0, 1)), Splits(PEOPLE), device=CPU).model
    monkeypatch.setattr(fits, "Training", Poisoned)
    work = ExperimentPlan.of(Splits(PEOPLE), QUICK, Evaluation(), None)
    judged = Coordinator(work, CPU, Callback()).cross_validate
    found = validate(start, PEOPLE, work.fold_plans, Evaluation(), judged)
    assert found.metrics == {"cv": None}
    assert [warning.code for warning in found.warnings] == ["evaluation.cv-failed"]


class Counting(Callback):
    """Counts how often memory ran out."""

    times = 0

    def on_out_of_memory(self) -> None:
        self.times += 1


def test_what_does_not_fit_into_memory_is_trained_in_parts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A device that has room for two fits at a time gives what one with room for all gives."""
    whole, sizes = fitted(PEOPLE), []

    class Small(Training):
        def __iter__(self) -> Iterator[Epoch]:
            sizes.append(len(self.best))
            if len(self.best) > 2:
                raise torch.OutOfMemoryError
            return super().__iter__()

    monkeypatch.setattr(fits, "Training", Small)
    journal = Counting()
    parts = fitted(PEOPLE, journal=journal)
    assert sizes == [4, 2, 2]
    assert journal.times == 1
    assert "training 2 models at a time" in caplog.text
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one.predict(PEOPLE), other.predict(PEOPLE), atol=1e-4)
