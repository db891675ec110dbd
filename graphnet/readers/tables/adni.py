"""The columns of ADNI's UCSF FreeSurfer tables: ``ST102TA`` is the thickness of region 102.

Of two letters behind the number, the first is the kind of region, cortical or subcortical, and both
say the measure, as ADNI's dictionary has it. Names of merged tables (TADPOLE, ADNIMERGE) go on with
the table's: ``ST102TA_UCSFFSX_11_02_15_UCSFFSX51_08_01_16``.
"""

import re
from collections.abc import Sequence

from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.grid import Groups
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.sheet import Looks

PATTERN = re.compile(r"ST(?P<number>[0-9]{1,3})(?P<measure>CV|SA|TA|TS|SV|HS)(?P<table>_UCSF\w+)?")
MEASURES = {
    "CV": "volume",
    "SA": "area",
    "TA": "thickness",
    "TS": "thicknessstd",
    "SV": "volume",
    "HS": "volume",
}
KINDS = {"SV": "structures", "HS": "subfields"}
CORTEX = "cortex"
LEAST = 2
KIND, TABLE = "regions.adni", "regions.adni_table"  # the keys of the questions

# The numbers of Desikan's regions of the left; those of the right are 59 more.
OF_LEFT = {
    13: "bankssts",
    14: "caudalanteriorcingulate",
    15: "caudalmiddlefrontal",
    23: "cuneus",
    24: "entorhinal",
    25: "frontalpole",
    26: "fusiform",
    31: "inferiorparietal",
    32: "inferiortemporal",
    34: "isthmuscingulate",
    35: "lateraloccipital",
    36: "lateralorbitofrontal",
    38: "lingual",
    39: "medialorbitofrontal",
    40: "middletemporal",
    43: "paracentral",
    44: "parahippocampal",
    45: "parsopercularis",
    46: "parsorbitalis",
    47: "parstriangularis",
    48: "pericalcarine",
    49: "postcentral",
    50: "posteriorcingulate",
    51: "precentral",
    52: "precuneus",
    54: "rostralanteriorcingulate",
    55: "rostralmiddlefrontal",
    56: "superiorfrontal",
    57: "superiorparietal",
    58: "superiortemporal",
    59: "supramarginal",
    60: "temporalpole",
    62: "transversetemporal",
}
REGIONS = (
    {number: f"lh_{name}" for number, name in OF_LEFT.items()}
    | {number + 59: f"rh_{name}" for number, name in OF_LEFT.items()}
    | {129: "lh_insula", 130: "rh_insula"}
)


def of_adni(names: Sequence[Name], looks: Looks, inquiry: Inquiry) -> tuple[Groups, list[Name]]:
    """The measures and regions of these columns, and the names that are none of them.

    Cortex and structures have other measures and are not trained on together: which is asked, as
    is which of two tables that were merged.
    """
    kinds: dict[str, list[re.Match[str]]] = {}
    for name in names:
        match = PATTERN.fullmatch(name.text)
        if match and _region(match) and looks.is_numeric(name.text):
            kinds.setdefault(KINDS.get(match["measure"], CORTEX), []).append(match)
    if sum(map(len, kinds.values())) < LEAST:
        return {}, list(names)
    chosen = kinds[_one_kind(kinds, inquiry)]
    tables: dict[str, list[re.Match[str]]] = {}
    for match in chosen:
        tables.setdefault((match["table"] or "").strip("_"), []).append(match)
    groups: Groups = {}
    for match in tables[_one_table(tables, inquiry)]:
        groups.setdefault(MEASURES[match["measure"]], {})[_region(match)] = match.string
    taken = {match.string for matches in kinds.values() for match in matches}
    return groups, [name for name in names if name.text not in taken]


def is_of_adni(name: Name) -> bool:
    """Whether it is called as a region of ADNI's tables is."""
    match = PATTERN.fullmatch(name.text)
    return match is not None and bool(_region(match))


def _region(match: re.Match[str]) -> str:
    """The name of the region: of cortex Desikan's, "" for what is of a whole hemisphere or head."""
    if match["measure"] in KINDS:
        return f"ST{match['number']}"
    return REGIONS.get(int(match["number"]), "")


def _one_kind(kinds: dict[str, list[re.Match[str]]], inquiry: Inquiry) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    choices = [
        Choice(
            kind,
            Message(
                "readers_tables.adni-kind",
                kind=kind,
                count=len({_region(match) for match in matches}),
                columns=first_of((match.string for match in matches), 2),
            ),
        )
        for kind, matches in kinds.items()
    ]
    return inquiry.ask(KIND, Message("readers_tables.ask-adni-kind", file=inquiry.name), choices)


def _one_table(tables: dict[str, list[re.Match[str]]], inquiry: Inquiry) -> str:
    if len(tables) == 1:
        return next(iter(tables))
    value_of = {table or "none": table for table in tables}
    choices = [
        Choice(
            value,
            Message(
                "readers_tables.adni-table",
                columns=first_of((match.string for match in tables[table]), 1),
                count=len(tables[table]),
            ),
        )
        for value, table in value_of.items()
    ]
    question = Message("readers_tables.ask-adni-table", file=inquiry.name)
    return value_of[inquiry.ask(TABLE, question, choices)]
