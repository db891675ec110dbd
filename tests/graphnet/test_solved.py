"""A logistic regression as a model: the baseline's optimum, kept, applied and explained."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.splits import Splits
from graphnet.errors import ModelError, SettingsError
from graphnet.evaluation.attribution import integrated_gradients
from graphnet.evaluation.baselines import STRENGTHS, fit_baselines, fit_svm
from graphnet.evaluation.linear_models import inner_folds
from graphnet.experiment import run
from graphnet.outcome import PENALTY, Outcome
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from graphnet.report.summary import offered_form, simple_offer, unkept_method, verdict
from graphnet.training.callbacks import Callback
from graphnet.training.loop import Training
from graphnet.training.solved import STRENGTH
from tests.graphnet.people import cohort

SVM = TrainingSettings.for_model("LinearSVM", calibrate=False)
PLAIN = TrainingSettings.for_model("LogisticRegression", calibrate=False)
ALONE = Evaluation(cv_folds=0, explain=False, baselines=False)
PEOPLE = cohort(controls=40, patients=36)
OTHERS = cohort(controls=20, patients=20, seed=7, first=500)


def trained(settings: TrainingSettings = PLAIN, evaluation: Evaluation = ALONE) -> Outcome:
    return run(Splits(PEOPLE, test=OTHERS), settings, evaluation=evaluation)


def measures(model: StoredModel, of: object = PEOPLE) -> np.ndarray:
    return model.preprocessing.scaled(of).reshape(len(of), -1)  # type: ignore[arg-type]


def test_it_is_the_optimum_that_scikit_learn_finds_with_the_same_penalty() -> None:
    outcome = trained()
    model = outcome.model
    (strength,) = model.facts[PENALTY]["C"]
    assert strength in STRENGTHS
    theirs = LogisticRegression(C=strength, tol=1e-9, max_iter=20_000)
    theirs.fit(measures(model).astype(float), PEOPLE.labels)
    expected = theirs.predict_proba(measures(model, OTHERS).astype(float))
    np.testing.assert_allclose(model.predict(OTHERS), expected, atol=2e-5)
    width = measures(model).shape[1]
    weights = model.parameters["linear.weight"][0].double().numpy() / np.sqrt(width)
    np.testing.assert_allclose(weights[:, 1] - weights[:, 0], theirs.coef_[0], atol=2e-5)


def test_its_penalty_is_that_of_least_loss_on_inner_folds_of_the_training_subjects() -> None:
    model = trained().model
    x = measures(model).astype(float)
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(x, PEOPLE.labels)
    losses = np.zeros(len(STRENGTHS))
    for train, test in folds:
        for place, strength in enumerate(STRENGTHS):
            fit = LogisticRegression(C=strength, tol=1e-8, max_iter=20_000)
            fit.fit(x[train], PEOPLE.labels[train])
            log = fit.predict_log_proba(x[test])
            losses[place] -= log[np.arange(len(test)), PEOPLE.labels[test]].mean()
    assert model.facts[PENALTY]["C"] == [STRENGTHS[int(losses.argmin())]]


def test_it_predicts_what_the_baseline_of_another_model_predicts() -> None:
    model = trained().model
    baseline = fit_baselines(measures(model), PEOPLE.labels, {"t": measures(model, OTHERS)}, 2)
    expected = baseline["logistic_regression"].predicted["t"]
    np.testing.assert_allclose(model.predict(OTHERS), expected, atol=1e-6)


@pytest.mark.nightly
def test_folds_give_the_metrics_that_the_baseline_had_beside_a_network() -> None:
    asked = Evaluation(cv_folds=4, explain=False)
    network = TrainingSettings.for_model("MLP", epochs=2, calibrate=False)
    beside = run(Splits(PEOPLE), network, evaluation=asked).result
    own = run(Splits(PEOPLE), PLAIN, evaluation=asked).result
    theirs, ours = beside.baselines["logistic_regression"]["cv"], own.metrics["cv"]
    assert theirs is not None
    assert ours is not None
    assert ours["auc"] == theirs["auc"]
    assert ours["brier"] == pytest.approx(theirs["brier"], abs=1e-6)
    assert "logistic_regression" not in own.baselines  # it is the model itself
    assert "svm_rbf" in own.baselines


def test_it_learns_three_classes() -> None:
    labels = np.arange(len(PEOPLE)) % 3
    three = replace(PEOPLE, labels=labels)
    model = run(Splits(three), PLAIN, evaluation=ALONE).model
    (strength,) = model.facts[PENALTY]["C"]
    theirs = LogisticRegression(C=strength, tol=1e-9, max_iter=20_000)
    theirs.fit(measures(model, three).astype(float), labels)
    expected = theirs.predict_proba(measures(model, OTHERS).astype(float))
    np.testing.assert_allclose(model.predict(OTHERS), expected, atol=2e-5)


def test_no_test_or_validation_subject_changes_the_model() -> None:
    settings = replace(PLAIN, early_stopping=0)
    alone = run(Splits(PEOPLE), settings, evaluation=ALONE).model
    beside = run(Splits(PEOPLE, val=OTHERS), settings, evaluation=ALONE)
    assert beside.model.digest == alone.digest
    assert beside.result.selected_epoch == 1


def test_stored_and_read_back_it_predicts_the_same() -> None:
    outcome = trained(TrainingSettings.for_model("LogisticRegression"))
    model = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert model.calibration is not None
    np.testing.assert_array_equal(model.predict(OTHERS), outcome.model.predict(OTHERS))
    assert model.facts[PENALTY] == outcome.model.facts[PENALTY]
    assert outcome.result.history.lines()[0].startswith("Epoch 001, Train Loss: ")
    assert len(outcome.result.history) == 1


def test_its_attributions_are_exact() -> None:
    model = trained().model
    found = integrated_gradients(model, OTHERS)
    assert found.steps is None
    assert found.gap < 1e-5
    x = model.preprocessing.scaled(OTHERS).astype(float)
    width = measures(model).shape[1]
    weights = model.parameters["linear.weight"][0].double().numpy() / np.sqrt(width)
    added = x * (weights[:, 1] - weights[:, 0]).reshape(x.shape[1:])
    np.testing.assert_allclose(found.mean, added.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.by_subject, added.sum(axis=2), atol=1e-5)


def test_settings_of_a_descent_have_no_effect() -> None:
    given = TrainingSettings.for_model("LogisticRegression", epochs=300, learning_rate=5, seeds=4)
    assert given == TrainingSettings.for_model("LogisticRegression")
    assert given.epochs == given.seeds == 1
    other = replace(PLAIN, seed=5)
    assert trained(other).model.digest == trained().model.digest


def test_rows_of_one_person_stay_in_one_inner_fold() -> None:
    labels = np.repeat([0, 1], 20)
    persons = [f"p{row // 2}" for row in range(40)]
    folds = inner_folds(labels, persons)
    assert len(folds) == 5
    for train, test in folds:
        assert not {persons[row] for row in train} & {persons[row] for row in test}


class _Kept(Callback):
    """Keeps the state of the model's own training, or gives it back."""

    def __init__(self, state: dict[str, torch.Tensor] | None = None) -> None:
        super().__init__()
        self.state = state
        self.begun_at = -1

    def load_state(self, index: int) -> dict[str, torch.Tensor] | None:
        return self.state if index == 0 else None

    def on_train_begin(self, training: Training) -> None:
        if self.index == 0:
            self.begun_at = training.epoch

    def on_train_end(self, training: Training) -> None:
        if self.index == 0:
            self.state = training.state()


