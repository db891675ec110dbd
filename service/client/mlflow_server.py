"""An MLflow tracking server by its REST API, with the few requests that an export needs.

The mlflow package is not used: it brings some ninety others, and all that is needed here is JSON.

REST: https://mlflow.org/docs/latest/rest-api.html
"""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypedDict
from urllib.parse import quote, unquote, urlsplit

import httpx

from graphnet.errors import system_reason
from graphnet.messages import Message, finished
from service.client.channel import is_loopback, reason_of_request
from service.client.errors import ClientError

URI, EXPERIMENT = "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"
TOKEN, CERTIFICATE = "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_SERVER_CERT_PATH"
USER, PASSWORD = "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"
PROXIED = "mlflow-artifacts"  # the scheme of artifacts that go through the tracking server
ABSENT = "RESOURCE_DOES_NOT_EXIST"
# What one request may hold. A value that is longer, MLflow cuts in silence.
MOST_METRICS, MOST_PARAMS, MOST_TAGS, MOST_DATASETS = 1000, 100, 100, 1000
LONGEST_KEY, LONGEST_PARAM, LONGEST_TAG = 250, 6000, 5000  # older servers: 5,000 of a tag
LONGEST_DIGEST, LONGEST_DATASET = 36, 500
MOST_LETTERS = (
    150_000  # of the values of one request, which stays below 1 MB: four bytes each at most
)
LONGEST_REASON = 300
TIMEOUT, UPLOAD_SECONDS = 30.0, 600.0

Entry = Mapping[str, Any]


class Point(TypedDict):
    """A value of a metric: ``timestamp`` in milliseconds since 1970, ``step`` the epoch or 0."""

    key: str
    value: float | None
    timestamp: int
    step: int


class MlflowError(ClientError):
    """Why an MLflow server did not take something."""


@dataclass(frozen=True)
class TrackingAddress:
    """Where a tracking server is and who asks; user and password go before a token."""

    uri: str
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    certificate: str = ""

    @classmethod
    def of(cls, uri: str, variables: Mapping[str, str]) -> Self:
        """The address given, or that of the variables that MLflow itself reads.

        Raises:
            MlflowError: there is no address, or it is not one of a server.

        """
        given = (uri or variables.get(URI, "")).strip()
        if not given:
            raise MlflowError(Message("mlflow.no-address"))
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise MlflowError(Message("mlflow.not-a-server", uri=given.rpartition("@")[2]))
        host = parts.netloc.rpartition("@")[2]
        return cls(
            f"{parts.scheme}://{host}{parts.path}".rstrip("/"),
            user=unquote(parts.username or "") or variables.get(USER, ""),
            password=unquote(parts.password or "") or variables.get(PASSWORD, ""),
            token=variables.get(TOKEN, ""),
            certificate=variables.get(CERTIFICATE, ""),
        )


