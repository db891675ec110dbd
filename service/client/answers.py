"""What the service answers, as frozen messages.

Each keeps everything that was said in ``facts``, also what is not known here; what is absent or
null takes the field's default, so an older or a newer service can be read too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any, Self

from graphnet.data.interpretation import Interpretation, Question
from graphnet.evaluation.headline import measured, unseen

if TYPE_CHECKING:
    import pandas as pd


Facts = Mapping[str, Any]

ACTIVE = ("Submitted", "Running")
PREDECESSOR = "predecessor"  # the owner of a task that nobody trains any more


@dataclass(frozen=True)
class Progress:
    """How far a training is; ``eta_seconds`` is None while nobody can tell."""

    epoch: int = 0
    epochs: int = 0
    percent: float = 0.0
    eta_seconds: float | None = None

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        return cls(**known_fields(cls, facts))


@dataclass(frozen=True)
class Headline:
    """The figure that says most of subjects new to the model, with its 95 % interval."""

    split: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        return cls(**known_fields(cls, facts))


@dataclass(frozen=True)
class Task:
    """One training task; ``task_result`` once it is Finished, ``error`` once it is Failed.

    One of a list has its ``headline`` and no result. The ``owner`` is ``ours`` or, of a task from
    before this service, ``predecessor``: its status stays as it was left, and is over.
    """

    task_id: str
    proj_id: str = ""
    task_name: str = ""
    task_type: str = ""
    owner: str = ""
    task_status: str = ""
    task_config: Facts = field(default_factory=dict)
    task_result: Facts | None = None
    headline: Headline | None = None
    error: str | None = None
    progress: Progress | None = None
    attempt: int = 0
    parent_task_id: str = ""
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = known_fields(cls, facts)
        if "progress" in known:
            known["progress"] = Progress.read(known["progress"])
        if "headline" in known:
            known["headline"] = Headline.read(known["headline"])
        return cls(**{**known, "facts": facts})

    @property
    def ended(self) -> bool:
        """Whether it will not change any more, by success or otherwise."""
        return self.task_status not in ACTIVE or self.owner == PREDECESSOR

    @property
    def curves(self) -> "pd.DataFrame":
        """Loss and accuracy by epoch: a row an epoch, columns such as ``train_loss``."""
        from service.client import frames  # noqa: PLC0415 - pandas is slow to import

        return frames.curves(self)

    @property
    def metrics(self) -> "pd.DataFrame":
        """A row a split and metric: ``value``, and the 95 % interval's ``low`` and ``high``."""
        from service.client import frames  # noqa: PLC0415

        return frames.metrics(self)

    @property
    def baselines(self) -> "pd.DataFrame":
        """The same of simple methods, by their names too."""
        from service.client import frames  # noqa: PLC0415

        return frames.baselines(self)

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        pass  # noqa: PLC0415

        return task_html(self)


@dataclass(frozen=True)
class Submission:
    """An accepted form: as it was understood, and what the service did not use."""

    task_id: str
    task_form: Facts
    warnings: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        form = facts["task_form"]
        return cls(form["task_id"], form, tuple(facts.get("warnings") or ()), facts)


