"""Tables of measures of the same subjects, joined by id: FreeSurfer's, ENIGMA's and CAT12's.

A hemisphere, a measure or both may have a table of their own. Tables of one parcellation are
joined; of several parcellations one is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from graphnet.data.dataset import Covariate, Dataset, FloatArray
from graphnet.data.identifiers import match_ids, repeated
from graphnet.data.interpretation import Choice, CovariateReading, Interpretation
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import COVARIATES, ID, LABEL, POSITIVE, SCORE, SITE, Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.people import People, is_class_again, read_people
from graphnet.readers.subjects.roster import (
    candidates,
    is_of_freesurfer,
    matched_rows,
    read_file,
)
from graphnet.readers.tables.freesurfer import ASEG, atlas_of, interpret_table
from graphnet.readers.tables.regions import VALUE
from graphnet.readers.tables.roles import NONE, find_roles
from graphnet.readers.tables.sheet import Sheet

KIND = "folder"
ATLAS, TABLE = "files.atlas", "table"  # the keys of questions
OF_PEOPLE = (ID, LABEL, POSITIVE, SCORE, SITE, COVARIATES)
MOST_TABLES = 200  # FreeSurfer writes sixteen for one parcellation
LEAST_COMMON = 0.5  # the share of ids that two tables of the same subjects have in common

Layers = dict[str, dict[str, FloatArray]]  # values (S,) by measure and region


@dataclass(frozen=True)
class Table:
    """A table, the column of its ids, and what it measures: None where that is nothing."""

    path: Path
    sheet: Sheet
    ids: tuple[str, ...]
    brain: Dataset | None
    has_class: bool

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.path.name

    @property
    def key(self) -> str:
        """Its parcellation, or else its regions: what tables that belong together share."""
        regions = () if self.brain is None else sorted(self.brain.regions)
        return atlas_of(self.sheet) or "\n".join(regions)


def read_joined(files: Files, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset of a folder of tables that belong together; None where it is no such folder.

    Raises:
        CohortError: the tables do not fit together.

    """
    unread: dict[Path, Message] = {}
    tables = [
        table
        for path in sorted(candidates(files, MOST_TABLES))
        if (table := _looked_into(path, inquiry, most, unread)) is not None
    ]
    measured = [table for table in tables if table.brain is not None]
    others = [table for table in tables if table.brain is None]
    if not measured or len(tables) < 2 or not _are_of_the_same(tables):
        return None
    beside = any(table.has_class for table in others)
    if _are_cohorts([table for table in measured if table.has_class], measured, beside=beside):
        return None
    _say_unread(unread, inquiry)
    listing = _people_table(measured, others, files, inquiry)
    people = _people(listing, inquiry, most)
    chosen = _one_parcellation(measured, inquiry)
    for table in others:
        if table.path != listing.path:
            inquiry.leave(
                table.name, Message("readers_subjects.another-table-used", table=listing.name)
            )
    return _dataset(people, listing, chosen, inquiry, most)


def _looked_into(
    path: Path, inquiry: Inquiry, most: int, unread: dict[Path, Message]
) -> Table | None:
    """A table with ids, each on one row; None where it is none, of which ``unread`` takes why."""
    aside = Inquiry(path.name, _answers(inquiry))
    try:
        sheet = read_file(path, aside, most)
        brain = interpret_table(sheet, KIND, Inquiry(path.name, _answers(inquiry)))
        if brain is not None and brain.values is not None:
            ids, has_class = brain.subjects.ids, brain.interpretation.label is not None
        else:
            roles = find_roles(sheet, sheet.names, Inquiry(path.name, _answers(inquiry)))
            ids = sheet.texts(roles.id) if roles.id else ()
            brain, has_class = None, roles.label is not None
    except CohortError as error:
        unread[path] = error.messages[0]
        return None
    whole = len(ids) > 1 and all(ids) and not repeated(ids)
    if not whole:
        unread[path] = Message("readers_folders.table-without-ids")
    return Table(path, sheet, ids, brain, has_class) if whole else None


def _say_unread(unread: Mapping[Path, Message], inquiry: Inquiry) -> None:
    """Leave what is no table alone; a table of FreeSurfer that cannot be read is refused."""
    for path, reason in unread.items():
        if is_of_freesurfer(path):
            inquiry.refuse(Message("readers_subjects.of-file", file=path.name, detail=reason))
        else:
            inquiry.leave(path.name, reason)
    inquiry.check()


