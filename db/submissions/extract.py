"""What NEURO-LEARN's ``task_result`` holds of a result: what its contract needs, and a headline.

Its message menu shows the whole of it, so it is bounded; the rest is on the service's own page,
whose address it holds.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from db.texts import json_text, plain

MOST_BYTES, MOST_BYTES_WITH_VALIDATION = 16_000, 24_000
VALIDATION = ", Val Loss:"
MOST_LINES = 200
MOST_SENTENCES, SENTENCE_CHARACTERS = 3, 160
METRICS = ("auc", "balanced_accuracy", "r2", "mae")
DIGITS = 4


def extract(task_id: str, result: Mapping[str, Any], public_url: str = "") -> str:
    """The JSON text for NEURO-LEARN of a task's result.

    ``public_url`` is where people reach the service's pages; without it the address has no host.
    """
    lines = [str(line) for line in result.get("train_epochs") or ()]
    warnings = [plain(str(sentence)) for sentence in result.get("warnings") or ()]
    shown: dict[str, Any] = {
        "train_epochs": [],
        "epochs": len(lines),
        "model_state_path": str(result.get("model_state_path", "")),
        "headline": headline(result),
        "warnings": [_short(sentence) for sentence in warnings[:MOST_SENTENCES]],
        "number_of_warnings": len(warnings),
        "page": f"{public_url}/tasks/{task_id}",
    }
    validated = any(VALIDATION in line for line in lines[:1])
    most = MOST_BYTES_WITH_VALIDATION if validated else MOST_BYTES
    return json_text({**shown, "train_epochs": _spread(lines, most - len(json_text(shown)))})


def headline(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """A few figures of the fairest split of new subjects, as in ``metrics``; None of none."""
    from graphnet.artifacts.result import TaskResult  # noqa: PLC0415 - late: the service writes
    from graphnet.evaluation.headline import unseen_splits  # noqa: PLC0415 - few results itself

    read = TaskResult.from_json(result)
    split = next(iter(unseen_splits(read)), None)
    if split is None:
        return None
    metrics = read.measured[split]
    values = {name: value for name in METRICS if isinstance(value := metrics[name], float)}
    return {
        "split": split,
        "n": metrics.n,
        **{name: round(value, DIGITS) for name, value in values.items()},
        "ci": {
            name: [round(bound, DIGITS) for bound in bounds]
            for name in values
            if (bounds := metrics.interval(name)) is not None
        },
    }


def _spread(lines: Sequence[str], room: int) -> list[str]:
    """As many as fit into ``room`` bytes, evenly spread from the first to the last."""
    longest = max((len(json.dumps(line)) + 1 for line in lines), default=1)
    number = min(len(lines), MOST_LINES, max(room // longest, 2))
    if number == len(lines):
        return list(lines)
    step = (len(lines) - 1) / (number - 1)
    return [lines[round(place * step)] for place in range(number)]


def _short(sentence: str) -> str:
    if len(sentence) <= SENTENCE_CHARACTERS:
        return sentence
    return sentence[: SENTENCE_CHARACTERS - 4].rstrip() + " ..."
