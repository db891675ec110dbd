"""What the service answers, as frozen records.

Each keeps the whole answer in ``facts``, including what this version does not know; what is absent
or null takes the field's default, so that older and newer services can be read too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from graphnet.artifacts.result import TaskResult
from graphnet.data.interpretation import Interpretation, Question
from graphnet.messages import ENGLISH, Message, as_one, first_of, joined
from graphnet.names import status_name
from service.api.views import (
    AuditView,
    DependentView,
    HeadlineView,
    ProgressView,
    TaskView,
    known_fields,
)

if TYPE_CHECKING:
    import pandas as pd


Facts = Mapping[str, Any]
Progress = ProgressView
Headline = HeadlineView

ACTIVE = ("Submitted", "Running")
PREDECESSOR = "predecessor"  # the owner of a task that the predecessor of this service left


@dataclass(frozen=True)
class Task(TaskView):
    """One training task; ``task_result`` once it is Finished, ``error`` once it is Failed.

    One of a list has its ``headline`` and no result. The ``owner`` is ``ours`` or ``predecessor``
    for a task from before this service, whose status stays as it was left: it has ended. A notebook
    shows it in ``language``.
    """

    facts: Facts = field(default_factory=dict, repr=False, compare=False)
    language: str = field(default=ENGLISH, repr=False, compare=False)

    @classmethod
    def read(cls, answer: Facts, language: str = ENGLISH) -> Self:
        """From the service's JSON."""
        values = vars(TaskView.read(answer))
        parent = values["parent_task_id"] or ""
        return cls(**{**values, "parent_task_id": parent, "facts": answer, "language": language})

    @property
    def ended(self) -> bool:
        """Whether it will not change any more, whatever its status."""
        return self.task_status not in ACTIVE or self.owner == PREDECESSOR

    @cached_property
    def result(self) -> TaskResult:
        """The ``task_result`` of whatever version; without metrics while there is none."""
        return TaskResult.from_json(self.task_result)

    @property
    def settings(self) -> Facts:
        """The settings of its form, by name."""
        given = self.task_config.get("param_set")
        return given if isinstance(given, dict) else {}

    @property
    def reason(self) -> Message | None:
        """Why it failed or what it waits for; None where nothing is said."""
        reasons = messages_in(vars(self), "error_messages", "error")
        return as_one(reasons) if reasons else None

    @property
    def curves(self) -> "pd.DataFrame":
        """Loss and accuracy per epoch: a row per epoch, columns such as ``train_loss``."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        return tables.curves(self.result.history)

    @property
    def metrics(self) -> "pd.DataFrame":
        """A row per split and metric: ``value``, and ``low`` and ``high`` of the 95 % interval."""
        from service.client import tables  # noqa: PLC0415

        return tables.metrics(self.result.metrics)

    @property
    def baselines(self) -> "pd.DataFrame":
        """A row per baseline, split and metric, as in ``metrics``."""
        from service.client import tables  # noqa: PLC0415

        return tables.baselines(self.result.baselines)

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        rows: tuple[tables.Row, ...] = (
            (Message("cli.task"), self.task_id),
            (Message("cli.name"), self.task_name),
            (Message("cli.status"), status_name(self.task_status)),
            (Message("cli.error"), self.reason),
            (Message("cli.done"), "" if self.ended else f"{int(self.progress.percent)} %"),
            *tables.metric_rows(self.result, self.language),
        )
        return tables.html_table(rows, self.language)


@dataclass(frozen=True)
class Submission:
    """An accepted form as the service understood it; ``warnings`` name what it ignored."""

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
    """A refused task form; ``refused_at`` in UTC, ``errors`` with ``field`` and ``msg`` each.

    ``reasons`` are the same as messages.
    """

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
        values = _values(cls, facts)
        return cls(**{**values, "errors": tuple(values.get("errors", ()))})

    @property
    def reasons(self) -> tuple[Message, ...]:
        """What is wrong with each field, or with the request; an older service gives sentences."""
        problems = [(error.get("message"), error.get("msg")) for error in self.errors]
        problems = problems or [(self.facts.get("message"), self.msg)]
        return tuple(Message.from_json(coded or str(sentence)) for coded, sentence in problems)


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
        values = _values(cls, facts)
        return cls(**{**values, "aliases": tuple(values.get("aliases", ()))})


@dataclass(frozen=True)
class Catalogue:
    """The architectures, and a sentence per graph that they can use."""

    models: tuple[Architecture, ...]
    graphs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        values = known_fields(cls, facts)
        return cls(**{**values, "models": tuple(map(Architecture.read, values["models"]))})


READY, UNREAD, ASKS, REFUSED = "ready", "unread", "asks", "refused"  # the states of a dataset
LISTS = ("measures", "notes", "problems", "tags", "former_names")


@dataclass(frozen=True)
class Finding:
    """``count`` regions of one ``measure`` of one ``subject`` that a quality rule concerns."""

    rule: str = ""
    site: str = ""
    subject: str = ""
    measure: str = ""
    count: int = 0


@dataclass(frozen=True)
class Dataset:
    """A stored dataset, owned by ``user_id``.

    ``classes`` counts the subjects per class; ``class_names`` is the word for each class, {} where
    the file has numbers only. ``connectome``: whether it holds connectivities. ``interpretation``
    is how the file was read, None where that is not known. ``state`` is ``ready``, ``unread`` (no
    worker has read it yet), ``asks`` (its ``questions`` are open) or ``refused``; ``problems`` say
    why it cannot be used for training. ``findings`` is empty in a list; ``rules`` explains each
    rule in a sentence. The ``owner`` is ``ours``, or ``neuro-learn`` for one that only NEURO-LEARN
    can delete. A notebook shows it in ``language``.
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
    owner: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    archived_at: str = ""
    former_names: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)
    language: str = field(default=ENGLISH, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts, language: str = ENGLISH) -> Self:
        """From the service's JSON."""
        values = _values(cls, facts)
        findings = values.get("findings", ())
        typed = {
            "findings": tuple(Finding(**known_fields(Finding, finding)) for finding in findings),
            "interpretation": interpretation_in(values.get("interpretation")),
            "questions": questions_in(values.get("questions", ())),
            **{name: tuple(values.get(name, ())) for name in LISTS},
        }
        return cls(**{**values, **typed, "language": language})

    @property
    def note_messages(self) -> tuple[Message, ...]:
        """The notes as messages."""
        return messages_in(self.facts, "note_messages", "notes")

    @property
    def problem_messages(self) -> tuple[Message, ...]:
        """The problems as messages."""
        return messages_in(self.facts, "problem_messages", "problems")

    @property
    def named_classes(self) -> dict[str, int]:
        """Subjects per class, by the class's name or, without one, its number."""
        return {self.class_names.get(label, label): n for label, n in self.classes.items()}

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        counts = [f"{name}: {count:,}" for name, count in self.named_classes.items()]
        measures: list[Message | str] = [*self.measures]
        if self.connectome:
            measures.append(Message("cli.connectome"))
        rows: tuple[tables.Row, ...] = (
            (Message("cli.dataset"), self.data_name),
            (Message("cli.id"), self.data_id),
            (Message("cli.project"), self.proj_id),
            (Message("doctor.state"), self._obstacle),
            (Message("cli.of-subjects"), str(self.subjects or "")),
            (Message("cli.classes"), joined(counts, self.language)),
            (Message("cli.of-regions"), str(self.regions or "")),
            (Message("cli.measures"), Message("text", text=first_of(measures)) if measures else ""),
        )
        return tables.html_table(rows, self.language)

    @property
    def _obstacle(self) -> Message | None:
        """What keeps it from being used; None where it is ready."""
        if self.problem_messages:
            return as_one(self.problem_messages)
        if self.state == UNREAD:
            return Message("cli.dataset-unread")
        return as_one(question.message for question in self.questions) if self.questions else None


