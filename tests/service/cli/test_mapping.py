"""How a file is meant: shown, said by options, asked on a terminal, saved for the next."""

import json
from pathlib import Path

import pytest

from service.cli import mapping, task_display
from tests.service.cli.command import Command
from tests.service.fake_service import (
    CSV,
    INTERPRETATION,
    QUESTION,
    ROW,
    UPLOAD,
    FakeService,
    Reply,
    refused,
    success,
)

OTHER = {
    "id": "files.ses",
    "sentence": "Each subject has files of the sessions 1 and 2; which are meant?",
    "choices": [{"value": "1", "label": ""}, {"value": "2", "label": "2"}],
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "a.csv").write_bytes(CSV)
    return str(tmp_path / "a.csv")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "can_ask", lambda: True)
    monkeypatch.setattr("service.cli.data.can_ask", lambda: True)


def test_a_preview_says_how_the_file_was_read(sgn: Command, fake: FakeService, file: str) -> None:
    fake.interpretation = INTERPRETATION

    lines = sgn("data", "add", file, "--preview").stdout.splitlines()

    assert [" ".join(line.split()) for line in lines[: lines.index("First rows") - 1]] == [
        "Dataset a",
        "Subjects 58",
        "Classes HC: 29, SZ: 29",
        "Regions 90: Precentral_L, Precentral_R, Region_3, Region_4, Region_5, Region_6 "
        "and 84 more",
        "Measures ALFF, DC, GMV, ReHo",
        "Note 1 column was left out: AGE.",
        "",
        "How it was read",
        "Kind csv (GB18030, semicolons between cells, ',' before decimals)",
        "Id column participant_id",
        "Class column group: HC (0), SZ (1)",
        "Site column scanner",
        "Covariates Age (numeric, 2 missing), Sex (categorical)",
        "Connectome Pearson's r, stored as Fisher's z, upper triangles: the diagonal is 1",
        "Series 120 to 200 points, points × regions, a header row",
        "Files ses=baseline",
        "Missing code -9999 in Age, 2 times",
        "Answers class.positive=SZ",
        "Not used PANSS_1: a questionnaire is no region",
        "Assumed The text is GB18030; it has no byte order mark.",
    ]
    assert "How it was read" in sgn("data", "show", "A").stdout
    assert "58 subjects (HC: 29, SZ: 29)" in sgn("data", "list").stdout


def test_without_a_terminal_a_question_ends_with_what_to_add(
    sgn: Command, fake: FakeService, file: str
) -> None:
    fake.questions, fake.suggested = [QUESTION, OTHER], {"class.positive": "B x"}

    ran = sgn("data", "add", file, "--proj", "P")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "The column group holds A and B; which of them are the patients? Add --map "
        "class.positive=A (A is the patients) or --map 'class.positive=B x' (B x is the patients).",
        "Each subject has files of the sessions 1 and 2; which are meant? "
        "Add --map files.ses=1 or --map files.ses=2.",
        "A file that looked the same was read with --map 'class.positive=B x'.",
        f"Add --upload {UPLOAD} within an hour to avoid sending the file again.",
    ]

    ran = sgn(
        *("data", "add", file, "--proj", "P", "--upload", UPLOAD),
        *("--map", "class.positive=A", "--map", "files.ses=1"),
    )

    assert ran.exit_code == 0
    assert (fake.seen[-1].query["upload"], fake.seen[-1].body) == (UPLOAD, b"")


def test_a_preview_is_shown_also_where_a_question_is_open(
    sgn: Command, fake: FakeService, file: str
) -> None:
    fake.questions = [QUESTION]

    ran = sgn("data", "add", file, "--preview")
    told = sgn("data", "add", file, "--preview", "--json")

    assert ran.exit_code == told.exit_code == 1
    assert "First rows" in ran.stdout
    assert "Add --map class.positive=A" in ran.stderr
    assert json.loads(told.stdout)["questions"] == [QUESTION]
    assert json.loads(told.stdout)["upload"] == UPLOAD


