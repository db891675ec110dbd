"""Tables of the same subjects, joined by id: of measures, of connectomes, and of the people.

A hemisphere, a measure or both may have a table of their own, as FreeSurfer, ENIGMA and CAT12 write
them. Tables of one parcellation are joined; of several parcellations one is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphnet.data.dataset import Dataset
from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.freesurfer import ASEG, atlas_of, interpret_table
from graphnet.readers.folders.joined_values import CONNECTOMES, BrainOfTable, beside_each_other
from graphnet.readers.folders.tables import (
    KIND,
    OF_FILE,
    TWICE,
    Table,
    Unread,
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
from graphnet.readers.tables.roles import NONE

ATLAS = "files.atlas"  # the key of a question
LEAST_COMMON = 0.5  # the share of ids that two tables of the same subjects have in common


@dataclass(frozen=True)
class _Tables:
    """The table that lists the subjects, those that are measured, and every one that is used."""

    folder: Path
    listing: Table
    measured: Sequence[Table]
    every: Sequence[Table]


def read_joined(files: Files, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset of a folder of tables that belong together; None where it is no such folder.

    Raises:
        CohortError: the tables do not fit together.

    """
    tables, unread = tables_of(files, inquiry, most)
    check_tables(unread, files.folder, inquiry)
    measured = [table for table in tables if table.brain is not None]
    others = [table for table in tables if table.brain is None]
    foreign = [table for table in others if _is_foreign(table, measured)]
    others = [table for table in others if table not in foreign]
    tables = [*measured, *others]
    if measured and not any(table.label for table in tables):
        _refuse_twice(unread, inquiry)
    if not measured or (sum(len(table.parts) for table in tables) < 2 and not foreign):
        return None
    if _have_the_same_subjects(tables) and not _are_cohorts(measured):
        listing = _people_table(measured, others, files, inquiry)
    elif len(measured) < 2:
        return None
    else:
        _check_ids(measured, others, inquiry)
        listing = _asked_for(measured, files, inquiry)
        _leave_others(listing, [*measured, *others], inquiry)
        measured, others = [listing], []
    say_unread(unread, inquiry)
    for table in foreign:
        inquiry.leave(table.name, Message("readers_folders.no-common-id"))
    chosen = _one_parcellation(measured, inquiry)
    used = _Tables(files.folder, listing, chosen, [*others, *chosen])
    behind = inquiry.behind(TABLE)
    people = _people(listing, _for_listing(listing, used.every, behind), most)
    dataset = _dataset(people, used, behind, most)
    if dataset is not None:
        say_appended(used.every, dataset.interpretation.site, inquiry)
    return dataset


def _refuse_twice(unread: Mapping[Path, Unread], inquiry: Inquiry) -> None:
    """Refuse the table of classes that lists subjects twice. Raises CohortError."""
    for path, why in unread.items():
        if why.reason.code == TWICE:
            inquiry.refuse(Message("readers_subjects.of-file", file=path.name, detail=why.reason))
    inquiry.check()


def _have_the_same_subjects(tables: Sequence[Table]) -> bool:
    """Whether each table has half of its ids, or of the first table's, in common with the first."""
    first = tables[0].ids
    return all(
        len(match_ids(table.ids, first).pairs) >= LEAST_COMMON * min(len(table.ids), len(first))
        for table in tables[1:]
    )


def _check_ids(measured: Sequence[Table], others: Sequence[Table], inquiry: Inquiry) -> None:
    """Refuse tables of which none has classes, beside one that has, with other ids.

    Raises:
        CohortError: naming the ids of both.

    """
    listing = next((table for table in others if table.label), None)
    if listing is None or any(table.label for table in measured):
        return
    for table in measured:
        matched_rows(table.ids, table.name, listing.ids, listing.name, inquiry)
    inquiry.check()


