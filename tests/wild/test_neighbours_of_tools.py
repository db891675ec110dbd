"""What tools write, as people join it to their subjects: the right numbers, or words.

What is right was decided before anything was read.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io

from tests.wild.cases import (
    FloatArray,
    alternating,
    choices,
    close,
    edges,
    equal,
    every_reading,
    labels,
    one_measure,
    outcome,
    told,
)
from tests.wild.test_neighbours_of_workbooks import Row, written
from tests.wild.test_same_kinds import (
    COUNT,
    IDS,
    POINTS,
    SCANS,
    SERIES,
    TRUTH,
    VALUES,
    Text,
    each_scan,
    folder_of,
    is_base,
    is_truth,
    of,
    table,
    text_of,
)

RANDOM = np.random.default_rng(41)
CORTEX = ("bankssts", "cuneus", "insula", "lingual")
# As asegstats2table writes them; of these WM- and -area are words of measures as well.
ASEG = (
    "Left-Lateral-Ventricle", "Left-Inf-Lat-Vent", "Left-Thalamus", "Left-Caudate",
    "3rd-Ventricle", "Brain-Stem", "Left-Hippocampus", "Left-Amygdala", "Left-Accumbens-area",
    "Left-VentralDC", "Right-Thalamus", "Right-Caudate", "Right-Hippocampus", "Right-Amygdala",
    "Right-Accumbens-area", "WM-hypointensities", "Left-WM-hypointensities",
    "Right-WM-hypointensities", "Optic-Chiasm", "CC_Posterior", "CC_Central",
)  # fmt: skip
VOLUMES = RANDOM.normal(4000, 300, (COUNT, len(ASEG))).round(1)


def with_people(columns: Sequence[str], values: FloatArray, **others: Sequence[object]) -> str:
    """A table of 24 subjects with their classes, of these columns."""
    people = pd.DataFrame({"ID": IDS, "LABEL": alternating(COUNT), **others})
    return pd.concat([people, pd.DataFrame(values, columns=list(columns))], axis=1).to_csv(
        index=False
    )


# FreeSurfer ----------------------------------------------------------------------------------


def of_aparc(side: str, values: FloatArray, ids: Sequence[str] = IDS) -> pd.DataFrame:
    """As aparcstats2table writes one hemisphere."""
    names = [f"{side}_{name}_thickness" for name in CORTEX]
    whole = {"BrainSegVolNotVent": 1e6 + values[:, 0], "eTIV": 1.5e6 + values[:, 1]}
    frame = pd.DataFrame(values, columns=names).assign(**whole)
    frame.insert(0, f"{side}.aparc.thickness", list(ids))
    return frame


THICKNESS = RANDOM.normal(2.5, 0.2, (2, COUNT, len(CORTEX))).round(3)


@pytest.mark.parametrize("ends", [("_x", "_y"), (".x", ".y")])
@pytest.mark.parametrize("row_names", [False, True])
def test_hemispheres_that_were_merged_are_read(
    tmp_path: Path, ends: tuple[str, str], *, row_names: bool
) -> None:
    """The subjects are named in two columns, which FreeSurfer calls after what it measured."""
    left, right = of_aparc("lh", THICKNESS[0]), of_aparc("rh", THICKNESS[1])
    both = left.merge(
        right, left_on="lh.aparc.thickness", right_on="rh.aparc.thickness", suffixes=ends
    ).assign(Dx=alternating(COUNT))
    text = both.to_csv(index=row_names, index_label="" if row_names else None)
    found = of(tmp_path, text).dataset
    assert found.subjects.ids == IDS
    assert found.measures == ("thickness",)
    equal(one_measure(found), np.hstack([*THICKNESS]))
    assert {"eTIV" + end for end in ends} <= {each.name for each in found.subjects.covariates}


@pytest.mark.parametrize("corner", ["Measure.volume", "Measure:volume"])
def test_subjects_of_structures_are_known_behind_row_numbers(tmp_path: Path, corner: str) -> None:
    text = with_people(ASEG, VOLUMES).replace("ID", corner, 1)
    numbered = [f"{row or ''},{line}\n" for row, line in enumerate(text.splitlines())]
    of(tmp_path, "".join(numbered))
    readings = every_reading(tmp_path / "cohort.csv")
    assert readings
    assert all(each.subjects.ids == IDS for each in readings)


SPELLED: dict[str, Callable[[str], str]] = {
    "FreeSurfer": str,
    "underscores": lambda name: name.replace("-", "_"),
    "R": lambda name: ("X" if name[0].isdigit() else "") + name.replace("-", "."),
}


@pytest.mark.parametrize("spelling", SPELLED)
def test_structures_are_regions_of_one_measure(tmp_path: Path, spelling: str) -> None:
    """Never those alone whose names hold the word of a measure, as WM-hypointensities."""
    columns = [SPELLED[spelling](name) for name in ASEG]
    of(tmp_path, with_people(columns, VOLUMES)).question("regions.names")
    by_answer = choices(tmp_path / "cohort.csv", "regions.names")
    equal(one_measure(by_answer["all"].dataset), VOLUMES)
    known = by_answer["known"].dataset
    assert len(known.regions) > len(ASEG) // 2
    equal(one_measure(known), VOLUMES[:, [columns.index(name) for name in known.regions]])


def test_points_of_the_longitudinal_stream_are_of_one_subject(tmp_path: Path) -> None:
    parts = [
        of_aparc("lh", values, [f"{name}_ses-{time}.long.{name}" for name in IDS])
        for time, values in enumerate(THICKNESS, 1)
    ]
    both = pd.concat(parts).assign(Dx=alternating(COUNT) * 2)
    found = of(tmp_path, both.to_csv(index=False)).dataset
    assert found.subjects.ids == IDS * 2
    assert f"{IDS[0]}_ses-1.long.{IDS[0]}" in told(found)


def test_fields_of_uk_biobank_are_refused_as_r_writes_them(tmp_path: Path) -> None:
    columns = [f"X{field}.2.0" for field in range(26755, 26761)]
    assert "UK Biobank" in of(tmp_path, table(columns=tuple(columns))).refusal


# Names of regions ----------------------------------------------------------------------------

NETWORKS = [f"{side}{name}_{number}" for side in "lr" for number in (1, 2)
            for name in ("Vis", "SomMot", "DorsAttn_Post", "Limbic_OFC")]  # fmt: skip
OF_CONN = [f"atlas.{name}" for name in (
    "FP r (Frontal Pole Right)", "FP l (Frontal Pole Left)", "IC r (Insular Cortex Right)",
    "IC l (Insular Cortex Left)", "Thalamus r", "Thalamus l")]  # fmt: skip


@pytest.mark.parametrize("columns", [NETWORKS, OF_CONN], ids=["CAT12", "CONN"])
def test_a_few_known_words_make_no_measure_of_what_stands_before(
    tmp_path: Path, columns: list[str]
) -> None:
    """``OFC`` is a region, and ``lLimbic`` before it is no measure; nor is ``atlas.FP``."""
    values = RANDOM.normal(2.5, 0.2, (COUNT, len(columns))).round(3)
    found = of(tmp_path, with_people(columns, values)).dataset
    assert found.regions == tuple(columns)
    equal(one_measure(found), values)


def test_regions_of_two_atlases_are_asked_about(tmp_path: Path) -> None:
    columns = [f"GMV_{atlas}_{region}" for atlas in ("AAL", "BNA") for region in range(1, 7)]
    both = np.hstack([VALUES, VALUES + 1])
    of(tmp_path, with_people(columns, both))
    read = choices(tmp_path / "cohort.csv", "regions.atlases")
    equal(one_measure(read["aal"].dataset), VALUES)
    equal(one_measure(read["bna"].dataset), VALUES + 1)
    equal(one_measure(read["all"].dataset), both)


# Text that is written in other ways ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["ids", "all cells", "workbook"])
def test_apostrophes_that_mark_text_belong_to_no_cell(tmp_path: Path, kind: str) -> None:
    lines = [line.split(",") for line in table().splitlines()]
    if kind == "all cells":
        text = "".join(",".join(f"'{cell}'" for cell in line) + "\n" for line in lines)
    else:
        text = "\n".join(",".join(lines[0]) if not row else ",".join([f"'{line[0]}", *line[1:]])
                         for row, line in enumerate(lines))  # fmt: skip
    found = of(tmp_path, text)
    if kind == "workbook":
        marked: list[Row] = [[f"'{line[0]}", int(line[1]), *map(float, line[2:])]
                             for line in lines[1:]]  # fmt: skip
        found = outcome(written(tmp_path, {"A": [list(lines[0]), *marked]}))
    is_base(found.dataset)
    assert "apostrophe" in told(found.dataset)


@pytest.mark.parametrize("site", ["'s-Hertogenbosch", "'t Gooi"])
def test_an_apostrophe_of_a_word_stays(tmp_path: Path, site: str) -> None:
    assert set(of(tmp_path, table(SITE=site)).dataset.subjects.sites) == {site}


@pytest.mark.parametrize("code", ["99.99", "999.9"])
def test_codes_with_decimals_are_asked_about(tmp_path: Path, code: str) -> None:
    of(tmp_path, table().replace(f",{VALUES[3, 2]:g},", f",{code},", 1))
    wanted = VALUES.copy()
    wanted[3, 2] = np.nan
    read = choices(tmp_path / "cohort.csv", "missing.GMV")
    equal(one_measure(read["missing"].dataset), wanted)
    wanted[3, 2] = float(code)
    equal(one_measure(read["value"].dataset), wanted)


def test_marks_of_ids_are_none_beside_files(tmp_path: Path) -> None:
    scans = {f"{name}.txt": text_of(SERIES[row]) for row, name in enumerate(SCANS)}
    folder = folder_of(tmp_path, scans)
    people = [f"'{name},{row % 2}\n" for row, name in enumerate(SCANS)]
    (folder / "participants.tsv").unlink()
    (folder / "subjects.csv").write_text("ID,LABEL\n" + "".join(people))
    is_truth(outcome(folder).dataset)


@pytest.mark.parametrize("indexed", [False, True])
def test_json_by_row_is_read(tmp_path: Path, *, indexed: bool) -> None:
    frame = pd.read_csv(of_text(tmp_path), dtype={"ID": str})
    frame = frame.set_index("ID") if indexed else frame
    is_base(of(tmp_path, frame.to_json(orient="index"), "cohort.json").dataset)


def of_text(tmp_path: Path) -> Path:
    """The table of 24 subjects as a file."""
    path = tmp_path / "table.csv"
    path.write_text(table())
    return path


LEVELS = pd.MultiIndex.from_product([["GMV", "ReHo"], ["L", "R"], ["Insula", "Cuneus", "Vermis"]])
TWO = pd.MultiIndex.from_product([["GMV", "ReHo"], [str(number) for number in range(1, 7)]])


@pytest.mark.parametrize("names", [None, "named"])
@pytest.mark.parametrize("columns", [TWO, LEVELS], ids=["two", "three"])
def test_lines_of_names_of_pandas_are_one(
    tmp_path: Path, columns: pd.MultiIndex, names: str | None
) -> None:
    both = np.hstack([VALUES, VALUES + 1])
    levels = columns.set_names([f"level {place}" for place in range(columns.nlevels)]
                               if names else [None] * columns.nlevels)  # fmt: skip
    frame = pd.DataFrame(both, index=pd.Index(IDS, name="ID"), columns=levels)
    frame.insert(0, ("LABEL", *[""] * (columns.nlevels - 1)), alternating(COUNT))
    found = of(tmp_path, frame.to_csv()).dataset
    assert found.subjects.ids == IDS
    assert labels(found) == alternating(COUNT)
    assert found.measures == ("GMV", "ReHo")
    assert found.values is not None
    equal(found.values[:, :, 0], VALUES)
    equal(found.values[:, :, 1], VALUES + 1)


def test_units_that_differ_within_a_measure_are_refused(tmp_path: Path) -> None:
    units = ("ml", "ml", "ml", "ml", "mm3", "mm3")
    columns = [f"GMV_{region} ({unit})" for region, unit in enumerate(units, 1)]
    refusal = of(tmp_path, table(columns=tuple(columns))).refusal
    assert "GMV_1 (ml)" in refusal
    assert "GMV_5 (mm3)" in refusal


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_header_within_the_table_is_no_subject(tmp_path: Path, mark: str) -> None:
    """Files that were put below each other, each with its header and its mark."""
    header, *lines = table().splitlines(keepends=True)
    text = [mark, header, *lines[:12], mark, header, *lines[12:]]
    found = of(tmp_path, "".join(text)).dataset
    is_base(found)
    assert "header" in told(found)


def test_parts_in_two_encodings_are_refused(tmp_path: Path) -> None:
    """As one, each site of one part would be another word."""
    header, *lines = table(SITE="北京大学").splitlines(keepends=True)
    parts = ["".join([header, *lines[:12]]).encode("gbk"), "".join(lines[12:]).encode()]
    refusal = of(tmp_path, b"".join(parts)).refusal
    assert "Line 2" in refusal
    assert "line 14" in refusal


LONG_CELLS = ("─" * 39 + "a", "A" + "北京大学第六医院精神卫生研究所" * 5)


@pytest.mark.parametrize("cell", LONG_CELLS)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_long_cell_says_its_encoding_as_a_short_one(
    tmp_path: Path, cell: str, encoding: str
) -> None:
    """Of a long word the first bytes are looked at, which may end within a character."""
    of(tmp_path, table(NOTE=cell, SITE="北京").encode(encoding))
    readings = every_reading(tmp_path / "cohort.csv")
    assert any(set(each.subjects.sites) == {"北京"} for each in readings)


def test_an_index_that_pandas_saved_twice_is_no_covariate(tmp_path: Path) -> None:
    numbers = {"Unnamed: 0.1": range(COUNT), "Unnamed: 0": range(COUNT)}
    frame = pd.read_csv(of_text(tmp_path), dtype={"ID": str}).assign(**numbers)
    found = of(tmp_path, frame.to_csv(index=False)).dataset
    is_base(found)
    assert not found.subjects.covariates


# Numbers that tell the class -----------------------------------------------------------------


@pytest.mark.parametrize("control", ["", "-9999", "0"])
def test_a_score_of_patients_alone_is_said(tmp_path: Path, control: str) -> None:
    cells = [str(60.5 + row) if row % 2 else control for row in range(COUNT)]
    found = of(tmp_path, with_people(("GMV_1", "GMV_2"), VALUES[:, :2], PANSS_total=cells)).dataset
    assert "PANSS_total" in told(found)


def test_a_score_of_both_is_not_said(tmp_path: Path) -> None:
    cells = [str(60.5 + row) if row else "" for row in range(COUNT)]
    found = of(tmp_path, with_people(("GMV_1", "GMV_2"), VALUES[:, :2], BDI_total=cells)).dataset
    assert "BDI_total" not in told(found)


# Files of subjects ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 6])
@pytest.mark.parametrize("step", [1, 0.72])
@pytest.mark.parametrize("end", [".npy", ".mat"])
def test_times_in_arrays_are_asked_about(tmp_path: Path, end: str, step: float, place: int) -> None:
    """As in text: no signal goes on evenly in every subject."""
    folder = folder_of(tmp_path, {})
    for row, name in enumerate(SCANS):
        series = np.insert(SERIES[row], place, step * np.arange(POINTS), axis=1)
        file = folder / f"{name}_timeseries{end}"
        if end == ".npy":
            np.save(file, series)
        else:
            scipy.io.savemat(file, {"ROISignals": series})
    read = choices(folder, "index")
    is_truth(read["index"].dataset)
    assert read["index"].dataset.regions == tuple("123456")
    assert len(read["region"].dataset.regions) == 7


def test_times_among_the_series_of_a_cohort_are_refused(tmp_path: Path) -> None:
    series = np.stack([np.insert(one, 0, np.arange(POINTS), axis=1) for one in SERIES])
    np.savez(tmp_path / "cohort.npz", timeseries=series, ids=SCANS, labels=alternating(len(SCANS)))
    found = every_reading(tmp_path / "cohort.npz")
    assert not [each for each in found if len(each.regions) == 7]


def test_two_statistics_per_region_are_refused(tmp_path: Path) -> None:
    """3dROIstats writes the mean of all voxels, and of those that are not zero."""
    header = [f"{kind}_{region}" for region in range(1, 7) for kind in ("Mean", "NZMean")]
    scans: Text = each_scan(
        "roistats.1D", lambda row: text_of(np.repeat(SERIES[row], 2, axis=1), tuple(header))
    )
    refusal = outcome(folder_of(tmp_path, scans)).refusal
    assert "Mean_1" in refusal
    assert "NZMean_1" in refusal


def test_a_sheet_of_classes_in_words_is_not_passed_over(tmp_path: Path) -> None:
    """Beside one of scores, which has numbers and no class."""
    folder = folder_of(tmp_path, each_scan("timeseries.tsv", lambda row: text_of(SERIES[row])))
    (folder / "participants.tsv").unlink()
    people: list[Row] = [["ID", "group"]]
    people += [[name, ("HC", "SZ")[row % 2]] for row, name in enumerate(SCANS)]
    scores: list[Row] = [["ID", "HAMD"], *([name, 15 + row] for row, name in enumerate(SCANS))]
    written(folder, {"People": people, "Scores": scores})
    outcome(folder).question("sheet")
    is_truth(outcome(folder, sheet="People").dataset)


POINTERS = {
    "Git LFS": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n",
    "git-annex": "../.git/annex/objects/Xx/MD5E-s9--abc/MD5E-s9--abc",
}


@pytest.mark.parametrize("kind", POINTERS)
@pytest.mark.parametrize("name", ["timeseries.tsv", "timeseries.mat", "timeseries.npy", ""])
def test_pointers_in_place_of_files_are_named(tmp_path: Path, kind: str, name: str) -> None:
    """As data sets come that were cloned and not got."""
    text = POINTERS[kind]
    found = outcome(folder_of(tmp_path, each_scan(name, lambda _: text))) if name else None
    assert kind in (found or of(tmp_path, text)).refusal


def test_a_list_of_subjects_may_begin_with_a_sign(tmp_path: Path) -> None:
    """``#participant_id`` is a header, no comment: the words below it are not numbers."""
    folder = folder_of(tmp_path, each_scan("timeseries.tsv", lambda row: text_of(SERIES[row])))
    file = folder / "participants.tsv"
    file.write_text("#" + file.read_text())
    is_truth(outcome(folder).dataset)


