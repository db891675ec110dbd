"""Alerts and dashboard name metrics that exist, in expressions that Prometheus understands."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import service.metrics
from actors.exposition import make_registry
from actors.metrics import worker_metrics
from actors.redis_connection import Names
from db.queue.queue_state import TaskCounts
from service.metrics import Addresses, RequestMetrics
from tests.deploy.rendered import Object, named, of_kind

HISTOGRAMS = {
    "sgn_http_request_seconds",
    "sgn_prediction_seconds",
    "sgn_reading_seconds",
    "sgn_training_seconds",
}
METRICS = {
    "sgn_attempts_total",
    "sgn_build_info",
    "sgn_busy",
    "sgn_database_errors_total",
    "sgn_dependency_up",
    "sgn_device_info",
    "sgn_epochs_per_second",
    "sgn_epochs_total",
    "sgn_gpu_memory_bytes",
    "sgn_http_requests_total",
    "sgn_lease_losses_total",
    "sgn_oldest_task_seconds",
    "sgn_out_of_memory_total",
    "sgn_outbox_unsent",
    "sgn_parts",
    "sgn_pending_endings",
    "sgn_queue_messages",
    "sgn_retries_total",
    "sgn_runs_ended_total",
    "sgn_storage_errors_total",
    "sgn_tasks",
    "sgn_workers",
    "up",  # Prometheus' own
    *(f"{name}_{suffix}" for name in HISTOGRAMS for suffix in ("bucket", "count", "sum")),
}
NOBODY: tuple[str, ...] = ()
ALERTS = {
    "SgnQueueOld",
    "SgnFailureRate",
    "SgnWorkerLost",
    "SgnStorageErrors",
    "SgnDatabaseErrors",
    "SgnServiceDown",
    "SgnOutboxStuck",
}


def alerts(objects: list[Object]) -> list[dict[str, Any]]:
    (rule,) = of_kind(objects, "PrometheusRule")
    return [each for group in rule["spec"]["groups"] for each in group["rules"]]


def dashboard(objects: list[Object]) -> dict[str, Any]:
    content = named(objects, "ConfigMap", "sgn-dashboard")["data"]["dashboard.json"]
    found: dict[str, Any] = json.loads(content)
    return found


def expressions(objects: list[Object]) -> list[str]:
    """All there are, with what Grafana puts in for its variables."""
    panels = [target["expr"] for each in dashboard(objects)["panels"] for target in each["targets"]]
    return [text.replace("$namespace", "sgn") for text in panels] + [
        alert["expr"] for alert in alerts(objects)
    ]


def names_in(expression: str) -> set[str]:
    """The metrics of an expression, by Prometheus' grammar. Raises ValueError."""
    promql = pytest.importorskip("promql_parser", reason="promql-parser is not installed.")
    found = set()

    def visit(node: object) -> bool:
        if isinstance(node, promql.VectorSelector):
            found.add(node.name)
        return True

    promql.walk(promql.parse(expression), visit)
    return found


def test_every_expression_parses_and_names_metrics_that_exist(production: list[Object]) -> None:
    for expression in expressions(production):
        found = names_in(expression)
        assert found, expression
        assert found <= METRICS, expression
        # The grammar's tree and the text agree, so none was overlooked.
        assert found == {name for name in METRICS if re.search(rf"\b{name}\b", expression)}


