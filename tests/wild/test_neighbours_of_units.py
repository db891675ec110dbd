"""Measures of some subjects in another unit: at a site, in a dataset, in one row.

What is right was decided before anything was read.
"""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.cohort import merge
from graphnet.data.cohorts import cohort_of
from graphnet.data.splits import Splits
from graphnet.errors import CohortError
from tests.wild.cases import choices, close, edges, equal, one_measure, told
from tests.wild.test_same_kinds import COUNT, EDGES, IDS, PAIRS, VALUES, of, table


@pytest.mark.parametrize("factor", [0.001, 0.01, 0.1, 10, 1000, 1e6])
@pytest.mark.parametrize("rows", [[4], list(range(13, COUNT))])
def test_subjects_in_another_unit_are_asked_about(
    tmp_path: Path, rows: list[int], factor: float
) -> None:
    """Millimetres beside centimetres, cubic millimetres beside millilitres, percent."""
    values = VALUES.copy()
    values[rows] *= factor
    of(tmp_path, table(values, shown="{:.10g}".format))
    found = choices(tmp_path / "cohort.csv", "units.GMV")
    equal(one_measure(found["convert"].dataset), VALUES)
    equal(one_measure(found["keep"].dataset), values)


def test_sites_in_another_unit_are_named(tmp_path: Path) -> None:
    later = np.arange(COUNT)[:, None] >= 12
    frame = pd.read_csv(io.StringIO(table(VALUES * np.where(later, 0.001, 1))), dtype={"ID": str})
    frame["SITE"] = ["A"] * 12 + ["B"] * 12
    question = of(tmp_path, frame.to_csv(index=False)).question("units.GMV")
    assert "at site A" in question.sentence
    assert "at site A by 0.001" in question.choices[0].label


@pytest.mark.parametrize("factor", [25, 250])
def test_subjects_of_another_size_without_a_unit_are_said(tmp_path: Path, factor: float) -> None:
    values = VALUES.copy()
    values[4] *= factor
    said = told(of(tmp_path, table(values)).dataset)
    assert "another size" in said
    assert IDS[4] in said


@pytest.mark.parametrize("factor", [3, 5, 7])
def test_subjects_in_one_unit_are_not(tmp_path: Path, factor: float) -> None:
    values = VALUES.copy()
    values[4] *= factor
    assert "unit" not in told(of(tmp_path, table(values)).dataset)


def test_subjects_that_vary_a_lot_are_in_one_unit(tmp_path: Path) -> None:
    """Loads of lesions: a thousand times between the least and the most."""
    loads = VALUES * np.logspace(0, 4, COUNT)[:, None]
    loads[-3:] *= 10
    assert len(of(tmp_path, table(loads)).dataset) == COUNT


@pytest.mark.parametrize("rows", [[4], list(range(13, COUNT))])
def test_scores_on_both_sides_of_0_have_no_unit(tmp_path: Path, rows: list[int]) -> None:
    values = (VALUES - VALUES.mean(axis=0)) / VALUES.std(axis=0)
    values = np.clip(np.abs(values), 0.5, 1.5) * np.sign(values)
    values[rows] *= 0.1
    assert len(of(tmp_path, table(values)).dataset) == COUNT


def test_streamlines_of_ten_times_as_many_are_asked_about(tmp_path: Path) -> None:
    counts = (1000 * np.exp(EDGES)).round()
    later = np.arange(COUNT)[:, None] >= 12
    pairs = tuple(f"SC_{row + 1}_{column + 1}" for row, column in PAIRS)
    of(tmp_path, table(counts * np.where(later, 10, 1), pairs))
    found = choices(tmp_path / "cohort.csv", "units.connectome")
    close(edges(found["keep"].dataset), counts * np.where(later, 10, 1))
    close(edges(found["convert"].dataset), counts)


def test_datasets_in_different_units_are_refused(tmp_path: Path) -> None:
    """Also between what is trained on and what is tested on, as nothing can be asked there."""
    lines = table().splitlines(keepends=True)
    small = table(VALUES / 10, shown="{:.10g}".format).splitlines(keepends=True)
    one = cohort_of(of(tmp_path, "".join(lines[:13]), "one.csv").dataset, "one")
    other = cohort_of(of(tmp_path, "".join([small[0], *small[13:]]), "other.csv").dataset, "other")
    with pytest.raises(CohortError, match=r"GMV is in different units.*in one.*in other"):
        merge([one, other])
    with pytest.raises(CohortError, match=r"GMV is in different units.*train_data.*test_data"):
        Splits(one, test=other)
