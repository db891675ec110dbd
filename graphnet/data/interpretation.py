"""What a file was understood as: an object to look at, to keep, and to give beforehand.

Reading a file has three outcomes: it is certain what the file means, and it is read; two readings
are plausible, and a :class:`Question` names them; or it cannot be read, and a
:class:`~graphnet.errors.CohortError` says why. What was decided either way stands in the
:class:`Interpretation`, which is kept with the dataset.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from graphnet.messages import Message, finished

CONTROL, PATIENT = 0, 1  # the class numbers of NEURO-LEARN
Z, R, COUNTS, OTHER = "z", "r", "counts", "other"  # what the edges of a connectome are
NOTHING = finished("")


@dataclass(frozen=True)
class Choice:
    """One answer to a question: what to give as ``id=value``, and what it means."""

    value: str
    message: Message

    @property
    def label(self) -> str:
        """What it means, in English."""
        return str(self.message)


@dataclass(frozen=True)
class Question:
    """Two or more plausible readings; ``id`` is the key of the answer in a mapping."""

    id: str
    message: Message
    choices: tuple[Choice, ...]

    @property
    def sentence(self) -> str:
        """The question in English."""
        return str(self.message)

    def as_dict(self) -> dict[str, Any]:
        """For a JSON answer: the English sentences, and beside them the messages.

        The messages have keys of their own: an earlier client refuses a choice of three fields.
        """
        return {
            "id": self.id,
            "sentence": self.sentence,
            "choices": [{"value": choice.value, "label": choice.label} for choice in self.choices],
            "message": self.message.as_dict(),
            "choice_messages": [choice.message.as_dict() for choice in self.choices],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what :meth:`as_dict` gave, of this or an earlier version."""
        choices = stored["choices"]
        labels = _messages(stored, "choice_messages", [choice["label"] for choice in choices])
        return cls(
            stored["id"],
            Message.from_json(stored.get("message", stored["sentence"])),
            tuple(
                Choice(choice["value"], label)
                for choice, label in zip(choices, labels, strict=True)
            ),
        )


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
    per pair of regions) or ``series`` (correlated here). ``message`` is how ``values`` was known.
    Pearson's r is kept as Fisher's z; everything else is kept as it is.
    """

    values: str
    triangle: str
    message: Message = NOTHING

    @property
    def reason(self) -> str:
        """How ``values`` was known, in English; "" where it was not kept."""
        return str(self.message)


@dataclass(frozen=True)
class AtlasReading:
    """The atlas that the regions are of, by its ``name`` in the package; ``title`` is for people.

    ``regions`` are the numbers in the atlas of the data's regions, in the data's order. ``message``
    is how that was known.
    """

    name: str
    title: str
    regions: tuple[int, ...]
    message: Message = NOTHING

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_dict` reads it back."""
        return {
            "name": self.name,
            "title": self.title,
            "regions": list(self.regions),
            "reason": str(self.message),
            "message": self.message.as_dict(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """Read back what :meth:`as_dict` gave; None where there was none."""
        if stored is None:
            return None
        numbers = tuple(int(number) for number in stored["regions"])
        message = Message.from_json(stored.get("message", stored["reason"]))
        return cls(str(stored["name"]), str(stored["title"]), numbers, message)


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

    what: str | Message
    message: Message

    @property
    def reason(self) -> str:
        """Why, in English."""
        return str(self.message)

    def as_dict(self) -> dict[str, Any]:
        """In English, for JSON; words that are no name of the file also as a message."""
        said = {"what": str(self.what), "reason": self.reason}
        if isinstance(self.what, Message):
            return {**said, "what_message": self.what.as_dict()}
        return said

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], reason: Message) -> Self:
        """Read back what :meth:`as_dict` gave, with the reason as a message."""
        what = stored.get("what_message")
        return cls(stored["what"] if what is None else Message.from_json(what), reason)


