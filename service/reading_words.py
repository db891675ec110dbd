"""What the codes of an interpretation are called, for the command and the pages."""

from collections.abc import Sequence

EDGES = {
    "z": "Fisher's z",
    "r": "Pearson's r, stored as Fisher's z",
    "counts": "counts",
    "other": "weights of another kind, stored as they are",
}
TRIANGLES = {
    "full": "whole matrices",
    "upper": "upper triangles",
    "lower": "lower triangles",
    "pairs": "a column per pair of regions",
    "series": "correlated from time series",
}
SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", " ": "blanks", "|": "bars"}
COVARIATES = {"numeric": "numeric", "categorical": "categorical"}
ORIENTATIONS = {"points x regions": "points x regions", "regions x points": "regions x points"}


def measures_of_file(measures: Sequence[str], *, connectome: bool | None) -> Sequence[str]:
    """The measures by name; () where they are but the rows of a connectome, a name each region."""
    is_rows = bool(connectome) and all(name.startswith("FC_") for name in measures)
    return () if is_rows else measures
