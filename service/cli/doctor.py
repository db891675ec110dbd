"""``sgn doctor``: what is wrong here, and what to do about it."""

import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message, render
from service.cli.options import example, json_option, language_option
from service.cli.processes import FOLDER
from service.cli.terminal import Column, show_json, show_table

if TYPE_CHECKING:
    from service.doctor.check_result import CheckResult

EVERY = 1000  # tasks between two lines of progress
STYLES = {"ok": "green", "warning": "yellow", "fault": "red"}
STATES = {
    "ok": Message("doctor.state-ok"),
    "warning": Message("doctor.state-warning"),
    "fault": Message("doctor.state-fault"),
}


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
@language_option
@json_option
def doctor(*, home: Path | None, stored: bool, deep: bool, language: str, as_json: bool) -> int:
    """Look for what is wrong here, and say what to do.

    It looks at all that a service or a worker needs, as the SGN_ variables say. The exit status is
    0 where nothing is a fault.
    """
    if deep and not stored:
        raise click.UsageError(render(Message("doctor.deep-without-stored"), language))
    from service.doctor import examination  # noqa: PLC0415 - slow to import

    if home is None and not examination.is_told(os.environ):
        raise click.ClickException(render(Message("doctor.nothing-to-examine"), language))
    if home is not None and not home.is_dir():
        raise click.ClickException(render(Message("doctor.no-folder", folder=str(home)), language))
    if stored:
        return _look_at_stored(home, deep=deep, language=language, as_json=as_json)
    logging.disable()  # what is wrong is said once, in words
    try:
        found = examination.examine(os.environ, home)
    finally:
        logging.disable(logging.NOTSET)
    sound = examination.is_sound(found)
    if as_json:
        show_json({"sound": sound, "checks": [each.as_dict(language) for each in found]})
    else:
        _show(found, language)
    return 0 if sound else 1


def _look_at_stored(home: Path | None, *, deep: bool, language: str, as_json: bool) -> int:
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
            so_far = Message("doctor.tasks-examined", count=count, faults=len(found))
            click.echo(render(so_far, language), err=True)

    async def walk() -> None:
        async for each in look(told, deep=deep, progress=progress):
            found.append(asdict(each))
            if not as_json:
                values = {"task": each.task_id, "state": each.state, "object": each.name}
                click.echo(render(Message("doctor.stored-fault", **values), language))

    logging.disable()
    try:
        asyncio.run(walk())
    except (ProcessSettingsError, DatabaseError, RegistryError, OSError) as error:
        raise click.ClickException(_sentence(error, language)) from error
    finally:
        logging.disable(logging.NOTSET)
    if as_json:
        show_json({"sound": not found, "looked_at": looked, "stored": found})
    else:
        totals = Message("doctor.stored-totals", count=looked, faults=len(found))
        click.echo(render(totals, language))
        click.echo(f"→ {render(RESTORE, language)}" if found else "", nl=bool(found))
    return 1 if found else 0


def _sentence(error: Exception, language: str) -> str:
    message = getattr(error, "message", None)
    return render(message, language) if isinstance(message, Message) else str(error)


def _show(found: Sequence["CheckResult"], language: str) -> None:
    states = {state: render(message, language) for state, message in STATES.items()}
    styles = {states[state]: style for state, style in STYLES.items()}
    columns = [
        Column(render(Message("doctor.state"), language), whole=True, styles=styles),
        Column(render(Message("doctor.check"), language), whole=True),
        Column(render(Message("doctor.found"), language)),
    ]
    show_table(columns, [row for each in found for row in _rows(each, states, language)])
    counts = Counter(each.state.value for each in found)
    totals = Message("doctor.totals", faults=counts["fault"], warnings=counts["warning"])
    click.echo(f"\n{render(totals, language)}")


def _rows(
    each: "CheckResult", states: Mapping[str, str], language: str
) -> list[tuple[str, str, str]]:
    rows = [(states[each.state.value], each.check, render(each.found, language))]
    return [*rows, ("", "", f"→ {render(each.fix, language)}")] if each.fix else rows
