"""MATLAB, NumPy, spreadsheets, CIFTI and the rest: read with the right values, or named."""

import zipfile
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pandas as pd
import pytest
import scipy.io

from graphnet.data.dataset import Dataset
from tests.wild.cases import (
    ASK,
    READ,
    REFUSE,
    FloatArray,
    alternating,
    answered,
    choices,
    close,
    columns,
    edges,
    equal,
    labels,
    one_measure,
    outcome,
    settled,
    told,
    upper,
)

IDS = tuple(f"sub-{row:02}" for row in range(1, 21))
CONN = ("atlas.FP r (Frontal Pole Right)", "atlas.IC l (Insular Cortex Left)",
        "networks.DefaultMode.MPFC (1,55,-3)")  # fmt: skip


@pytest.fixture(scope="module")
def others(wild: Path) -> Path:
    return wild / "others"


def matlab(path: Path, name: str) -> FloatArray:
    return np.asarray(scipy.io.loadmat(str(path))[name], dtype=np.float64)


def numpy_array(path: Path, name: str) -> FloatArray:
    with np.load(path) as arrays:
        return np.asarray(arrays[name], dtype=np.float64)


def triangles(matrices: FloatArray) -> FloatArray:
    """The upper triangles of (S, N, N)."""
    return np.array([upper(each) for each in matrices])


def is_cohort(dataset: Dataset, connectomes: FloatArray) -> None:
    """Twenty subjects in alternating classes with these edges."""
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == alternating(20)
    close(edges(dataset), connectomes)


def test_results_of_conn_are_read_or_named(others: Path) -> None:
    path = others / "m01_conn_resultsROI_Condition001.mat"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "CONN" in found.refusal
        assert "names" in found.refusal or "Z" in found.refusal
        return
    dataset = settled(path, "z").dataset
    wanted = triangles(np.moveaxis(matlab(path, "Z"), 2, 0))
    assert len(dataset) == 20
    close(edges(dataset), wanted)
    assert dataset.regions[:3] == CONN


def test_subjects_on_the_last_axis_are_read_or_named(others: Path) -> None:
    path = others / "m02_conn_Z_renamed_fc_not_permuted.mat"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "fc" in found.refusal
        assert "20" in found.refusal
        return
    is_cohort(settled(path, "z").dataset, triangles(np.moveaxis(matlab(path, "fc"), 2, 0)))


@pytest.mark.parametrize("name", ["m03_conn_permuted.mat", "m04_conn_permuted_with_names.mat"])
def test_z_of_conn_with_nan_on_the_diagonal(others: Path, name: str) -> None:
    path = others / name
    dataset = outcome(path).dataset
    matrices = matlab(path, "fc")
    assert np.isnan(matrices[:, range(8), range(8)]).all()
    is_cohort(dataset, triangles(matrices))
    reading = dataset.interpretation.connectome
    assert reading is not None
    assert (reading.values, reading.triangle) == ("z", "full")
    if name.startswith("m04"):
        assert dataset.regions[:3] == CONN


NAMED = {
    "m06_dpabi_ROISignals.mat": ["ROISignals"],
    "m07_braingb_BP.mat": ["fmri", "dti"],
    "m08_braingb_PPMI.mat": ["X"],
    "m09_qsirecon_connectivity.mat": ["aal116_radius2_count_connectivity"],
    "m10_dsistudio_connectivity.mat": ["connectivity"],
    "n05_brain_net_tf_names.npz": ["timeseires", "corr"],
    "n11_plain_array.npy": ["20", "8"],
}


@pytest.mark.parametrize("name", NAMED)
def test_other_arrays_are_named(others: Path, name: str) -> None:
    """To be named; whoever reads one of them asks first or has the right values."""
    found = outcome(others / name)
    if found.kind == REFUSE:
        assert [word for word in NAMED[name] if word not in found.refusal] == []
        return
    which = [each for each in found.questions if each.id == "connectome.columns"]
    for question in which if found.kind == ASK else ():
        assert [word for word in NAMED[name] if word not in str(question.as_dict())] == []
    if name.startswith(("n05", "n11", "m07")):
        assert len(settled(others / name).dataset) == 20


