"""The connections that a model on connectomes relies on, and how its score goes with each."""

from typing import Any

import numpy as np
import pytest

from graphnet.artifacts.edge_slopes import edge_slopes
from graphnet.artifacts.evidence import Evidence

REGIONS = ["a", "b", "c"]
# Row i, column j: how the score goes with the connection of i and j, as a measure of region i.
SLOPE = [[0.0, 0.3, -0.1], [0.1, 0.0, 0.0], [-0.5, 0.0, 0.0]]
AGREEMENT = [[1.0, 1.0, 1.0], [0.5, 1.0, 1.0], [0.95, 1.0, 1.0]]


def evidence(**importance: Any) -> Evidence:
    explained = {"share": [0.5, 0.3, 0.2], "slope": SLOPE, **importance}
    measures = [f"FC_{region}" for region in REGIONS]
    return Evidence.from_json({"regions": REGIONS, "measures": measures, "importance": explained})


def test_a_connection_is_a_measure_of_both_its_regions() -> None:
    found = edge_slopes(evidence(slope_agreement=AGREEMENT), most=10)
    assert [(edge.first, edge.second) for edge in found] == [(0, 2), (0, 1)]
    assert [edge.value for edge in found] == pytest.approx([-0.6, 0.4])
    assert [edge.is_stable for edge in found] == [True, False]


def test_as_many_as_wanted_the_largest_first() -> None:
    assert [edge.second for edge in edge_slopes(evidence(), most=1)] == [2]
    assert edge_slopes(evidence(), most=1)[0].is_stable is None


def test_only_of_connectomes_and_of_scores_with_slopes() -> None:
    assert edge_slopes(evidence(slope=None), most=10) == []
    named = {"regions": REGIONS, "measures": ["ALFF", "GMV", "DC"]}
    stored = {"share": [0.5, 0.3, 0.2], "slope": np.ones((3, 3)).tolist()}
    assert edge_slopes(Evidence.from_json({**named, "importance": stored}), most=10) == []
    assert edge_slopes(Evidence.from_json(named), most=10) == []
