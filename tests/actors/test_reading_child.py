"""A file is read by a process of its own, which can take and end nothing but itself."""

import json
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from actors.reading import child
from actors.reading.child import ReadingFailed, ReadLimits, ReadOptions, read_file, working_folder
from graphnet.data.dataset import NO_CLASS
from graphnet.data.storage import load
from graphnet.data.synthetic import cohort_table
from graphnet.errors import DiskFull
from tests.disks import room_for
from tests.installations import GIVE_UP_SECONDS
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow

MOST = 1 << 40
MEASURES = ("ALFF", "DC", "GMV", "ReHo")
PROBE = "import graphnet.readers.__main__, sys; assert 'pandas' not in sys.modules"


def bounds(folder: Path, memory_mb: int = 4096, seconds: int = 120) -> ReadLimits:
    return ReadLimits(memory_mb, seconds, folder / "spool")


def readers() -> list[psutil.Process]:
    """The processes of this one that read a file."""
    servers = psutil.Process().children()
    return [
        reader
        for server in servers
        if "graphnet.readers.server" in server.cmdline()
        for reader in server.children()
        if reader.status() != psutil.STATUS_ZOMBIE  # which has ended, and is not yet waited for
    ]


def written(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def table() -> pd.DataFrame:
    return cohort_table("small", 1, 6, seed=1, recipe=SMALL)


def test_a_file_becomes_arrays_profile_and_content(tmp_path: Path) -> None:
    path = written(tmp_path, table().to_csv(index=False))
    asked = ReadOptions("small", {}, MOST, profile=True, content=True)
    with working_folder(tmp_path / "spool") as folder:
        found = read_file(path, folder, asked, bounds(tmp_path))
        assert (found.refused, found.questions) == ((), ())
        assert found.profile is not None
        assert found.profile.subjects == 6
        assert found.content == pd.read_csv(path).to_json()
        dataset = load(found.folder)
        np.testing.assert_array_equal(dataset.values, _values(table()))
    assert not list((tmp_path / "spool").iterdir())


def test_what_neuro_learn_keeps_has_the_digits_of_small_measures(tmp_path: Path) -> None:
    # pandas writes ten decimals: of 7.23e-10, a diffusivity in m²/s, they leave one digit.
    given = table()
    names = [f"{MEASURES[0]}_{region}" for region in range(1, 13)]
    given[names] = 7e-10 + 3e-11 * np.random.default_rng(1).standard_normal((6, len(names)))
    path = written(tmp_path, given.to_csv(index=False))
    asked = ReadOptions("small", {}, MOST, content=True)
    with working_folder(tmp_path / "spool") as folder:
        kept = json.loads(read_file(path, folder, asked, bounds(tmp_path)).content)
    for name in names:
        np.testing.assert_allclose(list(kept[name].values()), given[name], rtol=1e-5)


def _values(given: pd.DataFrame) -> np.ndarray:
    """(S, N, F) of the table, measures by name."""
    names = [[f"{measure}_{region}" for measure in MEASURES] for region in range(1, 13)]
    found: np.ndarray = np.stack([given[row].to_numpy() for row in names], axis=1)
    return found


def test_what_asks_gives_no_arrays(tmp_path: Path) -> None:
    asking = table().rename(columns={"LABEL_GROUP": "diagnosis"})
    asking["diagnosis"] = ["a", "b"] * 3
    path = written(tmp_path, asking.to_csv(index=False))

    def read(mapping: dict[str, str], *, without_class: bool = False) -> tuple[int, int, bool, str]:
        asked = ReadOptions("small", mapping, MOST, profile=True, without_class=without_class)
        with working_folder(tmp_path / "spool") as folder:
            found = read_file(path, folder, asked, bounds(tmp_path))
            arrays = (found.folder / "values.npy").exists()
            return len(found.questions), len(found.refused), arrays, found.signature

    open_questions, _, arrays, signature = read({})
    assert (open_questions, arrays) == (1, False)
    # The signature is what the file looked like before anybody answered.
    assert read({"class.positive": "b"}) == (0, 0, True, signature)
    assert read({"class.positive": "c"})[:3] == (0, 1, False)
    assert read({"class.positive": "b", **{f"k{row}": "x" * 900 for row in range(300)}})[1] == 1


@pytest.mark.parametrize(
    "cells", [["a", "b"], ["1", "2"], ["0", "9"], ["none", "SZ"], ["0.5", "1.5"], ["0", "SZ"], [""]]
)
@pytest.mark.parametrize(
    "mapping", [{}, {"class": "diagnosis", "class.positive": "x", "missing.diagnosis": "value"}]
)
def test_new_subjects_need_no_class(
    tmp_path: Path, cells: list[str], mapping: dict[str, str]
) -> None:
    given = table().rename(columns={"LABEL_GROUP": "diagnosis"}).assign(age=[99, 30, 40, 50, 60, 1])
    given["diagnosis"] = (cells * 6)[:6]
    path = written(tmp_path, given.to_csv(index=False))
    with working_folder(tmp_path / "spool") as folder:
        asked = ReadOptions("small", mapping, MOST, without_class=True)
        found = read_file(path, folder, asked, bounds(tmp_path))
        assert (found.questions, found.refused) == ((), ())
        dataset = load(found.folder)
    assert not dataset.interpretation.said
    assert (dataset.subjects.labels == NO_CLASS).all()
    np.testing.assert_array_equal(dataset.values, _values(given))


@pytest.mark.nightly
def test_what_takes_too_much_memory_ends_its_own_process(tmp_path: Path) -> None:
    path = tmp_path / "large.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("fc.npy", "w", force_zip64=True) as file,
    ):
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f8", "fortran_order": False, "shape": (200, 700, 700)}
        )
        for _ in range(200):
            file.write(bytes(8 * 700 * 700))
    with working_folder(tmp_path / "spool") as folder:
        try:
            found = read_file(path, folder, ReadOptions("large", {}, MOST), bounds(tmp_path, 900))
            sentence = " ".join(map(str, found.refused))
        except ReadingFailed as error:
            sentence = str(error)
    assert "large takes more than 900 MB of memory" in sentence
    assert "SGN_READ_MEMORY_MB" in sentence


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = written(tmp_path, table().to_csv(index=False))
    none = bounds(tmp_path, seconds=0)  # less than the process needs to start
    with (
        working_folder(tmp_path / "spool") as folder,
        pytest.raises(ReadingFailed, match=r"slow took more than 0 s.*SGN_READ_SECONDS"),
    ):
        read_file(path, folder, ReadOptions("slow", {}, MOST), none)
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while readers():  # a process that is killed takes a moment to end
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_process_that_is_killed_is_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, table().to_csv(index=False))
    with working_folder(tmp_path / "spool") as folder, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(
            read_file, path, folder, ReadOptions("it", {}, MOST), bounds(tmp_path)
        )
        while not (children := readers()):
            time.sleep(0.01)
        children[0].send_signal(signal.SIGKILL)
        with pytest.raises(ReadingFailed, match=r"read it was killed.*less memory than the 4096"):
            reading.result()


