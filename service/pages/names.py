"""What states and figures are called on a page."""

from collections.abc import Callable, Mapping

from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES
from graphnet.figures.classification import SPLITS
from service.reading_words import COVARIATES, EDGES, ORIENTATIONS, SEPARATORS, TRIANGLES

STATES = {
    "Submitted": "Waiting",
    "Running": "Running",
    "Finished": "Finished",
    "Failed": "Failed",
    "Cancelled": "Cancelled",
    "Success": "Success",  # of this service's predecessor
}
METRICS = {**OF_CLASSES, **OF_SCORES}
RULES = {
    "missing": "Missing values",
    "infinite": "Infinite values",
    "absurd": "Absurd values",
    "constant": "Constant measures",
    "broken": "Broken measures",
    "missing-edge": "Missing edges",
    "missing-region": "Missing regions",
    "near-constant": "Columns that hardly vary",
    "clipped": "Values drawn in",
}
DATASET_STATES = {  # beside "ready", which goes without saying
    "unread": "No worker has read it yet.",
    "asks": "Questions on it are open.",
    "refused": "It cannot be read as subjects and regions.",
}
READING = {**EDGES, **TRIANGLES, **SEPARATORS, **COVARIATES, **ORIENTATIONS}


def names(translate: Callable[[str], str]) -> Mapping[str, Mapping[str, str]]:
    """For the templates, in one language."""
    return {
        "state_names": {state: translate(name) for state, name in STATES.items()},
        "split_names": {split: translate(name) for split, name in SPLITS.items()},
        "rule_names": {rule: translate(name) for rule, name in RULES.items()},
        "dataset_states": {state: translate(said) for state, said in DATASET_STATES.items()},
        "reading_names": {code: translate(name) for code, name in READING.items()},
        "metric_names": {metric: translate(name) for metric, name in METRICS.items()},
    }
