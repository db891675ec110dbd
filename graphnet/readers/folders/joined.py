"""Tables of the same subjects, joined by id: of measures, of connectomes, and of the people.

A hemisphere, a measure or both may have a table of their own, as FreeSurfer, ENIGMA and CAT12 write
them. Tables of one parcellation are joined; of several parcellations one is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphnet.data.dataset import Dataset
from graphnet.data.identifiers import match_ids, repeated
from graphnet.data.interpretation import Choice, Interpretation
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.archives import damaged_gzip
from graphnet.readers.folders.beside import CONNECTOMES, BrainOfTable, beside_each_other
from graphnet.readers.inquiry import COVARIATES, ID, LABEL, POSITIVE, SCORE, SITE, Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.roster import (
    candidates,
    is_of_freesurfer,
    matched_rows,
    read_file,
    unpacked_name,
)
from graphnet.readers.subjects.several_tables import (
    TABLE,
    Addition,
    ClassTable,
    ask_table,
    with_additions,
)
from graphnet.readers.tables.freesurfer import ASEG, atlas_of, interpret_table
from graphnet.readers.tables.roles import NONE, find_roles
from graphnet.readers.tables.sheet import Sheet

KIND = "folder"
ATLAS = "files.atlas"  # the key of a question
OF_PEOPLE = (ID, LABEL, POSITIVE, SCORE, SITE, COVARIATES)
DAMAGED_GZIP = damaged_gzip("").messages[0].code
MOST_TABLES = 200  # FreeSurfer writes sixteen for one parcellation
LEAST_COMMON = 0.5  # the share of ids that two tables of the same subjects have in common


@dataclass(frozen=True)
class Table:
    """A table, its ids, its column of classes, and what it measures: None where it is nothing."""

    path: Path
    sheet: Sheet
    ids: tuple[str, ...]
    brain: Dataset | None
    label: str | None

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.path.name

    @property
    def key(self) -> str:
        """Its parcellation, or else its regions: what tables that belong together share."""
        regions = () if self.brain is None else sorted(self.brain.regions)
        return atlas_of(self.sheet) or "\n".join(regions)

    def within(self, folder: Path) -> ClassTable:
        """The table as one that may list the subjects, by its path in the folder."""
        name = str(self.path.relative_to(folder))
        return ClassTable(name, self.sheet, self.ids, self.label)


@dataclass(frozen=True)
class Tables:
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
    beside = any(table.label for table in others)
    if _are_cohorts([table for table in measured if table.label], measured, beside=beside):
        return None
    _say_unread(unread, inquiry)
    listing = _people_table(measured, others, files, inquiry)
    chosen = _one_parcellation(measured, inquiry)
    used = Tables(files.folder, listing, chosen, [*others, *chosen])
    behind = inquiry.behind(TABLE)
    people = _people(listing, _of_people(listing, used.every, behind), most)
    return _dataset(people, used, behind, most)


def _looked_into(
    path: Path, inquiry: Inquiry, most: int, unread: dict[Path, Message]
) -> Table | None:
    """A table with ids, each on one row; None where it is none, of which ``unread`` takes why."""
    aside = Inquiry(path.name, _answers(inquiry))
    try:
        sheet = read_file(path, aside, most)
        brain = interpret_table(sheet, KIND, Inquiry(path.name, _answers(inquiry)))
        if brain is not None and not (brain.values is None and brain.connectomes is None):
            coding = brain.interpretation.label
            ids, label = brain.subjects.ids, None if coding is None else coding.column
        else:
            roles = find_roles(sheet, sheet.names, Inquiry(path.name, _answers(inquiry)))
            ids = sheet.texts(roles.id) if roles.id else ()
            brain, label = None, roles.label
    except CohortError as error:
        unread[path] = error.messages[0]
        return None
    whole = len(ids) > 1 and all(ids) and not repeated(ids)
    if not whole:
        unread[path] = Message("readers_folders.table-without-ids")
    return Table(path, sheet, ids, brain, label) if whole else None


def _say_unread(unread: Mapping[Path, Message], inquiry: Inquiry) -> None:
    """Leave what is no table alone; one of FreeSurfer, or a packed one that is cut, is refused."""
    for path, reason in unread.items():
        if is_of_freesurfer(path) or reason.code == DAMAGED_GZIP:
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
        for measure in (*table.brain.measures, *_edges(table.brain))
        for region in table.brain.regions
    ]
    return len(set(columns)) < len(columns)


def _edges(brain: Dataset) -> tuple[str, ...]:
    return () if brain.connectomes is None else (CONNECTOMES,)


def _people_table(
    measured: Sequence[Table], others: Sequence[Table], files: Files, inquiry: Inquiry
) -> Table:
    """The table that says who the subjects are: the one with classes; asked where several have."""
    labelled = [table for table in (*others, *measured) if table.label]
    if len(labelled) < 2:
        return (*labelled, *others, *measured)[0]
    return labelled[ask_table([table.within(files.folder) for table in labelled], inquiry)]


def _of_people(table: Table, every: Sequence[Table], inquiry: Inquiry) -> Inquiry:
    """With those of the answered covariates that the table has, or no table has."""
    given = inquiry.answer(COVARIATES)
    if given is None or given.strip().casefold() == NONE:
        return replace(inquiry, name=table.name)
    elsewhere = {name for other in every if other.path != table.path for name in other.sheet.names}
    names = [name.strip() for name in given.split(",")]
    own = [name for name in names if name in table.sheet.names or name not in elsewhere]
    answers = {**inquiry.answers, COVARIATES: ",".join(own) or NONE}
    return replace(inquiry, name=table.name, answers=answers)


def _of_others(table: Table, inquiry: Inquiry) -> Inquiry:
    """For a table that does not list the subjects: of what is answered about people, covariates."""
    answers = {**_answers(inquiry), LABEL: NONE}
    given = inquiry.answer(COVARIATES)
    if given is not None:
        names = [name.strip() for name in given.split(",")]
        own = [name for name in names if name in table.sheet.names]
        answers[COVARIATES] = ",".join(own) or NONE
    return replace(inquiry, name=table.name, answers=answers)


def _people(listing: Table, inquiry: Inquiry, most: int) -> People:
    """The people of a table that ``inquiry`` is about."""
    sheet = read_file(listing.path, inquiry, most)
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


def _dataset(people: People, tables: Tables, inquiry: Inquiry, most: int) -> Dataset | None:
    ids, listing = people.subjects.ids, tables.listing
    additions: list[Addition] = []
    brains: list[BrainOfTable] = []
    for table in tables.measured:
        own = _of_others(table, inquiry)
        brain = interpret_table(read_file(table.path, own, most), KIND, own)
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
    table: Table, tables: Tables, ids: Sequence[str], inquiry: Inquiry, most: int
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
