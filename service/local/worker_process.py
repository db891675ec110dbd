"""``sgn worker``: a Dramatiq worker process with the settings that this installation needs."""

import os
import sys

from dramatiq import cli

from actors.monitoring.context import check_installed, start_log
from actors.settings import JSON, ProcessSettings, ProcessSettingsError
from graphnet.messages import language_in, render

ARGUMENTS = (
    "actors.worker:make_broker",
    "--processes=1",
    "--threads=1",
    # A running training hands its task back after the epoch it is in.
    "--worker-shutdown-timeout=30000",
)


def run(language: str = "") -> int:
    """Be the worker's master until it is asked to end; the exit status.

    What is wrong with its settings is printed in ``language``, by default the environment's.
    """
    try:
        settings = ProcessSettings.from_environment(os.environ)
        if settings.traces:
            check_installed()
    except ProcessSettingsError as error:
        sentence = render(error.message, language or language_in(os.environ))
        print(sentence, file=sys.stderr)  # noqa: T201
        return 1
    if settings.log_format == JSON:
        start_log(JSON)  # else Dramatiq sets up its own lines of text
    arguments = cli.make_argument_parser().parse_args(ARGUMENTS)  # type: ignore[no-untyped-call]
    return int(cli.main(arguments))  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(run())
