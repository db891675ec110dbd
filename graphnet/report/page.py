"""A report from its facts: one HTML file that needs nothing else, in one language. Torch-free.

A service can therefore render it again years later, from what is stored.
"""

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
from graphnet.messages import CHINESE, ENGLISH, Message, render
from graphnet.names import rule_help, rule_name, split_name
from graphnet.report import covariates, tables
from graphnet.report.facts import Facts, Json
from graphnet.report.methods import methods
from graphnet.report.numbers import figure, share
from graphnet.report.reading import reading_table, readings
from graphnet.report.summary import alone, comparison, leading_metric, verdict

# What python -m graphnet takes, too.
COMMAND = (SETTINGS | EVALUATION) - {"model", "fan_out"}
FORM = ("proj_name", "train_data", "val_data", "enable_test", "test_data", "model", "param_set")


def render_report(
    task: Json,
    evidence: Json | None,
    glass_brain: str | None,
    manifest: Json | None,
    language: str = ENGLISH,
) -> str:
    """One HTML document without scripts and without anything from elsewhere.

    Args:
        task: a finished task as the API shows it.
        evidence: the stored predictions; None where there are none, and the report says so.
        glass_brain: an SVG document, or None.
        manifest: that of the stored model; None where there is none, and the report says so.
        language: ``en`` or ``zh-CN``; what is not translated stays English.

    """
    facts = Facts(task, evidence, glass_brain, manifest)
    voice = _Voice(language)
    citations = Citations()
    paragraphs = [
        (voice.say(heading), citations.numbered(voice.say(tuple(sentences))))
        for heading, sentences in methods(facts)
    ]
    text: str = (
        _environment()
        .get_template("report.html")
        .render(
            task=task,
            facts=facts,
            language=language,
            say=voice.say,
            text=voice.text,
            style=Markup((files("graphnet.report") / "templates/report.css").read_text("utf-8")),  # noqa: S704 - ours
            headline=leading_metric(facts),
            explained=[told.message for told in alone(facts) if told.explains],
            verdict=verdict(facts),
            methods=paragraphs,
            works=citations.listed,
            tables={name: make(facts) for name, make in TABLES.items()},
            rules=_rules(facts),
            drawn=_drawn(facts, language),
            form=json.dumps(_form(facts), indent=1, ensure_ascii=False),
            command=_command(facts),
        )
    )
    return text


def _rules(facts: Facts) -> list[str]:
    """The quality rules that found something, in the order of their findings."""
    findings = facts.result.quality.findings.values()
    return list(dict.fromkeys(finding.rule for listed in findings for finding in listed))


class _Voice:
    """Says messages in one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._between = "" if language == CHINESE else " "

    def say(self, cell: tables.Cell) -> str:
        """A message or sentences in words; a text as it is."""
        if isinstance(cell, tuple):
            return self._between.join(render(message, self._language) for message in cell)
        return render(cell, self._language)

    def text(self, code: str, **values: Any) -> str:
        """The sentence of a code."""
        return render(Message(code, **values), self._language)


def _drawn(facts: Facts, language: str) -> dict[str, Markup]:
    """The figures by name, "" for what cannot be drawn."""
    result, evidence = facts.result, facts.evidence
    drawn = {"curves": figures.curves(result.history, result.selected_epoch, language)}
    if evidence is not None and not facts.is_regression:
        drawn["roc"] = figures.roc(evidence, language)
        drawn["calibration"] = figures.calibration(evidence, language)
    if evidence is not None and facts.is_regression:
        drawn["scatter"] = figures.scatter(evidence, language)
    if evidence is not None:
        drawn["importance"] = figures.importance(evidence, language=language)
    best = facts.headline_metrics
    if best is not None and best.confusion and evidence is not None:
        drawn["confusion"] = figures.confusion(best.confusion, facts.class_titles, language)
    drawn["comparison"] = comparison(facts, language)
    _, start, rest = (facts.glass_brain or "").partition("<svg")
    drawn["brain"] = start + rest
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn by us


def _form(facts: Facts) -> dict[str, Any]:
    shared = {name: facts.task.get(name) for name in ("proj_id", "task_name", "task_type")}
    return {**shared, **{name: facts.config[name] for name in FORM if name in facts.config}}


def _command(facts: Facts) -> str:
    """The same without a service, where that can be said; the files are the reader's own."""
    if facts.fine_tuned:
        return ""
    parts = ["python", "-m", "graphnet", "--model", facts.settings.model]
    for split in ("train", "val", "test"):
        datasets = (facts.cohorts.get(split) or {}).get("datasets") or ()
        if datasets:
            parts += [f"--{split}", *(f"{name}.csv" for name in datasets)]
    parts += _answers(facts)
    settings = {name: value for name, value in facts.param_set.items() if name in COMMAND}
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            parts.append(f"--{flag}" if value else f"--no-{flag}")
        elif value is not None:
            parts += [f"--{flag}", ",".join(value) if isinstance(value, list) else str(value)]
    return shlex.join([*parts, "--out", "model/"])


def _answers(facts: Facts) -> Iterator[str]:
    """The answers to the questions that files asked, as options."""
    for name, interpretation in readings(facts.manifest).items():
        for key, choice in interpretation.answers.items():
            yield from ("--map", f"{name}:{key}={choice}")


@lru_cache(1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("graphnet.report"),
        autoescape=True,
        undefined=ChainableUndefined,  # an older result may lack what a newer one says
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Any] = {
        "figure": figure,
        "share": share,
        "split_name": split_name,
        "rule_name": rule_name,
        "rule_help": rule_help,
    }
    environment.filters |= filters
    return environment


TABLES = {
    "cohorts": tables.cohort_table,
    "lineage": tables.lineage_table,
    "metrics": tables.metric_table,
    "baselines": tables.baseline_table,
    "sites": tables.site_tables,
    "quality": tables.quality_table,
    "reading": reading_table,
    "regions": tables.region_table,
    "settings": tables.settings_table,
    "chosen": tables.chosen_table,
    "reasons": tables.reason_table,
    "tuning": tables.tuning_table,
    "covariates": covariates.subjects_table,
    "associations": covariates.associations_table,
    "strata": covariates.strata_table,
}
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
