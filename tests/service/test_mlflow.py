"""A task becomes a run of MLflow: on a server that keeps MLflow's limits, or on a real one.

``SGN_TEST_MLFLOW_URL`` names a real tracking server, on which the first tests then run as well.
"""

import base64
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from graphnet.messages import CHINESE, Message, render
from service.cli import main
from service.client import Client, ClientError, MlflowError
from service.client.mlflow_server import MlflowServer, TrackingAddress
from tests.service.fake_mlflow import FakeMlflow, fake_mlflow
from tests.service.fake_service import (
    METRICS,
    PARAMETERS,
    PREDICTIONS,
    REPORT,
    RESULT,
    FakeService,
    refused,
    running,
    task,
)

TASK, PARENT = "TASK20012912454500", "TASK20012912454499"
REAL = os.environ.get("SGN_TEST_MLFLOW_URL", "")
FINISHED = {"submitted_at": "2020-01-29T12:45:45.000+00:00",
            "started_at": "2020-01-29T12:45:46.500+00:00",
            "finished_at": "2020-01-29T12:46:10.250+00:00"}  # fmt: skip
DIGEST = "ab12" * 16
DATASETS = {
    "train": [{"name": "精神 A/1", "subjects": 345, "sha256": DIGEST}],
    "test": [{"name": "B", "subjects": 58, "sha256": DIGEST[::-1]}],
}


@dataclass(frozen=True)
class Stored:
    """What a tracking server has of a run."""

    url: str
    run_id: str

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        address = f"{self.url}/api/2.0/mlflow/{path}"
        answer = httpx.get(address, params={"run_id": self.run_id, **query}).raise_for_status()
        return dict(answer.json())

    @property
    def run(self) -> dict[str, Any]:
        return dict(self._get("runs/get")["run"])

    def named(self, kind: str) -> dict[str, Any]:
        return {each["key"]: each["value"] for each in self.run["data"].get(kind, ())}

    def history(self, metric: str) -> list[tuple[int, float]]:
        points = self._get("metrics/get-history", metric_key=metric)["metrics"]
        return sorted((int(point["step"]), float(point["value"])) for point in points)

    def file(self, name: str) -> bytes:
        path = self.run["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
        address = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{path}/{name}"
        return httpx.get(address).raise_for_status().content


@pytest.fixture
def mlflow() -> Iterator[FakeMlflow]:
    with fake_mlflow() as server:
        yield server


@pytest.fixture(params=["fake", "real"])
def tracking(request: pytest.FixtureRequest, mlflow: FakeMlflow) -> str:
    if request.param == "real" and not REAL:
        pytest.skip("There is no tracking server of MLflow (SGN_TEST_MLFLOW_URL is not set).")
    return REAL if request.param == "real" else mlflow.url


@pytest.fixture(autouse=True)
def _unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def finished(fake: FakeService) -> FakeService:
    """A task of 3 epochs, the last of which diverged, fine-tuned from another."""
    lines = [
        f"Epoch {n:03d}, Train Loss: {loss}, Val Loss: 0.25, Val Accuracy: 0.5"
        for n, loss in ((1, "0.6931"), (2, "0.5"), (3, "nan"))
    ]
    result = {
        **RESULT,
        "train_epochs": lines,
        "versions": {"torch": "2.13.0"},
        "selected_epoch": 2,
        "manifest_sha256": DIGEST,
    }
    fake.looks[TASK] = [
        task(TASK, "Finished", task_result=result, parent_task_id=PARENT, **FINISHED)
    ]
    used = {"model": "SGN", "epochs": 4, "density": 0.1, "harmonise": False, "threshold": None}
    fake.manifest |= {"settings": used, "datasets": DATASETS, "measures": ["GMV"]}
    return fake


def name() -> str:
    """The name of an experiment that no server has yet."""
    return f"test {uuid.uuid4()}"


def test_a_task_is_a_run_with_all_that_belongs_to_it(
    client: Client, finished: FakeService, tracking: str
) -> None:
    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)

    assert run.created
    assert run.left_out == ()
    info = stored.run["info"]
    assert (info["status"], info["run_name"]) == ("FINISHED", "schizophrenia, site A")
    assert int(info["start_time"]) == 1580301946500
    assert int(info["end_time"]) == 1580301970250
    assert stored.named("params") == {
        "model": "SGN", "epochs": "4", "density": "0.1", "harmonise": "false",
        "learning_rate": "0.05",
    }  # fmt: skip
    tags = stored.named("tags")
    assert tags["sgn.task_id"] == TASK
    assert tags["sgn.parent_task_id"] == PARENT
    assert tags["sgn.model"] == "SGN"
    assert tags["sgn.version.torch"] == "2.13.0"
    assert tags["sgn.dataset.train.1"] == f"精神 A/1 n=345 sha256={DIGEST}"
    assert tags["mlflow.source.name"] == f"{finished.url}/tasks/{TASK}"
    assert "AUC 0.930 (95 % interval 0.857 to 0.982) on 58" in tags["mlflow.note.content"]


