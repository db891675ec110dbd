"""What a worker reads before it trains."""

from pathlib import Path

import pytest

from actors.tasks.inputs import read_inputs
from db.dependents import mark_removed
from db.queue import runs
from db.submissions.form import TaskForm
from graphnet.errors import ModelError
from registry import open_store
from tests.actors.contexts import task_context
from tests.databases import migrated, sqlite_database
from tests.db.opened import opened
from tests.db.samples import running


def test_a_parent_that_was_cleaned_away_meanwhile_is_said(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as url:
        migrated(url)
        claim = opened(url, running())
        opened(url, runs.finish_task(claim, {"model_state_path": "x"}))
        assert opened(url, mark_removed(claim.task_id, ended_before=2**62)) is None
        form = TaskForm("dl_ft", "", ("small",), trained_task_id=claim.task_id)
        store = open_store(tmp_path.as_uri())
        task = task_context(tmp_path, store, form=form, call=lambda work: opened(url, work))
        with pytest.raises(ModelError, match=rf"{claim.task_id} was cleaned away on 2"):
            read_inputs(task)