def _answers(inquiry: Inquiry) -> dict[str, str]:
    """Those that may be of a table of measures."""
    return {key: value for key, value in inquiry.answers.items() if key not in OF_PEOPLE}


def _are_of_the_same(tables: Sequence[Table]) -> bool:
    first = tables[0].ids
    return all(
        len(match_ids(table.ids, first).pairs) >= LEAST_COMMON * min(len(table.ids), len(first))
        for table in tables[1:]
    )


def _are_cohorts(labelled: Sequence[Table], measured: Sequence[Table], *, beside: bool) -> bool:
    """Whether tables with classes are cohorts of their own: one alone, or of the same columns.

    One alone is none if ``beside`` it lies a table of the same people with their classes.
    """
    if len(measured) < 2:
        return bool(labelled) and not beside
    columns = [
        (measure, region)
        for table in labelled
        if table.brain is not None
        for measure in table.brain.measures
        for region in table.brain.regions
    ]
    return len(set(columns)) < len(columns)


def _people_table(
    measured: Sequence[Table], others: Sequence[Table], files: Files, inquiry: Inquiry
) -> Table:
    """The table that says who the subjects are: the one with classes; asked where several have."""
    labelled = [table for table in (*others, *measured) if table.has_class]
    if len(labelled) < 2:
        return (*labelled, *others, *measured)[0]
    names = [str(table.path.relative_to(files.folder)) for table in labelled]
    answer = inquiry.ask(
        TABLE,
        Message("readers_subjects.ask-table", file=inquiry.name, count=len(names)),
        [
            Choice(name, Message("readers_subjects.table-choice", table=name, count=len(table.ids)))
            for name, table in zip(names, labelled, strict=True)
        ],
    )
    return labelled[names.index(answer)]


def _people(listing: Table, inquiry: Inquiry, most: int) -> People:
    own = replace(inquiry, name=listing.name)
    sheet = read_file(listing.path, own, most)
    if listing.brain is None:
        return read_people(sheet, sheet.names, own)
    dataset = interpret_table(sheet, KIND, own)
    inquiry.check()
    if dataset is None:
        raise CohortError(Message("readers_folders.nothing-measured", file=inquiry.name))
    found = dataset.interpretation
    return People(
        dataset.subjects, found.id, found.label, found.site, found.score, found.covariates
    )


def _one_parcellation(measured: Sequence[Table], inquiry: Inquiry) -> list[Table]:
    """The tables of one parcellation; asked where there are several."""
    groups: dict[str, list[Table]] = {}
    for table in measured:
        groups.setdefault(table.key, []).append(table)
    if len(groups) == 1:
        return list(measured)
    named = {_group_name(key, group): group for key, group in groups.items()}
    named |= _with_structures(named)
    answer = inquiry.ask(
        ATLAS,
        Message("readers_folders.ask-parcellation", file=inquiry.name),
        [
            Choice(
                name,
                Message(
                    "readers_folders.parcellation-choice",
                    atlas=name,
                    tables=first_of([table.name for table in group], 6),
                ),
            )
            for name, group in named.items()
        ],
    )
    for table in measured:
        if table not in named[answer]:
            inquiry.leave(table.name, Message("readers_folders.other-parcellation", atlas=answer))
    return named[answer]


def _with_structures(named: Mapping[str, Sequence[Table]]) -> dict[str, list[Table]]:
    """Cortex and structures together, by a name such as ``aparc+aseg``: what both measure.

    Every measure needs every region, so that of volumes and thickness the volumes are left.
    """
    structures = [table for table in named.get(ASEG, ()) if atlas_of(table.sheet) == ASEG]
    joined: dict[str, list[Table]] = {}
    for name, group in named.items():
        if name == ASEG or not atlas_of(group[0].sheet):
            continue
        shared = _measures(group) & _measures(structures)
        if shared:
            both = (*group, *structures)
            joined[f"{name}+{ASEG}"] = [table for table in both if _measures([table]) <= shared]
    return joined


def _measures(tables: Sequence[Table]) -> set[str]:
    return {measure for table in tables if table.brain for measure in table.brain.measures}


def _group_name(key: str, group: Sequence[Table]) -> str:
    return (atlas_of(group[0].sheet) and key) or group[0].path.stem


