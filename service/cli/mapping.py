"""Questions on a file: answered by options, asked on a terminal, or named in sentences."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from service.cli.described import show_look
from service.cli.files import output_file, take_home
from service.cli.terminal import note, show_facts, show_heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.client import ClientError, Preview, Question, QuestionsOpen

MISSING = 404
MOST_CHOICES = 20

T = TypeVar("T")
Answers = dict[str, str]
Send = Callable[[Mapping[str, str], str], T]  # with a mapping and an upload's id, "" at first


def mapping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--map`` and ``--mapping``, as ``pairs`` and ``mapping_file``."""
    for option in (_mapping_option, _map_option):
        command = option(command)
    return command


def given_mapping(pairs: "Sequence[str]", mapping_file: IO[bytes] | None) -> Answers:
    """The answers of the options; one of ``--map`` goes before that of the file."""
    found = {} if mapping_file is None else _from_file(mapping_file)
    return {**found, **_from_pairs(pairs)}


def settled(
    send: Send[T],
    mapping: Mapping[str, str],
    look: "Callable[[Preview], None] | None" = None,
    upload: str = "",
) -> tuple[T, Answers]:
    """What ``send`` gives once every question is answered, and all the answers.

    On a terminal the questions are asked; elsewhere they end the command, with what to add to it.
    ``look`` is given the preview that there is without answers. ``upload`` is what the service has
    of the file already.
    """
    from service.client import ClientError, QuestionsOpen  # noqa: PLC0415 - httpx is slow to import

    answers = dict(mapping)
    while True:
        try:
            return send(answers, upload), answers
        except QuestionsOpen as error:
            if not can_ask():
                raise _unasked(error, look) from error
            if error.preview is not None:
                with redirect_stdout(sys.stderr):  # a result is what goes to stdout
                    show_look(error.preview)
            answers |= ask(error.questions, error.suggested)
            upload = error.upload
        except ClientError as error:
            if error.upload:
                raise click.ClickException("\n".join([str(error), *_again(error)])) from error
            if not upload or error.status != MISSING:
                raise
            upload = ""  # the service has forgotten the file meanwhile: it is sent again


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(questions: "Sequence[Question]", suggested: Mapping[str, str]) -> Answers:
    """Ask each question on the terminal; nothing but a suggested answer is a default."""
    with redirect_stdout(sys.stderr):
        return {each.id: _asked(each, suggested.get(each.id)) for each in questions}


def unanswered(questions: "Sequence[Question]", suggested: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each question, with the options that answer it."""
    for question in questions:
        choices = [_choice(question.id, each.value, each.label) for each in question.choices]
        more = len(choices) - MOST_CHOICES
        listed = choices[:MOST_CHOICES] + ([f"{more} more choices"] if more > 0 else [])
        yield f"{question.sentence} Add {' or '.join(listed)}."
    if suggested:
        options = " ".join(_option(*pair) for pair in suggested.items())
        yield f"A file that looked the same was read with {options}."


def save(file: Path | None, mapping: Mapping[str, str]) -> None:
    """Write the mapping that was used, for ``--mapping``."""
    if file is not None:
        take_home(file, json.dumps(dict(mapping), indent=2, ensure_ascii=False) + "\n")


def _unasked(
    error: "QuestionsOpen", look: "Callable[[Preview], None] | None"
) -> click.ClickException:
    """The end of a command that has nobody to ask; a ``look`` at what there is comes first."""
    if look is not None and error.preview is not None:
        look(error.preview)
    sentences = [*unanswered(error.questions, error.suggested), *_again(error)]
    return click.ClickException("\n".join(sentences))


def _again(error: "ClientError") -> Iterator[str]:
    """How the file need not be sent again."""
    if error.upload:
        yield f"With --upload {error.upload} the file is not sent again, for an hour."


def _asked(question: "Question", suggested: str | None) -> str:
    show_heading(question.sentence)
    values = [choice.value for choice in question.choices]
    show_facts(
        (f"{place:2}", choice.label or choice.value)
        for place, choice in enumerate(question.choices, 1)
    )
    default = values.index(suggested) + 1 if suggested in values else None
    if default:
        note(f"A file that looked the same was answered with {default}.")
    number = click.prompt("Choice", type=click.IntRange(1, len(values)), default=default, err=True)
    return values[number - 1]


def _choice(key: str, value: str, label: str) -> str:
    return _option(key, value) + (f" ({label})" if label and label != value else "")


def _option(key: str, value: str) -> str:
    return f"--map {shlex.quote(f'{key}={value}')}"


def _from_pairs(pairs: "Sequence[str]") -> Answers:
    found: Answers = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals):
            raise click.BadParameter(f"{pair!r} is not of the form ID=CHOICE.", param_hint="--map")
        if found.setdefault(key, value) != value:
            raise click.BadParameter(f"{key} is answered twice.", param_hint="--map")
    return found


def _from_file(file: IO[bytes]) -> Answers:
    try:
        found = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}.") from error
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise click.ClickException(
            f"{file.name} must hold one JSON object of texts, such as --save-map writes."
        )
    return found


upload_option = click.option(
    "--upload",
    metavar="ID",
    default="",
    help="The service has FILE already, under this id: it is not sent again.",
)
_map_option = click.option(
    "--map",
    "pairs",
    metavar="ID=CHOICE",
    multiple=True,
    help="Say how the file is meant, such as class.positive=SZ; may be repeated.",
)
_mapping_option = click.option(
    "--mapping",
    "mapping_file",
    metavar="FILE.json",
    type=click.File("rb"),
    help="The same from a file that --save-map has written.",
)
save_option = click.option(
    "--save-map",
    "save_map",
    metavar="FILE.json",
    type=output_file,
    help="Write how the file was meant, for the next one that looks the same.",
)
