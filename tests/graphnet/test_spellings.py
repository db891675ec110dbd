"""Classes, ids, sites and words of subjects as laboratories spell them."""

import numpy as np
import pytest

from graphnet.data.dataset import NO_CLASS
from tests.graphnet.sheets import Column
from tests.graphnet.test_people import classes, people

IDS = ["s1", "s2", "s3", "s4"]


@pytest.mark.parametrize(
    ("column", "cells", "names"),
    [
        ("Gruppe", ["Kontrolle", "Patient"], {0: "Kontrolle", 1: "Patient"}),
        ("Groupe", ["Témoin", "Patient"], {0: "Témoin", 1: "Patient"}),
        ("grupo", ["sano", "paciente"], {0: "sano", 1: "paciente"}),
        ("Subject Type", ["Control", "Patient"], {0: "Control", 1: "Patient"}),
        ("DX_bl", ["CN", "AD"], {0: "CN", 1: "AD"}),
        ("patient", ["no", "yes"], {0: "no", 1: "yes"}),
        ("ASD", ["0", "1"], {}),
        ("subtype", ["0", "1"], {}),
    ],
)
def test_a_class_by_other_names_is_read(
    column: str, cells: list[str], names: dict[int, str]
) -> None:
    found, inquiry = classes(cells * 2, column)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]
    assert found.label is not None
    assert found.label.names == names
    assert found.covariates == ()


def test_a_name_of_a_disease_is_the_class_only_where_no_other_column_is() -> None:
    found, inquiry = people({"ID": IDS, "group": ["0", "1"] * 2, "MDD": ["0", "0", "1", "1"]})
    assert inquiry.questions == []
    assert found.label is not None
    assert found.label.column == "group"
    assert [each.name for each in found.covariates] == ["MDD"]


def test_words_of_a_class_under_an_unknown_name_are_asked_about() -> None:
    columns: dict[str, Column] = {
        "ID": IDS,
        "kohorte": ["HC", "MDD"] * 2,
        "hearing": ["normal", "poor"] * 2,
    }
    _, inquiry = people(columns)
    (question,) = inquiry.questions
    assert question.id == "class"
    assert [choice.value for choice in question.choices] == ["kohorte", "hearing", "none"]
    found, inquiry = people(columns, **{"class": "kohorte"})
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]
    assert [each.name for each in found.covariates] == ["hearing"]
    found, inquiry = people(columns, **{"class": "none"})
    assert (found.label, inquiry.questions) == (None, [])


def test_what_depends_on_the_class_is_asked_once_that_is_known() -> None:
    columns: dict[str, Column] = {
        "ID": IDS,
        "group": ["NYU", "KKI"] * 2,
        "dx": ["HC", "ASD", "ASD", "HC"],
    }
    _, inquiry = people(columns)
    assert [question.id for question in inquiry.questions] == ["class"]
    _, inquiry = people(columns, **{"class": "group"})
    assert [question.id for question in inquiry.questions] == ["class.positive"]
    found, inquiry = people(columns, **{"class": "dx"})
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [0, 1, 1, 0]


def test_words_that_say_that_the_class_is_unknown_are_missing() -> None:
    found, inquiry = classes(["HC", "MDD", "Unknown", "excluded"])
    assert found.subjects.labels.tolist() == [0, 1, NO_CLASS, NO_CLASS]
    assert "LABEL: Unknown stands for a missing class (1 row)." in [*map(str, inquiry.assumptions)]


@pytest.mark.parametrize(
    ("answer", "labels"), [("missing", [0, 1, NO_CLASS, 1]), ("value", [1, 2, 0, 2])]
)
def test_minus_one_beside_0_and_1_is_asked_about(answer: str, labels: list[int]) -> None:
    cells = ["0", "1", "-1", "1"]
    _, inquiry = classes(cells)
    assert [question.id for question in inquiry.questions] == ["missing.LABEL"]
    mapping = {"missing__LABEL": answer}
    if answer == "value":
        _, inquiry = classes(cells, **mapping)
        assert [question.id for question in inquiry.questions] == ["class.control"]
        mapping["class__control"] = "-1"
    found, inquiry = classes(cells, **mapping)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert found.subjects.labels.tolist() == labels


def test_none_in_a_diagnosis_is_asked_about_where_no_word_is_for_controls() -> None:
    cells = ["none", "MDD", "none", "MDD"]
    _, inquiry = classes(cells, "diagnosis")
    assert [question.id for question in inquiry.questions] == ["missing.diagnosis"]
    found, _ = classes(cells, "diagnosis", missing__diagnosis="value")
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]
    found, _ = classes([*cells[:3], "HC"], "diagnosis")
    assert found.subjects.labels.tolist() == [NO_CLASS, 1, NO_CLASS, 0]


def test_whole_ids_and_sites_lose_the_point_that_pandas_gave_them() -> None:
    found, inquiry = people(
        {"SUB_ID": ["50003.0", "50004.0", "50005.0"], "site": ["1.0", "2.0", ""]}
    )
    assert found.subjects.ids == ("50003", "50004", "50005")
    assert found.subjects.sites == ("1", "2", "")
    assert "SUB_ID: whole numbers were read without their .0 (50003)." in [
        *map(str, inquiry.assumptions)
    ]
    found, _ = people({"ID": ["1.0", "1.10", "a"]})
    assert found.subjects.ids == ("1.0", "1.10", "a")


