"""What the service says of a dataset: what it holds, how it was read, what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from graphnet.data.interpretation import Interpretation, Question
from service.api.views import known_fields
from service.client.answers import Facts

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