@pytest.mark.usefixtures("finished")
def test_metrics_have_their_split_and_their_epochs(client: Client, tracking: str) -> None:
    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)
    metrics = stored.named("metrics")

    for split in ("train", "test", "cv"):
        assert metrics[f"{split}/auc"] == METRICS["auc"]
        assert [metrics[f"{split}/auc_{end}"] for end in ("low", "high")] == [0.8571, 0.982]
    assert metrics["test/n"] == 58
    assert metrics["train/seen_in_training"] == 58
    assert metrics["test/seen_in_training"] == 0
    assert metrics["test/majority/accuracy"] == 0.5
    assert stored.history("epochs/train_loss") == [(1, 0.6931), (2, 0.5)]
    assert stored.history("epochs/val_accuracy") == [(1, 0.5), (2, 0.5), (3, 0.5)]


@pytest.mark.usefixtures("finished")
def test_what_could_not_be_computed_is_named_and_never_a_number(
    client: Client, tracking: str
) -> None:
    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)

    assert set(run.not_computed) == {"val/auc", "test/majority/auc", "epochs/train_loss"}
    assert {"val/auc", "val/auc_low", "test/majority/auc"} & set(stored.named("metrics")) == set()
    assert stored.named("metrics")["val/accuracy"] == 1.0
    assert set(stored.named("tags")["sgn.not_computed"].split(", ")) == set(run.not_computed)


def test_files_and_datasets_go_along(client: Client, finished: FakeService, tracking: str) -> None:
    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)

    assert stored.file("model.safetensors") == PARAMETERS
    assert stored.file("report.html").decode() == REPORT
    assert stored.file("predictions.csv").decode() == PREDICTIONS
    assert json.loads(stored.file("manifest.json"))["datasets"] == DATASETS
    card = stored.file("model-card.md").decode()
    assert "| AUC | 0.930 | 0.857 – 0.982 | — |" in card  # the majority has no AUC
    assert f"| Training | 精神 A/1 | 345 | {DIGEST} |" in card
    assert "For research only." in card
    inputs = stored.run["inputs"]["dataset_inputs"]
    found = {each["dataset"]["name"]: each for each in inputs}
    assert found["精神 A/1"]["dataset"]["digest"] == DIGEST[:36]
    assert found["精神 A/1"]["tags"] == [{"key": "mlflow.data.context", "value": "train"}]
    source = json.loads(found["精神 A/1"]["dataset"]["source"])
    assert source == {"url": f"{finished.url}/api/v0/datasets/%E7%B2%BE%E7%A5%9E%20A%2F1"}


def test_exported_again_it_is_the_same_run(
    client: Client, finished: FakeService, tracking: str
) -> None:
    where = {"tracking_uri": tracking, "experiment": name()}
    first = client.to_mlflow(TASK, **where)  # type: ignore[arg-type]
    before = Stored(tracking, first.run_id)
    run, points = before.run, before.history("epochs/val_accuracy")

    finished.looks[TASK][0]["task_name"] = "renamed"
    second = client.to_mlflow(TASK, **where)  # type: ignore[arg-type]

    assert (second.created, second.run_id) == (False, first.run_id)
    assert before.run["info"]["run_name"] == "renamed"
    assert before.run["inputs"] == run["inputs"]
    assert before.named("params") == {each["key"]: each["value"] for each in run["data"]["params"]}
    assert before.history("epochs/val_accuracy") == points
    assert len(before.history("test/auc")) == 1
    assert client.to_mlflow(TASK, tracking_uri=tracking, experiment=name()).created


