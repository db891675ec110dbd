"""``sgn clean``: what goes, what stays, and that the bytes go with the mark."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from db import dependents
from db.queue import runs
from graphnet.messages import Message, finished
from registry import (
    CHECKPOINTS,
    MANIFEST,
    MODELS,
    PARAMETERS,
    RegistryUnavailable,
    Store,
    open_store,
)
from registry.directory import DirectoryStore
from service.cli import main
from tests.databases import migrated, query
from tests.db.opened import opened
from tests.db.samples import TASK, claimed, submitted
from tests.servers import S3Server, ServerMissing, s3_server

DAY_MS = 86_400_000
ORPHAN, LOST = "TASK19010100000001", "TASK19010100000002"


@dataclass(frozen=True)
class Kept:
    """A database, a registry and a spool; no service."""

    url: str
    folder: Path
    variables: dict[str, str]
    stores: dict[str, Store]

    def store(self, folder: str = MODELS) -> Store:
        return self.stores[folder]

    def finished(self, *, days: int, parent: str = "") -> str:
        """A task that ended so long ago, with its model."""

        async def made() -> str:
            claim = await claimed(await submitted(parent_task_id=parent))
            assert claim is not None
            await runs.finish_task(claim, {"train_epochs": [], "model_state_path": "x"})
            return claim.task_id

        task_id = opened(self.url, made())
        self.age(task_id, days)
        self.put(task_id)
        return task_id

    def age(self, task_id: str, days: int) -> None:
        at = int(time.time() * 1000) - days * DAY_MS - 1000
        query(self.url, f"UPDATE sgn_runs SET finished_at = {at} WHERE task_id = '{task_id}'")

    def put(self, task_id: str, folder: str = MODELS) -> None:
        names = (PARAMETERS, MANIFEST) if folder == MODELS else ("stage-0.safetensors",)
        for name in names:
            self.store(folder).put(task_id, name, b"bytes")

    def clean(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["clean", *arguments], env=self.variables)

    def found(self, *arguments: str) -> dict[tuple[str, str], tuple[bool, str]]:
        ran = self.clean("--json", *arguments)
        assert ran.exit_code == 0, ran.output
        items = json.loads(ran.stdout)["items"]
        return {(each["what"], each["task_id"]): (each["goes"], each["why"]) for each in items}


directory_only = pytest.mark.parametrize("kept", ["directory"], indirect=True)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with ExitStack() as stack:
        try:
            yield stack.enter_context(s3_server(tmp_path_factory.mktemp("s3")))
        except ServerMissing as missing:
            pytest.skip(str(missing))


@pytest.fixture(params=["directory", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Kept:
    (tmp_path / "registry").mkdir()
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
    variables = {
        "SGN_DATABASE_URL": url,
        "SGN_REGISTRY_URL": (tmp_path / "registry").as_uri(),
        "SGN_SPOOL": str(tmp_path / "spool"),
    }
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        variables["SGN_REGISTRY_URL"] = f"s3://{server.bucket}/{secrets.token_hex(4)}"
        variables["SGN_S3_ENDPOINT_URL"] = server.endpoint_url
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
    migrated(url)
    endpoint = variables.get("SGN_S3_ENDPOINT_URL")
    stores = {
        folder: open_store(variables["SGN_REGISTRY_URL"], endpoint_url=endpoint, folder=folder)
        for folder in (MODELS, CHECKPOINTS)
    }
    return Kept(url, tmp_path, variables, stores)


@directory_only
def test_nothing_goes_before_yes_is_said(kept: Kept) -> None:
    old = kept.finished(days=40)
    kept.put(ORPHAN)
    ran = kept.clean("--models-older-than", "30")
    assert ran.exit_code == 0
    assert "1 would be removed, 1 kept; --yes removes them." in ran.stderr
    assert kept.store().task_ids() == sorted([ORPHAN, old])
    assert query(kept.url, "SELECT removed_at FROM sgn_runs") == [(0,)]


@pytest.mark.nightly(but=("directory",))
def test_what_goes_and_what_stays(kept: Kept) -> None:
    old, young = kept.finished(days=40), kept.finished(days=20)
    parent = kept.finished(days=400)
    child = kept.finished(days=2, parent=parent)
    deleted = kept.finished(days=1)
    query(kept.url, f"DELETE FROM backend_submissions WHERE task_id = '{deleted}'")
    waiting = opened(kept.url, submitted())
    for task_id in (ORPHAN, waiting):
        kept.put(task_id)
    for task_id in (LOST, waiting, young):
        kept.put(task_id, CHECKPOINTS)
    stays = {
        ("model", young): "ended on",
        ("model", parent): f"{child}, which is Finished, was fine-tuned from it",
        ("model", child): "ended on",
        ("model", waiting): "it is Submitted",
        ("checkpoints", waiting): "it is Submitted",
        ("checkpoints", young): "remove it themselves",
        ("model", ORPHAN): "this database does not know its task",
    }
    goes = {
        ("model", old): "ended on",
        ("model", deleted): "deleted",
        ("checkpoints", LOST): "deleted",
    }
    planned = kept.found("--models-older-than", "30")
    assert {key for key, (going, _) in planned.items() if going} == set(goes)
    assert set(planned) == set(goes) | set(stays)
    for key, reason in (goes | stays).items():
        assert reason in planned[key][1]
    assert kept.found("--models-older-than", "30", "--yes") == planned
    assert kept.store().task_ids() == sorted([ORPHAN, young, parent, child, waiting])
    assert kept.store(CHECKPOINTS).task_ids() == sorted([waiting, young])
    marked = query(kept.url, "SELECT task_id FROM sgn_runs WHERE removed_at > 0")
    assert {task_id for (task_id,) in marked} == {old, deleted}
    assert kept.found("--unknown", "--yes")[("model", ORPHAN)][0]
    assert ORPHAN not in kept.store().task_ids()
    again = kept.found("--models-older-than", "30", "--yes")
    assert not any(going for going, _ in again.values())


@directory_only
def test_without_an_age_models_stay(kept: Kept) -> None:
    old = kept.finished(days=4000)
    kept.put(ORPHAN)
    assert kept.found("--yes")[("model", old)] == (False, "no age was given")
    assert kept.store().task_ids() == sorted([ORPHAN, old])


@directory_only
def test_a_removal_that_was_interrupted_is_finished(kept: Kept, monkeypatch: Any) -> None:
    old = kept.finished(days=40)

    def away(*_: Any) -> None:
        raise RegistryUnavailable(finished("The registry does not answer."))

    with monkeypatch.context() as broken:
        broken.setattr(DirectoryStore, "delete", away)
        ran = kept.clean("--models-older-than", "30", "--yes")
    assert ran.exit_code == 1
    assert "The registry does not answer." in ran.stdout
    assert kept.store().task_ids() == [old]
    ((at,),) = query(kept.url, "SELECT removed_at FROM sgn_runs")
    assert at > 0
    assert kept.found("--yes")[("model", old)][0]
    assert kept.store().task_ids() == []
    assert query(kept.url, "SELECT removed_at FROM sgn_runs") == [(at,)]


@directory_only
def test_a_child_that_came_after_the_look_keeps_its_parent(kept: Kept, monkeypatch: Any) -> None:
    parent = kept.finished(days=40)
    mark = dependents.mark_removed

    async def late(task_id: str, *, ended_before: int) -> Message | None:
        await submitted(parent_task_id=parent)
        return await mark(task_id, ended_before=ended_before)

    monkeypatch.setattr("service.stores.cleaning.mark_removed", late)
    going, why = kept.found("--models-older-than", "30", "--yes")[("model", parent)]
    assert not going
    assert "is to be fine-tuned from it" in why
    assert kept.store().task_ids() == [parent]


@directory_only
def test_what_is_left_in_the_spool_goes_by_its_age(kept: Kept) -> None:
    task_id = kept.finished(days=40)
    for name, days in ((task_id, 40), (ORPHAN, 40)):
        folder = kept.folder / "spool" / name
        folder.mkdir(parents=True)
        (folder / PARAMETERS).write_bytes(b"bytes")
        os.utime(folder, times=(time.time() - days * 86_400,) * 2)
    found = kept.found("--models-older-than", "30", "--yes")
    assert found[("spool", task_id)][0]
    assert not found[("spool", ORPHAN)][0]
    assert [path.name for path in (kept.folder / "spool").iterdir()] == [ORPHAN]


@directory_only
def test_another_installation_s_registry_is_left_alone(kept: Kept) -> None:
    for task_id in (ORPHAN, LOST):
        kept.put(task_id)
    ran = kept.clean("--yes")
    assert ran.exit_code == 1
    assert ran.stderr.startswith("The database knows none of the 2 tasks")
    assert len(kept.store().task_ids()) == 2


@directory_only
def test_the_folder_of_an_sgn_up_is_cleaned_by_its_name(kept: Kept) -> None:
    old = kept.finished(days=40)
    others = replace(kept, variables={"SGN_SPOOL": kept.variables["SGN_SPOOL"]})
    ran = others.clean("--home", str(kept.folder), "--models-older-than", "30", "--yes")
    assert ran.exit_code == 0, ran.output
    assert "1 removed, 0 kept." in ran.stderr
    assert old in ran.stdout
    assert kept.store().task_ids() == []
    ran = others.clean("--home", str(kept.folder / "registry"))
    assert ran.stderr == f"{kept.folder / 'registry'} is not the folder of an 'sgn up'.\n"


@directory_only
def test_what_is_missing_is_said(kept: Kept) -> None:
    ran = replace(kept, variables={"SGN_DATABASE_URL": kept.url}).clean()
    assert ran.exit_code == 1
    assert "SGN_REGISTRY_URL" in ran.stderr
    assert TASK.task_name not in ran.output