def test_the_brains_of_braingb_have_subjects_last(others: Path) -> None:
    path = others / "m07_braingb_BP.mat"
    if outcome(path).kind == REFUSE:
        return
    dataset = settled(path, "fmri", "1").dataset
    close(edges(dataset), triangles(np.moveaxis(matlab(path, "fmri"), 2, 0)))


def test_a_pickle_is_refused_as_such(others: Path) -> None:
    refusal = outcome(others / "n10_brainnettf_abide.npy").refusal
    assert "pickle" in refusal
    assert "npz" in refusal


def test_minus_one_and_one_are_asked(others: Path) -> None:
    path = others / "m11_labels_minus1.mat"
    question = outcome(path).question("class.positive")
    assert {each.value for each in question.choices} == {"-1", "1"}
    wanted = triangles(matlab(path, "fc"))
    positive = settled(path, class__positive="1").dataset
    is_cohort(positive, wanted)
    negative = settled(path, class__positive="-1").dataset
    assert labels(negative) == [1 - label for label in alternating(20)]


def test_a_lower_triangle_is_mirrored(others: Path) -> None:
    path = others / "m12_fc_lower_triangle.mat"
    matrices = matlab(path, "fc")
    assert all((np.triu(each, 1) == 0).all() for each in matrices)
    dataset = settled(path, "z").dataset
    is_cohort(dataset, triangles(np.swapaxes(matrices, 1, 2)))
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.triangle == "lower"


@pytest.mark.parametrize("name", ["m13_fc_not_symmetric.mat", "n07_fc_not_symmetric.npz"])
def test_what_is_not_symmetric_is_refused(others: Path, name: str) -> None:
    refusal = outcome(others / name).refusal
    assert "symmetric" in refusal
    assert "sub-01" in refusal


def test_a_measure_of_subjects_by_regions(others: Path) -> None:
    path = others / "m14_features_subject_by_region.mat"
    dataset = outcome(path).dataset
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == alternating(20)
    assert (dataset.measures, len(dataset.regions)) == (("GMV",), 8)
    equal(one_measure(dataset), matlab(path, "features"))


def test_reversed_axes_are_refused_with_their_shapes(others: Path) -> None:
    refusal = outcome(others / "m15_features_R_M_S.mat").refusal
    assert "8" in refusal
    assert "2" in refusal
    assert "20" in refusal
    assert "permute" in refusal or "order" in refusal or "S" in refusal


