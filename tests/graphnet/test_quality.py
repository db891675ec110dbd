"""Each rule by a planted case, and that no verdict depends on another subject."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from graphnet.cohort import Cohort
from graphnet.quality import RULES, Finding, screen
from graphnet.scaling import CLIP

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


def screened(features: Features) -> tuple[Features, list[tuple[str, str, str, int]]]:
    ids = tuple(f"p{number}" for number in range(len(features)))
    usable, findings = screen(features, ids, ("DC", "GMV"), "site")
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
        alone, own = screen(features[[row]], (f"p{row}",), ("DC", "GMV"), "site")
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
    assert rules < set(RULES)
    assert f"further than {CLIP:g} standard deviations" in RULES["clipped"]


def test_a_finding_is_json() -> None:
    finding = Finding("absurd", "site", "p1", "DC", 2)
    assert finding.as_dict() == {
        "rule": "absurd", "site": "site", "subject": "p1", "measure": "DC", "count": 2,
    }  # fmt: skip


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
