"""A table of subjects with a row per session, beside files of one session or of no session."""

from collections import Counter
from collections.abc import Sequence

from graphnet.data.identifiers import repeated, without_zeros
from graphnet.errors import shortened
from graphnet.messages import Message, first_of
from graphnet.readers.folders.entities import Scan
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import plain, words
from graphnet.readers.tables.sheet import Sheet

SESSIONS = words(
    """
    session sessionid sessionlabel sessionname ses visit visitid visitcode viscode timepoint wave
    eventname redcapeventname 访视 时间点
    """
)
ENTITY = "ses"
ANSWER = f"files.{ENTITY}"  # the key of the question which session's files are used
MOST_NAMED = 5


def one_row_each(
    sheet: Sheet, ids: Sequence[str], label: str | None, scans: Sequence[Scan], inquiry: Inquiry
) -> tuple[Sheet, list[int]]:
    """The table and the rows of it to keep, one per subject: of the files' session, else the first.

    The ``inquiry`` is called after the table. Of several rows the class, in the column ``label``,
    must be the same; what else differs is not known of the subject. Where no column says the
    session, nothing is done.
    """
    column = _session_column(sheet, ids)
    if column is None:
        return sheet, list(range(len(ids)))
    sessions = [_plain(cell) for cell in sheet.texts(column)]
    wanted = _wanted(scans, inquiry)
    times = Counter(ids)
    if wanted in sessions:
        kept = [
            row for row, subject in enumerate(ids) if times[subject] == 1 or sessions[row] == wanted
        ]
        shown = next(cell for cell in sheet.texts(column) if _plain(cell) == wanted)
        said = Message("readers_subjects.rows-of-session", column=column, session=shown)
    else:
        first = {subject: row for row, subject in reversed([*enumerate(ids)])}
        kept = sorted(first.values())
        said = Message("readers_subjects.first-rows", column=column)
        sheet = _without_differing(sheet, ids, label, inquiry)
    inquiry.assume(Message("readers_subjects.of-file", file=inquiry.name, detail=said))
    return sheet, kept


def classes_of_repeated(sheet: Sheet, ids: Sequence[str], label: str | None) -> list[Message]:
    """Each id that is in several classes, with the words for them."""
    if label is None:
        return []
    own = _distinct(sheet.texts(label), ids)
    return [
        Message("readers_subjects.id-with-classes", id=subject, classes=own[subject])
        for subject in repeated(ids)
        if len(own[subject]) > 1
    ]


def _session_column(sheet: Sheet, ids: Sequence[str]) -> str | None:
    """The column that tells the rows of each subject apart, and is called like a session."""
    for name in sheet.names:
        if plain(name) in SESSIONS:
            pairs = list(zip(ids, map(_plain, sheet.texts(name)), strict=True))
            if len(set(pairs)) == len(pairs):
                return name
    return None


def _plain(session: str) -> str:
    return without_zeros(session.strip().casefold().removeprefix(f"{ENTITY}-"))


def _wanted(scans: Sequence[Scan], inquiry: Inquiry) -> str:
    """The session of the files that are used; "" where not all say theirs."""
    found = [_plain(scan.entities.get(ENTITY, "")) for scan in scans]
    if not found or not all(found):
        return ""
    answer = inquiry.answers.get(ANSWER)
    return _plain(answer) if answer else max(sorted(set(found)), key=found.count)


def refuse_two_classes(torn: Sequence[Message], inquiry: Inquiry) -> None:
    """Refuse ids, each with its classes, that are of several."""
    ids = first_of(torn, MOST_NAMED)
    inquiry.refuse(Message("readers_subjects.id-in-two-classes", file=inquiry.name, ids=ids))


def _without_differing(
    sheet: Sheet, ids: Sequence[str], label: str | None, inquiry: Inquiry
) -> Sheet:
    """Without columns in which rows of a subject differ; that of the class is refused then."""
    torn = classes_of_repeated(sheet, ids, label)
    if torn:
        refuse_two_classes(torn, inquiry)
    differing = [
        name
        for name in sheet.names
        if name != label
        and any(len(own) > 1 for who, own in _distinct(sheet.texts(name), ids).items() if who)
    ]
    inquiry.leave(shortened(differing, MOST_NAMED), Message("readers_subjects.differs-by-session"))
    places = [place for place, name in enumerate(sheet.names) if name not in differing]
    names = tuple(sheet.names[place] for place in places)
    return Sheet(names, tuple(sheet.columns[place] for place in places), sheet.text)


def _distinct(cells: Sequence[str], ids: Sequence[str]) -> dict[str, list[str]]:
    """What the rows of each id hold, without empty cells, each once."""
    found: dict[str, dict[str, None]] = {subject: {} for subject in ids}
    for cell, subject in zip(cells, ids, strict=True):
        if cell:
            found[subject][cell] = None
    return {subject: list(own) for subject, own in found.items()}
