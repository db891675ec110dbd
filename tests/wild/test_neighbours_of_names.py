"""Names of columns that may be regions, covariates or pairs: certain, said or asked about.

What is right was decided before anything was read.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.wild.cases import close, edges, equal, one_measure, outcome, told
from tests.wild.test_same_kinds import COUNT, EDGES, PAIRS, RANDOM, VALUES, is_base, of, table

# Tissues and the whole brain ------------------------------------------------------------------

SUBCORTICAL = ("Left Cerebral White Matter", "Left Thalamus", "Right Cerebral White Matter",
               "Right Thalamus", "Brain-Stem", "Left Amygdala")  # fmt: skip
TISSUES = tuple(name for name in SUBCORTICAL if "White" in name)
WRITTEN: Mapping[str, Callable[[str], str]] = {
    "GMV_{}": str,
    "GMV_{} ": lambda name: name.replace(" ", "_"),
    "{}_GMV": lambda name: name.replace(" ", "_"),
    "Volume_{}": lambda name: name.title().replace(" ", ""),
    "{}": lambda name: name.replace(" ", "-"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_tissue_among_regions_is_asked_about(tmp_path: Path, written: str) -> None:
    names = tuple(WRITTEN[written](name) for name in SUBCORTICAL)
    text = table(columns=tuple(written.strip().format(name) for name in names))
    choices = [choice.value for choice in of(tmp_path, text).question("regions.tissues").choices]
    assert choices == ["other", "regions"]
    path = tmp_path / "cohort.csv"
    every = outcome(path, regions__tissues="regions").dataset
    assert every.regions == names
    equal(one_measure(every), VALUES)
    fewer = outcome(path, regions__tissues="other").dataset
    kept = [place for place, name in enumerate(SUBCORTICAL) if name not in TISSUES]
    equal(one_measure(fewer), VALUES[:, kept])
    assert len(fewer.subjects.covariates) == len(TISSUES)


@pytest.mark.parametrize("whole", ["GMV_total", "Mean GMV", "GMV_left", "GMV_TIV"])
def test_a_measure_of_the_whole_brain_is_said_to_be_a_covariate(tmp_path: Path, whole: str) -> None:
    columns = (whole, *(f"GMV_{region}" for region in range(1, 6)))
    found = of(tmp_path, table(columns=columns)).dataset
    equal(one_measure(found), VALUES[:, 1:])
    assert [covariate.name for covariate in found.subjects.covariates] == [whole]
    assert f"{whole} of cohort.csv" in told(found)


def test_volumes_of_tissues_beside_numbered_regions_are_covariates(tmp_path: Path) -> None:
    """Without the measure in front they are what is usually corrected for."""
    columns = ("WM", "CSF", "TIV", "GMV_1", "GMV_2", "GMV_3")
    found = of(tmp_path, table(columns=columns)).dataset
    equal(one_measure(found), VALUES[:, 3:])


# Two numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 4, 5])
@pytest.mark.parametrize("named", ["GMV_{}.{}", "thickness_{}_{}", "mean_GMV_{}-{}"])
def test_parts_of_regions_are_no_connectome(tmp_path: Path, named: str, size: int) -> None:
    """As many parts as regions, of which 1.2 is not 2.1."""
    numbers = range(1, size + 1)
    columns = tuple(named.format(one, other) for one in numbers for other in numbers)
    values = RANDOM.normal(0.4, 0.05, (COUNT, size * size)).round(4)
    found = of(tmp_path, table(values, columns)).dataset
    assert found.connectomes is None
    equal(one_measure(found), values)
    assert "no connectome" in told(found)


def test_a_few_parts_of_each_region_may_be_visits(tmp_path: Path) -> None:
    columns = tuple(f"GMV_{region}.{part}" for region in (1, 2, 3) for part in (1, 2))
    of(tmp_path, table(columns=columns)).question("occasions.GMV")
    path = tmp_path / "cohort.csv"
    equal(one_measure(outcome(path, occasions__GMV="parts").dataset), VALUES)
    assert "GMV_1.2" in outcome(path, occasions__GMV="visits").refusal


@pytest.mark.parametrize("directions", [1, 2])
def test_pairs_of_a_measure_that_fit_a_matrix_are_one(tmp_path: Path, directions: int) -> None:
    pairs = [(one + 1, other + 1) for one, other in PAIRS]
    both = pairs + [(other, one) for one, other in pairs]
    names = tuple(f"GMV_{one}.{other}" for one, other in (pairs, both)[directions - 1])
    values = np.hstack([EDGES] * directions)
    close(edges(of(tmp_path, table(values, names)).dataset), EDGES)


# Columns that are mostly empty ----------------------------------------------------------------


def test_a_word_in_one_row_is_not_said_to_be_in_all(tmp_path: Path) -> None:
    lines = table(comment="").splitlines()
    lines[3] += "artefact"
    found = of(tmp_path, "\n".join(lines)).dataset
    assert f"artefact in 1 of {COUNT} rows" in told(found)


@pytest.mark.parametrize("named", ["{measure}_{side}", "{side}_{measure}", "{measure}.{side}.mean"])
def test_measures_of_hemispheres_alone_are_no_regions(tmp_path: Path, named: str) -> None:
    columns = tuple(
        named.format(measure=measure, side=side)
        for measure in ("thickness", "area", "volume")
        for side in ("lh", "rh")
    )
    refusal = of(tmp_path, table(columns=columns)).refusal
    assert "hemispheres" in refusal
    assert columns[0] in refusal


def test_measures_of_hemispheres_beside_regions_are_covariates(tmp_path: Path) -> None:
    found = of(tmp_path, table(thickness_lh="2.5", area_rh="800")).dataset
    is_base(found)
    assert {"thickness_lh", "area_rh"}.isdisjoint(found.measures)


def test_numbers_for_fewer_than_half_of_the_regions_are_said_to_be_covariates(
    tmp_path: Path,
) -> None:
    others = {"foo_1": 3.14, "foo_2": 2.71}
    rows = [",".join(others)] + [
        ",".join(f"{value + row / 100:g}" for value in others.values()) for row in range(COUNT)
    ]
    lines = [f"{line},{more}" for line, more in zip(table().splitlines(), rows, strict=True)]
    found = of(tmp_path, "\n".join(lines)).dataset
    is_base(found)
    assert [covariate.name for covariate in found.subjects.covariates] == list(others)
    assert "2 columns foo_1 … foo_2" in told(found)


# Columns that are there several times, and rows that are no subjects --------------------------


@pytest.mark.parametrize(
    ("named", "occasions"),
    [
        ("Mean thickness of {} ({} hemisphere) | Instance {}", ("2", "3")),
        ("{}_{}_{}", ("2010", "2015")),
        ("GMV_{}_{}_wave_{}", ("1", "2")),
        ("{}_{}_visit {}", ("1", "2")),
    ],
)
def test_instances_and_years_are_visits(
    tmp_path: Path, named: str, occasions: tuple[str, str]
) -> None:
    columns = tuple(
        named.format(region, side, occasion)
        for occasion in occasions
        for region in ("bankssts", "cuneus", "insula")
        for side in ("left", "right")
    )
    values = np.concatenate([VALUES, VALUES + 0.01], axis=1)
    refusal = of(tmp_path, table(values, columns=columns)).refusal
    assert "visits" in refusal
    assert columns[0] in refusal


def test_a_measure_with_two_numbers_is_one_at_two_visits(tmp_path: Path) -> None:
    columns = tuple(f"GMV{visit}_{region}" for visit in (1, 2) for region in range(1, 7))
    values = np.concatenate([VALUES, VALUES + 0.01], axis=1)
    assert "visits" in of(tmp_path, table(values, columns=columns)).refusal


def test_codes_of_aal_are_no_years(tmp_path: Path) -> None:
    columns = tuple(f"GMV_{code}" for code in (2001, 2002, 2101, 2102, 2111, 2112))
    found = of(tmp_path, table(columns=columns)).dataset
    assert found.measures == ("GMV",)
    equal(one_measure(found), VALUES)


def test_columns_that_pandas_renamed_are_refused(tmp_path: Path) -> None:
    """The first region would be a covariate, and every other one have the number of another."""
    columns = ("GMV", *(f"GMV.{number}" for number in range(1, 6)))
    refusal = of(tmp_path, table(columns=columns)).refusal
    assert "GMV.1" in refusal
    assert "rename" in refusal


def test_a_measure_alone_is_of_the_whole_brain(tmp_path: Path) -> None:
    rows = [f"{total:.4f}" for total in VALUES.sum(axis=1)]
    lines = [f"{line},{more}"
             for line, more in zip(table().splitlines(), ["GMV", *rows], strict=True)]  # fmt: skip
    found = of(tmp_path, "\n".join(lines)).dataset
    is_base(found)
    assert "GMV of" in told(found)


@pytest.mark.parametrize("corner", ["", "Node", "ID"])
@pytest.mark.parametrize("named", ["GMV_{}", "R{}"])
def test_a_matrix_of_its_columns_is_no_table_of_subjects(
    tmp_path: Path, corner: str, named: str
) -> None:
    names = [named.format(number) for number in range(1, 7)]
    matrix = np.atleast_2d(np.corrcoef(VALUES.T)).round(4)
    lines = [",".join([corner, *names])]
    lines += [",".join([name, *map(str, row)]) for name, row in zip(names, matrix, strict=True)]
    assert "matrix" in of(tmp_path, "\n".join(lines)).refusal


def test_rows_that_may_be_means_of_classes_are_said(tmp_path: Path) -> None:
    lines = [table().splitlines()[0].removeprefix("ID,")]
    lines += [f"{label},{','.join(map(str, VALUES[label::2].mean(axis=0)))}" for label in (0, 1)]
    assert "one row per class" in told(of(tmp_path, "\n".join(lines)).dataset)


@pytest.mark.parametrize("code", [555, -555])
def test_the_code_of_abcd_for_not_administered_is_missing(tmp_path: Path, code: int) -> None:
    wanted = VALUES.copy()
    wanted[3, 2] = np.nan
    text = table().replace(f",{VALUES[3, 2]:g},", f",{code},", 1)
    found = of(tmp_path, text).dataset
    equal(one_measure(found), wanted)
    assert str(code) in told(found)
