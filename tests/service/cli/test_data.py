"""``sgn data add`` and ``sgn data list``."""

import io
import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from graphnet.names import rule_help
from tests.service.cli.command import Command, environment
from tests.service.fake_service import (
    CSV,
    PREVIEW,
    RULE,
    FakeService,
    refused,
    success,
)

TASK = "TASK20012912454500"


def test_a_dataset_is_added_under_its_files_name_with_a_quality_report(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    file = tmp_path / "B_190416_58.sfMRI.csv"
    file.write_bytes(CSV)

    ran = sgn("data", "add", str(file), "--proj", "PROJ1", "--user", "U1")

    assert ran.exit_code == 0
    assert fake.seen[0].body == CSV
    assert fake.seen[0].query == {
        "proj_id": "PROJ1",
        "user_id": "U1",
        "data_name": "B_190416_58.sfMRI",
    }
    assert ran.stdout.splitlines() == [
        "Dataset   B_190416_58.sfMRI",
        "Id        DATA20012912454500",
        "Project   PROJ1",
        "Subjects  58",
        "Classes   0: 29, 1: 29",
        "Regions   90",
        "Measures  ALFF, DC, GMV, ReHo",
        "Note      1 column was left out: AGE.",
        "",
        "Quality",
        "Rule            Subject  Measure  Regions",
        "Missing values  s2       GMV            1",
        "",
        f"Missing values  {rule_help('missing')}",
    ]


def test_a_dataset_may_be_named_and_be_sound(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    fake.forced = [success(dataset={"data_name": "A"})]

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1", "--name", "A")

    assert fake.seen[0].query["data_name"] == "A"
    assert "No values are missing or unusable." in ran.stdout


def test_many_findings_are_cut_short_but_not_in_json(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    found = [
        {"rule": "absurd", "subject": f"s{number}", "measure": "ALFF", "count": 3}
        for number in range(23)
    ]
    fake.forced = [success(dataset={"data_name": "A", "findings": found})] * 2
    arguments = ("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1")

    text = sgn(*arguments).stdout

    assert "s19" in text
    assert "s20" not in text
    assert "and 3 more, which --json lists" in text
    assert len(json.loads(sgn(*arguments, "--json").stdout)["findings"]) == 23


def test_a_refused_dataset_is_its_sentences(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    errors = [{"field": "datafile", "msg": "It has no column LABEL."}]
    fake.forced = [refused(7, 422, "It has no column LABEL.", errors=errors)]

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "It has no column LABEL.\n"


def test_a_file_of_any_kind_is_sent_as_it_is(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "site.csv.gz").write_bytes(b"\x1f\x8b and so on")

    assert sgn("data", "add", str(tmp_path / "site.csv.gz"), "--proj", "PROJ1").exit_code == 0
    assert fake.seen[0].query["data_name"] == "site"
    assert fake.seen[0].body == b"\x1f\x8b and so on"


def test_a_folder_is_sent_as_a_zip_file(sgn: Command, fake: FakeService, tmp_path: Path) -> None:
    folder = tmp_path / "site.v2"
    folder.mkdir()
    (folder / "subjects.csv").write_text("ID,LABEL\n")

    assert sgn("data", "add", f"{folder}/", "--proj", "PROJ1").exit_code == 0
    assert fake.seen[0].query["data_name"] == "site.v2"
    with ZipFile(io.BytesIO(fake.seen[0].body)) as archive:
        assert archive.namelist() == ["subjects.csv"]


def test_a_file_that_cannot_be_read_is_one_sentence(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")

    ran = sgn("data", "add", str(tmp_path), "--proj", "PROJ1")

    assert ran.exit_code == 1
    assert ran.stderr == f"{tmp_path / 'gone.txt'} cannot be read: No such file or directory.\n"
    assert not fake.seen


def test_pandas_is_not_needed(fake: FakeService, tmp_path: Path) -> None:
    """Nor NumPy: nothing of a file is read on the caller's machine."""
    (tmp_path / "a.csv").write_bytes(CSV)
    without = (
        "import sys\nsys.modules |= dict.fromkeys(('numpy', 'pandas', 'scipy'))\n"
        "from service.cli import main\nmain()"
    )
    ran = subprocess.run(
        [*(sys.executable, "-c", without, "--url", fake.url, "data", "add"), tmp_path, "--preview"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "Nothing was stored.\n")


def test_a_preview_stores_nothing_and_needs_no_project(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--preview")

    assert ran.exit_code == 0
    assert fake.seen[0].query == {"preview": "true", "data_name": "a"}
    shown = ran.stdout.splitlines()
    assert shown[0] == "Kind      csv"
    begin = shown.index("First rows")
    assert shown[begin + 1 : begin + 4] == ["ID  GMV_1", "s1  0.5", "s2"]
    assert ran.stderr == "Nothing was stored.\n"
    said = json.loads(sgn("data", "add", str(tmp_path / "a.csv"), "--preview", "--json").stdout)
    assert said["preview"] == PREVIEW
    assert said["dataset"]["subjects"] == 58


def test_a_dataset_is_shown_with_its_findings(sgn: Command) -> None:
    ran = sgn("data", "show", "A")

    assert ran.exit_code == 0
    assert "Dataset   A\n" in ran.stdout
    assert "Missing values  s2       GMV            1\n" in ran.stdout
    assert json.loads(sgn("data", "show", "A", "--json").stdout)["rules"] == {"missing": RULE}
    assert sgn("data", "show", "B").stderr == "There is no dataset 'B'.\n"


def test_datasets_are_listed(sgn: Command, fake: FakeService) -> None:
    holds = "58 subjects (0: 29, 1: 29), 90 regions, ALFF, DC, GMV, ReHo"

    ran = sgn("data", "list", "--proj", "PROJ1")

    assert ran.exit_code == 0
    assert fake.seen[0].query == {"proj_id": "PROJ1", "limit": "100"}
    assert ran.stdout.splitlines() == [
        "Dataset                  Project  Holds",
        f"B_190416_58_sfMRI_AAL90  PROJ1    {holds}",
        "notes                             It has no column LABEL.",
    ]
    assert len(json.loads(sgn("data", "list", "--json").stdout)) == 2
    fake.datasets = [f"D{number}" for number in range(150)]
    assert len(sgn("data", "list").stdout.splitlines()) == 152
