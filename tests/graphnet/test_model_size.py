"""How many parameters and inputs a model is said to have."""

from dataclasses import replace

import numpy as np
import pytest

from graphnet import experiment
from graphnet.artifacts.evidence import CohortSummary
from graphnet.artifacts.result import ModelSize, TaskResult
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.messages import Message
from graphnet.outcome import Outcome
from graphnet.report.checklist import checklist_table
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from tests.graphnet.people import cohort

PEOPLE = cohort()
ALONE = Evaluation(cv_folds=0, baselines=False, explain=False)


def trained(name: str, people: Cohort = PEOPLE, **settings: object) -> Outcome:
    asked = TrainingSettings.for_model(name, epochs=2, **settings)
    return experiment.run(Splits(people), asked, evaluation=ALONE)


@pytest.mark.parametrize(("name", "seeds"), [("SGN", 1), ("GCN", 3), ("MLP", 1), ("BNT", 1)])
def test_parameters_are_those_of_the_stored_tensors(name: str, seeds: int) -> None:
    outcome = trained(name, seeds=seeds)
    size = outcome.result.size
    assert size is not None
    stored = sum(tensor[0].numel() for tensor in outcome.model.parameters.values())
    assert (size.parameters, size.trained, size.networks) == (stored, stored, seeds)
    assert size.inputs == len(PEOPLE.regions) * len(PEOPLE.measures)
    assert TaskResult.from_json(outcome.result.as_dict()).size == size


def test_an_optimum_has_a_weight_per_input_and_an_intercept() -> None:
    size = trained("LogisticRegression").result.size
    assert size is not None
    assert size.parameters == size.inputs + 1


def test_what_hardly_varies_is_no_input() -> None:
    features = PEOPLE.features.copy()
    features[:, 0, :] = 4.0
    size = trained("Linear", replace(PEOPLE, features=features)).result.size
    assert size is not None
    assert size.inputs == (len(PEOPLE.regions) - 1) * len(PEOPLE.measures)


def connectomes(subjects: int, regions: int) -> np.ndarray:
    """Symmetric ones (S, N, N), of Fisher's z."""
    drawn = np.random.default_rng(0).normal(scale=0.3, size=(subjects, regions, regions))
    return np.asarray(drawn + drawn.transpose(0, 2, 1)) / 2


def test_a_graph_of_each_subject_is_an_input_too() -> None:
    own = replace(PEOPLE, connectomes=connectomes(len(PEOPLE), 12), edges="z")
    size = trained("SGN", own, graph="connectome", density=0.3).result.size
    assert size is not None
    assert size.connections == 12 * 11 // 2
    shared = trained("SGN", own, graph="covariance", density=0.3).result.size
    assert shared is not None
    assert shared.connections == 0


def facts_of(result: TaskResult) -> Facts:
    task = {"task_id": "T", "task_name": "t", "task_type": "dl_ts", "task_result": result.as_dict()}
    return Facts(task, None, None, None)


def test_methods_and_checklist_say_so_and_nothing_of_older_results() -> None:
    measured = {"metrics": {"train": {"n": 40}}}
    size = ModelSize(parameters=1234, trained=20, networks=3, inputs=48, connections=66)
    sized = replace(TaskResult.from_json(measured), size=size)
    sentences = {message.code: message for each in methods(facts_of(sized))
                 for message in each.sentences}  # fmt: skip
    assert str(sentences["methods.model-size"]) == (
        "It averages 3 networks, each of which has 1,234 trainable parameters (20 of them trained "
        "here) and 48 inputs, values that vary between training subjects; beside them it sees 66 "
        "connections of each subject as edges."
    )
    cells = [cell for row in checklist_table(facts_of(sized)).rows for cell in row]
    told = [message for cell in cells if isinstance(cell, tuple) for message in cell]
    assert Message("checklist.model-size", parameters=1234, inputs=114) in told
    older = facts_of(TaskResult.from_json(measured))
    codes = [message.code for each in methods(older) for message in each.sentences]
    assert "methods.model-size" not in codes
    assert not any(isinstance(cell, tuple) for row in checklist_table(older).rows for cell in row)


def test_the_checklist_counts_the_smallest_class() -> None:
    outcome = trained("LogisticRegression", cohort(controls=21, patients=9))
    facts = Facts(facts_of(outcome.result).task, outcome.predictions, None, None)
    assert facts.cohorts["train"] == CohortSummary.from_json(
        outcome.predictions["cohorts"]["train"]
    )
    told = [
        str(message)
        for row in checklist_table(facts).rows
        for cell in row
        if isinstance(cell, tuple)
        for message in cell
    ]
    assert any(
        said.startswith("30 training subjects, 9 of them in the smallest class, for")
        for said in told
    )