def test_words_that_differ_in_case_are_one() -> None:
    found, inquiry = people(
        {"ID": IDS, "site": ["NYU", "NYU", "nyu", "KKI"], "sex": ["Male", "male", "Female", "Male"]}
    )
    assert found.subjects.sites == ("NYU", "NYU", "NYU", "KKI")
    (sex,) = found.subjects.covariates
    assert sex.values == ("Male", "Male", "Female", "Male")
    assert set(map(str, inquiry.assumptions)) == {
        "site: nyu was read as NYU.",
        "sex: male was read as Male.",
    }


@pytest.mark.parametrize("column", ["record_id", "MRN", "No.", "住院号"])
def test_more_names_of_ids(column: str) -> None:
    found, _ = people({column: ["1", "2", "3", "4"], "LABEL": ["0", "1"] * 2})
    assert found.id == column
    assert found.subjects.ids == ("1", "2", "3", "4")


@pytest.mark.parametrize("word", ["mean", "Std. Dev.", "平均值", "Total"])
def test_a_row_that_sums_up_the_others_is_refused(word: str) -> None:
    _, inquiry = people({"ID": ["s1", "s2", "s3", word], "LABEL": ["0", "1", "1", ""]})
    (problem,) = inquiry.problems
    assert f"rows that summarise others, as their ids say: {word}" in str(problem)


def test_codes_of_diagnoses_with_decimals_are_no_rival_of_the_class() -> None:
    found, inquiry = people(
        {"ID": IDS, "Subject Type": ["Control", "Patient"] * 2, "Diagnosis": ["None", "295.3"] * 2}
    )
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]


def test_ids_of_which_a_spreadsheet_left_out_digits_are_refused() -> None:
    _, inquiry = people({"ID": ["1.23457E+11", "1.23458E+11"], "LABEL": ["0", "1"]})
    (problem,) = inquiry.problems
    assert "ids such as 1.23457E+11, of which a spreadsheet dropped digits" in str(problem)


def test_a_word_among_numbers_is_asked_about() -> None:
    columns: dict[str, Column] = {
        "ID": [f"s{row}" for row in range(7)],
        "HAMD": ["无", "11", "12", "无", "14", "15", "16"],
    }
    _, inquiry = people(columns)
    (question,) = inquiry.questions
    assert (question.id, question.message.code) == ("words.HAMD", "readers_subjects.ask-words")
    assert "'无' in 2 rows" in question.sentence
    found, inquiry = people(columns, words__HAMD="missing")
    (hamd,) = found.subjects.covariates
    assert isinstance(hamd.values, np.ndarray)
    np.testing.assert_array_equal(hamd.values, [np.nan, 11, 12, np.nan, 14, 15, 16])
    assert [(code.code, code.count) for code in inquiry.missing] == [("无", 2)]
    found, _ = people(columns, words__HAMD="value")
    (hamd,) = found.subjects.covariates
    assert hamd.values == tuple(columns["HAMD"])


def test_codes_for_missing_among_words_and_sites() -> None:
    found, inquiry = people(
        {"ID": IDS, "site": ["1", "-9999", "2", "1"], "hand": ["R", "L", "-9999", "R"]}
    )
    assert found.subjects.sites == ("1", "", "2", "1")
    (hand,) = found.subjects.covariates
    assert hand.values == ("R", "L", "", "R")
    assert {(code.column, code.code) for code in inquiry.missing} == {
        ("site", "-9999"),
        ("hand", "-9999"),
    }


def test_a_column_of_one_value_is_no_rival_of_the_class() -> None:
    columns: dict[str, Column] = {
        "ID": IDS,
        "Condition": ["rest"] * 4,
        "group": ["HC", "MDD"] * 2,
    }
    found, inquiry = people(columns)
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]


def test_of_two_columns_of_the_same_classes_the_words_are_read() -> None:
    columns: dict[str, Column] = {"ID": IDS, "group": ["1", "2"] * 2, "dx": ["SZ", "HC"] * 2}
    found, inquiry = people(columns)
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [1, 0, 1, 0]
    same = [said for said in inquiry.assumptions if said.code == "readers_tables.same-classes"]
    assert [dict(said.values)["column"] for said in same] == ["dx"]
    _, inquiry = people({**columns, "dx": ["SZ", "HC", "HC", "HC"]})
    assert [question.id for question in inquiry.questions] == ["class"]


def test_a_class_number_that_words_contradict_is_asked_about() -> None:
    columns: dict[str, Column] = {"ID": IDS, "LABEL": ["0", "1"] * 2, "dx": ["MDD", "HC"] * 2}
    _, inquiry = people(columns)
    (question,) = inquiry.questions
    assert [choice.value for choice in question.choices] == ["LABEL", "dx"]
    assert people(columns, **{"class": "LABEL"})[0].subjects.labels.tolist() == [0, 1, 0, 1]
    assert people(columns, **{"class": "dx"})[0].subjects.labels.tolist() == [1, 0, 1, 0]
    found, inquiry = people({**columns, "dx": ["HC", "MDD"] * 2})
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]


def test_minus_beside_plus_is_a_class() -> None:
    _, inquiry = classes(["+", "-", "+", ""], "group")
    (question,) = inquiry.questions
    assert [choice.value for choice in question.choices] == ["-", "+"]
    found, _ = classes(["+", "-", "+", ""], "group", class__positive="+")
    assert found.subjects.labels.tolist() == [1, 0, 1, NO_CLASS]


def test_a_score_of_a_disease_is_no_class() -> None:
    rows = range(9)
    found, inquiry = people(
        {"ID": [f"s{row}" for row in rows], "depression": [f"{row}" for row in rows]}
    )
    assert (found.label, inquiry.questions) == (None, [])
    assert [each.name for each in found.covariates] == ["depression"]
