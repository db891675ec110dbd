"""How each dataset was read, as a table."""

from collections.abc import Callable

from graphnet.data.class_names import called
from graphnet.data.interpretation import Interpretation
from graphnet.messages import Message, first_of
from graphnet.report.facts import Facts
from graphnet.report.tables import MOST_SITES, NOTHING, Cell, Row, Table, first_rows

MOST_NAMED = 6


def reading_table(facts: Facts) -> Table:
    """How each dataset was read; a column that says nothing of any dataset is left out."""
    interpretations = facts.model.interpretations
    columns = [(title, list(map(tell, interpretations.values()))) for title, tell in READING]
    told = [(title, cells) for title, cells in columns if any(cells)]
    rows: list[Row] = [
        [name, *(cells[place] or NOTHING for _, cells in told)]
        for place, name in enumerate(interpretations)
    ]
    titles: Row = [Message("report.dataset"), *(title for title, _ in told)]
    return first_rows(titles, rows, MOST_SITES)


def _classes(interpretation: Interpretation) -> Cell:
    coding = interpretation.label
    if coding is None:
        return ""
    coded = [
        f"{value} = {number}"
        if called(coding.names, number) in {value, str(number)}
        else f"{value} = {number} ({called(coding.names, number)})"
        for value, number in coding.values.items()
    ]
    return f"{coding.column}: {', '.join(coded)}"


def _columns(interpretation: Interpretation) -> Cell:
    columns = []
    if interpretation.site:
        columns.append(Message("report.site-column", column=interpretation.site))
    if interpretation.score:
        columns.append(Message("report.score-column", column=interpretation.score))
    covariates = first_of((each.name for each in interpretation.covariates), MOST_NAMED)
    if covariates.items:
        columns.append(Message("report.covariates", columns=covariates))
    return tuple(columns)


def _connectome(interpretation: Interpretation) -> Cell:
    reading = interpretation.connectome
    if reading is None:
        return ""
    edges = EDGES.get(reading.values, reading.values)
    if not reading.reason:
        return edges
    return Message("report.with-reason", what=edges, reason=reading.message)


def _series(interpretation: Interpretation) -> Cell:
    series = interpretation.series
    if series is None:
        return ""
    return Message(
        "report.series",
        least=str(series.least_points),
        most=str(series.most_points),
        same="yes" if series.least_points == series.most_points else "no",
        orientation=ORIENTATIONS.get(series.orientation, series.orientation),
    )


def _files(interpretation: Interpretation) -> Cell:
    return ", ".join(f"{entity}: {value}" for entity, value in interpretation.files.items())


def _missing(interpretation: Interpretation) -> Cell:
    codes = [
        Message("report.missing-code", code=each.code, column=each.column, count=str(each.count))
        for each in interpretation.missing
    ]
    return Message("report.listed", items=first_of(codes, len(codes))) if codes else ""


def _left_alone(interpretation: Interpretation) -> Cell:
    parts = [
        Message("report.with-reason", what=each.what, reason=each.message)
        for each in interpretation.left_alone
    ]
    return Message("report.listed", items=first_of(parts, MOST_NAMED)) if parts else ""


def _assumptions(interpretation: Interpretation) -> Cell:
    return interpretation.assumptions


EDGES = {
    "z": Message("report.edges-z"),
    "r": Message("report.edges-r"),
    "counts": Message("report.edges-counts"),
    "other": Message("report.edges-other"),
}
ORIENTATIONS = {
    "points x regions": Message("report.points-by-regions"),
    "regions x points": Message("report.regions-by-points"),
}
READING: tuple[tuple[Message, Callable[[Interpretation], Cell]], ...] = (
    (Message("report.file"), lambda interpretation: interpretation.kind),
    (Message("report.subject-id"), lambda interpretation: interpretation.id or ""),
    (Message("report.classes"), _classes),
    (Message("report.other-columns"), _columns),
    (Message("report.connectome"), _connectome),
    (Message("report.time-series"), _series),
    (Message("report.files-chosen"), _files),
    (Message("report.missing-codes"), _missing),
    (Message("report.not-used"), _left_alone),
    (Message("report.assumed"), _assumptions),
)
