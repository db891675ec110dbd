"""FreeSurfer's ``asegstats2table``: the measure stands above the ids, columns are structures.

Their names follow no pattern that a table of anything else could be told from, so they are taken by
FreeSurfer's own list.
"""

import re
from dataclasses import replace

from graphnet.data.dataset import Dataset
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Sheet

FIRST = re.compile(r"Measure:(\w+)")
STRUCTURE = re.compile(
    r"(Left|Right)-[\w-]+|[345](rd|th)-Ventricle|CSF|Brain-Stem|Optic-Chiasm|CC_\w+"
    r"|(non-)?WM-hypointensities|[lr]h_\w+",
    re.ASCII,
)


def interpret_table(sheet: Sheet, kind: str, inquiry: Inquiry) -> Dataset | None:
    """The dataset that a table of text is: of FreeSurfer by its structures, else as any table."""
    found = FIRST.fullmatch(sheet.names[0]) if sheet.names else None
    if found is None:
        return interpret_sheet(sheet, kind, inquiry)
    structures = [name for name in dict.fromkeys(sheet.names) if STRUCTURE.fullmatch(name)]
    numbered = {name: f"{found[1]}_{number}" for number, name in enumerate(structures, 1)}
    names = tuple(numbered.get(name, name) for name in sheet.names)
    dataset = interpret_sheet(replace(sheet, names=names), kind, inquiry)
    if dataset is None or not structures:
        return dataset
    if len(dataset.regions) != len(structures):
        inquiry.refuse(
            f"{inquiry.name} has columns of regions beside FreeSurfer's structures. Give each kind "
            "of region in a file of its own."
        )
        return None
    regions = tuple(structures[int(region) - 1] for region in dataset.regions)
    return replace(dataset, regions=regions)
