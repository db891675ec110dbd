"""Where no traces are asked for there is nothing, and where they cannot be had it is said."""

import subprocess
import sys

import pytest

from actors import log_context
from actors.log_context import Tracing
from actors.settings import ProcessSettingsError
from graphnet.messages import Message
from tests.installations import GIVE_UP_SECONDS, environment

GOOD = {
    "SGN_DATABASE_URL": "sqlite:////nowhere/x",
    "SGN_REDIS_URL": "redis://127.0.0.1:1/0",
    "SGN_REGISTRY_URL": "file:///nowhere",
}


def test_what_is_not_asked_for_is_not_loaded() -> None:
    """Of the SDK's spans and exporter; the client of Redis loads OpenTelemetry's metrics itself."""
    code = "import sys, service.app, actors.runtime; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert "actors.log_context" in loaded
    assert not [name for name in loaded if name.startswith("opentelemetry.exporter")]
    assert not {"opentelemetry.sdk.trace", "google.protobuf"} & set(loaded)


def test_not_started_it_does_nothing() -> None:
    spans = Tracing()
    with spans.span("a", parent="00-x", since=1):
        assert spans.traceparent() == ""
    spans.note("b", since=1)
    spans.note_each("c", ["d"], since=1)
    assert spans.traced("e")(len)("abc") == 3
    assert not spans.on
    spans.stop()


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_context, "NEEDED", ("opentelemetry.absent.part",))
    with pytest.raises(ProcessSettingsError, match=r"pip install 'nld-sgn\[tracing\]'"):
        Tracing().start("sgn-service")


@pytest.mark.nightly
@pytest.mark.parametrize("run", ["service.serve:run", "service.local.processes:run_worker"])
def test_it_ends_a_process_at_its_start_in_one_sentence(run: str) -> None:
    absent = "from actors import log_context as t; t.NEEDED = ('opentelemetry.absent.part',)"
    code = f"{absent}; import pkgutil; raise SystemExit(pkgutil.resolve_name({run!r})())"
    variables = {**GOOD, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "SGN_PORT": "7019"}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS,
        check=False,
    )
    assert ran.returncode == 1
    absent_extra = Message("settings.tracing-absent")
    assert ran.stderr.splitlines()[-1].startswith(str(absent_extra))
    assert "Traceback" not in ran.stderr
