"""What states and figures are called on a page."""

from collections.abc import Callable, Mapping

STATES = {
    "Submitted": "Waiting",
    "Running": "Running",
    "Finished": "Finished",
    "Failed": "Failed",
    "Cancelled": "Cancelled",
}
METRICS = {
    "n": "Subjects",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auc": "AUC",
    "brier": "Brier score",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "r2": "R²",
    "pearson": "Pearson's r",
    "spearman": "Spearman's ρ",
}


def names(translate: Callable[[str], str]) -> Mapping[str, Mapping[str, str]]:
    """For the templates, in one language."""
    return {
        "state_names": {state: translate(name) for state, name in STATES.items()},
        "metric_names": {metric: translate(name) for metric, name in METRICS.items()},
    }
