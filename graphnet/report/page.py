"""A report from its facts: one HTML file that needs nothing else, in two languages. Torch-free.

A service can therefore render it again years later, from what is stored.
"""

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup, escape

from graphnet import figures
from graphnet.artifacts.confounds import LEAST_COMPARED
from graphnet.artifacts.stored_json import Json
from graphnet.config import EVALUATION, SETTINGS
from graphnet.figures import on_screens
from graphnet.messages import CHINESE, ENGLISH, Message, render
from graphnet.names import rule_help, rule_name, split_name
from graphnet.report import confounds, explanation, performance, subjects, training
from graphnet.report.checklist import checklist_table
from graphnet.report.citations import Citations, files_of
from graphnet.report.confounds import unknown
from graphnet.report.explanation import randomised
from graphnet.report.facts import Facts
from graphnet.report.methods import methods
from graphnet.report.performance import comparison
from graphnet.report.subjects import reading_table, subjects_flow
from graphnet.report.summary import by_chance, grave, leading_metric, verdict
from graphnet.report.tables import Cell, figure, share
from graphnet.report.training import SweepSection

# What python -m graphnet takes, too.
COMMAND = (SETTINGS | EVALUATION) - {"model", "fan_out", "atlases"}
SCRIPT = (files("graphnet.report") / "templates/report.js").read_text("utf-8")
SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
LANGUAGE_NAMES = {ENGLISH: "English", CHINESE: "中文"}
FORM = ("proj_name", "train_data", "val_data", "enable_test", "test_data", "model", "param_set")


def render_report(
    task: Json,
    evidence: Json | None,
    glass_brain: str | None,
    manifest: Json | None,
    language: str = ENGLISH,
    *,
    others: Sequence[str] = (),
) -> str:
    """One HTML document that needs nothing from elsewhere.

    Its one script is ours
    (:data:`SCRIPT`, of the SHA-256 :data:`SCRIPT_HASH` for a page's policy): it offers figures as
    SVG and PNG and tables as CSV. Without it everything can be read in ``language``.

    Args:
        task: a finished task as the API shows it.
        evidence: the stored predictions; None where there are none, and the report says so.
        glass_brain: an SVG document, or None.
        manifest: that of the stored model; None where there is none, and the report says so.
        language: ``en`` or ``zh-CN``, which is shown first; what is not translated stays English.
        others: languages that the document holds besides, for its reader to choose.

    """
    facts = Facts(task, evidence, glass_brain, manifest)
    languages = [language, *(other for other in others if other != language)]
    text: str = (
        _environment()
        .get_template("report.html")
        .render(
            task=task,
            language=language,
            views=[_view(facts, language) for language in languages],
            style=Markup((files("graphnet.report") / "templates/report.css").read_text("utf-8")),  # noqa: S704 - ours
            script=Markup(SCRIPT),  # noqa: S704 - ours
        )
    )
    return text


class View(NamedTuple):
    """A report in one language: its parts for the page."""

    language: str
    name: str
    title: str
    body: Markup
    files: Markup


def _view(facts: Facts, language: str) -> View:
    task, voice, citations = facts.task, _Voice(language), Citations()
    paragraphs = [
        (voice.say(heading), voice.say(tuple(sentences))) for heading, sentences in methods(facts)
    ]
    made = {name: make(facts) for name, make in TABLES.items()}
    body = (
        _environment()
        .get_template("body.html")
        .render(
            task=task,
            facts=facts,
            say=voice.say,
            text=voice.text,
            headline=leading_metric(facts),
            grave=grave(facts),
            by_chance=by_chance(facts),
            unknown=unknown(facts),
            verdict=verdict(facts),
            sweep=SweepSection.of(facts),
            sections=[section for section in SECTIONS if section.is_shown(facts, made)],
            methods=[(heading, citations.numbered(words)) for heading, words in paragraphs],
            checklist_note=citations.numbered(voice.text("checklist.note")),
            randomised=randomised(facts),
            works=citations.listed,
            tables=made,
            least_compared=LEAST_COMPARED,
            rules=_rules(facts),
            drawn=_drawn(facts, language),
            form=json.dumps(_form(facts), indent=1, ensure_ascii=False),
            command=_command(facts),
        )
    )
    return View(
        language,
        LANGUAGE_NAMES.get(language, language),
        voice.text("report.title", task=task.get("task_name") or task["task_id"]),
        Markup(body),  # noqa: S704 - escaped as it was rendered
        Markup(_inert(files_of(facts, paragraphs))),  # noqa: S704 - no letter of it ends a script
    )


