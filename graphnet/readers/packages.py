"""What a ZIP file is by what it holds: a workbook, a document, a program's own package."""

from collections.abc import Collection
from pathlib import PurePosixPath

from graphnet.errors import CohortError, shortened
from graphnet.readers.signatures import FOLDER, PICKLE, TABLE, Foreign

WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
OPEN_DOCUMENT = {"mimetype", "content.xml"}
CONNECTIVITY = ("weights.txt", "centres.txt", "tract_lengths.txt")  # of The Virtual Brain
MARKS: tuple[tuple[str, Foreign], ...] = (
    ("word/document.xml", Foreign("a text document (Word)", TABLE)),
    ("ppt/presentation.xml", Foreign("a presentation (PowerPoint)", TABLE)),
    ("Index/Document.iwa", Foreign("a workbook of Numbers", TABLE)),
    ("Index.zip", Foreign("a workbook of Numbers", TABLE)),
)


def is_workbook(members: Collection[str]) -> bool:
    """Whether it is a workbook of Excel or OpenDocument."""
    return not WORKBOOKS.isdisjoint(members) or OPEN_DOCUMENT.issubset(members)


def check_package(members: Collection[str], name: str) -> None:
    """Raises CohortError where the ZIP file ``name`` is a package that is not read, by its kind."""
    for member, known in MARKS:
        if member in members:
            raise CohortError(known.sentence(name))
    if any(PurePosixPath(member).name == "data.pkl" for member in members):
        raise CohortError(Foreign("a file of PyTorch, which is a pickle", PICKLE).sentence(name))
    held = {PurePosixPath(member).name.removesuffix(".bz2") for member in members}
    if held.issuperset(CONNECTIVITY):
        raise CohortError(
            Foreign(
                "a connectivity of The Virtual Brain: the weights of one brain "
                f"({shortened(sorted(members), 4)})",
                FOLDER,
            ).sentence(name)
        )
