"""The service's API without a service behind it: real HTTP, answers of our own."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

METRICS = {
    "n": 58,
    "accuracy": 0.8103448,
    "balanced_accuracy": 0.8103448,
    "sensitivity": 0.7586207,
    "specificity": 0.862069,
    "auc": 0.9298454,
    "brier": 0.1181818,
    "ci": {
        "accuracy": [0.6910, 0.8934],
        "balanced_accuracy": [0.7022, 0.9011],
        "sensitivity": [0.5787, 0.8778],
        "specificity": [0.6944, 0.9450],
        "auc": [0.8571, 0.9820],
        "brier": [0.0811, 0.1602],
    },
}
ONE_CLASS = {"n": 29, "accuracy": 1.0, "auc": None, "ci": {"accuracy": [0.88, 1.0], "auc": None}}
RESULT = {
    "train_epochs": ["Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000"],
    "model_state_path": "file:///registry/models/TASK20012912454501/model.safetensors",
    "metrics": {"train": METRICS, "val": ONE_CLASS, "test": METRICS, "cv": METRICS},
    "known_subjects": {"train": 58, "val": 0, "test": 0, "cv": 0},
    "baselines": {"majority": {"test": {**METRICS, "accuracy": 0.5, "auc": None, "ci": {}}}},
    "warnings": ["3 columns hardly vary among the training subjects and were set to 0."],
}
HEADLINE = {"split": "test", "metric": "auc", "value": 0.9298454, "low": 0.8571, "high": 0.9820}
FORM = {
    "proj_id": "PROJ20191217104136",
    "task_name": "schizophrenia, site A",
    "task_type": "dl_ts",
    "train_data": ["A_181210_140_SZ_sfMRI_AAL90", "A_181210_205_NC_sfMRI_AAL90"],
    "param_set": {"epochs": 4, "learning_rate": 0.05, "trained_task_id": ""},
}
CSV = b"ID,LABEL,GMV_1,GMV_2\ns1,0,0.5,0.6\ns2,1,0.4,\n"
FINDING = {"rule": "missing", "site": "B", "subject": "s2", "measure": "GMV", "count": 1}
RULE = "A missing value is filled with the median of the training subjects in that column."
REPORT = "<!doctype html><title>Report</title><p>0.81 \u2028 精神</p>"
PREDICTIONS = "split,id,site,label,probability_0,probability_1\ntest,007,NA,1,0.25,0.75\n"
LOG = "It was claimed.\nIt \x1b[2Jtrained.\n"
EVIDENCE = {"format": "nld-sgn/evidence-1", "classes": [0, 1], "importance": None}
PREDICTED = {
    "classes": [0, 1],
    "warnings": ["1 column was left out: AGE."],
    "predictions": [
        {
            "id": "=s1",
            "site": "A",
            "probability": {"0": 0.25, "1": 0.75},
            "predicted": "1",
            "warnings": ["2 values were missing."],
            "explanation": [
                {"region": "2", "name": "Precentral R", "contribution": -0.1},
                {"region": "1", "name": None, "contribution": 0.4},
            ],
        },
        {
            "id": "007",
            "site": "",
            "probability": {"0": 0.9, "1": 0.1},
            "predicted": "0",
            "warnings": [],
            "explanation": None,
        },
    ],
}
SCORED = {
    "classes": [],
    "warnings": [],
    "predictions": [{"id": "s1", "site": "A", "score": -3.25, "warnings": [], "explanation": None}],
}
INTERPRETATION: dict[str, Any] = {
    "kind": "csv",
    "text": {"encoding": "GB18030", "separator": ";", "decimal": ","},
    "id": "participant_id",
    "label": {
        "column": "group",
        "values": {"HC": 0, "SZ": 1},
        "names": {"0": "HC", "1": "SZ"},
    },
    "site": "scanner",
    "score": None,
    "covariates": [
        {"name": "Age", "kind": "numeric", "missing": 2},
        {"name": "Sex", "kind": "categorical", "missing": 0},
    ],
    "regions": ["Precentral_L", "Precentral_R", *(f"Region_{number}" for number in range(3, 91))],
    "measures": ["ALFF", "DC", "GMV", "ReHo"],
    "connectome": {"values": "r", "triangle": "upper", "reason": "the diagonal is 1"},
    "series": {
        "least_points": 120,
        "most_points": 200,
        "orientation": "points x regions",
        "header": True,
        "index": False,
    },
    "files": {"ses": "baseline"},
    "missing": [{"column": "Age", "code": "-9999", "count": 2}],
    "left_alone": [{"what": "PANSS_1", "reason": "a questionnaire is no region"}],
    "said": ["The text is GB18030; it has no byte order mark."],
    "answers": {"class.positive": "SZ"},
}
QUESTION: dict[str, Any] = {
    "id": "class.positive",
    "sentence": "The column group holds A and B; which of them are the patients?",
    "choices": [
        {"value": "A", "label": "A is the patients"},
        {"value": "B x", "label": "B x is the patients"},
    ],
}
UPLOAD = "UP2601010000000001"
ROW = "from NEURO-LEARN"
PREVIEW = {"kind": "csv", "columns": ["ID", "GMV_1"], "rows": [["s1", 0.5], ["s2", None]]}
PARAMETERS = b"\x08\0\0\0\0\0\0\0{}      "


def task(task_id: str, status: str = "Submitted", **facts: Any) -> dict[str, Any]:
    """A task as the service shows it; it also says what no client knows of."""
    return {
        "task_id": task_id,
        "proj_id": FORM["proj_id"],
        "task_name": FORM["task_name"],
        "task_type": FORM["task_type"],
        "task_status": status,
        "task_config": {"proj_name": "SZ with sfMRI", "model": "SGN", **FORM},
        "task_result": RESULT if status == "Finished" else None,
        "headline": HEADLINE if status == "Finished" else None,
        "error": None,
        "progress": {"epoch": 0, "epochs": None, "percent": 0.0, "eta_seconds": None},
        "attempt": 1,
        "parent_task_id": None,
        "device": "a later service says more",
        **facts,
    }


def running(task_id: str, epoch: int) -> dict[str, Any]:
    """A task in its ``epoch`` of 4."""
    progress = {"epoch": epoch, "epochs": 4, "percent": 25.0 * epoch, "eta_seconds": 34.5}
    return task(task_id, "Running", progress=progress)


@dataclass(frozen=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def mapping(self) -> dict[str, str]:
        return dict(json.loads(self.query.get("mapping", "{}")))


@dataclass(frozen=True)
class Reply:
    """What is sent back; a ``length`` beyond the body breaks the connection off in mid answer.

    What is not ``ours`` has no id of a request: another server answered.
    """

    body: bytes
    status: int = 200
    kind: str = "application/json"
    length: int | None = None
    delay: float = 0.0
    ours: bool = True


def success(**content: Any) -> Reply:
    return Reply(json.dumps({"error_num": 0, "msg": "success", **content}).encode())


def refused(number: int, status: int, msg: str, **content: Any) -> Reply:
    return Reply(json.dumps({"error_num": number, "msg": msg, **content}).encode(), status)


def paged(name: str, found: list[dict[str, Any]], request: Seen) -> Reply:
    """The part that a query asks for, of 100 where it does not say."""
    begin = int(request.query.get("cursor", 0))
    end = begin + int(request.query.get("limit", 100))
    return success(**{name: found[begin:end]}, next_cursor=str(end) if end < len(found) else None)


@dataclass
class FakeService:
    """``looks`` are what a task shows at each look, the last one for ever; ``forced`` go first.

    ``questions`` are asked of every file until its mapping answers them. ``told`` are the events
    of any task, an id, a kind and what it says each; a connection gives ``portion`` of them and
    breaks off where there are more.
    """

    url: str
    seen: list[Seen] = field(default_factory=list)
    forced: list[Reply] = field(default_factory=list)
    told: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    portion: int = 1000
    datasets: list[str] = field(default_factory=lambda: ["B_190416_58_sfMRI_AAL90"])
    predicted: dict[str, Any] = field(default_factory=lambda: PREDICTED)
    questions: list[dict[str, Any]] = field(default_factory=list)
    suggested: dict[str, str] | None = None
    interpretation: dict[str, Any] | None = None
    looks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    together: list[dict[str, Any]] = field(default_factory=list)
    manifest: dict[str, Any] = field(
        default_factory=lambda: {
            "format": "nld-sgn/1",
            "regions": ["1", "2"],
            "parameters_sha256": hashlib.sha256(PARAMETERS).hexdigest(),
        }
    )

    def answer(self, request: Seen) -> Reply:
        self.seen.append(request)
        if self.forced:
            return self.forced.pop(0)
        for method, pattern, name in ROUTES:
            match = re.fullmatch(f"(?:/prefix)?/api/v0/{pattern}", request.path)
            if match and method == request.method:
                reply: Reply = getattr(self, name)(request, *map(unquote, match.groups()))
                return reply
        return refused(4, 404, f"There is nothing at {request.path}.")

    def submit(self, request: Seen) -> Reply:
        form = request.json
        if missing := [name for name in ("task_type", "proj_id") if not form.get(name)]:
            errors = [{"field": name, "msg": f"{name} is missing."} for name in missing]
            return refused(2, 422, f"{missing[0]} is missing.", errors=errors)
        task_id = f"TASK20012912454{500 + len(self.looks)}"
        self.looks[task_id] = self.course(task_id, form)
        unknown = [f"{name} was not used." for name in form if name not in FORM]
        return success(task_form={**form, "task_id": task_id}, warnings=unknown)

    def course(self, task_id: str, form: dict[str, Any]) -> list[dict[str, Any]]:
        on_the_way = [task(task_id), running(task_id, 2)]
        if form.get("task_name") == "endless":
            return on_the_way
        if form.get("task_name") == "unlucky":
            sentence = "train_data holds class 1 only; give subjects of at least two classes."
            return [*on_the_way, task(task_id, "Failed", error=sentence)]
        done = {"epoch": 4, "epochs": 4, "percent": 100.0, "eta_seconds": None}
        return [*on_the_way, task(task_id, "Finished", progress=done)]

    def list_tasks(self, request: Seen) -> Reply:
        wanted, text = request.query.get("status"), request.query.get("q", "")
        newest = [{**looks[-1], "task_result": None} for looks in reversed(self.looks.values())]
        chosen = [each for each in newest if wanted in (None, each["task_status"])]
        found = [each for each in chosen if text in each["task_id"] + each["task_name"]]
        return paged("tasks", found, request)

    def show(self, _: Seen, task_id: str) -> Reply:
        if task_id not in self.looks:
            return refused(4, 404, f"There is no task {task_id!r}.")
        looks = self.looks[task_id]
        return success(task=looks.pop(0) if len(looks) > 1 else looks[0])

    def compare(self, request: Seen) -> Reply:
        ids = request.query["task_ids"].split(",")
        tasks = [self.looks[task_id][-1] for task_id in ids]
        return success(tasks=tasks, differences={}, together=self.together, lost=[])

    def cancel(self, _: Seen, task_id: str) -> Reply:
        return success(task=self.looks[task_id][-1])

    def retry(self, _: Seen, task_id: str) -> Reply:
        return success(task=task("TASK9", retry_of=task_id))

    def lineage(self, _: Seen, task_id: str) -> Reply:
        chain, name = [], task_id
        while name:
            chain.append(self.looks[name][-1])
            name = chain[-1]["parent_task_id"]
        return success(lineage=chain)

    def model(self, _: Seen, task_id: str) -> Reply:
        if task_id not in self.looks:
            return refused(4, 404, f"There is no task {task_id!r}.")
        return Reply(PARAMETERS, kind="application/octet-stream")

    def events(self, request: Seen, _: str) -> Reply:
        ids = [each for each, _, _ in self.told]
        last = request.headers.get("last-event-id")
        left = self.told[ids.index(last) + 1 if last else 0 :]
        if not left:
            return Reply(b"", 204)
        text = "retry: 1000\n\n: still here\n\n"
        for number, kind, facts in left[: self.portion]:
            said = json.dumps(facts, ensure_ascii=False)
            text += f"id: {number}\nevent: {kind}\ndata: {said}\n\n"
        body = text.encode()
        longer = len(body) + 100 if len(left) > self.portion else None
        return Reply(body, kind="text/event-stream; charset=utf-8", length=longer)

    def report(self, _: Seen, __: str) -> Reply:
        return Reply(REPORT.encode(), kind="text/html; charset=utf-8")

    def predictions(self, _: Seen, __: str) -> Reply:
        return Reply(PREDICTIONS.encode(), kind="text/csv; charset=utf-8")

    def log(self, _: Seen, __: str) -> Reply:
        return Reply(LOG.encode(), kind="text/plain; charset=utf-8")

    def evidence(self, _: Seen, __: str) -> Reply:
        return success(**EVIDENCE)

    def predict(self, request: Seen, _: str) -> Reply:
        return self.open_questions(request.mapping) or success(**self.predicted)

    def show_manifest(self, _: Seen, __: str) -> Reply:
        return success(**self.manifest)

    def models(self, _: Seen) -> Reply:
        settings = {"model": "SGN", "learning_rate": 0.01, "epochs": 200, "graph": "covariance"}
        sgn = {"name": "SGN", "aliases": ["GNN"], "settings": settings, "source": "This project."}
        gcn = {"name": "GCN", "summary": "The reference net: a mean over regions."}
        summary = {"summary": "Schizo Graph Net: keeps apart which region is which."}
        return success(models=[sgn | summary, gcn], graphs={"full": "Every pair of regions."})

    def list_datasets(self, request: Seen) -> Reply:
        proj_id = request.query.get("proj_id", FORM["proj_id"])
        unusable = {"data_name": "notes", "problems": ["It has no column LABEL."]}
        usable = [self.dataset(name, proj_id) for name in self.datasets]
        return paged("datasets", [*usable, unusable], request)

    def open_questions(self, mapping: dict[str, str], **known: Any) -> Reply | None:
        """The refusal that asks what the mapping does not answer; None where all is answered."""
        asked = [each for each in self.questions if each["id"] not in mapping]
        if not asked:
            return None
        errors = [{"field": "mapping", "msg": each["sentence"]} for each in asked]
        content = {"questions": asked, "upload": UPLOAD, "suggested": self.suggested}
        return refused(20, 422, asked[0]["sentence"], errors=errors, **content, **known)

    def answer_dataset(self, request: Seen, name: str) -> Reply:
        return self.open_questions(request.json) or success(
            dataset=self.dataset(name, FORM["proj_id"])
        )

    def add_dataset(self, request: Seen) -> Reply:
        asked = request.query
        asking = self.open_questions(request.mapping, preview=PREVIEW)
        if asking:
            return asking
        if asked.get("preview") == "true":
            unnamed = self.dataset(asked.get("data_name", ""), asked.get("proj_id", ""))
            del unnamed["data_id"]
            return success(dataset={**unnamed, "findings": [FINDING]}, preview=PREVIEW)
        summary = self.dataset(asked["data_name"], asked["proj_id"])
        return success(dataset={**summary, "findings": [FINDING], "rules": {"missing": RULE}})

    def show_dataset(self, _: Seen, name: str) -> Reply:
        if name == ROW:
            row = {"data_name": ROW, "state": "asks", "questions": self.questions}
            return success(dataset=row)
        if name != "A":
            return refused(4, 404, f"There is no dataset {name!r}.")
        summary = self.dataset(name, FORM["proj_id"])
        return success(dataset={**summary, "findings": [FINDING], "rules": {"missing": RULE}})

    def dataset(self, name: str, proj_id: Any) -> dict[str, Any]:
        return {
            "data_id": "DATA20012912454500",
            "data_name": name,
            "proj_id": proj_id,
            "subjects": 58,
            "classes": {"0": 29, "1": 29},
            "regions": 90,
            "measures": ["ALFF", "DC", "GMV", "ReHo"],
            "notes": ["1 column was left out: AGE."],
            "class_names": (self.interpretation or {}).get("label", {}).get("names", {}),
            "interpretation": self.interpretation,
            "state": "ready",
        }


ROUTES = (
    ("POST", "new_task", "submit"),
    ("GET", "compare", "compare"),
    ("GET", "tasks", "list_tasks"),
    ("GET", "tasks/([^/]+)", "show"),
    ("POST", "tasks/([^/]+)/cancel", "cancel"),
    ("POST", "tasks/([^/]+)/retry", "retry"),
    ("GET", "tasks/([^/]+)/lineage", "lineage"),
    ("GET", "tasks/([^/]+)/model", "model"),
    ("GET", "tasks/([^/]+)/manifest", "show_manifest"),
    ("GET", "tasks/([^/]+)/events", "events"),
    ("GET", "tasks/([^/]+)/report", "report"),
    ("GET", r"tasks/([^/]+)/predictions\.csv", "predictions"),
    ("GET", "tasks/([^/]+)/evidence", "evidence"),
    ("GET", "tasks/([^/]+)/log", "log"),
    ("POST", "tasks/([^/]+)/predict", "predict"),
    ("GET", "models", "models"),
    ("GET", "datasets", "list_datasets"),
    ("POST", "datasets", "add_dataset"),
    ("GET", "datasets/([^/]+)", "show_dataset"),
    ("POST", "datasets/([^/]+)/mapping", "answer_dataset"),
)


def _body(request: BaseHTTPRequestHandler) -> Iterator[bytes]:
    if request.headers.get("Transfer-Encoding") != "chunked":
        yield request.rfile.read(int(request.headers.get("Content-Length", 0)))
        return
    while size := int(request.rfile.readline() or b"0", 16):
        yield request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()


@contextmanager
def fake_service() -> Iterator[FakeService]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            body = b"".join(_body(self))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = service.answer(Seen(self.command, parts.path, query, headers, body))
            threading.Event().wait(reply.delay)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            if reply.ours:
                self.send_header("X-Request-Id", "R1")
            self.send_header("Content-Length", str(reply.length or len(reply.body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked may have left
                self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = FakeService(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
