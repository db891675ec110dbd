"""What states and figures are called on a page."""

from collections.abc import Callable, Mapping

from graphnet.figures.predicted import SPLITS
from graphnet.metric_names import OF_CLASSES, OF_SCORES

STATES = {
    "Submitted": "Waiting",
    "Running": "Running",
    "Finished": "Finished",
    "Failed": "Failed",
    "Cancelled": "Cancelled",
}
METRICS = {**OF_CLASSES, **OF_SCORES}
RULES = {
    "missing": "Missing values",
    "infinite": "Infinite values",
    "absurd": "Absurd values",
    "constant": "Constant measures",
    "broken": "Broken measures",
    "missing-edge": "Missing edges",
    "near-constant": "Columns that hardly vary",
    "clipped": "Values drawn in",
}


def names(translate: Callable[[str], str]) -> Mapping[str, Mapping[str, str]]:
    """For the templates, in one language."""
    return {
        "state_names": {state: translate(name) for state, name in STATES.items()},
        "split_names": {split: translate(name) for split, name in SPLITS.items()},
        "rule_names": {rule: translate(name) for rule, name in RULES.items()},
        "metric_names": {metric: translate(name) for metric, name in METRICS.items()},
    }
