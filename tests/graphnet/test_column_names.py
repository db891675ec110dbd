"""Names of columns as atlases, FreeSurfer and large studies write them."""

from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest

from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.pairs import Pairs, find_pairs
from graphnet.readers.tables.sheet import Looks, Sheet
from tests.graphnet.sheets import interpret, settled, sheet, table, values

VALUE = "value"
BRAINNETOME = ("SFG_L_7_1", "SFG_R_7_1", "SFG_L_7_2", "SFG_R_7_2", "Amyg_L_2_1", "Amyg_R_2_1")
ENIGMA = ("LLatVent", "RLatVent", "Lthal", "Rthal", "Lhippo", "Rhippo")
ASEG = (
    "Left-Lateral-Ventricle",
    "Left-Thalamus",
    "Left-Accumbens-area",
    "3rd-Ventricle",
    "Brain-Stem",
    "WM-hypointensities",
    "CC_Posterior",
    "Right-Thalamus",
    "Right-Accumbens-area",
    "Right-Hippocampus",
    "Optic-Chiasm",
)
HARVARD_OXFORD = (
    "Frontal Pole",
    "Insular Cortex",
    "Superior Frontal Gyrus",
    "Inferior Frontal Gyrus, pars triangularis",
    "Heschl's Gyrus (includes H1 and H2)",
    "Brain-Stem",
)
CAMEL = ("LeftHippocampusVol", "RightHippocampusVol", "LeftAmygdalaVol", "RightAmygdalaVol")
CHINESE = ("左海马", "右海马", "左杏仁核", "右杏仁核")


@pytest.mark.parametrize(
    "names", [BRAINNETOME, ENIGMA, ASEG, HARVARD_OXFORD, CAMEL, CHINESE], ids=lambda names: names[0]
)
def test_regions_without_a_measure_are_all_of_one(names: tuple[str, ...]) -> None:
    dataset = settled(table(names))
    assert dataset.regions == names
    assert dataset.measures == (VALUE,)
    assert dataset.values is not None
    for place in range(len(names)):
        np.testing.assert_array_equal(dataset.values[:, place, 0], values(4, place))
    assert dataset.subjects.covariates == ()


def test_names_of_abcd_and_hcp_have_a_measure() -> None:
    dataset = settled(
        table([f"smri_thick_cdk_{name}" for name in ("cuneuslh", "cuneusrh", "meanlh")])
    )
    assert (dataset.measures, dataset.regions) == (("smri_thick_cdk",), ("cuneuslh", "cuneusrh"))
    dataset = settled(
        table([f"FS_{side}_Cuneus_{word}" for word in ("Thck", "Area") for side in "LR"])
    )
    assert dataset.measures == ("Area", "Thck")
    assert dataset.regions == ("FS_L_Cuneus", "FS_R_Cuneus")


def test_volumes_beside_thickness_are_no_covariates() -> None:
    names = [f"{side}_{name}_thickness" for side in ("lh", "rh") for name in ("cuneus", "insula")]
    found = table([*names, *ASEG])
    dataset, inquiry = interpret(found)
    assert dataset is not None
    assert dataset.measures == ("thickness",)
    assert dataset.subjects.covariates == ()
    (left,) = inquiry.left_alone
    assert str(left.what).startswith("Left-Lateral-Ventricle, Left-Thalamus")
    dataset = settled(found, covariates="Left-Thalamus")
    assert [each.name for each in dataset.subjects.covariates] == ["Left-Thalamus"]


@pytest.mark.parametrize("decoy", ["genetic_pc", "IL", "mean_rp", "xyz"])
def test_few_numbers_beside_a_measure_may_be_of_a_test(decoy: str) -> None:
    names = [f"{name}_{number}" for name in ("GMV", decoy) for number in range(1, 7)]
    _, inquiry = interpret(table(names))
    assert [question.id for question in inquiry.questions] == [f"regions.{decoy}"]
    dataset = settled(table(names), **{f"regions.{decoy}": "other"})
    assert dataset.measures == ("GMV",)
    assert len(dataset.subjects.covariates) == 6
    assert settled(table(names), **{f"regions.{decoy}": "regions"}).measures == ("GMV", decoy)


