"""In which language the command speaks, and that it says nothing in English in another."""

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import click
import pytest
from click.testing import CliRunner, Result

from graphnet.messages import CHINESE, ENGLISH, Message, language_in, render
from service.cli import main, models
from service.local.model_import import ImportedModel
from tests.databases import migrated, query
from tests.service.english import english_in
from tests.service.fake_service import (
    CSV,
    INTERPRETATION,
    METRICS,
    QUESTION,
    RESULT,
    ROW,
    FakeService,
    Reply,
    Seen,
    running,
    task,
)

ROOT = Path(__file__).parents[3]
Places = dict[str, str | Callable[[], str]]
TASK, PARENT, OLD, FAILED = "TASK1", "TASK2", "TASK3", "TASK4"
NAMES = (
    *("schizophrenia, site A", "SZ with sfMRI", "from NEURO-LEARN"),  # as people named it
    "nobody, nowhere, at all",
    *("It was claimed.", "It �[2Jtrained."),  # a log is in English
)
STORED = Message("data.no-dataset").as_dict()  # any sentence that an answer may hold
REFUSED = {
    "refused_at": "2026-01-01T00:00:00Z",
    "error_num": 2,
    "msg": "It is wrong, and so is this.",
    "errors": [{"field": "proj_id", "msg": "It is wrong, and so is this.", "message": STORED}],
}
CODED = {
    "notes": "note_messages",
    "problems": "problem_messages",
    "warnings": "warning_messages",
    "said": "said_messages",
    "left_alone": "left_alone_messages",
}
COMMANDS: dict[str, list[str]] = {
    "up": ["up --home {file}/none"],
    "demo": ["demo --home {file}/none"],
    "serve": ["serve"],
    "worker": ["worker"],
    "migrate": ["migrate", "migrate --to 9999", "{database} migrate"],
    "data add": [
        "data add {file} --proj P",
        "data add {file} --proj P --user U",
        "data add {file} --preview",
        "data add {file} --map x",
        "data add {file} --proj P --map a=1 --map a=2",
        "data add {file} --proj P --mapping {file}",
        "data add {file}.none",
    ],
    "data answer": ["data answer A", f"data answer '{ROW}'", f"data answer '{ROW}' --map a=1"],
    "data show": ["data show A", f"data show '{ROW}'", "data show B"],
    "data list": ["data list"],
    "data edit": ["data edit A --tag x", "data edit A"],
    "data delete": ["data delete A", "data delete A --yes"],
    "data erase": ["data erase A s1", "data erase A s1 --yes", "data erase A"],
    "edit": [f"edit {TASK} --description x", f"edit {TASK}"],
    "delete": [f"delete {TASK}", f"delete {TASK} --yes"],
    "audit": ["audit"],
    "submit": ["submit {form}", "submit {form} --wait", "submit {empty}", "submit {file}"],
    "tasks": ["tasks", "tasks --search x", "tasks --refused", "tasks --refused --status Failed"],
    "tasks end-orphans": [
        "tasks end-orphans --home {home} --yes",
        "tasks end-orphans --home {home}",
        "tasks end-orphans --home {file}",
    ],
    "show": [f"show {TASK}", f"show {PARENT}", f"show {OLD}", f"show {FAILED}", "show none"],
    "watch": [f"watch {TASK}", f"watch {FAILED}"],
    "log": [f"log {TASK}"],
    "cancel": [f"cancel {TASK}"],
    "retry": [f"retry {FAILED}"],
    "report": [f"report {TASK} -o {{file}}.html", f"report {TASK} --stored -o -"],
    "predictions": [f"predictions {TASK} -o {{file}}/none"],
    "compare": [f"compare {TASK} {PARENT}", f"compare {OLD}", "compare --split x"],
    "export": [f"export {TASK} --mlflow x", f"export {TASK} --mlflow http://127.0.0.1:9", "export"],
    "lineage": [f"lineage {TASK}"],
    "models": ["models"],
    "model get": [f"model get {TASK} -o {{home}}/model", f"model get {TASK} -o {{file}}/none"],
    "model import": [
        "{imports} model import {file} --task TASK9 --architecture GCN --home {home}",
        "model import {file} --task TASK9 --architecture GCN --regions x",
        "model import {file} --task TASK9 --architecture GCN --regions 0",
        "model import {file} --task TASK9 --architecture GCN",
    ],
    "predict": [f"predict {TASK} {{file}} --explain", f"predict {TASK} {{file}} -o {{file}}/none"],
    "token new": [
        "token new --home {home} --project P --role read",
        "token new --home {home} --project '' --role read",
        "token new --home {file} --project P --role read",
    ],
    "token list": ["token list --home {home}", "token list"],
    "token revoke": ["token revoke --home {home} x"],
    "doctor": ["doctor --home {home}", "doctor", "doctor --deep", "doctor --home {home} --stored"],
    "clean": ["clean --home {home} --models-older-than 0", "clean", "clean --home {file}"],
    "completion": ["completion x"],
    "version": ["version a", "version --none"],
}


