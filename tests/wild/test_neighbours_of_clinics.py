"""What a clinic puts together from several hands: sites coded differently, files listed by name.

What is right was decided before anything was read.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import cohort_of
from graphnet.readers.subjects.words import plain
from tests.wild.cases import (
    FloatArray,
    alternating,
    answered,
    choices,
    close,
    edges,
    equal,
    fisher,
    labels,
    one_measure,
    outcome,
    told,
)
from tests.wild.test_same_kinds import COUNT, IDS, NAMES, VALUES, is_base, of, table

RANDOM = np.random.default_rng(19)
FRAME = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
SITES = ["A"] * (COUNT // 2) + ["B"] * (COUNT // 2)
AGES = RANDOM.integers(18, 60, COUNT)
MEN = RANDOM.permutation(alternating(COUNT))
LATER = np.array(SITES) == "B"


def with_columns(tmp_path: Path, **columns: Any) -> str:
    """What was said of a table with these columns, and which covariates it has."""
    found = of(tmp_path, FRAME.assign(SITE=SITES, **columns).to_csv(index=False)).dataset
    is_base(found)
    return f"{[each.name for each in found.subjects.covariates]} {told(found)}"


@pytest.mark.parametrize("column", ["Zentrum", "Standort", "Klinik", "Hôpital", "Centro", "Sito"])
def test_sites_of_other_languages_are_sites(tmp_path: Path, column: str) -> None:
    months = np.where(LATER, 12 * AGES, AGES)
    added: dict[str, Any] = {column: SITES, "Alter": months}
    frame = FRAME.assign(**added)
    found = of(tmp_path, frame.to_csv(index=False)).dataset
    is_base(found)
    assert list(found.subjects.sites) == SITES
    assert found.subjects.covariates == ()
    assert "Alter is in different units in sites" in told(found)


@pytest.mark.parametrize("sex", [
    np.where(LATER, MEN, MEN + 1), np.where(LATER, np.where(MEN, "M", "F"), MEN.astype(str)),
    np.where(LATER, MEN + 2, MEN),
])  # fmt: skip
def test_a_sex_coded_differently_at_sites_is_left_out(tmp_path: Path, sex: FloatArray) -> None:
    said = with_columns(tmp_path, SEX=sex)
    assert said.startswith("[]")
    assert "SEX is coded in different ways" in said


@pytest.mark.parametrize("sex", [
    MEN, np.where(MEN, "m", "w"), np.where(LATER, np.where(MEN, "male", "female"),
                                          np.where(MEN, "M", "F")),
    np.where(LATER, 1, MEN),
])  # fmt: skip
def test_a_sex_coded_alike_at_sites_stays(tmp_path: Path, sex: FloatArray) -> None:
    assert with_columns(tmp_path, SEX=sex).startswith("['SEX']")


@pytest.mark.parametrize(
    ("name", "values"),
    [("AGE", np.where(LATER, AGES * 12, AGES)), ("Alter", np.where(LATER, AGES * 365, AGES)),
     ("ICV", np.where(LATER, 1, 1e6) * RANDOM.uniform(1.2, 1.8, COUNT)),
     ("height", np.where(LATER, 1, 100) * RANDOM.uniform(1.5, 1.9, COUNT))],
)  # fmt: skip
def test_a_covariate_in_two_units_is_left_out(
    tmp_path: Path, name: str, values: FloatArray
) -> None:
    said = with_columns(tmp_path, **{name: values})
    assert said.startswith("[]")
    assert f"{name} is in different units" in said


@pytest.mark.parametrize(
    ("name", "values"),
    [("AGE", np.where(LATER, AGES + 40, AGES)), ("months", np.where(LATER, AGES * 12, AGES * 9)),
     ("dose", np.where(MEN, 0, AGES * 10)), ("score", np.where(LATER, AGES - 40, AGES))],
)  # fmt: skip
def test_a_covariate_that_sites_differ_in_stays(
    tmp_path: Path, name: str, values: FloatArray
) -> None:
    assert with_columns(tmp_path, **{name: values}).startswith(f"['{name}']")


def cohort(tmp_path: Path, name: str, rows: slice, **columns: Any) -> Cohort:
    frame = FRAME.assign(**columns).iloc[rows]
    return cohort_of(of(tmp_path, frame.to_csv(index=False), f"{name}.csv").dataset, name)


def test_datasets_are_compared_as_sites_are(tmp_path: Path) -> None:
    both = merge(
        [
            cohort(tmp_path, "one", slice(0, 12), SEX=MEN, AGE=AGES, FD=AGES),
            cohort(tmp_path, "two", slice(12, 24), SEX=MEN + 1, AGE=AGES * 12, FD=AGES),
        ]
    )
    assert [each.name for each in both.covariates] == ["FD"]
    codes = {note.code for note in both.notes}
    assert {"data.covariate-codes", "data.covariate-units"} <= codes


def test_classes_coded_differently_at_sites_are_refused(tmp_path: Path) -> None:
    coded = np.where(LATER, alternating(COUNT), np.array(alternating(COUNT)) + 1)
    text = FRAME.assign(SITE=SITES, LABEL=coded).to_csv(index=False)
    assert "1 and 2 at site A, but 0 and 1 at site B" in of(tmp_path, text).refusal
    coded[0] = 0  # a site has all three
    text = FRAME.assign(SITE=SITES, LABEL=coded).to_csv(index=False)
    found = of(tmp_path, text, "other.csv").dataset
    assert labels(found) == coded.tolist()


def test_who_is_in_two_classes_is_named_with_them(tmp_path: Path) -> None:
    words = FRAME.assign(LABEL=["HC", "SZ"] * (COUNT // 2))
    both = pd.concat([words, words.iloc[:1].assign(LABEL="SZ")])
    assert f"{IDS[0]} (HC and SZ)" in of(tmp_path, both.to_csv(index=False)).refusal


# Files -----------------------------------------------------------------------------------------

LISTED = IDS[:8]
SERIES = RANDOM.normal(size=(8, 40, 5)) + RANDOM.normal(size=(8, 40, 1))


def listed(folder: Path, paths: list[str], cells: list[str]) -> Path:
    """Series in files without ids in their names, which a column of the table names."""
    for path, series in zip(paths, SERIES, strict=True):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(file, series)
    people = pd.DataFrame({"ID": LISTED, "LABEL": alternating(8), "file_name": cells})
    people.to_csv(folder / "subjects.csv", index=False)
    return folder


SCANS = [f"scan_{letter}.txt" for letter in "hgfedcba"]
DEEP = [f"run/{letter}/scan.txt" for letter in "hgfedcba"]


@pytest.mark.parametrize(
    ("paths", "cells"),
    [(SCANS, SCANS), (SCANS, [f"/home/lab/data/{name}" for name in SCANS]),
     (SCANS, [f"D:\\data\\{name}" for name in SCANS]), (SCANS, [name[:-4] for name in SCANS]),
     (DEEP, DEEP), (DEEP, [f"./{path}" for path in DEEP])],
)  # fmt: skip
def test_files_belong_to_whom_a_column_says(
    tmp_path: Path, paths: list[str], cells: list[str]
) -> None:
    found = outcome(listed(tmp_path, paths, cells)).dataset
    assert found.subjects.ids == LISTED
    assert labels(found) == alternating(8)
    close(edges(found), np.stack([fisher(series) for series in SERIES]))
    assert "file_name" in told(found)


def test_a_column_that_contradicts_the_names_is_asked_about(tmp_path: Path) -> None:
    """A table that was sorted by one column alone, or numbers that count something else."""
    paths = [f"ROISignals_{subject}.txt" for subject in LISTED]
    moved = [*paths[1:], paths[0]]
    found = choices(listed(tmp_path, paths, moved), "files.column")
    wanted = np.stack([fisher(series) for series in SERIES])
    close(edges(found["names"].dataset), wanted)
    close(edges(found["column"].dataset), np.roll(wanted, -1, axis=0))


def test_numbers_that_names_of_files_count_are_asked_about(tmp_path: Path) -> None:
    paths = [f"scan_{row:03}.txt" for row in range(1, 9)]
    folder = listed(tmp_path, paths, [*paths[1:], paths[0]])
    people = pd.read_csv(folder / "subjects.csv").assign(ID=range(1, 9))
    people.to_csv(folder / "subjects.csv", index=False)
    outcome(folder).question("files.column")


def test_a_column_that_says_what_the_names_say_is_not_used(tmp_path: Path) -> None:
    paths = [f"ROISignals_{subject}.txt" for subject in LISTED]
    found = outcome(listed(tmp_path, paths, paths)).dataset
    close(edges(found), np.stack([fisher(series) for series in SERIES]))
    assert "names them in" not in told(found)


def test_a_column_that_names_only_some_files_says_nothing(tmp_path: Path) -> None:
    folder = listed(tmp_path, SCANS, [*SCANS[:7], "scan_z.txt"])
    assert outcome(folder).refusal


def test_percentages_in_matrices_are_named(tmp_path: Path) -> None:
    for subject, series in zip(LISTED, SERIES, strict=True):
        rows = [",".join(f"{100 * cell:.1f}%" for cell in row) for row in np.corrcoef(series.T)]
        (tmp_path / f"{subject}.csv").write_text("\n".join(rows) + "\n")
    people = pd.DataFrame({"ID": LISTED, "LABEL": alternating(8)})
    people.to_csv(tmp_path / "subjects.csv", index=False)
    assert "percentages ('100.0%')" in outcome(tmp_path).refusal


@pytest.mark.parametrize("separator", [",", "\t", " ", "|"])
@pytest.mark.parametrize(
    "line",
    ["(24 rows affected)", "24 rows selected.", "(24 rows)", "24 rows in set (0.02 sec)",
     "\n(24 row(s) affected)"],
)  # fmt: skip
def test_lines_that_a_database_prints_are_no_rows(
    tmp_path: Path, separator: str, line: str
) -> None:
    found = of(tmp_path, table(separator=separator) + line + "\n").dataset
    is_base(found)
    assert "database" in told(found)


# Atlases and unnamed columns --------------------------------------------------------------------

PLACES = [[-40, -6, 51], [41, -8, 52], [-36, 6, 3], [38, 6, 2], [-7, -80, 27], [13, -79, 28]]


@pytest.mark.parametrize(
    "content",
    [dict(zip(NAMES, PLACES, strict=True)),
     {name: {"x": x, "y": y, "z": z} for name, (x, y, z) in zip(NAMES, PLACES, strict=True)}],
)  # fmt: skip
def test_coordinates_of_an_atlas_are_no_subjects(tmp_path: Path, content: object) -> None:
    assert "coordinates" in of(tmp_path, json.dumps(content), "atlas.json").refusal


@pytest.mark.parametrize("first", [0, 1])
def test_an_array_beside_a_table_is_asked_about(tmp_path: Path, first: int) -> None:
    """As ``cbind`` and ``concat`` put it there: columns called by numbers alone."""
    columns = [str(first + region) for region in range(VALUES.shape[1])]
    text = table(columns=tuple(columns), AGE="30")
    of(tmp_path, text).question("regions.value")
    found = outcome(tmp_path / "cohort.csv", regions__value="regions").dataset
    equal(one_measure(found), VALUES)
    assert found.regions == tuple(columns)


def test_white_matter_parcels_of_freesurfer(tmp_path: Path) -> None:
    """Unsegmented white matter is a row of wmparc like others, and asked about in other tables."""
    names = ("wm-lh-cuneus", "wm-lh-insula", "wm-rh-cuneus", "wm-rh-insula",
             "Left-UnsegmentedWhiteMatter", "Right-UnsegmentedWhiteMatter")  # fmt: skip
    text = table(columns=names, MaskVol="1500000")
    found = of(tmp_path, text.replace("ID", "Measure:volume", 1)).dataset
    assert (found.measures, found.regions) == (("volume",), names)
    equal(one_measure(found), VALUES)
    of(tmp_path, text, "other.csv").question("regions.tissues")


# Regions in two spellings -----------------------------------------------------------------------

OTHER = VALUES + 0.1
FRONTS = ["AAL_", "aal3-", "ROI ", "ctx-", "aparc_"]


@pytest.mark.parametrize("front", [*FRONTS, ""])
def test_an_atlas_in_front_of_regions_is_none_of_their_names(tmp_path: Path, front: str) -> None:
    """ALFF_AAL_Insula_L of one tool, GMV_Insula_L of another; separators and capitals differ."""
    named = [f"GMV_{name}" for name in NAMES]
    spelled = [f"ALFF_{front}{name.lower().replace('_', '-')}" for name in NAMES]
    (tmp_path / "gmv.csv").write_text(table(columns=tuple(named)))
    others = pd.read_csv(io.StringIO(table(OTHER, tuple(spelled))), dtype=str)
    others.drop(columns="LABEL").to_csv(tmp_path / "alff.csv", index=False)
    found = outcome(tmp_path).dataset
    assert set(found.measures) == {"ALFF", "GMV"}
    plain_names = [plain(name) for name in NAMES]
    assert sorted(map(plain, found.regions)) == sorted(plain_names)
    order = [plain_names.index(plain(name)) for name in found.regions]
    assert found.values is not None
    equal(found.values[:, :, found.measures.index("GMV")], VALUES[:, order])
    np.testing.assert_allclose(
        found.values[:, :, found.measures.index("ALFF")], OTHER[:, order], atol=1e-6
    )
    assert "spells its 6 regions" in told(found)


def test_sites_that_spell_regions_in_two_ways_are_one_cohort(tmp_path: Path) -> None:
    lines = table(columns=tuple(f"GMV_{name}" for name in NAMES)).splitlines(keepends=True)
    spelled = lines[0].replace("GMV_", "GMV_AAL_")
    (tmp_path / "one.csv").write_text("".join(lines[:13]))
    (tmp_path / "two.csv").write_text(spelled + "".join(lines[13:]))
    found = outcome(tmp_path).dataset
    assert found.subjects.ids == IDS
    assert found.regions == NAMES
    equal(one_measure(found), VALUES)


def test_a_visit_in_front_of_regions_is_no_atlas(tmp_path: Path) -> None:
    named = table(columns=tuple(f"GMV_{name}" for name in NAMES))
    (tmp_path / "one.csv").write_text(named)
    (tmp_path / "two.csv").write_text(named.replace("GMV_", "GMV_followup_"))
    assert outcome(tmp_path).questions


# Classes in several spellings --------------------------------------------------------------------

PATIENT = np.array(alternating(COUNT)) == 1


def of_classes(tmp_path: Path, name: str, words: FloatArray, column: str = "LABEL") -> Path:
    file = tmp_path / name
    frame = FRAME.rename(columns={"LABEL": column})
    frame.assign(SITE=SITES, **{column: words}).to_csv(file, index=False)
    return file


def test_words_of_sites_for_patients_are_asked_about(tmp_path: Path) -> None:
    words = np.where(
        PATIENT, np.where(LATER, "SCZ", "Schizophrenia"), np.where(LATER, "HC", "control")
    )
    file = of_classes(tmp_path, "x.csv", words)
    found = choices(file, "class.sites")
    assert labels(found["one"].dataset) == alternating(COUNT)
    assert "SCZ is class 2" not in told(found["one"].dataset)
    assert set(labels(found["several"].dataset)) == {0, 1, 2}


@pytest.mark.parametrize(
    "words",
    [np.where(PATIENT, np.where(np.arange(COUNT) % 3, "SZ", "BD"), "HC"),
     np.where(PATIENT, "SZ", "HC"), np.where(PATIENT, np.where(LATER, "BD", "SZ"),
                                            np.where(LATER, "MDD", "HC"))],
)  # fmt: skip
def test_classes_that_sites_share_are_not_asked_about(tmp_path: Path, words: FloatArray) -> None:
    assert len(outcome(of_classes(tmp_path, "x.csv", words)).dataset) == COUNT


def test_words_beside_numbers_are_no_classes(tmp_path: Path) -> None:
    words = np.where(LATER, np.where(PATIENT, "1", "0"), np.where(PATIENT, "patient", "control"))
    refusal = outcome(of_classes(tmp_path, "x.csv", words)).refusal
    assert "nothing says what the numbers mean" in refusal
    words = np.where(PATIENT, np.where(np.arange(COUNT) % 3, "1", "2"), "HC")  # subtypes
    assert set(labels(outcome(of_classes(tmp_path, "y.csv", words)).dataset)) == {0, 1, 2}


@pytest.mark.parametrize("column", ["Group_SZ", "dx.SZ", "Group (choice=SZ)", "Group[T.SZ]"])
def test_a_column_of_one_class_is_offered(tmp_path: Path, column: str) -> None:
    file = of_classes(tmp_path, "x.csv", PATIENT.astype(int), column)
    assert [choice.value for choice in outcome(file).question("class").choices] == [column, "none"]
    assert labels(answered(file, {"class": column}).dataset) == alternating(COUNT)