def _inert(content: Any) -> str:
    """JSON that can stand in a script element, whatever texts it holds."""
    written = json.dumps(content, ensure_ascii=False)
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


Tables = Mapping[str, Any]


class Section(NamedTuple):
    """A heading of the report that its contents list: the id in ``body.html``, the title."""

    id: str
    title: Message
    is_shown: Callable[[Facts, Tables], bool] = lambda _facts, _tables: True


SECTIONS = (
    Section("methods", Message("report.methods")),
    Section("cohort", Message("report.subjects")),
    Section(
        "covariates",
        Message("report.covariates-title"),
        lambda _, made: bool(made["covariates"].rows),
    ),
    Section("reading", Message("report.how-read"), lambda _, made: bool(made["reading"].rows)),
    Section("quality", Message("report.data-quality")),
    Section("effects", Message("report.effects"), lambda _, made: bool(made["effects"].rows)),
    Section(
        "learning", Message("report.learning-curves"), lambda facts, _: not facts.card.is_solved
    ),
    Section("growth", Message("report.growth-title"), lambda _, made: bool(made["growth"].rows)),
    Section("figures", Message("report.performance")),
    Section(
        "strata",
        Message("report.by-site-and-stratum"),
        lambda _, made: bool(made["sites"] or made["strata"].rows),
    ),
    Section("tuning", Message("report.tuning-title"), lambda _, made: bool(made["tuning"].rows)),
    Section("baselines", Message("report.comparison")),
    Section(
        "curves", Message("report.roc-and-calibration"), lambda facts, _: not facts.is_regression
    ),
    Section("regions", Message("report.explanation")),
    Section("settings", Message("report.settings")),
    Section("provenance", Message("report.versions-and-hashes")),
    Section("again", Message("report.reproduce")),
    Section("checklist", Message("report.checklist")),
    Section("references", Message("report.references")),
)


def _rules(facts: Facts) -> list[str]:
    """The quality rules that found something, in the order of their findings."""
    findings = facts.result.quality.findings.values()
    return list(dict.fromkeys(finding.rule for listed in findings for finding in listed))


