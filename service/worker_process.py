"""``sgn worker``: a Dramatiq worker process with the settings that this house needs."""

import os
import sys

COMMAND = (
    sys.executable,
    "-m",
    "dramatiq",
    "actors.worker:make_broker",
    "--processes=1",
    "--threads=1",
    # A running training hands its task back after the epoch it is in.
    "--worker-shutdown-timeout=30000",
)


def run() -> int:
    """Become the worker process; never returns unless it cannot be started."""
    os.execv(COMMAND[0], COMMAND)  # noqa: S606 - no shell, our own command


if __name__ == "__main__":
    sys.exit(run())
