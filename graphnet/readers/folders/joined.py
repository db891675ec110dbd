"""Tables of the same subjects, joined by id: of measures, of connectomes, and of the people.

A hemisphere, a measure or both may have a table of their own, as FreeSurfer, ENIGMA and CAT12 write
them. Tables of one parcellation are joined; of several parcellations one is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from graphnet.data.dataset import Dataset, FloatArray
from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import Choice, Interpretation
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.tables import (
    KIND,
    OF_FILE,
    Table,
    answers_of_measures,
    check_tables,
    say_appended,
    say_unread,
    tables_of,
)
from graphnet.readers.inquiry import COVARIATES, LABEL, SITE, Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.roster import (
    matched_rows,
    unpacked_name,
)
from graphnet.readers.subjects.several_tables import (
    TABLE,
    Addition,
    ask_table,
    with_additions,
)
from graphnet.readers.tables.freesurfer import ASEG, atlas_of, interpret_table
from graphnet.readers.tables.reading import Connectome, Measured, arranged
from graphnet.readers.tables.regions import VALUE
from graphnet.readers.tables.roles import NONE

ATLAS, CONNECTOMES = "files.atlas", "files.connectomes"  # the keys of questions
LEAST_COMMON = 0.5  # the share of ids that two tables of the same subjects have in common

Layers = dict[str, dict[str, FloatArray]]  # values (S,) by measure and region


@dataclass(frozen=True)
class _Tables:
    """The table that lists the subjects, those that are measured, and every one that is used."""

    folder: Path
    listing: Table
    measured: Sequence[Table]
    every: Sequence[Table]


@dataclass(frozen=True)
class _BrainOfTable:
    """A table as it was read, and its row of each of the S subjects."""

    path: Path
    brain: Dataset
    rows: Sequence[int]


def read_joined(files: Files, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset of a folder of tables that belong together; None where it is no such folder.

    Raises:
        CohortError: the tables do not fit together.

    """
    tables, unread = tables_of(files, inquiry, most)
    check_tables(unread, files.folder, inquiry)
    measured = [table for table in tables if table.brain is not None]
    others = [table for table in tables if table.brain is None]
    if not measured or sum(len(table.parts) for table in tables) < 2:
        return None
    listing = None
    if not _are_of_the_same(tables) or _are_cohorts(measured, others):
        if len(measured) < 2:
            return None
        listing = measured[ask_table([table.within(files.folder) for table in measured], inquiry)]
        _leave_others(listing, [*measured, *others], inquiry)
        measured, others = [listing], []
    say_unread(unread, inquiry)
    listing = listing or _people_table(measured, others, files, inquiry)
    chosen = _one_parcellation(measured, inquiry)
    used = _Tables(files.folder, listing, chosen, [*others, *chosen])
    behind = inquiry.behind(TABLE)
    people = _people(listing, _of_people(listing, used.every, behind), most)
    dataset = _dataset(people, used, behind, most)
    if dataset is not None:
        say_appended(used.every, dataset.interpretation.site, inquiry)
    return dataset


def _are_of_the_same(tables: Sequence[Table]) -> bool:
    first = tables[0].ids
    return all(
        len(match_ids(table.ids, first).pairs) >= LEAST_COMMON * min(len(table.ids), len(first))
        for table in tables[1:]
    )


def _are_cohorts(measured: Sequence[Table], others: Sequence[Table]) -> bool:
    """Whether tables with classes are cohorts of their own: one alone, or of the same columns.

    One alone is none if it is the rows of several files, or if beside it lies another table of the
    same people with their classes.
    """
    labelled = [table for table in measured if table.label]
    if len(measured) < 2:
        beside = any(table.label for table in others)
        return bool(labelled) and not beside and len(measured[0].parts) == 1
    columns = [
        (measure, region)
        for table in labelled
        if table.brain is not None
        for measure in (*table.brain.measures, *_edges(table.brain))
        for region in table.brain.regions
    ]
    return len(set(columns)) < len(columns)


def _edges(brain: Dataset) -> tuple[str, ...]:
    return () if brain.connectomes is None else (CONNECTOMES,)


def _leave_others(chosen: Table, tables: Sequence[Table], inquiry: Inquiry) -> None:
    for table in tables:
        if table is not chosen:
            why = Message("readers_subjects.another-table-used", table=chosen.name)
            inquiry.leave(table.name, why)