def test_names_of_scans_are_those_of_their_subjects(tmp_path: Path) -> None:
    """CAT12 calls subjects after their images; T1w is no measure of theirs."""
    regions = ("lHip", "rHip", "lAmy", "rAmy", "lTha", "rTha")
    names = [f"{name}_T1w" for name in SCANS]
    measured = pd.DataFrame(VALUES[: len(SCANS)], columns=list(regions))
    measured.insert(0, "names", names)
    folder = folder_of(tmp_path, {"ROI_neuro_Vgm.csv": measured[::-1].to_csv(index=False)})
    found = outcome(folder).dataset
    assert found.subjects.ids == SCANS
    equal(one_measure(found), VALUES[: len(SCANS)])
    alone = measured.assign(group=alternating(len(SCANS))).to_csv(index=False)
    equal(one_measure(of(tmp_path, alone).dataset), VALUES[: len(SCANS)])


def test_a_list_of_subjects_on_a_sheet_per_class_is_asked_about(tmp_path: Path) -> None:
    """REST-meta-MDD: the sheet of patients has a score that the other one lacks."""
    folder = folder_of(tmp_path, each_scan("timeseries.tsv", lambda row: text_of(SERIES[row])))
    (folder / "participants.tsv").unlink()
    sheets: dict[str, list[Row]] = {"Controls": [["ID", "Age"]], "MDD": [["ID", "Age", "HAMD"]]}
    for row, name in enumerate(SCANS):
        sheets["MDD" if row % 2 else "Controls"].append([name, 20 + row, *[15 + row] * (row % 2)])
    written(folder, sheets)
    outcome(folder).question("sheet")
    found = outcome(folder, sheet="all-by-class").dataset
    ids = sorted(zip(found.subjects.ids, labels(found), strict=True))
    assert ids == [(name, row % 2) for row, name in enumerate(SCANS)]
    order = [SCANS.index(name) for name in found.subjects.ids]
    close(edges(found), TRUTH[order])
    assert "HAMD" in told(found)
