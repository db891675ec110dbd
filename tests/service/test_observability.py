"""One installation, its service and one worker, as the operator's monitoring sees it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

from tests.installations import COLD, GIVE_UP_SECONDS, process
from tests.places import ENDED, PLAIN, Place, place_at
from tests.servers import free_ports
from tests.service.forms import body

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
Shown = dict[str, float]


class Receiver(ThreadingHTTPServer):
    """Takes spans by OTLP over HTTP, as a collector does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.spans: dict[str, list[Span]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, content: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(content).resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            spans = [span for scope in resource.scope_spans for span in scope.spans]
            self.spans.setdefault(names["service.name"], []).extend(spans)


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.take(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        yield receiver
        receiver.shutdown()


@dataclass
class Seen:
    """What was seen of an installation in which one task was trained."""

    before: Shown
    worker_before: Shown
    after: Shown = field(default_factory=dict)
    worker_after: Shown = field(default_factory=dict)
    alive: dict[str, str] = field(default_factory=dict)
    task_id: str = ""
    logs: dict[str, str] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=dict)


def shown(url: str) -> Shown:
    """What a scrape shows, by name and the values of its labels."""
    reply = httpx.get(url, timeout=10).raise_for_status()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("observed")
    with receiving() as receiver:
        found = observed(folder, receiver.url)
        found.spans = receiver.spans
    return found


def observed(folder: Path, traces: str) -> Seen:
    """Watch an installation from before its first task until its processes have ended."""
    of_service, of_worker = (f"http://127.0.0.1:{port}" for port in free_ports(2))
    asked = {"SGN_LOG_FORMAT": "json", "OTEL_EXPORTER_OTLP_ENDPOINT": traces}
    port = of_service.rpartition(":")[2]
    with place_at(folder, **asked, SGN_METRICS_PORT=port) as place:
        variables = {**place.variables, "SGN_METRICS_PORT": of_worker.rpartition(":")[2]}
        with process("service.cli", "worker", log=folder / "worker.log", **COLD, **variables):
            wait_for(f"{of_worker}/healthz")
            found = Seen(shown(f"{of_service}/metrics"), shown(f"{of_worker}/metrics"))
            found.task_id = trained(place)
            found.after = once_counted(f"{place.http.base_url}/metrics")
            found.worker_after = shown(f"{of_worker}/metrics")
            for url in (of_service, of_worker):
                found.alive[url] = httpx.get(f"{url}/healthz").text
    found.logs = {name: (folder / f"{name}.log").read_text() for name in ("serve", "worker")}
    return found


def wait_for(url: str) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(url).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def once_counted(url: str) -> Shown:
    """What is shown once the end of a task is: the figures may be some seconds old."""
    deadline = time.monotonic() + 30
    while (found := shown(url))["sgn_tasks Finished"] == 0 and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def trained(place: Place) -> str:
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01", "x-request-id": "request-1"}
    reply = place.http.post(
        "/api/v0/new_task", content=body(param_set={**PLAIN, "epochs": 2}), headers=headers
    ).json()
    task_id: str = reply["task_form"]["task_id"]
    task = place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
    assert task["task_status"] == "Finished", task
    return task_id


def test_the_service_shows_its_requests_and_the_installation(seen: Seen) -> None:
    assert seen.before["sgn_tasks Submitted"] == 0
    assert "sgn_http_requests_total POST /api/v0/new_task 200" not in seen.before
    assert seen.after["sgn_http_requests_total POST /api/v0/new_task 200"] == 1
    assert seen.after["sgn_http_request_seconds_count /api/v0/tasks/{task_id}"] > 0
    assert seen.after["sgn_tasks Finished"] == seen.before["sgn_tasks Finished"] + 1 == 1
    assert seen.after["sgn_workers"] == 1
    assert seen.after["sgn_outbox_unsent"] == seen.after["sgn_queue_messages sgn"] == 0
    assert {seen.after[f"sgn_dependency_up {name}"] for name in ("database", "redis")} == {1}
    assert not [name for name in seen.after if name.startswith("sgn_oldest_task_seconds")]


def test_no_address_of_a_task_is_in_a_label(seen: Seen) -> None:
    assert not [name for name in seen.after if seen.task_id in name]


def test_the_worker_shows_what_it_did_and_nothing_of_the_service(seen: Seen) -> None:
    assert seen.worker_before["sgn_runs_ended_total finished"] == 0
    assert seen.worker_after["sgn_runs_ended_total finished"] == 1
    assert seen.worker_after["sgn_attempts_total"] == 1
    assert seen.worker_after["sgn_retries_total"] == 0
    assert seen.worker_after["sgn_epochs_total"] >= 2
    assert seen.worker_after["sgn_training_seconds_count"] == 1
    assert seen.worker_after["sgn_busy"] == 0
    assert not [name for name in seen.worker_after if name.startswith("sgn_http")]
    assert not [name for name in seen.after if name.startswith(("sgn_runs", "sgn_epochs"))]


def test_both_processes_give_a_sign_of_life(seen: Seen) -> None:
    assert list(seen.alive.values()) == ["ok\n", "ok\n"]


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def test_every_line_of_both_logs_is_an_object(seen: Seen) -> None:
    served, worked = lines(seen.logs["serve"]), lines(seen.logs["worker"])
    assert all(set(line) >= {"time", "level", "logger", "message"} for line in served + worked)
    loggers = {line["logger"].partition(".")[0] for line in served + worked}
    assert {"dramatiq", "hypercorn", "actors", "service"} <= loggers


def test_a_line_about_a_task_names_it_and_its_request(seen: Seen) -> None:
    (begun,) = [line for line in lines(seen.logs["worker"]) if "attempt 1" in line["message"]]
    assert begun["task_id"] == seen.task_id
    assert (begun["request_id"], begun["attempt"]) == ("request-1", 1)
    assert not begun["message"].startswith("[")


def test_one_post_is_one_trace_to_its_end(seen: Seen) -> None:
    ours = {
        service: {span.name: span for span in spans if span.trace_id.hex() == TRACE}
        for service, spans in seen.spans.items()
    }
    served, worked = ours["sgn-service"], ours["sgn-worker"]
    assert set(served) == {"POST", "write", "send"}
    assert set(worked) == {
        *("task", "claim", "read data", "train", "assess", "validate", "store", "finish")
    }
    assert served["POST"].parent_span_id.hex() == CALLER
    assert worked["task"].parent_span_id == served["POST"].span_id
    assert worked["train"].parent_span_id == worked["task"].span_id
    assert served["POST"].start_time_unix_nano < worked["finish"].end_time_unix_nano
    steps = [worked[name].start_time_unix_nano for name in ("claim", "read data", "train", "store")]
    assert steps == sorted(steps)
