"""Who was analysed: cohorts, files and how they were read, data quality; tables and a diagram."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from graphnet import figures
from graphnet.artifacts.evidence import CohortSummary, LineageStep, TrainedDataset
from graphnet.artifacts.result import QualityFinding
from graphnet.data.class_names import called
from graphnet.data.interpretation import Interpretation
from graphnet.messages import ENGLISH, Message, every, first_of, in_cell, render
from graphnet.names import (
    EDGES,
    ORIENTATIONS,
    class_name,
    rule_name,
    split_name,
)
from graphnet.report.facts import Facts
from graphnet.report.tables import (
    MOST_SITES,
    NOTHING,
    Cell,
    Row,
    Table,
    first_rows,
    people_of,
)

MOST_SUBJECTS, MOST_FINDINGS = 8, 100  # whom a cell names; rows
MISSING_REGION = "missing-region"


def cohort_table(facts: Facts) -> Table:
    """The subjects of each split, by site and class."""
    labels = sorted(
        {label for cohort in facts.cohorts.values() for label in cohort.classes}, key=int
    )
    shown = [] if facts.is_regression else labels
    rows: list[Row] = [
        [
            split_name(split),
            site,
            str(sum(counts.values())),
            *(str(counts.get(label, 0)) for label in shown),
        ]
        for split, cohort in facts.cohorts.items()
        for site, counts in cohort.sites.items()
    ]
    titles: Row = [
        Message("report.split"),
        Message("report.site"),
        Message("report.subjects"),
        *(class_name(facts.class_names, int(label), title=True) for label in shown),
    ]
    return first_rows(titles, rows, MOST_SITES)


def rows_left_out(facts: Facts) -> dict[str, int]:
    """Rows without a class, or a score, by the dataset's name; only of datasets that had some."""
    found = {}
    for warning in facts.result.warnings:
        if warning.code == "data.rows-dropped":
            values = dict(warning.values)
            found[str(values["name"])] = int(str(values["count"]))
    return found


def flow_table(facts: Facts) -> Table:
    """Each file of each split: rows read, rows left out and why, subjects analysed."""
    left_out = rows_left_out(facts)
    why = Message("report.no-target", target="score" if facts.is_regression else "group")
    rows: list[Row] = [
        [
            dataset.name,
            split_name(split),
            str(dataset.subjects + left_out.get(dataset.name, 0)),
            str(left_out.get(dataset.name, 0)),
            why if dataset.name in left_out else NOTHING,
            str(dataset.subjects),
        ]
        for split, listed in facts.model.datasets.items()
        for dataset in listed
    ]
    titles: Row = [
        Message("report.dataset"),
        Message("report.split"),
        Message("report.rows-read"),
        Message("report.rows-left-out"),
        Message("report.why"),
        Message("report.analysed"),
    ]
    return first_rows(titles, rows, MOST_SITES)


def lineage_table(facts: Facts) -> Table:
    """The tasks behind the model and itself, with the datasets that each trained on."""
    rows: list[Row] = [
        [step.task_id or NOTHING, _origin(place, step), _datasets(step.datasets)]
        for place, step in enumerate(facts.lineage)
    ]
    titles: Row = [
        Message("report.task"),
        Message("report.trained"),
        Message("report.datasets-with-subjects"),
    ]
    return Table(titles, rows if len(rows) > 1 else [])


def _origin(place: int, step: LineageStep) -> Cell:
    if place:
        return Message("report.fine-tuned")
    return NOTHING if step.datasets is None else Message("report.from-scratch")


def _datasets(datasets: Sequence[TrainedDataset] | None) -> Message:
    if datasets is None:
        return Message("report.not-stored")
    names = [
        Message(
            "report.dataset-with-subjects",
            name=dataset.name or Message("report.another-project"),
            count=str(dataset.subjects),
        )
        for dataset in datasets
    ]
    return Message("report.listed", items=every(names))


