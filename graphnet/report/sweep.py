"""What a sweep compared, as a table and in sentences."""

from dataclasses import dataclass

from graphnet.artifacts.sweep import Candidate, SweepResult
from graphnet.messages import Message
from graphnet.names import metric_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import NOTHING, figure, signed_figure
from graphnet.report.tables import Row, Table

TITLE = Message("report.sweep-title")


@dataclass(frozen=True)
class SweepSection:
    """The sentences about a sweep, and what its table shows."""

    told: list[Message]
    caption: Message
    title: Message = TITLE

    @classmethod
    def of(cls, facts: Facts) -> "SweepSection | None":
        """None of a task that is no sweep."""
        sweep = facts.result.sweep
        if sweep is None:
            return None
        caption = Message(
            "report.sweep-caption",
            metric=metric_name(sweep.metric),
            inner=sweep.inner_folds,
            folds=sweep.folds,
        )
        return cls(sweep_told(sweep), caption)


def sweep_told(sweep: SweepResult) -> list[Message]:
    """How many were tried, and what the best one's figure is worth."""
    values = {
        "tried": sweep.tried,
        "metric": metric_name(sweep.metric),
        "figure": figure(sweep.figure),
    }
    if sweep.nested is None or sweep.optimism is None:
        return [Message("report.sweep-not-nested", **values)]
    told = Message("report.sweep-told", **values, nested=figure(sweep.nested))
    if sweep.optimism <= 0:
        optimism = signed_figure(sweep.optimism)
        return [told, Message("report.sweep-no-optimism", optimism=optimism)]
    corrected = figure(sweep.corrected)
    optimism = figure(sweep.optimism)
    return [told, Message("report.sweep-optimism", optimism=optimism, corrected=corrected)]


def sweep_table(facts: Facts) -> Table:
    """All candidates, the best first; without rows of a task that is no sweep."""
    sweep = facts.result.sweep
    candidates = [] if sweep is None else sweep.candidates
    names = list(candidates[0].settings) if candidates else []
    titles: Row = [
        Message("report.sweep-rank"),
        *names,
        Message("report.sweep-figure"),
        Message("report.sweep-in-folds"),
        Message("report.sweep-chosen"),
    ]
    return Table(titles, [_row(rank, each) for rank, each in enumerate(candidates, start=1)])


def _row(rank: int, candidate: Candidate) -> Row:
    values = [NOTHING if each is None else str(each) for each in candidate.settings.values()]
    failed = candidate.reason is not None and candidate.figure is None
    return [
        str(rank),
        *values,
        Message("report.sweep-failed", reason=candidate.reason)
        if failed
        else figure(candidate.figure),
        figure(candidate.in_folds),
        str(candidate.chosen),
    ]
