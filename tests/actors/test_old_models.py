"""What a worker does with an old model's file, and what stays where it does not come to its end."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from actors.questions.answers import FileReader
from actors.questions.model_import import ModelImporter, read_state_file
from actors.questions.rpc import OLD_MODEL, ReadRequest
from actors.reading import uploads
from actors.reading.child import ReadingFailed, ReadLimits
from actors.reading.uploads import UPLOAD_JSON, Upload, part_name
from db.neurolearn import Submission
from graphnet.errors import ModelError
from registry import MANIFEST, MODELS, PARAMETERS, Store, open_store
from tests.databases import migrated, query, sqlite_database
from tests.db.opened import opened
from tests.reading import reader_of

pytestmark = pytest.mark.slow

TASK = "TASK19060312000001"
SHAPES = {"conv1.weight": (2, 16), "conv1.bias": (16,), "conv2.weight": (16, 64)}
STATE = {name: torch.ones(shape) for name, shape in {**SHAPES, "conv2.bias": (64,)}.items()}
SAID = {"architecture": "GCN", "scaler": "none", "graph": "full"}
LISTS = {"regions": ["1", "2", "3"], "measures": ["A", "B"], "classes": ["no", "yes"]}
MAPPING = {**SAID, **{name: json.dumps(names) for name, names in LISTS.items()}}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with sqlite_database(tmp_path) as found:
        migrated(found)
        row = {
            "task_id": TASK,
            "proj_id": "P",
            "task_name": "",
            "task_type": "dl_ts",
            "task_config": "{}",
            "task_status": "Success",
            "task_result": "",
        }

        async def write() -> None:
            await Submission(**row).save()

        opened(found, write())
        yield found


@pytest.fixture
def registry(tmp_path: Path) -> str:
    (tmp_path / "registry").mkdir()
    return (tmp_path / "registry").as_uri()


def answers(url: str, registry: str, folder: Path) -> tuple[FileReader, Store]:
    reader = reader_of({"SGN_DATABASE_URL": url, "SGN_REGISTRY_URL": registry}, folder)
    models = open_store(registry, folder=MODELS)
    return FileReader(reader, ModelImporter(reader, models)), models


def asked(store: Store, content: bytes, **more: str) -> dict[str, Any]:
    new = Upload(uploads.new_id(), "", "", "old.pth", 1, len(content))
    store.put(new.upload_id, part_name(0), content)
    store.put(new.upload_id, UPLOAD_JSON, new.to_bytes())
    request = ReadRequest(
        OLD_MODEL, "old.pth", TASK, new.upload_id, mapping=MAPPING | more, most=10**8
    )
    return vars(request)


def state_bytes(folder: Path) -> bytes:
    path = folder / "state.pth"
    torch.save(STATE, path)
    return path.read_bytes()


@pytest.mark.nightly
def test_nothing_stays_of_an_import_that_the_database_does_not_take(
    url: str, registry: str, tmp_path: Path
) -> None:
    answer, models = answers(url, registry, tmp_path)
    question = asked(answer.reader.uploads, state_bytes(tmp_path))
    query(url, "ALTER TABLE sgn_results RENAME TO gone")
    assert "away" in answer(**question)
    assert list(models.task_ids()) == []
    query(url, "ALTER TABLE gone RENAME TO sgn_results")
    found = answer(**question)
    assert found["imported"]["sizes"] == {"regions": 3, "measures": 2, "classes": 2}
    assert json.loads(models.get(TASK, MANIFEST))["class_names"] == {"0": "no", "1": "yes"}
    before = models.get(TASK, PARAMETERS)
    again = answer(**question)  # as after a worker that was killed before it could answer
    assert "was imported for the task" in again["refused"][0]
    assert models.get(TASK, PARAMETERS) == before


@pytest.mark.parametrize("said", [{"scaler": ""}, {"architecture": "SGN"}])
def test_what_nobody_has_said_is_asked_before_the_file_is_read(
    url: str, registry: str, tmp_path: Path, said: dict[str, str]
) -> None:
    answer, models = answers(url, registry, tmp_path)
    found = answer(**asked(answer.reader.uploads, b"no model", **said))
    assert f"--{next(iter(said))}" in found["refused"][0]
    assert list(models.task_ids()) == []


def bomb(path: Path) -> Path:
    """A small file of which half a gigabyte of zeros comes out."""
    whole = path.with_suffix(".whole")
    torch.save({"a": torch.zeros(1_000)}, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            with out.open(name, "w") as packed:
                data = source.read(name)
                packed.write(data)
                if name.endswith("data/0"):
                    for _ in range(500):
                        packed.write(bytes(1_000_000))
    return path


def torch_mb() -> int:
    """The address space that a process with torch has at most; three times as much for CUDA's."""
    shown = "import torch; print(open('/proc/self/status').read())"
    status = subprocess.check_output([sys.executable, "-c", shown], text=True)
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmPeak"))
    return int(peak) // 1024


@pytest.mark.nightly
def test_a_file_takes_no_more_memory_and_time_than_it_is_given(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.pth")
    assert path.stat().st_size < 1_000_000
    request = ReadRequest(OLD_MODEL, "bomb.pth", TASK, most=1 << 40)
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder in folders:
        folder.mkdir()
    limits = ReadLimits(torch_mb() + 200, 300, tmp_path)
    with pytest.raises((ModelError, ReadingFailed), match="memory"):
        read_state_file(path, folders[0], request, limits)
    state_bytes(tmp_path)
    enough = read_state_file(tmp_path / "state.pth", folders[2], request, limits)
    assert set(enough.tensors) == set(STATE)
    with pytest.raises(ReadingFailed, match="took more than 0 s"):
        read_state_file(path, folders[1], request, ReadLimits(4000, 0, tmp_path))
