"""What connectomes hold, where, and in which order: certain, asked about, or refused."""

import numpy as np
import pytest
from numpy.typing import NDArray

from graphnet.data.interpretation import COUNTS, OTHER, R, Z
from graphnet.readers.connectomes.matrices import (
    edges_from_matrices,
    edges_from_pairs,
    edges_from_vectors,
)
from graphnet.readers.connectomes.triangles import subjects_first
from graphnet.readers.connectomes.weights import STRUCTURAL
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
SUBJECTS, REGIONS = 5, 6
IDS = tuple(f"s{row}" for row in range(SUBJECTS))
UP = np.triu_indices(REGIONS, 1)
RANDOM = np.random.default_rng(3)
SERIES = RANDOM.standard_normal((SUBJECTS, 50, REGIONS))
PEARSON = np.stack([np.corrcoef(one.T) for one in SERIES])


def fisher(diagonal: float = np.inf) -> FloatArray:
    found = np.arctanh(PEARSON - np.eye(REGIONS))
    found[:, range(REGIONS), range(REGIONS)] = diagonal
    return np.asarray(found)


def streamlines() -> FloatArray:
    found = np.triu(RANDOM.poisson(0.8, (SUBJECTS, REGIONS, REGIONS)) * 700.0, 1)
    found[:, 0, 1] = 4000
    return np.asarray(found + found.transpose(0, 2, 1))


def inquiry(**answers: str) -> Inquiry:
    return Inquiry("x", {key.replace("_", "."): value for key, value in answers.items()})


def asked(found: Inquiry) -> list[str]:
    return [question.id for question in found.questions]


@pytest.mark.parametrize(
    ("matrices", "hint", "documented", "values"),
    [
        (PEARSON, "", True, R),  # the diagonal is 1
        (PEARSON, R, False, R),
        (PEARSON - np.eye(REGIONS), R, False, R),
        (fisher(), "", False, Z),
        (5 * fisher(np.nan), "", False, Z),
        (fisher(np.nan), Z, False, Z),
        (fisher(18.714973875118524), "", False, Z),  # arctanh(1 - 1e-16)
        (fisher(7.2543286192620472), "", False, Z),  # arctanh(0.999999)
        (fisher(0), Z, False, Z),
        (fisher(0), "", True, Z),
        (streamlines(), "", False, COUNTS),
        (streamlines() + 0.5 * (streamlines() > 0), "", False, COUNTS),
        (np.sign(streamlines()), "", False, COUNTS),
        (fisher(0) * 100, "", False, OTHER),
        (np.stack([np.cov(one.T) * 3 for one in SERIES]), "", False, OTHER),
        (np.abs(fisher(0)) / 3, OTHER, False, OTHER),
        (-streamlines() / 9000, STRUCTURAL, False, OTHER),
        (fisher(0) + np.diag(np.linspace(17.9, 18.7, REGIONS)), "", False, Z),  # 64 bits
    ],
)
def test_values_are_told_apart(
    matrices: FloatArray, hint: str, *, documented: bool, values: str
) -> None:
    found = inquiry()
    edges, reading = edges_from_matrices(matrices, IDS, found, hint, documented=documented)
    assert (found.questions, found.problems) == ([], [])
    assert reading.values == values
    assert edges.dtype == np.float32
    expected = matrices[:, *UP]
    np.testing.assert_allclose(edges, np.arctanh(expected) if values == R else expected, rtol=1e-6)


@pytest.mark.parametrize("matrices", [fisher(np.nan), np.abs(5 * fisher(np.nan))])
def test_an_empty_diagonal_alone_is_asked_about(matrices: FloatArray) -> None:
    """Whoever leaves it out may have had r, or weights of something else."""
    found = inquiry()
    edges_from_matrices(matrices, IDS, found)
    assert [question.id for question in found.questions] == ["connectome.values"]


@pytest.mark.parametrize(
    ("matrices", "hint"),
    [
        (fisher(0) / 3, ""),  # nothing tells
        (PEARSON, Z),  # name and diagonal disagree
        (fisher(), R),
        (fisher(0) * 4, R),
        (np.abs(fisher(0)) * 3, ""),  # z, or other weights
        (-streamlines(), COUNTS),
        (streamlines() + 0.5 * (streamlines() > 0), Z),  # no z is that large
        (fisher(0) * 4 + np.eye(REGIONS), ""),  # with the diagonal of r, too large for it
        (np.where(fisher(1) == 1, 1, fisher(0) / 3), Z),
        (fisher(0) * 20, ""),  # larger than correlations are
    ],
)
def test_values_that_cannot_be_known_are_asked_once(matrices: FloatArray, hint: str) -> None:
    found = inquiry()
    edges_from_matrices(matrices, IDS, found, hint)
    assert asked(found) == ["connectome.values"]
    assert found.problems == []
    offered = [choice.value for choice in found.questions[0].choices]
    assert (R in offered) == (np.abs(matrices[:, *UP]).max() <= 1)
    assert OTHER in offered
    answered = inquiry(connectome_values=OTHER)
    edges, reading = edges_from_matrices(matrices, IDS, answered, hint)
    assert (answered.questions, reading.values) == ([], OTHER)
    np.testing.assert_allclose(edges, matrices[:, *UP], rtol=1e-6)