def test_many_numbers_beside_a_measure_are_its_regions() -> None:
    names = [f"{name}_{number}" for name in ("GMV", "xyz") for number in range(1, 22)]
    assert settled(table(names)).measures == ("GMV", "xyz")


def test_the_order_of_edges_is_asked_once_they_are_edges() -> None:
    found = table([f"edge_{number}" for number in range(1, 16)])
    _, inquiry = interpret(found)
    assert [question.id for question in inquiry.questions] == ["regions.edge"]
    _, inquiry = interpret(found, regions__edge="edges")
    assert inquiry.questions[0].id == "triangle"
    assert len(settled(found, regions__edge="regions").regions) == 15


def pairs_of(columns: list[str]) -> Pairs:
    inquiry = Inquiry("the file")
    numbers = Sheet(tuple(columns), tuple(np.ones((len(columns), 2))))
    (found,) = find_pairs(columns, Looks(numbers), inquiry)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    return found


AAL = ("Precentral_L", "Precentral_R", "Cerebelum_4_5_L", "Vermis_1_2", "Vermis_3", "Vermis_4_5")
NETWORKS = ("ad", "cgc", "ca", "dt")


@pytest.mark.parametrize(
    "way", ["FC_{}_{}", "{}-{}", "{}<->{}", "{} → {}", "{}__{}", "FC_{} vs {}"]
)
def test_pairs_of_regions_that_end_in_numbers(way: str) -> None:
    found = pairs_of([way.format(*pair) for pair in combinations(AAL, 2)])
    assert found.regions == AAL
    assert list(found.columns.values()) == list(combinations(AAL, 2))


@pytest.mark.parametrize(
    ("way", "regions"),
    [
        ("rsfmri_c_ngd_{}_{}", NETWORKS),
        ("rsfmri_c_ngd_{}_ngd_{}", tuple(f"ngd_{network}" for network in NETWORKS)),
        ("avg_gordon_{}_{}", NETWORKS),
    ],
)
@pytest.mark.parametrize("full", [combinations_with_replacement, product])
def test_pairs_behind_several_words(way: str, regions: tuple[str, ...], full: type) -> None:
    every = product(NETWORKS, NETWORKS) if full is product else full(NETWORKS, 2)
    assert pairs_of([way.format(*pair) for pair in every]).regions == regions


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["GMV_1_v1", "GMV_2_v1", "GMV_1_v2", "GMV_2_v2"], "readers_tables.measure-at-visits"),
        (["w1_GMV_1", "w1_GMV_2", "w2_GMV_1", "w2_GMV_2"], "readers_tables.measures-at-visits"),
    ],
)
def test_short_names_of_visits_are_no_regions(names: list[str], code: str) -> None:
    _, inquiry = interpret(table(names))
    assert [problem.code for problem in inquiry.problems] == [code]


def test_visual_areas_are_no_visits() -> None:
    names = [f"{side}_{area}_ROI" for side in "LR" for area in ("V1", "V2", "V3")]
    assert settled(table(names)).regions == tuple(names)
    assert len(settled(table([f"myelin_{name}" for name in names])).regions) == 6


def test_a_measure_between_a_region_and_its_side() -> None:
    names = [f"{name}.{word}.lh" for word in ("thickness", "area") for name in ("cuneus", "insula")]
    dataset = settled(table(names))
    assert dataset.measures == ("area", "thickness")
    assert dataset.regions == ("cuneus_lh", "insula_lh")


def test_fields_of_uk_biobank_are_no_regions() -> None:
    found = table(["p26755_i2", "p26756_i2"], p31=["0", "1"] * 2, p21022=["50", "60", "55", "54"])
    _, inquiry = interpret(found)
    assert [problem.code for problem in inquiry.problems] == ["readers_tables.uk-biobank-fields"]


