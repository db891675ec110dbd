"""What people call splits, metrics, methods and quality rules: the one table of each. Torch-free.

A name that is not in a table, as a newer or an older version may store it, is shown as it is.
"""

from collections.abc import Mapping

from graphnet.artifacts.pooled import POOLED
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


def method_name(method: str) -> Message:
    """What a baseline is called, such as "Linear SVM"."""
    if method.endswith(POOLED):
        return Message("names.method-pooled", method=method_name(method.removesuffix(POOLED)))
    return _named("method", method, METHODS)


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


def _named(kind: str, name: str, table: tuple[str, ...]) -> Message:
    if name in table:
        return Message(f"names.{kind}-{name}")
    return finished(name.replace("_", " "))
