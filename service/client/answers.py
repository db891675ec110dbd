"""What the service answers, as frozen messages.

Each keeps everything that was said in ``facts``, also what is not known here; what is absent or
null takes the field's default, so an older or a newer service can be read too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

Facts = Mapping[str, Any]

ACTIVE = ("Submitted", "Running")


@dataclass(frozen=True)
class Progress:
    """How far a training is; ``eta_seconds`` is None while nobody can tell."""

    epoch: int = 0
    epochs: int = 0
    percent: float = 0.0
    eta_seconds: float | None = None


@dataclass(frozen=True)
class Task:
    """One training task; ``task_result`` once it is Finished, ``error`` once it is Failed."""

    task_id: str
    proj_id: str = ""
    task_name: str = ""
    task_type: str = ""
    task_status: str = ""
    task_config: Facts = field(default_factory=dict)
    task_result: Facts | None = None
    error: str | None = None
    progress: Progress | None = None
    attempt: int = 0
    parent_task_id: str = ""
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = _known(cls, facts)
        if "progress" in known:
            known["progress"] = Progress(**_known(Progress, known["progress"]))
        return cls(**{**known, "facts": facts})

    @property
    def ended(self) -> bool:
        """Whether it will not change any more, by success or otherwise."""
        return self.task_status not in ACTIVE


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
        known = _known(cls, facts)
        return cls(**{**known, "aliases": tuple(known.get("aliases", ())), "facts": facts})


@dataclass(frozen=True)
class Catalogue:
    """The architectures, and the graphs they can work on with a sentence each."""

    models: tuple[Architecture, ...]
    graphs: Mapping[str, str]


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
    """A stored dataset: subjects by class, how many regions, which measures.

    ``findings`` is empty in a listing; ``rules`` says in a sentence what each rule means.
    ``problems`` say why it cannot be trained on, () if it can.
    """

    data_name: str
    data_id: str = ""
    proj_id: str = ""
    subjects: int | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    regions: int | None = None
    measures: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """From the service's JSON."""
        known = _known(cls, facts)
        found = tuple(Finding(**_known(Finding, item)) for item in known.get("findings", ()))
        lists = {name: tuple(known.get(name, ())) for name in ("measures", "notes", "problems")}
        return cls(**{**known, **lists, "findings": found, "facts": facts})


def _known(message: type, facts: Facts) -> dict[str, Any]:
    names = (item.name for item in fields(message) if item.name != "facts")
    return {name: facts[name] for name in names if facts.get(name) is not None}