def _dataset(
    people: People, listing: Table, tables: Sequence[Table], inquiry: Inquiry, most: int
) -> Dataset | None:
    ids = people.subjects.ids
    layers: Layers = {}
    extra: dict[str, tuple[Covariate, CovariateReading]] = {}
    names = _measure_names(tables, inquiry)
    for table in tables:
        own = replace(inquiry, name=table.name, answers={**_answers(inquiry), LABEL: NONE})
        brain = interpret_table(read_file(table.path, own, most), KIND, own)
        inquiry.check()
        if brain is None or brain.values is None:
            return None
        rows = matched_rows(brain.subjects.ids, table.name, ids, listing.name, inquiry)
        inquiry.check()
        for place, measure in enumerate(brain.measures):
            layer = layers.setdefault(names.get(table.path, measure), {})
            for column, region in enumerate(brain.regions):
                _add(layer, region, brain.values[rows, column, place], table, inquiry)
        for covariate, reading in zip(
            brain.subjects.covariates, brain.interpretation.covariates, strict=True
        ):
            ordered = _ordered(covariate, rows)
            cells = [str(value) for value in ordered.values]
            if is_class_again(covariate.name, cells, people.subjects.labels):
                inquiry.leave(covariate.name, Message("readers_subjects.class-again"))
            else:
                extra.setdefault(covariate.name, (ordered, reading))
    regions = _regions(layers, inquiry)
    inquiry.check()
    inquiry.assume(
        Message(
            "readers_folders.tables-joined",
            file=inquiry.name,
            tables=first_of([table.name for table in tables], 6),
        )
    )
    known = {covariate.name for covariate in people.subjects.covariates}
    added = [both for name, both in extra.items() if name not in known and listing.brain is None]
    values = np.stack(
        [np.stack([layer[region] for region in regions], axis=1) for layer in layers.values()],
        axis=2,
    )
    covariates = (*people.subjects.covariates, *(one for one, _ in added))
    return Dataset(
        subjects=replace(people.subjects, covariates=covariates),
        regions=regions,
        measures=tuple(layers),
        values=values,
        interpretation=Interpretation(
            kind=KIND,
            text=listing.sheet.text,
            id=people.id,
            label=people.label,
            site=people.site,
            score=people.score,
            covariates=(*people.covariates, *(reading for _, reading in added)),
        ),
    )


def _ordered(covariate: Covariate, rows: Sequence[int]) -> Covariate:
    values = covariate.values
    if isinstance(values, tuple):
        return replace(covariate, values=tuple(values[row] for row in rows))
    return replace(covariate, values=values[list(rows)])


def _add(
    layer: dict[str, FloatArray], region: str, values: FloatArray, table: Table, inquiry: Inquiry
) -> None:
    """Take a region's values of one measure; twice with different values is refused."""
    before = layer.setdefault(region, values)
    if not np.array_equal(before, values, equal_nan=True):
        inquiry.refuse(
            Message(
                "readers_folders.region-in-two-tables",
                file=inquiry.name,
                region=region,
                table=table.name,
            )
        )


def _regions(layers: Mapping[str, Mapping[str, FloatArray]], inquiry: Inquiry) -> tuple[str, ...]:
    """The regions, which are the same for every measure, as each table has its own."""
    every = tuple(dict.fromkeys(region for layer in layers.values() for region in layer))
    for measure, layer in layers.items():
        absent = [region for region in every if region not in layer]
        if absent:
            inquiry.refuse(
                Message(
                    "readers_folders.measure-lacks-regions",
                    file=inquiry.name,
                    measure=measure,
                    regions=first_of(absent, 4),
                )
            )
    return every


def _measure_names(tables: Sequence[Table], inquiry: Inquiry) -> dict[Path, str]:
    """Measures by the names of their files, of tables whose columns are regions alone.

    ``Vgm`` of ``ROI_neuromorphometrics_Vgm.csv`` beside ``ROI_neuromorphometrics_Vwm.csv``.
    """
    unnamed = [table for table in tables if table.brain and table.brain.measures == (VALUE,)]
    if len(unnamed) < 2:
        return {}
    words = [table.path.stem.replace("-", "_").split("_") for table in unnamed]
    common = set(words[0]).intersection(*words)
    names = {
        table.path: "_".join(word for word in own if word not in common) or VALUE
        for table, own in zip(unnamed, words, strict=True)
    }
    inquiry.assume(
        Message(
            "readers_folders.measures-by-file", file=inquiry.name, measures=list(names.values())
        )
    )
    return names