def test_an_interrupted_task_goes_on_with_the_optimum_that_was_found() -> None:
    first = _Kept()
    before = run(Splits(PEOPLE), PLAIN, evaluation=ALONE, callback=first)
    assert first.begun_at == 0
    again = _Kept(first.state)
    after = run(Splits(PEOPLE), PLAIN, evaluation=ALONE, callback=again)
    assert again.begun_at == 1
    assert after.model.to_bytes() == before.model.to_bytes()
    assert after.model.moments[STRENGTH] > 0


def test_what_it_cannot_do_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match="not a clinical score"):
        TrainingSettings.for_model("LogisticRegression", label="score")
    with pytest.raises(SettingsError, match="leave nested off"):
        trained(evaluation=Evaluation(cv_folds=3, nested=True))
    with pytest.raises(ModelError, match="train it from scratch"):
        run(Splits(OTHERS), PLAIN, evaluation=ALONE, parent=trained().model)


def offered(ours: list[float], theirs: list[float], model: str = "SGN", seen: int = 0) -> Facts:
    """A result whose AUC differs from that of logistic regression by ``ours``; theirs is known."""
    metrics = {"test": {"n": 60, "auc": 0.8, "ci": {"auc": [0.7, 0.9]}}}
    simple = {"test": {"n": 60, "auc": 0.8, "ci": {"auc": theirs}}}
    difference = {"difference": sum(ours) / 2, "ci": ours}
    result = {
        "metrics": metrics,
        "baselines": {"logistic_regression": simple},
        "differences": {"test": {"logistic_regression": {"auc": difference}}},
        "known_subjects": {"test": seen},
    }
    settings = {"learning_rate": 0.1, "cv_folds": 5, "graph": "knn", "adjust": "regress"}
    datasets = {"train_data": ["a", "b"], "test_data": ["c"], "enable_test": True}
    config = {"model": model, "param_set": {**settings, "trained_task_id": ""}, **datasets}
    return Facts({"task_config": config, "task_result": result, "proj_id": "P"}, None, None, None)


