"""A report from its facts: what the template needs, and the template filled in."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from graphnet import figures
from graphnet.config import EVALUATION, SETTINGS
from graphnet.report.facts import Facts, Json, method_name, split_name
from graphnet.report.methods import methods
from graphnet.report.numbers import figure, signed, with_interval
from graphnet.report.reading import readings
from graphnet.report.summary import beside, headline, verdict
from graphnet.report.tables import (
    baseline_rows,
    chosen_rows,
    cohort_rows,
    lineage_rows,
    metric_rows,
    quality_rows,
    reading_table,
    reason_rows,
    region_rows,
    settings_rows,
    site_tables,
)

ALONE = (SETTINGS | EVALUATION) - {"model", "fan_out"}  # what python -m graphnet takes too
FORM = ("proj_name", "train_data", "val_data", "enable_test", "test_data", "model", "param_set")


def render(
    task: Json, evidence: Json | None, glass_brain: str | None, manifest: Json | None
) -> str:
    """One HTML document without scripts and without anything from elsewhere.

    ``task`` is as the API shows a finished one; ``evidence`` and ``manifest`` are as they were
    stored, ``glass_brain`` is an SVG document; each may be missing, and the report says so.
    """
    facts = Facts(task, evidence, glass_brain, manifest)
    citations = Citations()
    paragraphs = [
        (str(heading), citations.numbered(" ".join(map(str, sentences))))
        for heading, sentences in methods(facts)
    ]
    text: str = (
        _environment()
        .get_template("report.html")
        .render(
            task=task,
            facts=facts,
            style=Markup((files("graphnet.report") / "templates/report.css").read_text("utf-8")),  # noqa: S704 - ours
            headline=headline(facts),
            verdict=verdict(facts),
            methods=paragraphs,
            works=citations.listed,
            tables={
                "cohorts": cohort_rows(facts),
                "lineage": lineage_rows(facts),
                "metrics": metric_rows(facts),
                "baselines": baseline_rows(facts),
                "sites": site_tables(facts),
                "quality": quality_rows(facts),
                "reading": reading_table(facts),
                "regions": region_rows(facts),
                "settings": settings_rows(facts),
                "chosen": chosen_rows(facts),
                "reasons": reason_rows(facts),
            },
            drawn=_drawn(facts),
            form=json.dumps(_form(facts), indent=1, ensure_ascii=False),
            command=_command(facts),
        )
    )
    return text


def _drawn(facts: Facts) -> dict[str, Markup]:
    """The figures by name, "" for what cannot be drawn."""
    result, evidence = facts.result, facts.evidence
    lines = [str(line) for line in result.get("train_epochs") or ()]
    drawn = {"curves": figures.curves(lines, result.get("selected_epoch"))}
    if evidence is not None and not facts.by_score:
        drawn |= {"roc": figures.roc(evidence), "calibration": figures.calibration(evidence)}
    if evidence is not None and facts.by_score:
        drawn["scatter"] = figures.scatter(evidence)
    if evidence is not None:
        drawn["importance"] = figures.importance(evidence)
    best = facts.metrics.get(facts.headline) or {}
    if best.get("confusion") and evidence is not None:
        drawn["confusion"] = figures.confusion(best["confusion"], facts.called)
    label = "R²" if facts.by_score else "AUC"
    title = f"{label}, {split_name(facts.headline).lower()}"
    drawn["beside"] = beside(facts, title, method_name, by_score=facts.by_score)
    _, start, rest = (facts.glass_brain or "").partition("<svg")
    drawn["brain"] = start + rest
    return {name: Markup(each) for name, each in drawn.items()}  # noqa: S704 - drawn by us


def _form(facts: Facts) -> dict[str, Any]:
    shared = {name: facts.task.get(name) for name in ("proj_id", "task_name", "task_type")}
    return {**shared, **{name: facts.config[name] for name in FORM if name in facts.config}}


def _command(facts: Facts) -> str:
    """The same without a service, where that can be said; the files are the reader's own."""
    if facts.fine_tuned:
        return ""
    parts = ["python", "-m", "graphnet", "--model", facts.settings.model]
    for split in ("train", "val", "test"):
        named = (facts.cohorts.get(split) or {}).get("datasets") or ()
        if named:
            parts += [f"--{split}", *(f"{name}.csv" for name in named)]
    parts += _answers(facts)
    given = {name: value for name, value in facts.asked.items() if name in ALONE}
    for name, value in given.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            parts.append(f"--{flag}" if value else f"--no-{flag}")
        elif value is not None:
            parts += [f"--{flag}", str(value)]
    return shlex.join([*parts, "--out", "model/"])


def _answers(facts: Facts) -> Iterator[str]:
    """What the files asked, as options."""
    for name, reading in readings(facts.manifest).items():
        for key, choice in reading.answers.items():
            yield from ("--map", f"{name}:{key}={choice}")


@lru_cache(1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("graphnet.report"),
        autoescape=True,
        undefined=ChainableUndefined,  # an older result may lack what a newer one says
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown: Mapping[str, Any] = {
        "figure": figure,
        "signed": signed,
        "with_interval": with_interval,
        "split_name": split_name,
    }
    made.filters |= shown
    return made


WORKS: dict[str, str] = tomllib.loads(
    (files("graphnet.report") / "references.toml").read_text(encoding="utf-8")
)
MARK = re.compile(r" ?\[@(\w+(?:; @\w+)*)\]")


class Citations:
    """Turns ``[@key]`` in sentences into ``[1]`` and remembers what was cited."""

    def __init__(self) -> None:
        self._keys: list[str] = []

    def numbered(self, sentence: str) -> str:
        """The sentence with numbers; a mark that names no work, as in a dataset's words, stays."""
        return MARK.sub(self._numbers, sentence)

    @property
    def listed(self) -> list[str]:
        """The works in the order of their numbers, from 1 on."""
        return [WORKS[key] for key in self._keys]

    def _numbers(self, match: "re.Match[str]") -> str:
        keys = match[1].split("; @")
        if not set(keys) <= WORKS.keys():
            return match[0]
        numbers = sorted(self._number(key) for key in keys)
        return f" [{', '.join(map(str, numbers))}]"

    def _number(self, key: str) -> int:
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key) + 1
