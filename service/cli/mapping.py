"""Questions on a file: answered by options, asked on a terminal, or named in sentences."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from graphnet.messages import Message
from service.cli.commands import option
from service.cli.dataset_display import show_look
from service.cli.options import output_file, read_json, write_text
from service.cli.terminal import Failure, note, show_facts, show_heading, words, wrong_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.client import ClientError, Preview, Question, QuestionsOpen

MISSING = 404
MOST_CHOICES = 20

T = TypeVar("T")
Answers = dict[str, str]
Send = Callable[[Mapping[str, str], str], T]  # with a mapping and an upload's id, "" at first


def mapping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--map`` and ``--mapping`` to a command, as ``pairs`` and ``mapping_file``."""
    for add_option in (_mapping_option, _map_option):
        command = add_option(command)
    return command


def given_mapping(pairs: "Sequence[str]", mapping_file: IO[bytes] | None) -> Answers:
    """The answers of the options; ``--map`` takes precedence over the file."""
    answers = {} if mapping_file is None else _from_file(mapping_file)
    return {**answers, **_from_pairs(pairs)}


def settled(
    send: Send[T],
    mapping: Mapping[str, str],
    look: "Callable[[Preview], None] | None" = None,
    upload: str = "",
) -> tuple[T, Answers]:
    """Send until every question is answered.

    On a terminal the questions are asked; elsewhere they end the command, with the options to add.

    Args:
        send: sends the answers, with the id of the upload or "".
        mapping: the answers that the options gave.
        look: shows the preview, if there is one without the answers.
        upload: the id under which the service already has the file, or "".

    Returns:
        What ``send`` returned, and all answers.

    Raises:
        Failure: questions are open, and there is no terminal.

    """
    from service.client import ClientError, QuestionsOpen  # noqa: PLC0415 - httpx is slow to import

    answers = dict(mapping)
    while True:
        try:
            return send(answers, upload), answers
        except QuestionsOpen as error:
            if not can_ask():
                raise _unanswered(error, look) from error
            if error.preview is not None:
                with redirect_stdout(sys.stderr):  # stdout is for the result
                    show_look(error.preview)
            answers |= ask(error.questions, error.suggested)
            upload = error.upload
        except ClientError as error:
            if error.upload:
                raise Failure(error.message, *_upload_hint(error)) from error
            if not upload or error.status != MISSING:
                raise
            upload = ""  # the service has deleted the file by now: send it again


def can_ask() -> bool:
    """Whether questions can be asked on a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(questions: "Sequence[Question]", suggested: Mapping[str, str]) -> Answers:
    """Ask each question on the terminal; only a suggested answer is a default."""
    with redirect_stdout(sys.stderr):
        return {question.id: _ask(question, suggested.get(question.id)) for question in questions}


def unanswered(questions: "Sequence[Question]", suggested: Mapping[str, str]) -> Iterator[Message]:
    """A sentence for each question, with the options that answer it."""
    for question in questions:
        choices = [
            _choice(question.id, choice.value, words(choice.message)) for choice in question.choices
        ]
        listed, more = choices[:MOST_CHOICES], len(choices) - MOST_CHOICES
        if more > 0:
            listed.append(words(Message("cli.more-choices", count=more)))
        options = f" {words(Message('cli.or'))} ".join(listed)
        yield Message("cli.question-open", question=question.message, options=options)
    if suggested:
        options = " ".join(_option(*pair) for pair in suggested.items())
        yield Message("cli.read-before-with", options=options)


def save(file: Path | None, mapping: Mapping[str, str]) -> None:
    """Write the mapping that was used, for ``--mapping``."""
    if file is not None:
        write_text(file, json.dumps(dict(mapping), indent=2, ensure_ascii=False) + "\n")


def _unanswered(error: "QuestionsOpen", look: "Callable[[Preview], None] | None") -> Failure:
    """The error of a command without a terminal; the preview is shown first."""
    if look is not None and error.preview is not None:
        look(error.preview)
    return Failure(*unanswered(error.questions, error.suggested), *_upload_hint(error))


def _upload_hint(error: "ClientError") -> Iterator[Message]:
    """How not to send the file again."""
    if error.upload:
        yield Message("cli.upload-kept", upload=error.upload)


def _ask(question: "Question", suggested: str | None) -> str:
    show_heading(question.message)
    values = [choice.value for choice in question.choices]
    show_facts(
        (f"{place:2}", words(choice.message) or choice.value)
        for place, choice in enumerate(question.choices, 1)
    )
    default = str(values.index(suggested) + 1) if suggested in values else None
    if default:
        note(Message("cli.answered-before-with", number=default))
    while True:
        number = str(click.prompt(words(Message("cli.choice")), default=default, err=True)).strip()
        if number.isdecimal() and 1 <= int(number) <= len(values):
            return values[int(number) - 1]
        note(Message("readers.give-a-number", most=str(len(values))))


def _choice(key: str, value: str, label: str) -> str:
    return _option(key, value) + (f" ({label})" if label and label != value else "")


def _option(key: str, value: str) -> str:
    return f"--map {shlex.quote(f'{key}={value}')}"


def _from_pairs(pairs: "Sequence[str]") -> Answers:
    answers: Answers = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals):
            raise wrong_value("--map", Message("cli.map-malformed", pair=repr(pair)))
        if answers.setdefault(key, value) != value:
            raise wrong_value("--map", Message("cli.map-twice", key=key))
    return answers


def _from_file(file: IO[bytes]) -> Answers:
    answers = read_json(file)
    if not isinstance(answers, dict) or not all(
        isinstance(answer, str) for answer in answers.values()
    ):
        raise Failure(Message("cli.not-a-mapping", file=file.name))
    return answers


upload_option = option(
    "--upload",
    metavar="ID",
    default="",
    help="help.option-upload",
)
_map_option = option(
    "--map",
    "pairs",
    metavar="ID=CHOICE",
    multiple=True,
    help="help.option-map",
)
_mapping_option = option(
    "--mapping",
    "mapping_file",
    metavar="FILE.json",
    type=click.File("rb"),
    help="help.option-mapping",
)
save_option = option(
    "--save-map",
    "save_map",
    metavar="FILE.json",
    type=output_file,
    help="help.option-save-map",
)