def coded(value: Any, language: str) -> Any:
    """An answer as the service gives it: its messages beside its sentences, in a language."""
    if isinstance(value, list):
        return [coded(item, language) for item in value]
    if not isinstance(value, dict):
        return value
    sentence = render(Message("data.no-dataset"), language)
    names = [name for name in ("summary", "msg") if value.get(name, "success") != "success"]
    return (
        {name: coded(item, language) for name, item in value.items()}
        | messages(value)
        | dict.fromkeys(names, sentence)
    )


def messages(answer: dict[str, Any]) -> dict[str, Any]:
    """The messages that stand beside the sentences of an answer."""
    beside: dict[str, Any] = {
        CODED[name]: [STORED] * len(answer[name])
        for name in set(CODED) & set(answer)
        if isinstance(answer[name], list)
    }
    if answer.get("stage"):
        beside["stage_message"] = Message("progress.training").as_dict()
    if isinstance(answer.get("connectome"), dict):
        beside["connectome_message"] = STORED
    if "choices" in answer:
        beside |= {"message": STORED, "choice_messages": [STORED] * len(answer["choices"])}
    return beside | ({"error_messages": [STORED]} if answer.get("error") else {})


@pytest.fixture
def speaking(fake: FakeService) -> FakeService:
    """A service that answers in the language that it is asked for, and has something to say."""
    answers: Callable[[Seen], Reply] = fake.answer

    def answer(request: Seen) -> Reply:
        reply, language = (
            answers(request),
            language_in({"LANG": request.headers["accept-language"]}),
        )
        if reply.kind != "application/json" or not reply.body:
            return reply
        content = coded(json.loads(reply.body), language)
        if request.path.endswith("/new_task"):
            content["warnings"] = [render(Message("data.no-dataset"), language)]
        if "graphs" in content:
            content["graphs"] = {"full": render(Message("catalogue.graph-full"), language)}
        return Reply(json.dumps(content).encode(), reply.status)

    fake.answer = answer  # type: ignore[method-assign]
    fake.interpretation = {**INTERPRETATION, "covariates": INTERPRETATION["covariates"] * 5}
    fake.questions = [QUESTION]
    leaky = {**RESULT, "known_subjects": {"test": 3, "val": None}}
    progress = {"epoch": 2, "epochs": 4, "percent": 50.0, "eta_seconds": 3.0, "stage": "Training."}
    other = {"train_data": ["a"], "val_data": ["b"], "test_data": ["c"], "model": "GCN"}
    fake.looks = {
        OLD: [task(OLD, "Success", owner="predecessor", task_name="nobody, nowhere, at all")],
        PARENT: [task(PARENT, "Finished", task_result=leaky, task_config=other)],
        TASK: [running(TASK, 1) | {"progress": progress},
               task(TASK, "Finished", parent_task_id=PARENT, task_result=leaky)],
        FAILED: [task(FAILED, "Failed", error="It went wrong, and nobody knows why.")],
    }  # fmt: skip
    return fake


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Files and folders by the names that stand in the command lines."""
    home = tmp_path / "home"
    (home / "registry").mkdir(parents=True)
    url = f"sqlite://{home / 'sgn.sqlite3'}"
    migrated(url)
    query(url, "INSERT INTO backend_submissions (task_id, proj_id, task_name, task_type, "
               "task_config, task_status, task_result) VALUES ('TASK19060312000001', 'P', "
               "'nobody, nowhere, at all', 'dl_ts', '{}', 'Running', '')")  # fmt: skip
    files = {"file": CSV, "form": b'{"task_type": "dl_ts", "proj_id": "P"}', "empty": b"{}"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    async def imported(*_: object) -> ImportedModel:
        return ImportedModel.read({
            "task_id": "TASK9", "model": "GCN", "sizes": {"regions": 90, "classes": 2},
            "class_names": {}, "measures": ["GMV"], "unknown": ["scaler"],
            "model_state_path": "file:///x", "warnings": ["It was so, or so it seems."],
            "warning_messages": [STORED],
        })  # fmt: skip

    def imports() -> str:
        monkeypatch.setattr(models, "_imported", imported)
        return ""

    def database() -> str:
        monkeypatch.setenv("SGN_DATABASE_URL", url)
        return ""

    named = {name: str(tmp_path / name) for name in files}
    return {**named, "home": str(home), "imports": imports, "database": database}


def filled(line: str, places: Places) -> list[str]:
    """The arguments of a command line; a name that is a function is called for what it does."""
    for name, place in places.items():
        if f"{{{name}}}" in line:
            line = line.replace(f"{{{name}}}", place() if callable(place) else place)
    return shlex.split(line)


def leaves(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*path, name))
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))


def said(arguments: list[str], url: str, language: str) -> Result:
    return CliRunner().invoke(
        main,
        ["--url", url, *arguments],
        prog_name="sgn",
        env={"SGN_LANG": language, "SGN_USER_ID": None},
        input="n\n",
    )


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == set(leaves())


@pytest.mark.parametrize("command", list(COMMANDS))
def test_nothing_is_said_in_english(command: str, speaking: FakeService, places: Places) -> None:
    for line in COMMANDS[command]:
        ran = said(filled(line, places), speaking.url, CHINESE)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), line
        assert english_in(ran.output, NAMES) == [], line
        assert ran.output.strip() or command in ("migrate", "retry", "cancel"), line


@pytest.mark.nightly
@pytest.mark.parametrize(
    "command", ["data add", "show", "compare", "predict", "doctor", "clean", "tasks", "watch"]
)
def test_what_is_said_in_english_would_be_found(
    command: str, speaking: FakeService, places: Places
) -> None:
    outputs = [
        said(filled(line, places), speaking.url, ENGLISH).output for line in COMMANDS[command]
    ]
    assert any(english_in(output, NAMES) for output in outputs)


def helped(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from helped(command, (*path, name))
        else:
            yield (*path, name)


def help_of(path: tuple[str, ...], *options: str, **variables: str) -> str:
    none = dict.fromkeys(("SGN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    ran = CliRunner().invoke(main, [*path, *options], prog_name="sgn", env={**none, **variables})
    assert ran.exit_code == 0
    return ran.stdout


@pytest.mark.parametrize("path", list(helped()), ids=" ".join)
def test_help_is_in_the_chosen_language(path: tuple[str, ...]) -> None:
    chinese = help_of(path, "--help", "--lang", "zh-CN")
    prose, _, examples = chinese.partition(f"{render(Message('help.example'), CHINESE)}:")

    assert chinese == help_of(path, "--lang", "zh-CN", "--help")
    assert chinese == help_of(path, "--help", SGN_LANG="zh-CN")
    assert chinese == help_of(path, "--help", LC_ALL="zh_CN.UTF-8", LANG="en_GB.UTF-8")
    assert english_in(prose) == []
    assert re.findall(r"Usage|Options|OPTIONS|Commands|COMMAND|default|required", prose) == []
    assert max(columns(line) for line in prose.splitlines()) <= 80

    english = help_of(path, "--help")
    assert english.startswith("Usage: sgn")
    assert english_in(english)
    assert not re.search(r"[\u3000-\u9fff]|help\.", english)
    assert english.partition("Example:")[2] == examples


def columns(line: str) -> int:
    """How many columns of a terminal a line takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


