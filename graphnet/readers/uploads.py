"""What the service still asks for; files are read by :mod:`graphnet.readers.reading`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 256_000_000


def read_upload(body: bytes, name: str = "", most: int = MOST_BYTES) -> tuple[str, "pd.DataFrame"]:
    """No longer: a worker reads files."""
    raise NotImplementedError