@pytest.mark.parametrize(
    "expression", ["sum(sgn_tasks", "sgn_tasks >", "nothing by (x) (sgn_tasks)"]
)
def test_what_is_no_expression_is_found(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        names_in(expression)


def test_every_metric_is_shown_or_watched(production: list[Object]) -> None:
    found = {name for text in expressions(production) for name in names_in(text)}
    assert METRICS - found == {
        *(f"{name}_{suffix}" for name in HISTOGRAMS for suffix in ("count", "sum"))
    }


def test_every_alert_says_what_is_wrong_and_where_to_read_on(production: list[Object]) -> None:
    assert {alert["alert"] for alert in alerts(production)} == ALERTS
    for alert in alerts(production):
        anchor = f"alert-{alert['alert'].lower()}"
        assert alert["annotations"]["runbook"] == f"docs/operations.md#{anchor}"
        assert alert["annotations"]["summary"].endswith(".")
        assert alert["labels"]["severity"] in {"warning", "critical"}


def test_every_panel_has_a_place_of_its_own(production: list[Object]) -> None:
    panels = dashboard(production)["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    taken = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels]
    assert len(set(taken)) == len(taken)
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= 24 for each in panels)


class Queue:
    """Stands in for the client of an empty Redis."""

    async def scan_iter(self, **_: object) -> AsyncIterator[str]:
        for key in NOBODY:
            yield key

    async def llen(self, _: str) -> int:
        return 0


class Broker:
    """Stands in for the broker, of which the names are read."""

    names = Names("tests")
    namespace = names.namespace
    queues = ("sgn",)


class Ready:
    """Stands in for what /readyz asks, where all do their jobs."""

    async def ask(self, patience: float) -> dict[str, Any | None]:
        assert patience > 0
        return dict.fromkeys(("database", "redis", "registry"))


def names_of(registry: Any) -> set[str]:
    """What a registry would show, with a sample and without."""
    found = set()
    for family in registry.collect():
        suffixes = {"counter": ["_total"], "info": ["_info"], "gauge": [""]}
        histogram = ["_bucket", "_count", "_sum"]
        found |= {family.name + suffix for suffix in suffixes.get(family.type, histogram)}
    return {name for name in found if name.startswith("sgn_")}


def test_the_metrics_are_those_that_the_processes_show(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="torch, which a worker needs, is not installed.")
    from actors.metrics import GpuMemory, device_info
    from graphnet.training.devices import DeviceChoice

    monkeypatch.setattr("actors.metrics.memory", lambda _: {"total": 80_000_000_000})
    choice = DeviceChoice(torch.device("cpu"))
    worker = make_registry(*worker_metrics(), device_info(choice), GpuMemory(choice))

    async def answered() -> TaskCounts:
        return TaskCounts({}, {}, {}, 0)

    monkeypatch.setattr("service.metrics.queue_state.count_tasks", answered)
    figures = service.metrics.TaskMetrics(Queue(), Broker(), Ready())  # type: ignore[arg-type]
    asyncio.run(figures.refresh())
    requests = RequestMetrics(Addresses(()))
    ours = make_registry(requests.total, requests.seconds, figures)
    assert names_of(worker) | names_of(ours) == METRICS - {"up"}


def series(name: str, values: str, **labels: str) -> dict[str, str]:
    inside = ",".join(f'{key}="{value}"' for key, value in {"namespace": "sgn", **labels}.items())
    return {"series": f"{name}{{{inside}}}", "values": values}


# What is scraped once a minute, the minute asked about, and whether the alert is on then.
CASES = [
    ("SgnQueueOld", [series("sgn_oldest_task_seconds", "1900x20", state="Submitted")], 10, True),
    ("SgnQueueOld", [series("sgn_oldest_task_seconds", "1700x20", state="Submitted")], 10, False),
    ("SgnQueueOld", [series("sgn_oldest_task_seconds", "1900x20", state="Running")], 10, False),
    (
        "SgnFailureRate",
        [
            series("sgn_tasks", "10x60 14x60", state="Failed", pod="a"),
            series("sgn_tasks", "50x60 53x60", state="Finished", pod="a"),
            series("sgn_tasks", "50x60 53x60", state="Finished", pod="b"),
        ],
        70,
        True,
    ),
    (
        "SgnFailureRate",
        [
            series("sgn_tasks", "10x60 14x60", state="Failed"),
            series("sgn_tasks", "50x60 90x60", state="Finished"),
        ],
        70,
        False,
    ),
    *(
        (  # the first hour of an installation
            "SgnFailureRate",
            [
                series("sgn_tasks", "0x4 10x100", state="Failed"),
                series("sgn_tasks", "0x105", state="Finished"),
            ],
            minute,
            on,
        )
        for minute, on in ((4, False), (5, True), (64, True), (65, False))
    ),
    (  # an hour ago nothing was scraped
        "SgnFailureRate",
        [
            series("sgn_tasks", "100x60 _x30 100x29 110x60", state="Failed"),
            series("sgn_tasks", "500x60 _x30 500x90", state="Finished"),
        ],
        121,
        True,
    ),
    (  # old tasks were cleaned away, then new ones failed
        "SgnFailureRate",
        [
            series("sgn_tasks", "100x60 10x20 14x60", state="Failed"),
            series("sgn_tasks", "500x60 50x80", state="Finished"),
        ],
        85,
        True,
    ),
    *(
        (  # a service that restarts loses none of what it has seen
            "SgnFailureRate",
            [
                series("sgn_tasks", "10x40", state="Failed", pod="old"),
                series("sgn_tasks", "_x40 14x40", state="Failed", pod="new"),
                series("sgn_tasks", "20x40", state="Finished", pod="old"),
                series("sgn_tasks", "_x40 20x40", state="Finished", pod="new"),
            ],
            minute,
            on,
        )
        for minute, on in ((39, False), (50, True))
    ),
    (
        "SgnWorkerLost",
        [series("sgn_tasks", "1x20", state="Running"), series("sgn_workers", "0x20")],
        10,
        True,
    ),
    (
        "SgnWorkerLost",
        [series("sgn_tasks", "1x20", state="Running"), series("sgn_workers", "1x20")],
        10,
        False,
    ),
    ("SgnWorkerLost", [series("sgn_retries_total", "_x9 1x20", pod="new")], 13, True),
    ("SgnWorkerLost", [series("sgn_retries_total", "3x60", pod="old")], 50, False),
    (
        "SgnWorkerLost",  # a pod that went takes its count with it, and hides no other's
        [
            series("sgn_retries_total", "5x24 _x40", pod="gone"),
            series("sgn_retries_total", "0x24 1x40", pod="new"),
        ],
        35,
        True,
    ),
    ("SgnStorageErrors", [series("sgn_storage_errors_total", "0x5 1+1x20")], 20, True),
    ("SgnStorageErrors", [series("sgn_storage_errors_total", "7x60")], 30, False),
    *(
        (
            f"Sgn{name}Errors",
            [series(f"sgn_{name.lower()}_errors_total", "0x5 1x20")],
            minute,
            False,
        )
        for name in ("Storage", "Database")
        for minute in (7, 11, 14)
    ),
    ("SgnStorageErrors", [series("sgn_dependency_up", "0x20", dependency="registry")], 10, True),
    ("SgnStorageErrors", [series("sgn_dependency_up", "0x20", dependency="redis")], 10, False),
    ("SgnDatabaseErrors", [series("sgn_database_errors_total", "0x5 1+1x20")], 20, True),
    ("SgnDatabaseErrors", [series("sgn_dependency_up", "1x20", dependency="database")], 10, False),
    ("SgnServiceDown", [series("up", "0x20", job="sgn")], 5, True),
    (
        "SgnServiceDown",
        [series("up", "1x20", job="sgn"), series("up", "0x20", job="sgn", pod="b")],
        5,
        False,
    ),
    ("SgnOutboxStuck", [series("sgn_outbox_unsent", "3x20")], 10, True),
    ("SgnOutboxStuck", [series("sgn_outbox_unsent", "0 3 0 3 0 3 0 3 0 3 0 3 0")], 10, False),
]


def test_each_alert_is_on_when_it_should_be_and_not_otherwise(
    production: list[Object], tmp_path: Path
) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip(
            "The program promtool of Prometheus is not on this machine; it tries the rules."
        )
    (rule,) = of_kind(production, "PrometheusRule")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rule["spec"]))
    summaries = {each["alert"]: each for each in alerts(production)}
    content = {
        "rule_files": ["rules.yaml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": given,
                "alert_rule_test": [
                    {
                        "alertname": name,
                        "eval_time": f"{minute}m",
                        "exp_alerts": [
                            {
                                "exp_labels": {"namespace": "sgn", **summaries[name]["labels"]},
                                "exp_annotations": summaries[name]["annotations"],
                            }
                        ]
                        if on
                        else [],
                    }
                ],
            }
            for name, given, minute, on in CASES
        ],
    }
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [promtool, "test", "rules", "tests.yaml"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name for name, *_ in CASES} == ALERTS
