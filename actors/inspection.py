"""What a worker would train on here, as JSON: ``python -m actors.inspection auto yes``.

A process of its own, so that who asks need not have torch.
"""

import json
import os
import sys
from typing import Any

from actors.settings import yes_or_no


def inspect(wanted: str, *, fallback: bool) -> dict[str, Any]:
    """The versions, and the device or why there is none as messages; torch is None if absent."""
    try:
        import torch  # noqa: PLC0415 - it may be absent
    except ModuleNotFoundError:
        return {"torch": None}
    from graphnet.errors import SettingsError  # noqa: PLC0415
    from graphnet.training.devices import (  # noqa: PLC0415
        choose,
        driver_version,
        memory,
    )

    versions = {
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "driver": driver_version() or None,
    }
    try:
        choice = choose(wanted, os.environ, fallback=fallback)
    except SettingsError as error:
        return {**versions, "errors": [message.as_dict() for message in error.messages]}
    total = memory(choice.device).get("total")
    return {
        **versions,
        "device": choice.name,
        "warning": choice.warning.as_dict() if choice.warning else None,
        "memory": total,
    }


if __name__ == "__main__":
    print(json.dumps(inspect(sys.argv[1], fallback=yes_or_no(sys.argv[2]))))  # noqa: T201
