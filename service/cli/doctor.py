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
    from service.doctor.check_result import Finding

EVERY = 1000  # tasks between two lines of progress
STYLES = {"ok": "green", "warning": "yellow", "fault": "red"}


@click.command(epilog=example("sgn doctor --home ./sgn-home"))
@click.option("--home", type=FOLDER, default=None, help="The folder of an 'sgn up' to look at.")
@click.option(
    "--stored",
    is_flag=True,
    help="Look instead whether every model that was stored is still in the registry.",
)
@click.option(
    "--deep", is_flag=True, help="With --stored: read every object and compare its SHA-256."
)
@json_option
def doctor(*, home: Path | None, stored: bool, deep: bool, as_json: bool) -> int:
    """Look for what is wrong here, and say what to do.

    It looks at all that a service or a worker needs, as the SGN_ variables say. The exit status is
    0 where nothing is a fault.
    """
    if deep and not stored:
        raise click.UsageError("--deep goes with --stored.")
    from service.doctor import examination, variables  # noqa: PLC0415 - slow to import

    if home is None and not variables.is_told(os.environ):
        raise click.ClickException(
            "There is nothing to look at: set the SGN_ variables that 'sgn serve' needs, or name "
            "the folder of an 'sgn up' with --home."
        )
    if home is not None and not home.is_dir():
        raise click.ClickException(f"There is no folder {home}.")
    if stored:
        return _look_at_stored(home, deep=deep, as_json=as_json)
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


def _look_at_stored(home: Path | None, *, deep: bool, as_json: bool) -> int:
    import asyncio  # noqa: PLC0415 - slow to import

    from actors.lost import RESTORE  # noqa: PLC0415
    from actors.settings import ProcessSettingsError  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415
    from registry import RegistryError  # noqa: PLC0415
    from service.doctor.stored import look  # noqa: PLC0415
    from service.local.home import variables  # noqa: PLC0415

    told = os.environ if home is None else variables(home, os.environ)
    found: list[dict[str, str]] = []
    looked = 0

    def progress(count: int) -> None:
        nonlocal looked
        looked = count
        if count % EVERY == 0 and not as_json:
            click.echo(f"{count} tasks looked at, {len(found)} faults", err=True)

    async def walk() -> None:
        async for each in look(told, deep=deep, progress=progress):
            found.append(asdict(each))
            if not as_json:
                click.echo(f"{each.task_id}  {each.state}: {each.name}")

    logging.disable()
    try:
        asyncio.run(walk())
    except (ProcessSettingsError, DatabaseError, RegistryError, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        logging.disable(logging.NOTSET)
    if as_json:
        show_json({"sound": not found, "looked_at": looked, "stored": found})
    else:
        click.echo(f"tasks looked at: {looked}, lost or damaged objects: {len(found)}")
        click.echo(f"→ {RESTORE}" if found else "", nl=bool(found))
    return 1 if found else 0


def _show(found: Sequence["Finding"]) -> None:
    columns = [Column("State", whole=True, styles=STYLES), Column("Check", whole=True)]
    show_table([*columns, Column("Found")], [row for each in found for row in _rows(each)])
    counts = Counter(each.state.value for each in found)
    click.echo(f"\nfaults: {counts['fault']}, warnings: {counts['warning']}")


def _rows(each: "Finding") -> list[tuple[str, str, str]]:
    rows = [(each.state.value, each.check, each.found)]
    return [*rows, ("", "", f"→ {each.fix}")] if each.fix else rows
