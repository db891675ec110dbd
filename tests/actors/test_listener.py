"""What the cluster's monitoring gets, also where something is wrong."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from actors.exposition import Listener, start_listener
from graphnet.messages import Message, finished
from tests.servers import free_ports


@contextmanager
def listening(
    scrape: Callable[[], bytes] = lambda: b"sgn_busy 1\n", fault: Message | None = None
) -> Iterator[httpx.Client]:
    (port,) = free_ports(1)
    listener = Listener("127.0.0.1", port, scrape, lambda: fault)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            yield http
    finally:
        listener.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_metrics_and_a_sign_of_life() -> None:
    with listening() as http:
        reply = http.get("/metrics?x=1")
        assert (reply.status_code, reply.text) == (200, "sgn_busy 1\n")
        assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (http.get("/healthz").status_code, http.get("/healthz").text) == (200, "ok\n")
        assert http.get("/api/v0/tasks").status_code == 404
        assert http.post("/metrics").status_code == 501


def test_a_fault_is_a_sentence() -> None:
    with listening(fault=finished("It is stuck.")) as http:
        assert (http.get("/healthz").status_code, http.get("/healthz").text) == (
            503,
            "It is stuck.\n",
        )


def test_what_cannot_be_scraped_does_not_end_the_listener(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bytes:
        raise ValueError("secret")

    with listening(broken) as http:
        assert http.get("/metrics").status_code == 500
        assert "secret" not in http.get("/metrics").text
        assert http.get("/healthz").status_code == 200
    assert "/metrics could not be answered" in caplog.text


def test_a_port_that_is_taken_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert start_listener("127.0.0.1", port, bytes, lambda: None) is None
    assert f"SGN_METRICS_PORT {port}: Address already in use" in caplog.text


def test_port_0_is_no_listener() -> None:
    assert start_listener("127.0.0.1", 0, bytes, lambda: None) is None