class MlflowServer:
    """HTTP to a tracking server, to be used in a ``with`` block. Each method raises MlflowError."""

    def __init__(
        self, address: TrackingAddress, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.uri = address.uri
        basic = (address.user, address.password) if address.user and address.password else None
        bearer = {"authorization": f"Bearer {address.token}"} if address.token else {}
        self._http = httpx.Client(
            auth=basic,
            headers={} if basic else bearer,
            timeout=TIMEOUT,
            transport=transport,
            trust_env=not is_loopback(httpx.URL(address.uri)),
            verify=_verified_by(address.certificate),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def experiment_id(self, name: str) -> str:
        """The experiment of that name, which is created if there is none."""
        named = {"experiment_name": name}
        answer = self._call("GET", "experiments/get-by-name", params=named, may_be_absent=True)
        if not answer:
            return str(self._call("POST", "experiments/create", {"name": name})["experiment_id"])
        if answer["experiment"].get("lifecycle_stage") == "deleted":
            raise MlflowError(Message("mlflow.experiment-deleted", name=name))
        return str(answer["experiment"]["experiment_id"])

    def run_with_tag(self, experiment_id: str, key: str, value: str) -> Entry | None:
        """The newest run of the experiment that has the tag; None if none has it."""
        query = {
            "experiment_ids": [experiment_id],
            "filter": f"tags.`{key}` = '{value}'",
            "run_view_type": "ACTIVE_ONLY",
            "max_results": 1,
        }
        runs: Sequence[Entry] = self._call("POST", "runs/search", query).get("runs") or ()
        return runs[0]["info"] if runs else None

    def create_run(self, experiment_id: str, name: str, start_ms: int, tags: Entry) -> Entry:
        """A new run, with the tags by which it can be found from the first moment on."""
        body = {
            "experiment_id": experiment_id,
            "run_name": name,
            "start_time": start_ms,
            "tags": _pairs(tags),
        }
        info: Entry = self._call("POST", "runs/create", body)["run"]["info"]
        return info

    def end_run(self, run_id: str, name: str, status: str, end_ms: int) -> None:
        """Name the run and give it the status in which it ended."""
        body = {"run_id": run_id, "run_name": name, "status": status, "end_time": end_ms}
        self._call("POST", "runs/update", body)

    def log(
        self,
        run_id: str,
        *,
        metrics: Sequence[Point] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Add to a run, in as many requests as MLflow's limits need."""
        for kind, entries, most in (
            ("tags", _pairs(tags or {}), MOST_TAGS),
            ("params", _pairs(params or {}), MOST_PARAMS),
            ("metrics", metrics, MOST_METRICS),
        ):
            for batch in _batches(entries, most):
                self._call("POST", "runs/log-batch", {"run_id": run_id, kind: batch})

    def log_inputs(self, run_id: str, datasets: Sequence[Entry]) -> bool:
        """Add the datasets of a run; False if the server is too old to know of datasets."""
        for batch in _batches(datasets, MOST_DATASETS):
            body = {"run_id": run_id, "datasets": batch}
            if self._call("POST", "runs/log-inputs", body, may_be_absent=True) is None:
                return False
        return True

    def upload(self, artifact_uri: str, name: str, content: bytes) -> None:
        """Store an artifact of a run through the tracking server."""
        parts = urlsplit(artifact_uri)
        if parts.scheme != PROXIED or parts.netloc:
            raise MlflowError(Message("mlflow.artifacts-elsewhere", place=_place(artifact_uri)))
        path = quote(f"{parts.path.strip('/')}/{name}")
        address = f"{self.uri}/api/2.0/mlflow-artifacts/artifacts/{path}"
        timeout = httpx.Timeout(TIMEOUT, write=UPLOAD_SECONDS, read=UPLOAD_SECONDS)
        with self._translated():
            response = self._http.put(address, content=content, timeout=timeout)
        if not response.is_success:  # an answer is empty
            raise self._error(response)

    def _call(
        self,
        method: str,
        path: str,
        body: Entry | None = None,
        *,
        params: Mapping[str, str] | None = None,
        may_be_absent: bool = False,
    ) -> Any:
        """The JSON of an answer; None if what is asked for does not exist and may not."""
        address = f"{self.uri}/api/2.0/mlflow/{path}"
        with self._translated():
            response = self._http.request(method, address, json=body, params=params)
        if may_be_absent and response.status_code == httpx.codes.NOT_FOUND:
            return self._absent(response)
        return self._answer(response)

    def _absent(self, response: httpx.Response) -> None:
        """Check that it is MLflow that says so, and not another server that knows no such path."""
        code = _refusal(response)[0]
        if code not in (ABSENT, "ENDPOINT_NOT_FOUND"):
            raise self._foreign(response)

    def _answer(self, response: httpx.Response) -> Any:
        if not response.is_success:
            raise self._error(response)
        try:
            answer = response.json()
        except ValueError as error:
            raise self._foreign(response) from error
        if not isinstance(answer, dict):
            raise self._foreign(response)
        return answer

    def _error(self, response: httpx.Response) -> MlflowError:
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return MlflowError(Message("mlflow.signed-out", url=self.uri))
        code, reason = _refusal(response)
        if response.status_code == httpx.codes.FORBIDDEN:
            text = finished(reason or response.text[:LONGEST_REASON] or "403")
            return MlflowError(Message("mlflow.forbidden", url=self.uri, reason=text))
        if not code:
            return self._foreign(response)
        values = {"url": self.uri, "code": code, "reason": finished(reason)}
        return MlflowError(Message("mlflow.refused", **values))

    def _foreign(self, response: httpx.Response) -> MlflowError:
        status = str(response.status_code)
        return MlflowError(Message("mlflow.other-server", url=self.uri, status=status))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise MlflowError(Message("mlflow.too-late", url=self.uri)) from error
        except httpx.RequestError as error:
            reason = reason_of_request(error)
            raise MlflowError(Message("mlflow.silent", url=self.uri, reason=reason)) from error


def _verified_by(certificate: str) -> ssl.SSLContext | bool:
    """How the server's certificate is checked: by the file that is named, else as usual."""
    if not certificate:
        return True
    try:
        return ssl.create_default_context(cafile=certificate)
    except OSError as error:
        values = {"file": certificate, "reason": system_reason(error)}
        raise MlflowError(Message("mlflow.certificate-unreadable", **values)) from error


def _refusal(response: httpx.Response) -> tuple[str, str]:
    """MLflow's own code for an error, and what it says; "" where it is not MLflow that answers."""
    try:
        answer = response.json()
    except ValueError:
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    code, reason = answer.get("error_code") or "", answer.get("message") or ""
    return str(code), str(reason)[:LONGEST_REASON]


def _place(uri: str) -> str:
    """An artifact store without user and password."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _pairs(named: Mapping[str, str]) -> list[Entry]:
    return [{"key": key, "value": value} for key, value in named.items()]


def _batches(entries: Sequence[Entry], most: int) -> Iterator[list[Entry]]:
    """At most so many at once, and no more letters than a request may have."""
    batch: list[Entry] = []
    letters = 0
    for entry in entries:
        size = len(str(entry))
        if batch and (len(batch) == most or letters + size > MOST_LETTERS):
            yield batch
            batch, letters = [], 0
        batch.append(entry)
        letters += size
    if batch:
        yield batch
