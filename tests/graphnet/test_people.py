"""Who the subjects are: ids as they stand, classes by words, codes for missing, covariates."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from graphnet.data.dataset import NO_CLASS
from graphnet.data.interpretation import LeftAlone
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.people import People, read_people
from tests.graphnet.sheets import Column, sheet


def people(columns: Mapping[str, Column], **mapping: str) -> tuple[People, Inquiry]:
    inquiry = Inquiry("the file", {key.replace("__", "."): value for key, value in mapping.items()})
    found = sheet(columns)
    return read_people(found, found.names, inquiry), inquiry


def settled(columns: Mapping[str, Column], **mapping: str) -> People:
    found, inquiry = people(columns, **mapping)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    return found


def classes(cells: Sequence[str], column: str = "LABEL", **mapping: str) -> tuple[People, Inquiry]:
    return people({"ID": [f"s{row}" for row in range(len(cells))], column: cells}, **mapping)


@pytest.mark.parametrize(
    "name",
    ["ID", "id", "participant_id", "subject", "Subject ID", "SubjID", "SUB_ID", "sub", "eid",
     "FILE_ID", "被试", "被试编号", "编号", "PTID", "src_subject_id"],
)  # fmt: skip
def test_ids_are_found_by_name_and_stay_text(name: str) -> None:
    written = ["01E3", "1.10", "NA", "123456789012345678", "2020-01-01", "001", "None"]
    found = settled({"LABEL": ["0", "1"] * 3 + ["0"], name: written})
    assert found.id == name
    assert found.subjects.ids == tuple(written)


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index"])
def test_an_index_is_passed_over(name: str) -> None:
    found = settled({name: [0.0, 1, 2], "ID": ["a", "b", "c"], "LABEL": ["0", "1", "0"]})
    assert found.id == "ID"
    assert found.covariates == ()
    assert settled({name: [5.0, 2, 3], "LABEL": ["0", "1", "0"]}).id is None


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "...1"])
@pytest.mark.parametrize("cells", [[0.0, 1, 0, 1], [31.5, 60, 31.5, 44], ["a", "b", "a", "b"]])
def test_what_nobody_has_named_is_no_covariate_unless_it_is_asked_for(
    name: str, cells: list[float] | list[str]
) -> None:
    """Such as the row numbers of two tables below each other."""
    columns: Mapping[str, Column] = {
        name: cells, "ID": ["a", "b", "c", "d"], "LABEL": ["0", "0", "1", "1"],
    }  # fmt: skip
    found, inquiry = people(columns)
    assert found.covariates == ()
    what = name or Message("readers_subjects.unnamed-column")
    assert inquiry.left_alone == [LeftAlone(what, Message("readers_subjects.nameless"))]
    assert inquiry.assumptions == []
    if name:
        assert [each.name for each in settled(columns, covariates=name).covariates] == [name]


def test_row_numbers_of_subjects_in_order_of_their_class_do_not_tell_it() -> None:
    rows = 20
    columns: Mapping[str, Column] = {
        "": [float(row) for row in range(rows)],
        "ID": [f"s{row}" for row in range(rows)],
        "LABEL": ["0"] * (rows // 2) + ["1"] * (rows // 2),
    }
    found, inquiry = people(columns)
    assert (found.covariates, inquiry.assumptions, inquiry.left_alone) == ((), [], [])


def test_a_first_column_of_text_that_differs_is_the_ids_and_it_is_said() -> None:
    found, inquiry = people({"": ["a", "b", "c"], "LABEL": ["0", "1", "0"]})
    assert found.subjects.ids == ("a", "b", "c")
    assert inquiry.assumptions == [Message("readers_tables.unnamed-column-is-id")]
    found, inquiry = people({"whom": ["a", "b", "c"], "LABEL": ["0", "1", "0"]})
    assert found.id == "whom"
    assert inquiry.assumptions == [Message("readers_tables.first-column-is-id", column="whom")]
    assert settled({"whom": ["a", "b", "b"], "LABEL": ["0", "1", "0"]}).id is None


def test_two_columns_of_ids_are_asked_about_unless_they_are_the_same() -> None:
    columns = {"participant_id": ["a", "b"], "eid": ["1", "7"], "LABEL": ["0", "1"]}
    _, inquiry = people(columns)
    (question,) = inquiry.questions
    assert question.id == "id"
    assert [choice.value for choice in question.choices] == ["participant_id", "eid"]
    assert settled(columns, id="eid").subjects.ids == ("1", "7")
    same: dict[str, Column] = {
        "SUB_ID": ["50642", "50646"],
        "subject": [50642.0, 50646],
        "X": [1.0, 2],
    }
    assert settled(same).subjects.ids == ("50642", "50646")
    counted = {"subject": ["1", "2"], "FILE_ID": ["a", "b"], "LABEL": ["0", "1"]}
    assert settled(counted).subjects.ids == ("a", "b")


def test_a_mapping_names_any_column() -> None:
    columns: Mapping[str, Column] = {
        "whom": [7.0, 8], "sick": ["no", "yes"], "ward": [1.0, 2], "HAMD": [3.0, 20],
        "age": [30.0, 40],
    }  # fmt: skip
    found, inquiry = people(
        columns, id="whom", **{"class": "sick"}, site="ward", score="HAMD", covariates="age",
        class__positive="yes",
    )  # fmt: skip
    assert inquiry.problems == []
    assert found.subjects.ids == ("7", "8")
    assert found.subjects.labels.tolist() == [0, 1]
    assert found.subjects.sites == ("1", "2")
    assert found.subjects.scores.tolist() == [3, 20]
    assert [each.name for each in found.covariates] == ["age"]
    _, inquiry = people(columns, id="who")
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.no-such-column"
    assert "whom, sick, ward, HAMD and age" in str(problem)
    assert settled(columns, covariates="none").covariates == ()


def test_one_id_in_two_classes_is_refused_and_in_one_said() -> None:
    _, inquiry = people({"ID": ["a", "a", "b"], "LABEL": ["HC", "SZ", "HC"]})
    (problem,) = inquiry.problems
    assert problem.code == "readers_subjects.id-in-two-classes"
    assert "in different classes: a (HC and SZ)." in str(problem)
    found, inquiry = people({"ID": ["a", "a", "b"], "LABEL": ["0", "0", "1"]})
    assert inquiry.problems == []
    assert found.subjects.ids == ("a", "a", "b")
    assert inquiry.assumptions[0] == Message(
        "readers_subjects.repeated-ids", count=1, file="the file", ids=first_of(["a"]), rows=2
    )


def test_ids_that_collide_are_refused_and_others_stay_two() -> None:
    _, inquiry = people({"ID": ["sub-01", "01", "b"], "LABEL": ["0", "1", "0"]})
    assert inquiry.problems == [
        Message("readers_subjects.same-id", file="the file", ids=["'sub-01'", "'01'"])
    ]
    for ids in (["0012", "12"], ["1.10", "1.1"], ["001", "1"]):
        assert settled({"ID": ids, "LABEL": ["0", "1"]}).subjects.ids == tuple(ids)


@pytest.mark.parametrize(
    "column",
    ["LABEL_GROUP", "LABEL", "label", "group", "Group", "DX_GROUP", "Dx", "diagnosis", "dx",
     "class", "status", "组别", "诊断"],
)  # fmt: skip
def test_a_class_is_found_by_name(column: str) -> None:
    found, inquiry = classes(["0", "1", "1"], column)
    assert inquiry.questions == []
    assert found.label is not None
    assert (found.label.column, found.label.names) == (column, {})
    assert found.subjects.labels.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "word",
    ["Control", "controls", "HC", "NC", "TD", "healthy", "CN", "HV", "CTL", "CTRL", "con", "normal",
     "对照", "健康", "正常", "Healthy Control", "healthy_controls", "Healthy-Volunteer"],
)  # fmt: skip
def test_a_known_word_for_control_is_class_0(word: str) -> None:
    found, inquiry = classes(["SZ", word, "MDD", word, "n/a"])
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert found.label is not None
    assert found.label.names == {0: word, 1: "MDD", 2: "SZ"}
    assert found.subjects.labels.tolist() == [2, 0, 1, 0, NO_CLASS]
    assert [*map(str, inquiry.assumptions)] == [
        f"Classes of LABEL: {word} is class 0, MDD is class 1 and SZ is class 2."
    ]


def test_spellings_of_a_word_are_one_class() -> None:
    found, _ = classes(["Patient", "patient", "Control", "CONTROL", "patient "])
    assert found.subjects.labels.tolist() == [1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2", "1"], ["2", "1"]),
        (["-1", "1", "1"], ["1", "-1"]),
        (["MDD", "BD", "BD"], None),
        (["M", "F", "F"], None),
        (["2", "2", "2"], ["2", "none"]),
        (["SZ", "SZ", "SZ"], ["SZ", "none"]),
    ],
)
def test_a_class_that_could_be_either_is_asked_about(
    cells: list[str], values: list[str] | None
) -> None:
    _, inquiry = classes(cells)
    (question,) = inquiry.questions
    assert question.id == "class.positive"
    given = [choice.value for choice in question.choices]
    assert given == values if values else set(given) == set(cells)
    for answer in given:
        found, inquiry = classes(cells, class__positive=answer)
        assert (inquiry.problems, inquiry.questions) == ([], [])
        expected = [int(cell == answer) for cell in cells]
        assert found.subjects.labels.tolist() == expected
        assert found.label is not None
        assert all(found.label.names[found.label.values[cell]] == cell for cell in set(cells))


def test_of_three_words_the_control_is_asked_about() -> None:
    _, inquiry = classes(["MDD", "BD", "SZ"])
    assert [question.id for question in inquiry.questions] == ["class.control"]
    found, _ = classes(["MDD", "BD", "SZ"], class__control="MDD")
    assert found.subjects.labels.tolist() == [0, 1, 2]
    found, _ = classes(["1", "2", "3"], class__control="3")
    assert found.subjects.labels.tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("ids", "columns"),
    [(["50002", "50003", "51607"], {}), (["0050002", "0050003", "0051607"], {}),
     (["sub-28675", "sub-29006", "sub-30167"], {}), (["a", "b", "c"], {"AGE_AT_SCAN": ["9"] * 3})],
)  # fmt: skip
def test_dx_group_is_coded_as_in_abide(ids: list[str], columns: dict[str, list[str]]) -> None:
    table = {"ID": ids, "DX_GROUP": ["1", "2", "2"], **columns}
    found, inquiry = people(table)
    assert inquiry.questions == []
    assert found.label is not None
    assert found.label.names == {0: "control", 1: "autism"}
    assert found.subjects.labels.tolist() == [1, 0, 0]
    assert inquiry.assumptions[0] == Message("readers_subjects.coded-as-abide", column="DX_GROUP")
    found, _ = people(table, class__positive="2")
    assert found.subjects.labels.tolist() == [0, 1, 1]


def test_dx_group_of_others_is_asked() -> None:
    _, inquiry = people({"ID": ["s1", "s2", "50004"], "DX_GROUP": ["1", "2", "2"]})
    assert [question.id for question in inquiry.questions] == ["class.positive"]


@pytest.mark.parametrize(
    ("column", "no", "yes"),
    [("Schizophrenie", "nein", "ja"), ("Diagnose", "Nein", "Ja"), ("diagnosis", "non", "oui"),
     ("diagnostico", "No", "Sí"), ("诊断", "无", "有"), ("dementia", "Unchecked", "Checked"),
     ("patient", "아니오", "예"), ("disease", "いいえ", "はい")],
)  # fmt: skip
def test_no_and_yes_of_a_disease_in_other_languages(column: str, no: str, yes: str) -> None:
    found, inquiry = classes([no, yes, yes, no], column)
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["0.0", "1.0", "1"], [0, 1, 1]),
        (["0", "1", "2"], [0, 1, 2]),
        (["1", "1", ""], [1, 1, NO_CLASS]),
        (["0", "0", "."], [0, 0, NO_CLASS]),
        (["False", "True", "n/a"], [0, 1, NO_CLASS]),
        (["no", "yes", "no"], [0, 1, 0]),
        (["-9999", "1", "0"], [NO_CLASS, 1, 0]),
        (["999", "1", "0"], [NO_CLASS, 1, 0]),
        (["HC", "-999", "SZ"], [0, NO_CLASS, 1]),
        (["patient", "Patient", "patient"], [1, 1, 1]),
    ],
)
def test_a_class_that_is_certain_is_read(cells: list[str], labels: list[int]) -> None:
    found, inquiry = classes(cells)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert found.subjects.labels.tolist() == labels


def test_codes_in_a_class_are_said_and_9_is_asked_about() -> None:
    _, inquiry = classes(["-9999", "1", "0", "-9999"])
    assert [(code.column, code.code, code.count) for code in inquiry.missing] == [
        ("LABEL", "-9999", 2)
    ]
    assert inquiry.assumptions == [
        Message("readers_subjects.missing-class", column="LABEL", code="-9999", count=2)
    ]
    cells = ["0", "1", "9"]
    _, inquiry = classes(cells)
    assert [question.id for question in inquiry.questions] == ["missing.LABEL"]
    assert classes(cells, missing__LABEL="missing")[0].subjects.labels.tolist() == [0, 1, NO_CLASS]
    assert classes(cells, missing__LABEL="value")[0].subjects.labels.tolist() == [0, 1, 9]


@pytest.mark.parametrize(
    "cells", [["0.5", "1", "0"], [f"w{row}" for row in range(30)], [str(row) for row in range(30)]]
)
def test_what_is_no_class_is_refused_with_what_it_holds(cells: list[str]) -> None:
    _, inquiry = classes(cells)
    (problem,) = inquiry.problems
    assert problem.code == "readers_subjects.not-classes"
    assert str(problem).startswith(f"LABEL does not hold classes: it holds {cells[0]}")


def test_the_documented_column_is_the_class_and_others_are_said() -> None:
    columns = {
        "ID": ["a", "b"],
        "LABEL": ["1", "0"],
        "LABEL_GROUP": ["0", "1"],
        "group": ["1", "1"],
    }
    found, inquiry = people(columns)
    assert found.subjects.labels.tolist() == [0, 1]
    assert inquiry.assumptions == [
        Message(
            "readers_tables.class-column-chosen",
            file="the file",
            columns=["LABEL_GROUP", "LABEL", "group"],
            column="LABEL_GROUP",
        )
    ]
    _, inquiry = people({"ID": ["a", "b"], "group": ["0", "1"], "diagnosis": ["1", "0"]})
    assert [question.id for question in inquiry.questions] == ["class"]
    many = {"ID": ["a", "b"], "group": ["0", "1"], "dx": ["0", "1"]}
    assert settled(many).subjects.labels.tolist() == [0, 1]


def test_class_none_is_nobody_s_class() -> None:
    found = settled({"ID": ["a", "b"], "LABEL": ["1", "2"]}, **{"class": "none"})
    assert found.label is None
    assert found.subjects.labels.tolist() == [NO_CLASS, NO_CLASS]
    assert [each.name for each in found.covariates] == ["LABEL"]


@pytest.mark.parametrize("name", ["SITE", "site", "SITE_ID", "Center", "centre", "站点"])
def test_a_site_is_text(name: str) -> None:
    found = settled({"ID": ["a", "b", "c"], "LABEL": ["0", "1", "0"], name: [1.0, 2, np.nan]})
    assert found.site == name
    assert found.subjects.sites == ("1", "2", "")


def score(cells: Sequence[float], **mapping: str) -> tuple[list[float], Inquiry]:
    rows = [f"s{row}" for row in range(len(cells))]
    found, inquiry = people({"ID": rows, "LABEL_SCORE": cells}, **mapping)
    return found.subjects.scores.tolist(), inquiry


def test_codes_in_a_score_are_missing_where_certain_and_asked_about_where_not() -> None:
    found, inquiry = score([20.0, -9999, 30, -9999])
    assert inquiry.questions == []
    np.testing.assert_array_equal(found, [20, np.nan, 30, np.nan])
    for cells, code in (([100.0, 900, 999], 999), ([40.0, 80, 0], 0), ([10.0, 20, 99], 99)):
        _, inquiry = score(cells)
        assert [question.id for question in inquiry.questions] == ["missing.LABEL_SCORE"]
        assert f"holds {code} in 1 cell" in inquiry.questions[0].sentence
        assert np.isnan(score(cells, missing__LABEL_SCORE="missing")[0][2])
        assert score(cells, missing__LABEL_SCORE="value")[0][2] == code
    for cells in ([0.0, 5, 12], [998.0, 999, 1000], [95.0, 99, 103], [-1.0, 0, 1]):
        found, inquiry = score(cells)
        assert inquiry.questions == []
        assert found == cells


def test_covariates_are_numbers_or_a_few_words() -> None:
    rows = 6
    columns: Mapping[str, Column] = {
        "ID": [f"s{row}" for row in range(rows)],
        "age": ["30", "31.5", "n/a", "40", "-9999", "29"],
        "sex": ["M", "F", "", "F", "M", "NA"],
        "note": [f"text {row}" for row in range(rows)],
        "scanner": ["Prisma"] * rows,
        "study": ["first"] * rows,
        "born": ["1990-01-02", "1991-01-02", "1990-01-02", "1991-01-02", "", ""],
        "nothing": ["", "n/a", "", "", "", ""],
        "constant": [30.0] * rows,
    }
    found, inquiry = people(columns)
    assert (inquiry.problems, inquiry.questions) == ([], [])
    assert [(each.name, each.kind, each.missing) for each in found.covariates] == [
        ("age", "numeric", 2),
        ("sex", "categorical", 2),
        ("scanner", "categorical", 0),
        ("constant", "numeric", 0),
    ]
    age, sex, *_ = found.subjects.covariates
    np.testing.assert_array_equal(age.values, [30, 31.5, np.nan, 40, np.nan, 29])
    assert sex.values == ("M", "F", "", "F", "M", "")
    assert {left.what: left.reason for left in inquiry.left_alone} == {
        "note": "it is text with 6 different values",
        "study": "it is first in every row",
        "born": "it holds dates",
        "nothing": "it is empty",
    }


@pytest.mark.parametrize(
    "column", ["DX_GROUP", "group", "diagnosis", "subtype", "is_patient", "asd", "status"]
)
def test_a_second_column_of_the_class_is_no_covariate(column: str) -> None:
    """It would explain the class perfectly, because it is the class."""
    again = {"ID": [f"s{row}" for row in range(8)], "LABEL": ["0"] * 4 + ["1"] * 4}
    same = ["hc", "hc", "hc", "", "p", "p", "p", "q"]
    found, inquiry = people({**again, column: same}, label="LABEL")
    assert found.covariates == ()
    assert [str(left.reason) for left in inquiry.left_alone] == [
        "each of its values occurs in one class only: it says the class again"
    ]
    found, _ = people({**again, column: ["a", "b"] * 4}, label="LABEL")
    assert [each.name for each in found.covariates] == [column]
    found, _ = people({**again, column: same}, label="LABEL", covariates=column)
    assert [each.name for each in found.covariates] == [column], "whoever asks for it has it"


def test_a_column_that_goes_with_the_class_by_chance_of_the_cohort_stays() -> None:
    """All patients men: a reviewer must hear of it."""
    found = settled(
        {"ID": [f"s{row}" for row in range(6)], "LABEL": ["0"] * 3 + ["1"] * 3,
         "sex": ["F"] * 3 + ["M"] * 3}
    )  # fmt: skip
    assert [each.name for each in found.covariates] == ["sex"]


CLASSES_OF_20 = {"ID": [f"s{row}" for row in range(20)], "LABEL": ["0", "1"] * 10}


@pytest.mark.parametrize(
    "cells",
    [
        ["td", "asd"] * 10,
        [0.0, 1] * 10,
        [2.0, 1, 2, 3] * 5,  # the kinds of a disease
        [-9999.0, 1, -9999, 2] * 5,
        ["", "late", "", "early"] * 5,  # nobody asked the controls
        ["td", "asd"] * 9 + ["", ""],
    ],
)
def test_a_column_whose_values_are_the_class_is_none_whatever_its_name(
    cells: Column,
) -> None:
    found, inquiry = people({**CLASSES_OF_20, "FOLDER": cells}, label="LABEL")
    assert found.covariates == ()
    assert [(each.what, each.message.code) for each in inquiry.left_alone] == [
        ("FOLDER", "readers_subjects.class-again")
    ]
    found, inquiry = people({**CLASSES_OF_20, "FOLDER": cells}, covariates="FOLDER")
    assert [each.name for each in found.covariates] == ["FOLDER"], "whoever asks for it has it"
    assert [each.what for each in inquiry.left_alone] == []


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("IQ", [float(100 + 20 * (row % 2) + row / 4) for row in range(20)]),  # many values
        ("volumes", [180.0, 240] * 10),  # numbers that are no codes
        ("share", [0.5, 1.5] * 10),
        ("odd", ["td", "asd"] * 9 + ["asd", "td"]),  # not of everybody
        ("sex", ["F", "M"] * 10),
    ],
)
def test_a_covariate_that_goes_with_the_class_stays(column: str, cells: Column) -> None:
    found = settled({**CLASSES_OF_20, column: cells}, label="LABEL")
    assert [each.name for each in found.covariates] == [column]


@pytest.mark.parametrize("column", ["batch", "MRI system", "Center"])
def test_where_and_how_subjects_were_examined_is_kept_and_said(column: str) -> None:
    """A flaw of the cohort, not a name of the class."""
    site = {"SITE": ["a", "a", "b", "b"] * 5}
    found, inquiry = people({**CLASSES_OF_20, **site, column: ["x", "y"] * 10}, site="SITE")
    assert [each.name for each in found.covariates] == [column]
    assert inquiry.assumptions == [
        Message("readers_subjects.tells-the-class", column=column, count=2)
    ]


def test_among_few_subjects_it_may_be_chance_and_is_said() -> None:
    """Of the 70 ways to part 8 subjects into halves two do it: 1 in 35 of such columns."""
    few = {name: cells[:8] for name, cells in CLASSES_OF_20.items()}
    found, inquiry = people({**few, "FOLDER": ["td", "asd"] * 4}, label="LABEL")
    assert [each.name for each in found.covariates] == ["FOLDER"]
    assert inquiry.assumptions == [
        Message("readers_subjects.tells-the-class", column="FOLDER", count=2)
    ]


def test_ages_as_dicom_has_them_are_numbers() -> None:
    found, inquiry = people({"ID": ["a", "b", "c"], "age": ["034Y", "n/a", "007Y"]})
    np.testing.assert_array_equal(found.subjects.covariates[0].values, [34, np.nan, 7])
    assert [each.code for each in inquiry.assumptions] == ["readers_subjects.years-of-dicom"]
    found, _ = people({"ID": ["a", "b", "c"], "age": ["034Y", "old", "034Y"]})
    assert found.subjects.covariates[0].kind == "categorical"


@pytest.mark.parametrize("column", ["control", "is_control", "isHealthy", "Controls"])
def test_of_a_column_called_after_controls_it_is_asked_what_1_means(column: str) -> None:
    cells: dict[str, Column] = {"ID": ["a", "b", "c"], column: [1.0, 0, 1]}
    _, inquiry = people(cells, **{"class": column})
    assert [question.id for question in inquiry.questions] == ["class.positive"]
    found, inquiry = people(cells, **{"class": column, "class__positive": "0"})
    assert inquiry.questions == []
    assert found.subjects.labels.tolist() == [0, 1, 0]
