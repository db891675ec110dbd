"""``sgn data add`` and ``sgn data list``."""

import json
from pathlib import Path

import numpy as np

from tests.service.cli.command import Command
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
        "Rule     Subject  Measure  Regions",
        "missing  s2       GMV            1",
        "",
        f"missing  {RULE}",
    ]


def test_a_dataset_may_be_named_and_be_sound(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    fake.forced = [success(dataset={"data_name": "A"})]

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1", "--name", "A")

    assert fake.seen[0].query["data_name"] == "A"
    assert "No value is missing or unusable." in ran.stdout


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
    assert ran.stderr == "datafile: It has no column LABEL.\n"


def test_other_kinds_of_files_arrive_as_the_table_they_are(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    np.savez(
        tmp_path / "site.npz",
        features=np.arange(8.0).reshape(2, 2, 2),
        measures=["DC", "GMV"],
        ids=["p1", "p2"],
        labels=[0, 1],
    )
    fake.forced = [success(dataset={"data_name": "site"})]

    ran = sgn("data", "add", str(tmp_path / "site.npz"), "--proj", "PROJ1")

    assert ran.exit_code == 0
    assert fake.seen[0].query["data_name"] == "site"
    assert fake.seen[0].body.decode().splitlines() == [
        "ID,LABEL,DC_1,DC_2,GMV_1,GMV_2",
        "p1,0,0.0,2.0,1.0,3.0",
        "p2,1,4.0,6.0,5.0,7.0",
    ]


def test_a_file_of_no_known_kind_is_one_sentence(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "brain.nii").write_bytes(bytes(range(256)))
    ran = sgn("data", "add", str(tmp_path / "brain.nii"), "--proj", "PROJ1")
    assert ran.exit_code == 1
    assert "brain.nii is of no kind that is known here" in ran.stderr
    assert not fake.seen


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


def test_a_preview_names_the_kind_of_the_file_itself(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.TSV").write_bytes(CSV.replace(b",", b"\t"))

    ran = sgn("data", "add", str(tmp_path / "a.TSV"), "--preview")

    assert ran.stdout.splitlines()[0] == "Kind      tsv"
    assert fake.seen[0].body.startswith(b"ID,LABEL,GMV_1,GMV_2\n")


def test_a_dataset_is_shown_with_its_findings(sgn: Command) -> None:
    ran = sgn("data", "show", "A")

    assert ran.exit_code == 0
    assert "Dataset   A\n" in ran.stdout
    assert "missing  s2       GMV            1\n" in ran.stdout
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