def quality_table(facts: Facts) -> Table:
    """What was found in the data, by split, dataset, measure and rule."""
    grouped: dict[tuple[str, str, str, str], list[QualityFinding]] = defaultdict(list)
    for split, findings in facts.result.quality.findings.items():
        for finding in findings:
            grouped[split, finding.site, finding.measure, finding.rule].append(finding)
    rows: list[Row] = [
        [
            split_name(split),
            site,
            measure,
            rule_name(rule),
            str(sum(finding.count for finding in findings)),
            _people(findings),
        ]
        for (split, site, measure, rule), findings in grouped.items()
    ]
    titles: Row = [
        Message("report.split"),
        Message("report.dataset"),
        Message("report.measure"),
        Message("report.rule"),
        Message("report.values"),
        Message("report.subjects"),
    ]
    return first_rows(titles, rows, MOST_FINDINGS)


def _people(findings: Iterable[QualityFinding]) -> Message:
    subjects = dict.fromkeys(name for finding in findings for name in _subjects_of(finding))
    return Message("report.listed", items=first_of(subjects, MOST_SUBJECTS))


def _subjects_of(finding: QualityFinding) -> list[str]:
    """Of a region without edges a finding names several."""
    return finding.subject.split(", ") if finding.rule == MISSING_REGION else [finding.subject]


MOST_NAMED = 6


def reading_table(facts: Facts) -> Table:
    """How each dataset was read; a column that says nothing of any dataset is left out."""
    interpretations = facts.model.interpretations
    columns = [(title, list(map(tell, interpretations.values()))) for title, tell in READING]
    filled = [(title, cells) for title, cells in columns if any(cells)]
    rows: list[Row] = [
        [name, *(cells[place] or NOTHING for _, cells in filled)]
        for place, name in enumerate(interpretations)
    ]
    titles: Row = [Message("report.dataset"), *(title for title, _ in filled)]
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
    return Message("report.of-column", column=coding.column, values=in_cell(coded))


def _columns(interpretation: Interpretation) -> Cell:
    columns = []
    if interpretation.site:
        columns.append(Message("report.site-column", column=interpretation.site))
    if interpretation.score:
        columns.append(Message("report.score-column", column=interpretation.score))
    covariates = first_of((covariate.name for covariate in interpretation.covariates), MOST_NAMED)
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
    files = [f"{entity}: {value}" for entity, value in interpretation.files.items()]
    return Message("report.listed", items=in_cell(files)) if files else ""


def _missing(interpretation: Interpretation) -> Cell:
    codes = [
        Message(
            "report.missing-code",
            code=missing.code,
            column=missing.column,
            count=str(missing.count),
        )
        for missing in interpretation.missing
    ]
    return Message("report.listed", items=every(codes)) if codes else ""


def _left_alone(interpretation: Interpretation) -> Cell:
    parts = [
        Message("report.with-reason", what=column.what, reason=column.message)
        for column in interpretation.left_alone
    ]
    return Message("report.listed", items=first_of(parts, MOST_NAMED)) if parts else ""


def _assumptions(interpretation: Interpretation) -> Cell:
    return interpretation.assumptions


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


def subjects_flow(facts: Facts, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """Subjects from file to analysis, as SVG; "" where the cohorts were not stored."""
    by_dataset = rows_left_out(facts)
    names = [dataset.name for listed in facts.model.datasets.values() for dataset in listed]
    left_out = sum(by_dataset.get(name, 0) for name in names or by_dataset)
    analysed = sum(cohort.rows for cohort in facts.cohorts.values())
    parts = [
        figures.Part(
            render(
                Message(
                    "report.split-count",
                    split=split_name(split),
                    count=people_of(cohort),
                ),
                language,
            ),
            [render(line, language) for line in _of_part(facts, split, cohort)],
        )
        for split, cohort in facts.cohorts.items()
    ]
    return figures.flow(analysed + left_out, left_out, parts, language, narrow=narrow)


def _of_part(facts: Facts, split: str, cohort: CohortSummary) -> Iterator[Message]:
    if not facts.is_regression:
        for label, count in cohort.classes.items():
            name = class_name(facts.class_names, int(label), title=True)
            yield Message("report.class-count", label=name, count=count)
    yield Message("report.site-count", count=len(cohort.sites))
    if split == "train":
        for kind, folds in facts.validated.items():
            yield Message("report.fold-count", kind=split_name(kind), count=folds.folds)
    elif facts.seen_in_training(split):
        yield Message("report.seen-count", count=facts.seen_in_training(split))
