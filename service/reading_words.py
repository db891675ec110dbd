"""What the codes of an interpretation are called, for the command and the pages."""

from collections.abc import Sequence

from graphnet.messages import Message

EDGES = {
    "z": Message("reading.edges-z"),
    "r": Message("reading.edges-r"),
    "counts": Message("reading.edges-counts"),
    "other": Message("reading.edges-other"),
}
TRIANGLES = {
    "full": Message("reading.triangle-full"),
    "upper": Message("reading.triangle-upper"),
    "lower": Message("reading.triangle-lower"),
    "pairs": Message("reading.triangle-pairs"),
    "series": Message("reading.triangle-series"),
}
SEPARATORS = {
    "\t": Message("reading.tabs"),
    ",": Message("reading.commas"),
    ";": Message("reading.semicolons"),
    " ": Message("reading.blanks"),
    "|": Message("reading.bars"),
}
COVARIATES = {
    "numeric": Message("reading.numeric"),
    "categorical": Message("reading.categorical"),
}
ORIENTATIONS = {
    "points x regions": Message("reading.points-by-regions"),
    "regions x points": Message("reading.regions-by-points"),
}


def measures_of_file(measures: Sequence[str], *, connectome: bool | None) -> Sequence[str]:
    """The measures by name; () where they are but the rows of a connectome, a name each region."""
    is_rows = bool(connectome) and all(name.startswith("FC_") for name in measures)
    return () if is_rows else measures