def test_a_few_columns_of_two_sides_are_asked_about() -> None:
    names = [f"{name}_{side}" for name in ("hippocampus", "thalamus") for side in ("left", "right")]
    _, inquiry = interpret(table([*names, "caudate", "grip_left", "grip_right"]))
    assert [question.id for question in inquiry.questions] == ["regions.names"]
    assert settled(table(names), regions__names="known").regions == tuple(names)


def test_a_test_of_three_trials_is_no_measure_of_many_regions() -> None:
    dataset = settled(table([*(f"GMV_{number}" for number in range(1, 31)), "CVLT_1", "CVLT_2"]))
    assert dataset.measures == ("GMV",)
    assert [each.name for each in dataset.subjects.covariates] == ["CVLT_1", "CVLT_2"]


def test_rows_without_anything_of_subjects_may_be_time_points() -> None:
    rows = 30
    points = {f"ROI_{number}": values(rows, number) for number in range(1, 5)}
    _, inquiry = interpret(sheet(points))
    assert [question.id for question in inquiry.questions] == ["rows"]
    assert len(settled(sheet(points), rows="subjects")) == rows
    _, inquiry = interpret(sheet(points), rows="points")
    assert inquiry.problems[0].code == "readers_tables.series-of-one-subject"
    assert len(settled(sheet({f"GMV_{name}": cells for name, cells in points.items()}))) == rows


def test_motion_and_intelligence_beside_regions_are_covariates() -> None:
    dataset = settled(table(["Precentral_L", "Precentral_R", "Insula_L", "mean_FD", "FIQ"]))
    assert dataset.regions == ("Precentral_L", "Precentral_R", "Insula_L")
    assert [each.name for each in dataset.subjects.covariates] == ["mean_FD", "FIQ"]


def test_a_letter_at_the_end_of_a_region_is_no_part_of_the_measure() -> None:
    regions = ("Raphe_D", "Raphe_M", "N_Acc_L", "VTA_R", "Vermis_1_2")
    names = [f"{region}_{measure}" for measure in ("ALFF", "ReHo") for region in regions]
    dataset = settled(table(names))
    assert (dataset.measures, dataset.regions) == (("ALFF", "ReHo"), regions)
    assert settled(table(regions)).regions == regions


def test_units_are_no_part_of_a_region_and_other_words_in_brackets_are() -> None:
    regions = ("Cingulum (hippocampus)", "Cingulum (gyrus)", "Fornix")
    assert settled(table([f"FA_{region}" for region in regions])).regions == regions
    assert settled(table(["GMV_1 (mm3)", "GMV_2 (mm³)", "GMV_3 [mm^3]"])).regions == ("1", "2", "3")
    dataset = settled(table([f"{region}_z_ReHo" for region in ("Insula", "Fornix", "Cuneus")]))
    assert (dataset.measures, dataset.regions) == (("z_ReHo",), ("Insula", "Fornix", "Cuneus"))


@pytest.mark.parametrize(
    ("names", "twice"),
    [
        (("GMV_1 (mm3)", "GMV_2 (mm3)", "GMV_1 (ml)"), ("GMV_1 (mm3)", "GMV_1 (ml)")),
        (("ALFF_Precentral_L", "ALFF_Insula_L", "ALFF_precentral_L"),
         ("ALFF_Precentral_L", "ALFF_precentral_L")),
        (("lh_bankssts_thickness", "lh_cuneus_thickness", "lh.bankssts.thickness"),
         ("lh_bankssts_thickness", "lh.bankssts.thickness")),
    ],
)  # fmt: skip
def test_two_columns_for_one_measure_of_one_region_are_refused(
    names: tuple[str, ...], twice: tuple[str, str]
) -> None:
    _, inquiry = interpret(table(names))
    (problem,) = inquiry.problems
    assert f"{twice[0]} and {twice[1]}" in str(problem)
