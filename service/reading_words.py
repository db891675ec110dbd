"""What the codes of an interpretation are called, for the command and the pages."""

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
