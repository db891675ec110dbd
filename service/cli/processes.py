"""The commands that start the service's own processes; none of them talks to a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from graphnet.messages import Message
from service.cli.commands import command, option
from service.cli.options import example, json_option
from service.cli.task_display import shown_progress
from service.cli.terminal import Failure, chosen_language, note, show_json

OURS = ("service", "actors", "db", "registry", "graphnet")
FOLDER = click.Path(file_okay=False, resolve_path=True, path_type=Path)


@contextmanager
def _dependencies() -> Iterator[None]:
    """Name the package to install: the plain one lacks what workers and ``sgn up`` need."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in OURS:
            raise
        raise Failure(Message("cli.package-missing", package=error.name)) from error


@command(epilog=example("sgn up --home ./sgn-home --open"), help="help.command-up")
@option(
    "--home",
    type=FOLDER,
    metavar="DIR",
    default="sgn-home",
    show_default=True,
    help="help.option-up-home",
)
@option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=7014,
    show_default=True,
    metavar="N",
    help="help.option-port",
)
@option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="help.option-host"
)
@option("--open", "open_browser", is_flag=True, help="help.option-open")
@option(
    "--until-stdin-ends",
    "exit_on_stdin_eof",
    is_flag=True,
    help="help.option-until-stdin-ends",
)
def up(*, home: Path, port: int, host: str, open_browser: bool, exit_on_stdin_eof: bool) -> int:
    """Start the whole service on this machine; Ctrl-C stops it."""
    with _dependencies():
        from service.local.up import run  # noqa: PLC0415

        return run(
            *(home, host, port),
            open_browser=open_browser,
            exit_on_stdin_eof=exit_on_stdin_eof,
            language=chosen_language(),
        )


@command(epilog=example("sgn demo --home ./demo-home"), help="help.command-demo")
@option(
    "--home",
    type=FOLDER,
    metavar="DIR",
    default=None,
    help="help.option-demo-home",
)
def demo(home: Path | None) -> int:
    """Show a training, from data to result."""
    with _dependencies():
        from service.local.demo import run  # noqa: PLC0415

        return run(home, shown_progress, chosen_language())


@command(
    epilog=example("SGN_DATABASE_URL=… SGN_REDIS_URL=… SGN_REGISTRY_URL=… sgn serve"),
    help="help.command-serve",
)
def serve() -> int:
    """Run the HTTP process, configured by the SGN_ variables."""
    with _dependencies():
        from service.serve import run  # noqa: PLC0415

        return run(chosen_language())


@command(
    epilog=example("SGN_DATABASE_URL=… SGN_REDIS_URL=… SGN_REGISTRY_URL=… sgn worker"),
    help="help.command-worker",
)
def worker() -> int:
    """Run a worker process, configured by the SGN_ variables."""
    with _dependencies():
        from service.local.processes import run_worker  # noqa: PLC0415

        return run_worker(chosen_language())


@command(epilog=example("SGN_DATABASE_URL=… sgn migrate"), help="help.command-migrate")
@option(
    "--to",
    default="",
    metavar="NUMBER",
    help="help.option-to",
)
@option(
    "--new-installation",
    "renewed",
    is_flag=True,
    help="help.option-new-installation",
)
@option(
    "--installation-id",
    "chosen",
    default=None,
    metavar="ID",
    help="help.option-installation-id",
)
@json_option
def migrate(*, to: str, renewed: bool, chosen: str | None, as_json: bool) -> int:
    """Migrate the database to this version."""
    with _dependencies():
        from service.local.processes import run_migration  # noqa: PLC0415

        ids: list[str] = []
        wanted = "" if renewed and chosen is None else chosen
        status = run_migration(to, wanted, ids.append, chosen_language())
    if status != 0:
        return status
    if as_json:
        installation = ids[0] if ids else None
        show_json({"migrated": True, "to": to or None, "installation": installation})
    elif ids:
        note(Message("local.installation-id", id=ids[0]))
    return status
