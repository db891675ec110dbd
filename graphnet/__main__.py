"""Train from local files: ``python -m graphnet --train A.csv --test B.csv --out DIR``.

The command line alone; ``graphnet.command.train_files`` does it.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from graphnet.catalogue import MODELS
from graphnet.command.command_line import CommandLine, parsed
from graphnet.command.terminal import RunEnded, ended_by_signal, tell
from graphnet.config import OPTIONS, options_in
from graphnet.errors import GraphnetError, system_reason
from graphnet.messages import ENGLISH, LANGUAGES, Message, every, render, rendered
from graphnet.options import GROUPS, Option, group_label
from graphnet.training.progress import REPORT

# There are no workers to share the folds with, and atlases are files.
ON_COMMAND_LINE = set(OPTIONS) - {"fan_out", "atlases"}


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 0 on success, 1 with one sentence a problem on stderr.

    A run that a signal ends keeps the model if that is trained, and returns 128 and the number.
    """
    given = parsed(parser, arguments)
    try:
        with ended_by_signal():
            return _train(given)
    except RunEnded as ended:  # before there was anything to keep
        tell(Message("progress.ended-nothing-kept"), given.lang)
        return 128 + ended.number


def _train(given: argparse.Namespace) -> int:
    # Torch takes seconds, which --help should not.
    from graphnet.command.train_files import ShownRun, train, write, write_model  # noqa: PLC0415

    run = ShownRun(given.lang)
    try:
        outcome = train(given, run)
        with run.progress.step(REPORT):
            write(outcome, given)
    except RunEnded as ended:
        tell(write_model(run, given.out), given.lang)
        return 128 + ended.number
    except GraphnetError as error:
        print(*rendered(error.messages, given.lang), sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        file, reason = str(error.filename), system_reason(error)
        tell(Message("readers.file-unusable", file=file, reason=reason), given.lang)
        return 1
    return 0


def parser(language: str = ENGLISH) -> CommandLine:
    """The options of the command line, with their help in ``language``."""
    line = CommandLine(language, prog="python -m graphnet", description=Message("help.train"))
    several_files = {"nargs": "+", "type": Path, "metavar": "FILE"}
    folder = {"type": Path, "metavar": "DIR"}
    number = {"type": partial(_positive, language=language), "metavar": "N", "default": 1}
    models = Message("help.train-model", models=every(MODELS))

    add = partial(line.add, line.options)
    add("--train", Message("help.train-train"), required=True, **several_files)
    add("--val", Message("help.train-val"), default=[], **several_files)
    add("--test", Message("help.train-test"), default=[], **several_files)
    add("--out", Message("help.train-out"), required=True, **folder)
    add("--parent", Message("help.train-parent"), **folder)
    add("--parent-train", Message("help.train-parent-train"), default=[], **several_files)
    atlases = {**several_files, "action": "append", "default": [], "dest": "other_atlases"}
    add("--atlases", Message("help.train-atlases"), **atlases)
    add("--model", models, default="")
    add("--device", Message("help.train-device"), default="auto")
    add("--threads", Message("help.train-threads"), **number)
    add("--atlas", Message("help.train-atlas"), type=Path, metavar="NAME|FILE")
    mapping = {"action": "append", "default": [], "metavar": "[FILE:]ID=CHOICE"}
    add("--map", Message("help.train-map"), **mapping)
    add("--lang", Message("help.train-lang"), choices=LANGUAGES)
    for group in GROUPS:
        options = [option for option in options_in(group) if option.name in ON_COMMAND_LINE]
        if options:
            section = line.group(group_label(group))
            for option in options:
                _add(line, section, option)
    return line


def _positive(text: str, language: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            render(Message("help.not-a-number", value=repr(text)), language)
        )
    if int(text) < 1:
        raise argparse.ArgumentTypeError(render(Message("help.positive"), language))
    return int(text)


def _add(line: CommandLine, section: "argparse._ArgumentGroup", option: Option) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    if option.is_flag:
        line.add(section, flag, option.help, action=argparse.BooleanOptionalAction)
    else:
        kind = partial(_typed, option, language=line.language)
        line.add(section, flag, option.help, option.accepted, type=kind)


def _typed(option: Option, text: str, language: str) -> Any:
    """The value of an option; whether it is in range is said with all else that is wrong.

    Raises argparse.ArgumentTypeError where the text is no number and the option is one.
    """
    if option.is_names:
        return option.parse(text)
    try:
        return option.type(text)
    except ValueError:
        known = {"value": repr(text), "expected": option.expected}
        refusal = (
            Message("help.not-accepted", **known)
            if option.default is None
            else Message("help.not-accepted-default", default=f"{option.default:g}", **known)
        )
        raise argparse.ArgumentTypeError(render(refusal, language)) from None


if __name__ == "__main__":
    sys.exit(main())
