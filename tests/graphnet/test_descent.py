"""A model says from whom it comes, to the first ancestor, and its report tells all of it."""

import json
from typing import Any

import pytest

from graphnet.artifacts.manifest import LINEAGE, lineage
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.splits import Splits
from graphnet.experiment import run
from graphnet.outcome import Outcome
from graphnet.report.facts import Facts
from graphnet.report.page import render_report
from graphnet.report.subjects import lineage_table
from tests.graphnet.people import cohort

QUICK = TrainingSettings.for_model("Linear", epochs=1)
ASKED = Evaluation(baselines=False, explain=False, cv_folds=0)


def trained(task_id: str, site: str, parent: StoredModel | None = None, of: str = "") -> Outcome:
    identity = {"task_id": task_id, "parent_task_id": of}
    data = Splits(cohort(site))
    return run(data, QUICK, evaluation=ASKED, parent=parent, identity=identity)


def manifest(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.model.to_bytes()[1])
    return found


def shown(facts: dict[str, Any]) -> list[list[str]]:
    rows = lineage_table(Facts({"task_id": "T3"}, None, None, facts)).rows
    return [[str(cell) for cell in row] for row in rows]


@pytest.fixture(scope="module")
def three() -> list[Outcome]:
    """A task, one that was fine-tuned from it as it was stored, and one from that."""
    first = trained("T1", "A")
    second = trained("T2", "B", StoredModel.from_bytes(*first.model.to_bytes()), "T1")
    third = trained("T3", "C", StoredModel.from_bytes(*second.model.to_bytes()), "T2")
    return [first, second, third]


def test_every_step_is_told(three: list[Outcome]) -> None:
    assert shown(manifest(three[2])) == [
        ["T1", "trained from scratch", "A_NC (20) and A_SZ (20)"],
        ["T2", "fine-tuned", "B_NC (20) and B_SZ (20)"],
        ["T3", "fine-tuned", "C_NC (20) and C_SZ (20)"],
    ]
    assert shown(manifest(three[0])) == []


def test_the_report_tells_it(three: list[Outcome]) -> None:
    task = {"task_id": "T3", "task_type": "dl_ft", "parent_task_id": "T2",
            "task_result": three[2].result.as_dict()}  # fmt: skip
    text = render_report(task, None, None, manifest(three[2]))
    chain = text.index("Tasks behind this model")
    assert chain < text.index("T1", chain) < text.index("B_NC (20)", chain)
    alone = render_report({**task, "task_id": "T1"}, None, None, manifest(three[0]))
    assert "Tasks behind this model" not in alone


def test_what_an_older_manifest_does_not_tell_is_not_made_up(three: list[Outcome]) -> None:
    older = {name: value for name, value in manifest(three[1]).items() if name != LINEAGE}
    assert [each["task_id"] for each in lineage(older)] == ["T1", "T2"]
    assert shown(older)[0] == ["T1", "—", "not stored"]
    assert shown(older)[1] == ["T2", "fine-tuned", "B_NC (20) and B_SZ (20)"]
    assert lineage({}, "T9") == [{"task_id": "T9", "datasets": None}]
    nobody = {name: value for name, value in three[0].model.facts.items() if name == "metrics"}
    orphan = StoredModel(**{**vars(three[0].model), "facts": nobody})
    rows = shown(manifest(trained("T3", "C", orphan, "T2")))
    assert rows[0] == ["T2", "—", "not stored"]
    assert rows[1][0] == "T3"
