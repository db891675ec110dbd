"""Tables of the same columns and other subjects in one folder: one cohort, or asked."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError
from graphnet.readers.reading import Reading, read

PAIRS = [(one, other) for one in range(1, 6) for other in range(one + 1, 6)]
RANDOM = np.random.default_rng(7)
EDGES = np.round(RANDOM.uniform(-0.9, 0.9, (10, len(PAIRS))), 4)
IDS = [f"a{row}" for row in range(6)] + [f"b{row}" for row in range(4)]
LABELS = [0, 1] * 5
SITE_A, SITE_B = range(6), range(6, 10)


def table(rows: Sequence[int], **columns: Sequence[object]) -> pd.DataFrame:
    """Connectomes and classes of some subjects, with more columns."""
    found = pd.DataFrame({"ID": [IDS[row] for row in rows], "LABEL": [LABELS[row] for row in rows]})
    edges = pd.DataFrame(EDGES[list(rows)], columns=[f"FC_{i}_{j}" for i, j in PAIRS])
    return pd.concat([found, pd.DataFrame(columns), edges], axis=1)


def written(folder: Path, **tables: pd.DataFrame) -> Path:
    for name, each in tables.items():
        each.to_csv(folder / f"{name}.csv", index=False)
    return folder


def reading(folder: Path, **answers: str) -> Reading:
    return read(folder, mapping={key.replace("__", "."): value for key, value in answers.items()})


def dataset(folder: Path, **answers: str) -> Dataset:
    return reading(folder, **answers).settled()


def said(found: Dataset) -> str:
    return " ".join(found.interpretation.said)


def is_everybody(found: Dataset) -> None:
    rows = [found.subjects.ids.index(subject) for subject in IDS]
    assert len(found.subjects.ids) == len(IDS)
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes[rows], EDGES, rtol=1e-6)
    assert found.subjects.labels[rows].tolist() == LABELS


def test_tables_of_two_sites_are_one_cohort(tmp_path: Path) -> None:
    other = table(SITE_B)
    written(tmp_path, paris=table(SITE_A), rome=other[other.columns[::-1]])
    found = dataset(tmp_path)
    is_everybody(found)
    assert set(found.subjects.sites) == {""}
    assert "2 tables with the same columns and different subjects" in said(found)
    assert "one table of 10 subjects: paris.csv and rome.csv." in said(found)
    assert "site=file" in said(found)
    assert "joined by the ids" not in said(found)


def test_the_table_is_the_site_where_it_is_asked_to_be(tmp_path: Path) -> None:
    found = dataset(written(tmp_path, paris=table(SITE_A), rome=table(SITE_B)), site="file")
    is_everybody(found)
    assert found.subjects.sites == ("paris",) * 6 + ("rome",) * 4
    assert found.interpretation.site == "file"
    assert "site=file" not in said(found)


def test_a_column_of_sites_counts(tmp_path: Path) -> None:
    written(tmp_path, one=table(SITE_A, SITE=["x", "y"] * 3), two=table(SITE_B, SITE=["z"] * 4))
    found = dataset(tmp_path)
    assert found.subjects.sites == ("x", "y") * 3 + ("z",) * 4
    assert "site=file" not in said(found)


def test_patients_and_controls_may_have_a_table_each(tmp_path: Path) -> None:
    everybody = table(range(10))
    parts = {f"group{label}": everybody[everybody["LABEL"] == label] for label in (1, 0)}
    is_everybody(dataset(written(tmp_path, **parts)))


def test_row_numbers_that_pandas_wrote_are_no_covariate(tmp_path: Path) -> None:
    """They begin again in each table, so that in both together they differ from a row's number."""
    for name, rows in (("patients", SITE_A), ("controls", SITE_B)):
        table(rows).to_csv(tmp_path / f"{name}.csv")
    found = dataset(tmp_path)
    is_everybody(found)
    assert found.subjects.covariates == ()
    left = [each.message.code for each in found.interpretation.left_alone]
    assert left == ["readers_subjects.nameless"]


def test_measures_of_two_sites_are_one_cohort(tmp_path: Path) -> None:
    values = np.round(RANDOM.normal(size=(10, 4)), 5)
    for name, rows in (("one", SITE_A), ("two", SITE_B)):
        measured = table(rows).iloc[:, :2]
        for region in range(4):
            measured[f"GMV_{region + 1}"] = values[list(rows), region]
        written(tmp_path, **{name: measured})
    found = dataset(tmp_path)
    assert found.subjects.ids == tuple(IDS)
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], values)


def test_people_in_a_table_of_their_own_are_joined_with_all_rows(tmp_path: Path) -> None:
    written(
        tmp_path, one=table(SITE_A).drop(columns="LABEL"), two=table(SITE_B).drop(columns="LABEL")
    )
    people = pd.DataFrame({"ID": IDS, "LABEL": LABELS, "AGE": range(20, 30)})
    written(tmp_path, people=people.iloc[::-1])
    found = dataset(tmp_path)
    is_everybody(found)
    assert found.subjects.ids == tuple(IDS[::-1])
    assert "joined by the ids" in said(found)
    found = dataset(tmp_path, site="file")
    is_everybody(found)
    assert found.subjects.sites == ("two",) * 4 + ("one",) * 6


