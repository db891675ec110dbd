"""The states of a task, as NEURO-LEARN's front end names them, and what every end writes.

An end is written in the service's own table and where NEURO-LEARN reads. Of a result that is an
extract: what its contract needs, and a headline. Its message menu shows the whole of it, so it is
bounded; the rest is on the service's own page, whose address it holds.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypedDict

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q

from db.models import Run
from db.neurolearn import Submission
from db.server.limits import fitted_error
from db.texts import json_text, plain
from graphnet.messages import Message, as_message, finished

MOST_BYTES, MOST_BYTES_WITH_VALIDATION = 16_000, 24_000
VALIDATION = ", Val Loss:"
MOST_LINES = 200
MOST_SENTENCES, SENTENCE_CHARACTERS = 3, 160
METRICS = ("auc_within_sites", "auc", "balanced_accuracy", "r2", "mae")
DIGITS = 4


class Status(StrEnum):
    """Submitted → Running → Finished or Failed; Running → Submitted when it is handed back.

    A person may cancel what has not ended.
    """

    SUBMITTED = "Submitted"
    RUNNING = "Running"
    FINISHED = "Finished"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


TERMINAL = frozenset({Status.FINISHED, Status.FAILED, Status.CANCELLED})


ERROR_CHARACTERS = 1024
MESSAGE_CHARACTERS = 16_000
SHARD_RELEASED = Message("tasks.shard-released")


class ReasonColumns(TypedDict):
    """The columns of a run that say why it ended or what it waits for."""

    error: str
    error_messages: str | None


NO_REASON: ReasonColumns = {"error": "", "error_messages": None}
# A worker that is asked to end may have handed the task back before it heard of a cancelling.
ACTIVE = Q(state__in=[Status.RUNNING.value, Status.SUBMITTED.value])


async def reason_columns(*reasons: Message | str) -> ReasonColumns:
    """The columns of a run that say why it ended or what it waits for.

    ``error`` has the English sentences, as far as it holds them; ``error_messages`` the codes and
    values, from which a page makes sentences of its own language.
    """
    messages = [as_message(reason) for reason in reasons]
    sentence = await fitted_error(" ".join(map(str, messages)))
    return {"error": sentence[:ERROR_CHARACTERS], "error_messages": _coded(messages)}


def read_reasons(run: Run) -> tuple[Message, ...]:
    """The messages that :func:`reason_columns` wrote, also those of an older version."""
    if run.error_messages:
        return tuple(Message.from_json(stored) for stored in json.loads(run.error_messages))
    return (finished(run.error),) if run.error else ()


def _coded(messages: Sequence[Message]) -> str | None:
    """None where the sentence says as much, or where it would be too long or is no JSON."""
    if all(message == finished(str(message)) for message in messages):
        return None
    try:
        text = json_text([message.as_dict() for message in messages])
    except ValueError:  # a value that is not a number
        return None
    return text if len(text) <= MESSAGE_CHARACTERS else None


async def end_runs(
    runs: Any, status: Status, now: int, reason: ReasonColumns = NO_REASON, **more: Any
) -> int:
    """End those of these runs that have not ended; returns how many.

    ``reason`` is what :func:`reason_columns` gave.
    """
    return int(
        await runs.update(
            state=status.value,
            lease_token="",
            finished_at=now,
            version=F("version") + 1,
            **reason,
            **more,
        )
    )


async def sync_submission(
    task_id: str, status: Status, connection: BaseDBAsyncClient, result: str | None = None
) -> None:
    """Write the state where NEURO-LEARN reads it, and an extract of the result.

    Of a task that failed that is a sentence, which is made harmless there.
    """
    row = Submission.filter(task_id=task_id).using_db(connection)
    if result is None:
        await row.update(task_status=status.value)
        return
    text = plain(result) if status == Status.FAILED else result
    await row.update(task_status=status.value, task_result=text)


async def release_shards(task_id: str, now: int, connection: BaseDBAsyncClient) -> None:
    """Release the shards of a task whose results will not be gathered.

    They are selected first: to update by an index locks MySQL's gap where new runs are written.
    """
    open_shards = Run.filter(ACTIVE, part_of=task_id, cancel_at=0).using_db(connection)
    ids = list(await open_shards.values_list("task_id", flat=True))
    if not ids:
        return
    shards = Run.filter(task_id__in=ids).using_db(connection)
    reason = await reason_columns(SHARD_RELEASED)
    await end_runs(shards.filter(state=Status.SUBMITTED.value), Status.CANCELLED, now, reason)
    await shards.filter(ACTIVE).update(cancel_at=now)


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
