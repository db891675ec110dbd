"""``sgn doctor``: what is wrong here, and what to do about it."""

import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message
from service.cli.commands import command, option
from service.cli.options import example, json_option
from service.cli.processes import FOLDER
from service.cli.terminal import (
    Column,
    Failure,
    WrongUsage,
    chosen_language,
    failure_of,
    note,
    say,
    show_json,
    show_table,
    words,
)

if TYPE_CHECKING:
    from service.doctor.checks import CheckResult

EVERY = 1000  # tasks between two lines of progress
STATES = {
    "ok": Message("doctor.state-ok"),
    "warning": Message("doctor.state-warning"),
    "fault": Message("doctor.state-fault"),
}
STYLES: Mapping[Message | str, str] = {
    STATES["ok"]: "green",
    STATES["warning"]: "yellow",
    STATES["fault"]: "red",
}


@command(epilog=example("sgn doctor --home ./sgn-home"), help="help.command-doctor")
@option("--home", metavar="DIR", type=FOLDER, default=None, help="help.option-doctor-home")
@option(
    "--stored",
    is_flag=True,
    help="help.option-doctor-stored",
)
@option("--deep", is_flag=True, help="help.option-deep")
@json_option
def doctor(*, home: Path | None, stored: bool, deep: bool, as_json: bool) -> int:
    """Look for what is wrong here, and say what to do."""
    if deep and not stored:
        raise WrongUsage(Message("doctor.deep-without-stored"))
    from service.doctor import examination  # noqa: PLC0415 - slow to import

    if home is None and not examination.is_told(os.environ):
        raise Failure(Message("doctor.nothing-to-examine"))
    if home is not None and not home.is_dir():
        raise Failure(Message("doctor.no-folder", folder=str(home)))
    if stored:
        return _look_at_stored(home, deep=deep, as_json=as_json)
    logging.disable()  # what is wrong is said once, in words
    try:
        results = examination.examine(os.environ, home)
    finally:
        logging.disable(logging.NOTSET)
    sound = examination.is_sound(results)
    if as_json:
        language = chosen_language()
        show_json({"sound": sound, "checks": [result.as_dict(language) for result in results]})
    else:
        _show(results)
    return 0 if sound else 1


def _look_at_stored(home: Path | None, *, deep: bool, as_json: bool) -> int:
    import asyncio  # noqa: PLC0415 - slow to import

    from actors.settings import ProcessSettingsError  # noqa: PLC0415
    from db.server.errors import DatabaseError  # noqa: PLC0415
    from registry import RegistryError  # noqa: PLC0415
    from service.doctor.storage import stored_faults  # noqa: PLC0415
    from service.environment import home_variables  # noqa: PLC0415

    settings = os.environ if home is None else home_variables(home, os.environ)
    faults: list[dict[str, str]] = []
    looked = 0

    def progress(count: int) -> None:
        nonlocal looked
        looked = count
        if count % EVERY == 0 and not as_json:
            note(Message("doctor.tasks-examined", count=count, faults=len(faults)))

    async def walk() -> None:
        async for fault in stored_faults(settings, deep=deep, progress=progress):
            faults.append(asdict(fault))
            if not as_json:
                values = {"task": fault.task_id, "state": fault.state, "object": fault.name}
                say(Message("doctor.stored-fault", **values))

    logging.disable()
    try:
        asyncio.run(walk())
    except (ProcessSettingsError, DatabaseError, RegistryError, OSError) as error:
        raise failure_of(error) from error
    finally:
        logging.disable(logging.NOTSET)
    if as_json:
        show_json({"sound": not faults, "looked_at": looked, "stored": faults})
    else:
        _show_stored(looked, len(faults))
    return 1 if faults else 0


def _show_stored(looked: int, faults: int) -> None:
    from registry.store import RESTORE  # noqa: PLC0415 - slow to import

    say(Message("doctor.stored-totals", count=looked, faults=faults))
    if faults:
        click.echo(f"→ {words(RESTORE)}")


def _show(results: Sequence["CheckResult"]) -> None:
    columns = [
        Column(Message("doctor.state"), whole=True, styles=STYLES),
        Column(Message("doctor.check"), whole=True),
        Column(Message("doctor.found")),
    ]
    show_table(columns, [row for result in results for row in _rows(result)])
    counts = Counter(result.state.value for result in results)
    totals = Message("doctor.totals", faults=counts["fault"], warnings=counts["warning"])
    click.echo(f"\n{words(totals)}")


def _rows(result: "CheckResult") -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [(STATES[result.state.value], result.check, result.found)]
    return [*rows, ("", "", f"→ {words(result.fix)}")] if result.fix else rows
