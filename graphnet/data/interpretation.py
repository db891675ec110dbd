"""What a file was understood as: an object to look at, to keep, and to give beforehand.

Reading a file has three outcomes: it is certain what the file means, and it is read; two readings
are plausible, and a :class:`Question` names them; or it cannot be read, and a
:class:`~graphnet.errors.CohortError` says why. What was decided either way stands in the
:class:`Interpretation`, which is kept with the dataset.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

CONTROL, PATIENT = 0, 1  # the class numbers of NEURO-LEARN
Z, R, COUNTS, OTHER = "z", "r", "counts", "other"  # what the edges of a connectome are


@dataclass(frozen=True)
class Choice:
    """One answer to a question: what to give as ``id=value``, and what it means."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Two or more plausible readings; ``id`` is the key of the answer in a mapping."""

    id: str
    sentence: str
    choices: tuple[Choice, ...]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON answer."""
        return {
            "id": self.id,
            "sentence": self.sentence,
            "choices": [asdict(choice) for choice in self.choices],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what :meth:`as_dict` gave."""
        choices = tuple(Choice(**choice) for choice in stored["choices"])
        return cls(stored["id"], stored["sentence"], choices)


@dataclass(frozen=True)
class TextFormat:
    """How the cells of a text file were told apart."""

    encoding: str
    separator: str
    decimal: str = "."


@dataclass(frozen=True)
class ClassCoding:
    """Which class each value of the ``column`` stands for.

    ``values`` maps the file's text to a class number (0, 1, …; 0 is control), ``names`` maps the
    class number to the word that people read. A value that is not there is a missing class.
    """

    column: str
    values: Mapping[str, int]
    names: Mapping[int, str]


@dataclass(frozen=True)
class CovariateReading:
    """A column that describes subjects: ``kind`` is ``numeric`` or ``categorical``."""

    name: str
    kind: str
    missing: int = 0


@dataclass(frozen=True)
class ConnectomeReading:
    """What the edges are: ``values`` is ``z`` (Fisher), ``r`` (Pearson), ``counts`` or ``other``.

    ``triangle`` says where the file holds them: ``full``, ``upper``, ``lower``, ``pairs`` (a column
    per pair of regions) or ``series`` (correlated here). ``reason`` is how ``values`` was known.
    Pearson's r is kept as Fisher's z; everything else is kept as it is.
    """

    values: str
    triangle: str
    reason: str


@dataclass(frozen=True)
class SeriesReading:
    """Time series of T points: how their files were read."""

    least_points: int
    most_points: int
    orientation: str = "points x regions"
    header: bool = False
    index: bool = False


@dataclass(frozen=True)
class MissingCode:
    """A number that stands for a missing value in a column, and how often it does."""

    column: str
    code: str
    count: int


@dataclass(frozen=True)
class LeftAlone:
    """A column, file or array that was not used, and why."""

    what: str
    reason: str


@dataclass(frozen=True)
class Interpretation:
    """What one file, folder or table was understood as.

    ``kind`` is the kind of file (``csv``, ``npz``, ``folder`` …). ``id``, ``site`` and ``score``
    name columns, None where there is none. ``files`` says which of several files of a subject were
    taken, by what they differ in (``{"ses": "baseline"}``). ``said`` are sentences on what was
    assumed, ``answers`` the mapping that was given.
    """

    kind: str
    text: TextFormat | None = None
    id: str | None = None
    label: ClassCoding | None = None
    site: str | None = None
    score: str | None = None
    covariates: tuple[CovariateReading, ...] = ()
    regions: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    connectome: ConnectomeReading | None = None
    series: SeriesReading | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[MissingCode, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    said: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_dict` reads it back."""
        found = asdict(self)
        if self.label is not None:
            found["label"]["names"] = {
                str(number): name for number, name in self.label.names.items()
            }
        return found

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what :meth:`as_dict` gave. Raises KeyError, TypeError where it is no such."""
        plain = ("kind", "id", "site", "score", "files", "answers")
        return cls(
            **{name: stored[name] for name in plain},
            text=_maybe(TextFormat, stored["text"]),
            label=_coding(stored["label"]),
            covariates=tuple(CovariateReading(**each) for each in stored["covariates"]),
            regions=tuple(stored["regions"]),
            measures=tuple(stored["measures"]),
            connectome=_maybe(ConnectomeReading, stored["connectome"]),
            series=_maybe(SeriesReading, stored["series"]),
            missing=tuple(MissingCode(**each) for each in stored["missing"]),
            left_alone=tuple(LeftAlone(**each) for each in stored["left_alone"]),
            said=tuple(stored["said"]),
        )


def _maybe(kind: type[Any], stored: Mapping[str, Any] | None) -> Any:
    return None if stored is None else kind(**stored)


def _coding(stored: Mapping[str, Any] | None) -> ClassCoding | None:
    if stored is None:
        return None
    names = {int(number): str(name) for number, name in stored["names"].items()}
    return ClassCoding(stored["column"], dict(stored["values"]), names)