def _people_table(
    measured: Sequence[Table], others: Sequence[Table], files: Files, inquiry: Inquiry
) -> Table:
    """The table that says who the subjects are: the one with classes; asked where several have."""
    labelled = [table for table in (*others, *measured) if table.label]
    if len(labelled) < 2:
        return (*labelled, *others, *measured)[0]
    return labelled[ask_table([table.within(files.folder) for table in labelled], inquiry)]


def _of_people(table: Table, every: Sequence[Table], inquiry: Inquiry) -> Inquiry:
    """With those of the answered covariates that the table has, or no table has; so with a site."""
    answers = dict(inquiry.answers)
    elsewhere = {name for other in every if other.path != table.path for name in other.sheet.names}
    elsewhere -= set(table.sheet.names)
    given = inquiry.answer(COVARIATES)
    if given is not None and given.strip().casefold() != NONE:
        names = [name.strip() for name in given.split(",")]
        answers[COVARIATES] = ",".join(name for name in names if name not in elsewhere) or NONE
    if answers.get(SITE) == OF_FILE and OF_FILE in elsewhere:
        del answers[SITE]
    return replace(inquiry, name=table.name, answers=answers)


def _of_others(table: Table, inquiry: Inquiry) -> Inquiry:
    """For a table that does not list the subjects: of what is answered about people, covariates.

    And the file of a row as the site, which no list has.
    """
    answers = {**answers_of_measures(inquiry), LABEL: NONE}
    given = inquiry.answer(COVARIATES)
    if given is not None:
        names = [name.strip() for name in given.split(",")]
        own = [name for name in names if name in table.sheet.names]
        answers[COVARIATES] = ",".join(own) or NONE
    if inquiry.answer(SITE) == OF_FILE and OF_FILE in table.sheet.names:
        answers[SITE] = OF_FILE
    return replace(inquiry, name=table.name, answers=answers)


def _people(listing: Table, inquiry: Inquiry, most: int) -> People:
    """The people of a table that ``inquiry`` is about."""
    sheet = listing.read(inquiry, most)
    if listing.brain is None:
        return read_people(sheet, sheet.names, inquiry)
    dataset = interpret_table(sheet, KIND, inquiry)
    inquiry.check()
    if dataset is None:
        raise CohortError(Message("readers_folders.nothing-measured", file=inquiry.name))
    return _people_of(dataset)


def _people_of(dataset: Dataset) -> People:
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
    return (atlas_of(group[0].sheet) and key) or unpacked_name(group[0].path).stem


def _dataset(people: People, tables: _Tables, inquiry: Inquiry, most: int) -> Dataset | None:
    ids, listing = people.subjects.ids, tables.listing
    additions: list[Addition] = []
    brains: list[_BrainOfTable] = []
    for table in tables.measured:
        own = _of_others(table, inquiry)
        brain = interpret_table(table.read(own, most), KIND, own)
        inquiry.check()
        if brain is None:
            return None
        rows = matched_rows(brain.subjects.ids, table.name, ids, listing.name, inquiry)
        inquiry.check()
        brains.append(_BrainOfTable(table.path, brain, rows))
        if table.path != listing.path:
            additions.append(Addition(table.within(tables.folder), _people_of(brain), tuple(rows)))
    additions += [
        _of_people_alone(table, tables, ids, inquiry, most)
        for table in tables.every
        if table.brain is None and table.path != listing.path
    ]
    measured = _beside_each_other(brains, inquiry)
    inquiry.check()
    if len(tables.every) > 1:
        inquiry.assume(
            Message(
                "readers_folders.tables-joined",
                file=inquiry.name,
                tables=first_of([table.name for table in tables.measured], 6),
            )
        )
    people = with_additions(people, listing.within(tables.folder), additions, inquiry)
    return Dataset(
        subjects=people.subjects,
        regions=measured.regions,
        measures=measured.measures,
        values=measured.values,
        connectomes=measured.edges,
        interpretation=Interpretation(
            kind=KIND,
            text=listing.sheet.text,
            id=people.id,
            label=people.label,
            site=people.site,
            score=people.score,
            covariates=people.covariates,
            connectome=measured.reading,
        ),
    )


