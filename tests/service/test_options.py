"""One declaration of a hyper-parameter reaches form, page, command line and documentation."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from docs.reference import API
from graphnet.__main__ import ON_COMMAND_LINE, parser
from graphnet.catalogue import graph_summary
from graphnet.config import FORM_OPTIONS, OPTIONS, Evaluation
from graphnet.messages import LANGUAGES, render
from graphnet.options import Option
from service.forms.schema import ParamSet, in_place, read_form
from service.pages.new_task import FilledForm
from service.pages.site import environment

ROOT = Path(__file__).parents[2]
FORM = {"task_type": "dl_ts", "proj_id": "P", "train_data": ["A"]}


def shown(option: Option, language: str) -> str:
    """The option's field on the page of a new task."""
    template = environment(language).get_template("new_task_settings.html")
    usually = vars(Evaluation())
    setting: Any = vars(template.module)["setting"]
    return unescape(str(setting(option, {}, {}, "", usually, graph_summary)))


@pytest.mark.parametrize("option", FORM_OPTIONS.values(), ids=list(FORM_OPTIONS))
def test_an_option_reaches_every_place(option: Option) -> None:
    # The form takes the default, and refuses what is out of range in the option's words.
    form, errors = read_form(in_place({**FORM, "param_set": {option.name: option.default}}))
    assert form is not None
    assert not errors
    assert getattr(form.param_set, option.name) == option.default
    form, errors = read_form(in_place({**FORM, "param_set": {option.name: "~"}}))
    assert form is None
    ((field, message),) = errors
    assert field == f"param_set.{option.name}"
    if option.name not in ("seeds", "device"):
        assert str(option.expected) in str(message)
    # The page shows it in each language, and sends what a program would send.
    for language in LANGUAGES:
        text = shown(option, language)
        # Datasets of other atlases are picked in a table of them, which is empty here.
        picked, typed_in = f'id="f-{option.name}"', f'name="param_set:{option.name}"'
        assert (picked if option.is_name_lists else typed_in) in text
        words = [option.label, option.help, *option.choices.values()]
        words += [option.accepted] if option.is_number else []
        assert all(render(message, language) in text for message in words)
    if option.is_number and option.default is not None:
        typed = {**FORM, "param_set": {option.name: f" {option.default} "}}
        assert FilledForm.of(typed).as_dict()["param_set"] == {option.name: option.default}
    # The command line has it with its help, the page of the API a row.
    if option.name in ON_COMMAND_LINE:
        command = " ".join(parser().format_help().split())
        assert f"--{option.name.replace('_', '-')}" in command
    assert f"| `{option.name}` | {option.help} | {option.expected} |" in API.read_text("utf-8")


def test_the_form_has_a_field_per_option_and_no_other() -> None:
    assert set(ParamSet.model_fields) == {*FORM_OPTIONS, "trained_task_id"}


def test_a_declaration_and_its_words_are_all_that_name_a_hyper_parameter() -> None:
    rooms = ("graphnet", "service", "actors", "db")
    files = [
        file.relative_to(ROOT).as_posix()
        for room in rooms
        for file in (ROOT / room).rglob("*.*")
        if file.suffix in (".py", ".html", ".js", ".ftl", ".po")
        if "weight_decay" in file.read_text("utf-8")
    ]
    words = [f"graphnet/locale/{language}/options.ftl" for language in LANGUAGES]
    use = ("graphnet/training/", "graphnet/evaluation/", "graphnet/report/methods.py")
    places = [file for file in files if not file.startswith(use)]
    assert sorted(places) == sorted(["graphnet/config.py", *words])
    assert "weight_decay" in OPTIONS
