"""What is written of a task beside its model: a part that fails costs only itself."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from actors.tasks.outputs import report_files
from db.queue.claims import Claim
from graphnet import readers
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import cohort_table
from graphnet.experiment import run
from graphnet.outcome import Outcome
from registry import EVIDENCE, REPORT

CLAIM = Claim("TASK1", 1, "token", "P", "A to B", "dl_ts", {"train_data": ["A"]}, "")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    tables = [cohort_table("A", label, 8, seed=1 + label) for label in (0, 1)]
    train = merge([readers.from_table(table, f"A{n}") for n, table in enumerate(tables)])
    settings = TrainingSettings.for_model("Linear", epochs=2)
    return run(Splits(train), settings, evaluation=Evaluation(cv_folds=0, baselines=False))


def without(outcome: Outcome, key: str, value: Any) -> Outcome:
    found = json.loads(json.dumps(outcome.predictions))
    found["importance"][key] = value
    return replace(outcome, predictions=found)


def test_a_picture_that_cannot_be_drawn_costs_no_report(
    outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        failing = without(outcome, "coordinates", [["here"]])
        result, written = report_files(CLAIM, failing, outcome.result)
    assert set(written) == {EVIDENCE, REPORT}
    assert "its picture could not be made" in caplog.text
    assert result.evidence_sha256 in written[REPORT].decode()


def test_a_report_that_cannot_be_rendered_costs_no_evidence(
    outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        _, written = report_files(CLAIM, without(outcome, "share", "none"), outcome.result)
    assert set(written) == {EVIDENCE}
    assert "its report could not be made" in caplog.text
