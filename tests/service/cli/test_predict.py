"""``sgn predict``: on a terminal, as CSV, as JSON."""

import csv
import json
from pathlib import Path

import pytest

from tests.service.cli.command import Command
from tests.service.fake_service import CSV, PREDICTED, QUESTION, SCORED, FakeService, refused

TASK = "TASK20012912454500"


@pytest.fixture
def new(tmp_path: Path) -> str:
    (tmp_path / "new.csv").write_bytes(CSV)
    return str(tmp_path / "new.csv")


def test_predictions_are_shown_with_their_warnings(
    sgn: Command, fake: FakeService, new: str
) -> None:
    ran = sgn("predict", TASK, new, "--explain")

    assert ran.exit_code == 0
    assert fake.seen[0].body == CSV
    assert fake.seen[0].query == {"explain": "true"}
    assert ran.stdout.splitlines() == [
        "Subject  Site  Predicted   P(0)   P(1)",
        "=s1      A     1          0.250  0.750",
        "007            0          0.900  0.100",
        "",
        "Regions that contributed most",
        "=s1  1 +0.400, Precentral R -0.100",
        "",
        "Warnings",
        "-    1 column was left out: AGE.",
        "=s1  2 values were missing.",
    ]


def test_a_file_holds_no_cell_that_runs(sgn: Command, new: str, tmp_path: Path) -> None:
    file = tmp_path / "predicted.csv"

    ran = sgn("predict", TASK, new, "-o", str(file))

    assert (ran.exit_code, ran.stdout) == (0, f"{file}\n")
    with file.open(newline="") as opened:
        read = list(csv.DictReader(opened))
    assert read[0] == {
        "id": "'=s1",
        "site": "A",
        "predicted": "1",
        "probability_0": "0.25",
        "probability_1": "0.75",
        "warnings": "2 values were missing.",
        "explanation": "1 +0.400, Precentral R -0.100",
    }
    assert read[1]["id"] == "007"
    assert sgn("predict", TASK, new, "-o", "-").stdout == file.read_text()


def test_a_score_is_a_number_also_below_zero(sgn: Command, fake: FakeService, new: str) -> None:
    fake.predicted = SCORED

    assert sgn("predict", TASK, new).stdout.splitlines() == [
        "Subject  Site  Predicted",
        "s1       A     -3.250",
    ]
    assert sgn("predict", TASK, new, "-o", "-").stdout.splitlines() == [
        "id,site,score,warnings,explanation",
        "s1,A,-3.25,,",
    ]


@pytest.mark.parametrize("to", [(), ("-o", "-")])
def test_json_is_what_the_service_said(sgn: Command, new: str, to: tuple[str, ...]) -> None:
    assert json.loads(sgn("predict", TASK, new, "--json", *to).stdout) == PREDICTED


def test_a_file_of_any_kind_is_sent_as_it_is(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "new.npz").write_bytes(b"PK\x03\x04 and so on")

    assert sgn("predict", TASK, str(tmp_path / "new.npz")).exit_code == 0
    assert fake.seen[0].body == b"PK\x03\x04 and so on"


def test_a_question_names_the_option_that_answers_it(
    sgn: Command, fake: FakeService, new: str
) -> None:
    fake.questions = [QUESTION]

    ran = sgn("predict", TASK, new)
    answered = sgn("predict", TASK, new, "--map", "class.positive=B x")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "Add --map class.positive=A (A is the patients) or --map " in ran.stderr
    assert answered.exit_code == 0
    assert fake.seen[1].mapping == {"class.positive": "B x"}


def test_classes_are_named(sgn: Command, fake: FakeService, new: str) -> None:
    fake.predicted = {**PREDICTED, "class_names": {"0": "HC", "1": "SZ"}}

    shown = sgn("predict", TASK, new).stdout.splitlines()
    assert shown[:3] == [
        "Subject  Site  Predicted  P(HC)  P(SZ)",
        "=s1      A     SZ         0.250  0.750",
        "007            HC         0.900  0.100",
    ]
    read = list(csv.DictReader(sgn("predict", TASK, new, "-o", "-").stdout.splitlines()))
    assert [(each["predicted"], each["class_name"]) for each in read] == [("1", "SZ"), ("0", "HC")]


def test_a_refusal_is_its_sentences(sgn: Command, fake: FakeService, new: str) -> None:
    errors = [{"field": "datafile", "msg": "The model knows GMV_2, which is missing."}]
    fake.forced = [refused(7, 422, "The table does not fit.", errors=errors)]

    ran = sgn("predict", TASK, new)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "The model knows GMV_2, which is missing.\n"
