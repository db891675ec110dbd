"""A folder per class without a table of subjects, and two lines of names above a table.

What is right was decided before anything was read.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.wild.cases import Outcome, alternating, close, edges, equal, labels, outcome, told
from tests.wild.test_same_kinds import (
    COUNT,
    IDS,
    NAMES,
    SCANNED,
    SERIES,
    TRUTH,
    VALUES,
    of,
    text_of,
)

WORDS = [("controls", "patients"), ("HC", "SZ"), ("NC", "AD"), ("健康对照", "抑郁症")]


def in_folders(
    folder: Path, path: str, classes: tuple[str, str] = ("controls", "patients")
) -> Path:
    """Series of a few subjects, each where ``path`` says; the class changes with every subject."""
    for row in range(SCANNED):
        own = path.format(group=classes[row % 2], id=IDS[row], half=row // (SCANNED // 2))
        file = folder / own
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text_of(SERIES[row]))
    return folder


def is_truth(found: Outcome, ids: tuple[str, ...] = IDS[:SCANNED]) -> None:
    """The classes of the folders, and the correlations of each subject's own file."""
    dataset = found.dataset
    order = [dataset.subjects.ids.index(subject) for subject in ids]
    assert [labels(dataset)[row] for row in order] == alternating(SCANNED)
    close(edges(dataset)[order], TRUTH)
    assert "folders" in told(dataset)


@pytest.mark.parametrize("classes", WORDS)
def test_folders_of_known_words_are_classes(tmp_path: Path, classes: tuple[str, str]) -> None:
    is_truth(outcome(in_folders(tmp_path, "{group}/{id}.csv", classes)))


@pytest.mark.parametrize(
    "path",
    [
        "{group}/{id}/series.csv",
        "site{half}/{group}/{id}.csv",
        "{group}/ROISignals_{id}.txt",
        "data/{group}/sub-{id}/func/sub-{id}_task-rest_timeseries.tsv",
    ],
)
def test_folders_of_classes_may_lie_anywhere(tmp_path: Path, path: str) -> None:
    ids = tuple(f"sub-{subject}" if "sub-" in path else subject for subject in IDS[:SCANNED])
    is_truth(outcome(in_folders(tmp_path, path)), ids)


def test_folders_that_may_be_sites_are_named(tmp_path: Path) -> None:
    found = outcome(in_folders(tmp_path, "site{half}/{group}/{id}.csv")).dataset
    assert any("site0" in str(item.what) for item in found.interpretation.left_alone)


def test_folders_of_other_words_are_refused_with_the_way_out(tmp_path: Path) -> None:
    refusal = outcome(in_folders(tmp_path, "{group}/{id}.csv", ("A", "B"))).refusal
    assert "controls" in refusal


def test_folders_of_a_split_are_not_put_together(tmp_path: Path) -> None:
    folder = in_folders(tmp_path / "data", "train/{group}/{id}.csv")
    in_folders(folder, "test/{group}/x{id}.csv")
    assert "split" in outcome(folder).refusal


def test_a_subject_in_two_classes_is_refused_by_id(tmp_path: Path) -> None:
    folder = in_folders(tmp_path, "{group}/{id}.csv")
    (folder / "controls" / f"{IDS[1]}.csv").write_text(text_of(SERIES[1]))
    assert IDS[1] in outcome(folder).refusal


# Two lines of names ---------------------------------------------------------------------------


