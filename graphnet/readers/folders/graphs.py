"""Graphs of one brain as tables of numbers with names: GraphML, lists of edges, AFNI's ``.netcc``.

A list holds two regions, by number or by name, and a weight in each row. A pair that is not listed
has no edge: 0. As a list names only regions with an edge, the regions are those of all subjects
together. XML with a document type, which may define entities, is refused.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import is_missing, is_number
from graphnet.readers.text.dialects import split_cells
from graphnet.readers.text.encodings import detect_encoding
from graphnet.readers.text.number_files import NumberTable, separator_of

FloatArray = NDArray[np.float64]

VARIABLE = "files.variable"  # the key of a question
NUMERIC = {"int", "integer", "long", "float", "double"}
NAMES = ("name", "label", "region", "dn_name", "v_name")  # attributes of nodes
WEIGHT = "weight"
MOST_NODES = 2_000
DEEPEST = 50  # elements within elements
# Of lists of edges.
LEAST_EDGES = 3
LOOKED_AT = 4096  # bytes
MARKS = [re.compile(pattern) for pattern in (rb"\t", rb";", rb"\|", rb",", rb"[ \t]+")]
LARGEST = 10**6  # the number of a region
SHORTEST = 4  # characters of a row


@dataclass(frozen=True)
class _Attribute:
    """An attribute of nodes or edges: its name, its type, and the value where none is given."""

    name: str
    kind: str
    default: str | None


def read_graphml(body: bytes, inquiry: Inquiry, name: str) -> NumberTable:
    """The weights (N, N) of one graph, 0 where there is no edge; nodes are named.

    Raises:
        CohortError: it is damaged, has no weights, or an edge twice.

    """
    root = parse_xml(body, name)
    graphs = root.findall("graph")
    if root.tag != "graphml" or len(graphs) != 1:
        raise CohortError(Message("readers_brains.one-graph", file=name, count=len(graphs)))
    graph = graphs[0]
    nodes = [node.get("id", "") for node in graph.findall("node")]
    if not 2 < len(nodes) <= MOST_NODES or len(set(nodes)) < len(nodes) or not all(nodes):
        raise CohortError(Message("readers_brains.nodes", file=name, count=len(nodes)))
    keys = {
        key.get("id", ""): _Attribute(
            key.get("attr.name", ""), key.get("attr.type", "string"), key.findtext("default")
        )
        for key in root.findall("key")
        if key.get("for") in {"edge", "all"}
    }
    key = _weight(keys, inquiry, name)
    values = _adjacency(graph, nodes, (key, keys[key].default), inquiry, name)
    regions = _node_names(root, graph, nodes)
    return NumberTable(values, regions, regions, keys[key].name)


def _weight(keys: Mapping[str, _Attribute], inquiry: Inquiry, name: str) -> str:
    """The key of the edges' weights; asked where several attributes are numbers."""
    numeric = {key: declared for key, declared in keys.items() if declared.kind in NUMERIC}
    if not numeric:
        raise CohortError(Message("readers_brains.no-weights", file=name))
    if len(numeric) == 1:
        return next(iter(numeric))
    by_name = {declared.name: key for key, declared in numeric.items()}
    answer = inquiry.ask(
        VARIABLE,
        Message("readers_brains.ask-weight", file=name, attributes=first_of(sorted(by_name), 8)),
        [
            Choice(attribute, Message("readers_brains.weight-choice", attribute=attribute))
            for attribute in sorted(
                by_name, key=lambda attribute: (attribute.casefold() != WEIGHT, attribute)
            )
        ],
    )
    return by_name[answer]


def _adjacency(
    graph: Element, nodes: list[str], weight: tuple[str, str | None], inquiry: Inquiry, name: str
) -> FloatArray:
    place = {node: row for row, node in enumerate(nodes)}
    values = np.zeros((len(nodes), len(nodes)))
    seen: set[tuple[int, int]] = set()
    for edge in graph.findall("edge"):
        ends = place.get(edge.get("source", "")), place.get(edge.get("target", ""))
        one, other = ends
        if one is None or other is None:
            raise CohortError(Message("readers_brains.damaged-xml", file=name))
        directed = edge.get("directed", graph.get("edgedefault", "undirected") == "directed")
        is_directed = directed in {True, "true"}
        pairs = {(one, other)} if is_directed else {(one, other), (other, one)}
        if pairs & seen:
            raise CohortError(
                Message("readers_brains.edge-twice", file=name, one=nodes[one], other=nodes[other])
            )
        seen |= pairs
        for pair in pairs:
            values[pair] = _number(edge, weight, name)
    upper = {(min(pair), max(pair)) for pair in seen if pair[0] != pair[1]}
    if 2 * len(upper) < len(nodes) * (len(nodes) - 1):
        inquiry.assume(Message("readers_brains.absent-edges", file=inquiry.name))
    return values


