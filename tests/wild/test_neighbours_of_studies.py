"""Tables as large studies give them away, with their own names of columns.

What is right was decided before anything was read.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.wild.cases import alternating, choices, equal, one_measure, outcome, told
from tests.wild.test_same_kinds import COUNT, IDS, is_base, of, table

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


# SynthSeg ------------------------------------------------------------------------------------

TISSUES = ["left cerebral white matter", "right cerebral white matter", "csf"]
OF_SYNTHSEG = [
    f"{side} {name}"
    for side in ("left", "right")
    for name in ("lateral ventricle", "cerebellum cortex", "thalamus", "caudate", "ventral DC")
]


def test_one_question_is_asked_of_synthseg(tmp_path: Path) -> None:
    """Whether tissues are regions; ``ventral DC`` is one whatever is between its words."""
    columns = [*OF_SYNTHSEG, *TISSUES]
    values = RANDOM.normal(4000, 300, (COUNT, len(columns))).round(1)
    people = pd.DataFrame({"subject": IDS, "LABEL": alternating(COUNT), "total intracranial": 1e6})
    frame = pd.concat([people, pd.DataFrame(values, columns=columns)], axis=1)
    of(tmp_path, frame.to_csv(index=False))
    assert len(outcome(tmp_path / "cohort.csv").questions) == 1
    found = choices(tmp_path / "cohort.csv", "regions.tissues")
    equal(one_measure(found["regions"].dataset), values)
    assert found["other"].dataset.regions == tuple(OF_SYNTHSEG)
    equal(one_measure(found["other"].dataset), values[:, : len(OF_SYNTHSEG)])


# FreeSurfer's subfields and nuclei -------------------------------------------------------------

SUBFIELDS = ("Hippocampal_tail", "subiculum", "CA1", "hippocampal-fissure", "molecular_layer_HP",
             "GC-ML-DG", "CA3", "CA4", "fimbria", "HATA", "Whole_hippocampus")  # fmt: skip


@pytest.mark.parametrize("sides", [("Left",), ("left", "right")])
def test_subfields_are_regions_with_and_without_a_number(
    tmp_path: Path, sides: tuple[str, ...]
) -> None:
    """Never CA1 and CA3 alone, as regions 1 and 3 of the measure Left_CA."""
    columns = [f"{side}_{name}" for side in sides for name in SUBFIELDS]
    values = RANDOM.normal(500, 30, (COUNT, len(columns))).round(2)
    people = pd.DataFrame({"Subject": IDS, "LABEL": alternating(COUNT)})
    frame = pd.concat([people, pd.DataFrame(values, columns=columns)], axis=1)
    found = of(tmp_path, frame.to_csv(index=False, sep=" "), "volumes.txt").dataset
    assert found.regions == tuple(columns)
    equal(one_measure(found), values)


def test_nuclei_of_one_side_of_which_two_are_numbered_are_asked_about(tmp_path: Path) -> None:
    columns = [f"Left-{name}" for name in ("AV", "CeM", "CL", "LGN", "VL1", "VL2", "VA")]
    people = pd.DataFrame({"ID": IDS, "LABEL": alternating(COUNT)})
    values = pd.DataFrame(RANDOM.normal(500, 30, (COUNT, len(columns))), columns=columns)
    found = of(tmp_path, pd.concat([people, values], axis=1).to_csv(index=False))
    assert "regions.Left-VL" in {each.id for each in found.questions}


# CONN's networks -------------------------------------------------------------------------------

OF_NETWORKS = [f"networks.{name}" for name in (
    "DefaultMode.MPFC (1,55,-3)", "DefaultMode.LP (L) (-39,-77,33)", "Salience.ACC (0,22,35)",
    "DefaultMode.PCC (1,-61,38)", "Visual.Medial (2,-79,12)", "Language.IFG (L) (-51,26,2)",
)]  # fmt: skip


def test_networks_of_conn_are_regions_whatever_their_words(tmp_path: Path) -> None:
    """Never MPFC and PCC alone, whose words are known, of a measure ``networks.DefaultMode``."""
    values = RANDOM.normal(0.3, 0.1, (COUNT, len(OF_NETWORKS))).round(4)
    people = pd.DataFrame({"ID": IDS, "LABEL": alternating(COUNT)})
    frame = pd.concat([people, pd.DataFrame(values, columns=OF_NETWORKS)], axis=1)
    of(tmp_path, frame.to_csv(index=False))
    found = choices(tmp_path / "cohort.csv", "regions.names")
    assert found["all"].dataset.regions == tuple(OF_NETWORKS)
    equal(one_measure(found["all"].dataset), values)


# Lines above a table -------------------------------------------------------------------------

FIELDS = "".join(f"- name: GMV_{region}\n  type: number\n" for region in range(1, 40))
FRONT = f"---\nname: cohort\nfields:\n- name: ID\n  type: string\n{FIELDS}%s\n"


@pytest.mark.parametrize("name", ["cohort.csvy", "cohort.csv"])
@pytest.mark.parametrize("end", ["---", "..."])
def test_yaml_above_a_table_is_none_of_it(tmp_path: Path, end: str, name: str) -> None:
    """As R's csvy writes it."""
    found = of(tmp_path, FRONT % end + table(), name).dataset
    is_base(found)
    assert "comment" in told(found)
