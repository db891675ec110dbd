"""Columns of a table by their names: a brain, a connectome, a covariate, or refused."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.json_tables import read_json, sheet_of_json
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Sheet
from graphnet.readers.text.delimited import read_sheet
from tests.graphnet.sheets import interpret, settled, sheet, table, values


@pytest.mark.parametrize(
    ("names", "measure", "regions"),
    [
        (["GMV_2", "GMV_10", "GMV_1"], "GMV", ("1", "2", "10")),
        (["GMV.1", "GMV.2", "GMV.3"], "GMV", ("1", "2", "3")),
        (["GMV1", "GMV2", "GMV3"], "GMV", ("1", "2", "3")),
        (["GMV_ROI1", "GMV_ROI2", "GMV_ROI10"], "GMV", ("1", "2", "10")),
        (["GMV_001", "GMV_002", "GMV_003"], "GMV", ("1", "2", "3")),
        (["ROI_1_ALFF", "ROI_2_ALFF", "ROI_3_ALFF"], "ALFF", ("1", "2", "3")),
        (["thickness_bankssts", "thickness_cuneus"], "thickness", ("bankssts", "cuneus")),
        (["mean_thickness_bankssts", "mean_thickness_x"], "mean_thickness", ("bankssts", "x")),
        (["L_insula_thickavg", "R_insula_thickavg"], "thickavg", ("L_insula", "R_insula")),
        (["lh_cuneus_volume", "lh_foo_volume"], "volume", ("lh_cuneus", "lh_foo")),
        (["lh_thickness_cuneus", "rh_thickness_cuneus"], "thickness", ("lh_cuneus", "rh_cuneus")),
        (["lh.insula.area", "rh.insula.area"], "area", ("lh.insula", "rh.insula")),
        (
            ["GMV_7Networks_LH_Vis_1", "GMV_7Networks_LH_Vis_2", "GMV_7Networks_RH_Vis_1"],
            "GMV",
            ("7Networks_LH_Vis_1", "7Networks_LH_Vis_2", "7Networks_RH_Vis_1"),
        ),
        (
            ["GMV_Vermis_3", "GMV_Vermis_6", "GMV_Frontal_Sup_2_L"],
            "GMV",
            ("Vermis_3", "Vermis_6", "Frontal_Sup_2_L"),
        ),
        (
            ["Precentral_L", "Precentral_R", "Vermis_3"],
            "value",
            ("Precentral_L", "Precentral_R", "Vermis_3"),
        ),
        (["lAmy", "rAmy", "lFoo", "rFoo"], "value", ("lAmy", "rAmy", "lFoo", "rFoo")),
        (
            ["foo_Precentral_L", "foo_Precentral_R", "foo_Vermis_3"],
            "foo",
            ("Precentral_L", "Precentral_R", "Vermis_3"),
        ),
        (
            ["L_bankssts_foo", "L_cuneus_foo", "R_insula_foo"],
            "foo",
            ("L_bankssts", "L_cuneus", "R_insula"),
        ),
    ],
)
def test_a_measure_and_regions_are_read_by_name(
    names: list[str], measure: str, regions: tuple[str, ...]
) -> None:
    dataset = settled(table(names))
    assert dataset.measures == (measure,)
    assert dataset.regions == regions
    assert dataset.values is not None
    assert dataset.interpretation.covariates == ()
    order = sorted(range(len(names)), key=lambda place: _number(names[place], regions))
    for row, place in enumerate(order):
        np.testing.assert_array_equal(dataset.values[:, row, 0], values(4, place))


def _number(name: str, regions: tuple[str, ...]) -> int:
    """The number of a region that has no other name; 0 of one that has."""
    return int(re.findall(r"[0-9]+", name)[-1]) if regions[0].isdigit() else 0


def test_measures_are_alphabetical_and_share_their_regions() -> None:
    names = ["ReHo_2", "ALFF_10", "ReHo_10", "ALFF_2"]
    dataset = settled(table(names))
    assert (dataset.measures, dataset.regions) == (("ALFF", "ReHo"), ("2", "10"))
    assert dataset.values is not None
    np.testing.assert_array_equal(dataset.values[0], [[0.43, 0.4], [0.41, 0.42]])


@pytest.mark.parametrize(
    "names",
    [
        ["Age_1", "Age_2"],
        ["PANSS_P_1", "PANSS_P_2", "PANSS_P_3"],
        ["Scanner_1", "Scanner_2", "Scanner_3"],
        ["item1", "item2", "item3"],
        ["visit_1_0", "visit_2_0"],
        ["HAMD_1", "HAMD_2", "HAMD_3"],
        ["age_f21003_2_0", "21003-2.0"],
        ["lesion_volume", "MeanThickness", "ICV"],
        ["FD", "education", "FSIQ"],
    ],
)
@pytest.mark.parametrize("brain", [["GMV_1", "GMV_2", "GMV_3"], ["L_r1_thickavg", "L_r2_thickavg"]])
def test_what_is_known_of_people_is_no_brain(names: list[str], brain: list[str]) -> None:
    others = {name: [float(1 + (row + place) % 3) for row in range(4)]
              for place, name in enumerate(names)}  # fmt: skip
    dataset = settled(table(brain, 4, **others))
    assert len(dataset.measures) == 1
    assert len(dataset.regions) == len(brain)
    assert [each.name for each in dataset.subjects.covariates] == names
    assert dataset.subjects.covariates[0].kind == "numeric"
    np.testing.assert_array_equal(dataset.subjects.covariates[0].values, others[names[0]])


def test_a_number_is_a_region_where_the_whole_table_says_so() -> None:
    dataset = settled(table(["xyz_1", "xyz_2", "xyz_3", "abc_1", "abc_2", "abc_3"]))
    assert (dataset.measures, dataset.regions) == (("abc", "xyz"), ("1", "2", "3"))


def test_numbers_that_could_be_either_are_asked_about() -> None:
    found = table(["GMV_1", "GMV_2", "GMV_3", "GMV_4", "xyz_1", "xyz_2"])
    dataset, inquiry = interpret(found)
    (question,) = inquiry.questions
    assert question.id == "regions.xyz"
    assert [choice.value for choice in question.choices] == ["other", "regions"]
    assert "xyz_1 … xyz_2" in question.sentence
    assert dataset is not None
    answered = settled(found, regions__xyz="other")
    assert [each.name for each in answered.subjects.covariates] == ["xyz_1", "xyz_2"]
    _, refused = interpret(found, regions__xyz="regions")
    assert refused.problems == [
        Message(
            "readers_tables.measure-lacks-regions",
            file="the file",
            measure="xyz",
            count=2,
            regions=first_of(["3", "4"], 5),
        )
    ]


def test_answers_of_a_questionnaire_alone_are_asked_about() -> None:
    items = {f"abc_{item}": [float((row + item) % 4) for row in range(4)] for item in range(1, 6)}
    _, inquiry = interpret(
        sheet({"ID": ["a", "b", "c", "d"], "LABEL": ["0", "1", "0", "1"], **items})
    )
    assert [question.id for question in inquiry.questions] == ["regions.abc"]


def test_words_among_region_numbers_are_asked_about() -> None:
    found = table([*(f"GMV_{region}" for region in range(1, 9)), "GMV_ratio"])
    _, inquiry = interpret(found)
    assert [question.id for question in inquiry.questions] == ["regions.GMV"]
    assert len(settled(found, regions__GMV="other").regions) == 8
    assert len(settled(found, regions__GMV="regions").regions) == 9


def test_two_columns_of_one_region_are_refused_by_name() -> None:
    _, inquiry = interpret(table(["GMV_1", "GMV_01", "GMV_2"]))
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.region-twice"
    assert dict(problem.values)["columns"] == ("GMV_1", "GMV_01")


def test_regions_that_only_one_measure_has_are_named() -> None:
    _, inquiry = interpret(
        table([*(f"thickness_r{r}" for r in range(9)), *(f"area_r{r}" for r in range(4, 9))])
    )
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.measure-lacks-regions"
    assert "area column for regions r0, r1, r2 and r3" in str(problem)


def test_fields_of_uk_biobank_are_named() -> None:
    names = [f"thickness_of_x{field}_f{field}_2_0" for field in (26755, 26756, 26757)]
    for columns in (names, ["26755-2.0", "26756-2.0", "26757-2.0"]):
        _, inquiry = interpret(table(columns))
        (problem,) = inquiry.problems
        assert problem.code == "readers_tables.uk-biobank-fields"


def test_a_table_on_its_side_is_refused() -> None:
    found = sheet({"index": ["LABEL", "GMV_1", "GMV_2", "GMV_3"], "s1": values(4, 1)})
    _, inquiry = interpret(found)
    assert inquiry.problems[0].code == "readers_tables.transposed"


def test_a_long_table_is_refused() -> None:
    found = sheet({
        "ID": ["a", "a", "b", "b"], "LABEL": ["0", "0", "1", "1"],
        "region": ["x", "y", "x", "y"], "GMV": values(4, 1),
    })  # fmt: skip
    _, inquiry = interpret(found)
    assert inquiry.problems[0].code == "readers_tables.long-format"


def test_a_table_without_a_brain_says_what_it_has() -> None:
    _, inquiry = interpret(table(["FD", "education"]))
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.no-brain-columns"
    assert "FD and education" in str(problem)


def pairs(regions: list[str], form: str) -> list[str]:
    return [
        form.format(one, other)
        for row, one in enumerate(regions)
        for other in regions[row + 1 :]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("regions", "form"),
    [
        (["1", "2", "3", "10"], "FC_{}_{}"),
        (["1", "2", "3", "10"], "SC_{}_{}"),
        (["1", "2", "3", "10"], "corr_{}_{}"),
        (["LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "RH_Vis_2"], "FC_{}_{}"),
        (["Vermis_3", "Vermis_6", "Frontal_Sup_2_L", "Precentral_L"], "FC_{}_{}"),
        (["a", "b", "a_b", "c_d"], "FC_{}__{}"),
        (["bankssts", "cuneus", "insula", "fusiform", "lingual"], "{}_{}"),
        (["bankssts", "cuneus", "insula", "fusiform", "lingual"], "{}-{}"),
        (["bankssts", "cuneus", "insula", "fusiform"], "{}_to_{}"),
        (["bankssts", "cuneus", "insula", "fusiform"], "x_{}_{}"),
    ],
)
def test_pairs_of_regions_are_a_connectome(regions: list[str], form: str) -> None:
    names = pairs(regions, form)
    shuffled = [names[place] for place in np.random.default_rng(0).permutation(len(names))]
    numeric = all(region.isdigit() for region in regions)
    for order in (names, shuffled):
        found = table(order, connectivity_age=[30.0, 31.0, 32.0, 33.5])
        dataset, inquiry = interpret(found, connectome__values="z")
        assert (inquiry.problems, inquiry.questions) == ([], [])
        assert dataset is not None
        assert dataset.connectomes is not None
        assert set(dataset.regions) == set(regions)
        if numeric or order is names:
            assert list(dataset.regions) == regions
        rows, columns = np.triu_indices(len(regions), 1)
        for edge, (one, other) in enumerate(zip(rows, columns, strict=True)):
            ends = {dataset.regions[one], dataset.regions[other]}
            name = next(form.format(a, b) for a, b in _each_way(regions) if {a, b} == ends)
            np.testing.assert_allclose(
                dataset.connectomes[:, edge], values(4, order.index(name)), rtol=1e-6
            )


def _each_way(regions: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for row, a in enumerate(regions) for b in regions[row + 1 :]]


def test_pairs_that_are_not_all_there_are_refused() -> None:
    names = pairs(["1", "2", "3", "10"], "FC_{}_{}")
    _, inquiry = interpret(table(names[:-1]))
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.pairs-missing"
    assert "no column FC_3_10." in str(problem)
    names = pairs(["LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "RH_Vis_2"], "FC_{}_{}")
    for gone in names:
        _, inquiry = interpret(table([name for name in names if name != gone]))
        (problem,) = inquiry.problems
        assert problem.code in {"readers_tables.pairs-missing", "readers_tables.unclear-pairs"}


def test_a_few_columns_of_many_pairs_take_no_room() -> None:
    names = [f"FC_{2 * place}_{2 * place + 1}" for place in range(20_000)]
    _, inquiry = interpret(table(names, rows=1))
    assert inquiry.problems[0].code == "readers_tables.pairs-missing"
    assert dict(inquiry.problems[0].values)["pairs"] == 799_980_000


@pytest.mark.parametrize("prefix", ["edge_", "V", "FC_", "conn"])
def test_a_connectome_in_one_vector_is_asked_about(prefix: str) -> None:
    found = table([f"{prefix}{edge}" for edge in range(1, 16)])
    _, inquiry = interpret(found)
    question = inquiry.questions[0]
    assert question.id == f"regions.{prefix.rstrip('_')}"
    assert [choice.value for choice in question.choices] == ["edges", "regions", "other"]
    answered = {f"regions__{prefix.rstrip('_')}": "edges", "connectome__values": "z"}
    dataset = settled(found, triangle="upper", **answered)
    assert dataset.regions == ("1", "2", "3", "4", "5", "6")
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes[:, 4], values(4, 4), rtol=1e-6)
    regions = settled(found, **{f"regions__{prefix.rstrip('_')}": "regions"})
    assert len(regions.regions) == 15


def flat(vectors: np.ndarray, prefix: str = "V") -> Sheet:
    return table([], **{f"{prefix}{place}": cells for place, cells in enumerate(vectors.T, 1)})


@pytest.mark.parametrize(
    ("kind", "said", "regions"),
    [
        (
            "upper with its diagonal",
            "the edges of a connectome of 10 regions, and its diagonal",
            10,
        ),
        ("lower of nilearn", "the edges of a connectome of 10 regions, and its diagonal", 10),
        ("whole", "the edges of a connectome of 10 regions, and its diagonal", 10),
        ("upper", "the edges of a connectome: of 10 regions, or of 9 with the diagonal", 10),
        ("upper, other variances", "the edges of a connectome: of 11 regions, or of 10 with", 10),
    ],
)
def test_the_question_says_of_how_many_regions_it_is_read(
    kind: str, said: str, regions: int
) -> None:
    matrices = np.random.default_rng(5).uniform(-0.9, 0.9, (4, 10, 10)).round(6)
    matrices = (matrices + matrices.transpose(0, 2, 1)) / 2
    places = np.arange(10)
    variances = np.random.default_rng(6).uniform(2, 3, (4, 10))
    matrices[:, places, places] = variances if kind.endswith("variances") else 1
    upper, lower, edges = np.triu_indices(10), np.tril_indices(10), np.triu_indices(10, 1)
    answers = {"regions__V": "edges", "connectome__values": "other"}
    if kind == "whole":
        vectors = matrices.reshape(4, 100)
    elif kind == "upper":
        vectors = matrices[:, *edges]
        answers["triangle"] = "upper"
    elif kind.startswith("lower"):
        matrices[:, places, places] = np.sqrt(0.5)
        vectors = matrices[:, *lower]
    else:
        vectors = matrices[:, *upper]
    if kind.endswith("variances"):
        answers["triangle"] = "upper-diagonal"
    _, inquiry = interpret(flat(vectors))
    choice = inquiry.questions[0].choices[0]
    assert choice.value == "edges"
    assert choice.label.startswith(said)
    dataset = settled(flat(vectors), **answers)
    assert len(dataset.regions) == regions
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes, matrices[:, *edges], rtol=1e-6)


def test_columns_that_fit_no_connectome_are_not_offered_as_one() -> None:
    vectors = np.random.default_rng(5).normal(size=(4, 16))
    _, inquiry = interpret(flat(vectors))
    assert [choice.value for choice in inquiry.questions[0].choices] == ["regions", "other"]


def test_measures_and_a_connectome_have_the_same_regions_in_one_order() -> None:
    names = ["GMV_b", "GMV_a", "GMV_c", "FC_a_b", "FC_a_c", "FC_b_c"]
    dataset = settled(table(names), connectome__values="z")
    assert dataset.regions == ("b", "a", "c")
    assert dataset.connectomes is not None
    expected = [values(4, 3), values(4, 5), values(4, 4)]
    np.testing.assert_allclose(dataset.connectomes, np.transpose(expected), rtol=1e-6)


def test_codes_for_missing_are_found_by_value() -> None:
    found = table(["Vol_1", "Vol_2"], Vol_3=[4000.0, -9999, 4100, 3900])
    dataset, inquiry = interpret(found)
    assert dataset is not None
    assert dataset.values is not None
    assert [(each.column, each.code, each.count) for each in inquiry.missing] == [
        ("Vol", "-9999", 1)
    ]
    assert np.isnan(dataset.values[1, 2, 0])
    assert np.isnan(dataset.values).sum() == 1


def test_a_duplicate_column_is_refused() -> None:
    found = table(["GMV_1"])
    twice = type(found)((*found.names, "GMV_1"), (*found.columns, found.columns[-1]))
    _, inquiry = interpret(twice)
    assert [problem.code for problem in inquiry.problems] == ["readers_tables.column-twice"]


def test_text_in_many_columns_is_told_of_five() -> None:
    text = {f"GMV_{region}": ["0.1", "x", "0.2", "0.3"] for region in range(1, 21)}
    _, inquiry = interpret(table([], 4, **text))
    assert len(inquiry.problems) == 5
    assert inquiry.problems[0].code == "readers_tables.not-a-number"
    assert str(inquiry.problems[0]).startswith("GMV_1 in row 3 holds 'x',")


@pytest.mark.parametrize(("unit", "rounded"), [(1e-9, ["MD"]), (1e-6, []), (1.0, [])])
def test_json_says_which_measures_have_lost_their_digits(unit: float, rounded: list[str]) -> None:
    random = np.random.default_rng(0)
    columns = {"ID": [f"s{row}" for row in range(20)], "LABEL": [0, 1] * 10}
    for region in (1, 2, 3):
        columns[f"MD_{region}"] = unit * random.normal(0.73, 0.03, 20)
        columns[f"GMV_{region}"] = random.normal(0.4, 0.1, 20)
    text = pd.DataFrame(columns).to_json()
    inquiry = Inquiry("x")
    assert interpret_sheet(sheet_of_json(text, "x"), "json", inquiry) is not None
    said = [each for each in inquiry.assumptions if each.code == "readers_tables.json-rounded"]
    assert [dict(each.values)["measures"] for each in said] == [first_of([m]) for m in rounded]


def test_json_keeps_digits_and_order() -> None:
    text = json.dumps({
        "ID": {"0": 123456789012345678, "1": 1.5, "2": None},
        "LABEL": {"0": 0, "1": 1, "2": 1},
        "GMV_1": {"0": 1e18, "1": None, "2": 3},
    })  # fmt: skip
    for found in (sheet_of_json(text, "x"), read_json(text.encode(), "x", 100)):
        dataset = settled(found)
        assert dataset.subjects.ids == ("123456789012345678", "1.5", "")
        assert dataset.values is not None
        np.testing.assert_array_equal(dataset.values[:, 0, 0], [1e18, np.nan, 3])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"[1, 2]", "not a table of columns"),
        (b"{}", "not a table of columns"),
        (b'{"a": 1}', "without columns"),
        (b'{"a":{"0":1},"b":[]}', "without columns: b"),
        (b'{"a": {}, "b": {"1": 1}}', "other rows in column b"),
        (b'{"a": {"0": [1]}}', "a list or an object in a cell"),
        (b"{" * 500_001, "not a table of columns"),
        (b'{"a": {"0": 1, "1": 2, "2": 3}}', "more than 3 cells"),
        (b'{"a": {"0": \xff}}', "not JSON in UTF-8"),
    ],
)
def test_json_of_another_kind_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        read_json(body, "x", 3)


REGIONS_OF = {
    "t40_measure_first_names.csv": ("thickness", 6, "bankssts"),
    "t41_enigma_names.csv": ("thickavg", 6, "L_bankssts"),
    "t42_enigma_names_renamed_id_label.csv": ("thickavg", 6, "L_bankssts"),
    "t43_region_names_and_dummies.csv": ("thickavg", 6, "L_bankssts"),
    "t48_schaefer_names.csv": ("GMV", 6, "7Networks_LH_Vis_1"),
    "t49_schaefer_balanced_names.csv": ("thickness", 6, "7Networks_LH_Vis_1"),
    "t50_aal3_names.csv": ("GMV", 6, "Precentral_L"),
    "t54_age_2_timepoint_column.csv": ("GMV", 6, "1"),
    "t56_zero_padded_regions.csv": ("GMV", 6, "1"),
    "t58_dotted_R_names.csv": ("GMV", 6, "1"),
}


@pytest.mark.parametrize("name", sorted(REGIONS_OF))
def test_tables_as_people_have_them(wild: Path, name: str) -> None:
    measure, count, first = REGIONS_OF[name]
    inquiry = Inquiry(name)
    found = read_sheet((wild / "tables" / name).read_bytes(), inquiry, 1 << 30)
    dataset = interpret_sheet(found, "csv", inquiry)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert dataset is not None
    assert dataset.values is not None
    assert (dataset.measures, len(dataset.regions)) == ((measure,), count)
    assert dataset.regions[0] == first
    np.testing.assert_array_equal(
        dataset.values[0, :, 0], [0.4104, 0.4246, 0.4099, 0.3609, 0.4272, 0.4134]
    )


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["GMV_1", "GMV_2", "GMV_1_t2", "GMV_2_t2"], "readers_tables.measure-at-visits"),
        (["GMV_bl_1", "GMV_bl_2", "GMV_fu_1", "GMV_fu_2"], "readers_tables.measure-at-visits"),
        (
            ["xyz_ses1_1", "xyz_ses1_2", "xyz_ses2_1", "xyz_ses2_2"],
            "readers_tables.measures-at-visits",
        ),
        (["GMV_1", "GMV_1.1", "GMV_2", "GMV_2.1"], "readers_tables.renamed-copy"),
        (["GMV_1", "GMV_2", "gmv_1", "gmv_2"], "readers_tables.measures-differ-in-case"),
    ],
)
def test_a_measure_that_is_there_twice_is_refused(names: list[str], code: str) -> None:
    _, inquiry = interpret(table(names))
    assert [problem.code for problem in inquiry.problems] == [code]


def test_an_unknown_measure_of_the_same_regions_is_read() -> None:
    for form in ("{measure}_{region}", "{region}_{measure}"):
        names = [form.format(measure=measure, region=region)
                 for measure in ("GMV", "xyz") for region in ("L_insula", "foo")]  # fmt: skip
        dataset = settled(table(names))
        assert (dataset.measures, dataset.regions) == (("GMV", "xyz"), ("L_insula", "foo"))


def test_of_two_connectomes_one_is_asked_for() -> None:
    names = [*pairs(["1", "2", "3"], "FC_{}_{}"), *pairs(["1", "2", "3"], "SC_{}_{}")]
    _, inquiry = interpret(table(names), connectome__values="z")
    assert [question.id for question in inquiry.questions] == ["connectome.columns"]
    dataset, inquiry = interpret(
        table(names), connectome__columns="SC", connectome__values="z"
    )  # fmt: skip
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert dataset is not None
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes[:, 0], values(4, 3), rtol=1e-6)
    assert [str(left.what) for left in inquiry.left_alone] == ["FC (3 columns)"]


def test_a_unit_behind_a_name_is_no_region() -> None:
    assert settled(table(["GMV_1 (mm3)", "GMV_2 (mm3)"])).regions == ("1", "2")


def test_regions_without_a_measure_are_said() -> None:
    _, inquiry = interpret(table(["Precentral_L", "Precentral_R", "Vermis_3"]))
    assert [said.code for said in inquiry.assumptions] == ["readers_tables.measure-unnamed"]
    found = table(["Precentral_L", "Precentral_R", "Vermis_3", "unheard"])
    _, inquiry = interpret(found)
    assert [question.id for question in inquiry.questions] == ["regions.names"]
    assert len(settled(found, regions__names="all").regions) == 4
    assert len(settled(found, regions__names="known").regions) == 3


def test_numbers_behind_a_word_that_nobody_knows_are_said_to_be_regions() -> None:
    names = [f"gene_{number}" for number in range(1, 40)]
    dataset, inquiry = interpret(table(names))
    assert dataset is not None
    assert (dataset.measures, len(dataset.regions)) == (("gene",), 39)
    assert [said.code for said in inquiry.assumptions] == ["readers_tables.read-as-measure"]
    assert interpret(table(names), regions__gene="regions")[1].assumptions == []
    assert interpret(table(["GMV_1", "GMV_2"]))[1].assumptions == []
