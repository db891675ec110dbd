"""``sgn worker``: a Dramatiq worker process with the settings that this installation needs."""

import os
import sys

from dramatiq import cli

from actors.log_context import start_log
from actors.settings import JSON, ProcessSettings, ProcessSettingsError
from actors.tracing import check_installed

ARGUMENTS = (
    "actors.worker:make_broker",
    "--processes=1",
    "--threads=1",
    # A running training hands its task back after the epoch it is in.
    "--worker-shutdown-timeout=30000",
)


def run() -> int:
    """Be the worker's master until it is asked to end; the exit status."""
    try:
        settings = ProcessSettings.from_environment(os.environ)
        if settings.traces:
            check_installed()
    except ProcessSettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    if settings.log_format == JSON:
        start_log(JSON)  # else Dramatiq sets up its own lines of text
    asked = cli.make_argument_parser().parse_args(ARGUMENTS)  # type: ignore[no-untyped-call]
    return int(cli.main(asked))  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(run())