WORDS = {
    "m16_regions_words.mat": ("Precentral_L", "Precentral_R", "Insula_L"),
    "n01_regions_words.npz": ("Precentral_L", "Precentral_R", "Insula_L"),
    "n02_regions_balanced_words.npz": ("LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "RH_Vis_2"),
}


@pytest.mark.parametrize("name", WORDS)
def test_regions_in_words(others: Path, name: str) -> None:
    path = others / name
    dataset = outcome(path).dataset
    assert (dataset.regions, dataset.measures) == (WORDS[name], ("GMV",))
    get = matlab if name.endswith("mat") else numpy_array
    equal(one_measure(dataset), get(path, "features")[:, :, 0])
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == alternating(20)


def test_regions_of_connectomes_in_words(others: Path) -> None:
    path = others / "n03_fc_regions_words.npz"
    dataset = settled(path, "z").dataset
    is_cohort(dataset, triangles(numpy_array(path, "fc")))
    assert dataset.regions == ("R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7")


def test_a_matrix_of_characters_holds_ids(others: Path) -> None:
    path = others / "m18_ids_char_matrix.mat"
    is_cohort(settled(path, "z").dataset, triangles(matlab(path, "fc")))


def test_ones_on_the_diagonal_are_correlations(others: Path) -> None:
    path = others / "m19_fc_diag_one_pearson.mat"
    dataset = outcome(path).dataset
    is_cohort(dataset, np.arctanh(triangles(matlab(path, "fc"))))
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == "r"


def test_hdf5_without_ids_is_refused_with_what_it_holds(others: Path) -> None:
    refusal = outcome(others / "m20_v73_plain_h5.mat").refusal
    assert "no array called ids" in refusal
    assert "fc (20, 8, 8)" in refusal


def test_a_connectome_of_cifti_in_a_folder(others: Path, tmp_path: Path) -> None:
    path = others / "c04_folder_of_pconn.zip"
    dataset = settled(path, "z").dataset
    with zipfile.ZipFile(path) as archive:
        name = "sub-01_task-rest_relmat.pconn.nii"
        image: Any = nibabel.load(archive.extract(name, tmp_path))
    close(edges(dataset), triangles(np.asarray(image.dataobj, dtype=np.float64)[None]))
    assert dataset.subjects.ids == ("sub-01",)


def test_classes_in_words_of_arrays(others: Path) -> None:
    """HC is a known word for control; whoever asks all the same offers both."""
    path = others / "n06_labels_words.npz"
    found = outcome(path)
    if found.kind == ASK:
        questions = {each.id for each in found.questions}
        assert questions <= {"class.positive", "connectome.values"}
    dataset = settled(path, "ASD", "z").dataset
    is_cohort(dataset, triangles(numpy_array(path, "fc")))
    assert dict(dataset.class_names) == {0: "HC", 1: "ASD"}


def test_one_hot_labels_are_refused_with_their_columns(others: Path) -> None:
    refusal = outcome(others / "n09_fc_labels_one_hot.npz").refusal
    assert "labels" in refusal
    assert any(shape in refusal for shape in ("(20, 2)", "20 x 2", "20 × 2", "2 columns"))


def test_ids_of_arrays_keep_their_zeros(others: Path) -> None:
    path = others / "n08_ids_numbers_with_zeros.npz"
    dataset = settled(path, "z").dataset
    assert dataset.subjects.ids == tuple(f"{number:07}" for number in range(50000, 50020))
    close(edges(dataset), triangles(numpy_array(path, "fc")))


@pytest.mark.parametrize(
    ("name", "separator", "decimal"),
    [("a01_cat12_ROI_neuromorphometrics_Vgm.csv", ",", "."),
     ("a02_cat12_semicolon_decimal_comma.csv", ";", ",")],
)  # fmt: skip
def test_a_table_of_cat12(others: Path, name: str, separator: str, decimal: str) -> None:
    path = others / name
    wanted = pd.read_csv(path, sep=separator, decimal=decimal)
    assert wanted.iloc[0, 1] == 5.786
    found = outcome(path)
    if found.kind == REFUSE:
        assert "CAT12" in found.refusal
        return
    dataset = settled(path).dataset
    assert dataset.subjects.ids == tuple(wanted["names"])
    assert dataset.regions == ("lAmy", "rAmy", "lHip", "rHip")
    equal(one_measure(dataset), wanted.iloc[:, 1:].to_numpy(dtype=np.float64))
    assert labels(dataset) == [-1] * 20


KINDS = {
    "a03_catROI_sub01.xml": ["CAT12"],
    "a04_catROI_sub01.mat": ["CAT12"],
    "c01_sub-01.pconn.nii": ["CIFTI"],
    "c02_sub-01.ptseries.nii": ["CIFTI"],
    "c03_micapipe_sub-01_atlas-schaefer-100_desc-FC.shape.gii": ["GIFTI", "GIfTI"],
    "g01_sub-01.graphml": ["GraphML"],
    "g02_m2g_sub-01_edgelist.csv": ["edge list", "edges"],
    "h01_hcp_netmats1.txt": ["netmats", "header", "HCP"],
    "h02_hcp_netmats1_commas.csv": ["netmats", "header", "HCP"],
    "h03_ukb_25753_2_0.txt": ["UK Biobank", "header", "one row"],
    "h04_no_header_label_first.csv": ["header"],
    "x02_spss.sav": ["SPSS"],
    "x04.ods": ["OpenDocument"],
    "x05_html_called.xls": ["HTML"],
    "connectivity_68.zip": ["Virtual Brain", "TVB"],
    "connectivity_76.zip": ["Virtual Brain", "TVB"],
}


@pytest.mark.parametrize("name", KINDS)
def test_other_kinds_are_read_or_refused_by_their_true_name(others: Path, name: str) -> None:
    found = outcome(others / name)
    if found.kind == REFUSE:
        assert any(word in found.refusal for word in KINDS[name]), found.refusal
        return
    assert name.startswith(("h01", "h02", "h04", "x02", "x05")), found.explained()


@pytest.mark.parametrize("name", ["connectivity_68.zip", "connectivity_76.zip"])
def test_one_brain_is_no_cohort(others: Path, name: str) -> None:
    assert "one brain" in outcome(others / name).refusal


@pytest.mark.parametrize("name", ["h01_hcp_netmats1.txt", "h02_hcp_netmats1_commas.csv"])
def test_netmats_of_hcp_have_the_right_edges_if_any(others: Path, name: str) -> None:
    path = others / name
    if outcome(path).kind == REFUSE:
        return
    rows = np.loadtxt(path, delimiter="," if name.startswith("h02") else None)
    dataset = settled(path, "z").dataset
    close(edges(dataset), triangles(rows.reshape(20, 8, 8)))


def test_thickness_of_freesurfer(others: Path) -> None:
    path = others / "s01_aparcstats2table_lh_thickness.tsv"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "FreeSurfer" in found.refusal
        return
    is_thickness(settled(path).dataset, path, -1)


def test_thickness_of_freesurfer_with_classes(others: Path) -> None:
    path = others / "s02_aparcstats2table_with_ID_LABEL.tsv"
    dataset = outcome(path).dataset
    is_thickness(dataset, path, None)
    assert "eTIV" in told(dataset) + str([each.name for each in dataset.subjects.covariates])


def is_thickness(dataset: Dataset, path: Path, label: int | None) -> None:
    """Six regions of one measure; the hemisphere's mean and volumes are none."""
    wanted = pd.read_csv(path, sep="\t").iloc[:, 1:7]
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == (alternating(20) if label is None else [label] * 20)
    assert [name.removesuffix("_thickness") for name in dataset.regions] == [
        name.removesuffix("_thickness") for name in columns(wanted)
    ]
    equal(one_measure(dataset), wanted.to_numpy(dtype=np.float64))


def test_volumes_of_freesurfer(others: Path) -> None:
    path = others / "s03_asegstats2table.tsv"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "FreeSurfer" in found.refusal or "aseg" in found.refusal
        return
    dataset = settled(path).dataset
    wanted = pd.read_csv(path, sep="\t")
    assert dataset.subjects.ids == IDS
    assert dataset.regions == tuple(wanted.columns[1:])
    equal(one_measure(dataset), wanted.iloc[:, 1:].to_numpy(dtype=np.float64))


@pytest.mark.parametrize("name", ["x01.xlsx", "x06_tab_called_xls.xls"])
def test_spreadsheets_hold_the_same_cohort(others: Path, name: str) -> None:
    wanted = pd.read_csv(others / "x06_tab_called_xls.xls", sep="\t")
    dataset = outcome(others / name).dataset
    assert dataset.subjects.ids == IDS == tuple(wanted["ID"])
    assert labels(dataset) == alternating(20)
    assert (dataset.measures, len(dataset.regions)) == (("GMV",), 8)
    equal(one_measure(dataset), wanted.iloc[:, 2:].to_numpy(dtype=np.float64))


@pytest.mark.parametrize("name", ["x02_spss.sav", "x05_html_called.xls"])
def test_the_same_cohort_of_other_programs_if_it_is_read(others: Path, name: str) -> None:
    if outcome(others / name).kind == REFUSE:
        return
    dataset = settled(others / name).dataset
    wanted = pd.read_csv(others / "x06_tab_called_xls.xls", sep="\t").iloc[:, 2:]
    assert dataset.subjects.ids == IDS
    np.testing.assert_allclose(one_measure(dataset), wanted.to_numpy(), atol=1e-6)


def test_nothing_of_an_array_is_taken_in_silence(others: Path) -> None:
    """Two orders of one and the same file are never read as different cohorts."""
    one, two = (
        answered(others / name, {}) for name in ("m02_conn_Z_renamed_fc_not_permuted.mat",
                                                 "m03_conn_permuted.mat")
    )  # fmt: skip
    if one.kind == two.kind == READ:
        close(edges(one.dataset), edges(two.dataset))
    for path in (others / "m11_labels_minus1.mat",):
        assert len(choices(path, "class.positive")) == 2
