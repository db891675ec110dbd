"""Time series: the axis of time, gaps, and correlations that numpy gives too."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from graphnet.errors import CohortError
from graphnet.readers.connectomes.series import (
    LEAST_POINTS,
    POINTS,
    REGIONS,
    check_length,
    correlate,
    correlations,
    detect_orientation,
    time_first,
    without_gaps,
)
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

FloatArray = NDArray[np.float64]
RANDOM = np.random.default_rng(5)
NAMES = ("a", "b", "c", "d", "e")
LARGE = 1 << 30


def files(
    *shapes: tuple[int, int],
    header: Sequence[str] | None = None,
    index: Sequence[str] | None = None,
) -> dict[str, NumberTable]:
    return {
        f"s{row}": NumberTable(
            RANDOM.standard_normal(shape),
            None if header is None else tuple(header),
            None if index is None else tuple(index),
        )
        for row, shape in enumerate(shapes)
    }


@pytest.mark.parametrize(
    ("tables", "rows"),
    [
        (files((60, 5), (60, 5)), POINTS),
        (files((60, 90), (70, 90)), POINTS),  # as many regions, other lengths
        (files((5, 60), header=[f"x{i}" for i in range(60)]), POINTS),
        (files((5, 60), header=[f"20{i:02}" for i in range(60)]), POINTS),
        (files((5, 60), index=NAMES), REGIONS),
        (files((5, 60), header=[f"{i}" for i in range(60)], index=NAMES), REGIONS),
        (files((5, 3), header=["t0", "t1", "t2"], index=NAMES), REGIONS),
        (files(*[(60, 10)] * 9, (60, 9)), POINTS),  # somebody lacks a region: refused elsewhere
    ],
)
def test_the_axis_of_time_is_certain(tables: dict[str, NumberTable], rows: str) -> None:
    inquiry = Inquiry("x")
    assert detect_orientation(tables, inquiry) == rows
    assert inquiry.questions == []


@pytest.mark.parametrize(
    "tables",
    [
        files((12, 60), (12, 60)),
        files((60, 60)),
        files((12, 60), header=[str(i) for i in range(60)]),
        files((5, 60), (5, 70), (5, 80)),
        files((100, 60), (100, 70), (100, 80)),
    ],
)
def test_the_axis_of_time_is_asked(tables: dict[str, NumberTable]) -> None:
    inquiry = Inquiry("x")
    assert detect_orientation(tables, inquiry) == REGIONS
    assert [question.id for question in inquiry.questions] == ["series.orientation"]
    rows, columns = tables["s0"].values.shape
    assert f"{rows} rows and {columns}" in inquiry.questions[0].sentence
    answered = Inquiry("x", {"series.orientation": POINTS})
    assert (detect_orientation(tables, answered), answered.questions) == (POINTS, [])


def test_turning_takes_names_along() -> None:
    table = files((5, 60), header=[str(i) for i in range(60)], index=NAMES)["s0"]
    found = time_first(table, REGIONS)
    assert found.header == NAMES
    np.testing.assert_array_equal(found.values, table.values.T)
    assert time_first(table, POINTS) is table


def test_correlations_are_those_of_numpy() -> None:
    series = RANDOM.standard_normal((50, 5)) + 1e3
    upper = np.triu_indices(5, 1)
    np.testing.assert_allclose(
        correlations(series), np.asarray(np.corrcoef(series.T))[upper], atol=1e-12
    )
    gaps = series.copy()
    gaps[:7, 0] = gaps[40:, 1] = np.nan
    gaps[:, 4] = np.nan
    found = correlations(gaps)
    for edge, (i, j) in enumerate(zip(*upper, strict=True)):
        both = np.isfinite(gaps[:, i]) & np.isfinite(gaps[:, j])
        if 4 in (i, j):
            assert np.isnan(found[edge])
        else:
            expected = np.corrcoef(gaps[both, i], gaps[both, j])[0, 1]
            assert found[edge] == pytest.approx(expected, abs=1e-12)


def test_too_few_common_points_are_no_correlation() -> None:
    series = RANDOM.standard_normal((30, 3))
    series[: 30 - LEAST_POINTS + 1, 0] = np.nan
    assert np.isnan(correlations(series)).tolist() == [True, True, False]


def test_constant_empty_and_infinite_values_are_missing_and_said_once() -> None:
    series = {f"s{row}": RANDOM.standard_normal((40, 5)) for row in range(4)}
    series["s0"][:, 1] = 0
    series["s1"][:, 1] = 7.5
    series["s2"][:, 3] = np.nan
    series["s3"][5, 2] = np.inf
    inquiry = Inquiry("x")
    cleaned = without_gaps(series, NAMES, inquiry)
    assert np.isnan(cleaned["s0"]).sum(axis=0).tolist() == [0, 40, 0, 0, 0]
    assert np.isnan(cleaned["s1"]).sum(axis=0).tolist() == [0, 40, 0, 0, 0]
    assert np.isnan(cleaned["s3"]).sum(axis=0).tolist() == [0, 0, 1, 0, 0]
    assert series["s0"][0, 1] == 0  # what was given is left as it is
    assert len(inquiry.assumptions) == 2
    assert "b in 2 of 4 and d in 1 of 4" in str(inquiry.assumptions[0])
    assert "Missing values in the time series of x: 1." in str(inquiry.assumptions[1])


def test_series_are_kept_one_below_the_other() -> None:
    series = {"s0": RANDOM.standard_normal((20, 5)), "s1": RANDOM.standard_normal((30, 5))}
    kept, edges = correlate(series, NAMES, Inquiry("x"), LARGE)
    assert kept.offsets.tolist() == [0, 20, 50]
    np.testing.assert_array_equal(kept.of(1), series["s1"])
    assert edges.dtype == np.float32
    assert edges.shape == (2, 10)
    expected = np.arctanh(np.asarray(np.corrcoef(series["s1"].T))[np.triu_indices(5, 1)])
    np.testing.assert_allclose(edges[1], expected, rtol=1e-6)
    with pytest.raises(CohortError, match="more than 0"):
        correlate(series, NAMES, Inquiry("x"), 1000)


def test_a_region_twice_and_a_global_signal_are_said() -> None:
    one = RANDOM.standard_normal((40, 5))
    one[:, 2] = one[:, 1]
    one[:, 4] = one[:, :4].mean(axis=1)
    inquiry = Inquiry("x")
    edges = correlate({"s0": one}, NAMES, inquiry, LARGE)[1]
    assert np.isfinite(edges).all()
    assert "b and c in 1 of 1 subjects" in str(inquiry.assumptions[0])
    assert "the last column (e) is the mean of the others" in str(inquiry.assumptions[1])


def test_short_series_are_refused_by_subject() -> None:
    inquiry = Inquiry("x")
    check_length({"s0": np.ones((9, 2)), "s1": np.ones((10, 2))}, inquiry)
    assert [*map(str, inquiry.problems)] == [
        "x has time series of fewer than 10 points: s0 has 9. Leave these subjects out."
    ]


def test_values_that_go_on_smoothly_along_rows_are_asked_about() -> None:
    """More rows than columns, which are regions all the same: filtered series, turned."""
    noise = np.random.default_rng(5).standard_normal((3, 40, 60))
    smooth = np.stack([[np.convolve(row, np.ones(8) / 8, "same") for row in one] for one in noise])
    for values, asked in ((smooth[:, :, :30], True), (smooth.transpose(0, 2, 1), False)):
        inquiry = Inquiry("x")
        tables = {str(key): NumberTable(one, None, None) for key, one in enumerate(values)}
        detect_orientation(tables, inquiry)
        assert [question.id for question in inquiry.questions] == ["series.orientation"] * asked


def test_a_subject_without_any_signal_is_refused() -> None:
    inquiry = Inquiry("x")
    ones = {"a": np.random.default_rng(5).standard_normal((20, 3)), "b": np.zeros((20, 3))}
    without_gaps(ones, ["1", "2", "3"], inquiry)
    assert "for b. Leave these subjects out" in str(inquiry.problems[0])
