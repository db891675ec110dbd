"""What each two tasks say together, as the page of a comparison shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphnet.artifacts.metrics import UNKNOWN, WITHIN_SITES, Estimates, SplitMetrics
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.evaluation.fusion import BRIER
from graphnet.messages import Message
from graphnet.names import metric_name, split_name
from graphnet.report.tables import count, signed, with_interval
from service.stores.together import FIRST, SECOND, TOGETHER, Together

NAMES = ("auc", "balanced_accuracy", "accuracy", BRIER)


class Row(NamedTuple):
    """Who is judged, on how many subjects, and a figure per metric."""

    title: Message
    subjects: str | Message
    figures: list[str]


@dataclass(frozen=True)
class Sum:
    """Two tasks together on a split; ``rows`` are () with a reason."""

    title: Message
    metrics: Sequence[Message]
    rows: Sequence[Row]
    counts: Message
    reason: Message | None
    notes: Sequence[Message]


def shown_sums(together: Sequence[Together], called: Mapping[str, str]) -> list[Sum]:
    """Each pair on each split; ``called`` are the tasks by id."""
    return [_sum(added, called[added.first], called[added.second]) for added in together]


def _sum(added: Together, first: str, second: str) -> Sum:
    metrics = (WITHIN_SITES, *NAMES) if added.split == LEAVE_SITE_OUT else NAMES
    names = {"first": first, "second": second}
    counts = {name: getattr(added, name) for name in ("n", "only_first", "only_second", "left_out")}
    return Sum(
        Message("api.together-of", split=split_name(added.split), **names),
        [metric_name(name) for name in metrics],
        [] if added.reason else list(_rows(added, names, metrics)),
        Message("api.together-counts", **counts, **names),
        added.reason,
        added.notes,
    )


def _rows(added: Together, names: Mapping[str, str], metrics: Sequence[str]) -> list[Row]:
    titles = {
        TOGETHER: Message("api.together"),
        FIRST: Message("api.together-alone", name=names["first"]),
        SECOND: Message("api.together-alone", name=names["second"]),
    }
    rows = [_measured(title, added.metrics[name], metrics) for name, title in titles.items()]
    number = count(added.metrics[TOGETHER])
    for name in (FIRST, SECOND):
        title = Message("api.together-minus", name=names[name])
        rows.append(Row(title, number, _signed(added.differences[name], metrics)))
    if added.everybody is not None:
        rows.append(_measured(Message("api.together-everybody"), added.everybody, metrics))
    return rows


def _measured(title: Message, found: SplitMetrics, metrics: Sequence[str]) -> Row:
    return Row(title, count(found), [with_interval(found, name) for name in metrics])


def _signed(found: Estimates, metrics: Sequence[str]) -> list[str]:
    return [signed(found.get(name, UNKNOWN)) for name in metrics]
