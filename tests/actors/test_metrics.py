"""What a worker counts, and when it says that it is not well."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from prometheus_client.parser import text_string_to_metric_families

from actors import metrics, runtime
from actors.exposition import make_registry, render_metrics
from actors.metrics import GpuMemory, device_info
from actors.runtime import Runtime
from actors.settings import ProcessSettings
from db.server.errors import translate_errors
from graphnet.messages import Message
from graphnet.training.devices import DeviceChoice
from registry import RegistryError, open_store


def found() -> dict[str, float]:
    """What a worker without a GPU shows, by name and the values of its labels."""
    cpu = DeviceChoice(torch.device("cpu"))
    shown = render_metrics(
        make_registry(*metrics.worker_metrics(), device_info(cpu), GpuMemory(cpu))
    ).decode()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
    }


def test_an_end_is_counted_once_by_whose_it_was() -> None:
    before = found()
    assert metrics.count_ending("finished", ours=True) is True
    assert metrics.count_ending("failed", ours=False) is False
    metrics.count_lost()
    metrics.count_claim(1)
    metrics.count_claim(2)
    after = found()
    more = {name: after[name] - before[name] for name in before if after.get(name) != before[name]}
    assert {name: more[name] for name in more if name.startswith("sgn_")} == {
        "sgn_runs_ended_total finished": 1,
        "sgn_runs_ended_total lease_lost": 1,
        "sgn_lease_losses_total": 1,
        "sgn_attempts_total": 2,
        "sgn_retries_total": 1,
    }


def test_what_is_not_known_is_not_shown() -> None:
    shown = found()
    assert "sgn_epochs_per_second" not in shown
    assert not [name for name in shown if name.startswith("sgn_gpu_memory_bytes")]
    assert not [name for name in shown if name.endswith("_created")]


def test_the_pace_is_of_the_stage_that_trains() -> None:
    pace = metrics.Pace()
    pace.begin()
    assert next(pace.collect()).samples == []
    for _ in range(3):
        pace.epoch()
    assert next(pace.collect()).samples[0].value > 0
    pace.end()
    assert next(pace.collect()).samples == []


async def refused() -> None:
    async with translate_errors():
        raise OSError


def test_errors_of_database_and_storage_are_counted(tmp_path: Path) -> None:
    before = found()
    with pytest.raises(Exception, match="does not answer"):
        asyncio.run(refused())
    with pytest.raises(RegistryError):
        open_store((tmp_path / "absent").as_uri()).check()
    after = found()
    for name in ("sgn_database_errors_total", "sgn_storage_errors_total"):
        assert after[name] == before[name] + 1


@pytest.fixture
def loop() -> Iterator[EventLoopThread]:
    """The loop thread of a worker."""
    thread = EventLoopThread(logging.getLogger())
    thread.start(timeout=5)
    set_event_loop_thread(thread)
    yield thread
    set_event_loop_thread(None)
    thread.stop()  # type: ignore[no-untyped-call]


@pytest.fixture
def worker(tmp_path: Path) -> Runtime:
    return Runtime(ProcessSettings("sqlite:///x", "redis://x", tmp_path.as_uri()))


def test_without_its_loop_thread_a_worker_is_not_well(worker: Runtime) -> None:
    assert worker.fault() == Message("worker.loop-silent")


@pytest.mark.usefixtures("loop")
def test_a_worker_that_gave_no_sign_of_life_is_not_well(worker: Runtime) -> None:
    assert worker.fault() is None
    worker._lived -= 3600
    late = worker.fault()
    assert late is not None
    assert late.code == "worker.no-heartbeat"
    assert re.fullmatch(r"This worker has sent no heartbeat for 36\d\d s\.", str(late))


def test_a_worker_whose_loop_is_held_up_is_not_well(
    worker: Runtime, loop: EventLoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()
    loop.loop.call_soon_threadsafe(free.wait)
    monkeypatch.setattr(runtime, "ANSWER_SECONDS", 0.05)
    assert worker.fault() == Message("worker.loop-silent")
    free.set()
    monkeypatch.setattr(runtime, "ANSWER_SECONDS", 5.0)
    assert worker.fault() is None
