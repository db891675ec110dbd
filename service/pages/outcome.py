"""The result of a task as its page shows it: headline, tables, drawings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from actors.lost import lost
from db.states import Status
from db.tasks import TaskRecord
from graphnet import figures
from graphnet.artifacts.result import GraphHelps, TaskResult
from graphnet.data.class_names import called, names_of
from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES
from graphnet.figures.classification import shown
from graphnet.figures.importance import named
from graphnet.messages import Message, render, rendered
from graphnet.names import split_name as name_of_split
from graphnet.report.facts import Facts, method_name, split_name
from graphnet.report.numbers import with_interval
from graphnet.report.summary import beside, by_chance
from graphnet.report.tables import (
    Table,
    baseline_rows,
    cohort_rows,
    metric_rows,
    quality_rows,
    settings_rows,
    site_tables,
)
from registry import RegistryError
from service.http.language import answer_language
from service.http.responses import ApiError
from service.routes.evidence import facts_of
from service.state import state_of
from service.stores.task_views import full_view


async def read_facts(request: Request, task: TaskRecord) -> tuple[Facts, list[str]]:
    """What there is, and sentences for what is missing.

    A storage that is silent or damaged takes nothing else from a page.
    """
    alone = Facts((await full_view(task)).as_dict(), None, None, None)
    wrong: list[Message] = []
    language = answer_language(request)
    state = state_of(request)
    if await state.lost_models.is_lost(state.artifacts, task):
        wrong.append(lost(task.task_id))
    if task.task_status != Status.FINISHED:
        return alone, rendered(wrong, language)
    try:
        facts = await facts_of(request, task, wrong)
    except ApiError as error:
        return alone, [render(error.message, language)]
    except RegistryError as error:
        return alone, [str(error)]
    return facts, rendered(dict.fromkeys(wrong), language) or facts.missing


Words = Callable[[Message | str], str]
Json = Mapping[str, Any]

WHERE = {
    "test": "on test subjects",
    "cv": "in cross-validation of the training subjects",
    "leave_site_out": "at left-out sites",
    "val": "on validation subjects",
    "chose": "on validation subjects, which selected the epoch",
    "train": "on the training subjects, which says nothing about new subjects",
}


def headline(facts: Facts) -> dict[str, Any]:
    """The leading metric of subjects new to the model; {} if there is none."""
    if not facts.metrics:
        return {}
    found = facts.metrics[facts.headline]
    name, label = ("r2", "R²") if facts.by_score else ("auc", "AUC")
    if found.get(name) is None:
        name, label = ("mae", OF_SCORES["mae"]) if facts.by_score else ("accuracy", "Accuracy")
    chose = facts.headline == "val" and facts.epoch_chosen
    return {
        "label": label,
        "figure": with_interval(found, name),
        "where": WHERE.get("chose" if chose else facts.headline, split_name(facts.headline)),
        "n": found.get("n"),
        "chance": by_chance(facts),
        "known": _known(facts),
        "better": _better(facts),
        "helps": GraphHelps.from_json(facts.result.get("graph_helps")),
    }


def tables(facts: Facts) -> dict[str, Table]:
    """Rows of text; titles and first cells are English."""
    found = {"metrics": metric_rows(facts), "settings": settings_rows(facts)}
    found |= {"baselines": baseline_rows(facts), "quality": quality_rows(facts)}
    return found | {"cohorts": cohort_rows(facts)}


def by_site(facts: Facts) -> list[tuple[str, Table]]:
    """Metrics by site, for splits with several sites."""
    return site_tables(facts)


def drawings(facts: Facts, words: Words) -> dict[str, Markup]:
    """Drawings by name; "" for one that cannot be drawn."""
    found = {"curves": curve(lines_of(facts), facts.result.get("selected_epoch"), words)}
    found["beside"] = _drawn(_beside(facts, words))
    if facts.evidence is None:
        return found
    found["importance"] = _drawn(figures.importance(facts.evidence, words=words))
    if facts.by_score:
        found["scatter"] = _drawn(figures.scatter(facts.evidence, words))
        return found
    found["roc"] = _drawn(figures.roc(facts.evidence, words))
    found["calibration"] = _drawn(figures.calibration(facts.evidence, words))
    matrix = (facts.metrics.get(facts.headline) or {}).get("confusion") or []
    names = names_of(facts.evidence)
    called_so = [called(names, label) for label in facts.evidence["classes"]]
    found["confusion"] = _drawn(figures.confusion(matrix, called_so, words))
    return found


def curve(lines: list[str], selected: int | None, words: Words) -> Markup:
    """Loss and accuracy over the epochs."""
    return _drawn(figures.curves(lines, selected, words))


def lines_of(facts: Facts) -> list[str]:
    """A line of text per epoch."""
    return [str(line) for line in facts.result.get("train_epochs") or ()]


def family(chain: Sequence[Json], words: Words) -> Markup:
    """From the first ancestor to the task itself; "" if it has none."""
    return _drawn(figures.lineage(chain, words)) if len(chain) > 1 else Markup()


def splits(facts: Facts) -> dict[str, Message]:
    """The splits with predictions, the fairest first, with their names."""
    evidence = facts.evidence
    return {split: name_of_split(split) for split in shown(evidence)} if evidence else {}


def limitations(facts: Facts) -> tuple[Message, ...]:
    """The warnings of the result."""
    return tuple(TaskResult.from_json(facts.result).warnings)


def has_picture(facts: Facts) -> bool:
    """Whether the regions were drawn in a brain."""
    return facts.glass_brain is not None


def regions(facts: Facts, most: int = 10) -> list[str]:
    """The most important ones by name."""
    found = (facts.evidence or {}).get("importance")
    if not found or facts.evidence is None:
        return []
    share = found["share"]
    order = sorted(range(len(share)), key=lambda place: -share[place])[:most]
    names = named(facts.evidence)
    return [names[place] for place in order]


def _known(facts: Facts) -> int:
    """How many of the subjects, which should be new, the model was trained on."""
    return 0 if facts.headline == "train" else facts.known(facts.headline)


def _better(facts: Facts) -> list[str]:
    """Baselines with a higher AUC on the same subjects, beyond chance."""
    found = (facts.result.get("differences") or {}).get(facts.headline) or {}
    differences = {name: (each or {}).get("auc") or {} for name, each in found.items()}
    return [
        method_name(name)
        for name, each in differences.items()
        if each.get("excludes_zero") and each["difference"] < 0
    ]


def _beside(facts: Facts, words: Words) -> str:
    """The model's leading metric and those of the baselines."""
    label = "R²" if facts.by_score else OF_CLASSES["auc"]
    title = f"{label} · {words(split_name(facts.headline))}"

    def called(baseline: str) -> str:
        return words(method_name(baseline))

    return beside(facts, title, called, by_score=facts.by_score, words=words)


def _drawn(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - drawn by us, with all words escaped
