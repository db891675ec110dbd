"""The words for splits, metrics, methods, quality rules and how a file was read. Torch-free.

Each has one table here. A name that is not in its table, as a newer or an older version may store
it, is shown as it is.
"""

from collections.abc import Mapping, Sequence

from graphnet.artifacts.fine_tuning import POOLED
from graphnet.messages import Message, finished

SPLITS = ("train", "val", "test", "cv", "leave_site_out")
ACROSS = "across"  # of a comparison: test subjects and those of folds together
CLASS_METRICS = (
    "n",
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "auc_within_sites",
    "auc",
    "brier",
    "brier_base",
    "brier_scaled",
    "calibration_slope",
    "calibration_intercept",
    "calibration_error",
)
SCORE_METRICS = ("n", "mae", "rmse", "r2", "pearson", "spearman")
METHODS = (
    "majority",
    "logistic_regression",
    "svm_linear",
    "svm_rbf",
    "mean",
    "ridge",
    "no_edge",
    "covariates",
    "site",
    "parent",
    "parent_moved",
    "tuned",
    "scratch",
)
PREVIEW_COLUMNS = ("subject", "class", "score", "site")  # the first, so far as there are
STATUSES = ("Submitted", "Running", "Finished", "Failed", "Cancelled", "Success")
RULES = (
    "missing",
    "infinite",
    "absurd",
    "constant",
    "broken",
    "missing-edge",
    "missing-region",
    "near-constant",
    "clipped",
)


def split_name(split: str) -> Message:
    """Such as "Test"."""
    return _named("split", split, (*SPLITS, ACROSS))


def status_name(status: str) -> Message:
    """The state of a task, such as "Finished"; the last of the table is the predecessor's word."""
    return Message(f"names.status-{status}") if status in STATUSES else finished(status)


def metric_name(metric: str) -> Message:
    """Such as "Balanced accuracy"."""
    return _named("metric", metric, (*CLASS_METRICS, *SCORE_METRICS))


def people(subjects: int | None, scans: int) -> str | Message:
    """How many subjects these scans are of; ``subjects`` is None where each is another's."""
    if subjects is None:
        return str(scans)
    return Message("names.subjects-with-scans", subjects=subjects, scans=scans)


def method_name(method: str) -> Message:
    """What a baseline is called, such as "Linear SVM"."""
    if method.endswith(POOLED):
        return Message("names.method-pooled", method=method_name(method.removesuffix(POOLED)))
    return _named("method", method, METHODS)


def preview_column(column: str, place: int) -> Message:
    """What the column at ``place`` of a preview, from 0, is called; others as in the file."""
    first = PREVIEW_COLUMNS if place < len(PREVIEW_COLUMNS) else ()
    return Message(f"names.preview-{column}") if column in first else finished(column)


def rule_name(rule: str) -> Message:
    """What a quality rule looks for, such as "Missing values"."""
    return _named("rule", rule, RULES)


def rule_help(rule: str, stored: str = "") -> Message:
    """What a quality rule does, in one sentence; the ``stored`` one of a rule that is not known."""
    return Message(f"names.rule-{rule}-help") if rule in RULES else finished(stored)


def rule_sentences() -> dict[str, str]:
    """What each quality rule does, in English, for a result and for the API."""
    return {rule: str(rule_help(rule)) for rule in RULES}


def class_name(names: Mapping[int, str], label: int, *, title: bool = False) -> Message:
    """A class within a sentence, "class SZ (1)" or "class 1"; or as a title, "SZ (1)"."""
    start = "title-class" if title else "class"
    name = names.get(label, str(label))
    if name == str(label):
        return Message(f"names.{start}-numbered", number=str(label))
    return Message(f"names.{start}-named", name=name, number=str(label))


# Of an interpretation, by its codes: what a file was read as.
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


def _named(kind: str, name: str, table: tuple[str, ...]) -> Message:
    if name in table:
        return Message(f"names.{kind}-{name}")
    return finished(name.replace("_", " "))
