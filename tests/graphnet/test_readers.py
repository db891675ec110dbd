"""Tables in all the forms they come in, and one sentence for each that is none."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphnet.data.cohort import NO_CLASS, Cohort
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.preprocessing.scaling import Scaler
from graphnet.readers import from_json, from_table, read_table
from tests.graphnet.people import rearranged, same, table

unhurried = settings(deadline=None)
GOOD = "ID,LABEL_GROUP,GMV_1,GMV_2\np1,1,0.5,0.6\np2,0,0.4,0.7\n"


def read(text: str, name: str = "site") -> Cohort:
    return from_table(read_table(text.encode()), name)


def refusal(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(CohortError) as caught:
        from_table(read_table(text if isinstance(text, bytes) else text.encode()), "site")
    return caught.value.sentences


def test_a_value_is_found_by_its_column_name() -> None:
    cohort = read(
        "DC_10,ReHo_2,ID,DC_2,ReHo_10,LABEL_GROUP\n"
        "10.5,0.2,p1,2.5,0.1,1\n"
        "10.6,0.3,p2,2.6,0.4,0\n"
    )  # fmt: skip
    assert cohort.regions == ("2", "10")
    assert cohort.measures == ("DC", "ReHo")
    assert cohort.features.tolist() == [[[2.5, 0.2], [10.5, 0.1]], [[2.6, 0.3], [10.6, 0.4]]]
    assert cohort.ids == ("p1", "p2")
    assert cohort.sites == ("site", "site")
    assert cohort.labels.tolist() == [1, 0]
    assert cohort.notes == ()


@pytest.mark.parametrize("form", list(rearranged(table(2))))
def test_the_same_subjects_in_another_form_are_the_same_cohort(form: str, tmp_path: Path) -> None:
    original = table()
    path = tmp_path / "site.csv"
    rearranged(original)[form].to_csv(path, index=False)
    assert same(from_table(read_table(path), "site"), from_table(original, "site"))


def test_json_and_csv_give_equal_cohorts() -> None:
    stored = table()
    text = stored.to_csv(index=False)
    assert stored.isna().sum().sum() > len(stored)  # beyond the scores there are gaps
    assert same(from_json(stored.to_json(), "site"), read(text))
    assert same(from_table(stored, "site"), read(text))


def test_a_file_read_from_a_path_a_stream_and_bytes_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "site.csv"
    path.write_text(GOOD)
    streamed = read_table(BytesIO(GOOD.encode()))
    assert read_table(path).equals(streamed)
    assert read_table(GOOD.encode()).equals(streamed)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "ID,GMV_1\np1,0.5\n",
            "The dataset site has no classes, because it has no column LABEL_GROUP, LABEL, group, "
            "diagnosis or similar. If another column holds them, name it with class=COLUMN.",
        ),
        (
            "ID,LABEL,GMV_1\np1,1,0.4\np2,0,high\n",
            "GMV_1 in row 3 holds 'high', which is not a number.",
        ),
        (
            "ID,LABEL,GMV_1,GMV_2,DC_1\np1,1,0.5,0.5,0.5\n",
            "site has no DC column for region 2. Every measure needs every region: add the column, "
            "or leave out this measure or this region.",
        ),
        (
            "ID,LABEL,DC_7,GMV_1,GMV_2,GMV_3,GMV_4,GMV_5,GMV_6,GMV_7\np1,1,1,1,2,3,4,5,6,7\n",
            "site has no DC column for regions 1, 2, 3, 4, 5 and 1 more. Every measure needs "
            "every region: add the columns, or leave out this measure or these regions.",
        ),
        (
            "ID,LABEL,FC_1_2,FC_1_3\np1,1,0.5,0.1\n",
            "site has no column FC_2_3. A connectome of 3 regions needs one column for each of its "
            "3 pairs.",
        ),
        (
            "ID,LABEL,FC_1_2,FC_2_1\np1,1,0.5,0.1\n",
            "site has a connectome that is not symmetric: 2 and 1 differ between their two "
            "directions. Give one value per pair of regions.",
        ),
        (
            "ID,LABEL,FC_1_2,GMV_1\np1,1,0.5,0.1\n",
            "site has a connectome of 2 regions and measures of 1 regions; both must have the same "
            "regions. Only one of the two has 2.",
        ),
        (
            "ID,LABEL,GMV_1\np1,0.5,0.5\n",
            "LABEL does not hold classes: it holds 0.5. A class is a whole number (0 control, 1 "
            "patient) or one of at most 10 words; name the right column with class=COLUMN.",
        ),
        ("ID,LABEL,GMV_1\np1,,0.5\n", "The dataset site has no subject with a class."),
        ("ID,LABEL,GMV_1\n", "The file has no row below its header."),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    assert refusal(text) == (sentence,)


def test_what_is_asked_is_no_cohort_until_it_is_answered() -> None:
    for label, cells in (("LABEL", "-1"), ("LABEL_GROUP", "SZ")):
        text = f"ID,{label},GMV_1\np1,{cells},0.5\n"
        with pytest.raises(QuestionsOpen, match=r"class\.positive") as caught:
            read(text)
        assert [question.id for question in caught.value.questions] == ["class.positive"]
        table = read_table(text.encode())
        assert from_table(table, "site", mapping={"class.positive": cells}).labels.tolist() == [1]
        assert from_table(table, "site", mapping={"class.positive": "none"}).labels.tolist() == [0]


def test_all_that_is_wrong_is_said_at_once() -> None:
    first, second, third = refusal("ID,LABEL,GMV_1,GMV_2,DC_1\np1,7.5,1,1,1\np2,1,x,1,1\n")
    assert first.startswith("site has no DC column for region 2.")
    assert second.startswith("LABEL does not hold classes: it holds 7.5.")
    assert third == "GMV_1 in row 3 holds 'x', which is not a number."


@pytest.mark.parametrize("text", ["", "GMV_1\n1", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(CohortError, match=r"^Dataset site does not hold a table in JSON\.$"):
        from_json(text, "site")


@pytest.mark.parametrize("table", [[1, 2], "GMV_1", None, 3, {"GMV_1": [1, 2]}, {"GMV_1": 1}])
def test_json_that_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(
        CohortError, match=r"^Dataset site does not hold a table of columns in JSON\.$"
    ):
        from_json(json.dumps(table), "site")


@pytest.mark.parametrize("cell", [[0.5], {"a": 1}, "0.5 mm"])
def test_a_json_cell_that_is_no_number_is_named(cell: Any) -> None:
    columns = {"LABEL": {"0": 0, "1": 1}, "GMV_1": {"0": cell, "1": cell}}
    with pytest.raises(CohortError, match="GMV_1 in row 2 holds ") as caught:
        from_json(json.dumps(columns), "site")
    assert caught.value.codes == ("readers_tables.not-a-number",)


def test_rows_of_json_are_matched_by_their_key() -> None:
    columns = {
        "ID": {"0": "p1", "1": "p2"},
        "GMV_1": {"1": 0.2, "0": 0.1},
        "GMV_2": {"0": 0.3, "1": None},
        "LABEL": {"1": 1, "0": 0},
    }
    cohort = from_json(json.dumps(columns), "site")
    np.testing.assert_array_equal(cohort.features[..., 0], [[0.1, 0.3], [0.2, np.nan]])
    assert cohort.labels.tolist() == [0, 1]


def test_a_connectome_is_read_whatever_the_order_of_its_columns() -> None:
    cohort = read(
        "ID,LABEL,FC_10_2,GMV_10,FC_1_10,GMV_2,FC_2_1,GMV_1,FC_1_1\n"
        "p1,1,0.3,1,0.2,2,0.1,3,inf\np2,0,,1,0.5,2,inf,3,inf\n"
    )
    assert cohort.connectomes is not None
    assert cohort.regions == ("1", "2", "10")
    np.testing.assert_allclose(
        cohort.connectomes,
        [[[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]],
         [[0, np.nan, 0.5], [np.nan, 0, np.nan], [0.5, np.nan, 0]]],
        rtol=1e-6,
    )  # fmt: skip
    assert [(f.rule, f.subject, f.count) for f in cohort.findings] == [("missing-region", "p2", 1)]


def test_where_there_is_a_connectome_only_its_rows_are_the_measures() -> None:
    cohort = read("ID,LABEL,FC_1_2,FC_1_3,FC_2_3\np1,1,0.1,0.2,0.3\n")
    assert cohort.measures == ("FC_1", "FC_2", "FC_3")
    np.testing.assert_allclose(
        cohort.features, [[[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]]], rtol=1e-6
    )


def test_scores_and_sites_are_read() -> None:
    text = "ID,LABEL,LABEL_SCORE,SITE,GMV_1\np1,1,12.5,Bern,0.5\np2,0,,,0.6\np3,,3,Ulm,0.7\n"
    cohort = read(text)
    assert cohort.sites == ("Bern", "site")
    np.testing.assert_array_equal(cohort.scores, [12.5, np.nan])
    scored = from_table(read_table(text.encode()), "X_200101_scores", target="score")
    assert (scored.ids, scored.sites) == (("p1", "p3"), ("Bern", "Ulm"))
    assert scored.labels.tolist() == [1, NO_CLASS]
    (note,) = scored.notes
    assert str(note) == "X_200101_scores: 1 row has no score and was left out."
    with pytest.raises(CohortError, match="has no column LABEL_SCORE"):
        from_table(read_table(b"ID,LABEL,GMV_1\np1,1,0.5\n"), "site", target="score")


def test_a_dated_name_says_the_site() -> None:
    table = read_table(b"ID,LABEL,GMV_1\np1,1,0.5\n")
    assert from_table(table, "B_190416_29_NC_sfMRI_AAL90").sites == ("B",)
    assert from_table(table, "B_29").sites == ("B_29",)


def test_other_columns_are_noticed() -> None:
    cohort = read("ID,LABEL,LABEL_GROUP,AGE,GMV_1,Sex,Study\np1,0,1,30,0.5,m,x\n")
    assert cohort.measures == ("GMV",)
    assert cohort.labels.tolist() == [1]
    assert [*map(str, cohort.notes)] == ["site: not used: Study."]
    (said,) = cohort.interpretations["site"].assumptions
    assert said.code == "readers_tables.class-column-chosen"


def test_subjects_without_a_label_are_left_out_and_counted() -> None:
    cohort = read("ID,LABEL,GMV_1\np1,1,0.5\np2,,0.6\np3,0,0.7\n")
    assert cohort.ids == ("p1", "p3")
    assert cohort.labels.tolist() == [1, 0]
    assert cohort.features.ravel().tolist() == [0.5, 0.7]
    assert [*map(str, cohort.notes)] == ["site: 1 row has no class and was left out."]


def test_without_ids_rows_are_named_and_it_is_said() -> None:
    cohort = read("LABEL,GMV_1\n1,0.5\n0,0.6\n")
    assert cohort.ids == ("site row 1", "site row 2")
    assert [note.code for note in cohort.notes] == ["data.no-id-column"]


def test_a_missing_id_leaves_the_others_as_they_are() -> None:
    assert read("ID,LABEL,GMV_1\n7,1,0.5\n8,0,0.6\n").ids == ("7", "8")
    assert read("ID,LABEL,GMV_1\n7,1,0.5\n,0,0.6\n").ids == ("7", "site row 2")


def test_new_subjects_may_have_a_label_that_is_no_class() -> None:
    table = read_table(b"ID,LABEL,GMV_1\na,inf,1\nb,1e300,1\nc,0.5,1\nd,-1,1\ne,,1\nf,1,1\n")
    assert from_table(table, "new", "any").labels.tolist() == [NO_CLASS] * 6


def test_a_missing_cell_is_missing_in_every_notation() -> None:
    cohort = read("ID,LABEL,GMV_1,GMV_2,GMV_3\np1,1,,NA,nan\np2,0,1,2,3\n")
    assert np.isnan(cohort.features[0]).all()
    assert [finding.count for finding in cohort.findings] == [3]


@unhurried
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_cohort_or_an_error_of_ours(content: bytes) -> None:
    try:
        cohort = from_table(read_table(content), "site")
    except CohortError as error:
        assert all(error.sentences)
    else:
        assert len(cohort)


NAMES = st.sampled_from(["ID", "LABEL", "LABEL_GROUP", "GMV_1", "GMV_2", "DC_1", "FC_1_2", "AGE"])
CELLS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.lists(st.integers(), max_size=2)
)  # fmt: skip
COLUMNS = st.dictionaries(NAMES, st.dictionaries(st.sampled_from("012"), CELLS, max_size=3))


@unhurried
@given(COLUMNS | CELLS)
def test_any_json_is_a_cohort_or_an_error_of_ours(value: Any) -> None:
    try:
        cohort = from_json(json.dumps(value), "site")
    except CohortError as error:
        assert all(error.sentences)
    else:
        assert len(cohort) == len(cohort.labels) == len(cohort.features)


def test_real_tables_read_alike_from_csv_and_from_the_database(data: Path) -> None:
    for path in sorted(data.glob("*.csv")):
        from_csv = from_table(read_table(path), path.stem)
        stored = from_json(pd.read_csv(path).to_json(), path.stem)
        assert (stored.ids, stored.layout, stored.findings) == (
            from_csv.ids, from_csv.layout, from_csv.findings,
        )  # fmt: skip
        # to_json writes 10 decimals
        np.testing.assert_allclose(stored.features, from_csv.features, rtol=0, atol=1e-10)


def test_real_sites_have_the_subjects_they_are_named_for(site_a: Cohort, site_b: Cohort) -> None:
    assert site_a.class_counts() == {0: 205, 1: 140}
    assert site_b.class_counts() == {0: 29, 1: 29}
    assert site_a.layout == site_b.layout
    assert site_a.measures == ("ALFF", "DC", "GMV", "ReHo")
    assert site_a.regions == tuple(str(region) for region in range(1, 91))
    assert site_a.notes == site_b.notes == ()


def test_real_site_b_is_finite_once_scaled_and_names_its_two_subjects(
    site_a: Cohort, site_b: Cohort
) -> None:
    assert {finding.subject for finding in site_b.findings} == {"SZP2018007", "SZP2018021"}
    for training in (site_a, site_b):
        scaled = Scaler.fit(training.features).transform(site_b.features)
        assert np.isfinite(scaled).all()
        assert scaled.std() > 0.5