Dependent = DependentView
AuditLine = AuditView


@dataclass(frozen=True)
class Dependents:
    """The ``tasks`` that depend on something; ``others`` counts those of other projects."""

    tasks: tuple[Dependent, ...] = ()
    others: int = 0

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        listed = facts.get("dependents") or ()
        return cls(tuple(map(Dependent.read, listed)), int(facts.get("others") or 0))


@dataclass(frozen=True)
class Erasure:
    """Subjects who were erased from a dataset.

    ``removed`` rows went and ``left`` remain; the dataset had none of ``not_found``. The stored
    predictions of the tasks ``evidence_erased`` name them no more. ``dependents`` are the tasks
    whose models or predictions know one of them.
    """

    removed: int
    left: int
    not_found: tuple[str, ...] = ()
    evidence_erased: tuple[str, ...] = ()
    dependents: Dependents = field(default_factory=Dependents)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        return cls(
            facts["removed"],
            facts["left"],
            tuple(facts.get("not_found") or ()),
            tuple(facts.get("evidence_erased") or ()),
            Dependents.read(facts),
        )


@dataclass(frozen=True)
class Preview:
    """How an upload would be read: the dataset, and the first rows of its table."""

    dataset: Dataset
    kind: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts, language: str = ENGLISH) -> Self:
        """From the service's JSON; a file with open questions may have no dataset yet."""
        preview, dataset = facts["preview"], facts.get("dataset")
        return cls(
            Dataset.read({"data_name": "", **({} if dataset is None else dataset)}, language),
            str(preview.get("kind") or ""),
            tuple(str(name) for name in preview.get("columns") or ()),
            tuple(tuple(row) for row in preview.get("rows") or ()),
            facts,
        )


def _values(record: type, facts: Facts) -> dict[str, Any]:
    """The fields of ``record`` that the answer has, and the answer itself."""
    return {**known_fields(record, facts), "facts": facts}


def messages_in(facts: Facts, messages: str, sentences: str) -> tuple[Message, ...]:
    """What an answer says under ``messages``; of an older service the ``sentences``."""
    given = facts.get(messages) or facts.get(sentences) or ()
    return tuple(map(Message.from_json, [given] if isinstance(given, str) else given))


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
