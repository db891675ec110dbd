"""Train from local files: ``python -m graphnet --train A.csv --test B.csv --out DIR``.

The command line alone; ``graphnet.train_files`` does it.
"""

import argparse
import os
import sys
from pathlib import Path

from graphnet.catalogue import MODELS
from graphnet.config import OPTIONS, options_in
from graphnet.errors import GraphnetError, system_reason
from graphnet.messages import LANGUAGES, Message, language_in, render, rendered
from graphnet.options import GROUPS, Option, group_label
from graphnet.terminal import RunEnded, ended_by_signal
from graphnet.training.progress import REPORT

ON_COMMAND_LINE = set(OPTIONS) - {"fan_out"}  # there are no workers to share the folds with


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 0 on success, 1 with one sentence a problem on stderr.

    A run that a signal ends keeps the model if that is trained, and returns 128 and the number.
    """
    given = parser().parse_args(arguments)
    given.lang = given.lang or language_in(os.environ)
    try:
        with ended_by_signal():
            return _train(given)
    except RunEnded as ended:  # before there was anything to keep
        _tell(Message("progress.ended-nothing-kept"), given.lang)
        return 128 + ended.number


def _train(given: argparse.Namespace) -> int:
    # Torch takes seconds, which --help should not.
    from graphnet.train_files import ShownRun, train, write, write_model  # noqa: PLC0415

    run = ShownRun(given.lang)
    try:
        outcome = train(given, run)
        with run.progress.step(REPORT):
            write(outcome, given)
    except RunEnded as ended:
        _tell(write_model(run, given.out), given.lang)
        return 128 + ended.number
    except GraphnetError as error:
        print(*rendered(error.messages, given.lang), sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        file, reason = str(error.filename), system_reason(error)
        _tell(Message("readers.file-unusable", file=file, reason=reason), given.lang)
        return 1
    return 0


def _tell(message: Message, language: str) -> None:
    print(render(message, language), file=sys.stderr)  # noqa: T201


def parser() -> argparse.ArgumentParser:
    """The options of the command line, with their help in English."""
    command_line = argparse.ArgumentParser(
        prog="python -m graphnet",
        description="Train a brain-network classifier from files and folders, without any service.",
    )
    command_line.add_argument("--train", nargs="+", type=Path, required=True, metavar="FILE")
    command_line.add_argument("--val", nargs="+", type=Path, default=[], metavar="FILE")
    command_line.add_argument("--test", nargs="+", type=Path, default=[], metavar="FILE")
    command_line.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="gets model.safetensors, manifest.json, result.json, evidence.json and report.html",
    )
    command_line.add_argument(
        "--parent", type=Path, metavar="DIR", help="fine-tune the model in this folder"
    )
    command_line.add_argument("--model", default="", help=f"one of {', '.join(MODELS)}")
    command_line.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:0")
    command_line.add_argument(
        "--threads",
        type=_positive,
        default=1,
        metavar="N",
        help="threads on a CPU; each number rounds otherwise, 1 (the default) as a worker does",
    )
    command_line.add_argument(
        "--atlas",
        type=Path,
        metavar="NAME|FILE",
        help="an atlas such as aal90, or a table of region, x, y, z in millimetres; by default the "
        "atlas that the regions' names say",
    )
    command_line.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="[FILE:]ID=CHOICE",
        help="answers a question that a file asks, such as class.positive=SZ; may be repeated",
    )
    command_line.add_argument(
        "--lang",
        choices=LANGUAGES,
        help="the language of the output and of the report; by default the environment's",
    )
    for group in GROUPS:
        options = [option for option in options_in(group) if option.name in ON_COMMAND_LINE]
        if options:
            section = command_line.add_argument_group(str(group_label(group)))
            for option in options:
                _add(section, option)
    return command_line


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _add(section: "argparse._ArgumentGroup", option: Option) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    help_text = str(option.help).replace("%", "%%")
    if option.is_flag:
        section.add_argument(flag, action=argparse.BooleanOptionalAction, help=help_text)
    else:
        text = f"{help_text} {option.accepted}"
        section.add_argument(flag, type=option.parse if option.is_names else option.type, help=text)


if __name__ == "__main__":
    sys.exit(main())