@pytest.mark.parametrize(
    ("difference", "interval", "better"),
    [
        ([-0.1, -0.02], [0.7, 0.9], "yes"),  # it is better beyond chance
        ([-0.1, 0.05], [0.7, 0.9], "no"),  # the network is not shown to be better
        ([0.01, 0.1], [0.7, 0.9], None),  # the network is better
        ([-0.1, 0.05], [0.4, 0.7], None),  # neither may be worth keeping
    ],
)
def test_it_is_offered_where_no_network_is_better(
    difference: list[float], interval: list[float], better: str | None
) -> None:
    message = simple_offer(offered(difference, interval))
    assert (message and dict(message.values)["better"]) == better
    assert (message in verdict(offered(difference, interval))) == (message is not None)


def test_it_is_not_offered_of_itself_nor_by_subjects_who_were_trained_on() -> None:
    assert simple_offer(offered([-0.1, -0.02], [0.7, 0.9], "LogisticRegression")) is None
    assert simple_offer(offered([-0.1, -0.02], [0.7, 0.9], seen=3)) is None


def test_the_form_that_is_offered_judges_the_same_subjects_in_the_same_way() -> None:
    assert offered_form(offered([-0.1, 0.05], [0.7, 0.9])) == {
        "task_type": "dl_ts",
        "proj_id": "P",
        "train_data": ["a", "b"],
        "test_data": ["c"],
        "enable_test": True,
        "model": "LogisticRegression",
        "param_set": {"cv_folds": 5, "adjust": "regress"},
    }


def test_the_machine_is_the_baseline_of_its_name_kept() -> None:
    outcome = trained(SVM)
    model = outcome.model
    x, held_out = measures(model), {"test": measures(model, OTHERS)}
    expected = fit_baselines(x, PEOPLE.labels, held_out, 2, PEOPLE.persons)["svm_linear"]
    np.testing.assert_allclose(model.predict(OTHERS), expected.predicted["test"], atol=2e-5)
    assert (outcome.result.measured["test"]["auc"] or 0) > 0.6


def test_its_weights_are_those_of_scikit_learn_s_machine_times_the_slope_of_the_curve() -> None:
    model = trained(SVM).model
    (strength,) = model.facts[PENALTY]["C"]
    x = measures(model).astype(float)
    theirs = SVC(kernel="linear", C=strength, tol=1e-3).fit(x, PEOPLE.labels)
    found = fit_svm(measures(model), PEOPLE.labels, PEOPLE.persons)
    assert found.strength == strength
    slopes = found.weights[:, 0] / theirs.coef_[0]
    assert slopes == pytest.approx(slopes.mean(), rel=1e-3)
    assert slopes.mean() > 0
    kept = model.parameters["linear.weight"][0].double().numpy() / np.sqrt(x.shape[1])
    np.testing.assert_allclose(kept[:, 1] - kept[:, 0], found.weights[:, 0], atol=1e-5)


def test_the_machine_is_stored_calibrated_and_judged_without_a_subject_in_it() -> None:
    outcome = trained(TrainingSettings.for_model("LinearSVM"), Evaluation(cv_folds=3))
    model = StoredModel.from_bytes(*outcome.model.to_bytes())
    assert model.calibration is not None
    np.testing.assert_array_equal(model.predict(OTHERS), outcome.model.predict(OTHERS))
    assert set(model.parameters) == {"linear.weight", "linear.bias"}
    assert model.parameters["linear.weight"].numel() == 2 * measures(model).shape[1]
    result = outcome.result
    assert "svm_linear" not in result.baselines  # it is the model itself
    assert "logistic_regression" in result.baselines
    assert result.explanation is not None
    assert result.explanation.steps is None


