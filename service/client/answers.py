"""What the service answers, as frozen messages.

Each keeps everything that was said in ``facts``, also what is not known here; what is absent or
null takes the field's default, so an older or a newer service can be read too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from service.api.views import HeadlineView, known_fields

if TYPE_CHECKING:
    import pandas as pd

Headline = HeadlineView
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
        from service.client.shown import task_html  # noqa: PLC0415

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