@dataclass(frozen=True)
class RefusedForm:
    """A task form that was refused, at an instant in UTC; ``errors`` are ``field`` and ``msg``."""

    refused_at: str
    proj_id: str = ""
    request_id: str = ""
    error_num: int = 0
    msg: str = ""
    errors: tuple[Facts, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = known_fields(cls, facts)
        return cls(**{**known, "errors": tuple(known.get("errors", ())), "facts": facts})


@dataclass(frozen=True)
class Architecture:
    """A model that can be trained, with its recommended settings and its other names."""

    name: str
    summary: str = ""
    source: str = ""
    settings: Facts = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = known_fields(cls, facts)
        return cls(**{**known, "aliases": tuple(known.get("aliases", ())), "facts": facts})


@dataclass(frozen=True)
class Catalogue:
    """The architectures, and the graphs they can work on with a sentence each."""

    models: tuple[Architecture, ...]
    graphs: Mapping[str, str]


def known_fields(message: type, facts: Facts) -> dict[str, Any]:
    """What a message has a field for, and is neither absent nor null."""
    names = (item.name for item in fields(message) if item.name != "facts")
    return {name: facts[name] for name in names if facts.get(name) is not None}


READY, UNREAD, ASKS, REFUSED = "ready", "unread", "asks", "refused"  # the states of a dataset
LISTS = ("measures", "notes", "problems")


@dataclass(frozen=True)
class Finding:
    """``count`` regions of one ``measure`` of one ``subject`` that a quality rule names."""

    rule: str = ""
    site: str = ""
    subject: str = ""
    measure: str = ""
    count: int = 0


@dataclass(frozen=True)
class Dataset:
    """A stored dataset: subjects by class, how many regions, which measures; ``user_id``'s.

    ``connectome`` says whether it holds connectivities. ``class_names`` is the word for each class
    of ``classes``, {} where there are numbers alone. ``interpretation`` is how the file was read,
    None where that is not known. ``state`` is ``ready``, ``unread`` (no worker has read it yet),
    ``asks`` (its ``questions`` are open) or ``refused``; ``problems`` say why it cannot be trained
    on, () if it can. ``findings`` is empty in a listing; ``rules`` says in a sentence what each
    rule means.
    """

    data_name: str
    data_id: str = ""
    proj_id: str = ""
    user_id: str = ""
    subjects: int | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    class_names: Mapping[str, str] = field(default_factory=dict)
    regions: int | None = None
    measures: tuple[str, ...] = ()
    connectome: bool | None = None
    state: str = READY
    interpretation: Interpretation | None = None
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = known_fields(cls, facts)
        found = tuple(Finding(**known_fields(Finding, item)) for item in known.get("findings", ()))
        typed = {
            "findings": found,
            "interpretation": interpretation_in(known.get("interpretation")),
            "questions": questions_in(known.get("questions", ())),
            **{name: tuple(known.get(name, ())) for name in LISTS},
        }
        return cls(**{**known, **typed, "facts": facts})

    @property
    def named_classes(self) -> dict[str, int]:
        """How many subjects each class has, by its name; by its number where it has none."""
        return {self.class_names.get(label, label): n for label, n in self.classes.items()}


@dataclass(frozen=True)
class Owners:
    """The users who own the project's datasets; ``needed`` where NEURO-LEARN needs one."""

    user_ids: tuple[str, ...] = ()
    needed: bool = False

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From a list of datasets."""
        found = (str(each.get("user_id") or "") for each in facts.get("datasets") or ())
        return cls(tuple(sorted({*found} - {""})), bool(facts.get("owner_needed")))


@dataclass(frozen=True)
class Preview:
    """What an upload would be understood as: the dataset, and the first rows of its table."""

    dataset: Dataset
    kind: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON; of a file with open questions, whose dataset may be absent."""
        seen = facts["preview"]
        return cls(
            Dataset.read({"data_name": "", **(facts.get("dataset") or {})}),
            str(seen.get("kind") or ""),
            tuple(str(name) for name in seen.get("columns") or ()),
            tuple(tuple(row) for row in seen.get("rows") or ()),
            facts,
        )


def questions_in(listed: Iterable[Facts] | None) -> tuple[Question, ...]:
    """Open questions from the service's JSON."""
    return tuple(Question.from_dict(item) for item in listed or ())


def interpretation_in(stored: Facts | None) -> Interpretation | None:
    """An interpretation from the service's JSON; None where there is none of a form known here."""
    if not stored:
        return None
    try:
        return Interpretation.from_dict(stored)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


SPLITS = {
    "test": "test",
    "cv": "cross-validated",
    "leave_site_out": "site left out",
    "val": "validation",
}
HEADLINE = {"accuracy": "Accuracy", "auc": "AUC", "mae": "Mean absolute error", "r2": "R²"}


def task_html(task: Task) -> str:
    """A small table with status and headline metrics; everything in it is escaped."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>"
        for name, text in _facts(task)
        if text
    )
    return f"<table>{rows}</table>"


def _facts(task: Task) -> Iterator[tuple[str, str]]:
    yield "Task", task.task_id
    yield "Name", task.task_name
    yield "Status", task.task_status
    yield "Error", task.error or ""
    if not task.ended and task.progress is not None:
        yield "Done", f"{task.progress.percent:.0f} %"
    for split in unseen(task.task_result)[:1]:
        yield from _figures(measured(task.task_result)[split], SPLITS[split])


def _figures(metrics: Facts, split: str) -> Iterator[tuple[str, str]]:
    for name, title in HEADLINE.items():
        if name in metrics:
            yield f"{title} ({split})", _figure(metrics, name)


def _figure(metrics: Facts, name: str) -> str:
    value = metrics[name]
    if value is None:
        return "—"
    interval = (metrics.get("ci") or {}).get(name)
    return f"{value:.3f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "")
