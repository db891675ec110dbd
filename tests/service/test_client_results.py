"""What the Python client gives of a task's results, and of datasets before and after."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.messages import CHINESE, Message, render
from service.client import Client, ClientError, Dataset, Finding, Task
from service.client.uploads import Table
from service.routes.events import finite_values
from tests.service.english import english_in
from tests.service.fake_service import (
    CSV,
    EVIDENCE,
    LOG,
    METRICS,
    PREDICTED,
    PREDICTIONS,
    REPORT,
    RESULT,
    SCORED,
    FakeService,
    Reply,
    refused,
    running,
    task,
)

TASK = "TASK20012912454501"


def test_a_report_is_the_stored_one_or_a_fresh_one(client: Client, fake: FakeService) -> None:
    assert client.report(TASK) == REPORT
    assert client.report(TASK, fresh=True) == REPORT
    assert [seen.query for seen in fake.seen] == [{}, {"fresh": "true"}]


def test_a_page_of_another_server_is_no_report(client: Client, fake: FakeService) -> None:
    fake.forced = [Reply(b"<h1>Sign in to the network</h1>", kind="text/html", ours=False)]

    with pytest.raises(ClientError, match="is not this service"):
        client.report(TASK)


def test_no_report_is_the_services_sentence(client: Client, fake: FakeService) -> None:
    fake.forced = [refused(4, 404, "The task is Running and has no report.")]

    with pytest.raises(ClientError, match=r"^The task is Running and has no report\.$"):
        client.report(TASK)


def test_a_log_and_the_evidence_come_as_they_are(client: Client) -> None:
    assert client.log(TASK) == LOG
    assert client.evidence(TASK) == EVIDENCE


def test_predictions_are_a_table_whose_ids_stay_text(client: Client) -> None:
    frame = client.predictions(TASK)

    assert client.predictions_csv(TASK) == PREDICTIONS
    assert list(frame.iloc[0][["split", "id", "site"]]) == ["test", "007", "NA"]
    assert frame.loc[0, "probability_1"] == 0.75


@pytest.mark.parametrize("kind", ["path", "bytes", "frame"])
def test_new_subjects_are_predicted(
    client: Client, fake: FakeService, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "new.csv").write_bytes(CSV)
    tables: dict[str, Table] = {
        "path": tmp_path / "new.csv",
        "bytes": CSV,
        "frame": pd.DataFrame({"ID": ["s1", "s2"], "LABEL": [0, 1], "GMV_1": [0.5, 0.4]}),
    }

    found = client.predict(TASK, tables[kind], explain=True)

    assert fake.seen[0].query == {"explain": "true"}
    assert fake.seen[0].headers["content-length"] == str(len(fake.seen[0].body))
    assert fake.seen[0].body.startswith(b"ID,LABEL,GMV_1")
    assert found.classes == (0, 1)
    assert found.warnings == ("1 column was left out: AGE.",)
    assert found.facts == PREDICTED
    assert found.frame.loc["=s1"].to_dict() == {
        "site": "A",
        "predicted": "1",
        "probability_0": 0.25,
        "probability_1": 0.75,
        "warnings": "2 values were missing.",
    }


def test_tasks_are_compared_and_added_up(client: Client, fake: FakeService) -> None:
    fake.looks = {name: [task(name, "Finished")] for name in ("TASK1", "TASK2")}
    known = {"split": "cv", "first": "TASK1", "second": "TASK2", "n": 58}
    fake.together = [{**known, "metrics": {"together": METRICS}, "a later service says": "more"}]

    found = client.compare("TASK1", "TASK2")

    assert fake.seen[-1].query == {"task_ids": "TASK1,TASK2"}
    assert [each.task_id for each in found.tasks] == ["TASK1", "TASK2"]
    (together,) = found.together
    assert (together.n, together.only_first, together.reason) == (58, 0, None)
    measured = together.measured["together"]
    assert measured is not None
    assert measured["auc"] == METRICS["auc"]


def test_a_predicted_score_is_a_column(client: Client, fake: FakeService) -> None:
    fake.predicted = SCORED

    frame = client.predict(TASK, CSV).frame

    assert list(frame.columns) == ["site", "score", "warnings"]
    assert frame.loc["s1", "score"] == -3.25


def test_a_frame_is_uploaded_as_csv(client: Client, fake: FakeService) -> None:
    frame = pd.DataFrame({"ID": ["s1"], "LABEL": [1], "GMV_1": [np.nan]})

    client.add_dataset(frame, proj_id="P", data_name="A")

    assert fake.seen[0].body == b"ID,LABEL,GMV_1\ns1,1,\n"


def test_an_upload_says_how_far_it_is(client: Client, fake: FakeService) -> None:
    content = b"ID,LABEL\n" + b"s,0\n" * 50_000
    heard: list[int] = []

    client.add_dataset(content, proj_id="P", data_name="A", on_progress=heard.append)

    assert len(heard) > 2
    assert heard == sorted(heard)
    assert heard[-1] == len(content) == len(fake.seen[0].body)


def test_a_preview_shows_what_was_understood(client: Client, fake: FakeService) -> None:
    seen = client.preview(CSV)

    assert fake.seen[0].query == {"preview": "true"}
    assert (seen.kind, seen.columns) == ("csv", ("ID", "GMV_1"))
    assert seen.rows == (("s1", 0.5), ("s2", None))
    assert (seen.dataset.subjects, seen.dataset.data_id) == (58, "")
    assert seen.dataset.findings == (Finding("missing", "B", "s2", "GMV", 1),)


def test_a_dataset_is_shown_by_its_name(client: Client, fake: FakeService) -> None:
    assert client.dataset("A").findings == (Finding("missing", "B", "s2", "GMV", 1),)
    with pytest.raises(ClientError, match="There is no dataset 'a/b'"):
        client.dataset("a/b")
    assert fake.seen[1].path == "/api/v0/datasets/a%2Fb"


def test_metrics_and_baselines_are_tables_with_intervals() -> None:
    done = Task.read(task(TASK, "Finished"))

    known, unknown = done.metrics.xs("test"), done.metrics.xs("val")
    assert list(known.xs("auc")) == [METRICS["auc"], 0.8571, 0.9820]
    assert list(unknown.xs("auc").isna()) == [True] * 3
    assert list(done.metrics.columns) == ["value", "low", "high"]
    assert done.baselines.loc[("majority", "test", "accuracy"), "value"] == 0.5
    assert done.baselines["value"].isna()[("majority", "test", "auc")]


def test_curves_are_a_row_an_epoch() -> None:
    lines = [
        "Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000, Val Loss: 0.7",
        "Epoch 002, Train Loss: nan, Train Accuracy: 1.0000",
    ]
    curves = Task.read(task(TASK, task_result={"train_epochs": lines})).curves

    assert list(curves.index) == [1, 2]
    assert curves.loc[1].to_dict() == {
        "train_loss": 0.6931,
        "train_accuracy": 0.5,
        "val_loss": 0.7,
    }
    assert curves.loc[2].isna().to_dict() == {
        "train_loss": True,
        "train_accuracy": False,
        "val_loss": True,
    }


@pytest.mark.parametrize("result", [None, {}, {"metrics": None, "baselines": None}])
def test_a_task_without_results_has_empty_tables(result: dict[str, object] | None) -> None:
    waiting = Task.read(task(TASK, task_result=result))

    assert waiting.metrics.empty
    assert waiting.baselines.empty
    assert waiting.curves.empty


def test_tasks_are_a_table_with_their_fairest_figures(client: Client, fake: FakeService) -> None:
    assert client.tasks_frame().empty
    at = "2026-01-02T03:04:05.000+00:00"
    fake.looks = {TASK: [task(TASK, "Finished", submitted_at=at)], "TASK1": [running("TASK1", 1)]}

    frame = client.tasks_frame(search="TASK")

    assert fake.seen[-1].query == {"q": "TASK", "limit": "100"}
    assert list(frame.index) == ["TASK1", TASK]
    assert frame.loc[TASK, "split"] == "test"
    assert frame.loc[TASK, "metric"] == "auc"
    assert list(frame.loc[TASK, ["value", "low", "high"]]) == [METRICS["auc"], 0.8571, 0.9820]
    assert frame.loc[TASK, "submitted_at"] == pd.Timestamp(at)
    assert frame["value"].isna()["TASK1"]


def test_notebooks_lead_with_no_figures_of_subjects_whom_the_model_knows() -> None:
    known = {"train": 58, "val": 0, "test": 3, "cv": 0}
    stale = Task.read(task(TASK, "Finished", task_result={**RESULT, "known_subjects": known}))
    older = {name: value for name, value in RESULT.items() if name != "known_subjects"}
    tests = Task.read(
        task("TASK1", "Finished", task_result={**older, "metrics": {"test": METRICS}})
    )

    folded = Task.read(task("TASK2", "Finished", task_result=older))
    for each in (stale, folded):
        assert "AUC (cross-validation)" in each._repr_html_()
    assert "AUC" not in tests._repr_html_()


def test_a_notebook_shows_a_task_with_nothing_that_runs() -> None:
    steering = "<script>alert(1)</script>"
    shown = Task.read(task(TASK, "Finished", task_name=steering))._repr_html_()

    assert steering not in shown
    assert "&lt;script&gt;" in shown
    assert "<td>0.930 [0.857, 0.982]</td>" in shown
    assert "<td>75 %</td>" in Task.read(running(TASK, 3))._repr_html_()
    poor = {"metrics": {"test": {"auc": None, "ci": None}}, "known_subjects": {"test": 0}}
    assert "<td>—</td>" in Task.read(task(TASK, "Finished", task_result=poor))._repr_html_()


def test_a_notebook_shows_tasks_and_datasets_in_the_language_of_the_client(
    fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tables(**chosen: str) -> list[str]:
        with Client(fake.url, **chosen) as client:  # type: ignore[arg-type]
            task, dataset = client.task(TASK), client.dataset("A")
            listed = (next(client.tasks(limit=1)), client.datasets(limit=1)[0])
        assert fake.seen[-1].headers["accept-language"] == client.language
        return [shown._repr_html_() for shown in (task, dataset, *listed)]

    failed = task(TASK, "Failed", error="x", error_messages=[Message("data.no-dataset").as_dict()])
    fake.looks = {TASK: [failed]}
    monkeypatch.setenv("SGN_LANG", "en")
    english, chinese = tables(), tables(language=CHINESE)
    monkeypatch.setenv("SGN_LANG", "zh-CN")

    assert tables() == chinese
    assert tables(language="en") == english
    for name in ("cli.task", "cli.status", "names.status-Failed", "data.no-dataset"):
        assert f">{render(Message(name))}<" in english[0]
        assert f">{render(Message(name), CHINESE)}<" in chinese[0]
    for name in ("cli.dataset", "cli.of-subjects", "cli.classes", "cli.measures"):
        assert all(f"<th>{render(Message(name), CHINESE)}</th>" in shown for shown in chinese[1::2])
        assert all(f"<th>{render(Message(name))}</th>" in shown for shown in english[1::2])
    assert not any(english_in(re.sub("<[^>]*>", " ", shown)) for shown in chinese)


def test_a_notebook_says_what_keeps_a_dataset_from_being_used() -> None:
    steering = "<script>alert(1)</script>"
    unread = Dataset.read({"data_name": steering, "state": "unread"}, CHINESE)._repr_html_()
    assert steering not in unread
    assert f"<td>{render(Message('cli.dataset-unread'), CHINESE)}</td>" in unread

    problem = Message("data.no-dataset")
    answer = {"data_name": "a", "state": "refused", "problem_messages": [problem.as_dict()]}
    assert f"<td>{problem}</td>" in Dataset.read(answer)._repr_html_()


def test_a_notebook_shows_predictions_escaped(client: Client, fake: FakeService) -> None:
    fake.predicted = json.loads(json.dumps(PREDICTED).replace("=s1", "<b>s1"))

    shown = client.predict(TASK, CSV)._repr_html_()

    assert "&lt;b&gt;s1" in shown


def test_without_an_address_the_environment_names_service_and_token(
    fake: FakeService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("sgn_secret\n")
    monkeypatch.setenv("SGN_URL", fake.url)
    monkeypatch.setenv("SGN_TOKEN_FILE", str(tmp_path / "token"))

    for made in (Client(), Client(fake.url), Client(fake.url, token="sgn_other")):
        with made as client:
            client.models()

    said = [seen.headers.get("authorization") for seen in fake.seen]
    assert said == ["Bearer sgn_secret", None, "Bearer sgn_other"]


def test_a_token_that_cannot_be_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SGN_TOKEN_FILE", str(tmp_path / "none"))

    with pytest.raises(ClientError, match="The file that SGN_TOKEN_FILE names cannot be read"):
        Client()


def test_a_result_is_kept_whole() -> None:
    assert Task.read(task(TASK, "Finished")).task_result == RESULT


def test_a_loss_that_is_no_number_is_null_in_the_stream() -> None:
    values = finite_values("Epoch 002, Train Loss: nan, Train Accuracy: 1.0000, Val Loss: inf")
    assert values == {"train_loss": None, "train_accuracy": 1.0, "val_loss": None}
