"""MLflow's tracking server as far as an export uses it: real HTTP, and MLflow's own limits.

What is refused here is refused by mlflow 3.17 with the same codes; a value that mlflow cuts in
silence is refused too, because an export must not rely on that.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

API, FILES = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/"
NAME = re.compile(r"[/\w.\- :]{1,250}")
LIMITS = {"metrics": 1000, "params": 100, "tags": 100}
LONGEST = {"params": 6000, "tags": 5000}
LARGEST = 1_000_000


class Refused(Exception):
    """An error as MLflow answers it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass
class FakeMlflow:
    """``forced`` answers (status, body) go first; ``authorization`` is asked for if it is set."""

    url: str
    artifact_root: str = "mlflow-artifacts:"
    authorization: str = ""
    experiments: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    forced: list[tuple[int, bytes]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def reply(
        self, method: str, path: str, query: dict[str, str], body: bytes, authorization: str
    ) -> tuple[int, bytes]:
        if self.forced:
            return self.forced.pop(0)
        if self.authorization and authorization != self.authorization:
            return 401, b"You are not authenticated."
        try:
            return 200, self.answer(method, path, query, body)
        except Refused as error:
            told = {"error_code": error.code, "message": str(error)}
            return error.status, json.dumps(told).encode()

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> bytes:
        if path.startswith(FILES):
            return self._file(method, unquote(path.removeprefix(FILES)), body)
        name = path.removeprefix(API)
        self.calls.append(name)
        handler = getattr(self, f"{method.lower()}_{re.sub('[^a-z]', '_', name)}", None)
        if handler is None:
            raise Refused("ENDPOINT_NOT_FOUND", f"No API found for {path}", 404)
        if len(body) > LARGEST:
            raise Refused("INVALID_PARAMETER_VALUE", "Batched logging API requests are too large")
        answer: dict[str, Any] = handler(query if method == "GET" else json.loads(body))
        return json.dumps(answer).encode()

    def _file(self, method: str, path: str, body: bytes) -> bytes:
        if method == "GET":
            return self.files[path]
        self.files[path] = body
        return b""

    def get_experiments_get_by_name(self, query: dict[str, str]) -> dict[str, Any]:
        for experiment in self.experiments:
            if experiment["name"] == query["experiment_name"]:
                return {"experiment": experiment}
        raise Refused("RESOURCE_DOES_NOT_EXIST", "Could not find experiment", 404)

    def post_experiments_create(self, body: dict[str, Any]) -> dict[str, Any]:
        number = str(len(self.experiments) + 1)
        made = {"experiment_id": number, "name": body["name"], "lifecycle_stage": "active"}
        self.experiments.append(made)
        return {"experiment_id": number}

    def post_runs_search(self, body: dict[str, Any]) -> dict[str, Any]:
        found = re.fullmatch(r"tags\.`([^`]+)` = '([^']*)'", body["filter"])
        assert found is not None, body["filter"]
        wanted = {"key": found[1], "value": found[2]}
        runs = [
            run
            for run in self.runs.values()
            if run["info"]["experiment_id"] in body["experiment_ids"]
            and wanted in run["data"]["tags"]
            and run["info"]["lifecycle_stage"] == "active"
        ]
        return {"runs": runs[: body["max_results"]]} if runs else {}

    def post_runs_create(self, body: dict[str, Any]) -> dict[str, Any]:
        run_id = f"{len(self.runs) + 1:032x}"
        place = f"{self.artifact_root}/{body['experiment_id']}/{run_id}/artifacts"
        info = {
            "run_id": run_id,
            "run_name": body["run_name"],
            "experiment_id": body["experiment_id"],
            "status": "RUNNING",
            "start_time": body["start_time"],
            "artifact_uri": place,
            "lifecycle_stage": "active",
        }
        data = {"tags": body["tags"], "params": [], "metrics": []}
        self.runs[run_id] = {"info": info, "data": data, "inputs": {"dataset_inputs": []}}
        return {"run": self.runs[run_id]}

    def post_runs_update(self, body: dict[str, Any]) -> dict[str, Any]:
        self.runs[body["run_id"]]["info"].update(body)
        return {"run_info": self.runs[body["run_id"]]["info"]}

    def post_runs_log_batch(self, body: dict[str, Any]) -> dict[str, Any]:
        for kind, most in LIMITS.items():
            if len(body.get(kind, ())) > most:
                raise Refused("INVALID_PARAMETER_VALUE", f"at most {most} {kind}")
            for item in body.get(kind, ()):
                self._check(kind, item)
        data = self.runs[body["run_id"]]["data"]
        for kind in ("params", "tags"):
            for item in body.get(kind, ()):
                same = [one for one in data[kind] if one["key"] == item["key"]]
                if kind == "params" and same not in ([], [item]):
                    raise Refused("INVALID_PARAMETER_VALUE", "Changing param values is not allowed")
                data[kind] = [one for one in data[kind] if one not in same] + [item]
        for item in body.get("metrics", ()):
            points = self.history.setdefault((body["run_id"], item["key"]), [])
            points += [] if item in points else [item]
            last = max(points, key=lambda one: (one["step"], one["timestamp"]))
            data["metrics"] = [one for one in data["metrics"] if one["key"] != item["key"]] + [last]
        return {}

    def _check(self, kind: str, item: dict[str, Any]) -> None:
        if not NAME.fullmatch(item["key"]) or ".." in item["key"]:
            raise Refused("INVALID_PARAMETER_VALUE", f"Invalid value {item['key']!r}")
        if kind == "metrics" and not isinstance(item["value"], (int, float)):
            raise Refused("INVALID_PARAMETER_VALUE", "Missing value for required parameter")
        if len(str(item["value"])) > LONGEST.get(kind, LARGEST):
            raise Refused("INVALID_PARAMETER_VALUE", f"{item['key']} would be cut")

    def post_runs_log_inputs(self, body: dict[str, Any]) -> dict[str, Any]:
        inputs = self.runs[body["run_id"]]["inputs"]["dataset_inputs"]
        for each in body["datasets"]:
            if len(each["dataset"]["digest"]) > 36:
                raise Refused("INVALID_PARAMETER_VALUE", "'digest' exceeds the maximum length")
            inputs += [] if each in inputs else [each]
        return {}

    def get_runs_get(self, query: dict[str, str]) -> dict[str, Any]:
        return {"run": self.runs[query["run_id"]]}

    def get_metrics_get_history(self, query: dict[str, str]) -> dict[str, Any]:
        return {"metrics": self.history[query["run_id"], query["metric_key"]]}


class MlflowHandler(BaseHTTPRequestHandler):
    """Sends what ``answered`` gives."""

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def do_PUT(self) -> None:
        self._reply()

    def _reply(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, content = self.answered(parts.path, dict(parse_qsl(parts.query)), body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answered(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def fake_mlflow() -> Iterator[FakeMlflow]:
    """Serve until the block ends."""

    class Handler(MlflowHandler):
        def answered(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
            given = self.headers.get("Authorization", "")
            return server.reply(self.command, path, query, body, given)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = FakeMlflow(f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
