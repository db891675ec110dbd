"""A worker that dies while it reads a file: the file is read all the same, once."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import numpy as np
import pandas as pd
import psutil
import pytest

from tests.installations import GIVE_UP_SECONDS, Installation, sgn_up

pytestmark = pytest.mark.slow

URL = "/api/v0/datasets"
SUBJECTS, REGIONS = 300, 3000  # it takes a moment to read


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Installation]:
    with sgn_up(tmp_path / "home") as found:
        yield found


SERVER = "graphnet.readers.server"


def wide() -> bytes:
    values = np.random.default_rng(0).normal(1, 0.2, (SUBJECTS, REGIONS))
    table = pd.DataFrame(values, columns=[f"GMV_{region + 1}" for region in range(REGIONS)])
    table.insert(0, "LABEL_GROUP", np.arange(SUBJECTS) % 2)
    table.insert(0, "ID", [f"s{row:03d}" for row in range(SUBJECTS)])
    return table.to_csv(index=False).encode()


def reader(installation: Installation) -> psutil.Process:
    """The process that reads a file, once there is one."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        for each in installation.processes():
            try:
                parent = each.parent()
                if parent is not None and SERVER in parent.cmdline() and SERVER in each.cmdline():
                    return each
            except psutil.Error:
                continue
        time.sleep(0.02)
    raise AssertionError("nothing is read")


@pytest.mark.nightly
def test_a_worker_that_is_killed_while_it_reads(home: Installation) -> None:
    answers: list[dict[str, Any]] = []

    def send() -> None:
        query = {"proj_id": "P", "data_name": "wide"}
        reply = httpx.post(f"{home.url}{URL}", params=query, content=wide(), timeout=120)
        answers.append(reply.json())

    sending = Thread(target=send)
    sending.start()
    child = reader(home)
    server = child.parent()
    assert server is not None
    worker = server.parent()
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    psutil.wait_procs([child], timeout=60)  # it may just have begun to be one
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    sending.join()
    (answer,) = answers
    # Another worker takes the file up; where that takes too long, the upload waits for another try.
    while answer["error_num"] == 19:
        query = {"proj_id": "P", "data_name": "wide", "upload": answer["upload"]}
        answer = httpx.post(f"{home.url}{URL}", params=query, timeout=120).json()
    assert answer["error_num"] == 0, answer
    assert (answer["dataset"]["subjects"], answer["dataset"]["regions"]) == (SUBJECTS, REGIONS)
    assert [each["data_name"] for each in home.get(URL)["datasets"]] == ["wide"]
