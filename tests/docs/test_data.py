"""docs/data.md is true: its examples are read as it says, and it names every question."""

import ast
import importlib
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from graphnet.data.dataset import NO_CLASS, Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.reading import Reading, read
from tests.docs.pages import DOCS, ROOT, blocks

PAGE = DOCS / "data.md"
TEXT = PAGE.read_text(encoding="utf-8")
READERS = ROOT / "graphnet" / "readers"
QUESTIONS = TEXT[TEXT.index("| Id | Question |") : TEXT.index("These keys are only asked")]
VALUES = (0.41, 0.39, 0.44, 0.37, 0.40, 0.43, 0.42, 0.38)


def examples(language: str) -> list[str]:
    return [text for found, text in blocks(PAGE) if found == language]


def table(tmp_path: Path, text: str, **mapping: str) -> Reading:
    file = tmp_path / "cohort.csv"
    file.write_text(text, encoding="utf-8")
    return read(file, mapping={key.replace("__", "."): value for key, value in mapping.items()})


def people(tmp_path: Path, column: str, cells: list[str], **mapping: str) -> Reading:
    """A table of three regions whose classes stand in ``column``."""
    rows = [
        f"{50002 + row},{cell},{VALUES[row % 8]},{VALUES[(row + 3) % 8]},{VALUES[(row + 5) % 8]}"
        for row, cell in enumerate(cells)
    ]
    return table(tmp_path, "\n".join([f"ID,{column},GMV_1,GMV_2,GMV_3", *rows, ""]), **mapping)


def labels(dataset: Dataset) -> list[int]:
    return [int(label) for label in dataset.subjects.labels]


def test_the_first_table_is_read_as_it_says(tmp_path: Path) -> None:
    dataset = table(tmp_path, examples("text")[0]).settled()
    assert dataset.subjects.ids == ("sub-01", "sub-02")
    assert labels(dataset) == [0, 1]
    assert dataset.subjects.sites == ("A", "A")
    assert [(each.name, list(each.values)) for each in dataset.subjects.covariates] == [
        ("AGE", [34.0, 29.0])
    ]
    assert dataset.values is not None
    np.testing.assert_array_equal(
        dataset.values[:, :, 0], [[0.41, 0.39, 0.44], [0.37, np.nan, 0.43]]
    )


def test_the_array_is_read_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = examples("python")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(PAGE), "exec"), {})
    dataset = read(tmp_path / "cohort.npz").settled()
    assert dataset.regions == ("Precentral_L", "Precentral_R", "Insula_L")
    assert dataset.values is not None
    assert dataset.values[1, 1, 0] == 0.40


def test_the_question_is_asked_as_it_says(tmp_path: Path) -> None:
    asked, sentence = examples("text")[3:5]
    with pytest.raises(QuestionsOpen) as error:
        table(tmp_path, asked).settled()
    assert str(error.value) == sentence.strip()
    assert labels(table(tmp_path, asked, class__positive="1").settled()) == [0, 1]


CLASSES = [
    ("LABEL", ["0", "1", "0", "2"], [0, 1, 0, 2], {}),
    ("diagnosis", ["false", "true", "false", "true"], [0, 1, 0, 1], {0: "false", 1: "true"}),
    ("group", ["HC", "SZ", "HC", "BD"], [0, 2, 0, 1], {0: "HC", 1: "BD", 2: "SZ"}),
    ("组别", ["对照", "患者", "对照", "患者"], [0, 1, 0, 1], {0: "对照", 1: "患者"}),
    ("DX_GROUP", ["1", "2", "1", "2"], [1, 0, 1, 0], {0: "control", 1: "autism"}),
    ("LABEL", ["0", "1", "-9999", "n/a"], [0, 1, NO_CLASS, NO_CLASS], {}),
    ("LABEL", ["0.0", "1.0", "999", "."], [0, 1, NO_CLASS, NO_CLASS], {}),
]


@pytest.mark.parametrize(("column", "cells", "wanted", "names"), CLASSES)
def test_classes_are_read_as_it_says(
    tmp_path: Path, column: str, cells: list[str], wanted: list[int], names: dict[int, str]
) -> None:
    dataset = people(tmp_path, column, cells).settled()
    assert labels(dataset) == wanted
    assert dict(dataset.class_names) == names


@pytest.mark.parametrize(
    ("cells", "key"),
    [(["1", "2", "1", "2"], "class.positive"), (["-1", "1", "-1", "1"], "class.positive"),
     (["A", "B", "A", "B"], "class.positive"), (["A", "B", "C", "A"], "class.control"),
     (["1", "2", "3", "1"], "class.control")],
)  # fmt: skip
def test_classes_are_asked_as_it_says(tmp_path: Path, cells: list[str], key: str) -> None:
    assert [each.id for each in people(tmp_path, "LABEL", cells).questions] == [key]