def test_an_answer_that_cannot_be_is_refused() -> None:
    found = inquiry(connectome_values=R)
    edges_from_matrices(fisher(0) * 4, IDS, found, "")
    assert "Pearson's r is at most 1" in str(found.problems[0])


def test_one_triangle_is_mirrored_and_a_value_in_either_counts() -> None:
    full = fisher()
    for half, name in ((np.triu(full), "upper"), (np.tril(full), "lower"), (full, "full")):
        edges, reading = edges_from_matrices(half, IDS, inquiry(), Z)
        np.testing.assert_array_equal(edges, full[:, *UP].astype(np.float32))
        assert reading.triangle == name
    holes = full.copy()
    holes[2, 0, 1] = holes[3, 5, 4] = np.nan
    np.testing.assert_array_equal(
        edges_from_matrices(holes, IDS, inquiry(), Z)[0], full[:, *UP].astype(np.float32)
    )


@pytest.mark.parametrize("make", [fisher, streamlines])
def test_an_asymmetric_matrix_is_refused_by_cell(make: object) -> None:
    matrices = fisher() if make is fisher else streamlines()
    matrices[3, 4, 1] = 0.25
    matrices[3, 1, 4] = 0.75
    found = inquiry()
    edges_from_matrices(matrices, IDS, found, "")
    assert [*map(str, found.problems)] == [
        "x has connectomes that are not symmetric: for s3, row 2 column 5 is 0.75, and row 5 "
        "column 2 is 0.25. Give undirected connectomes, for example the mean of both directions."
    ]


def test_rounding_to_32_bits_is_no_asymmetry() -> None:
    matrices = fisher().astype(np.float32).astype(np.float64)
    matrices[:, 0, 1] *= 1 + 3e-7
    tiny = fisher(0) * 1e-9
    tiny[0, 1, 0] *= 1.01
    found = inquiry()
    edges_from_matrices(matrices, IDS, found, Z)
    assert found.problems == []
    edges_from_matrices(tiny, IDS, found, Z)
    assert "not symmetric" in str(found.problems[0])


def test_rows_of_zeros_are_values_of_a_sparse_connectome_and_missing_in_a_dense_one() -> None:
    sparse = streamlines()
    sparse[1, 2, :] = sparse[1, :, 2] = 0
    np.testing.assert_array_equal(
        edges_from_matrices(sparse, IDS, inquiry(), "")[0], sparse[:, *UP]
    )
    dense = PEARSON.copy()
    dense[1, 2, :] = dense[1, :, 2] = 0
    found = inquiry()
    edges = edges_from_matrices(dense, IDS, found, R, regions=list("abcdef"))[0]
    gone = (UP[0] == 2) | (UP[1] == 2)
    np.testing.assert_array_equal(np.isnan(edges[1]), gone)
    assert not np.isnan(np.delete(edges, 1, axis=0)).any()
    assert "regions whose correlations are all 0 (c)" in str(found.assumptions[0])


def test_a_dataset_of_zeros_and_a_subject_of_nothing_are_refused() -> None:
    found = inquiry()
    edges_from_matrices(np.zeros((SUBJECTS, 4, 4)), IDS, found, Z)
    assert [*map(str, found.problems)] == ["All connectomes of x are zero or empty."]
    empty = fisher()
    empty[4] = np.nan
    found = inquiry()
    edges_from_matrices(empty, IDS, found, Z)
    assert "empty connectomes for s4" in str(found.problems[0])


def test_r_of_one_has_a_finite_z() -> None:
    matrices = PEARSON.copy()
    matrices[0, 0, 1] = matrices[0, 1, 0] = 1
    found = inquiry()
    edges = edges_from_matrices(matrices, IDS, found, R)[0]
    assert np.isfinite(edges).all()
    assert "exactly 1 or -1 between two regions in x: 1." in str(found.assumptions[0])


def pairs(*, both: bool) -> tuple[list[tuple[int, int]], FloatArray]:
    upper = [(int(i), int(j)) for i, j in zip(*UP, strict=True)]
    found = upper + ([(j, i) for i, j in upper] if both else [])
    return found, np.stack([fisher()[:, i, j] for i, j in found], axis=1)