@pytest.mark.nightly
def test_many_and_long_values_keep_the_limits(
    client: Client, finished: FakeService, tracking: str
) -> None:
    result = finished.looks[TASK][0]["task_result"]
    result["train_epochs"] = [f"Epoch {n}, Train Loss: 0.5, Val Loss: 0.25" for n in range(1, 1501)]
    names = {"sweep": "脑" * 7000, **{f"setting{n}": "区" * 3000 for n in range(150)}}
    finished.manifest["settings"] = {**names, "model": "SGN"}
    many = [{"name": f"d{n}", "subjects": 1, "sha256": f"{n:064d}"} for n in range(150)]
    finished.manifest["datasets"] = {"train": many}

    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)

    assert len(stored.history("epochs/train_loss")) == 1500
    params = stored.named("params")
    assert params["sweep"] == "脑" * 5999 + "…"
    assert sum(key.startswith("setting") for key in params) == 150
    assert sum(key.startswith("sgn.dataset.") for key in stored.named("tags")) == 150
    assert len(stored.run["inputs"]["dataset_inputs"]) == 150


def test_a_task_that_failed_is_a_failed_run(
    client: Client, fake: FakeService, tracking: str
) -> None:
    fake.looks[TASK] = [task(TASK, "Failed", error="train_data holds class 1 only.", **FINISHED)]

    run = client.to_mlflow(TASK, tracking_uri=tracking, experiment=name())
    stored = Stored(tracking, run.run_id)

    assert stored.run["info"]["status"] == "FAILED"
    assert stored.named("tags")["sgn.error"] == "train_data holds class 1 only."
    assert (stored.named("metrics"), run.artifacts) == ({}, ())


def test_what_the_service_no_longer_has_is_left_out_and_said(
    client: Client, finished: FakeService, mlflow: FakeMlflow
) -> None:
    finished.model = lambda *_: refused(4, 404, "It was removed.")  # type: ignore[method-assign]
    run = client.to_mlflow(TASK, tracking_uri=mlflow.url)

    assert [each.code for each in run.left_out] == ["mlflow.file-absent"]
    assert "model.safetensors" not in run.artifacts
    assert mlflow.experiments[0]["name"] == "PROJ20191217104136"


def test_without_artifacts_nothing_names_a_subject(
    client: Client, finished: FakeService, mlflow: FakeMlflow
) -> None:
    client.to_mlflow(TASK, tracking_uri=mlflow.url, artifacts=False)

    assert mlflow.files == {}
    assert not any(seen.path.endswith(("predictions.csv", "report")) for seen in finished.seen)


def test_parameters_that_do_not_fit_the_manifest_are_not_sent(
    client: Client, finished: FakeService, mlflow: FakeMlflow
) -> None:
    finished.manifest["parameters_sha256"] = DIGEST
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=mlflow.url)
    assert caught.value.code == "cli.parameters-changed"
    assert mlflow.runs == {}


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({"MLFLOW_TRACKING_TOKEN": "t0"}, "Bearer t0"),
        (
            {"MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": "p:ß",
             "MLFLOW_TRACKING_TOKEN": "t0"},
            f"Basic {base64.b64encode('u:p:ß'.encode()).decode()}",
        ),
    ],
)  # fmt: skip
def test_who_asks_is_said_as_mlflow_says_it(
    client: Client,
    mlflow: FakeMlflow,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    sent: str,
) -> None:
    mlflow.authorization = sent
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=mlflow.url)
    assert caught.value.code == "mlflow.signed-out"

    for name_, value in variables.items():
        monkeypatch.setenv(name_, value)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow.url)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "ours")
    assert client.to_mlflow(TASK).created
    assert [each["name"] for each in mlflow.experiments] == ["ours"]


def test_user_and_password_of_an_address_are_used_and_not_shown(mlflow: FakeMlflow) -> None:
    mlflow.authorization = f"Basic {base64.b64encode(b'u:secret@1').decode()}"
    address = TrackingAddress.of(mlflow.url.replace("//", "//u:secret%401@"), {})
    with MlflowServer(address) as server:
        assert server.experiment_id("ours") == "1"
    assert "secret" not in repr(address)
    assert address.uri == mlflow.url


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("", "mlflow.no-address"),
        ("./mlruns", "mlflow.not-a-server"),
        ("sqlite:///mlflow.db", "mlflow.not-a-server"),
        ("http://127.0.0.1:9", "mlflow.silent"),
    ],
)
def test_an_address_that_is_none_is_refused(client: Client, uri: str, code: str) -> None:
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=uri)
    assert caught.value.code == code


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>Sign in</html>", "mlflow.other-server"),
        (404, b"<html>nothing here</html>", "mlflow.other-server"),
        (403, b"Invalid Host header - possible DNS rebinding attack detected", "mlflow.forbidden"),
        (400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}', "mlflow.refused"),
        (413, b"<html>Request Entity Too Large</html>", "mlflow.other-server"),
    ],
)
def test_what_a_server_answers_is_said_in_words(
    client: Client, mlflow: FakeMlflow, status: int, body: bytes, code: str
) -> None:
    mlflow.forced = [(status, body)]
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=mlflow.url)
    assert caught.value.code == code
    assert "Traceback" not in str(caught.value)