class _Voice:
    """Says messages in one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._between = "" if language == CHINESE else " "

    def say(self, cell: Cell) -> str:
        """A message or sentences in words; a text as it is."""
        if isinstance(cell, tuple):
            return self._between.join(map(self.say, cell))
        return render(cell, self._language, minus=True)

    def text(self, code: str, **values: Any) -> str:
        """The sentence of a code."""
        return render(Message(code, **values), self._language, minus=True)


def _drawn(facts: Facts, language: str) -> dict[str, Markup]:
    """The figures by name, "" for what cannot be drawn."""
    result, evidence = facts.result, facts.predictions
    drawn = {"curves": ""}  # of epochs: an optimum that is computed has one
    if not facts.card.is_solved:
        drawn["curves"] = on_screens(
            figures.curves, result.history, result.selected_epoch, language
        )
    if evidence is not None and not facts.is_regression:
        drawn["roc"] = on_screens(figures.roc, evidence, language)
        drawn["calibration"] = on_screens(figures.calibration, evidence, language)
        drawn["decision"] = on_screens(figures.decision_curve, evidence, language)
    if evidence is not None and facts.is_regression:
        drawn["scatter"] = on_screens(figures.scatter, evidence, language)
    if evidence is not None:
        drawn["importance"] = on_screens(figures.importance, evidence, language=language)
    best = facts.headline_metrics
    if best is not None and best.confusion and evidence is not None:
        drawn["confusion"] = on_screens(
            figures.confusion, best.confusion, facts.class_titles, language
        )
    drawn["comparison"] = on_screens(comparison, facts, language)
    if result.learning_curve is not None:
        drawn["growth"] = on_screens(figures.by_subjects, result.learning_curve, language)
    drawn["flow"] = on_screens(subjects_flow, facts, language)
    _, start, rest = (facts.glass_brain or "").partition("<svg")
    drawn["brain"] = start + rest
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn by us


def _form(facts: Facts) -> Json:
    shared = {name: facts.task.get(name) for name in ("proj_id", "task_name", "task_type")}
    return {**shared, **{name: facts.config[name] for name in FORM if name in facts.config}}


def _command(facts: Facts) -> str:
    """The same without a service, where that can be said; the files are the reader's own."""
    if facts.fine_tuned:
        return ""
    parts = ["python", "-m", "graphnet", "--model", facts.settings.model]
    parts += [*_files(facts), *_answers(facts)]
    settings = {name: value for name, value in facts.param_set.items() if name in COMMAND}
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            parts.append(f"--{flag}" if value else f"--no-{flag}")
        elif value is not None:
            parts += [f"--{flag}", ",".join(value) if isinstance(value, list) else str(value)]
    return shlex.join([*parts, "--out", "model/"])


def _files(facts: Facts) -> Iterator[str]:
    """The files of each split, and of each atlas, as options."""
    atlases = facts.param_set.get("atlases") or ()
    for split, cohort in facts.cohorts.items():
        if split in ("train", "val", "test"):
            # Where atlases were compared, those of the form, whichever of them was chosen.
            datasets = facts.config.get(f"{split}_data") if atlases else cohort.datasets
            yield from (f"--{split}", *(f"{name}.csv" for name in datasets or ()))
    for datasets in atlases:
        yield from ("--atlases", *(f"{name}.csv" for name in datasets))


def _answers(facts: Facts) -> Iterator[str]:
    """The answers to the questions that files asked, as options."""
    for name, interpretation in facts.model.interpretations.items():
        for key, choice in interpretation.answers.items():
            yield from ("--map", f"{name}:{key}={choice}")


LONG_WORD = re.compile(r"[^\s<>&;]{25,}")


def breakable(words: str) -> Markup:
    """Text in which a browser may break a long name after a sign, so that its column fits."""
    escaped = str(escape(words))
    broken = LONG_WORD.sub(lambda name: re.sub(r"([_.\-/])", r"\1<wbr>", name[0]), escaped)
    return Markup(broken)  # noqa: S704 - escaped above


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
        "breakable": breakable,
    }
    environment.filters |= filters
    return environment


TABLES = {
    "cohorts": subjects.cohort_table,
    "lineage": subjects.lineage_table,
    "metrics": performance.metric_table,
    "baselines": performance.baseline_table,
    "sites": performance.site_tables,
    "reliability": performance.reliability_table,
    "decision": performance.decision_table,
    "quality": subjects.quality_table,
    "reading": reading_table,
    "regions": explanation.region_table,
    "settings": training.settings_table,
    "chosen": training.chosen_table,
    "reasons": training.reason_table,
    "tuning": training.tuning_table,
    "growth": training.learning_curve_table,
    "sweep": training.sweep_table,
    "covariates": confounds.covariates_table,
    "associations": confounds.associations_table,
    "strata": confounds.strata_table,
    "heterogeneity": confounds.heterogeneity_table,
    "flow": subjects.flow_table,
    "effects": explanation.effect_table,
    "checklist": checklist_table,
}
