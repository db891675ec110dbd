"""Which kind of file it is, and who reads it."""

from pathlib import Path

from graphnet.data.dataset import Dataset
from graphnet.readers.inquiry import Inquiry


def read_kind(path: Path, inquiry: Inquiry, most: int) -> Dataset | None:
    """Read a file or folder by its content; None where a question must be answered first."""
    raise NotImplementedError
