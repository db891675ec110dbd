"""The ``sgn`` command: as a process where that matters, otherwise within this one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.servers import free_ports
from tests.service.fake_service import (
    CSV,
    FORM,
    PARAMETERS,
    RESULT,
    RULE,
    FakeService,
    Reply,
    fake_service,
    refused,
    running,
    success,
    task,
)

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "service.cli")
TASK = "TASK20012912454500"


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with fake_service() as service:
        yield service


@pytest.fixture
def sgn(fake: FakeService) -> Callable[..., Result]:
    """Run the command in this process."""

    def run(*arguments: str, **more: Any) -> Result:
        result = CliRunner().invoke(main, ["--url", fake.url, *arguments], **more)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., str]:
    def write(**fields: Any) -> str:
        file = tmp_path / "form.json"
        file.write_text(json.dumps({**FORM, **fields}))
        return str(file)

    return write


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "SGN_URL")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def process(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


# The command itself


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "service.cli", "--help"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}
    heavy = {"torch", "pandas", "numpy", "starlette", "dramatiq", "tortoise", "httpx", "rich"}
    assert "click" in loaded
    assert not loaded & heavy
    for command in main.commands:
        assert f"\n  {command} " in ran.stdout
    assert "..." not in ran.stdout.partition("Commands:")[2]


def test_a_listing_loads_no_more_than_it_needs(fake: FakeService) -> None:
    code = "import sys; from service.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code, "models"],
        env=environment(SGN_URL=fake.url),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    loaded = set(ran.stdout.splitlines()[-1].split())
    assert {"httpx", "rich"} <= loaded
    assert not loaded & {"torch", "pandas", "numpy", "starlette", "dramatiq", "tortoise"}


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    installed = tmp_path / "nld_sgn-9.8.7.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: nld-sgn\nVersion: 9.8.7\n")

    ran = process("--version", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "sgn 9.8.7\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "No such command 'fly'. See 'sgn --help'."),
        (["submit"], "Missing argument 'FORM.json'. See 'sgn submit --help'."),
        (["tasks", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
        (["data", "add", "x.csv"], "File 'x.csv' does not exist. See 'sgn data add --help'."),
        (["model", TASK], "Missing option '-o' / '--output'. See 'sgn model --help'."),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: list[str], sentence: str) -> None:
    ran = CliRunner().invoke(main, arguments, prog_name="sgn")

    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert sentence in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_without_a_command_the_help_is_shown() -> None:
    ran = CliRunner().invoke(main, [], prog_name="sgn")

    assert ran.exit_code == 2
    assert "Commands:" in ran.stderr


def test_nobody_there_is_one_sentence_that_names_the_address() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"

    ran = process("tasks", SGN_URL=url)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"{url} does not answer (Connection refused): start a service with 'sgn up', or name "
        "where one runs with --url or SGN_URL.\n"
    )


def test_the_url_may_stand_in_the_environment_and_before_or_after_the_command(
    fake: FakeService,
) -> None:
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    runner = CliRunner()

    for arguments, variable in (
        (["data", "list"], fake.url),
        (["--url", fake.url, "data", "list"], nobody),
        (["--url", nobody, "data", "list", "--url", fake.url], nobody),
    ):
        ran = runner.invoke(main, arguments, env={"SGN_URL": variable})
        assert ran.exit_code == 0, ran.stderr
    assert runner.invoke(main, ["data", "list"], env={"SGN_URL": nobody}).exit_code == 1


def test_what_is_not_the_service_is_one_sentence(
    sgn: Callable[..., Result], fake: FakeService
) -> None:
    fake.forced = [Reply(b"<h1>It works!</h1>", kind="text/html")]

    ran = sgn("tasks")

    assert ran.exit_code == 1
    assert fake.url in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_fault_of_the_command(fake: FakeService) -> None:
    fake.looks = {f"TASK{number:03}": [task(f"TASK{number:03}")] for number in range(300)}

    with subprocess.Popen(
        [*COMMAND, "tasks", "--limit", "300"],
        env=environment(SGN_URL=fake.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running_process:
        assert running_process.stdout is not None
        assert running_process.stderr is not None
        running_process.stdout.close()
        assert running_process.stderr.read() == ""


# Submit


def test_submitting_prints_the_tasks_id_alone(
    sgn: Callable[..., Result], form: Callable[..., str], fake: FakeService
) -> None:
    ran = sgn("submit", form(colour="red"))

    assert (ran.exit_code, ran.stdout) == (0, f"{TASK}\n")
    assert ran.stderr == "colour was not used.\n"
    assert fake.seen[0].json == {**FORM, "colour": "red"}


def test_a_form_may_come_from_standard_input(sgn: Callable[..., Result], fake: FakeService) -> None:
    ran = sgn("submit", "-", "--json", input=b"\xef\xbb\xbf" + json.dumps(FORM).encode())

    said = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert said["task_id"] == said["task_form"]["task_id"] == TASK
    assert fake.seen[0].json == FORM


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", " is not JSON: Expecting property name"),
        (b"", " is not JSON: Expecting value"),
        (b"\xff\xfe\xff", " is not JSON: "),
        (b"[" * 100_000, " is not JSON: "),
        (b"[]", " must hold one JSON object, the form's fields."),
    ],
)
def test_what_is_no_form_is_not_sent(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "form.json").write_bytes(content)

    ran = sgn("submit", str(tmp_path / "form.json"))

    assert ran.exit_code == 1
    assert f"form.json{sentence}" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert fake.seen == []


def test_a_refused_form_gives_one_line_a_field(
    sgn: Callable[..., Result], form: Callable[..., str]
) -> None:
    ran = sgn("submit", form(task_type="", proj_id=""), "--wait")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "task_type: task_type is missing.",
        "proj_id: proj_id is missing.",
    ]


def test_waiting_says_how_far_it_is_and_ends_with_the_metrics(
    fake: FakeService, form: Callable[..., str]
) -> None:
    ran = process("submit", form(), "--wait", SGN_URL=fake.url, FORCE_COLOR="1")

    assert ran.returncode == 0
    assert ran.stderr.splitlines() == [
        f"{TASK} Submitted",
        f"{TASK} Running: epoch 2 of 4, 50 %, 0:34 left",
        f"{TASK} Finished: epoch 4 of 4, 100 %",
    ]
    assert "\x1b" not in ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[:3] == [
        f"Task    {TASK}",
        "Name    schizophrenia, site A",
        "Status  Finished",
    ]
    assert (
        "AUC                     0.930 [0.86-0.98]  -                  0.930 [0.86-0.98]  "
        "0.930 [0.86-0.98]\n"
    ) in ran.stdout
    assert "Subjects                58                 29                 58   " in ran.stdout
    assert "\nWarnings\n-  3 columns hardly vary among the training" in ran.stdout
    assert not any(line.endswith(" ") for line in ran.stdout.splitlines())


def test_a_failed_task_is_a_failure_with_its_sentence(
    sgn: Callable[..., Result], form: Callable[..., str]
) -> None:
    ran = sgn("submit", form(task_name="unlucky"), "--wait")

    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[-1] == (
        "train_data holds class 1 only; give subjects of at least two classes."
    )
    assert "Failed" in ran.stdout


def test_waiting_can_end_with_json_alone(
    sgn: Callable[..., Result], form: Callable[..., str]
) -> None:
    finished = sgn("submit", form(), "--wait", "--json")
    failed = sgn("submit", form(task_name="unlucky"), "--wait", "--json")

    assert finished.exit_code == 0
    assert json.loads(finished.stdout)["task_result"] == RESULT
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["task_status"] == "Failed"


def test_an_interrupted_wait_says_that_the_task_goes_on(
    fake: FakeService, form: Callable[..., str]
) -> None:
    # A test may itself run where interrupts are ignored, which a child would inherit.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from service.cli import main\nmain()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "submit", form(task_name="endless"), "--wait"],
        env=environment(SGN_URL=fake.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        output, errors = waiting.communicate(timeout=30)

    assert waiting.returncode == 130
    assert output == ""
    assert errors.splitlines()[-1] == f"{TASK} goes on; 'sgn show {TASK}' says how far it is."
    assert "Traceback" not in errors


# Tasks


def test_tasks_are_listed_newest_first(sgn: Callable[..., Result], fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", "Failed")], "TASK2": [running("TASK2", 3)]}

    ran = sgn("tasks", "--proj", "PROJ1", "--limit", "5")

    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "Task   Status   Done  Type   Project             Name",
        "TASK2  Running  75 %  dl_ts  PROJ20191217104136  schizophrenia, site A",
        "TASK1  Failed    0 %  dl_ts  PROJ20191217104136  schizophrenia, site A",
    ]
    assert fake.seen[0].query == {"proj_id": "PROJ1", "limit": "5"}


def test_tasks_are_chosen_by_status_and_given_as_json(
    sgn: Callable[..., Result], fake: FakeService
) -> None:
    fake.looks = {"TASK1": [task("TASK1", "Failed")], "TASK2": [running("TASK2", 3)]}

    ran = sgn("tasks", "--status", "Running", "--json")

    assert json.loads(ran.stdout) == [running("TASK2", 3)]


def test_no_task_is_said_beside_the_output(sgn: Callable[..., Result]) -> None:
    ran = sgn("tasks")

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "no such task" in ran.stderr
    assert json.loads(sgn("tasks", "--json").stdout) == []


def test_a_task_is_shown_with_what_was_asked_and_what_came_of_it(
    sgn: Callable[..., Result], fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", parent_task_id="TASK1")]

    ran = sgn("show", TASK)

    shown = rows(ran.stdout)
    assert ran.exit_code == 0
    assert ["Project", "PROJ20191217104136", "SZ", "with", "sfMRI"] in shown
    assert ["Parent", "TASK1"] in shown
    assert ["Model", "SGN"] in shown
    assert ["Train", "data", *", ".join(FORM["train_data"]).split()] in shown
    assert ["Settings", "epochs", "4,", "learning_rate", "0.05"] in shown
    assert ["Sensitivity", "0.759", "[0.58-0.88]"] in [row[:3] for row in shown]
    assert not any(row[:1] == ["Validation"] for row in shown)


def test_a_result_stands_beside_simple_methods_on_unseen_data(
    sgn: Callable[..., Result], fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    shown = sgn("show", TASK).stdout.partition("Beside simple methods (test data)\n")[2]

    assert rows(shown)[1:3] == [
        [
            "this",
            "model",
            *["0.810", "[0.69-0.89]", "0.810", "[0.70-0.90]", "0.930", "[0.86-0.98]"],
        ],
        ["majority", "0.500", "0.810", "-"],
    ]


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        {"metrics": None, "warnings": None},
        {"metrics": {"train": {}, "val": None, "test": {"auc": 0.5, "ci": None}}},
        {"metrics": {"train": {"n": 3}}, "baselines": {"majority": None, "svm": {"train": {}}}},
    ],
)
def test_a_result_that_says_little_is_shown_too(
    sgn: Callable[..., Result], fake: FakeService, result: Mapping[str, Any] | None
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", task_result=result, progress=None)]

    assert sgn("show", TASK).exit_code == 0


def test_showing_a_failed_task_is_no_failure(sgn: Callable[..., Result], fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Failed", error="It went wrong.")]

    ran = sgn("show", TASK)

    assert ran.exit_code == 0
    assert ["Error", "It", "went", "wrong."] in rows(ran.stdout)


def test_a_task_as_json_is_all_that_the_service_said(
    sgn: Callable[..., Result], fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished", task_name="精神分裂症")]

    ran = sgn("show", TASK, "--json")

    assert json.loads(ran.stdout) == fake.looks[TASK][0]
    assert "精神分裂症" in ran.stdout


@pytest.mark.parametrize("arguments", [("show", "TASK9"), ("show", "TASK9", "--json")])
def test_no_such_task_is_the_services_sentence(
    sgn: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    ran = sgn(*arguments)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "There is no task 'TASK9'.\n"


def test_a_name_cannot_steer_the_terminal(sgn: Callable[..., Result], fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, task_name="\x1b[2J[red]\x07 \u202enil")]
    fake.forced = [refused(4, 404, "There is no task \x1b[2J.")]

    refusal = sgn("show", TASK).stderr
    shown = sgn("show", TASK).stdout

    assert "\x1b" not in shown + refusal
    assert "�[2J[red]� �nil" in shown


def test_a_lineage_begins_with_the_task(sgn: Callable[..., Result], fake: FakeService) -> None:
    fake.looks = {
        "TASK1": [task("TASK1", "Finished")],
        "TASK2": [task("TASK2", "Finished", parent_task_id="TASK1")],
    }

    text = sgn("lineage", "TASK2")
    as_json = sgn("lineage", "TASK2", "--json")

    assert [row[0] for row in rows(text.stdout)] == ["Task", "TASK2", "TASK1"]
    assert [each["task_id"] for each in json.loads(as_json.stdout)] == ["TASK2", "TASK1"]


# Models


def test_the_models_are_listed_with_names_for_a_form(sgn: Callable[..., Result]) -> None:
    ran = sgn("models")

    shown = ran.stdout.splitlines()
    assert ran.exit_code == 0
    assert shown[1].startswith("SGN, GNN  Schizo Graph Net: keeps apart which region is which.")
    assert shown[1].endswith("  learning_rate 0.01, epochs 200, graph covariance")
    assert shown[2] == "GCN       The reference net: a mean over regions."
    assert shown[-1] == "full  Every pair of regions."
    listed = json.loads(sgn("models", "--json").stdout)
    assert [each["name"] for each in listed["models"]] == ["SGN", "GCN"]


def test_a_model_is_taken_home(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    folder = tmp_path / "models" / "mine"

    ran = sgn("model", TASK, "-o", str(folder))

    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        str(folder / "model.safetensors"),
        str(folder / "manifest.json"),
    ]
    assert (folder / "model.safetensors").read_bytes() == PARAMETERS
    assert json.loads((folder / "manifest.json").read_text()) == fake.manifest
    assert len(list(folder.iterdir())) == 2


def test_a_model_takes_an_older_ones_place(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    (tmp_path / "manifest.json").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")

    assert sgn("model", TASK, "-o", str(tmp_path)).exit_code == 0
    assert json.loads((tmp_path / "manifest.json").read_text()) == fake.manifest
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_model_that_arrives_damaged_is_not_kept(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    fake.manifest["parameters_sha256"] = "0" * 64

    ran = sgn("model", TASK, "-o", str(tmp_path / "mine"))

    assert ran.exit_code == 1
    assert "SHA-256" in ran.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    "second",
    [
        refused(9, 503, "The model registry does not answer."),
        Reply(PARAMETERS, kind="application/octet-stream", length=1000),
    ],
)
def test_a_model_that_does_not_arrive_whole_leaves_nothing(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path, second: Reply
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    fake.forced = [success(**fake.manifest), second]

    ran = sgn("model", TASK, "-o", str(tmp_path / "mine"))

    assert ran.exit_code == 1
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    (tmp_path / "file").write_text("")

    ran = sgn("model", TASK, "-o", str(tmp_path / "file" / "mine"))

    assert ran.exit_code == 1
    assert ran.stderr == f"{tmp_path}/file/mine cannot be written: Not a directory.\n"


# Data


def test_a_dataset_is_added_under_its_files_name_with_a_quality_report(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
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
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    fake.forced = [success(dataset={"data_name": "A"})]

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1", "--name", "A")

    assert fake.seen[0].query["data_name"] == "A"
    assert "No value is missing or unusable." in ran.stdout


def test_many_findings_are_cut_short_but_not_in_json(
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
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
    sgn: Callable[..., Result], fake: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    errors = [{"field": "datafile", "msg": "It has no column LABEL."}]
    fake.forced = [refused(7, 422, "It has no column LABEL.", errors=errors)]

    ran = sgn("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "datafile: It has no column LABEL.\n"


def test_datasets_are_listed(sgn: Callable[..., Result], fake: FakeService) -> None:
    ran = sgn("data", "list", "--proj", "PROJ1")

    assert ran.exit_code == 0
    assert fake.seen[0].query == {"proj_id": "PROJ1"}
    assert ran.stdout.splitlines() == [
        "Dataset                  Project  Subjects  Classes       Regions  Measures",
        "B_190416_58_sfMRI_AAL90  PROJ1          58  0: 29, 1: 29       90  ALFF, DC, GMV, ReHo",
        "notes                                                              cannot be used",
    ]
    assert len(json.loads(sgn("data", "list", "--json").stdout)) == 2


# Processes


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, run: Callable[..., int]) -> None:
    module = ModuleType(name)
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, module)


def test_up_is_told_where_to_live_and_gives_its_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[Any] = []
    stand_in(monkeypatch, "service.up", lambda *given: told.append(given) or 3)
    monkeypatch.chdir(tmp_path)

    first = CliRunner().invoke(main, ["up", "--home", "here", "--port", "7", "--host", "::1"])
    second = CliRunner().invoke(main, ["up"])

    assert first.exit_code == second.exit_code == 3
    assert told == [
        (tmp_path / "here", "::1", 7),
        (tmp_path / "sgn-home", "127.0.0.1", 7014),
    ]


def test_a_demonstration_may_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[Any] = []
    stand_in(monkeypatch, "service.demo", lambda home: told.append(home) or 0)

    CliRunner().invoke(main, ["demo"])
    ran = CliRunner().invoke(main, ["demo", "--home", str(tmp_path)])

    assert ran.exit_code == 0
    assert told == [None, tmp_path]


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("serve", "service.serve"),
        ("worker", "service.worker_process"),
        ("migrate", "service.migrate"),
    ],
)
def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, command: str, module: str
) -> None:
    def run() -> int:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    stand_in(monkeypatch, module, lambda: 0)
    assert CliRunner().invoke(main, [command]).exit_code == 0

    stand_in(monkeypatch, module, run)
    ran = CliRunner().invoke(main, [command])

    assert ran.exit_code == 1
    assert ran.stderr == (
        "torch is not installed, which this command needs: pip install 'nld-sgn[all]' brings it.\n"
    )