def _number(edge: Element, weight: tuple[str, str | None], name: str) -> float:
    key, default = weight
    given = next((data.text for data in edge.findall("data") if data.get("key") == key), default)
    try:
        return float((given or "").strip())
    except ValueError as error:
        raise CohortError(
            Message(
                "readers_brains.edge-without-weight",
                file=name,
                one=edge.get("source", ""),
                other=edge.get("target", ""),
            )
        ) from error


def _node_names(root: Element, graph: Element, nodes: list[str]) -> tuple[str, ...]:
    """What the nodes are called: by an attribute that is different for each, or by their ids."""
    keys = {
        key.get("attr.name", "").casefold(): key.get("id")
        for key in root.findall("key")
        if key.get("for") in {"node", "all"}
    }
    for attribute in NAMES:
        if attribute not in keys:
            continue
        key = keys[attribute]
        names = [
            next((data.text or "" for data in node.findall("data") if data.get("key") == key), "")
            for node in graph.findall("node")
        ]
        if all(names) and len(set(names)) == len(names):
            return tuple(name.strip() for name in names)
    return tuple(nodes)


# Lists of edges.


def read_edge_list(body: bytes, what: str) -> NumberTable | None:
    """The weights (N, N) of a list of edges, N regions by name; None for any other file.

    Regions are the whole numbers or words of the first two columns, and there are at least as many
    edges as regions, so that it is not a series of three columns. A pair may be there both ways.
    """
    if not _has_three_cells(body[:LOOKED_AT]):
        return None
    try:
        text = body.decode(detect_encoding(body, Inquiry(what), what))
    except CohortError:
        return None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < LEAST_EDGES or not all(len(line) >= SHORTEST for line in lines[1:4]):
        return None
    separator = separator_of(lines[:10])
    try:
        if any(len(split_cells(line, separator)) != 3 for line in lines[:10]):
            return None
        rows = [split_cells(line, separator) for line in lines]
    except csv.Error:
        return None
    has_header = not _is_weight(rows[0][2]) or not any(rows[0][:2])  # ",,0" of a stacked frame
    return _table_of_list(rows[1:] if has_header else rows)


def united(
    tables: Mapping[str, NumberTable], inquiry: Inquiry, most: int
) -> dict[str, NumberTable]:
    """The same lists over the regions of all of them; a region without an edge has zeros.

    Raises:
        CohortError: there are more than 2,000 regions, or the matrices take more than ``most``
            bytes.

    """
    names = dict.fromkeys(chain.from_iterable(table.header or () for table in tables.values()))
    regions = tuple(names)
    if all(map(str.isdecimal, regions)):
        regions = tuple(sorted(regions, key=int))
    if len(regions) > MOST_NODES:
        raise CohortError(
            Message("readers_brains.too-many-nodes", file=inquiry.name, count=len(regions))
        )
    if 8 * len(regions) ** 2 * len(tables) > most:
        raise CohortError(
            Message(
                "readers_folders.connectomes-too-large", file=inquiry.name, megabytes=most / 1e6
            )
        )
    place = {region: row for row, region in enumerate(regions)}
    whole: dict[str, NumberTable] = {}
    absent = 0
    for subject, table in tables.items():
        places = [place[name] for name in table.header or ()]
        values = np.zeros((len(regions), len(regions)))
        values[np.ix_(places, places)] = table.values
        whole[subject] = NumberTable(values, regions, regions, table.hint)
        absent += int((values[np.triu_indices(len(regions), 1)] == 0).any())
    inquiry.assume(
        Message(
            "readers_brains.lists-of-edges",
            file=inquiry.name,
            regions=len(regions),
            first=regions[0],
            last=regions[-1],
            absent=bool(absent),
        )
    )
    return whole


def _has_three_cells(head: bytes) -> bool:
    """Whether the first line may have three cells, before a whole file is taken apart."""
    lines = [line for line in head.splitlines() if line.strip() and not line.startswith(b"#")]
    if not lines or b"\x00" in head:  # of two bytes per letter
        return bool(lines)
    return any(len(mark.split(lines[0].strip())) == 3 for mark in MARKS)


def _is_weight(cell: str) -> bool:
    return is_number(cell) or is_missing(cell)


def _table_of_list(rows: Sequence[Sequence[str]]) -> NumberTable | None:
    if len(rows) < LEAST_EDGES or any(len(row) != 3 or not _is_weight(row[2]) for row in rows):
        return None
    ends = _labels([cell for row in rows for cell in row[:2]])
    if ends is None:
        return None
    regions = list(dict.fromkeys(ends))
    numbered = all(map(str.isdecimal, regions))
    if numbered:
        regions.sort(key=int)
    if not 2 < len(regions) <= min(len(rows), MOST_NODES):
        return None
    place = {region: row for row, region in enumerate(regions)}
    pairs = [(place[one], place[other]) for one, other in zip(ends[::2], ends[1::2], strict=True)]
    if len(set(pairs)) < len(pairs):
        return None
    values = np.zeros((len(regions), len(regions)))
    weights = {
        pair: np.nan if is_missing(row[2]) else float(row[2])
        for pair, row in zip(pairs, rows, strict=True)
    }
    for (one, other), weight in weights.items():
        values[one, other] = weight
        values[other, one] = weights.get((other, one), weight)
    return NumberTable(values, tuple(regions), tuple(regions), listed=True)


