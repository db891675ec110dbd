"""What a dataset is called: after its file, and in forms with or without ``.csv``.

NEURO-LEARN calls a dataset as its file is called, ``.csv`` included; here one is called without.
"""

import re
from collections.abc import Iterable

CSV = ".csv"
LONGEST = 64  # characters, as NEURO-LEARN's column has them


def other_way(name: str) -> str:
    """The same name with ``.csv`` where it has none, without where it has; "" where none can be."""
    other = name.removesuffix(CSV) if name.endswith(CSV) else name + CSV
    return other if len(other) <= LONGEST else ""


def other_ways(names: Iterable[str]) -> dict[str, str]:
    """The other way to write each of these names, where there is one."""
    return {name: other for name in names if (other := other_way(name))}


ENDINGS = (
    *("csv", "tsv", "tab", "txt", "dat", "1d", "json", "npz", "npy", "mat", "h5", "hdf5"),
    *("xlsx", "xls", "ods", "dta", "sav", "zsav", "parquet", "arrow", "feather", "zip", "gz"),
)
_ENDED = re.compile(rf"(.+?)(\.({'|'.join(ENDINGS)}))+", re.IGNORECASE | re.DOTALL)


RESERVED = (".", "..")  # which no address can have for a name: a client leaves them out


def named_after(file: str) -> str:
    """The name for the dataset of a file: the file's own without its endings, as ``.csv.gz``."""
    found = _ENDED.fullmatch(file)
    name = found[1] if found else file
    return "" if name in RESERVED else name
