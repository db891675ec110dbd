"""The files of all subjects: a doubt about some of them is settled by those without one."""

from collections import Counter
from collections.abc import Iterator, Mapping

from graphnet.errors import CohortError
from graphnet.readers.folders.archives import too_large
from graphnet.readers.folders.entities import Scan
from graphnet.readers.folders.scans import read_scan
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.first_lines import HEADER
from graphnet.readers.text.number_files import TRAILING, Numbers
from graphnet.readers.text.row_names import INDEX

LAYOUT = {HEADER, INDEX, TRAILING}  # questions on what a line or column of a file is
MOST_READINGS = 16  # of one file

Layout = tuple[bool, bool, int]  # whether there is a header, an index; how many columns


def read_all(scans: Mapping[str, Scan], inquiry: Inquiry, most: int) -> dict[str, Numbers]:
    """Each subject's numbers.

    Whether a first line is a header, a first column an index, or an empty last column a region, is
    asked only where it cannot be known from the other files.

    Raises:
        CohortError: beyond ``most`` bytes, and of what is no table.

    """
    found: dict[str, Numbers | None] = {}
    size = 0
    for subject, scan in scans.items():
        found[subject] = table = _certain(scan, inquiry, most)
        size += 0 if table is None else table.values.nbytes
        if size > most:
            raise too_large(inquiry.name, most)
    usual = Counter(_layout(table) for table in found.values() if table is not None)
    wanted = usual.most_common(1)[0][0] if usual else None
    return {
        subject: table if table is not None else _settled(scans[subject], wanted, inquiry, most)
        for subject, table in found.items()
    }


def _certain(scan: Scan, inquiry: Inquiry, most: int) -> Numbers | None:
    """The numbers of a file in which nothing is in doubt, else None."""
    aside = _aside(inquiry)
    try:
        table = read_scan(scan, aside, most)
    except CohortError:
        if not aside.questions:
            raise
        return None
    if aside.questions:
        return None
    _take_over(aside, inquiry)
    return table


def _settled(scan: Scan, wanted: Layout | None, inquiry: Inquiry, most: int) -> Numbers:
    """The numbers of a file in doubt: as it fits the others, or else as it is answered."""
    every = _readings(scan, inquiry, most) if wanted else ()
    fitting = [(table, aside) for table, aside in every if _layout(table) == wanted]
    if len(fitting) != 1:
        return read_scan(scan, inquiry, most)
    table, aside = fitting[0]
    _take_over(aside, inquiry)
    return table


def _readings(scan: Scan, inquiry: Inquiry, most: int) -> Iterator[tuple[Numbers, Inquiry]]:
    """A file by every answer to the questions on its layout."""
    left: list[dict[str, str]] = [{}]
    for _ in range(MOST_READINGS):
        if not left:
            return
        answers = left.pop()
        aside = _aside(inquiry, answers)
        try:
            table = read_scan(scan, aside, most)
        except CohortError:
            table = None
        asked = next((each for each in aside.questions if each.id in LAYOUT), None)
        if asked is not None:
            left += [{**answers, asked.id: choice.value} for choice in asked.choices]
        elif table is not None and not aside.questions:
            yield table, aside


def _aside(inquiry: Inquiry, layout: Mapping[str, str] | None = None) -> Inquiry:
    """An inquiry of its own, with no other answers on the layout than these."""
    answers = {key: each for key, each in inquiry.answers.items() if key not in LAYOUT}
    return Inquiry(inquiry.name, {**answers, **(layout or {})})


def _take_over(aside: Inquiry, inquiry: Inquiry) -> None:
    inquiry.used |= aside.used - LAYOUT
    inquiry.left_alone += [each for each in aside.left_alone if each not in inquiry.left_alone]
    for sentence in aside.said:
        inquiry.say(sentence)
    for sentence in aside.problems:
        inquiry.refuse(sentence)


def _layout(table: Numbers) -> Layout:
    return table.header is not None, table.index is not None, table.values.shape[1]
