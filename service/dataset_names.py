"""What a dataset is called: after its file, without its endings."""

import re

ENDINGS = (
    *("csv", "tsv", "tab", "txt", "dat", "1d", "json", "npz", "npy", "mat", "h5", "hdf5"),
    *("xlsx", "xls", "ods", "dta", "sav", "zsav", "parquet", "arrow", "feather", "zip", "gz"),
)
_ENDED = re.compile(rf"(.+?)(\.({'|'.join(ENDINGS)}))+", re.IGNORECASE | re.DOTALL)


def named_after(file: str) -> str:
    """The name for the dataset of a file: the file's own without its endings, as ``.csv.gz``."""
    found = _ENDED.fullmatch(file)
    return found[1] if found else file
