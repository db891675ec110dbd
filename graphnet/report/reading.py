"""How each dataset was read, as rows of a table."""

from collections.abc import Callable, Mapping
from typing import Any

from graphnet.artifacts.lineage import INTERPRETATIONS
from graphnet.data.class_names import called
from graphnet.data.interpretation import ConnectomeReading, Interpretation
from graphnet.errors import shortened
from graphnet.report.numbers import NOTHING

EDGES = {
    "z": "Fisher's z",
    "r": "Pearson's r, kept as Fisher's z",
    "counts": "streamline counts",
    "other": "values of another kind",
}
MOST_NAMED = 6


def readings(manifest: Mapping[str, Any] | None) -> dict[str, Interpretation]:
    """The interpretation of each dataset; {} where an older version stored none."""
    stored = (manifest or {}).get(INTERPRETATIONS) or {}
    found = {}
    for name, each in stored.items():
        try:
            found[str(name)] = Interpretation.from_dict(each)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return found


def reading_rows(manifest: Mapping[str, Any] | None) -> tuple[list[str], list[list[str]]]:
    """Titles and a row per dataset; what is said of none of them has no column."""
    found = readings(manifest)
    columns = {title: [tell(each) for each in found.values()] for title, tell in COLUMNS.items()}
    told = {title: cells for title, cells in columns.items() if any(cells)}
    rows = [
        [name, *(cells[place] or NOTHING for cells in told.values())]
        for place, name in enumerate(found)
    ]
    return ["Dataset", *told], rows


def _classes(found: Interpretation) -> str:
    if found.label is None:
        return ""
    coded = [
        f"{value} = {number} ({called(found.label.names, number)})"
        if called(found.label.names, number) not in {value, str(number)}
        else f"{value} = {number}"
        for value, number in found.label.values.items()
    ]
    return f"{found.label.column}: {', '.join(coded)}"


def _subjects(found: Interpretation) -> str:
    named = [found.site and f"site {found.site}", found.score and f"score {found.score}"]
    covariates = [each.name for each in found.covariates]
    if covariates:
        named.append(f"covariates {shortened(covariates, MOST_NAMED)}")
    return "; ".join(filter(None, named))


def _connectome(found: Interpretation) -> str:
    reading = found.connectome
    return "" if reading is None else f"{EDGES.get(reading.values, reading.values)}{_why(reading)}"


def _why(reading: ConnectomeReading) -> str:
    return f" ({reading.reason})" if reading.reason else ""


def _series(found: Interpretation) -> str:
    if found.series is None:
        return ""
    least, most = found.series.least_points, found.series.most_points
    points = f"{least}" if least == most else f"{least} to {most}"
    return f"{points} points, {found.series.orientation}"


def _files(found: Interpretation) -> str:
    return ", ".join(f"{entity}: {value}" for entity, value in found.files.items())


def _missing(found: Interpretation) -> str:
    return ", ".join(f"{each.code} in {each.column} ({each.count})" for each in found.missing)


def _left_alone(found: Interpretation) -> str:
    return shortened([f"{each.what} ({each.reason})" for each in found.left_alone], MOST_NAMED)


COLUMNS: dict[str, Callable[[Interpretation], str]] = {
    "File": lambda found: found.kind,
    "Subject id": lambda found: found.id or "",
    "Classes": _classes,
    "Besides": _subjects,
    "Connectome": _connectome,
    "Time series": _series,
    "Files chosen": _files,
    "Missing codes": _missing,
    "Not used": _left_alone,
    "Assumed": lambda found: " ".join(found.said),
}
