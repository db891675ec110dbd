"""The result of a task as its page shows it: headline, tables, drawings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request

from db.queue.states import Status
from db.submissions.tasks import TaskRecord
from graphnet import figures
from graphnet.artifacts.metrics import GraphHelps
from graphnet.figures.predictions import predicted_splits
from graphnet.messages import Message
from graphnet.names import method_name, split_name
from graphnet.options import typed_names
from graphnet.report.confounds import (
    Alone,
    alone,
    associations_table,
    covariates_table,
    heterogeneity_table,
    sees_covariates,
    strata_table,
)
from graphnet.report.facts import Facts
from graphnet.report.performance import baseline_table, comparison, metric_table, site_tables
from graphnet.report.subjects import cohort_table, quality_table
from graphnet.report.summary import (
    LeadingMetric,
    by_chance,
    cautions,
    grave,
    leading_metric,
    offered_form,
    simple_offer,
    unkept_method,
    worse_than,
)
from graphnet.report.tables import Table
from graphnet.report.training import (
    learning_curve_table,
    settings_table,
    sweep_table,
    tuning,
    tuning_table,
)
from graphnet.training.history import History
from registry import RegistryError
from registry.store import lost
from service.http.responses import ApiError
from service.routes.stored import facts_of
from service.state import state_of
from service.stores.views import full_view

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Headline:
    """The leading metric of a result and what limits it.

    ``chance`` says that chance could explain it; ``seen_in_training`` is how many of the subjects,
    who should be new, the model was trained on; ``better`` are the methods that performed better on
    the same subjects; ``alone`` is what covariates or the site alone predict, ``grave`` what nobody
    may miss, ``cautions`` what else limits the metric; ``tuning`` says whether a fine-tuning
    helped. ``offer`` says that a simple method does as well, and ``offer_query`` fills in the form
    that trains it; ``unkept`` says that another is better and cannot be kept. ``sees`` says which
    covariates the model sees.
    """

    metric: LeadingMetric
    chance: Message | None
    seen_in_training: int
    better: Sequence[Message]
    helps: GraphHelps | None
    alone: Sequence[Alone] = ()
    tuning: Sequence[Message] = ()
    offer: Message | None = None
    offer_query: str = ""
    unkept: Message | None = None
    sees: Message | None = None
    grave: Sequence[Message] = ()
    cautions: Sequence[Message] = ()

    @classmethod
    def of(cls, facts: Facts) -> "Headline | None":
        """None where there are no metrics."""
        metric = leading_metric(facts)
        if metric is None:
            return None
        split, offer = facts.headline, simple_offer(facts)
        return cls(
            metric,
            chance=by_chance(facts),
            seen_in_training=0 if split == "train" else facts.seen_in_training(split),
            better=[method_name(method) for method in worse_than(facts)],
            helps=facts.result.graph_helps,
            alone=alone(facts),
            tuning=tuning(facts),
            offer=offer,
            offer_query="" if offer is None else _query(offered_form(facts)),
            unkept=unkept_method(facts),
            sees=sees_covariates(facts),
            grave=grave(facts),
            cautions=cautions(facts),
        )


def _query(form: Json) -> str:
    """The fields of a form as the query that fills in the page of a new task."""
    plain = {name: value for name, value in form.items() if name != "param_set"}
    named = {f"param_set:{name}": _typed(value) for name, value in form["param_set"].items()}
    return urlencode({**plain, **named}, doseq=True)


def _typed(value: Any) -> str:
    """A setting as somebody would type it."""
    if isinstance(value, bool):
        return str(value).lower()
    return typed_names(value) if isinstance(value, (list, tuple)) else str(value)


@dataclass(frozen=True)
class Tables:
    """The tables of a result; their titles and cells are text or messages."""

    metrics: Table
    settings: Table
    baselines: Table
    quality: Table
    cohorts: Table
    sites: Sequence[tuple[Message, Table]]
    covariates: Table
    associations: Table
    strata: Table
    heterogeneity: Table
    tuning: Table
    growth: Table
    sweep: Table

    @classmethod
    def of(cls, facts: Facts) -> "Tables":
        """Without rows where nothing is stored."""
        return cls(
            metric_table(facts),
            settings_table(facts),
            baseline_table(facts),
            quality_table(facts),
            cohort_table(facts),
            site_tables(facts),
            covariates_table(facts),
            associations_table(facts),
            strata_table(facts),
            heterogeneity_table(facts),
            tuning_table(facts),
            learning_curve_table(facts),
            sweep_table(facts),
        )


async def read_facts(request: Request, task: TaskRecord) -> tuple[Facts, list[Message]]:
    """What is stored, and what is missing.

    A storage that is silent or damaged takes nothing else from a page.
    """
    alone = Facts((await full_view(task)).as_dict(), None, None, None)
    wrong: list[Message] = []
    state = state_of(request)
    if await state.lost_models.is_lost(state.artifacts, task):
        wrong.append(lost(task.task_id))
    if task.task_status != Status.FINISHED:
        return alone, wrong
    try:
        facts = await facts_of(request, task, wrong)
    except ApiError as error:
        return alone, [error.message]
    except RegistryError as error:
        return alone, [error.message]
    return facts, list(dict.fromkeys(wrong)) or facts.missing


def drawings(facts: Facts, language: str) -> dict[str, Markup]:
    """Drawings by name; "" for one that cannot be drawn."""
    drawn = {
        "curves": _epochs(facts, language),
        "comparison": _drawn(comparison, facts, language),
    }
    if facts.result.learning_curve is not None:
        drawn["growth"] = _drawn(figures.by_subjects, facts.result.learning_curve, language)
    evidence = facts.predictions
    if evidence is None:
        return drawn
    drawn["importance"] = _drawn(figures.importance, evidence, language=language)
    if facts.is_regression:
        drawn["scatter"] = _drawn(figures.scatter, evidence, language)
        return drawn
    drawn["roc"] = _drawn(figures.roc, evidence, language)
    drawn["calibration"] = _drawn(figures.calibration, evidence, language)
    drawn["decision"] = _drawn(figures.decision_curve, evidence, language)
    matrix = facts.headline_metrics.confusion if facts.headline_metrics else None
    drawn["confusion"] = _drawn(figures.confusion, matrix or (), facts.class_titles, language)
    return drawn


def _epochs(facts: Facts, language: str) -> Markup:
    if facts.card.is_solved:
        return Markup()
    return curve(facts.result.history, facts.result.selected_epoch, language)


def curve(history: History, selected: int | None, language: str) -> Markup:
    """Loss and accuracy over the epochs."""
    return _drawn(figures.curves, history, selected, language)


def family(chain: Sequence[Json], language: str) -> Markup:
    """From the first ancestor to the task itself; "" if it has none."""
    return _drawn(figures.lineage, chain, language) if len(chain) > 1 else Markup()


def splits(facts: Facts) -> dict[str, Message]:
    """The splits with predictions, the fairest first, with their names."""
    evidence = facts.predictions
    return {split: split_name(split) for split in predicted_splits(evidence)} if evidence else {}


def regions(facts: Facts, most: int = 10) -> list[str]:
    """The most important ones by name."""
    evidence = facts.predictions
    if evidence is None or evidence.importance is None:
        return []
    titles = evidence.region_titles
    return [titles[place] for place in evidence.importance.order[:most]]


def has_places(facts: Facts) -> bool:
    """Whether it is known where the centres of the regions are."""
    evidence = facts.predictions
    return evidence is not None and bool(evidence.importance and evidence.importance.is_placed)


def _drawn(draw: Callable[..., str], *given: Any, **named: Any) -> Markup:
    drawn = figures.on_screens(draw, *given, **named)
    return Markup(drawn)  # noqa: S704 - drawn by us, with all words escaped
