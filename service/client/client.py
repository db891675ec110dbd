"""The client: a session with a service, or with one that is started for a notebook; and results."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from graphnet.errors import system_reason
from graphnet.messages import Message, finished
from service.api.comparison_view import TogetherView
from service.api.views import PredictionView, known_fields
from service.client.answers import Catalogue, Facts, Task
from service.client.datasets import Datasets, mapping_query
from service.client.errors import ClientError
from service.client.mlflow_export import MlflowRun, export
from service.client.mlflow_server import EXPERIMENT, MlflowServer, TrackingAddress
from service.client.session import Session, content, environment_token, task_path, without_empty
from service.client.tasks import Tasks
from service.client.uploads import OnProgress, Table
from service.environment import address_file, lock_file

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_SECONDS = 600.0
COMPARISON_SECONDS = 300.0  # fifteen pairs of large cohorts
START_SECONDS = 120.0
STOP_SECONDS = 60.0
READY = "ready "
UP = ("-m", "service.cli", "up", "--port", "0", "--until-stdin-ends")
LOG = "up.log"


@dataclass(frozen=True)
class Predictions:
    """A stored model's predictions of new subjects, a mapping per subject as the service gave it.

    ``classes`` is () if the model predicts a score; ``class_names`` is the word for each class, {}
    if there are numbers only; ``warnings`` concern the table as a whole.
    """

    predictions: tuple[Facts, ...]
    classes: tuple[int, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, reply: Facts) -> Self:
        """From the service's JSON."""
        values = known_fields(cls, reply)
        return cls(
            tuple({**subject} for subject in reply["predictions"]),
            tuple(values.get("classes", ())),
            dict(values.get("class_names", {})),
            tuple(values.get("warnings", ())),
            content(reply),
        )

    @property
    def subjects(self) -> tuple[PredictionView, ...]:
        """The predictions as records; what is absent or null takes a field's default."""
        return tuple(map(PredictionView.read, self.predictions))

    @property
    def frame(self) -> "pd.DataFrame":
        """A row per subject: ``predicted`` and a ``probability_`` column per class, or a ``score``.

        If the classes have names, ``class_name`` is the name of the predicted one.
        """
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        return tables.predicted(self.predictions, self.class_names)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(max_rows=20))


@dataclass(frozen=True)
class ComparedTasks:
    """Tasks side by side.

    ``differences`` by split, first and second task, as the service gave them; ``together`` is what
    each two say together, by split; ``lost`` says whose predictions are lost.
    """

    tasks: tuple[Task, ...]
    differences: Facts = field(default_factory=dict)
    together: tuple[TogetherView, ...] = ()
    lost: tuple[str, ...] = ()

    @classmethod
    def read(cls, reply: Facts, language: str) -> Self:
        """From the service's JSON, also that of one that adds no tasks up."""
        return cls(
            tuple(Task.read(task, language) for task in reply["tasks"]),
            reply["differences"],
            tuple(map(TogetherView.read, reply.get("together", ()))),
            tuple(reply.get("lost", ())),
        )


class Results(Session):
    """The requests that concern a task that has ended."""

    def compare(self, *task_ids: str) -> ComparedTasks:
        """Two to six tasks side by side: how they differ, and what each two say together."""
        return self._channel.request(
            "GET",
            "compare",
            lambda reply: ComparedTasks.read(reply, self.language),
            params={"task_ids": ",".join(task_ids)},
            slow_seconds=COMPARISON_SECONDS,
        )

    def model(self, task_id: str) -> bytes:
        """The trained parameters, as safetensors."""
        return self._channel.bytes_of(f"{task_path(task_id)}/model")

    def manifest(self, task_id: str) -> dict[str, Any]:
        """The description of the model: architecture, regions, scaler, settings, metrics."""
        return self._channel.request("GET", f"{task_path(task_id)}/manifest", content)

    def report(self, task_id: str, *, fresh: bool = False, language: str = "") -> str:
        """The report, a self-contained HTML page in ``en`` or ``zh-CN``.

        Without ``language`` it is in that of the client. It is rendered again with ``fresh``, and
        in Chinese.
        """
        query = without_empty({"fresh": "true" if fresh else ""})
        return self._channel.text_of(
            f"{task_path(task_id)}/report",
            "text/html",
            params=query,
            headers=without_empty({"accept-language": language}),
        )

    def predictions_csv(self, task_id: str) -> str:
        """The predictions of the task's subjects, as CSV."""
        return self._channel.text_of(f"{task_path(task_id)}/predictions.csv", "text/csv")

    def predictions(self, task_id: str) -> "pd.DataFrame":
        """The predictions of the task's subjects: a row per subject and split."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        return tables.from_csv(self.predictions_csv(task_id))

    def evidence(self, task_id: str) -> dict[str, Any]:
        """All that the report is made from: cohorts, predictions, sites, importance."""
        return self._channel.request("GET", f"{task_path(task_id)}/evidence", content)

    def to_mlflow(
        self,
        task_id: str,
        *,
        tracking_uri: str = "",
        experiment: str = "",
        artifacts: bool = True,
    ) -> MlflowRun:
        """Make a task that has ended a run of MLflow; again, its run is brought up to date.

        Args:
            task_id: the task.
            tracking_uri: address of the tracking server; by default that of
                ``MLFLOW_TRACKING_URI``. Who asks is said by ``MLFLOW_TRACKING_USERNAME`` and
                ``MLFLOW_TRACKING_PASSWORD``, or ``MLFLOW_TRACKING_TOKEN``.
            experiment: its name; by default that of ``MLFLOW_EXPERIMENT_NAME``, else the project.
            artifacts: also send model, manifest, report, predictions and model card; the last four
                name subjects or hashes of their ids.

        Raises:
            MlflowError: the task has not ended, or the server does not take it.

        """
        address = TrackingAddress.of(tracking_uri, os.environ)
        task = self._channel.request(
            "GET", task_path(task_id), lambda reply: Task.read(reply["task"], self.language)
        )
        name = experiment or os.environ.get(EXPERIMENT, "") or task.proj_id
        with MlflowServer(address) as server:
            return export(self, task, server, name, artifacts=artifacts)

    @property
    def service_url(self) -> str:
        """Where the service is, without user and password."""
        return self._channel.url

    def log(self, task_id: str) -> str:
        """The task's log, line by line."""
        return self._channel.text_of(f"{task_path(task_id)}/log", "text/plain")

    def predict(
        self,
        task_id: str,
        table: Table | None = None,
        *,
        explain: bool = False,
        mapping: Mapping[str, object] | None = None,
        upload: str = "",
        on_progress: OnProgress | None = None,
    ) -> Predictions:
        """Predict new subjects by the task's model.

        Args:
            task_id: the task that trained the model.
            table: a file, a folder, bytes or a DataFrame as in :meth:`add_dataset`; without labels.
            explain: also tell how much each region contributed (integrated gradients).
            mapping: answers to questions on the file, as in :meth:`add_dataset`.
            upload: an earlier upload in place of ``table``, as in :meth:`add_dataset`.
            on_progress: called with the number of bytes read so far.

        Returns:
            A prediction per subject.

        Raises:
            QuestionsOpen: two readings are plausible and ``mapping`` does not say which is right.
            OSError: the file cannot be read.

        """
        query = {"explain": str(explain).lower(), **mapping_query(mapping, upload)}
        return self._sent(
            table,
            f"{task_path(task_id)}/predict",
            Predictions.read,
            query,
            on_progress,
            slow_seconds=PREDICTION_SECONDS,
        )


