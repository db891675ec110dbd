"""How a file was read, as names and texts for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from service.reading_words import EDGES, SEPARATORS, TRIANGLES

if TYPE_CHECKING:
    from graphnet.data.interpretation import (
        ClassCoding,
        ConnectomeReading,
        CovariateReading,
        Interpretation,
        MissingCode,
        SeriesReading,
        TextFormat,
    )

Facts = Iterator[tuple[str, str]]

MOST_NAMES = 6  # regions and covariates that are named
MOST_LEFT = 20  # columns and files that were left alone


def reading_facts(found: "Interpretation") -> Facts:
    """Everything about the file but what its subjects are; an empty text is not shown."""
    yield "Kind", _kind(found.kind, found.text)
    yield "Id column", found.id or "none"
    yield "Class column", "" if found.label is None else _coding(found.label)
    yield "Site column", found.site or ""
    yield "Score column", found.score or ""
    yield "Covariates", shortened([_covariate(each) for each in found.covariates])
    yield "Connectome", "" if found.connectome is None else _connectome(found.connectome)
    yield "Series", "" if found.series is None else _series(found.series)
    yield "Files", pairs(found.files.items())
    yield from (("Missing code", _missing(each)) for each in found.missing)
    yield "Answers", pairs(found.answers.items())
    yield from _left_alone(found)
    yield from (("Assumed", sentence) for sentence in found.said)


def shortened(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """As they are given with ``--map``."""
    return ", ".join(f"{key}={value}" for key, value in items)


def _kind(kind: str, text: "TextFormat | None") -> str:
    if text is None:
        return kind
    said = [text.encoding, f"{SEPARATORS.get(text.separator, repr(text.separator))} between cells"]
    if text.decimal != ".":
        said.append(f"{text.decimal!r} before decimals")
    return f"{kind} ({', '.join(said)})"


def _coding(label: "ClassCoding") -> str:
    """Such as ``DX_GROUP: 2 = control (0), 1 = autism (1)``: the text, the name, the number."""
    ordered = sorted(label.values.items(), key=lambda each: each[1])
    return f"{label.column}: {', '.join(_class(label, *each) for each in ordered)}"


def _class(label: "ClassCoding", text: str, number: int) -> str:
    name = label.names.get(number, str(number))
    return "".join(
        (text, f" = {name}" if name != text else "", f" ({number})" if name != str(number) else "")
    )


def _covariate(each: "CovariateReading") -> str:
    missing = f", {each.missing} missing" if each.missing else ""
    return f"{each.name} ({each.kind}{missing})"


def _connectome(found: "ConnectomeReading") -> str:
    values, triangle = EDGES.get(found.values, found.values), TRIANGLES.get(found.triangle)
    reason = f": {found.reason}" if found.reason and found.triangle != "series" else ""
    return f"{values}, {triangle or found.triangle}{reason}"


def _series(found: "SeriesReading") -> str:
    least, most = found.least_points, found.most_points
    said = [f"{least} points" if least == most else f"{least} to {most} points", found.orientation]
    said += ["a header row"] if found.header else []
    said += ["an index column"] if found.index else []
    return ", ".join(said)


def _missing(each: "MissingCode") -> str:
    return f"{each.code} in {each.column}, {each.count} times"


def _left_alone(found: "Interpretation") -> Facts:
    for each in found.left_alone[:MOST_LEFT]:
        yield "Left alone", f"{each.what}: {each.reason}"
    if len(found.left_alone) > MOST_LEFT:
        yield "Left alone", f"and {len(found.left_alone) - MOST_LEFT} more, which --json lists"
