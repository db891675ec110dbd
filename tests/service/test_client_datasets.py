"""What the client sends of files and folders, and how a notebook answers questions on them."""

import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from graphnet.messages import finished
from service.client import Client, ClientError, QuestionsOpen
from service.client.uploads import files_in, size_of
from tests.service.fake_service import (
    CSV,
    INTERPRETATION,
    PREVIEW,
    QUESTION,
    ROW,
    UPLOAD,
    FakeService,
    refused,
)

TASK = "TASK20012912454500"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As DPABI leaves it, with what a Mac and an editor add."""
    root = tmp_path / "cohort"
    files = {
        "subjects.csv": "ID,LABEL\n01,0\n02,1\n",
        "series/ROISignals_02.txt": "1 2\n",
        "series/ROISignals_01.txt": "3 4\n",
        ".DS_Store": "x",
        "__MACOSX/subjects.csv": "x",
        ".git/config": "x",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_folder_is_sent_as_a_zip_file_without_what_is_hidden(
    client: Client, fake: FakeService, folder: Path
) -> None:
    heard: list[int] = []
    client.add_dataset(folder, proj_id="P", data_name="A", on_progress=heard.append)
    client.preview(folder)

    with ZipFile(io.BytesIO(fake.seen[0].body)) as archive:
        names = ["subjects.csv", "series/ROISignals_01.txt", "series/ROISignals_02.txt"]
        assert archive.namelist() == names
        assert archive.read("series/ROISignals_01.txt") == b"3 4\n"
        assert archive.testzip() is None
    assert fake.seen[0].headers["content-type"] == "application/zip"
    assert fake.seen[1].body == fake.seen[0].body
    assert heard[-1] == size_of(folder) == 27


def test_a_large_folder_is_never_in_memory(tmp_path: Path) -> None:
    drain = Drain()
    for number in range(8):
        (tmp_path / f"series_{number}.txt").write_bytes(os.urandom(4_000_000))
    tracemalloc.start()
    with pytest.raises(ClientError, match="not this service"):
        Client("http://sgn", transport=drain).preview(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert drain.size > 32_000_000
    assert peak < 8_000_000


def test_a_link_to_a_file_is_that_file_and_one_to_nothing_is_said(
    client: Client, fake: FakeService, folder: Path
) -> None:
    (folder / "more.txt").symlink_to(folder / "subjects.csv")
    (folder / "round").symlink_to(folder)
    client.preview(folder)
    with ZipFile(io.BytesIO(fake.seen[0].body)) as archive:
        assert archive.read("more.txt") == (folder / "subjects.csv").read_bytes()
        assert len(archive.namelist()) == 4

    (folder / "gone.txt").symlink_to(folder / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"gone\.txt"):
        client.preview(folder)


def test_a_name_that_is_no_text_is_said(client: Client, folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")
    except OSError:
        pytest.skip("This file system takes no such name.")
    assert len(files_in(folder)) == 4
    with pytest.raises(ClientError, match="whose name cannot be sent"):
        client.preview(folder)


def test_a_question_is_answered_without_sending_the_file_again(
    client: Client, fake: FakeService
) -> None:
    fake.questions, fake.suggested = [QUESTION], {"class.positive": "A"}
    named: dict[str, Any] = {"proj_id": "P", "data_name": "A"}

    with pytest.raises(QuestionsOpen) as caught:
        client.add_dataset(CSV, **named)
    error = caught.value
    dataset = client.add_dataset(
        **named, mapping={**error.suggested, "covariates": ["Age", "Sex"]}, upload=error.upload
    )

    assert str(error) == QUESTION["sentence"]
    assert (error.error_num, error.status) == (20, 422)
    assert error.errors == (("mapping", QUESTION["sentence"]),)
    (question,) = error.questions
    assert (question.id, [each.value for each in question.choices]) == (
        "class.positive",
        ["A", "B x"],
    )
    assert error.preview is not None
    assert error.preview.columns == tuple(PREVIEW["columns"])
    assert error.preview.dataset.subjects is None
    first, second = fake.seen
    assert first.body == CSV
    assert second.body == b""
    assert second.query == named | {
        "user_id": "",
        "upload": UPLOAD,
        "mapping": json.dumps({"class.positive": "A", "covariates": "Age,Sex"}),
    }
    assert dataset.data_name == "A"


def test_a_question_without_a_preview_is_one_too(client: Client, fake: FakeService) -> None:
    fake.forced = [refused(20, 422, "Which?", questions=[QUESTION], preview=None, upload=None)]

    with pytest.raises(QuestionsOpen) as caught:
        client.preview(CSV)

    error = caught.value
    assert (error.preview, error.upload, error.suggested) == (None, "", {})


def test_a_question_of_a_form_that_is_not_known_is_a_strange_service(
    client: Client, fake: FakeService
) -> None:
    fake.forced = [refused(20, 422, "Which?", questions=[{"name": "class"}])]

    with pytest.raises(ClientError, match="is not this service"):
        client.preview(CSV)


def test_a_mapping_may_be_given_beforehand_and_to_a_prediction(
    client: Client, fake: FakeService
) -> None:
    fake.questions = [QUESTION]

    client.preview(CSV, mapping={"class.positive": "A"})
    found = client.predict(TASK, CSV, mapping={"class.positive": "B x"})
    with pytest.raises(QuestionsOpen):
        client.predict(TASK, CSV)
    client.predict(TASK, mapping={"class.positive": "A"}, upload=UPLOAD)

    assert found.class_names == {}
    assert [seen.mapping for seen in fake.seen] == [
        {"class.positive": "A"},
        {"class.positive": "B x"},
        {},
        {"class.positive": "A"},
    ]
    assert fake.seen[-1].body == b""


def test_a_stored_dataset_is_answered(client: Client, fake: FakeService) -> None:
    fake.questions = [QUESTION]

    waiting = client.dataset(ROW)
    with pytest.raises(QuestionsOpen):
        client.answer(ROW, {})
    dataset = client.answer(ROW, {"class.positive": "A"})

    assert (waiting.state, waiting.questions[0].id) == ("asks", "class.positive")
    assert fake.seen[-1].path == "/api/v0/datasets/from%20NEURO-LEARN/mapping"
    assert fake.seen[-1].json == {"class.positive": "A"}
    assert dataset.state == "ready"


def test_a_dataset_says_how_it_was_read(client: Client, fake: FakeService) -> None:
    fake.interpretation = INTERPRETATION

    dataset = client.dataset("A")

    assert dataset.class_names == {"0": "HC", "1": "SZ"}
    assert dataset.named_classes == {"HC": 29, "SZ": 29}
    assert dataset.interpretation is not None
    # What an older service said comes as finished sentences.
    assert dataset.interpretation.as_dict() == INTERPRETATION | {
        **{name: tuple(INTERPRETATION[name]) for name in ("regions", "measures", "said")},
        "said_messages": [finished(said).as_dict() for said in INTERPRETATION["said"]],
        "left_alone_messages": [
            finished(left["reason"]).as_dict() for left in INTERPRETATION["left_alone"]
        ],
        "connectome_message": finished("the diagonal is 1").as_dict(),
        "atlas": None,
        "offers": [],
        "repetition_time": None,
    }
    fake.interpretation = {**INTERPRETATION, "series": {"of a later version": 1}}
    assert client.dataset("A").interpretation is None
    assert client.dataset("A").facts["interpretation"] == fake.interpretation


def test_predictions_name_their_classes(client: Client, fake: FakeService) -> None:
    fake.predicted = {**fake.predicted, "class_names": {"0": "HC", "1": "SZ"}}

    frame = client.predict(TASK, CSV).frame

    assert list(frame["class_name"]) == ["SZ", "HC"]
    assert list(frame["predicted"]) == ["1", "0"]


class Drain(httpx.BaseTransport):
    """Takes all pieces of an upload and keeps nothing."""

    size = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        came = sum(map(len, request.stream))
        if request.url.path.endswith("/uploads"):
            upload = {"upload": "UP1"}
            return httpx.Response(201, json={"error_num": 0, "msg": "", "upload": upload})
        if request.method == "PATCH":
            self.size += came
            return httpx.Response(204, headers={"upload-offset": str(self.size)})
        return httpx.Response(200, text="")