def test_of_three_classes_there_is_a_machine_for_each() -> None:
    three = replace(PEOPLE, labels=np.arange(len(PEOPLE)) % 3)
    others = replace(OTHERS, labels=np.arange(len(OTHERS)) % 3)
    model = run(Splits(three, test=others), SVM, evaluation=ALONE).model
    x, held_out = measures(model, three), {"test": measures(model, others)}
    expected = fit_baselines(x, three.labels, held_out, 3, three.persons)["svm_linear"]
    np.testing.assert_allclose(model.predict(others), expected.predicted["test"], atol=2e-5)
    again = StoredModel.from_bytes(*model.to_bytes())
    np.testing.assert_array_equal(again.predict(others), model.predict(others))
    (strength,) = model.facts[PENALTY]["C"]
    found = fit_svm(x, three.labels, three.persons)
    assert found.weights.shape == (x.shape[1], 3)
    theirs = OneVsRestClassifier(SVC(kernel="linear", C=strength)).fit(x, three.labels)
    decisions, odds = theirs.decision_function(x), x @ found.weights
    decisions, odds = decisions - decisions.mean(axis=0), odds - odds.mean(axis=0)
    curve = np.linalg.lstsq(decisions, odds, rcond=None)[0]  # it is linear in their decisions
    np.testing.assert_allclose(decisions @ curve, odds, atol=1e-3)


@pytest.mark.nightly
def test_methods_say_that_there_is_a_machine_for_each_class() -> None:
    three = replace(PEOPLE, labels=np.arange(len(PEOPLE)) % 3)
    for people, several in ((three, True), (PEOPLE, False)):
        asked = Evaluation(cv_folds=2, explain=False)
        outcome = run(Splits(people), SVM, evaluation=asked)
        task = {"task_result": outcome.result.as_dict(), "task_config": {"model": "LinearSVM"}}
        told = methods(Facts(task, outcome.predictions, None, None))
        codes = {message.code for each in told for message in each.sentences}
        for code in ("methods.machine-for-each-class", "methods.machines-for-each-class"):
            assert (code in codes) == several


def test_the_machine_refuses_scores() -> None:
    with pytest.raises(SettingsError, match="not a clinical score"):
        TrainingSettings.for_model("LinearSVM", label="score")


def test_that_the_best_simple_method_cannot_be_kept_is_said() -> None:
    facts = offered([-0.05, 0.03], [0.6, 0.9])
    result = facts.task["task_result"]
    regression = result["baselines"]["logistic_regression"]["test"]
    better = {**regression, "auc": (regression["auc"] or 0) + 0.05}
    result["baselines"]["svm_rbf"] = {"test": better}
    result["differences"]["test"]["svm_rbf"] = {"auc": {"difference": -0.06, "ci": [-0.1, 0.02]}}
    told = unkept_method(facts)
    assert told is not None
    assert "RBF SVM has the highest AUC of the simple methods" in str(told)
    assert str(told).endswith("The next best is offered instead.")
    assert told in verdict(facts)
    solved = {**facts.task, "task_config": {"model": "LogisticRegression"}}
    assert unkept_method(Facts(solved, None, None, None)) is not None
    result["metrics"]["test"]["auc"] = 0.99  # a simple method itself, and better
    assert unkept_method(Facts(solved, None, None, None)) is None
    assert unkept_method(Facts(facts.task, None, None, None)) is not None
    for changed in (
        {"svm_rbf": {"test": {**better, "auc": (regression["auc"] or 0) - 0.01}}},  # not the best
        {"svm_rbf": {"test": {**better, "ci": {"auc": [0.45, 0.9]}}}},  # by chance
    ):
        other = {**facts.task, "task_result": {**result, "baselines": {
            **result["baselines"], **changed}}}  # fmt: skip
        assert unkept_method(Facts(other, None, None, None)) is None
    result["differences"]["test"]["svm_rbf"]["auc"]["ci"] = [0.01, 0.1]
    assert unkept_method(Facts(facts.task, None, None, None)) is None  # the model is better


@pytest.mark.parametrize(
    ("of_regression", "of_machine", "offer"),
    [
        ([-0.05, 0.03], [-0.09, 0.01], "LinearSVM"),
        ([-0.09, 0.01], [-0.05, 0.03], "LogisticRegression"),
        ([0.01, 0.05], [-0.05, 0.03], "LinearSVM"),
        ([0.01, 0.05], [0.02, 0.05], None),
    ],
)
def test_the_better_simple_method_is_offered(
    of_regression: list[float], of_machine: list[float], offer: str | None
) -> None:
    facts = offered(of_regression, [0.7, 0.9])
    result = facts.task["task_result"]
    result["baselines"]["svm_linear"] = result["baselines"]["logistic_regression"]
    difference = {"difference": sum(of_machine) / 2, "ci": of_machine}
    result["differences"]["test"]["svm_linear"] = {"auc": difference}
    message = simple_offer(facts)
    assert (message and dict(message.values)["kept"]) == offer
    if offer is not None:
        assert offered_form(facts)["model"] == offer
