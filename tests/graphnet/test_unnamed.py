"""A model that is fine-tuned in another project does not carry its datasets' names there."""

import json
from typing import Any

import pytest

from graphnet.artifacts.erasure import unnamed
from graphnet.artifacts.manifest import LINEAGE, TRAINED_ON, lineage
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import to_bytes
from graphnet.config import TrainingSettings
from graphnet.data.splits import Splits
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.experiment import run
from graphnet.outcome import Outcome
from graphnet.report.page import render_report
from tests.graphnet.people import cohort
from tests.graphnet.test_descent import ASKED, manifest, shown

HARMONISED = TrainingSettings.for_model("Linear", epochs=1, harmonise=True)
SECRET = "hush"
OTHERS = "dataset of another project (20)"
OURS = cohort("C", seed=2)


def trained(parent: StoredModel | None, task_id: str, of: str, site: str) -> Outcome:
    identity = {"task_id": task_id, "parent_task_id": of}
    data = Splits(cohort(site), test=OURS)
    return run(data, HARMONISED, evaluation=ASKED, parent=parent, identity=identity)


def stored(outcome: Outcome) -> StoredModel:
    return StoredModel.from_bytes(*outcome.model.to_bytes())


@pytest.fixture(scope="module")
def theirs() -> StoredModel:
    """A harmonised model; its datasets have no column SITE, so they are its sites."""
    return stored(trained(None, "T1", "", SECRET))


@pytest.fixture(scope="module")
def tuned(theirs: StoredModel) -> Outcome:
    return trained(unnamed(theirs, "T1", {"T1"}), "T2", "T1", "ours")


def everything(outcome: Outcome) -> str:
    """All that a task leaves, as text."""
    task = {"task_id": "T2", "task_type": "dl_ft", "parent_task_id": "T1"}
    found = manifest(outcome)
    result = outcome.result.as_dict()
    report = render_report({**task, "task_result": result}, outcome.predictions, None, found)
    evidence = to_bytes(outcome.predictions).decode()
    return "\n".join([json.dumps(found), json.dumps(result), evidence, report])


def test_the_names_of_another_project_s_datasets_reach_nothing(
    theirs: StoredModel, tuned: Outcome
) -> None:
    assert SECRET in everything(trained(theirs, "T2", "T1", "ours"))  # else nothing is shown here
    assert SECRET not in everything(tuned)
    assert shown(manifest(tuned)) == [
        ["T1", "trained from scratch", f"{OTHERS} and {OTHERS}"],
        ["T2", "fine-tuned", "ours_NC (20) and ours_SZ (20)"],
    ]


def test_whom_the_model_has_seen_is_as_well_known_as_before(
    theirs: StoredModel, tuned: Outcome
) -> None:
    named = trained(theirs, "T2", "T1", "ours")
    assert manifest(tuned)[TRAINED_ON] == manifest(named)[TRAINED_ON]
    assert tuned.model.predict(OURS).tobytes() == named.model.predict(OURS).tobytes()
    assert tuned.result.as_dict()["metrics"] == named.result.as_dict()["metrics"]
    domain = ApplicabilityDomain.from_facts(manifest(tuned))
    assert domain is not None
    assert domain.sites == ("ours_NC", "ours_SZ")
    harmoniser = stored(tuned).preprocessing.harmoniser
    assert harmoniser is not None
    assert harmoniser.sites == ("T1 1", "T1 2")


def test_only_hidden_steps_lose_their_names(theirs: StoredModel, tuned: Outcome) -> None:
    assert unnamed(theirs, "T1", set()) is theirs
    assert unnamed(theirs, "T1", {"T9"}) is theirs
    own = unnamed(stored(tuned), "T2", {"T1"})  # there is nothing more to hide
    assert own.facts[LINEAGE] == manifest(tuned)[LINEAGE]
    hidden = unnamed(stored(tuned), "T2", {"T2"})
    assert "ours_NC" not in hidden.to_bytes()[1].decode()


def test_a_manifest_of_an_older_version_is_unnamed_too(theirs: StoredModel) -> None:
    facts: dict[str, Any] = json.loads(theirs.to_bytes()[1])
    for key in (LINEAGE, "task_id", "parent_task_id", "domain"):
        facts.pop(key, None)
    older = StoredModel.from_bytes(theirs.to_bytes()[0], json.dumps(facts).encode())
    found = unnamed(older, "T1", {"T1"})
    assert SECRET not in found.to_bytes()[1].decode()
    nameless = [{"name": None, "subjects": 20}] * 2
    assert lineage(found.facts) == [{"task_id": "T1", "datasets": nameless}]
