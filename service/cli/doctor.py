"""``sgn doctor``: what is wrong here, and what to do about it."""

import logging
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import example, json_option
from service.cli.processes import FOLDER
from service.cli.terminal import Column, show_json, show_table

if TYPE_CHECKING:
    from service.doctor.finding import Finding

STYLES = {"ok": "green", "warning": "yellow", "fault": "red"}


@click.command(epilog=example("sgn doctor --home ./sgn-home"))
@click.option("--home", type=FOLDER, default=None, help="The folder of an 'sgn up' to look at.")
@json_option
def doctor(*, home: Path | None, as_json: bool) -> int:
    """Look for what is wrong here, and say what to do.

    It looks at all that a service or a worker needs, as the SGN_ variables say. The exit status is
    0 where nothing is a fault.
    """
    from service.doctor import examination, variables  # noqa: PLC0415 - slow to import

    if home is None and not variables.is_told(os.environ):
        raise click.ClickException(
            "There is nothing to look at: set the SGN_ variables that 'sgn serve' needs, or name "
            "the folder of an 'sgn up' with --home."
        )
    if home is not None and not home.is_dir():
        raise click.ClickException(f"There is no folder {home}.")
    logging.disable()  # what is wrong is said once, in words
    try:
        found = examination.examine(os.environ, home)
    finally:
        logging.disable(logging.NOTSET)
    sound = examination.is_sound(found)
    if as_json:
        show_json({"sound": sound, "checks": [asdict(each) for each in found]})
    else:
        _show(found)
    return 0 if sound else 1


def _show(found: Sequence["Finding"]) -> None:
    columns = [Column("State", whole=True, styles=STYLES), Column("Check", whole=True)]
    show_table([*columns, Column("Found")], [row for each in found for row in _rows(each)])
    counts = Counter(each.state.value for each in found)
    click.echo(f"\nfaults: {counts['fault']}, warnings: {counts['warning']}")


def _rows(each: "Finding") -> list[tuple[str, str, str]]:
    rows = [(each.state.value, each.check, each.found)]
    return [*rows, ("", "", f"→ {each.fix}")] if each.fix else rows
