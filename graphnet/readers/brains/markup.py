"""XML of one brain: graphs (GraphML), and CAT12's lists of regions (catROI).

Both come as tables of numbers with names. A document type, which may define entities, is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

FloatArray = NDArray[np.float64]

VARIABLE = "files.variable"
NUMERIC = {"int", "integer", "long", "float", "double"}
NAMES = ("name", "label", "region", "dn_name", "v_name")  # attributes of nodes
WEIGHT = "weight"
MOST_NODES = 2_000
DEEPEST = 50  # elements within elements
ITEMS = re.compile(r"[;,\s]+")


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


# GraphML ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attribute:
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
        key.get("id", ""): Attribute(
            key.get("attr.name", ""), key.get("attr.type", "string"), key.findtext("default")
        )
        for key in root.findall("key")
        if key.get("for") in {"edge", "all"}
    }
    key = _weight(keys, inquiry, name)
    values = _adjacency(graph, nodes, (key, keys[key].default), inquiry, name)
    regions = _node_names(root, graph, nodes)
    return NumberTable(values, regions, regions, keys[key].name)


def _weight(keys: Mapping[str, Attribute], inquiry: Inquiry, name: str) -> str:
    """The key of the edges' weights; asked where several attributes are numbers."""
    numeric = {key: each for key, each in keys.items() if each.kind in NUMERIC}
    if not numeric:
        raise CohortError(Message("readers_brains.no-weights", file=name))
    if len(numeric) == 1:
        return next(iter(numeric))
    by_name = {each.name: key for key, each in numeric.items()}
    answer = inquiry.ask(
        VARIABLE,
        Message("readers_brains.ask-weight", file=name, attributes=first_of(sorted(by_name), 8)),
        [
            Choice(each, Message("readers_brains.weight-choice", attribute=each))
            for each in sorted(by_name, key=lambda each: (each.casefold() != WEIGHT, each))
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


# CAT12 -----------------------------------------------------------------------------------------


def read_cat12_xml(body: bytes, name: str) -> dict[str, dict[str, NumberTable]]:
    """The measures of each atlas of a catROI file: one row per measure, with regions by name.

    Raises:
        CohortError: it is damaged, or an atlas has not as many values as regions.

    """
    root = parse_xml(body, name)
    found: dict[str, dict[str, NumberTable]] = {}
    for atlas in root if root.tag == "S" else ():
        names = tuple((item.text or "").strip() for item in atlas.findall("names/item"))
        measures = {
            data.tag: measure_table(_numbers(data.text or "", name), names, name)
            for data in atlas.findall("data/*")
        }
        if names and measures:
            found[atlas.tag] = measures
    return found


def measure_table(values: FloatArray, names: tuple[str, ...], name: str) -> NumberTable:
    """One row of a measure, of the named regions. Raises CohortError where they do not fit."""
    if values.size != len(names) or len(set(names)) < len(names) or not all(names):
        raise CohortError(
            Message("readers_brains.other-count", file=name, values=values.size, regions=len(names))
        )
    return NumberTable(values.astype(np.float64).reshape(1, -1), names, None)


def _numbers(text: str, name: str) -> FloatArray:
    """``[1.1;NaN;1.2]``, as MATLAB writes a vector."""
    cells = ITEMS.split(text.strip().removeprefix("[").removesuffix("]").strip())
    try:
        return np.array([float(cell) for cell in cells], dtype=np.float64)
    except ValueError as error:
        raise CohortError(Message("readers_brains.damaged-xml", file=name)) from error
