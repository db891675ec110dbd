"""What came of a task as its page tells it: the figure that matters, tables, drawings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from actors.lost import lost
from db.states import Status
from db.tasks import TaskRecord
from graphnet import figures
from graphnet.figures.importance import region_titles
from graphnet.figures.predictions import predicted_splits
from graphnet.messages import Message
from graphnet.names import method_name, metric_name, split_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import with_interval
from graphnet.report.summary import by_chance, comparison, leading_metric, worse_than
from graphnet.report.tables import (
    Table,
    baseline_table,
    cohort_table,
    metric_table,
    quality_table,
    settings_table,
    site_tables,
)
from graphnet.training.history import History
from registry import RegistryError
from service.http.responses import ApiError
from service.routes.evidence import facts_of
from service.state import state_of
from service.stores.task_views import full_view

Words = Callable[[Message | str], str]
Json = Mapping[str, Any]

WHERE = {
    "test": Message("outcome.on-test"),
    "cv": Message("outcome.in-cross-validation"),
    "leave_site_out": Message("outcome.at-left-out-sites"),
    "val": Message("outcome.on-validation"),
    "train": Message("outcome.on-training"),
}
CHOSE_THE_EPOCH = Message("outcome.on-validation-chose-epoch")


def headline(facts: Facts) -> dict[str, Any]:
    """The metric that says most about new subjects; {} where there is none."""
    metrics = facts.headline_metrics
    if metrics is None:
        return {}
    name = leading_metric(facts)
    if metrics[name] is None:
        name = "mae" if facts.is_regression else "accuracy"
    chose = facts.headline == "val" and facts.epoch_chosen
    where = WHERE.get(facts.headline, split_name(facts.headline))
    return {
        "label": metric_name(name),
        "figure": with_interval(metrics, name),
        "where": CHOSE_THE_EPOCH if chose else where,
        "n": metrics.n,
        "chance": by_chance(facts),
        "seen_in_training": _seen_in_training(facts),
        "better": [method_name(name) for name in worse_than(facts)],
        "helps": facts.result.graph_helps,
    }


def tables(facts: Facts) -> dict[str, Table]:
    """Tables by name; titles and cells are text or messages."""
    return {
        "metrics": metric_table(facts),
        "settings": settings_table(facts),
        "baselines": baseline_table(facts),
        "quality": quality_table(facts),
        "cohorts": cohort_table(facts),
    }


def by_site(facts: Facts) -> list[tuple[Message, Table]]:
    """Metrics by site for splits of more than one."""
    return site_tables(facts)


def drawings(facts: Facts, words: Words) -> dict[str, Markup]:
    """Figures by name; "" for what cannot be drawn."""
    drawn = {"curves": curve(facts.result.history, facts.result.selected_epoch, words)}
    drawn["comparison"] = _drawn(comparison(facts, words))
    if facts.evidence is None:
        return drawn
    drawn["importance"] = _drawn(figures.importance(facts.evidence, words=words))
    if facts.is_regression:
        drawn["scatter"] = _drawn(figures.scatter(facts.evidence, words))
        return drawn
    drawn["roc"] = _drawn(figures.roc(facts.evidence, words))
    drawn["calibration"] = _drawn(figures.calibration(facts.evidence, words))
    matrix = facts.headline_metrics.confusion if facts.headline_metrics else None
    drawn["confusion"] = _drawn(figures.confusion(matrix or (), facts.class_titles, words))
    return drawn


def curve(history: History, selected: int | None, words: Words) -> Markup:
    """Loss and accuracy over the epochs."""
    return _drawn(figures.curves(history, selected, words))


def family(chain: Sequence[Json], words: Words) -> Markup:
    """From the first ancestor to the task itself; "" where it has none."""
    return _drawn(figures.lineage(chain, words)) if len(chain) > 1 else Markup()


def splits(facts: Facts) -> dict[str, Message]:
    """The splits with predictions, the fairest first, with their names."""
    evidence = facts.evidence
    return {split: split_name(split) for split in predicted_splits(evidence)} if evidence else {}


def has_picture(facts: Facts) -> bool:
    """Whether the regions were drawn in a brain."""
    return facts.glass_brain is not None


def regions(facts: Facts, most: int = 10) -> list[str]:
    """The most important ones by name."""
    importance = (facts.evidence or {}).get("importance")
    if not importance or facts.evidence is None:
        return []
    share = importance["share"]
    order = sorted(range(len(share)), key=lambda place: -share[place])[:most]
    names = region_titles(facts.evidence)
    return [names[place] for place in order]


def _seen_in_training(facts: Facts) -> int:
    """How many of the subjects the model was trained on, where they should be new."""
    return 0 if facts.headline == "train" else facts.seen_in_training(facts.headline)


def _drawn(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - drawn by us, with all words escaped


async def read_facts(request: Request, task: TaskRecord) -> tuple[Facts, list[Message | str]]:
    """What there is, and sentences for what is missing.

    A storage that is silent or damaged takes nothing else from a page.
    """
    alone = Facts((await full_view(task)).as_dict(), None, None, None)
    wrong: list[str] = []
    state = state_of(request)
    if await state.lost_models.is_lost(state.artifacts, task):
        wrong.append(lost(task.task_id))
    if task.task_status != Status.FINISHED:
        return alone, [*wrong]
    try:
        facts = await facts_of(request, task, wrong)
    except (ApiError, RegistryError) as error:
        return alone, [str(error)]
    return facts, [*dict.fromkeys(wrong)] or [*facts.missing]