def test_what_a_worker_left_is_swept(tmp_path: Path) -> None:
    import os

    for name, age in (("sgn-read-old", 7200), ("sgn-read-new", 60), ("other", 7200)):
        folder = tmp_path / name
        (folder / "out").mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
    with working_folder(tmp_path) as own:
        assert own.name.startswith("sgn-read-")
    assert {path.name for path in tmp_path.iterdir()} == {"sgn-read-new", "other"}


def test_the_child_has_its_bounds_before_it_imports_a_reader() -> None:
    subprocess.run([sys.executable, "-c", PROBE], check=True)


@pytest.mark.nightly
def test_the_child_never_imports_torch(tmp_path: Path) -> None:
    path = written(tmp_path, table().to_csv(index=False))
    (tmp_path / "out").mkdir()
    code = (
        "import sys; from graphnet.readers.__main__ import main; "
        f"main([{str(path)!r}, {str(tmp_path / 'out')!r}, '--profile', '--content=1000000']); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_full_disk_says_nothing_against_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = child.ReadingServer()  # its forks inherit the limit
    monkeypatch.setattr(child, "SERVER", server)
    path = written(tmp_path, table().to_csv(index=False))
    asked = ReadOptions("small", {}, MOST, profile=True, content=True)
    full = r"spool \S+ is full, so small could not be read"
    with (
        working_folder(tmp_path / "spool") as folder,
        room_for(1000),
        pytest.raises(DiskFull, match=full),
    ):
        read_file(path, folder, asked, bounds(tmp_path))
    server.close()
    assert not list((tmp_path / "spool").iterdir())


def reading_server() -> psutil.Process:
    (server,) = [
        each for each in psutil.Process().children() if "graphnet.readers.server" in each.cmdline()
    ]
    return server


def read_small(folder: Path) -> None:
    path = written(folder, table().to_csv(index=False))
    with working_folder(folder / "spool") as room:
        found = read_file(path, room, ReadOptions("small", {}, MOST), bounds(folder))
        assert (found.refused, found.questions) == ((), ())


@pytest.mark.nightly(but=("9",))
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_has_ended_is_started_again(tmp_path: Path, number: signal.Signals) -> None:
    read_small(tmp_path)
    first = reading_server()
    first.send_signal(number)
    first.wait(timeout=GIVE_UP_SECONDS)
    read_small(tmp_path)
    assert reading_server().pid != first.pid


def test_a_server_has_one_thread_and_none_of_the_worker_s_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_TOKENS", "secret")
    server = child.ReadingServer()
    monkeypatch.setattr(child, "SERVER", server)
    earlier = {each.pid for each in psutil.Process().children()}
    read_small(tmp_path)
    (process,) = [each for each in psutil.Process().children() if each.pid not in earlier]
    assert process.num_threads() == 1
    assert "SGN_TOKENS" not in process.environ()
    server.close()
    process.wait(timeout=GIVE_UP_SECONDS)


def test_many_files_are_read_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / str(place) for place in range(8)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_small, folders))
    assert not readers()


def test_servers_that_end_at_once_are_not_started_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = child.ReadingServer()
    monkeypatch.setattr(child, "SERVER", server)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    path = written(tmp_path, table().to_csv(index=False))
    with working_folder(tmp_path / "spool") as folder, pytest.raises(ReadingFailed, match="killed"):
        read_file(path, folder, ReadOptions("small", {}, MOST), bounds(tmp_path))
    server.close()