def test_one_table_can_be_chosen(tmp_path: Path) -> None:
    written(tmp_path, one=table(SITE_A), two=table(SITE_B))
    assert dataset(tmp_path, table="two.csv").subjects.ids == tuple(IDS[6:])


def _drop_a_region(found: pd.DataFrame) -> pd.DataFrame:
    return found[[name for name in found.columns if "5" not in name]]


def _age(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(AGE=30)


def _shared(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(ID=["b0", "b1", "b2", "sub-a0"])


def _coded(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(LABEL=found["LABEL"] + 1)


def _in_words(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(LABEL=found["LABEL"].map({0: "HC", 1: "SZ"}))


def _counts(found: pd.DataFrame) -> pd.DataFrame:
    edges = found.filter(like="FC_").columns
    return found.assign(**{name: (100 * found[name].abs()).round() for name in edges})


@pytest.mark.parametrize("change", [_drop_a_region, _age, _shared, _coded, _in_words])
def test_tables_that_differ_in_more_are_asked_for(
    change: Callable[[pd.DataFrame], pd.DataFrame], tmp_path: Path
) -> None:
    written(tmp_path, one=table(SITE_A), two=change(table(SITE_B)))
    found = reading(tmp_path)
    (question,) = found.questions
    assert question.id == "table"
    assert [choice.value for choice in question.choices] == ["one.csv", "two.csv"]
    assert dataset(tmp_path, table="one.csv").subjects.ids == tuple(IDS[:6])


@pytest.mark.parametrize("names", [("train", "test"), ("a_train", "a_val"), ("Train", "Holdout")])
def test_subjects_for_training_and_test_are_never_mixed(
    names: tuple[str, str], tmp_path: Path
) -> None:
    written(tmp_path, **dict(zip(names, (table(SITE_A), table(SITE_B)), strict=True)))
    (question,) = reading(tmp_path).questions
    assert question.id == "table"


def test_connectomes_of_another_kind_are_asked_for(tmp_path: Path) -> None:
    written(tmp_path, one=_as_structural(table(SITE_A)), two=_as_structural(_counts(table(SITE_B))))
    (question,) = reading(tmp_path).questions
    assert question.id == "table"


def _as_structural(found: pd.DataFrame) -> pd.DataFrame:
    return found.rename(columns=lambda name: name.replace("FC_", "SC_"))


def test_the_question_says_who_is_in_two_tables(tmp_path: Path) -> None:
    written(tmp_path, one=table(SITE_A), two=_shared(table(SITE_B)))
    (question,) = reading(tmp_path).questions
    assert "but one.csv and two.csv both have a0." in str(question.sentence)
    written(tmp_path, two=table(range(2, 10)))
    (question,) = reading(tmp_path).questions
    assert "both have 4 subjects (a2, a3, a4 and a5)" in str(question.sentence)
    written(tmp_path, two=table(SITE_B, AGE=range(4)))  # other columns: no rows of one table
    (question,) = reading(tmp_path).questions
    assert "both have" not in str(question.sentence)


FAULTS = [
    ("FC_1_2", "oops", r"^two\.csv: FC_1_2 in row 4 holds 'oops', which is not a number\.$"),
    ("ID", "", r"^two\.csv: 1 row has no id \(row 4\)\. .* fill it in, or delete the row\.$"),
]


@pytest.mark.parametrize(("column", "cell", "refused"), FAULTS)
@pytest.mark.parametrize("beside", ["one", "people", "nothing"])
def test_a_fault_in_one_table_is_said_by_its_name_and_row(
    column: str, cell: str, refused: str, beside: str, tmp_path: Path
) -> None:
    bad = table(SITE_B).astype(object)
    bad.loc[2, column] = cell
    written(tmp_path, two=bad)
    if beside == "one":
        written(tmp_path, one=table(SITE_A))
    elif beside == "people":
        written(tmp_path, people=table(SITE_B)[["ID", "LABEL"]].assign(AGE=30))
    elif column == "ID":
        return  # of one table, a row without an id is read, and said
    with pytest.raises(CohortError, match=refused):
        reading(tmp_path)


def test_a_fault_in_a_table_that_was_not_chosen_is_left_alone(tmp_path: Path) -> None:
    bad = table(SITE_B).astype(object)
    bad.loc[2, "FC_1_2"] = "oops"
    written(tmp_path, one=table(SITE_A), two=bad)
    found = dataset(tmp_path, table="one.csv")
    assert found.subjects.ids == tuple(IDS[:6])
    with pytest.raises(CohortError, match=r"^two\.csv: FC_1_2 in row 4"):
        reading(tmp_path, table="two.csv")
