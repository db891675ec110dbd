"""What each two tasks say together, as ``sgn compare`` prints it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from graphnet.artifacts.metrics import UNKNOWN, WITHIN_SITES
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.messages import Message
from graphnet.names import metric_name, split_name
from service.cli.task_display import metric_cell
from service.cli.terminal import Column, note, say, show_heading, show_table

if TYPE_CHECKING:
    from graphnet.artifacts.metrics import Estimate, SplitMetrics
    from service.api.comparison_view import TogetherView

NAMES = ("balanced_accuracy", "brier")


def show_sums(sums: Sequence["TogetherView"], called: Mapping[str, str]) -> None:
    """A table per pair and split; ``called`` are the tasks by id."""
    if sums:
        show_heading(Message("api.together"))
        say(Message("cli.together-how"))
    for added in sums:
        names = {"first": called[added.first], "second": called[added.second]}
        show_heading(Message("api.together-of", split=split_name(added.split), **names))
        counts = {
            name: getattr(added, name) for name in ("n", "only_first", "only_second", "left_out")
        }
        say(Message("api.together-counts", **counts, **names))
        if added.reason is None:
            _show_figures(added, names)
        for sentence in (added.reason, *added.notes):
            if sentence is not None:
                note(sentence)


def _show_figures(added: "TogetherView", names: Mapping[str, str]) -> None:
    leading = WITHIN_SITES if added.split == LEAVE_SITE_OUT else "auc"
    metrics = (leading, *NAMES)
    titles = (Message("cli.together-who"), *map(metric_name, ("n", *metrics)))
    show_table(
        [Column(titles[0]), Column(titles[1], spare=True), *map(Column, titles[2:])],
        _rows(added, names, metrics),
    )


def _rows(
    added: "TogetherView", names: Mapping[str, str], metrics: Sequence[str]
) -> Iterable[tuple[Message | str, ...]]:
    measured = added.measured
    yield _measured(Message("api.together"), measured.get("together"), metrics)
    for place, name in names.items():
        yield _measured(Message("api.together-alone", name=name), measured.get(place), metrics)
    for place, name in names.items():
        apart = added.difference(place)
        cells = (_signed(apart.get(metric, UNKNOWN)) for metric in metrics)
        number = metric_cell(measured.get("together"), "n")
        yield (Message("api.together-minus", name=name), number, *cells)
    if added.measured_of_all is not None:
        yield _measured(Message("api.together-everybody"), added.measured_of_all, metrics)


def _measured(
    title: Message, found: "SplitMetrics | None", metrics: Sequence[str]
) -> tuple[Message | str, ...]:
    return (title, *(metric_cell(found, name) for name in ("n", *metrics)))


def _signed(difference: "Estimate") -> str:
    from graphnet.report.tables import KEPT, signed  # noqa: PLC0415 - brings numpy

    return signed(difference).replace(KEPT, " ")
