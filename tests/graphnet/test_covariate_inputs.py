"""Covariates that a model sees beside the measures, on cohorts whose truth is planted."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from graphnet import experiment
from graphnet.artifacts.inference import predict
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, ModelError
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.attribution import integrated_gradients
from graphnet.models import Sizes, build_net
from graphnet.models.net import COVARIATE_WEIGHT, packed, unpacked
from graphnet.outcome import Outcome
from graphnet.preprocessing.scaling import CovariateInputs
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from graphnet.report.summary import verdict
from graphnet.training.initialisation import initialise

SUBJECTS, REGIONS = 120, 6
PLAIN = Evaluation(explain=False, baselines=False, cv_folds=0)
SEEN = ("age", "SEX")
OUT_OF_RANGE = "prediction.covariate-out-of-range"


def cohort(seed: int = 0, missing: int = 0) -> Cohort:
    """Measures of noise, and a class that age alone tells."""
    rng = np.random.default_rng(seed)
    labels = np.arange(SUBJECTS) % 2
    age = 30 + 12 * labels + rng.normal(0, 5, SUBJECTS)
    age[:missing] = np.nan
    return Cohort(
        ids=tuple(f"s{seed}-{number:03}" for number in range(SUBJECTS)),
        datasets=("D",) * SUBJECTS,
        sites=("A",) * SUBJECTS,
        labels=labels,
        features=rng.normal(size=(SUBJECTS, REGIONS, 2)),
        regions=tuple(map(str, range(REGIONS))),
        measures=("x", "y"),
        scores=np.full(SUBJECTS, np.nan),
        covariates=(
            Covariate("Age", NUMERIC, age),
            Covariate("SEX", CATEGORICAL, tuple("MFF"[number % 3] for number in range(SUBJECTS))),
        ),
    )


def settings(model: str = "LogisticRegression", **chosen: object) -> TrainingSettings:
    values = {"epochs": 30, "covariate_inputs": SEEN, "calibrate": False, **chosen}
    return TrainingSettings.for_model(model, **values)


def trained(model: str, data: Splits, **chosen: object) -> Outcome:
    return experiment.run(data, settings(model, **chosen), evaluation=PLAIN)


def with_age(people: Cohort, age: NDArray[np.float64]) -> Cohort:
    return replace(people, covariates=(Covariate("AGE", NUMERIC, age), people.covariates[1]))


@pytest.mark.parametrize("model", ["LogisticRegression", "SGN", "MLP"])
def test_a_class_that_only_age_tells_is_found_with_age_as_an_input_and_not_without(
    model: str,
) -> None:
    data = Splits(cohort(), test=cohort(1))
    with_it = trained(model, data)
    without = trained(model, data, covariate_inputs=None)
    assert (with_it.result.measured["test"]["auc"] or 0) > 0.9
    assert (without.result.measured["test"]["auc"] or 1) < 0.7
    assert with_it.result.covariate_inputs == ("Age", "SEX")
    assert without.result.covariate_inputs == ()


def test_it_is_the_logistic_regression_of_scikit_learn_on_measures_and_covariates() -> None:
    people = cohort(missing=9)
    model = trained("LogisticRegression", Splits(people)).model
    age = people.covariates[0].numbers
    present = age[9:]
    women = np.arange(SUBJECTS) % 3 > 0
    columns = [
        np.where(np.isnan(age), 0, (age - present.mean()) / present.std()),
        women - women.mean(),
        ~women - (~women).mean(),
        np.isnan(age),
    ]
    x = np.column_stack([model.preprocessing.scaled(people).reshape(SUBJECTS, -1), *columns])
    strength = float(model.moments["strength"][0])
    theirs = LogisticRegression(C=strength, tol=1e-10, max_iter=20_000).fit(x, people.labels)
    assert model.predict(people) == pytest.approx(theirs.predict_proba(x), abs=1e-4)


def test_a_test_subject_changes_nothing_that_is_fitted() -> None:
    train, test = cohort(), cohort(1)
    odd = with_age(test, np.full(SUBJECTS, 1e6))
    one, other = (trained("MLP", Splits(train, test=each)).model for each in (test, odd))
    assert one.preprocessing.as_dict() == other.preprocessing.as_dict()
    assert all(torch.equal(one.parameters[name], other.parameters[name]) for name in one.parameters)


def test_a_missing_value_counts_as_the_training_mean_and_is_said() -> None:
    model = trained("LogisticRegression", Splits(cohort())).model
    new = cohort(2)
    mean = float(cohort().covariates[0].numbers.mean())
    lacking = with_age(new, np.full(SUBJECTS, np.nan))
    at_mean = with_age(new, np.full(SUBJECTS, mean))
    assert model.predict(lacking) == pytest.approx(model.predict(at_mean), abs=1e-6)
    assert model.predict(lacking) != pytest.approx(model.predict(new), abs=1e-2)
    answer = predict(model, lacking)
    codes = [each["code"] for each in answer["warning_messages"]]
    assert "prediction.covariate-missing" in codes


@pytest.mark.parametrize("chosen", [{}, {"covariate_inputs": None, "adjust": "regress"}])
def test_who_is_older_than_all_training_subjects_is_marked(chosen: dict[str, object]) -> None:
    data = Splits(cohort(missing=3))
    model = trained("LogisticRegression", data, **chosen).model
    stored = StoredModel.from_bytes(*model.to_bytes())
    ages = cohort(missing=3).covariates[0].numbers
    oldest = float(np.nanmax(ages))
    new = np.full(SUBJECTS, float(np.nanmean(ages)))
    new[:4] = oldest, oldest + 1, 2.0, np.nan
    answer = predict(stored, with_age(cohort(2), new))
    marked = [
        [each["values"] for each in person["warning_messages"] if each["code"] == OUT_OF_RANGE]
        for person in answer["predictions"]
    ]
    assert [len(each) for each in marked] == [0, 1, 1] + [0] * (SUBJECTS - 3)
    (said,) = marked[2]
    assert (said["name"], said["value"], said["high"]) == ("AGE", "2", f"{oldest:.4g}")


def test_a_covariate_that_is_not_used_marks_nobody() -> None:
    model = trained("LogisticRegression", Splits(cohort()), covariate_inputs=("SEX",)).model
    answer = predict(model, with_age(cohort(2), np.full(SUBJECTS, 1e6)))
    codes = [said["code"] for each in answer["predictions"] for said in each["warning_messages"]]
    assert OUT_OF_RANGE not in codes


def test_a_fine_tuned_model_has_seen_the_ages_of_its_parent() -> None:
    parent = ApplicabilityDomain.of(
        cohort(), cohort().features.astype(np.float32), covariates=["age"]
    )
    (key,) = parent.covariates
    low, high = parent.covariates[key]
    tuned = replace(parent, covariates={key: (low + 50, high + 50)})
    assert tuned.united(parent).covariates == {key: (low, high + 50)}
    assert replace(tuned, covariates={}).united(parent).covariates == {key: (low, high)}
    older = {name: value for name, value in parent.as_dict().items() if name != "covariates"}
    read = ApplicabilityDomain.from_facts({"domain": older})
    assert read is not None
    assert read.covariates == {}  # a manifest of an older version
    with pytest.raises(ModelError):
        ApplicabilityDomain.from_facts({"domain": {**older, "covariates": {"age": [1]}}})


def test_a_mark_is_there_only_where_a_training_subject_lacked_it() -> None:
    whole, lacking = cohort(), cohort(missing=5)
    for train, marked in ((whole, 0), (lacking, 5)):
        fitted = CovariateInputs.fit(train, ["AGE"])
        assert fitted is not None
        assert fitted.values(lacking)[:, 1].sum() == marked
        assert fitted.values(train)[:, 0].mean() == pytest.approx(0, abs=1e-6)


def test_a_stored_model_predicts_the_same_and_needs_the_covariates() -> None:
    new = cohort(2)
    for name in ("SGN", "LogisticRegression"):
        model = trained(name, Splits(cohort(missing=4))).model
        read = StoredModel.from_bytes(*model.to_bytes())
        assert read.settings == model.settings
        assert read.preprocessing.uses_covariates
        assert np.array_equal(read.predict(new), model.predict(new))
    parameters, manifest = model.to_bytes()
    with pytest.raises(ModelError):
        StoredModel.from_bytes(parameters, manifest.replace(b'"means"', b'"meant"'))


@pytest.mark.nightly
def test_folds_of_models_that_see_covariates_are_trained_together_and_judged() -> None:
    evaluation = Evaluation(cv_folds=4)
    outcome = experiment.run(Splits(cohort(missing=3)), settings("SGN"), evaluation=evaluation)
    result = outcome.result
    assert (result.measured["cv"]["auc"] or 0) > 0.8
    theirs = result.baseline("logistic_regression", "cv")
    assert theirs is not None
    assert (theirs["auc"] or 0) > 0.8  # it has the same inputs
    assert result.baseline("no_edge", "cv") is not None
    assert result.explanation is not None
    assert len(result.explanation.regions) == REGIONS
    stored = {"task_id": "T", "task_name": "t", "task_type": "dl_ts"}
    facts = Facts({**stored, "task_result": result.as_dict()}, None, None, None)
    assert verdict(facts)[0].code == "report.sees-covariates"
    said = str(verdict(facts)[0])
    assert "Age" in said
    assert "SEX" in said
    assert "linear term" in "".join(str(each) for part in methods(facts) for each in part.sentences)


def test_attributions_are_those_of_the_measures_at_mean_covariates() -> None:
    people = cohort()
    model = trained("Linear", Splits(people), epochs=5).model
    assert float(model.parameters[COVARIATE_WEIGHT].abs().max()) > 0
    assert model.of_measures.parameters.keys() == {"linear.weight", "linear.bias"}
    found = integrated_gradients(model, people)
    assert found.gap < 1e-4
    assert found.mean.shape == (REGIONS, 2)


def test_the_gradient_of_a_net_with_covariates_is_autograd_s() -> None:
    net = build_net("SGN", Sizes(5, 2, 2), covariates=3)
    generator = torch.Generator().manual_seed(0)
    parameters = {
        name: torch.randn((2, *shape), generator=generator, dtype=torch.double).requires_grad_()
        for name, shape in net.shapes().items()
    }
    x, covariates = (torch.randn(s, generator=generator, dtype=torch.double)
                     for s in ((1, 7, 5, 2), (1, 7, 3)))  # fmt: skip
    adjacency = torch.eye(5, dtype=torch.double)[None, None]
    inputs, graph = net.prepare(packed(x, covariates), adjacency)
    by_scores = torch.randn(2, 7, 2, generator=generator, dtype=torch.double)
    whole = (net.logits(parameters, inputs, graph) * by_scores).sum()
    expected = torch.autograd.grad(whole, list(parameters.values()))
    plain = {name: each.detach() for name, each in parameters.items()}
    room = {name: torch.empty_like(each) for name, each in plain.items()}
    tracked = {name: each.detach().requires_grad_() for name, each in parameters.items()}
    scores, pull_back = net.linearise(tracked, inputs, graph)
    pull_back(by_scores, room)
    assert torch.allclose(scores, net.logits(plain, inputs, graph))
    for found, each in zip(room.values(), expected, strict=True):
        assert torch.allclose(found, each)


@pytest.mark.parametrize(("width", "count"), [(1, 5), (2, 5), (4, 4), (7, 3)])
def test_what_is_packed_is_unpacked(width: int, count: int) -> None:
    x, covariates = torch.randn(2, 3, 4, width), torch.randn(2, 3, count)
    inputs, found = unpacked(packed(x, covariates), count)
    assert torch.equal(inputs, x)
    assert torch.equal(found, covariates)


def test_what_cannot_be_an_input_is_refused() -> None:
    people = cohort()
    with pytest.raises(CohortError) as caught:
        initialise(people, settings(covariate_inputs=("IQ",)), (0, 1))
    assert caught.value.messages[0].code == "data.covariate-input-unknown"
    checked = replace(people, confounds=("Age",))
    with pytest.raises(CohortError) as caught:
        initialise(checked, settings(adjust="regress"), (0, 1))
    assert caught.value.messages[0].code == "data.covariate-input-adjusted"
    initialise(checked, settings(adjust="regress", covariate_inputs=("SEX",)), (0, 1))
    names = Covariate("PLACE", CATEGORICAL, tuple(f"p{number % 30}" for number in range(SUBJECTS)))
    with pytest.raises(CohortError) as caught:
        CovariateInputs.fit(replace(people, covariates=(names,)), ["PLACE"])
    assert caught.value.messages[0].code == "data.covariate-input-levels"


def test_none_is_no_covariate() -> None:
    assert CovariateInputs.fit(cohort(), ["none"]) is None
    assert initialise(cohort(), settings(covariate_inputs=("none",)), (0, 1)).net.is_solved


@pytest.mark.nightly
def test_a_fine_tuning_keeps_the_inputs_of_its_parent() -> None:
    parent = trained("SGN", Splits(cohort())).model
    data = Splits(cohort(5), test=cohort(6))
    asked = settings("SGN", covariate_inputs=None, epochs=3)
    judged = Evaluation(cv_folds=3, explain=False)
    outcome = experiment.run(data, asked, parent=parent, evaluation=judged)
    inputs = outcome.model.preprocessing.inputs
    assert inputs is not None
    assert inputs.as_dict() == parent.preprocessing.as_dict()["covariate_inputs"]
    assert outcome.result.covariate_inputs == ("Age", "SEX")
    assert not torch.equal(
        outcome.model.parameters[COVARIATE_WEIGHT], parent.parameters[COVARIATE_WEIGHT]
    )
    assert outcome.result.fine_tuning is not None
    scratch = outcome.result.fine_tuning.comparisons[0].rivals["scratch"]
    assert (scratch.metrics["auc"].value or 0) > 0.8  # it sees the same


@pytest.mark.nightly
def test_a_score_that_age_tells_is_predicted_with_age_as_an_input() -> None:
    def scored(people: Cohort) -> Cohort:
        return replace(people, scores=2 * people.covariates[0].numbers)

    data = Splits(scored(cohort()), test=scored(cohort(1)))
    seen, unseen = (
        trained("Linear", data, label="score", covariate_inputs=names, learning_rate=0.05)
        .result.measured["test"]["r2"]
        for names in (SEEN, None)
    )  # fmt: skip
    assert (seen or 0) > 0.7
    assert (unseen or 0) < 0.3
