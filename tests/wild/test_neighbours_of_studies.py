"""Tables as large studies give them away, with their own names of columns.

What is right was decided before anything was read.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.wild.cases import alternating, choices, equal, one_measure
from tests.wild.test_same_kinds import COUNT, IDS, of

RANDOM = np.random.default_rng(47)

# ADNI ----------------------------------------------------------------------------------------

NUMBERS = {13: "lh_bankssts", 72: "rh_bankssts", 24: "lh_entorhinal", 83: "rh_entorhinal",
           62: "lh_transversetemporal", 121: "rh_transversetemporal", 129: "lh_insula",
           130: "rh_insula"}  # fmt: skip
SIZES = {"CV": 4000, "SA": 1500, "TA": 2.5, "TS": 0.6}
CALLED = {"CV": "volume", "SA": "area", "TA": "thickness", "TS": "thicknessstd"}
OF_UCSF = {
    measure: RANDOM.normal(size, size / 10, (COUNT, len(NUMBERS))).round(3)
    for measure, size in SIZES.items()
}
STRUCTURES = RANDOM.normal(3000, 300, (COUNT, 4)).round(1)
TADPOLE = "_UCSFFSX_11_02_15_UCSFFSX51_08_01_16"
LONGITUDINAL = "_UCSFFSL_02_01_16_UCSFFSL51ALL_08_01_16"


def of_adni(end: str = "", measures: tuple[str, ...] = tuple(SIZES)) -> pd.DataFrame:
    """By region and measure, as ADNI orders them."""
    columns = {
        f"ST{number}{measure}{end}": OF_UCSF[measure][:, place]
        for place, number in enumerate(NUMBERS)
        for measure in measures
    }
    return pd.DataFrame({"RID": IDS, "DX": alternating(COUNT), **columns})


@pytest.mark.parametrize("end", ["", TADPOLE])
def test_numbers_of_adni_are_regions_of_its_measures(tmp_path: Path, end: str) -> None:
    """And the volume of the head, and the area of a hemisphere, are none."""
    whole = {f"ST10CV{end}": 1.5e6 + np.arange(COUNT), f"ST28SA{end}": 9e4 + np.arange(COUNT)}
    found = of(tmp_path, of_adni(end).assign(**whole).to_csv(index=False)).dataset
    assert found.regions == tuple(NUMBERS.values())
    assert found.measures == tuple(sorted(CALLED.values()))
    assert found.values is not None
    for letters, name in CALLED.items():
        equal(found.values[:, :, found.measures.index(name)], OF_UCSF[letters])
    assert {each.name for each in found.subjects.covariates} == set(whole)


def test_cortex_and_structures_of_adni_are_asked_about(tmp_path: Path) -> None:
    columns = {f"ST{n}SV": STRUCTURES[:, place] for place, n in enumerate((29, 88, 12, 71))}
    of(tmp_path, of_adni(measures=("TA",)).assign(**columns).to_csv(index=False))
    found = choices(tmp_path / "cohort.csv", "regions.adni")
    equal(one_measure(found["cortex"].dataset), OF_UCSF["TA"])
    equal(one_measure(found["structures"].dataset), STRUCTURES)
    assert not found["cortex"].dataset.subjects.covariates


def test_two_tables_of_adni_in_one_are_asked_about(tmp_path: Path) -> None:
    frame = of_adni(TADPOLE, ("CV",))
    other = of_adni(LONGITUDINAL, ("CV",)).drop(columns=["RID", "DX"]) + 1
    of(tmp_path, pd.concat([frame, other], axis=1).to_csv(index=False))
    found = choices(tmp_path / "cohort.csv", "regions.adni_table")
    equal(one_measure(found[TADPOLE.strip("_")].dataset), OF_UCSF["CV"])
    equal(one_measure(found[LONGITUDINAL.strip("_")].dataset), OF_UCSF["CV"] + 1)
