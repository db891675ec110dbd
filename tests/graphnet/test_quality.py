"""Each rule by a planted case, and that no verdict depends on another subject."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from graphnet.data.cohort import Cohort
from graphnet.data.quality import Finding, screen, screen_edges, square
from graphnet.names import rule_sentences
from graphnet.preprocessing.scaling import CLIP

Features = NDArray[np.float64]
REGIONS = 30
unhurried = settings(deadline=None)
VALUES = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    [0.0, 1.0, -1.0, 1.1, 999.0, 1001.0, 1e9, 1.1e9, 1e300, -1e308, np.nan, np.inf]
)
FEATURES = st.integers(1, 12).flatmap(
    lambda regions: arrays.arrays(np.float64, (4, regions, 2), elements=VALUES)
)


def healthy(subjects: int = 3) -> Features:
    """(S, 30, 2) around 1."""
    return 1 + 0.1 * np.random.default_rng(1).standard_normal((subjects, REGIONS, 2))


def named(features: Features) -> tuple[str, ...]:
    return tuple(f"region {number}" for number in range(features.shape[1]))


def screened(features: Features) -> tuple[Features, list[tuple[str, str, str, int]]]:
    ids = tuple(f"p{number}" for number in range(len(features)))
    usable, findings = screen(features, ids, ("DC", "GMV"), named(features), "site")
    assert all(finding.site == "site" for finding in findings)
    return usable, [(f.rule, f.subject, f.measure, f.count) for f in findings]


def test_healthy_measures_pass_as_they_are() -> None:
    features = healthy()
    usable, findings = screened(features)
    assert findings == []
    np.testing.assert_array_equal(usable, features)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (np.nan, "missing"),
        (np.inf, "infinite"),
        (-np.inf, "infinite"),
        (2.35e34, "absurd"),
        (-2.35e34, "absurd"),
        (1100.0, "absurd"),
    ],
)
def test_single_cells_are_taken_out(value: float, rule: str) -> None:
    features = healthy()
    features[1, [4, 7], 0] = value
    usable, findings = screened(features)
    assert findings == [(rule, "p1", "DC", 2)]
    assert np.argwhere(np.isnan(usable)).tolist() == [[1, 4, 0], [1, 7, 0]]


def test_an_extreme_value_below_a_thousand_medians_is_left_to_scaling() -> None:
    features = healthy()
    features[1, 4, 0] = 900 * np.median(features[1, :, 0])
    assert screened(features)[1] == []


def test_beyond_a_billion_is_absurd_whatever_the_median() -> None:
    features = 5e8 * healthy()
    features[0, 0, 0] = 1.1e9
    features[0, 1, 0] = 0.9e9
    assert screened(features)[1] == [("absurd", "p0", "DC", 1)]


def test_values_beside_a_median_of_zero_are_judged_by_their_size_alone() -> None:
    features = healthy()
    features[0, :20, 0] = 0.0
    features[0, 20, 0] = 2e9
    assert screened(features)[1] == [("absurd", "p0", "DC", 1)]


def test_a_measure_of_one_value_is_taken_out_whole() -> None:
    features = healthy()
    features[2, :, 1] = 0.7
    usable, findings = screened(features)
    assert findings == [("constant", "p2", "GMV", REGIONS)]
    assert np.isnan(usable[2, :, 1]).all()
    assert not np.isnan(usable[2, :, 0]).any()


def test_two_regions_are_too_few_to_be_called_constant() -> None:
    assert screened(np.ones((2, 2, 2)))[1] == []
    assert {rule for rule, *_ in screened(np.ones((2, 3, 2)))[1]} == {"constant"}


def test_a_measure_is_broken_from_more_than_a_tenth_of_absurd_values_on() -> None:
    features = healthy()
    features[0, :3, 0] = 1e20  # 3 of 30: just a tenth
    features[1, :4, 0] = 1e20
    usable, findings = screened(features)
    assert findings == [
        ("absurd", "p0", "DC", 3),
        ("absurd", "p1", "DC", 4),
        ("broken", "p1", "DC", REGIONS - 4),
    ]
    assert np.isnan(usable[..., 0]).sum(axis=1).tolist() == [3, REGIONS, 0]


def test_missing_values_alone_do_not_break_a_measure() -> None:
    features = healthy()
    features[0, :20, 0] = np.nan
    assert screened(features)[1] == [("missing", "p0", "DC", 20)]


@unhurried
@given(FEATURES)
def test_a_verdict_does_not_depend_on_other_subjects(features: Features) -> None:
    together, findings = screened(features)
    for row in range(len(features)):
        alone, own = screen(features[[row]], (f"p{row}",), ("DC", "GMV"), named(features), "site")
        np.testing.assert_array_equal(alone[0], together[row])
        assert [(f.rule, f.subject, f.measure, f.count) for f in own] == [
            finding for finding in findings if finding[1] == f"p{row}"
        ]


@unhurried
@given(FEATURES)
def test_what_is_left_is_unchanged_and_within_a_billion(features: Features) -> None:
    usable, findings = screened(features)
    kept = ~np.isnan(usable)
    np.testing.assert_array_equal(usable[kept], features[kept])
    assert (np.abs(usable[kept]) <= 1e9).all()
    assert bool(findings) == (not kept.all())


def test_every_finding_has_its_rule_in_words() -> None:
    features = healthy()
    features[0, 0, 0], features[0, 1, 0], features[0, 2:6, 1] = np.nan, np.inf, 1e20
    features[1, :, 0] = 1.0
    rules = {rule for rule, *_ in screened(features)[1]}
    assert rules == {"missing", "infinite", "absurd", "broken", "constant"}
    assert rules < set(rule_sentences())
    assert f"more than {CLIP:g} standard deviations" in rule_sentences()["clipped"]


def test_a_finding_is_json() -> None:
    finding = Finding("absurd", "site", "p1", "DC", 2, ("Precuneus_L", "Precuneus_R"))
    assert finding.as_dict() == {
        "rule": "absurd", "site": "site", "subject": "p1", "measure": "DC", "count": 2,
        "regions": ["Precuneus_L", "Precuneus_R"],
    }  # fmt: skip


def test_a_finding_names_its_regions_where_they_are_few() -> None:
    features = healthy()
    features[0, [4, 7], 1] = np.nan
    features[1, :6, 1] = np.nan
    _, (few, many) = screen(features, ("p0", "p1", "p2"), ("DC", "GMV"), named(features), "site")
    assert (few.count, few.regions) == (2, ("region 4", "region 7"))
    assert (many.count, many.regions) == (6, ())


def test_a_finding_about_several_subjects_follows_those_who_are_kept() -> None:
    found = Finding("missing-region", "site", "p1", "FC", 3, ("Vermis_10",), ("p2", "p3"))
    assert found.among({"p2", "p3"}) == replace(found, subject="p2", others=("p3",), count=2)
    assert found.among({"p3"}) == replace(found, subject="p3", others=(), count=1)
    assert found.among({"p4"}) is None
    assert found.as_dict()["subject"] == "p1, p2, p3"


def square_of(values: float, missing: list[tuple[int, int]], regions: int = 5) -> Features:
    """One connectome (1, N, N)."""
    found = np.full((1, regions, regions), values)
    for i, j in missing:
        found[0, i, j] = found[0, j, i] = np.nan
    np.fill_diagonal(found[0], 0)
    return found


def test_a_region_without_edges_is_one_finding_whoever_lacks_it() -> None:
    gone = [(2, other) for other in range(5) if other != 2]
    whole, lacks, more = (square_of(0.1, each) for each in ([], gone, [*gone, (0, 1)]))
    nothing = np.where(whole == 0, 0.0, np.nan)
    found = screen_edges(
        np.concatenate([whole, lacks, more, nothing]),
        ("A", "B", "C", "D", "E"),
        ("p0", "p1", "p2", "p3"),
        "X",
    )
    assert found == (
        Finding("missing-region", "X", "p1", "FC", 2, ("C",), ("p2",)),
        Finding("missing-edge", "X", "p2", "FC", 1, ("A", "B")),
        Finding("missing-edge", "X", "p3", "FC", 10, ("A", "B", "C", "D", "E")),
    )


def test_edges_become_symmetric_matrices_in_the_order_of_the_upper_triangle() -> None:
    edges = np.array([[1, 2, 3, 4, np.inf, np.nan]], dtype=np.float32)
    expected = [[0, 1, 2, 3], [1, 0, 4, np.nan], [2, 4, 0, np.nan], [3, np.nan, np.nan, 0]]
    found = square(edges)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found[0], expected)
    assert square(np.zeros((3, 0), dtype=np.float32)).shape == (3, 1, 1)


def test_regular_real_subjects_have_no_findings(site_a: Cohort) -> None:
    assert site_a.findings == ()
    assert not np.isnan(site_a.features).any()


def test_the_failed_computations_of_real_site_b_are_found(site_b: Cohort) -> None:
    found = {(f.rule, f.subject, f.measure, f.count) for f in site_b.findings}
    assert found == {
        ("absurd", "SZP2018007", "ALFF", 39),
        ("broken", "SZP2018007", "ALFF", 51),
        ("constant", "SZP2018021", "ALFF", 90),
    }
    gone = np.isnan(site_b.features).any(axis=1)  # (S, F)
    names = [(site_b.ids[row], site_b.measures[column]) for row, column in np.argwhere(gone)]
    assert names == [("SZP2018007", "ALFF"), ("SZP2018021", "ALFF")]