def test_options_answer_and_what_was_used_is_saved(
    sgn: Command, fake: FakeService, file: str, tmp_path: Path
) -> None:
    fake.questions = [QUESTION, OTHER]
    how, again = tmp_path / "how.json", tmp_path / "again.json"
    how.write_text('{"class.positive": "A", "files.ses": "2"}')

    ran = sgn(
        *("data", "add", file, "--proj", "P", "--mapping", str(how)),
        *("--map", "class.positive = B x", "--save-map", str(again)),
    )

    assert ran.exit_code == 0
    assert fake.seen[0].mapping == {"class.positive": "B x", "files.ses": "2"}
    assert json.loads(again.read_text()) == fake.seen[0].mapping
    fake.interpretation = INTERPRETATION
    sgn("data", "add", file, "--proj", "P", "--mapping", str(again), "--save-map", str(how))
    assert json.loads(how.read_text()) == INTERPRETATION["answers"]


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (("--map", "class.positive"), 2, "'class.positive' is not of the form ID=CHOICE"),
        (("--map", "a=1", "--map", "a=2"), 2, "a is answered twice"),
        (("--mapping", "{list}"), 1, "must contain one JSON object of texts"),
        (("--mapping", "{csv}"), 1, "is not JSON"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(
    sgn: Command,
    *,
    fake: FakeService,
    file: str,
    tmp_path: Path,
    options: tuple[str, ...],
    status: int,
    sentence: str,
) -> None:
    (tmp_path / "list.json").write_text('["a"]')
    named = [each.format(list=tmp_path / "list.json", csv=file) for each in options]

    ran = sgn("data", "add", file, "--proj", "P", *named)

    assert ran.exit_code == status
    assert sentence in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert not fake.seen


@pytest.mark.usefixtures("terminal")
def test_a_terminal_is_asked_and_the_file_is_sent_once(
    sgn: Command, fake: FakeService, file: str
) -> None:
    fake.questions = [QUESTION, OTHER]

    ran = sgn("data", "add", file, "--proj", "P", "--json", input="3\n2\n\n1\n")

    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["data_name"] == "a"
    assert "First rows" in ran.stderr
    assert " 2  B x is the patients" in ran.stderr
    assert "Give a number from 1 to 2." in ran.stderr
    assert ran.stderr.count("Choice:") == 4  # nothing is a default: an empty line is no answer
    assert [seen.body for seen in fake.seen] == [CSV, b""]
    assert fake.seen[1].query["upload"] == UPLOAD
    assert fake.seen[1].mapping == {"class.positive": "B x", "files.ses": "1"}


@pytest.mark.usefixtures("terminal")
def test_an_answer_that_was_given_before_is_offered(
    sgn: Command, fake: FakeService, file: str
) -> None:
    fake.questions, fake.suggested = [QUESTION], {"class.positive": "B x"}

    ran = sgn("data", "add", file, "--proj", "P", input="\n")

    assert ran.exit_code == 0
    assert "A file that looked the same was answered with 2." in ran.stderr
    assert fake.seen[1].mapping == {"class.positive": "B x"}


@pytest.mark.usefixtures("terminal")
def test_who_ends_a_question_stores_nothing(sgn: Command, fake: FakeService, file: str) -> None:
    fake.questions = [QUESTION]

    assert sgn("data", "add", file, "--proj", "P", input="").exit_code == 130
    assert len(fake.seen) == 1


@pytest.mark.usefixtures("terminal")
def test_a_file_that_the_service_has_forgotten_is_sent_again(
    sgn: Command, fake: FakeService, file: str
) -> None:
    gone = "There is no upload; send the file again."
    asked = refused(20, 422, "Which?", questions=[QUESTION], upload=UPLOAD)
    fake.forced = [asked, refused(4, 404, gone)]

    ran = sgn("data", "add", file, "--proj", "P", input="1\n")

    assert ran.exit_code == 0
    assert [seen.body for seen in fake.seen] == [CSV, b"", CSV]
    assert fake.seen[2].mapping == {"class.positive": "A"}


def test_a_stored_dataset_is_answered(sgn: Command, fake: FakeService) -> None:
    fake.questions = [QUESTION]

    shown = sgn("data", "show", ROW)
    asked = sgn("data", "answer", ROW)
    ran = sgn("data", "answer", ROW, "--map", "class.positive=A")

    assert f"answer with 'sgn data answer {ROW}'" in shown.stdout
    assert QUESTION["sentence"] in shown.stdout
    assert (asked.exit_code, asked.stdout) == (1, "")
    assert "Add --map class.positive=A" in asked.stderr
    assert ran.exit_code == 0
    assert fake.seen[-1].json == {"class.positive": "A"}


@pytest.mark.usefixtures("terminal")
def test_a_stored_dataset_is_asked_about_on_a_terminal(sgn: Command, fake: FakeService) -> None:
    fake.questions = [QUESTION]

    assert sgn("data", "answer", ROW, input="2\n").exit_code == 0
    assert fake.seen[-1].json == {"class.positive": "B x"}


@pytest.mark.parametrize(
    ("state", "problems", "shown"),
    [
        ("unread", [], "No worker has read it yet."),
        ("asks", [], "answer with 'sgn data answer A'"),
        ("refused", ["It has no class."], "It has no class."),
    ],
)
def test_a_list_says_what_cannot_be_trained_on_yet(
    sgn: Command, fake: FakeService, state: str, problems: list[str], shown: str
) -> None:
    row = {"data_name": "A", "state": state, "problems": problems}
    fake.forced = [success(datasets=[row]), success(dataset=row)]

    assert shown in sgn("data", "list").stdout
    assert shown in sgn("data", "show", "A").stdout


def test_waiting_for_a_worker_is_said(
    sgn: Command, fake: FakeService, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_display, "WAIT_SECONDS", 0.05)
    sentence = "No worker has read the file within 60 s. Start one with 'sgn worker'."
    slow = refused(19, 503, sentence)
    fake.forced = [Reply(slow.body, slow.status, delay=0.5)]

    ran = sgn("data", "add", file, "--proj", "P")

    assert ran.exit_code == 1
    assert ran.stderr.splitlines() == ["Waiting for a worker to read the file…", sentence]


def test_the_rows_of_a_connectome_are_no_measures(sgn: Command, fake: FakeService) -> None:
    rows = [f"FC_{number}" for number in range(400)]
    row = {"data_name": "A", "subjects": 2, "regions": 400, "measures": rows, "connectome": True}
    fake.forced = [success(datasets=[row]), success(dataset=row)]

    assert "2 subjects, 400 regions, connectome\n" in sgn("data", "list").stdout
    assert "Measures  connectome\n" in sgn("data", "show", "A").stdout


@pytest.mark.parametrize("command", [("data", "add", "{}", "--proj", "P"), ("predict", "T", "{}")])
def test_a_file_that_waits_for_a_worker_need_not_be_sent_again(
    sgn: Command, fake: FakeService, file: str, command: tuple[str, ...]
) -> None:
    fake.forced.append(refused(19, 503, "No worker is running.", upload=UPLOAD))
    given = [each.format(file) for each in command]

    ran = sgn(*given)

    assert ran.exit_code == 1
    assert ran.stderr.endswith(
        f"No worker is running.\nAdd --upload {UPLOAD} within an hour to avoid sending the file "
        "again.\n"
    )
    assert sgn(*given, "--upload", UPLOAD).exit_code == 0
    assert (fake.seen[-1].query["upload"], fake.seen[-1].body) == (UPLOAD, b"")
