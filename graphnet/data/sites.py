"""Where a dataset was measured, if no column says so."""

import re

DATED = re.compile(r"(?P<site>[A-Za-z0-9]+)_[0-9]{6}_.*")


def site_of(name: str) -> str:
    """The first part of a dataset's name where that is dated (``A_181210_…``), else the name."""
    match = DATED.fullmatch(name)
    return match["site"] if match else name
