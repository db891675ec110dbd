"""FreeSurfer's tables of a group: aparcstats2table and asegstats2table.

The first cell of the header says what a table is: ``lh.aparc.thickness``, ``Measure:volume``. With
``--transpose`` the subjects are columns, with ``--parcid-only`` they are named by regions alone.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from graphnet.data.dataset import Dataset
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import is_global
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Sheet

ASEG = "aseg"
OF_ASEG = re.compile(r"Measure:(?P<measure>\w+)")
OF_APARC = re.compile(r"(?P<side>[lr]h)\.(?P<atlas>\w[\w.\-]*)\.(?P<measure>[a-z_]+)")
STRUCTURE = re.compile(
    r"(Left|Right)-[\w-]+|[345](rd|th)-Ventricle|CSF|Brain-Stem|Optic-Chiasm|CC_\w+"
    r"|(non-)?WM-hypointensities|[lr]h_\w+",
    re.ASCII,
)


def atlas_of(sheet: Sheet) -> str:
    """``aseg``, or the parcellation of a table of FreeSurfer; "" of every other table."""
    first = sheet.names[0] if sheet.names else ""
    if OF_ASEG.fullmatch(first):
        return ASEG
    match = OF_APARC.fullmatch(first)
    return match["atlas"] if match else ""


def interpret_table(sheet: Sheet, kind: str, inquiry: Inquiry) -> Dataset | None:
    """The dataset that a table of text is: of FreeSurfer by its structures, else as any table."""
    if atlas_of(sheet):
        sheet = _with_side_and_measure(_upright(sheet, inquiry))
    measure = OF_ASEG.fullmatch(sheet.names[0]) if sheet.names else None
    if measure is None:
        return interpret_sheet(sheet, kind, inquiry)
    structures = [name for name in dict.fromkeys(sheet.names) if STRUCTURE.fullmatch(name)]
    numbered = {name: f"{measure['measure']}_{number}" for number, name in enumerate(structures, 1)}
    names = tuple(numbered.get(name, name) for name in sheet.names)
    dataset = interpret_sheet(replace(sheet, names=names), kind, inquiry)
    if dataset is None or not structures:
        return dataset
    if len(dataset.regions) != len(structures):
        inquiry.refuse(Message("readers_tables.regions-beside-freesurfer", file=inquiry.name))
        return None
    regions = tuple(structures[int(region) - 1] for region in dataset.regions)
    return replace(dataset, regions=regions)


def _with_side_and_measure(sheet: Sheet) -> Sheet:
    """With names such as ``lh_cuneus_thickness``, where the columns are ``cuneus`` alone.

    The first cell says of which hemisphere and measure they are; else those of the left and of the
    right would have the same names.
    """
    match = OF_APARC.fullmatch(sheet.names[0])
    if match is None or any(name.startswith(("lh_", "rh_")) for name in sheet.names[1:]):
        return sheet
    side, measure = match["side"], match["measure"]
    named = (name if is_global(name) else f"{side}_{name}_{measure}" for name in sheet.names[1:])
    return replace(sheet, names=(sheet.names[0], *named))


def _upright(sheet: Sheet, inquiry: Inquiry) -> Sheet:
    """With subjects as rows, of a table that was written with ``--transpose``."""
    rows = sheet.texts(sheet.names[0])
    match = OF_APARC.fullmatch(sheet.names[0])
    if match:
        structure = re.compile(rf"{match['side']}_\w.*_{match['measure']}", re.ASCII)
    else:
        structure = STRUCTURE
    across = _count(sheet.names[1:], structure, bare=match is not None)
    if across or 2 * _count(rows, structure, bare=match is not None) < len(rows):
        return sheet
    inquiry.assume(Message("readers_tables.freesurfer-transposed", file=inquiry.name))
    cells = [sheet.texts(name) for name in sheet.names[1:]]
    columns = tuple(tuple(cell[row] for cell in cells) for row in range(len(rows)))
    ids: tuple[str, ...] = sheet.names[1:]
    return Sheet((sheet.names[0], *rows), (ids, *columns), sheet.text)


def _count(names: Sequence[str], structure: re.Pattern[str], *, bare: bool) -> int:
    """How many names are of a structure; with ``bare`` also those of a region alone."""
    return sum(
        1 for name in names if structure.fullmatch(name) or (bare and Name(name).has_region_words)
    )