def _labels(cells: Sequence[str]) -> list[str] | None:
    """Whole numbers without a point, or words; None where they are neither throughout."""
    if not any(is_number(cell) for cell in cells):
        return None if any(is_missing(cell) for cell in cells) else list(cells)
    if not all(is_number(cell) for cell in cells):
        return None
    numbers = [float(cell) for cell in cells]
    if any(number != int(number) or not 0 <= number <= LARGEST for number in numbers
           if np.isfinite(number)) or not np.isfinite(numbers).all():  # fmt: skip
        return None
    return [str(int(number)) for number in numbers]


# XML.


def parse_xml(body: bytes, name: str) -> Element:
    """The tree of the file ``name``; prefixes of names are cut off.

    Raises:
        CohortError: it is damaged, or defines entities.

    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    open_elements = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal open_elements
        open_elements += 1
        if open_elements > DEEPEST:
            raise ValueError(tag)
        builder.start(tag.rpartition(":")[2], attributes)

    def end(tag: str) -> None:
        nonlocal open_elements
        open_elements -= 1
        builder.end(tag.rpartition(":")[2])

    def refuse(*_: object) -> None:
        raise ValueError("document type")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the parser takes it by place
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError, LookupError) as error:
        raise CohortError(Message("readers_brains.damaged-xml", file=name)) from error


COUNT = re.compile(r"#\s*(?P<count>[0-9]+)\s*#\s*Number[ _]of[ _](?P<what>.+)")
LABELLED = "WITH_ROI_LABELS"
R, Z = "CC", "FZ"
HINTS = {R: "correlation", Z: "FisherZ", "PC": "partialcorr"}  # by which the values are known
MOST_ROIS = 2_000


def read_netcc(body: bytes, inquiry: Inquiry, name: str) -> NumberTable:
    """A matrix (N, N) of AFNI's 3dNetCorr, named by the ROIs' words or numbers: z before r.

    Two lines say how many ROIs and matrices there are; then come the ROIs' words, if any, and
    numbers, and each matrix below a line with its name: CC (r), FZ (Fisher's z), PC and PCB
    (partial). Of others than z and r one is asked.

    Raises:
        CohortError: it is damaged, or no such file.

    """
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    regions, matrices = _parsed_netcc(lines, name)
    which = _which_matrix([*matrices], inquiry, name)
    return NumberTable(matrices[which], regions, regions, HINTS.get(which, which))


def _parsed_netcc(lines: list[str], name: str) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    counts = [COUNT.fullmatch(line) for line in lines[:2]]
    if None in counts or len(counts) < 2:
        raise _damaged_netcc(name)
    size, many = (int(match["count"]) for match in counts if match is not None)
    rest = lines[2:]
    words: list[str] = []
    if rest and rest[0].lstrip("# ") == LABELLED:
        words, rest = rest[1].split() if len(rest) > 1 else [], rest[2:]
    numbers = rest[0].split() if rest else []
    blocks = rest[1:]
    if not 2 < size <= MOST_ROIS or len(numbers) != size or len(blocks) != many * (size + 1):
        raise _damaged_netcc(name)
    matrices = {}
    for first in range(0, len(blocks), size + 1):
        title, rows = blocks[first], [line.split() for line in blocks[first + 1 : first + 1 + size]]
        if title[0] != "#" or any(len(row) != size for row in rows):
            raise _damaged_netcc(name)
        try:
            matrices[title.lstrip("# ")] = np.array(rows, dtype=np.float64)
        except ValueError as error:
            raise _damaged_netcc(name) from error
    usable = len(set(words)) == size
    regions = tuple(words if usable else numbers)
    if len(set(regions)) < size or not matrices:
        raise _damaged_netcc(name)
    return regions, matrices


def _which_matrix(names: list[str], inquiry: Inquiry, name: str) -> str:
    answer = inquiry.answer(VARIABLE)
    if len(names) == 1 and answer is None:
        return names[0]
    if sorted(names) == [R, Z] and answer is None:
        inquiry.assume(Message("readers_brains.netcc-fisher", file=inquiry.name))
        return Z
    ordered = sorted(names, key=lambda each: (each != Z, each != R))
    return inquiry.ask(
        VARIABLE,
        Message("readers_brains.ask-netcc", file=name, matrices=first_of(names)),
        [
            Choice(matrix, Message("readers_brains.netcc-choice", matrix=matrix))
            for matrix in ordered
        ],
    )


def _damaged_netcc(name: str) -> CohortError:
    return CohortError(Message("readers_brains.damaged-netcc", file=name))