def _of_people_alone(
    table: Table, tables: _Tables, ids: Sequence[str], inquiry: Inquiry, most: int
) -> Addition:
    """What a table without measures adds of the subjects; who is in one of both alone is said."""
    people = _people(table, _of_others(table, inquiry), most)
    inquiry.check()
    own = people.subjects.ids
    match = match_ids(ids, own)
    for sentence in match.how:
        inquiry.assume(Message("readers_subjects.of-file", file=table.name, detail=sentence))
    row = {subject: number for number, subject in enumerate(own)}
    found = match.as_dict
    lacking = [subject for subject in ids if subject not in found]
    others = set(own) - set(match.right)
    more = [subject for subject in own if subject in others]
    if lacking or more:
        inquiry.assume(
            Message(
                "readers_folders.people-of-one-table",
                table=table.name,
                listing=tables.listing.name,
                kind="both" if lacking and more else "lacking" if lacking else "more",
                missing=len(lacking),
                lacking=first_of(lacking, 5),
                count=len(more),
                more=first_of(more, 5),
            )
        )
    rows = tuple(row[found[subject]] if subject in found else None for subject in ids)
    return Addition(table.within(tables.folder), people, rows)


# What the tables measure, beside each other.


def _beside_each_other(brains: Sequence[_BrainOfTable], inquiry: Inquiry) -> Measured:
    """The measures (S, N, F) of all tables and the edges (S, E) of one, of the same regions.

    What does not fit together is refused by the ``inquiry``; the values are then not all there.
    """
    layers: Layers = {}
    names = _measure_names(brains, inquiry)
    for each in brains:
        values = each.brain.values
        for place, measure in enumerate(each.brain.measures if values is not None else ()):
            layer = layers.setdefault(names.get(each.path, measure), {})
            for column, region in enumerate(each.brain.regions):
                if values is not None:
                    _add(layer, region, values[each.rows, column, place], each.path, inquiry)
    connectome = _connectome(brains, inquiry)
    regions = _regions(layers, inquiry)
    if connectome is not None:
        regions = regions or connectome.regions
    if inquiry.problems:
        return Measured(regions, tuple(layers), None, None, None)
    stacked = [np.stack([layer[region] for region in regions], axis=1) for layer in layers.values()]
    return Measured(
        regions=regions,
        measures=tuple(layers),
        values=np.stack(stacked, axis=2) if stacked else None,
        edges=None if connectome is None else arranged(connectome, regions),
        reading=None if connectome is None else connectome.reading,
    )


def _connectome(brains: Sequence[_BrainOfTable], inquiry: Inquiry) -> Connectome | None:
    """The connectomes of one table, in the order of the subjects; asked where several have them."""
    tables = [each for each in brains if each.brain.connectomes is not None]
    names = [each.path.name for each in tables]
    chosen = tables[0] if tables else None
    if len(tables) > 1:
        answer = inquiry.ask(
            CONNECTOMES,
            Message("readers_folders.ask-connectomes", file=inquiry.name, count=len(names)),
            [Choice(name, Message("readers_folders.stack-choice", name=name)) for name in names],
        )
        chosen = tables[names.index(answer)]
        for name in names:
            if name != answer:
                inquiry.leave(name, Message("readers_tables.another-connectome-used"))
    if chosen is None:
        return None
    edges, reading = chosen.brain.connectomes, chosen.brain.interpretation.connectome
    if edges is None or reading is None:
        return None
    return Connectome(edges[list(chosen.rows)], chosen.brain.regions, reading)


def _add(
    layer: dict[str, FloatArray], region: str, values: FloatArray, table: Path, inquiry: Inquiry
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


def _measure_names(brains: Sequence[_BrainOfTable], inquiry: Inquiry) -> dict[Path, str]:
    """Measures by the names of their files, of tables whose columns are regions alone.

    ``Vgm`` of ``ROI_neuromorphometrics_Vgm.csv`` beside ``ROI_neuromorphometrics_Vwm.csv``.
    """
    unnamed = [table for table in brains if table.brain.measures == (VALUE,)]
    if len(unnamed) < 2:
        return {}
    words = [unpacked_name(table.path).stem.replace("-", "_").split("_") for table in unnamed]
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
