"""Tables as people save them: six regions, 24 subjects, the values of t00_base.csv by pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.dataset import NO_CLASS
from graphnet.errors import CohortError
from tests.wild.cases import (
    ASK,
    READ,
    REFUSE,
    FloatArray,
    alternating,
    answered,
    choices,
    close,
    edges,
    equal,
    every_reading,
    labels,
    mentions,
    one_measure,
    outcome,
    settled,
    told,
)

SUBJECTS = tuple(f"sub-{row:02}" for row in range(1, 25))
CORTEX = (
    "bankssts",
    "caudalanteriorcingulate",
    "cuneus",
    "entorhinal",
    "insula",
    "fusiform",
)


@pytest.fixture(scope="module")
def tables(wild: Path) -> Path:
    return wild / "tables"


@pytest.fixture(scope="module")
def base(tables: Path) -> FloatArray:
    """The values (24, 6) that most of the files hold."""
    values = pd.read_csv(tables / "t00_base.csv").to_numpy()[:, 2:].astype(np.float64)
    assert values.shape == (24, 6)
    assert values[0].tolist() == [0.4104, 0.4246, 0.4099, 0.3609, 0.4272, 0.4134]
    return values


SAME = {
    "t00_base.csv": {"separator": ",", "decimal": "."},
    "t01_semicolon_decimalcomma.csv": {"separator": ";", "decimal": ","},
    "t02_semicolon_decimalcomma_with_date.csv": {"separator": ";", "decimal": ","},
    "t03_semicolon_decimalcomma_version.csv": {"separator": ";", "decimal": ","},
    "t07_bom_crlf.csv": {"separator": ",", "decimal": "."},
    "t08_gbk.csv": {"separator": ",", "decimal": "."},
    "t09_latin1.csv": {"separator": ",", "decimal": "."},
    "t10_utf16.csv": {"separator": ",", "decimal": "."},
    "t11_sep_line_excel.csv": {"separator": ";", "decimal": "."},
    "t12_blank_after_comma.csv": {"separator": ",", "decimal": "."},
    "t13_R_write_table_default.txt": {"separator": " ", "decimal": "."},
    "t62_empty_excel_rows.csv": {"separator": ",", "decimal": "."},
    "t64_comment_lines.csv": {"separator": ",", "decimal": "."},
}


@pytest.mark.parametrize("name", SAME)
def test_one_table_in_many_spellings(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    assert dataset.subjects.ids == SUBJECTS
    assert labels(dataset) == alternating(24)
    assert dataset.regions == ("1", "2", "3", "4", "5", "6")
    assert dataset.measures == ("GMV",)
    equal(one_measure(dataset), base)
    assert dataset.connectomes is None
    text = dataset.interpretation.text
    assert text is not None
    assert {"separator": text.separator, "decimal": text.decimal} == SAME[name]
    assert dataset.interpretation.id == "ID"


def test_chinese_sites_are_read_and_the_encoding_is_said(tables: Path) -> None:
    dataset = outcome(tables / "t08_gbk.csv").dataset
    assert dataset.subjects.sites == ("北京",) * 24
    assert dataset.interpretation.text is not None
    assert dataset.interpretation.text.encoding.lower() in {"gbk", "gb18030", "gb2312", "cp936"}
    assert "gb" in told(dataset).lower()


def test_an_umlaut_in_latin_1_is_read_and_the_encoding_is_said(tables: Path) -> None:
    dataset = outcome(tables / "t09_latin1.csv").dataset
    assert dataset.subjects.sites == ("Zürich",) * 24
    assert dataset.interpretation.text is not None
    encoding = dataset.interpretation.text.encoding.lower().replace("_", "-")
    assert encoding in {"latin-1", "iso-8859-1", "iso8859-1", "cp1252", "windows-1252"}
    assert "1252" in told(dataset) or "latin" in told(dataset).lower() or "8859" in told(dataset)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("t02_semicolon_decimalcomma_with_date.csv", "scandate"),
        ("t03_semicolon_decimalcomma_version.csv", "software"),
    ],
)
def test_a_date_or_version_is_no_region_and_not_lost(tables: Path, name: str, column: str) -> None:
    dataset = outcome(tables / name).dataset
    covariates = {each.name for each in dataset.subjects.covariates}
    assert column in covariates | {each.what for each in dataset.interpretation.left_alone}


def test_commas_of_thousands_are_no_decimals(tables: Path) -> None:
    path = tables / "t04_tab_thousands_commas.tsv"
    wanted = pd.read_csv(path, sep="\t", thousands=",").to_numpy()[:, 2:].astype(np.float64)
    assert wanted[0, 0] == 4153.0
    found = outcome(path)
    if found.kind == READ:
        equal(one_measure(found.dataset), wanted)
        return
    values = [one_measure(each.dataset) for each in choices(path, "thousands").values()]
    matching = [np.array_equal(each, wanted) for each in values]
    assert matching.count(True) == 1
    assert any(np.allclose(each, wanted / 1000, rtol=0, atol=1e-12) for each in values)


def test_empty_rows_are_counted(tables: Path) -> None:
    dataset = outcome(tables / "t62_empty_excel_rows.csv").dataset
    assert len(dataset) == 24
    assert "3" in told(dataset), "The three empty rows are not mentioned."
    assert "empty" in told(dataset).lower()


MISSING_CELLS = {
    "t18_dot_missing_sas.csv": [3],
    "t19_na_words.csv": [3, 4, 5],
    "t61_excel_errors.csv": [3],
}


@pytest.mark.parametrize("name", MISSING_CELLS)
def test_words_for_missing_are_missing(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    wanted = base.copy()
    wanted[MISSING_CELLS[name], 1] = np.nan
    equal(one_measure(dataset), wanted)
    assert labels(dataset) == alternating(24)


def _numbers(dataset_path: Path) -> FloatArray:
    return pd.read_csv(dataset_path).to_numpy()[:, 2:].astype(np.float64)


def test_a_code_for_missing_among_values_is_found(tables: Path) -> None:
    path = tables / "t15_missing_codes.csv"
    coded = _numbers(path)
    assert np.argwhere(coded == -9999).tolist() == [[2, 1], [5, 1]]
    wanted = np.where(coded == -9999, np.nan, coded)
    found = outcome(path)
    if found.kind == READ:
        equal(one_measure(found.dataset), wanted)
        assert "-9999" in told(found.dataset)
        return
    assert "-9999" in found.question("missing.").sentence
    values = [one_measure(each.dataset) for each in choices(path, "missing.").values()]
    assert [np.array_equal(each, wanted, equal_nan=True) for each in values].count(True) == 1
    assert [np.array_equal(each, coded) for each in values].count(True) == 1


def test_a_code_for_missing_among_scores_is_found(tables: Path, base: FloatArray) -> None:
    path = tables / "t16_missing_999_score.csv"
    coded = pd.read_csv(path)["LABEL_SCORE"].to_numpy(dtype=np.float64)
    assert np.flatnonzero(coded == -9999).tolist() == [2, 5]
    wanted = np.where(coded == -9999, np.nan, coded)
    found = outcome(path)
    if found.kind == READ:
        equal(found.dataset.subjects.scores, wanted)
        assert "-9999" in told(found.dataset)
        equal(one_measure(found.dataset), base)
        return
    assert "-9999" in found.question("missing.").sentence
    scores = [each.dataset.subjects.scores for each in choices(path, "missing.").values()]
    assert [np.array_equal(each, wanted, equal_nan=True) for each in scores].count(True) == 1
    assert [np.array_equal(each, coded) for each in scores].count(True) == 1


NO_LABEL = {
    "t36_label_na.csv": "n/a",
    "t37_label_minus9999.csv": "-9999",
    "t38_label_999.csv": "999",
}


@pytest.mark.parametrize("name", NO_LABEL)
def test_a_code_is_no_third_class(tables: Path, base: FloatArray, name: str) -> None:
    wanted = [NO_CLASS] * 3 + alternating(24)[3:]
    path = tables / name
    found = outcome(path)
    if found.kind == ASK:
        assert NO_LABEL[name] in found.question("missing.").sentence
        datasets = [each.dataset for each in choices(path, "missing.").values()]
        matching = [each for each in datasets if labels(each) == wanted]
        assert len(matching) == 1
        dataset = matching[0]
    else:
        dataset = found.dataset
    assert labels(dataset) == wanted
    equal(one_measure(dataset), base)
    assert "3" in mentions(dataset), "The three subjects without a class are not counted."


IDS = {
    "t21_id_like_exponent.csv": ["01E3", "02E3", "03E3"],
    "t22_id_001_and_1.csv": ["001", "1", "002"],
    "t26_id_date_like.csv": ["2020-01-01", "2020-01-02", "2020-01-03"],
    "t27_id_NA.csv": ["NA", "None", "nan", "null", "sub-05"],
    "t28_id_18_digits.csv": ["123456789012345600", "123456789012345601", "123456789012345602"],
}


@pytest.mark.parametrize("name", IDS)
def test_ids_are_text_as_it_stands(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    lines = (tables / name).read_text().splitlines()[1:]
    assert dataset.subjects.ids == tuple(line.split(",")[0] for line in lines)
    assert list(dataset.subjects.ids[: len(IDS[name])]) == IDS[name]
    equal(one_measure(dataset), base)
    assert labels(dataset) == alternating(24)


def test_ids_that_differ_in_zeros_alone_are_said(tables: Path) -> None:
    dataset = outcome(tables / "t22_id_001_and_1.csv").dataset
    assert "001" in told(dataset)


def test_one_id_on_two_rows_is_said(tables: Path, base: FloatArray) -> None:
    dataset = outcome(tables / "t24_id_twice.csv").dataset
    assert dataset.subjects.ids == tuple(f"sub-{row // 2:02}" for row in range(24))
    assert labels(dataset) == [row // 2 % 2 for row in range(24)]
    equal(one_measure(dataset), base)
    assert "12" in told(dataset) or "sub-00" in told(dataset)


ROLES = {
    "t23_participant_id.csv": ("participant_id", "LABEL", None, ("",) * 24),
    "t25_lowercase_names.csv": ("id", "label", "site", ("A",) * 24),
    "t33_group_column.csv": ("ID", "group", None, ("",) * 24),
    "t66_lowercase_site.csv": ("ID", "LABEL", "site", ("A",) * 12 + ("B",) * 12),
    "t65_site_numeric_and_words.csv": ("ID", "LABEL", "SITE", ("1", "2") * 12),
    "t41_enigma_names.csv": ("SubjID", "Dx", None, ("",) * 24),
}


@pytest.mark.parametrize("name", ROLES)
def test_columns_are_known_by_their_role(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    identity, label, site, sites = ROLES[name]
    found = dataset.interpretation
    assert found.label is not None
    assert (found.id, found.label.column, found.site) == (identity, label, site)
    assert dataset.subjects.sites == sites
    assert dataset.subjects.ids == SUBJECTS
    assert labels(dataset) == alternating(24)
    equal(one_measure(dataset), base)


def test_classes_in_words_keep_their_words(tables: Path, base: FloatArray) -> None:
    dataset = settled(tables / "t30_label_words.csv", "Patient").dataset
    assert labels(dataset) == alternating(24)
    assert dict(dataset.class_names) == {0: "Control", 1: "Patient"}
    equal(one_measure(dataset), base)


@pytest.mark.parametrize(
    ("name", "values"),
    [("t31_label_1_2_abide.csv", ("2", "1")), ("t32_label_minus1_1.csv", ("-1", "1"))],
)
def test_which_of_two_numbers_is_positive_is_asked(
    tables: Path, base: FloatArray, name: str, values: tuple[str, str]
) -> None:
    path = tables / name
    assert {each.value for each in outcome(path).question("class.positive").choices} == set(values)
    first, second = (answered(path, {"class.positive": value}).dataset for value in values)
    assert labels(first) == [1 - label for label in alternating(24)]
    assert labels(second) == alternating(24)
    equal(one_measure(second), base)
    assert second.class_names[1] in {values[1], f"class {values[1]}", f"LABEL {values[1]}"}


@pytest.mark.parametrize("name", ["t35_label_float.csv", "t39_label_bool.csv"])
def test_float_and_true_are_classes(tables: Path, base: FloatArray, name: str) -> None:
    dataset = settled(tables / name, "True").dataset
    assert labels(dataset) == alternating(24)
    equal(one_measure(dataset), base)


NAMED = {
    "t40_measure_first_names.csv": ("thickness", CORTEX),
    "t41_enigma_names.csv": ("thick", tuple(f"L_{name}" for name in CORTEX)),
    "t42_enigma_names_renamed_id_label.csv": ("thick", tuple(f"L_{name}" for name in CORTEX)),
    "t43_region_names_and_dummies.csv": ("thick", tuple(f"L_{name}" for name in CORTEX)),
    "t48_schaefer_names.csv": (
        "GMV",
        tuple(f"7Networks_{name}" for name in (
            "LH_Vis_1", "LH_Vis_2", "LH_SomMot_1", "RH_Vis_1", "RH_Vis_2", "RH_SomMot_1")),
    ),
    "t49_schaefer_balanced_names.csv": (
        "thickness",
        tuple(f"7Networks_LH_{name}" for name in (
            "Vis_1", "Vis_2", "SomMot_1", "SomMot_2", "Default_1", "Default_2")),
    ),
    "t50_aal3_names.csv": (
        "GMV",
        ("Precentral_L", "Precentral_R", "Frontal_Sup_2_L", "Frontal_Sup_2_R", "Vermis_3",
         "Vermis_6"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_regions_are_read_by_name(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    measure, regions = NAMED[name]
    assert dataset.regions == regions
    assert dataset.measures[0].startswith(measure)
    equal(one_measure(dataset), base)
    assert labels(dataset) == alternating(24)


@pytest.mark.parametrize("name", ["t45_ukbtools_names.csv", "t46_ukb_field_names.csv"])
def test_fields_of_uk_biobank_are_six_regions_or_refused(
    tables: Path, base: FloatArray, name: str
) -> None:
    found = outcome(tables / name)
    if found.kind == REFUSE:
        assert "2_0" in found.refusal or "2.0" in found.refusal or "UK Biobank" in found.refusal
        return
    dataset = settled(tables / name).dataset
    assert len(dataset.regions) == 6
    equal(one_measure(dataset), base)
    assert "2" not in dataset.regions, "An array index was taken for a region."


def test_scanner_columns_are_no_regions(tables: Path) -> None:
    dataset = outcome(tables / "t43_region_names_and_dummies.csv").dataset
    covariates = {each.name for each in dataset.subjects.covariates}
    left = {each.what for each in dataset.interpretation.left_alone}
    assert {"Scanner_1", "Scanner_2", "Scanner_3"} <= covariates | left


REFUSED = {
    "t52_dup_column.csv": ["GMV_1"],
    "t55_two_measures_one_region_short.csv": ["Vol", "3"],
    "t57_mixed_padded_regions.csv": ["GMV_1", "GMV_01"],
    "t59_transposed.csv": ["row"],
    "t60_long_format.csv": ["region"],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_subjects_is_refused(tables: Path, name: str) -> None:
    refusal = outcome(tables / name).refusal
    assert [word for word in REFUSED[name] if word not in refusal] == []


def test_a_transposed_table_is_named_so(tables: Path) -> None:
    refusal = outcome(tables / "t59_transposed.csv").refusal.lower()
    assert "transpose" in refusal or "turn" in refusal
    assert "column" in refusal


def test_a_long_table_is_named_so(tables: Path) -> None:
    refusal = outcome(tables / "t60_long_format.csv").refusal.lower()
    assert "row" in refusal
    assert "per subject" in refusal or "wide" in refusal


def test_a_second_header_row_is_no_subject(tables: Path, base: FloatArray) -> None:
    """To be refused; to pass it over, saying so, is as right."""
    found = outcome(tables / "t63_two_header_rows.csv")
    if found.kind == REFUSE:
        assert "mm3" in found.refusal
        return
    equal(one_measure(found.dataset), base)
    assert found.dataset.subjects.ids == SUBJECTS
    assert "mm3" in told(found.dataset)


def test_age_and_sex_are_covariates(tables: Path, base: FloatArray) -> None:
    dataset = outcome(tables / "t53_age_sex_covariates.csv").dataset
    equal(one_measure(dataset), base)
    age, sex = sorted(dataset.subjects.covariates, key=lambda each: each.name)
    assert (age.name, age.kind) == ("Age", "numeric")
    assert np.asarray(age.values, dtype=np.float64).tolist() == [30.0] * 24
    assert (sex.name, sex.kind, tuple(sex.values)) == ("sex", "categorical", ("M", "F") * 12)


def test_an_age_at_two_visits_is_no_measure_of_two_regions(tables: Path, base: FloatArray) -> None:
    dataset = outcome(tables / "t54_age_2_timepoint_column.csv").dataset
    assert dataset.measures == ("GMV",)
    equal(one_measure(dataset), base)
    known = {each.name for each in dataset.subjects.covariates}
    known |= {str(each.what) for each in dataset.interpretation.left_alone}
    assert {"Age_1", "Age_2"} <= known


@pytest.mark.parametrize("name", ["t56_zero_padded_regions.csv", "t58_dotted_R_names.csv"])
def test_padded_and_dotted_numbers_are_regions(tables: Path, base: FloatArray, name: str) -> None:
    dataset = outcome(tables / name).dataset
    assert dataset.measures == ("GMV",)
    assert [int(region) for region in dataset.regions] == [1, 2, 3, 4, 5, 6]
    equal(one_measure(dataset), base)


LH_RH = ("LH_Vis_1", "LH_Vis_2", "LH_SomMot_1", "RH_Vis_1", "RH_Vis_2", "RH_SomMot_1")
PAIRS = {
    "t70_fc_base.csv": ("1", "2", "3", "4", "5", "6"),
    "t71_fc_schaefer_names.csv": LH_RH,
    "t72_fc_region_names.csv": CORTEX,
    "t76_sc_pairs.csv": ("1", "2", "3", "4", "5", "6"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_column_per_pair_is_an_edge(tables: Path, name: str) -> None:
    dataset = outcome(tables / name).dataset
    assert dataset.regions == PAIRS[name]
    close(edges(dataset), _numbers(tables / "t70_fc_base.csv"))
    assert edges(dataset)[0, 0] == pytest.approx(0.5366, rel=1e-7)
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.triangle == "pairs"
    assert labels(dataset) == alternating(24)


def test_structural_pairs_are_not_called_fishers_z(tables: Path) -> None:
    reading = outcome(tables / "t76_sc_pairs.csv").dataset.interpretation.connectome
    assert reading is not None
    assert reading.values == "other"


@pytest.mark.parametrize("name", ["t73_fc_flat_V.csv", "t74_fc_flat_edge_k.csv"])
def test_a_flat_triangle_is_asked_for_its_order(tables: Path, name: str) -> None:
    path = tables / name
    found = outcome(path)
    if name.startswith("t74") and found.kind == REFUSE:
        assert "edge_" in found.refusal
        return
    flat = _numbers(path)
    assert flat.shape == (24, 15)
    connectomes = [edges(each) for each in every_reading(path) if each.connectomes is not None]
    assert any(np.allclose(each, flat, rtol=1e-6) for each in connectomes)
    lower = [row * (row - 1) // 2 + column for column in range(6) for row in range(column + 1, 6)]
    assert any(np.allclose(each, flat[:, lower], rtol=1e-6) for each in connectomes)


def test_an_atlas_is_no_dataset(tables: Path) -> None:
    assert outcome(tables / "atlas6.csv").kind == REFUSE


def test_what_is_open_is_an_error_to_whoever_goes_on(tables: Path) -> None:
    reading = outcome(tables / "t31_label_1_2_abide.csv").reading
    assert reading is not None
    with pytest.raises(CohortError, match="--map"):
        reading.settled()