def test_help_that_is_completed_is_in_the_chosen_language() -> None:
    variables = {"_SGN_COMPLETE": "zsh_complete", "COMP_WORDS": "sgn data ", "COMP_CWORD": "2"}
    offered = CliRunner().invoke(main, prog_name="sgn", env={**variables, "SGN_LANG": "zh-CN"})
    assert render(Message("help.command-data-list"), CHINESE) in offered.stdout


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, ENGLISH),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_CN"}, CHINESE),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, ENGLISH),
        ({"LC_ALL": "en_GB.UTF-8", "SGN_LANG": "zh-CN"}, CHINESE),
        ({"LC_ALL": "zh_CN.UTF-8", "SGN_LANG": "en"}, ENGLISH),
    ],
)
def test_the_environment_says_the_language(variables: dict[str, str], language: str) -> None:
    assert language_in(variables) == language


@pytest.mark.parametrize(
    "arguments",
    [
        ["--lang", "zh-CN", "data", "list"],
        ["data", "--lang", "zh-CN", "list"],
        ["data", "list", "--lang", "zh-CN"],
        ["--lang", "en", "data", "list", "--lang", "zh-CN"],
    ],
)
def test_an_option_says_it_before_or_after_the_command(
    arguments: list[str], fake: FakeService
) -> None:
    ran = said(arguments, fake.url, ENGLISH)

    assert ran.stdout.split()[0] == render(Message("cli.dataset"), CHINESE)
    assert fake.seen[0].headers["accept-language"] == CHINESE
    assert said(["--lang", "en", "data", "list"], fake.url, CHINESE).stdout.startswith("Dataset")


