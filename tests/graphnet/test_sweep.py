"""A sweep: candidates compared on inner folds, the choice judged by subjects without part in it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from graphnet.__main__ import main
from graphnet.artifacts.further_trainings import Candidate, SweepResult
from graphnet.artifacts.result import TaskResult
from graphnet.config import SWEEP, Evaluation, TrainingSettings, candidates_of, swept_values
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe
from graphnet.distributed import shards
from graphnet.errors import SettingsError
from graphnet.evaluation.folds import stratified
from graphnet.evaluation.model_selection import Arm, Comparison, compare, figure, summarise
from graphnet.evaluation.recalibration import Fitting
from graphnet.experiment import run
from graphnet.options import MOST_CANDIDATES, grid_text
from graphnet.outcome import Outcome
from graphnet.plan import ExperimentPlan
from graphnet.report.facts import Facts
from graphnet.report.training import sweep_sentences
from graphnet.training.callbacks import Callback
from graphnet.training.history import Epoch
from graphnet.training.loop import Training
from graphnet.training.progress import COMPARING
from tests.graphnet.people import cohort, table

CPU = torch.device("cpu")
PEOPLE = cohort(controls=20, patients=20)
MIXED = "model=SGN,Linear; learning_rate=0.01,0.03"
BARE: dict[str, Any] = {"explain": False, "baselines": False}


def candidates(sweep: str, model: str = "SGN", **chosen: Any) -> tuple[TrainingSettings, ...]:
    return candidates_of(sweep, model, chosen, connectomes=False)


def swept(
    people: Cohort = PEOPLE, sweep: str = MIXED, callback: Callback | None = None, **asked: Any
) -> Outcome:
    tried = candidates(sweep, epochs=4)
    evaluation = Evaluation(**{"sweep": sweep, "cv_folds": 3, **BARE, **asked})
    return run(Splits(people), tried[0], evaluation=evaluation, candidates=tried, callback=callback)


def result_of(outcome: Outcome) -> SweepResult:
    assert outcome.result.sweep is not None
    return outcome.result.sweep


def test_candidates_are_all_combinations_each_with_its_own_recommended_settings() -> None:
    found = candidates("model=SGN,GCN; learning_rate=0.1,0.2", batch_size=7)
    assert [(each.model, each.learning_rate) for each in found] == [
        ("SGN", 0.1), ("SGN", 0.2), ("GCN", 0.1), ("GCN", 0.2),
    ]  # fmt: skip
    assert {(each.model, each.epochs) for each in found} == {("SGN", 60), ("GCN", 200)}
    assert {each.batch_size for each in found} == {7}
    assert [each.seed for each in candidates("seed=3,1")] == [3, 1]
    assert candidates("") == ()


def test_what_changes_nothing_makes_no_other_candidate() -> None:
    found = candidates("model=SGN,Linear; graph=covariance,full; density=0.1,0.2")
    assert [(each.model, each.graph, each.density) for each in found] == [
        ("SGN", "covariance", 0.1), ("SGN", "covariance", 0.2), ("SGN", "full", 0.1),
        ("Linear", "none", 0.1),
    ]  # fmt: skip
    shown = swept_values(found[-1], "model=SGN,Linear; graph=covariance,full; density=0.1,0.2")
    assert shown == {"model": "Linear", "graph": "none", "density": None}
    sweep = "model=LogisticRegression,MLP; epochs=1,2"
    found = candidates(sweep)
    assert [each.model for each in found] == ["LogisticRegression", "MLP", "MLP"]
    assert swept_values(found[0], sweep) == {"model": "LogisticRegression", "epochs": None}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("graph=knn", "options.grid-count"),
        (f"seed={','.join(map(str, range(MOST_CANDIDATES + 1)))}", "options.grid-count"),
        ("graph=knn,knn", "options.grid-repeated"),
        ("graph=knn,web", "options.grid-value"),
        ("epochs=2,many", "options.grid-value"),
        ("density=0.1,7", "options.grid-value"),
        ("harmonise=true,false", "options.grid-unknown"),  # another question, not another answer
        ("adjust=none,regress", "options.grid-unknown"),
        ("graph", "options.grid-value"),
        ("; ;", "options.grid-unknown"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_named(text: str, code: str) -> None:
    problem = SWEEP.problem(text)
    assert problem is not None
    assert problem.code == code
    with pytest.raises(SettingsError):
        Evaluation(sweep=text)


def test_the_number_of_combinations_is_said() -> None:
    problem = SWEEP.problem(f"seed={','.join(map(str, range(30)))}; graph=knn,full")
    assert str(problem) == "There are 60 combinations; at least 2 and at most 50 are compared."


def test_a_mapping_is_the_same_as_its_text() -> None:
    assert (
        grid_text({"model": ["SGN", "MLP"], "density": [0.1, 1]}) == "model=SGN,MLP; density=0.1,1"
    )
    assert SWEEP.lists("density=0.1,1")["density"] == [0.1, 1]
    assert grid_text("x") == "x"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"nested": True}, "options.sweep-nested"),
        ({"learning_curve": True}, "options.sweep-curve"),
        ({"cv_folds": 0}, "options.sweep-needs-folds"),
    ],
)
def test_what_a_sweep_cannot_be_combined_with(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Evaluation(sweep=MIXED, **asked)
    assert caught.value.codes == (code,)


def test_an_impossible_candidate_is_refused_before_anything_is_trained() -> None:
    with pytest.raises(SettingsError) as caught:
        swept(sweep="graph=full,connectome")
    assert caught.value.codes == ("options.sweep-candidate",)
    assert "graph connectome" in str(caught.value)


def test_a_fine_tuning_is_no_sweep() -> None:
    parent = run(
        Splits(PEOPLE), candidates(MIXED, epochs=1)[0], evaluation=Evaluation(cv_folds=0, **BARE)
    ).model
    tried = candidates(MIXED)
    with pytest.raises(SettingsError) as caught:
        ExperimentPlan.of(Splits(PEOPLE), tried[0], Evaluation(sweep=MIXED), parent, tried)
    assert caught.value.codes == ("options.sweep-from-scratch",)


def test_a_comparison_looks_at_training_subjects_only() -> None:
    folds = stratified(PEOPLE.labels, PEOPLE.persons, folds=4, repeats=1, seed=0)
    tried = candidates(MIXED, epochs=4)

    def compared(people: Cohort) -> Comparison:
        fitting = Fitting(people, (0, 1), CPU, None, Callback())
        return compare(fitting, [folds[0].train], [Arm.of(people, tried)])[0]

    wild = PEOPLE.features.copy()
    wild[folds[0].test] *= 1000
    tested = np.isin(np.arange(len(PEOPLE)), folds[0].test)
    labels = np.where(tested, 1 - PEOPLE.labels, PEOPLE.labels)
    usual, other = compared(PEOPLE), compared(replace(PEOPLE, features=wild, labels=labels))
    assert usual.figures == other.figures
    assert usual.best == other.best


def test_places_compared_together_are_places_compared_alone() -> None:
    folds = stratified(PEOPLE.labels, PEOPLE.persons, folds=3, repeats=1, seed=0)
    tried = candidates(MIXED, epochs=4)
    fitting = Fitting(PEOPLE, (0, 1), CPU, None, Callback())
    arms = [Arm.of(PEOPLE, tried)]
    together = compare(fitting, [fold.train for fold in folds], arms)
    for fold, found in zip(folds, together, strict=True):
        (alone,) = compare(fitting, [fold.train], arms)
        assert alone.figures == pytest.approx(found.figures, abs=1e-6)


def test_the_figure_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    two = random.dirichlet([1, 1], len(PEOPLE))
    rows = np.arange(len(PEOPLE))
    found = figure(PEOPLE, rows, two, (0, 1))
    assert found == pytest.approx(roc_auc_score(PEOPLE.labels, two[:, 1]))
    labels = np.arange(len(PEOPLE)) % 3
    three = random.dirichlet([1, 1, 1], len(PEOPLE))
    expected = roc_auc_score(labels, three, multi_class="ovr")
    assert figure(replace(PEOPLE, labels=labels), rows, three, (0, 1, 2)) == pytest.approx(expected)
    assert figure(PEOPLE, np.flatnonzero(PEOPLE.labels == 0), two, (0, 1)) is None


@pytest.mark.nightly
def test_of_random_labels_the_best_candidate_looks_better_than_the_nested_figure() -> None:
    # Many seeds of a net that has hardly learned anything: only luck tells them apart.
    sweep = f"seed={','.join(map(str, range(20)))}; epochs=1,2"
    tried = candidates(sweep, "MLP")
    asked = Evaluation(sweep=sweep, cv_folds=3, **BARE)
    best, nested, pooled = [], [], []
    for number in range(6):
        random = np.random.default_rng(number)
        features = random.normal(size=PEOPLE.features.shape).astype(PEOPLE.features.dtype)
        people = replace(PEOPLE, features=features, labels=random.permutation(PEOPLE.labels))
        outcome = run(Splits(people), tried[0], evaluation=asked, candidates=tried)
        found, metrics = result_of(outcome), outcome.result.metrics["cv"]
        assert found.tried == 40
        assert found.figure == max(each.figure or 0 for each in found.candidates)
        assert metrics is not None
        assert found.nested is not None
        best.append(found.figure or 0.0)
        nested.append(found.nested)
        pooled.append(metrics["auc"] or 0.0)
    assert np.mean(nested) == pytest.approx(0.5, abs=0.12)
    assert np.mean(pooled) == pytest.approx(0.5, abs=0.12)
    assert np.mean(best) > np.mean(nested) + 0.1


def test_a_planted_effect_is_found_by_the_candidate_that_can_learn_it() -> None:
    people = cohort(
        controls=30, patients=30, recipe=Recipe(regions=12, affected=(2, 5), effect=1.5)
    )
    outcome = swept(people, "learning_rate=0.0000001,0.02; seed=0,1", explain=True, baselines=True)
    found = result_of(outcome)
    assert found.candidates[0].settings["learning_rate"] == 0.02
    assert outcome.model.settings.learning_rate == 0.02
    chosen = {each.settings["learning_rate"]: 0 for each in found.candidates}
    for each in found.candidates:
        chosen[each.settings["learning_rate"]] += each.chosen
    assert sum(chosen.values()) == found.folds == 3
    assert found.nested is not None
    assert found.nested > 0.8
    assert TaskResult.from_json(outcome.result.as_dict()).sweep == found


@pytest.mark.nightly
def test_the_same_sweep_gives_the_same_model_and_the_model_is_that_of_its_settings() -> None:
    first, second = swept(), swept()
    assert first.model.digest == second.model.digest
    assert result_of(first) == result_of(second)
    alone = run(
        Splits(PEOPLE), first.model.settings, evaluation=Evaluation(cv_folds=0, **BARE)
    ).model
    for name, tensor in first.model.parameters.items():
        assert torch.equal(alone.parameters[name], tensor)


class Others:
    """Other workers, who do their shards at once."""

    def __init__(self, plan: ExperimentPlan) -> None:
        self.plan = plan
        self.contents: list[bytes] = []

    def dispatch(self, count: int) -> None:
        self.contents = [
            shards.run_shard(self.plan, number, device=CPU, callback=Callback())
            for number in range(1, count + 1)
        ]

    def gather(self, numbers: Any) -> list[bytes]:
        return [self.contents[number - 1] for number in numbers]


@pytest.mark.nightly
def test_a_shared_sweep_is_the_same() -> None:
    tried = candidates(MIXED, epochs=4, seeds=2)
    asked = Evaluation(sweep=MIXED, cv_folds=3, fan_out=2, **BARE)
    plan = ExperimentPlan.of(Splits(PEOPLE), tried[0], asked, None, tried)
    assert {shard.kind for shard in shards.shards(plan)} == {"cv"}
    given: dict[str, Any] = {"evaluation": asked, "candidates": tried}
    shared = run(Splits(PEOPLE), tried[0], sharing=Others(plan), **given)
    alone = run(Splits(PEOPLE), tried[0], **given)
    assert shared.model.digest == alone.model.digest
    assert [each.chosen for each in result_of(shared).candidates] == [
        each.chosen for each in result_of(alone).candidates
    ]
    assert result_of(shared).nested == pytest.approx(result_of(alone).nested, abs=1e-6)


class Told(Callback):
    """Notes which trainings there were, and what the progress said."""

    def __init__(self) -> None:
        super().__init__()
        self.indices: list[int] = []
        self.models: list[str] = []
        self.stages: set[str] = set()

    def on_train_begin(self, training: Training) -> None:  # noqa: ARG002
        self.indices.append(self.index)

    def on_epoch_end(self, training: Training, epoch: Epoch) -> None:  # noqa: ARG002
        stage = self.progress.now().stage
        if stage.code == COMPARING:
            self.stages.add(str(stage))


def test_the_model_is_training_0_and_candidates_are_told_by_number() -> None:
    told = Told()
    swept(callback=told)
    assert len(set(told.indices)) == len(told.indices)
    assert sorted(told.indices) == list(range(len(told.indices)))
    assert told.indices[0] == 1  # a candidate
    assert "Comparing candidate 4 of 4 on inner folds" in told.stages


def test_a_clinical_score_is_compared_by_its_error() -> None:
    sweep = "learning_rate=0.0000001,0.03"
    tried = candidates(sweep, model="Linear", epochs=30, label="score")
    people = replace(PEOPLE, scores=PEOPLE.features[:, 2, 0].astype(float))
    asked = Evaluation(sweep=sweep, cv_folds=3, **BARE)
    found = result_of(run(Splits(people), tried[0], evaluation=asked, candidates=tried))
    assert found.metric == "mae"
    figures = [each.figure or 0.0 for each in found.candidates]
    assert figures == sorted(figures)


def test_the_optimism_is_the_mean_of_inner_less_outer_and_corrects_one_way_only() -> None:
    tried = [Arm.of(PEOPLE, candidates("seed=0,1"))]
    own = Comparison([0.7, 0.8], 1)
    folds = [Comparison([0.9, 0.6], 0, tested=0.6), Comparison([0.5, 0.7], 1, tested=0.6)]
    found = summarise(own, folds, tried, "seed=0,1", is_regression=False)
    assert found.optimism == pytest.approx(((0.9 - 0.6) + (0.7 - 0.6)) / 2)
    assert found.figure == 0.8
    assert found.nested == pytest.approx(0.6)
    assert found.corrected == pytest.approx(0.6)
    assert found.candidates[0] == Candidate({"seed": 1}, 0.8, (0.6 + 0.7) / 2, 1)
    assert [each.code for each in sweep_sentences(found)] == [
        "report.sweep-told", "report.sweep-optimism",
    ]  # fmt: skip
    lucky = [replace(each, tested=0.95) for each in folds]
    other = summarise(own, lucky, tried, "seed=0,1", is_regression=False)
    assert other.optimism is not None
    assert other.optimism < 0
    assert other.corrected == 0.8
    alone = summarise(own, [], tried, "seed=0,1", is_regression=False)
    assert (alone.nested, alone.optimism, alone.corrected) == (None, None, None)
    assert [each.code for each in sweep_sentences(alone)] == ["report.sweep-not-nested"]


def test_the_command_line_sweeps_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table(40).to_csv(tmp_path / "A.csv", index=False)
    given = ["--train", str(tmp_path / "A.csv"), "--out", str(tmp_path / "out"), "--cv-folds", "3",
             "--sweep", MIXED, "--epochs", "2", "--no-baselines", "--no-explain"]  # fmt: skip
    assert main(given) == 0
    said = capsys.readouterr().err
    assert "4 candidates were compared." in said
    stored = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))["sweep"]
    assert stored["tried"] == 4
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "Comparison of candidates" in report
    assert "4 candidates (model and learning_rate) were compared" in report
    assert main([*given, "--sweep", "seed=1"]) == 1
    assert "There are 1 combinations" in capsys.readouterr().err


def test_a_result_without_its_manifest_is_said_to_be_of_the_model_that_won() -> None:
    best = Candidate({"model": "MLP", "epochs": 7, "graph": None}, 0.8)
    found = SweepResult("auc", [best, Candidate({"model": "SGN", "epochs": 3}, 0.5)])
    stored = {"task_id": "T", "task_result": {"metrics": {}, "sweep": found.as_dict()}}
    config = {"model": ["SGN"], "param_set": {"batch_size": 5, "epochs": 3}}
    facts = Facts({**stored, "task_config": config}, None, None, None)
    assert (facts.card.name, facts.settings.epochs, facts.settings.batch_size) == ("MLP", 7, 5)