@pytest.mark.parametrize("both", [False, True])
def test_pairs_in_any_order(*, both: bool) -> None:
    places, values = pairs(both=both)
    order = RANDOM.permutation(len(places))
    found = inquiry()
    edges, reading = edges_from_pairs(
        values[:, order], [places[place] for place in order], list("abcdef"), IDS, found
    )
    np.testing.assert_array_equal(edges, fisher()[:, *UP].astype(np.float32))
    assert (reading.values, reading.triangle, found.problems) == (Z, "pairs", [])


def test_pairs_that_are_absent_or_disagree_are_refused() -> None:
    places, values = pairs(both=True)
    values[2, -1] += 0.1
    found = inquiry()
    edges_from_pairs(values[:, 1:], places[1:], list("abcdef"), IDS, found)
    assert "f and e differ between their two directions" in str(found.problems[0])
    found = inquiry()
    edges_from_pairs(values[:, 1:15], places[1:15], list("abcdef"), IDS, found)
    assert "no column for the pairs of regions a and b" in str(found.problems[0])


def flat(how: tuple[NDArray[np.int64], NDArray[np.int64]]) -> FloatArray:
    return np.asarray(fisher()[:, how[0], how[1]])


def test_flat_vectors_by_their_order() -> None:
    expected = fisher()[:, *UP].astype(np.float32)
    low = np.tril_indices(REGIONS, -1)
    assert edges_from_vectors(flat(UP), IDS, ambiguous := inquiry(), Z) is not None
    assert asked(ambiguous) == ["triangle"]
    for values, order in ((flat(UP), "upper"), (flat(low), "lower")):
        answered = inquiry(triangle=order)
        found = edges_from_vectors(values, IDS, answered, Z)
        assert found is not None
        np.testing.assert_array_equal(found[0], expected)
    for whole in (fisher().reshape(SUBJECTS, -1), flat(np.triu_indices(REGIONS)),
                  flat(np.tril_indices(REGIONS))):  # fmt: skip
        found = edges_from_vectors(whole, IDS, certain := inquiry(), Z)
        assert found is not None
        np.testing.assert_array_equal(found[0], expected)
        assert certain.questions == []
    assert edges_from_vectors(np.zeros((2, 7)), IDS, wrong := inquiry(), Z) is None
    assert "7 values per subject" in str(wrong.problems[0])


def test_the_axis_of_the_subjects() -> None:
    for axis in range(3):
        moved = np.moveaxis(fisher(), 0, axis)
        np.testing.assert_array_equal(subjects_first(moved, inquiry(), "fc"), fisher())
    six = np.concatenate([fisher(), fisher()[:1] * 0.5])
    for axis in (0, 2):
        found = inquiry()
        np.testing.assert_array_equal(subjects_first(np.moveaxis(six, 0, axis), found, "fc"), six)
        assert found.questions == []
    subjects_first(np.ones((4, 4, 4)), ambiguous := inquiry(), "fc")
    assert asked(ambiguous) == ["axes"]


def test_one_unit_of_the_last_decimal_in_a_few_cells_is_rounding() -> None:
    matrices = PEARSON.round(4)
    matrices[2, 1, 3] += 1e-4
    found = inquiry()
    edges, _ = edges_from_matrices(matrices, IDS, found)
    assert (found.questions, found.problems) == ([], [])
    assert "one unit of their last decimal" in str(found.assumptions[0])
    np.testing.assert_allclose(edges, np.arctanh(matrices[:, *UP]), rtol=1e-6)
    matrices[2, 1, 3] += 2e-4
    edges_from_matrices(matrices, IDS, found)
    assert "not symmetric" in str(found.problems[0])


def test_r_of_some_and_z_of_others_is_refused() -> None:
    found = inquiry()
    edges_from_matrices(np.concatenate([PEARSON[:3], fisher()[3:]]), IDS, found)
    assert "the diagonal of s0 is 1" in str(found.problems[0])
    assert "that of s3 is infinite" in str(found.problems[0])


def test_a_region_without_a_signal_says_nothing_by_its_diagonal() -> None:
    matrices = PEARSON.copy()
    matrices[1, 2, :] = matrices[1, :, 2] = 0
    found = inquiry()
    edges, reading = edges_from_matrices(matrices, IDS, found)
    assert (found.questions, found.problems, reading.values) == ([], [], R)
    assert np.isnan(edges[1]).sum() == REGIONS - 1


def test_a_subject_who_correlates_with_nothing_is_refused() -> None:
    matrices = PEARSON.copy()
    matrices[3] = np.eye(REGIONS)
    found = inquiry()
    edges_from_matrices(matrices, IDS, found)
    assert "empty connectomes for s3" in str(found.problems[0])
