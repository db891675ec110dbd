"""Workbooks with the people on one sheet and their measures on others: joined by id, or asked.

What is right was decided before anything was read.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.wild.cases import FloatArray, alternating, equal, labels, one_measure, outcome, told
from tests.wild.test_neighbours_of_workbooks import Row, written
from tests.wild.test_same_kinds import COUNT, EDGES, IDS, NAMES, PAIRS, VALUES

GMV = [f"GMV_{region + 1}" for region in range(len(NAMES))]
REHO = [f"ReHo_{region + 1}" for region in range(len(NAMES))]
SHUFFLED = np.random.default_rng(3).permutation(COUNT)
PEOPLE: list[Row] = [["ID", "LABEL", "AGE"]]
PEOPLE += [[subject, row % 2, 20 + row] for row, subject in enumerate(IDS)]


def measured(columns: Sequence[str], values: FloatArray, *, with_class: bool = False) -> list[Row]:
    """A sheet of one measure, whose rows are in another order than those of the people."""
    names: Row = ["ID", *(["LABEL"] if with_class else []), *columns]
    return [names] + [
        [IDS[row], *([row % 2] if with_class else []), *values[row].tolist()]
        for row in SHUFFLED.tolist()
    ]


def test_people_and_measures_on_sheets_are_joined(tmp_path: Path) -> None:
    sheets = {"people": PEOPLE, "grey matter": measured(GMV, VALUES)}
    found = outcome(written(tmp_path, sheets)).dataset
    assert found.interpretation.kind == "xlsx"
    assert found.subjects.ids == IDS
    assert labels(found) == alternating(COUNT)
    equal(one_measure(found), VALUES)
    (age,) = found.subjects.covariates
    assert age.numbers.tolist() == list(range(20, 20 + COUNT))
    assert "people" in told(found)
    assert "grey matter" in told(found)


def test_measures_on_sheets_of_their_own_are_beside_each_other(tmp_path: Path) -> None:
    """Their columns are regions alone: the measures are called like the sheets."""
    sheets: dict[str, list[Row]] = {
        "people": PEOPLE,
        "GMV": measured(NAMES, VALUES),
        "ReHo": measured(NAMES, 3 * VALUES),
        "notes": [["variable", "meaning"], ["AGE", "years"], ["GMV", "ml"]],
    }
    found = outcome(written(tmp_path, sheets)).dataset
    assert found.regions == NAMES
    assert found.measures == ("GMV", "ReHo")
    assert found.values is not None
    equal(found.values[:, :, 0], VALUES)
    equal(found.values[:, :, 1], 3 * VALUES)


def test_a_connectome_on_a_sheet_is_joined(tmp_path: Path) -> None:
    columns = [f"FC_{one + 1}_{other + 1}" for one, other in PAIRS]
    found = outcome(written(tmp_path, {"people": PEOPLE, "FC": measured(columns, EDGES)})).dataset
    assert labels(found) == alternating(COUNT)
    assert found.connectomes is not None
    equal(found.connectomes.astype(np.float64).round(4), EDGES)


def test_a_sheet_that_could_do_alone_is_asked_about(tmp_path: Path) -> None:
    sheets = {"first": measured(GMV, VALUES, with_class=True), "second": measured(REHO, VALUES)}
    path = written(tmp_path, sheets)
    question = outcome(path).question("sheet")
    assert [choice.value for choice in question.choices] == ["joined", "first", "second"]
    both = outcome(path, sheet="joined").dataset
    assert both.measures == ("GMV", "ReHo")
    assert outcome(path, sheet="first").dataset.measures == ("GMV",)


def test_sheets_of_two_visits_are_not_joined(tmp_path: Path) -> None:
    sheets = {
        "T1": measured(GMV, VALUES, with_class=True),
        "T2": measured(GMV, VALUES + 0.01, with_class=True),
    }
    question = outcome(written(tmp_path, sheets)).question("sheet")
    assert [choice.value for choice in question.choices] == ["T1", "T2"]


def test_subjects_on_one_of_two_sheets_are_named(tmp_path: Path) -> None:
    sheets = {"people": PEOPLE[:-1], "GMV": measured(GMV, VALUES)}
    assert IDS[-1] in outcome(written(tmp_path, sheets)).refusal


def test_questions_on_people_are_asked_of_joined_sheets(tmp_path: Path) -> None:
    people = [PEOPLE[0]] + [[row[0], int(str(row[1])) + 1, row[2]] for row in PEOPLE[1:]]
    path = written(tmp_path, {"people": people, "GMV": measured(GMV, VALUES)})
    outcome(path).question("class.positive")
    assert labels(outcome(path, class__positive="2").dataset) == alternating(COUNT)