class Client(Tasks, Results, Datasets):
    """A session with the service at ``url``, to be used in a ``with`` block or closed.

    Args:
        url: address of the service; by default that of ``SGN_URL``, or this machine.
        timeout: seconds for each step of a request.
        token: who asks; by default, and only without ``url``, that of ``SGN_TOKEN`` or of the file
            ``SGN_TOKEN_FILE``.
        language: in which the service answers, and a notebook shows tasks and datasets: ``en`` or
            ``zh-CN``; by default the environment's.
        transport: a transport of httpx in place of the network.

    Every method raises :class:`ClientError`: :class:`Unreachable` if nothing answered, otherwise
    with the service's own sentence and numbers.

    """

    def models(self) -> Catalogue:
        """The architectures that can be trained, and the graphs."""
        return self._channel.request("GET", "models", Catalogue.read)


class LocalServiceError(ClientError):
    """Why no service could be started or reached in a folder."""


@contextlib.contextmanager
def local_service(home: Path | str = "sgn-home") -> Iterator[Client]:
    """A client of the service in the folder ``home``, which is started if none runs there.

    A service that was started ends with the block, and also when Python itself ends, however that
    happens: its standard input closes. A service that was already running is left running.

    Raises:
        LocalServiceError: it does not start; the folder's ``up.log`` has the details.

    """
    folder = Path(home).resolve()
    token = environment_token()
    if is_running(folder):
        with Client(_address(folder), token=token) as client:
            yield client
        return
    with _started(folder) as url, Client(url, token=token) as client:
        yield client


def is_running(folder: Path) -> bool:
    """Whether a service runs in ``folder``: it holds the lock as long as it runs."""
    import fcntl  # noqa: PLC0415 - Windows has none, but a client works there too

    try:
        with lock_file(folder).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def _address(folder: Path) -> str:
    """The address of the service that runs there; it may still be starting."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            return address_file(folder).read_text(encoding="utf-8").strip()
        if not is_running(folder):
            break
        time.sleep(0.1)
    raise LocalServiceError(Message("client.no-address-file", folder=str(folder)))


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    """Start ``sgn up`` on a free port, and give its address."""
    process = _up(folder)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = process.stdout.readline().strip()
        if not line.startswith(READY):
            values = {"folder": str(folder), "reason": _reason(folder)}
            raise LocalServiceError(Message("client.not-started", **values))
        yield line.removeprefix(READY)
    finally:
        _end(process)


def _up(folder: Path) -> "subprocess.Popen[str]":
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOG).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the interpreter that runs this
                [sys.executable, *UP, "--home", str(folder)],
                stdin=subprocess.PIPE,  # it ends when this end is closed
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # interrupting a notebook's cell must not end it
            )
    except OSError as error:
        reason = system_reason(error)
        unusable = Message("local.folder-unusable", folder=str(folder), reason=reason)
        raise LocalServiceError(unusable) from error


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _reason(folder: Path) -> Message:
    """The last line of its log."""
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    written = [line for line in lines if line.strip()]
    return finished(written[-1]) if written else Message("client.see-log", file=str(folder / LOG))


# The former names, kept for one release.
house = local_service
HouseError = LocalServiceError