def test_numbers_and_names_are_the_same_in_every_language(speaking: FakeService) -> None:
    english, chinese = (
        said(["show", PARENT], speaking.url, language).stdout for language in (ENGLISH, CHINESE)
    )
    figures = re.compile(r"\d+\.\d+")
    assert figures.findall(english) == figures.findall(chinese)
    assert f"{METRICS['accuracy']:.3f}" in chinese


def test_the_reason_why_something_stays_has_its_code(places: Places) -> None:
    home = Path(str(places["home"]))
    (home / "spool" / "TASK19060312000001").mkdir(parents=True)
    ran = said(["clean", "--home", str(home), "--json"], "http://x", CHINESE)
    (item,) = json.loads(ran.stdout)["items"]
    reason = Message("cleaning.unknown-task")
    assert Message.from_json(item["why_message"]) == reason
    assert item["why"] == render(reason, CHINESE)


SPOKEN = {
    *("ClickException", "UsageError", "BadParameter", "Failure", "WrongUsage", "wrong_value"),
    *("ClientError", "Unreachable", "NotEnded", "QuestionsOpen", "LocalServiceError"),
    *("Column", "confirm", "echo", "note", "prompt", "say", "show_heading", "print"),
}
WORD = re.compile(r"[A-Za-z]{2,}")
NO_SENTENCE = {"sgn ", "ready "}  # for programs too


def literals(call: ast.Call) -> Iterator[str]:
    """The texts written down in the arguments of a call, but not within another call."""
    waiting: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif not isinstance(node, (ast.Call, ast.Compare, ast.FormattedValue, ast.Subscript)):
            waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize("room", ["service/cli", "service/client", "service/local"])
def test_what_is_said_is_a_message(room: str) -> None:
    found = [
        (file.name, call.lineno, text)
        for file in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) in SPOKEN
        for text in literals(call)
        if WORD.search(text) and text not in NO_SENTENCE and not text.startswith("--")
    ]
    assert found == []


def test_a_sentence_that_is_no_message_would_be_found() -> None:
    call = ast.parse('click.ClickException(f"{name} is not there.")', mode="eval").body
    assert isinstance(call, ast.Call)
    assert list(literals(call)) == [" is not there."]
