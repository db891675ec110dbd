"""The spool is one user's alone, and what is kept there is whole or not there."""

import os
import stat
from pathlib import Path

import pytest

from actors import spool
from actors.settings import ProcessSettings, ProcessSettingsError, spool_of
from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.result import TaskResult
from tests.disks import room_for

CONTENT = {"model.safetensors": b"parameters", "manifest.json": b"{}"}
RESULT = TaskResult(code_version="1", metrics={"val": SplitMetrics(4, {"auc": 0.5})})
SOMEBODY = 12_345


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_folder_that_is_made_is_private(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        made = spool.private_folder(tmp_path / "spool" / ".reading")
    finally:
        os.umask(umask)
    assert [mode(each) for each in (made, made.parent)] == [0o700, 0o700]
    assert spool.private_folder(made) == made


def test_the_usual_spool_is_of_this_user_and_this_registry() -> None:
    here, there = (spool_of(f"file:///srv/{name}") for name in ("here", "there"))
    assert here != there
    assert here == spool_of("file:///srv/here")
    assert here.name.startswith(f"sgn-spool-{os.getuid()}-")
    environment = {
        "SGN_DATABASE_URL": "sqlite:////tmp/x",
        "SGN_REDIS_URL": "redis://localhost",
        "SGN_REGISTRY_URL": "file:///srv/here",
    }
    assert ProcessSettings.from_environment(environment).spool == here
    named = {**environment, "SGN_SPOOL": "/var/spool/sgn"}
    assert ProcessSettings.from_environment(named).spool == Path("/var/spool/sgn")


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can give a folder to somebody else.")
@pytest.mark.parametrize("theirs", ["spool", "spool/.reading", "link"])
def test_another_user_s_folder_is_refused(tmp_path: Path, theirs: str) -> None:
    (tmp_path / "spool" / ".reading").mkdir(parents=True, mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "spool")
    os.chown(tmp_path / theirs, SOMEBODY, SOMEBODY, follow_symlinks=False)
    way = "link" if theirs == "link" else "spool"
    with pytest.raises(ProcessSettingsError, match="belongs to another user") as caught:
        spool.private_folder(tmp_path / way / ".reading")
    assert "SGN_SPOOL" in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="Root's folders are those of mounted volumes.")
def test_a_folder_that_all_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool").chmod(0o777)
    with pytest.raises(ProcessSettingsError, match="can be written by all"):
        spool.private_folder(tmp_path / "spool")


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    spool.spool_outputs(tmp_path / "TASK1", CONTENT, RESULT)
    found = spool.read_outputs(tmp_path / "TASK1")
    assert found is not None
    assert (found.content, found.result.as_dict()) == (CONTENT, RESULT.as_dict())
    assert list(found.content) == list(CONTENT), "the manifest comes last"
    spool.remove_outputs(tmp_path / "TASK1")
    assert spool.read_outputs(tmp_path / "TASK1") is None
    assert not (tmp_path / "TASK1").exists()


def test_without_a_result_it_is_kept_for_people_alone(tmp_path: Path) -> None:
    spool.spool_outputs(tmp_path / "TASK1", CONTENT, None)
    assert spool.read_outputs(tmp_path / "TASK1") is None
    assert (tmp_path / "TASK1" / "model.safetensors").read_bytes() == b"parameters"


@pytest.mark.parametrize("damage", ["model.safetensors", "manifest.json", "kept.json"])
def test_what_is_damaged_is_left_aside(tmp_path: Path, damage: str) -> None:
    spool.spool_outputs(tmp_path / "TASK1", CONTENT, RESULT)
    path = tmp_path / "TASK1" / damage
    path.write_bytes(path.read_bytes()[:-1])
    assert spool.read_outputs(tmp_path / "TASK1") is None
    path.unlink()
    assert spool.read_outputs(tmp_path / "TASK1") is None


def test_of_what_finds_no_room_nothing_stays(tmp_path: Path) -> None:
    large = {"model.safetensors": b"small", "report.html": bytes(2000)}
    with room_for(1000), pytest.raises(OSError, match="too large"):
        spool.spool_outputs(tmp_path / "TASK1", large, RESULT)
    assert not list(tmp_path.iterdir())