@pytest.mark.parametrize("cells", [["0.5", "1.5", "0.5", "2"], [str(row) for row in range(12)]])
def test_what_holds_no_classes_is_refused(tmp_path: Path, cells: list[str]) -> None:
    with pytest.raises(CohortError, match="LABEL"):
        people(tmp_path, "LABEL", cells)


def test_a_code_near_the_values_is_asked_and_one_far_away_is_said(tmp_path: Path) -> None:
    near = "ID,LABEL,Vol_1,Vol_2\na,0,800,810\nb,1,999,820\nc,0,790,805\nd,1,815,795\n"
    assert [each.id for each in table(tmp_path, near).questions] == ["missing.Vol"]
    far = table(tmp_path, near.replace("999", "-9999")).settled()
    assert far.values is not None
    assert np.isnan(far.values[1, 0, 0])
    assert [(each.code, each.count) for each in far.interpretation.missing] == [("-9999", 1)]


REGIONS = {
    "thickness": ("thickness_bankssts", "thickness_cuneus", "thickness_insula"),
    "thickavg": ("L_bankssts_thickavg", "L_cuneus_thickavg", "R_insula_thickavg"),
    "freesurfer": ("lh_bankssts_thickness", "lh_cuneus_thickness", "rh_insula_thickness"),
    "schaefer": ("GMV_7Networks_LH_Vis_1", "GMV_7Networks_LH_Vis_2", "GMV_7Networks_RH_Vis_1"),
    "aal3": ("GMV_Frontal_Sup_2_L", "GMV_Frontal_Sup_2_R", "GMV_Vermis_3"),
    "padded": ("GMV_001", "GMV_002", "GMV_003"),
    "dotted": ("GMV.1", "GMV.2", "GMV.3"),
}


@pytest.mark.parametrize("name", REGIONS)
def test_regions_are_known_by_name_as_it_says(tmp_path: Path, name: str) -> None:
    columns = ",".join((*REGIONS[name], "Age_2", "PANSS_P_1", "Scanner_3"))
    dataset = table(
        tmp_path, f"ID,LABEL,{columns}\na,0,.1,.2,.3,41,1,0\nb,1,.4,.5,.7,39,3,1\n"
    ).settled()
    assert (len(dataset.regions), len(dataset.measures)) == (3, 1)
    assert dataset.values is not None
    assert dataset.values[:, :, 0].tolist() == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.7]]


NUMBERS = tuple("1234")
PAIRS = [
    ("FC_", NUMBERS),
    ("SC_", NUMBERS),
    ("FC_", ("Vis_1", "Vis_2", "SomMot_1", "SomMot_2")),
    ("", ("bankssts", "insula", "cuneus", "fusiform")),
]


@pytest.mark.parametrize(("prefix", "regions"), PAIRS)
def test_pairs_of_regions_are_edges_as_it_says(
    tmp_path: Path, prefix: str, regions: tuple[str, ...]
) -> None:
    columns = ",".join(f"{prefix}{one}_{other}" for one, other in combinations(regions, 2))
    dataset = table(
        tmp_path, f"ID,LABEL,{columns}\na,0,.1,.2,.3,.4,.5,.6\nb,1,.4,.5,.7,.3,.2,.8\n"
    ).settled()
    assert dataset.regions == regions
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes[0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], rtol=1e-6)


def test_zeros_of_ids_are_kept_and_a_prefix_alone_is_refused(tmp_path: Path) -> None:
    text = "ID,LABEL,GMV_1,GMV_2\n0012,0,.1,.2\n12,1,.3,.4\n"
    assert table(tmp_path, text).settled().subjects.ids == ("0012", "12")
    with pytest.raises(CohortError, match="sub-0012"):
        table(tmp_path, text.replace("\n12", "\nsub-0012"))


def keys_of_questions() -> Iterator[str]:
    """The id of each question that a reader asks, as far as it stands in the code."""
    for file in sorted(READERS.rglob("*.py")):
        module = importlib.import_module(
            ".".join(file.relative_to(READERS.parents[1]).with_suffix("").parts)
        )
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "ask":
                yield _text(node.args[0], module)


def _text(node: ast.expr, module: object) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return str(getattr(module, node.id, ""))
    if isinstance(node, ast.JoinedStr):
        first = node.values[0]
        return _text(first.value if isinstance(first, ast.FormattedValue) else first, module)
    return ""


def test_every_question_is_named() -> None:
    keys = {key.rstrip(".") for key in keys_of_questions()} - {""}
    assert len(keys) > 15
    named = [*re.findall(r"`([\w.]+)`", QUESTIONS), "id", "class", "site"]
    missing = [key for key in keys if not any(f"{name}.".startswith(f"{key}.") for name in named)]
    assert missing == []