def _is_foreign(table: Table, measured: Sequence[Table]) -> bool:
    """Whether a table without classes has no subject of the others: a list of regions, of words."""
    return not table.label and not any(match_ids(table.ids, one.ids).pairs for one in measured)


def _are_cohorts(measured: Sequence[Table]) -> bool:
    """Whether each table with classes is a cohort of its own, and the tables are not to be joined.

    They are if two have a column in common.
    """
    labelled = [table for table in measured if table.label]
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
    return _asked_for(labelled, files, inquiry)


def _asked_for(tables: Sequence[Table], files: Files, inquiry: Inquiry) -> Table:
    """The table that lists the subjects, by an answer."""
    return tables[ask_table([table.within(files.folder) for table in tables], inquiry)]


def _for_listing(table: Table, every: Sequence[Table], inquiry: Inquiry) -> Inquiry:
    """The answers for the table that lists the subjects: not of columns that others have alone."""
    answers = dict(inquiry.answers)
    elsewhere = {name for other in every if other.path != table.path for name in other.sheet.names}
    elsewhere -= set(table.sheet.names)
    given = inquiry.answer(COVARIATES)
    if given is not None:
        answers[COVARIATES] = _covariates(given, lambda name: name not in elsewhere)
    if answers.get(SITE) == OF_FILE and OF_FILE in elsewhere:
        del answers[SITE]
    return replace(inquiry, name=table.name, answers=answers)


def _for_other(table: Table, inquiry: Inquiry) -> Inquiry:
    """The answers for any other table: on its measures and covariates, and that it has no classes.

    The file of a row may be the site there, which no list has.
    """
    answers = {**answers_of_measures(inquiry), LABEL: NONE}
    given = inquiry.answer(COVARIATES)
    if given is not None:
        answers[COVARIATES] = _covariates(given, lambda name: name in table.sheet.names)
    if inquiry.answer(SITE) == OF_FILE and OF_FILE in table.sheet.names:
        answers[SITE] = OF_FILE
    return replace(inquiry, name=table.name, answers=answers)


def _covariates(answer: str, has: Callable[[str], bool]) -> str:
    """Those of the answered covariates that a table has."""
    return ",".join(name for part in answer.split(",") if has(name := part.strip())) or NONE


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
    interpretation = dataset.interpretation
    return People(
        dataset.subjects,
        interpretation.id,
        interpretation.label,
        interpretation.site,
        interpretation.score,
        interpretation.covariates,
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
    brains: list[BrainOfTable] = []
    for table in tables.measured:
        own = _for_other(table, inquiry)
        brain = interpret_table(table.read(own, most), KIND, own)
        inquiry.check()
        if brain is None:
            return None
        rows = matched_rows(brain.subjects.ids, table.name, ids, listing.name, inquiry)
        inquiry.check()
        brains.append(BrainOfTable(table.path, brain, rows))
        if table.path != listing.path:
            additions.append(Addition(table.within(tables.folder), _people_of(brain), tuple(rows)))
    additions += [
        _of_people_alone(table, tables, ids, inquiry, most)
        for table in tables.every
        if table.brain is None and table.path != listing.path
    ]
    measured = beside_each_other(brains, inquiry)
    inquiry.check()
    if len(tables.every) > 1:
        inquiry.assume(
            Message(
                "readers_folders.tables-joined",
                file=inquiry.name,
                tables=first_of([table.name for table in tables.every], 6),
            )
        )
    people = with_additions(people, listing.within(tables.folder), additions, inquiry)
    return Dataset(
        subjects=people.subjects,
        regions=measured.regions,
        measures=measured.measures,
        values=measured.values,
        connectomes=measured.edges,
        interpretation=people.interpretation(KIND, listing.sheet.text, measured.reading),
    )


def _of_people_alone(
    table: Table, tables: _Tables, ids: Sequence[str], inquiry: Inquiry, most: int
) -> Addition:
    """What a table without measures adds of the subjects; who is in one of both alone is said."""
    people = _people(table, _for_other(table, inquiry), most)
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
