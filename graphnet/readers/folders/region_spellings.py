"""Regions that one table names with its atlas in front and another without: ``AAL_Insula_L``.

A name is that of another table if, without an atlas that all names of its own table begin with,
both are the same but for separators and capitals, for all regions of the two.
"""

from collections.abc import Sequence

from graphnet.readers.subjects.words import ATLASES, REGION_LABELS
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.sheet import Sheet

LEAST = 3  # regions


def other_spellings(regions: Sequence[str], reference: Sequence[str]) -> dict[str, str]:
    """The name that each of the regions has in the ``reference``; {} where they are not the same.

    Nor where the names are the same already, are numbers, or those of the reference have words in
    front as well.
    """
    if len(regions) < LEAST or set(regions) == set(reference) or _shared_words(reference):
        return {}
    if any(region.isdigit() for region in (*regions, *reference)):
        return {}
    shared = _shared_words(regions)
    own = {_plain(region, shared): region for region in regions}
    others = {_plain(region, 0): region for region in reference}
    if own.keys() != others.keys() or len(own) < len(regions) or len(others) < len(reference):
        return {}
    return {region: others[key] for key, region in own.items() if region != others[key]}


def renamed_columns(sheet: Sheet, spellings: dict[str, str]) -> dict[str, str]:
    """The names that columns of these regions get."""
    found = {}
    by_length = sorted(spellings, key=len, reverse=True)
    for name in sheet.names:
        region = next((spelling for spelling in by_length if spelling in name), None)
        if region is not None:
            found[name] = name.replace(region, spellings[region], 1)
    return found


def _shared_words(regions: Sequence[str]) -> int:
    """How many first words, of an atlas or a label, all regions have."""
    words = [Name(region).words for region in regions]
    count = 0
    while (
        all(len(parts) > count + 1 for parts in words)
        and len({parts[count] for parts in words}) == 1
    ):
        if words[0][count] not in ATLASES | REGION_LABELS | {"atlas"}:  # a visit is no atlas
            break
        count += 1
    return count


def _plain(region: str, shared: int) -> str:
    return "_".join(Name(region).words[shared:])
