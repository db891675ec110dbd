"""Other files of the same kinds, written here, so that not only the known ones come out right."""

import gzip
import io
import json
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from graphnet.data.dataset import Dataset
from tests.wild.cases import (
    ASK,
    FloatArray,
    Outcome,
    alternating,
    close,
    edges,
    equal,
    every_reading,
    fisher,
    labels,
    one_measure,
    outcome,
    told,
)

RANDOM = np.random.default_rng(13)
COUNT, REGIONS, POINTS, SCANNED = 24, 6, 40, 8
VALUES = RANDOM.normal(0.4, 0.05, (COUNT, REGIONS)).round(4)
IDS = tuple(f"{number:07}" for number in range(50950, 50950 + COUNT))
NAMES = ("Precentral_L", "Precentral_R", "Insula_L", "Insula_R", "Cuneus_L", "Cuneus_R")
PAIRS = tuple(combinations(range(REGIONS), 2))
EDGES = RANDOM.uniform(-0.8, 0.9, (COUNT, len(PAIRS))).round(4)

Format = Callable[[float], str]
Text = dict[str, str]


def table(
    values: FloatArray = VALUES,
    columns: tuple[str, ...] = (),
    separator: str = ",",
    shown: Format = "{:g}".format,
    **others: str,
) -> str:
    """A table of 24 subjects; ``others`` are columns with one and the same cell."""
    names = columns or tuple(f"GMV_{region + 1}" for region in range(values.shape[1]))
    rows = [("ID", "LABEL", *names, *others)]
    for row, subject in enumerate(IDS):
        cells = [shown(value) for value in values[row]]
        rows.append((subject, str(row % 2), *cells, *others.values()))
    return "".join(separator.join(row) + "\n" for row in rows)


def comma(shown: Format) -> Format:
    """The same number with a decimal comma."""
    return lambda value: shown(value).replace(".", ",")


def of(tmp_path: Path, body: str | bytes, name: str = "cohort.csv") -> Outcome:
    file = tmp_path / name
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    return outcome(file)


def is_base(dataset: Dataset) -> None:
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == alternating(COUNT)
    equal(one_measure(dataset), VALUES)


