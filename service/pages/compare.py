"""Several tasks side by side: what differs in how they were trained, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from graphnet import figures
from graphnet.artifacts.metrics import UNKNOWN
from graphnet.artifacts.result import BySplit
from graphnet.evaluation.headline import (
    FAIREST,
    seen_in_training,
    shared_by_leakage,
)
from graphnet.messages import Message, joined, render
from graphnet.names import ACROSS, CLASS_METRICS, SCORE_METRICS, method_name, metric_name
from graphnet.options import typed_names
from graphnet.report.facts import Facts
from graphnet.report.tables import metric_cell, signed, with_interval
from service.api.comparison_view import FEWEST_COMPARED, MOST_COMPARED
from service.http.responses import ApiError, answer_language
from service.pages import choices
from service.pages.outcome import read_facts
from service.pages.site import page
from service.pages.together import Sum, shown_sums
from service.routes.compare import tasks_of
from service.state import state_of
from service.stores.comparison import Comparison, compared_names
from service.stores.together import Evaluated

LONGEST = 26  # letters beside a figure
DATA = ("train_data", "val_data", "test_data")


class Line(NamedTuple):
    """A row: what it is, a text per task, and whether these differ."""

    name: str | Message
    cells: list[str | Message]
    differs: bool


class Pair(NamedTuple):
    """First minus second on the subjects new to both; figures None with a ``reason``."""

    first: str
    second: str
    n: int
    reason: Message | None
    figures: list[str]


@dataclass(frozen=True)
class Section:
    """The tasks on one split: metrics, metrics of the simple methods, and a figure."""

    split: str
    metrics: Sequence[Line]
    baselines: Sequence[Line]
    drawn: Markup


@dataclass(frozen=True)
class Compared:
    """The chosen tasks side by side.

    ``names`` tell them apart, ``wrong`` says what of them is lost or damaged, ``pairs`` are by
    split those of tasks on the same subjects, ``sums`` what each two say together.
    """

    facts: Sequence[Facts]
    names: Sequence[str]
    wrong: Sequence[Message]
    inputs: Sequence[Line]
    sections: Sequence[Section]
    pairs: Sequence[tuple[str, list[Pair]]]
    sums: Sequence[Sum]


async def show(request: Request) -> Response:
    """What to compare, and the comparison of what was chosen."""
    named = list(
        dict.fromkeys(task_id for task_id in request.query_params.getlist("task") if task_id)
    )
    listed = await choices.comparable(request, named)
    compared, problem = None, None
    if len(named) >= FEWEST_COMPARED:
        try:
            compared = await _compared(request, named)
        except ApiError as error:
            problem = error.message
    return page(
        request,
        "compare.html",
        compared=compared,
        problem=problem,
        titles_of={
            split: [metric_name(name) for name in compared_names(split)]
            for split in (ACROSS, *FAIREST)
        },
        listed=listed,
        chosen=named,
        fewest=FEWEST_COMPARED,
        most=MOST_COMPARED,
    )


async def _compared(request: Request, named: Sequence[str]) -> Compared:
    state = state_of(request)
    with state.admission.comparison():
        tasks = await tasks_of(request, named)
        read = [await read_facts(request, task) for task in tasks]
        facts = [compared for compared, _ in read]
        evaluated = [Evaluated(str(own.task["task_id"]), own.evidence, own.result) for own in facts]
        pairs = await state.comparison_cache.compared(evaluated)
    called = dict(zip((task.task_id for task in evaluated), _called(facts), strict=True))
    return Compared(
        facts,
        list(called.values()),
        wrong=[name for one, missing in read for name in missing if name not in one.missing],
        inputs=[*_data(facts, answer_language(request)), *_settings(facts)],
        sections=[
            Section(
                split,
                _metrics(facts, split),
                _baselines(facts, split),
                _drawn(facts, split, answer_language(request)),
            )
            for split in _splits(facts)
        ],
        pairs=[
            (split, _pairs(called, pairs.differences[split], compared_names(split)))
            for split in (ACROSS, *FAIREST)
            if split in pairs.differences and split != "train"
        ],
        sums=shown_sums(pairs.together, called),
    )


def _settings(facts: Sequence[Facts]) -> list[Line]:
    """Settings of training and evaluation, as they were in the end."""
    settings = [{**one.settings.as_dict(), **vars(one.evaluation)} for one in facts]
    return [_line(name, [one[name] for one in settings]) for name in settings[0]]


def _data(facts: Sequence[Facts], language: str) -> list[Line]:
    named = [
        _line(
            name, [joined(choices.names(one.config.get(name)), language) or None for one in facts]
        )
        for name in DATA
    ]
    parents = [one.task.get("parent_task_id") for one in facts]
    return [*named, _line("parent_task_id", parents)]


def _line(name: str | Message, values: Sequence[Any]) -> Line:
    cells = ["—" if value is None else _cell(value) for value in values]
    return Line(name, cells, len(set(cells)) > 1)


def _cell(value: Any) -> str | Message:
    if isinstance(value, (list, tuple)):
        return typed_names(value)
    return value if isinstance(value, str | Message) else str(value)


def _splits(facts: Sequence[Facts]) -> list[str]:
    """Those first whose subjects are new to all models."""
    return shared_by_leakage([seen_in_training(one.result, one.evidence) for one in facts])


def _metrics(facts: Sequence[Facts], split: str) -> list[Line]:
    """Metrics with intervals; of classes, of scores, or of both."""
    metrics = [one.metrics.get(split) for one in facts]
    names = [
        name
        for name in dict.fromkeys((*CLASS_METRICS, *SCORE_METRICS))
        if name == "n" or any(measured and name in measured for measured in metrics)
    ]
    lines = [
        _line(metric_name(name), [metric_cell(measured, name) for measured in metrics])
        for name in names
    ]
    return lines if split == "train" else [*lines[:1], _seen(facts, split), *lines[1:]]


def _seen(facts: Sequence[Facts], split: str) -> Line:
    """How many of the subjects were used for training; a dash if it is unknown."""
    counts = [seen_in_training(one.result, one.evidence).get(split) for one in facts]
    return _line(Message("report.of-these-seen"), counts)


def _leading(facts: Sequence[Facts], split: str) -> str:
    """What all tasks can be compared by: the AUC; within left-out sites, if each has it; or R²."""
    names = {one.leading(one.metrics[split]) for one in facts if split in one.metrics}
    return names.pop() if len(names) == 1 else "auc"


def _baselines(facts: Sequence[Facts], split: str) -> list[Line]:
    """AUC, or R² of a score, of the simple methods."""
    name = _leading(facts, split)
    baselines = [one.result.baselines for one in facts]
    methods = dict.fromkeys(method for by_method in baselines for method in by_method)
    return [
        _line(method_name(method), [_of(by_method, method, split, name) for by_method in baselines])
        for method in methods
    ]


def _of(baselines: Mapping[str, BySplit], method: str, split: str, name: str) -> str:
    metrics = baselines.get(method, {}).get(split)
    return with_interval(metrics, "r2" if metrics and "r2" in metrics else name)


def _drawn(facts: Sequence[Facts], split: str, language: str) -> Markup:
    """Each task's AUC on a split, or R² where all predict a score."""
    scores = all(one.is_regression for one in facts)
    name = _leading(facts, split)
    rows = [
        figures.Row.of(_short(called), one.metrics.get(split), name)
        for called, one in zip(_called(facts), facts, strict=True)
    ]
    title, reference = render(metric_name(name), language), 0.0 if scores else 0.5
    drawn = figures.on_screens(figures.forest, rows, title, reference=reference, language=language)
    return Markup(drawn)  # noqa: S704 - drawn by us, with all words escaped


def _called(facts: Sequence[Facts]) -> list[str]:
    """What each task is called beside the others: by its name, with its id where two share that."""
    names = [str(one.task["task_name"] or one.task["task_id"]) for one in facts]
    return [
        f"{name} ({one.task['task_id']})" if names.count(name) > 1 else name
        for name, one in zip(names, facts, strict=True)
    ]


def _short(name: str) -> str:
    """Its end tells two of one name apart."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 8]}…{name[-7:]}"


def _pairs(
    called: Mapping[str, str],
    comparisons: dict[str, dict[str, Comparison]],
    names: Sequence[str],
) -> list[Pair]:
    return [
        Pair(
            called[first],
            called[second],
            comparison.n,
            comparison.reason,
            [signed(comparison.differences.get(name, UNKNOWN)) for name in names],
        )
        for first, seconds in comparisons.items()
        for second, comparison in seconds.items()
    ]