@dataclass(frozen=True)
class Interpretation:
    """What one file, folder or table was understood as.

    ``kind`` is the kind of file (``csv``, ``npz``, ``folder`` …). ``id``, ``site`` and ``score``
    name columns, None where there is none. ``files`` says which of several files of a subject were
    taken, by what they differ in (``{"ses": "baseline"}``). ``assumptions`` are what was taken for
    granted, ``answers`` the mapping that was given. ``repetition_time`` is the time from one point
    of the series to the next, in seconds, where that is known. ``atlas`` is what the regions are
    of, where that is known; ``offers`` are questions that may be answered and need not be.
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
    repetition_time: float | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[MissingCode, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    assumptions: tuple[Message, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    atlas: AtlasReading | None = None
    offers: tuple[Question, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The assumptions in English."""
        return tuple(str(message) for message in self.assumptions)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_dict` reads it back.

        ``said`` and the reasons are English. The messages they come from stand under keys of their
        own, which an earlier version passes over.
        """
        connectome = self.connectome
        return {
            "kind": self.kind,
            "text": _maybe_dict(self.text),
            "id": self.id,
            "label": _label_dict(self.label),
            "site": self.site,
            "score": self.score,
            "covariates": [asdict(covariate) for covariate in self.covariates],
            "regions": self.regions,
            "measures": self.measures,
            "connectome": None if connectome is None else _connectome_dict(connectome),
            "series": _maybe_dict(self.series),
            "repetition_time": self.repetition_time,
            "files": dict(self.files),
            "missing": [asdict(code) for code in self.missing],
            "left_alone": [item.as_dict() for item in self.left_alone],
            "said": self.said,
            "answers": dict(self.answers),
            "left_alone_messages": [item.message.as_dict() for item in self.left_alone],
            "said_messages": [message.as_dict() for message in self.assumptions],
            "connectome_message": None if connectome is None else connectome.message.as_dict(),
            "atlas": None if self.atlas is None else self.atlas.as_dict(),
            "offers": [question.as_dict() for question in self.offers],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what :meth:`as_dict` gave, of this or an earlier version.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is no interpretation.

        """
        plain = ("kind", "id", "site", "score", "files", "answers")
        left_alone = stored["left_alone"]
        reasons = _messages(stored, "left_alone_messages", [item["reason"] for item in left_alone])
        return cls(
            **{name: stored[name] for name in plain},
            text=_maybe(TextFormat, stored["text"]),
            label=_coding(stored["label"]),
            covariates=tuple(CovariateReading(**item) for item in stored["covariates"]),
            regions=tuple(stored["regions"]),
            measures=tuple(stored["measures"]),
            connectome=_connectome(stored),
            series=_maybe(SeriesReading, stored["series"]),
            repetition_time=stored.get("repetition_time"),
            missing=tuple(MissingCode(**item) for item in stored["missing"]),
            left_alone=tuple(
                LeftAlone.from_dict(item, reason)
                for item, reason in zip(left_alone, reasons, strict=True)
            ),
            assumptions=_messages(stored, "said_messages", stored["said"]),
            atlas=AtlasReading.from_dict(stored.get("atlas")),
            offers=tuple(Question.from_dict(question) for question in stored.get("offers") or ()),
        )


def _messages(stored: Mapping[str, Any], key: str, english: list[str]) -> tuple[Message, ...]:
    """The messages under ``key``; in their place the sentences that an earlier version stored."""
    return tuple(Message.from_json(message) for message in stored.get(key, english))


def _connectome_dict(reading: ConnectomeReading) -> dict[str, str]:
    return {"values": reading.values, "triangle": reading.triangle, "reason": reading.reason}


def _connectome(stored: Mapping[str, Any]) -> ConnectomeReading | None:
    reading = stored["connectome"]
    if reading is None:
        return None
    message = Message.from_json(stored.get("connectome_message", reading["reason"]))
    return ConnectomeReading(reading["values"], reading["triangle"], message)


def _maybe_dict(reading: Any) -> dict[str, Any] | None:
    return None if reading is None else asdict(reading)


def _label_dict(coding: ClassCoding | None) -> dict[str, Any] | None:
    if coding is None:
        return None
    names = {str(number): name for number, name in coding.names.items()}
    return {"column": coding.column, "values": dict(coding.values), "names": names}


def _maybe(kind: type[Any], stored: Mapping[str, Any] | None) -> Any:
    return None if stored is None else kind(**stored)


def _coding(stored: Mapping[str, Any] | None) -> ClassCoding | None:
    if stored is None:
        return None
    names = {int(number): str(name) for number, name in stored["names"].items()}
    return ClassCoding(stored["column"], dict(stored["values"]), names)