SPELLINGS = {
    "tabs and decimal commas": table(separator="\t", shown=comma("{:g}".format)),
    "quoted": table(shown=lambda value: f'"{value:g}"'),
    "quoted decimal commas": table(shown=lambda value: '"' + f"{value:g}".replace(".", ",") + '"'),
    "a separator at the end": table().replace("\n", ",\n"),
    "three at the end": table(separator=";").replace("\n", ";;;\n"),
    "carriage returns alone": table().replace("\n", "\r"),
    "no last line end": table().rstrip("\n"),
    "three blanks": table(separator="   "),
    "bars": table(separator="|"),
    "empty lines first": "\n\n" + table(),
    "comments of semicolons": "# a\n# b; c\n" + table(separator=";", shown=comma("{:g}".format)),
    "numbered rows": "".join(
        f"{'' if not row else row - 1},{line}\n" for row, line in enumerate(table().splitlines())
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_table_in_other_spellings(tmp_path: Path, spelling: str) -> None:
    is_base(of(tmp_path, SPELLINGS[spelling]).dataset)


@pytest.mark.parametrize("point", [".", ","])
def test_thousands_beside_decimals_are_certain(tmp_path: Path, point: str) -> None:
    large = (VALUES * 1e4).round(1)
    swap = str.maketrans({",": ".", ".": ","} if point == "," else {})
    text = table(large, separator=";", shown=lambda value: f"{value:,.1f}".translate(swap))
    equal(one_measure(of(tmp_path, text).dataset), large)


MISSING = ("NULL", "#N/A", "na", "none", "-", "#REF!", "#VALUE!", "nan", "<NA>", "1.#QNAN")


@pytest.mark.parametrize("word", MISSING)
def test_other_words_for_missing(tmp_path: Path, word: str) -> None:
    lines = table().splitlines()
    cells = lines[4].split(",")
    cells[4] = word
    lines[4] = ",".join(cells)
    wanted = VALUES.copy()
    wanted[3, 2] = np.nan
    equal(one_measure(of(tmp_path, "\n".join(lines)).dataset), wanted)


def test_a_word_among_numbers_is_named_with_its_cell(tmp_path: Path) -> None:
    text = table().replace(f",{VALUES[3, 2]:g},", ",high,", 1)
    refusal = of(tmp_path, text).refusal
    assert "GMV_3" in refusal
    assert "'high'" in refusal


SITES = [("北京", "gbk"), ("上海", "gbk"), ("长沙", "gbk"), ("哈尔滨", "gbk"), ("台北", "big5"),
         ("東京", "shift_jis"), ("Kraków", "cp1250"), ("Århus", "latin-1"), ("Москва", "cp1251"),
         ("A院", "gbk"), ("联通", "gbk")]  # fmt: skip


@pytest.mark.parametrize(("site", "encoding"), SITES)
def test_a_site_is_read_or_its_encoding_asked(tmp_path: Path, site: str, encoding: str) -> None:
    """One word per row is all there is to tell; another word in silence is what must not be."""
    (tmp_path / "cohort.csv").write_bytes(table(SITE=site).encode(encoding))
    found = outcome(tmp_path / "cohort.csv")
    if found.kind == ASK:
        sites = {each.subjects.sites[0] for each in every_reading(tmp_path / "cohort.csv")}
        assert site in sites
        return
    assert set(found.dataset.subjects.sites) == {site}
    assert "UTF-8" in told(found.dataset)


COLUMNS = {
    "lh.bankssts.thickness": [f"lh.{name}.thickness" for name in ("bankssts", "cuneus", "insula")],
    "ctx-lh-bankssts": [f"ctx-lh-{name}" for name in ("bankssts", "cuneus", "insula")],
    "GMV1": ["GMV1", "GMV2", "GMV3"],
    "ROI1_GMV": ["ROI1_GMV", "ROI2_GMV", "ROI3_GMV"],
    "GMV_2001": ["GMV_2001", "GMV_2002", "GMV_2101"],
    "gaps": ["GMV_1", "GMV_3", "GMV_8"],
    "names alone": ["Precentral_L", "Hippocampus_R", "Amygdala_L"],
    "names with measure last": ["Precentral_L_GMV", "Hippocampus_R_GMV", "Amygdala_L_GMV"],
    "17 networks": ["17Networks_LH_VisCent_ExStr_1", "17Networks_LH_SomMotA_1",
                    "17Networks_RH_TempPar_3"],
    "blanks": ["GMV_Frontal Pole", "GMV_Insular Cortex", "GMV_Angular Gyrus"],
    "Glasser": ["thickness_L_V1_ROI", "thickness_L_MST_ROI", "thickness_R_V6_ROI"],
    "tracts": ["FA_CST_L", "FA_CST_R", "FA_UF_L"],
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
def test_other_names_of_regions(tmp_path: Path, kind: str) -> None:
    text = table(VALUES[:, :3], tuple(COLUMNS[kind]), HAMD_1="2", HAMD_2="3", HAMD_3="1")
    dataset = of(tmp_path, text).dataset
    equal(one_measure(dataset), VALUES[:, :3])
    assert len(set(dataset.regions)) == 3


def test_one_id_in_two_classes_is_named_so(tmp_path: Path) -> None:
    refusal = of(tmp_path, table().replace(IDS[1], IDS[0])).refusal
    assert IDS[0] in refusal
    assert "class" in refusal


def test_records_in_json_are_read(tmp_path: Path) -> None:
    rows = [{"ID": "a", "LABEL": 0, "GMV_1": 0.1}, {"ID": "b", "LABEL": 1, "GMV_1": None}]
    found = of(tmp_path, json.dumps(rows), "cohort.json").dataset
    assert found.subjects.ids == ("a", "b")
    np.testing.assert_array_equal(one_measure(found), [[0.1], [np.nan]])
    lines = "\n".join(map(json.dumps, rows))
    found = of(tmp_path, lines, "cohort.jsonl").dataset
    np.testing.assert_array_equal(one_measure(found), [[0.1], [np.nan]])


SIDES = {
    "HCP's areas": ("L_V1_ROI", "L_MST_ROI", "L_V6_ROI", "R_V1_ROI", "R_MST_ROI", "R_V6_ROI"),
    "HCP's areas, short": ("L_V1", "L_MST", "L_V6", "R_V1", "R_MST", "R_V6"),
    "numbers": ("L_1", "L_2", "L_3", "R_1", "R_2", "R_3"),
    "suffixes": ("V1_L", "MST_L", "V6_L", "V1_R", "MST_R", "V6_R"),
}


@pytest.mark.parametrize("kind", SIDES)
def test_a_hemisphere_is_no_measure(tmp_path: Path, kind: str) -> None:
    """Left and right are six regions of one measure, not three regions of two measures."""
    found = of(tmp_path, table(columns=SIDES[kind]))
    datasets = every_reading(tmp_path / "cohort.csv")
    assert datasets or found.refusal
    for dataset in datasets:
        equal(one_measure(dataset), VALUES)
        assert dataset.regions == SIDES[kind]


FC: Mapping[str, Callable[[int, int], str]] = {
    "lower": lambda one, other: f"FC_{other + 1}_{one + 1}",
    "from 0": lambda one, other: f"FC_{one}_{other}",
    "padded": lambda one, other: f"FC_{one + 1:03}_{other + 1:03}",
    "ROI1_ROI2": lambda one, other: f"ROI{one + 1}_ROI{other + 1}",
    "1-2": lambda one, other: f"{one + 1}-{other + 1}",
    "names": lambda one, other: f"{NAMES[one]}__{NAMES[other]}",
}


@pytest.mark.parametrize("kind", FC)
@pytest.mark.parametrize("seed", [None, 1])
def test_other_names_of_pairs_in_any_order(tmp_path: Path, kind: str, seed: int | None) -> None:
    order = np.arange(15) if seed is None else np.random.default_rng(seed).permutation(15)
    columns = tuple(FC[kind](*PAIRS[place]) for place in order)
    dataset = of(tmp_path, table(EDGES[:, order], columns)).dataset
    found = dict(zip(combinations(dataset.regions, 2), edges(dataset).T, strict=True))
    either = {frozenset(pair): column for pair, column in found.items()}
    names = [_region(kind, region) for region in range(6)]
    for (one, other), wanted in zip(PAIRS, EDGES.T, strict=True):
        close(either[frozenset((names[one], names[other]))], wanted)


def _region(kind: str, region: int) -> str:
    return {"names": NAMES[region], "from 0": str(region), "ROI1_ROI2": f"ROI{region + 1}",
            }.get(kind, str(region + 1))  # fmt: skip


def test_two_connectomes_of_one_table_are_asked(tmp_path: Path) -> None:
    columns = [f"{kind}_{one + 1}_{other + 1}" for kind in ("FC", "SC") for one, other in PAIRS]
    counts = np.abs(EDGES * 100).round()
    text = table(np.hstack([EDGES, counts]), tuple(columns))
    of(tmp_path, text).question("connectome.columns")
    read = [edges(each) for each in every_reading(tmp_path / "cohort.csv")]
    assert any(np.allclose(each, EDGES, rtol=1e-6) for each in read)
    assert any(np.allclose(each, counts, rtol=1e-6) for each in read)


@pytest.mark.parametrize("name", ["", "IID", "Unnamed: 0"])
def test_ids_of_numbers_in_the_first_column_are_not_lost(tmp_path: Path, name: str) -> None:
    """No row numbers: 0050950, 0050951 …; without them nobody is found in a second table."""
    found = of(tmp_path, table().replace("ID", name, 1))
    if found.kind == ASK:
        datasets = every_reading(tmp_path / "cohort.csv")
        assert any(each.subjects.ids == IDS for each in datasets)
        return
    assert found.dataset.subjects.ids == IDS


SERIES = [RANDOM.normal(size=(POINTS, REGIONS)) for _ in range(SCANNED)]
SERIES = [(each + 0.5 * each[:, [0]]).round(6) for each in SERIES]
TRUTH = np.array([fisher(each) for each in SERIES])
CORRELATIONS = [np.asarray(np.corrcoef(each.T)) for each in SERIES]
SCANS = tuple(f"sub-{number:02}" for number in range(1, SCANNED + 1))


def text_of(
    values: FloatArray,
    header: tuple[str, ...] = (),
    index: tuple[str, ...] = (),
    separator: str = "\t",
    corner: str = "",
) -> str:
    rows = [[f"{value:.15g}" if np.isfinite(value) else "" for value in row] for row in values]
    if index:
        rows = [[name, *row] for name, row in zip(index, rows, strict=True)]
    if header:
        rows.insert(0, [corner, *header] if index else list(header))
    return "".join(separator.join(row) + "\n" for row in rows)


def folder_of(tmp_path: Path, contents: Mapping[str, str | bytes]) -> Path:
    """A folder of these files and of the table of its subjects."""
    folder = tmp_path / "folder"
    people = "".join(f"{subject}\t{row % 2}\n" for row, subject in enumerate(SCANS))
    for name, body in {"participants.tsv": f"participant_id\tgroup\n{people}", **contents}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body.encode() if isinstance(body, str) else body)
    return folder


def each_scan(end: str, body: Callable[[int], str], name: str = "{0}/func/{0}_{1}") -> Text:
    return {name.format(subject, end): body(row) for row, subject in enumerate(SCANS)}


def is_truth(dataset: Dataset) -> None:
    assert [each.removeprefix("sub-") for each in dataset.subjects.ids] == [
        each.removeprefix("sub-") for each in SCANS
    ]
    assert labels(dataset) == alternating(SCANNED)
    close(edges(dataset), TRUTH)


BOLD = "task-rest_timeseries.tsv"
ROWS = tuple(str(row) for row in range(POINTS))
FILES: Mapping[str, Text] = {
    "plain": each_scan(BOLD, lambda row: text_of(SERIES[row])),
    "names": each_scan(BOLD, lambda row: text_of(SERIES[row], NAMES)),
    "1 to N": each_scan(BOLD, lambda row: text_of(SERIES[row], tuple("123456"))),
    "names and index": each_scan(BOLD, lambda row: text_of(SERIES[row], NAMES, ROWS)),
    "labels": each_scan(
        BOLD, lambda row: text_of(SERIES[row], ("2001", "2002", "2101", "2102", "5011", "5012"))
    ),
    "line ends of Windows": each_scan(
        BOLD, lambda row: text_of(SERIES[row], NAMES).replace("\n", "\r\n")
    ),
    "byte order mark": each_scan(BOLD, lambda row: "\ufeff" + text_of(SERIES[row], NAMES)),
    "decimal commas": each_scan(
        "task-rest_timeseries.csv",
        lambda row: text_of(SERIES[row], separator=";").replace(".", ","),
    ),
    "sessions alone": each_scan(
        f"ses-1_{BOLD}", lambda row: text_of(SERIES[row]), "{0}/ses-1/func/{0}_{1}"
    ),
    "a folder per subject": each_scan(
        "timeseries.txt", lambda row: text_of(SERIES[row], separator=" "), "{0}/{1}"
    ),
    "matrices": each_scan(
        "stat-pearsoncorrelation_relmat.tsv", lambda row: text_of(CORRELATIONS[row], NAMES)
    ),
    "lower triangles": each_scan(
        "stat-pearsoncorrelation_relmat.tsv", lambda row: text_of(np.tril(CORRELATIONS[row]), NAMES)
    ),
    "rows in another order": each_scan(
        "seg-A_relmat.tsv", lambda row: text_of(CORRELATIONS[row][::-1], NAMES, NAMES[::-1])
    ),
    "matrices by id": each_scan(
        "", lambda row: text_of(CORRELATIONS[row], separator=","), "corr_{0}.csv"
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_other_files_of_subjects(tmp_path: Path, kind: str) -> None:
    is_truth(outcome(folder_of(tmp_path, FILES[kind])).dataset)


def test_compressed_files_of_subjects(tmp_path: Path) -> None:
    packed = {f"{name}.gz": gzip.compress(text.encode()) for name, text in FILES["names"].items()}
    is_truth(outcome(folder_of(tmp_path, packed)).dataset)


def test_what_lies_about_is_no_scan(tmp_path: Path) -> None:
    rubbish: dict[str, str | bytes] = {
        ".DS_Store": b"\0\0\1Bud1",
        "__MACOSX/._x": b"\0\5",
        "README": "hello",
        "dataset_description.json": "{}",
        "atlas.csv": "region,x,y,z\n1,0,0,0\n",
    }
    is_truth(outcome(folder_of(tmp_path, {**FILES["plain"], **rubbish})).dataset)


def test_a_second_session_of_one_subject_is_asked(tmp_path: Path) -> None:
    extra = {f"sub-01/ses-2/func/sub-01_ses-2_{BOLD}": text_of(SERIES[1])}
    folder = folder_of(tmp_path, {**FILES["sessions alone"], **extra})
    outcome(folder).question("files.ses")
    assert any(np.allclose(edges(each), TRUTH, rtol=1e-6) for each in every_reading(folder))


@pytest.mark.parametrize("lacking", [True, False])
def test_people_and_files_that_do_not_match_are_named(tmp_path: Path, *, lacking: bool) -> None:
    scans = dict(FILES["plain"])
    if lacking:
        scans = {name: text for name, text in scans.items() if "sub-03" not in name}
    else:
        scans[f"sub-99/func/sub-99_{BOLD}"] = text_of(SERIES[0])
    assert ("sub-03" if lacking else "sub-99") in outcome(folder_of(tmp_path, scans)).refusal


def mat(**arrays: FloatArray) -> bytes:
    body = io.BytesIO()
    scipy.io.savemat(body, arrays)
    return body.getvalue()


def test_which_of_two_arrays_of_a_subject_is_asked(tmp_path: Path) -> None:
    counts = np.round(np.exp(3 * np.abs(CORRELATIONS[0])) * 10)
    scans = {
        f"{subject}.mat": mat(FC=CORRELATIONS[row], SC=counts) for row, subject in enumerate(SCANS)
    }
    found = outcome(folder_of(tmp_path, scans))
    if found.kind == ASK:
        found.question("files.variable")
        return
    assert "SC" in told(found.dataset), "SC was left aside without a word."


def test_everything_that_xcpd_leaves_is_one_cohort(tmp_path: Path) -> None:
    """Beside the series: matrices, measures, coverage, motion, pages, and the atlas's own table."""
    space = "task-rest_space-fsLR_seg-4S156Parcels_stat"
    measured = RANDOM.uniform(size=(SCANNED, 2, REGIONS)).round(5)
    atlas = "".join(f"{row}\t{name}\n" for row, name in enumerate(NAMES, 1))
    contents: dict[str, str | bytes] = {
        **each_scan(f"{space}-mean_timeseries.tsv", lambda row: text_of(SERIES[row], NAMES)),
        **each_scan(
            f"{space}-pearsoncorrelation_relmat.tsv",
            lambda row: text_of(CORRELATIONS[row], NAMES, NAMES, corner="Node"),
        ),
        **each_scan(f"{space}-alff_bold.tsv", lambda row: text_of(measured[row, :1], NAMES)),
        **each_scan(f"{space}-reho_bold.tsv", lambda row: text_of(measured[row, 1:], NAMES)),
        **each_scan(f"{space}-coverage_bold.tsv", lambda _: text_of(np.ones((1, 6)), NAMES)),
        **each_scan("task-rest_motion.tsv", lambda _: "framewise_displacement\n" + "0.1\n" * 40),
        **each_scan("", lambda _: "<html></html>", "{0}.html"),
        "atlases/atlas-4S156Parcels/atlas-4S156Parcels_dseg.tsv": f"index\tlabel\n{atlas}",
    }
    dataset = outcome(folder_of(tmp_path, contents)).dataset
    is_truth(dataset)
    assert dataset.regions == NAMES
    assert dataset.values is not None
    for place, measure in enumerate(dataset.measures):
        row = ("alff", "reho").index(measure.lower())
        equal(dataset.values[:, :, place], measured[:, row])


def test_full_and_partial_correlations_are_offered_by_their_names(tmp_path: Path) -> None:
    partial = [0.3 * each + 0.7 * np.eye(REGIONS) for each in CORRELATIONS]
    contents = {
        **each_scan(
            "seg-A_meas-PearsonCorrelation_relmat.tsv",
            lambda row: text_of(CORRELATIONS[row], NAMES),
        ),
        **each_scan(
            "seg-A_meas-PartialCorrelation_relmat.tsv", lambda row: text_of(partial[row], NAMES)
        ),
    }
    question = outcome(folder_of(tmp_path, contents)).question("files.meas")
    shown = " ".join(choice.label for choice in question.choices)
    assert "Partial" in shown
    assert "Pearson" in shown