@pytest.mark.usefixtures("finished")
def test_a_deleted_experiment_is_not_used(client: Client, mlflow: FakeMlflow) -> None:
    mlflow.experiments.append({"experiment_id": "1", "name": "X", "lifecycle_stage": "deleted"})
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=mlflow.url, experiment="X")
    assert caught.value.code == "mlflow.experiment-deleted"


@pytest.mark.usefixtures("finished")
def test_files_that_the_server_keeps_elsewhere_leave_the_run_unfinished(
    client: Client, mlflow: FakeMlflow
) -> None:
    mlflow.artifact_root = "s3://key:secret@bucket"
    with pytest.raises(MlflowError) as caught:
        client.to_mlflow(TASK, tracking_uri=mlflow.url)

    assert caught.value.code == "mlflow.file-not-taken"
    assert "s3://bucket" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert [run["info"]["status"] for run in mlflow.runs.values()] == ["RUNNING"]
    assert client.to_mlflow(TASK, tracking_uri=mlflow.url, artifacts=False).created is False
    assert [run["info"]["status"] for run in mlflow.runs.values()] == ["FINISHED"]


@pytest.mark.usefixtures("finished")
def test_an_mlflow_without_datasets_has_them_in_its_tags(
    client: Client, mlflow: FakeMlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(FakeMlflow, "post_runs_log_inputs")
    run = client.to_mlflow(TASK, tracking_uri=mlflow.url)
    assert [each.code for each in run.left_out] == ["mlflow.no-datasets"]
    assert "sgn.dataset.train.1" in Stored(mlflow.url, run.run_id).named("tags")


def test_a_task_that_runs_or_was_left_is_not_exported(
    client: Client, fake: FakeService, mlflow: FakeMlflow
) -> None:
    fake.looks = {
        TASK: [running(TASK, 1)],
        PARENT: [task(PARENT, "Success", owner="predecessor")],
    }
    for task_id, code in ((TASK, "mlflow.not-ended"), (PARENT, "mlflow.predecessor")):
        with pytest.raises(MlflowError) as caught:
            client.to_mlflow(task_id, tracking_uri=mlflow.url)
        assert caught.value.code == code
    assert mlflow.experiments == []


def test_a_service_that_fails_leaves_no_run(
    client: Client, finished: FakeService, mlflow: FakeMlflow
) -> None:
    finished.report = lambda *_: refused(9, 503, "Wait.")  # type: ignore[method-assign]
    with pytest.raises(ClientError, match=r"Wait\."):
        client.to_mlflow(TASK, tracking_uri=mlflow.url)
    assert mlflow.runs == {}


def test_the_command_says_what_it_did(finished: FakeService, mlflow: FakeMlflow) -> None:
    def sgn(*more: str) -> Any:
        arguments = ["--url", finished.url, "export", TASK, "--mlflow", mlflow.url, *more]
        return CliRunner().invoke(main, arguments, prog_name="sgn")

    first, again = sgn("--experiment", "ours"), sgn("--experiment", "ours", "--lang", CHINESE)
    run = next(iter(mlflow.runs))
    address = f"{mlflow.url}/#/experiments/1/runs/{run}\n"
    assert first.exit_code == again.exit_code == 0
    values = {"task": TASK, "run": run, "experiment": "ours"}
    assert first.stdout == f"Exported {TASK} as run {run} of the experiment ours.\n{address}"
    assert again.stdout == f"{render(Message('mlflow.updated', **values), CHINESE)}\n{address}"
    assert first.stderr.startswith("3 metrics could not be computed and were not sent: ")
    told = json.loads(sgn("--experiment", "ours", "--json").stdout)
    assert (told["run_id"], told["created"], told["left_out"]) == (run, False, [])

    mlflow.authorization = "Bearer x"
    denied = sgn()
    assert (denied.exit_code, denied.stdout) == (1, "")
    assert "MLFLOW_TRACKING_TOKEN" in denied.stderr