def two_levels(top: list[str], below: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(VALUES, columns=pd.MultiIndex.from_arrays([top, below]))
    table.insert(0, ("LABEL", ""), alternating(COUNT))
    table.insert(0, ("ID", ""), IDS)
    return table


@pytest.mark.parametrize("way", ["plain", "index", "ids as index", "ids below", "pivoted"])
def test_two_lines_of_names_are_one(tmp_path: Path, way: str) -> None:
    table = two_levels(["GMV"] * len(NAMES), list(NAMES))
    if way == "ids as index":
        table = table.set_index([("ID", "")])
        table.index.name = "ID"
    if way == "pivoted":
        table = table.set_index([("ID", ""), ("LABEL", "")])
        table.index.names = ["ID", "LABEL"]
        table.columns.names = [None, "region"]
    if way == "ids below":
        table.columns = pd.MultiIndex.from_arrays(
            [["", "", *["GMV"] * len(NAMES)], ["ID", "LABEL", *NAMES]]
        )
    table.to_csv(tmp_path / "cohort.csv", index=way in {"index", "ids as index", "pivoted"})
    found = outcome(tmp_path / "cohort.csv").dataset
    assert found.subjects.ids == IDS
    assert labels(found) == alternating(COUNT)
    assert found.regions == NAMES
    assert found.measures == ("GMV",)
    assert found.values is not None
    equal(found.values[:, :, 0], VALUES)
    assert "GMV_Precentral_L" in told(found)


def test_two_lines_of_two_measures_are_one(tmp_path: Path) -> None:
    table = two_levels(["GMV"] * 3 + ["ReHo"] * 3, ["1", "2", "3"] * 2)
    table.to_csv(tmp_path / "cohort.csv", index=False)
    found = outcome(tmp_path / "cohort.csv").dataset
    assert found.measures == ("GMV", "ReHo")
    assert found.values is not None
    equal(np.concatenate([found.values[:, :, 0], found.values[:, :, 1]], axis=1), VALUES)


def test_a_measure_above_the_first_of_its_regions_is_that_of_all(tmp_path: Path) -> None:
    """As merged cells become text."""
    lines = ["ID,LABEL,GMV,,,ReHo,,", f",,{','.join(NAMES[:3] * 2)}"]
    lines += [f"{subject},{row % 2},{','.join(map(str, VALUES[row]))}"
              for row, subject in enumerate(IDS)]  # fmt: skip
    found = of(tmp_path, "\n".join(lines)).dataset
    assert (found.measures, found.regions) == (("GMV", "ReHo"), NAMES[:3])
    assert found.values is not None
    equal(np.concatenate([found.values[:, :, 0], found.values[:, :, 1]], axis=1), VALUES)


def test_a_line_of_other_words_below_the_names_is_refused(tmp_path: Path) -> None:
    lines = [
        f"ID,LABEL,{','.join(f'GMV_{place}' for place in range(1, 7))}",
        f",,{','.join(NAMES)}",
    ]
    lines += [f"{subject},{row % 2},{','.join(map(str, VALUES[row]))}"
              for row, subject in enumerate(IDS)]  # fmt: skip
    refusal = of(tmp_path, "\n".join(lines)).refusal
    assert "Keep one header line" in refusal


# A table beside the folders, and tables for the classes ----------------------------------------


def listed(folder: Path, rows: list[str]) -> Path:
    (folder / "subjects.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_folders_are_the_classes_beside_a_table_without_any(tmp_path: Path) -> None:
    folder = in_folders(tmp_path, "{group}/{id}.csv")
    ages = [f"{subject},{30 + row}" for row, subject in enumerate(IDS[:SCANNED])]
    found = outcome(listed(folder, ["ID,AGE", *ages]))
    is_truth(found)
    assert [covariate.name for covariate in found.dataset.subjects.covariates] == ["AGE"]


@pytest.mark.parametrize("words", [("0", "1"), ("HC", "SZ"), ("1", "2")])
def test_folders_and_a_table_that_agree_are_read(tmp_path: Path, words: tuple[str, str]) -> None:
    folder = in_folders(tmp_path, "{group}/{id}.csv")
    rows = [f"{subject},{words[row % 2]}" for row, subject in enumerate(IDS[:SCANNED])]
    found = outcome(listed(folder, ["ID,LABEL", *rows]))
    if words == ("1", "2"):
        found.question("class.positive")
    else:
        assert labels(found.dataset) == alternating(SCANNED)


@pytest.mark.parametrize("words", [("1", "0"), ("SZ", "HC")])
def test_folders_that_contradict_the_table_are_refused(
    tmp_path: Path, words: tuple[str, str]
) -> None:
    folder = in_folders(tmp_path, "{group}/{id}.csv")
    rows = [f"{subject},{words[row % 2]}" for row, subject in enumerate(IDS[:SCANNED])]
    assert "contradict" in outcome(listed(folder, ["ID,LABEL", *rows])).refusal


@pytest.mark.parametrize(
    "names", [("controls", "patients"), ("HC_GMV", "SZ_GMV"), ("GMV-NC", "GMV-AD")]
)
def test_tables_that_are_called_after_classes_are_classes(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    header = ",".join(["ID", *(f"GMV_{region}" for region in range(1, 7))])
    for label, name in enumerate(names):
        rows = [",".join([IDS[row], *map(str, VALUES[row])]) for row in range(label, COUNT, 2)]
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")
    found = outcome(tmp_path).dataset
    order = [found.subjects.ids.index(subject) for subject in IDS]
    assert [labels(found)[row] for row in order] == alternating(COUNT)
    assert found.values is not None
    equal(found.values[order][:, :, 0], VALUES)
    assert "names were read as the classes" in told(found)


def test_a_list_with_a_subject_twice_beside_measures_is_named(tmp_path: Path) -> None:
    header = ",".join(["ID", *(f"GMV_{region}" for region in range(1, 7))])
    rows = [",".join([subject, *map(str, VALUES[row])]) for row, subject in enumerate(IDS)]
    (tmp_path / "gmv.csv").write_text("\n".join([header, *rows]) + "\n")
    people = [f"{subject},{row % 2}" for row, subject in enumerate(IDS)]
    refusal = outcome(listed(tmp_path, ["ID,LABEL", *people, people[3]])).refusal
    assert IDS[3] in refusal
    assert "subjects.csv" in refusal
