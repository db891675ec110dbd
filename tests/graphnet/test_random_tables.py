"""Tables by a writer that knows the truth: whatever is read of them equals it.

A reader may ask or refuse; it may never be wrong in silence.
"""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graphnet.data.dataset import NO_CLASS, Dataset
from graphnet.errors import CohortError
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.text.delimited import read_sheet

MOST = int(os.environ.get("RANDOM_EXAMPLES", "50"))
unhurried = settings(deadline=None, max_examples=MOST, suppress_health_check=list(HealthCheck))

NUMBERS = [str(number) for number in range(1, 21)]
AAL = ["Precentral_L", "Precentral_R", "Frontal_Sup_2_L", "Frontal_Sup_2_R", "Vermis_3", "Vermis_6"]
SCHAEFER = [f"7Networks_{side}_{net}_{number}" for side in ("LH", "RH")
            for net in ("Vis", "SomMot") for number in (1, 2)]  # fmt: skip
DESIKAN = [f"{side}_{name}" for side in ("L", "R") for name in ("bankssts", "cuneus", "insula")]
MADE_UP = ["r0", "r1", "alpha1", "b c", "d.e", "x_1", "x_2", "12a"]
ATLASES = st.sampled_from([NUMBERS, AAL, SCHAEFER, DESIKAN, MADE_UP])
MEASURES = ["GMV", "ReHo", "ALFF", "thickness", "surfavg", "FA", "Vol", "xyz", "mean_thickness"]
FORMS = ["{measure}_{region}", "{measure}.{region}", "{region}_{measure}", "{measure}-{region}"]
IDS = ["id", "ID", "participant_id", "SubjID", "subject", "被试编号"]
LABELS = ["LABEL", "LABEL_GROUP", "group", "Dx", "diagnosis", "label"]
CODINGS: list[dict[int, str]] = [
    {0: "0", 1: "1"}, {0: "0.0", 1: "1.0"}, {0: "HC", 1: "SZ"}, {0: "Control", 1: "Patient"},
    {0: "healthy control", 1: "ASD"}, {0: "正常", 1: "患者"}, {0: "False", 1: "True"},
    {0: "1", 1: "2"}, {0: "2", 1: "1"}, {0: "-1", 1: "1"}, {0: "BD", 1: "MDD"},
    {0: "TD", 1: "ADHD", 2: "ASD"},
]  # fmt: skip
UNKNOWN_MEASURE = "readers_tables.read-as-measure"
MISSING = ["", "n/a", "NA", "NaN", ".", "-9999", "#DIV/0!", "null", "None"]
DECOYS: dict[str, list[str]] = {
    "items": ["PANSS_P_1", "PANSS_P_2", "PANSS_P_3"],
    "ages": ["Age_1", "Age_2"],
    "dummies": ["Scanner_1", "Scanner_2"],
    "visits": ["field_f26755_2_0", "26756-2.0"],
    "wholes": ["ICV", "lh_MeanThickness_thickness"],
    "unknown": ["abc_1", "abc_2", "abc_3"],
    "plain": ["FD", "education", "handed"],
}


@dataclass(frozen=True)
class Truth:
    """A table as its writer means it."""

    header: list[str]
    rows: list[list[str]]
    ids: tuple[str, ...]
    labels: tuple[int, ...]
    values: Mapping[tuple[str, str], list[float]]  # by measure and region


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    rows = draw(st.integers(3, 6))
    regions = draw(st.lists(st.sampled_from(draw(ATLASES)), min_size=2, max_size=6, unique=True))
    measures = draw(st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3, unique=True))
    form = draw(st.sampled_from(FORMS))
    columns: dict[str, list[str]] = {}
    ids = draw(st.lists(st.from_regex(r"(sub-)?0{0,2}[1-9][0-9]{0,3}([.]10|E3)?", fullmatch=True),
                        min_size=rows, max_size=rows, unique=True))  # fmt: skip
    labels = draw(st.lists(st.sampled_from([0, 1, 1, 0, NO_CLASS]), min_size=rows, max_size=rows))
    assume({0, 1} <= set(labels))
    coding = draw(st.sampled_from(CODINGS))
    absent = draw(st.sampled_from(MISSING))
    columns[draw(st.sampled_from(IDS))] = ids
    columns[draw(st.sampled_from(LABELS))] = [coding.get(label, absent) for label in labels]
    values: dict[tuple[str, str], list[float]] = {}
    for measure in measures:
        for region in regions:
            cells = draw(st.lists(NUMBER | st.none(), min_size=rows, max_size=rows))
            cells[0] = cells[0] or 0.125  # an empty column of an unknown name is left alone
            gap = draw(st.sampled_from(MISSING))
            columns[form.format(measure=measure, region=region)] = [
                gap if cell is None else repr(cell) for cell in cells
            ]
            values[measure, region] = [np.nan if cell is None else cell for cell in cells]
    for decoy in draw(st.lists(st.sampled_from(sorted(DECOYS)), max_size=3, unique=True)):
        whole = decoy in {"items", "dummies", "ages"}
        cell = st.integers(0, 6).map(str) if whole else NUMBER.map(repr)
        for name in DECOYS[decoy]:
            columns[name] = draw(st.lists(cell, min_size=rows, max_size=rows))
    order = draw(st.permutations(sorted(columns)))
    lines = [[columns[name][row] for name in order] for row in range(rows)]
    return Truth(list(order), lines, tuple(ids), tuple(labels), values)


NUMBER = st.integers(1, 9000).map(lambda number: number / 1000)


def read(truth: Truth, separator: str) -> Dataset | None:
    """What is read without a question; None where something is asked or refused."""
    stream = StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerows([truth.header, *truth.rows])
    inquiry = Inquiry("the file")
    try:
        sheet = read_sheet(stream.getvalue().encode(), inquiry, 1 << 20)
        dataset = interpret_sheet(sheet, "csv", inquiry)
        inquiry.close()
    except CohortError:
        return None
    return None if inquiry.questions else dataset


@unhurried
@given(truths(), st.sampled_from(",;\t"))
def test_what_is_read_is_what_was_written(truth: Truth, separator: str) -> None:
    dataset = read(truth, separator)
    if dataset is None:
        return
    assert dataset.subjects.ids == truth.ids
    assert tuple(dataset.subjects.labels) == truth.labels
    assert dataset.connectomes is None
    assert dataset.values is not None
    assert len(dataset.measures) * len(dataset.regions) == len(truth.values)
    for place, measure in enumerate(dataset.measures):
        for row, region in enumerate(dataset.regions):
            written = truth.values.get((measure, region))
            if written is None:  # "xyz_r" of the region 0 for "xyz" of "r0": what it is, is said
                said = dataset.interpretation.assumptions
                assert any(message.code == UNKNOWN_MEASURE for message in said)
                written = {bare(*names): cells for names, cells in truth.values.items()}[
                    bare(measure, region)
                ]
            np.testing.assert_array_equal(dataset.values[:, row, place], written)


def bare(measure: str, region: str) -> str:
    """The name of a column as letters and digits."""
    return "".join(filter(str.isalnum, measure + region))


@st.composite
def connectomes(draw: st.DrawFn) -> tuple[Truth, list[str]]:
    rows = draw(st.integers(3, 5))
    regions = draw(st.lists(st.sampled_from(draw(ATLASES)), min_size=3, max_size=6, unique=True))
    form = draw(st.sampled_from(["FC_{}_{}", "SC_{}_{}", "{}_{}", "FC_{}__{}", "corr.{}.{}"]))
    names: dict[str, list[str]] = {"ID": [f"s{row}" for row in range(rows)]}
    names["LABEL"] = [str(row % 2) for row in range(rows)]
    values: dict[tuple[str, str], list[float]] = {}
    for place, one in enumerate(regions):
        for other in regions[place + 1 :]:
            cells = draw(st.lists(EDGE, min_size=rows, max_size=rows))
            ends = (one, other) if draw(st.booleans()) else (other, one)
            names[form.format(*ends)] = [repr(cell) for cell in cells]
            values[one, other] = values[other, one] = cells
    for decoy in draw(st.lists(st.sampled_from(["items", "ages", "plain"]), max_size=2)):
        for name in DECOYS[decoy]:
            names[name] = [str(row) for row in range(rows)]
    order = draw(st.permutations(list(names)))
    lines = [[names[name][row] for name in order] for row in range(rows)]
    labels = tuple(row % 2 for row in range(rows))
    return Truth(list(order), lines, tuple(names["ID"]), labels, values), regions


EDGE = (
    st.integers(1, 1500)
    .flatmap(lambda edge: st.sampled_from([edge, -edge]))
    .map(lambda number: number / 1000)
)


@unhurried
@given(connectomes())
def test_a_connectome_that_is_read_is_what_was_written(found: tuple[Truth, list[str]]) -> None:
    truth, regions = found
    dataset = read(truth, ",")
    if dataset is None:
        return
    assert dataset.values is None
    assert dataset.connectomes is not None
    assert set(dataset.regions) == set(regions)
    if dataset.interpretation.connectome is None or dataset.interpretation.connectome.values == "r":
        return
    rows, columns = np.triu_indices(len(regions), 1)
    for edge, (one, other) in enumerate(zip(rows, columns, strict=True)):
        written = truth.values[dataset.regions[one], dataset.regions[other]]
        np.testing.assert_allclose(dataset.connectomes[:, edge], written, rtol=1e-6)


def test_numbers_before_or_within_names_are_asked_about() -> None:
    """Found by the test above: one group was the brain, a part of a name the measure."""
    for header in (
        ["id", "LABEL", "1_xyz", "2_xyz", "3_xyz", "4_xyz", "abc_1", "abc_2", "abc_3"],
        ["id", "LABEL", "3_back", "2_back"],
        ["id", "LABEL", "b c_xyz", "d.e_xyz", "alpha_xyz", "abc_1", "abc_2", "abc_3"],
        ["id", "LABEL", "xyz_7Networks_LH_Vis_1", "xyz_7Networks_LH_Vis_2"],
    ):
        rows = [
            [f"s{row}", str(row % 2), *(f"0.{row}{place}7" for place in range(len(header) - 2))]
            for row in range(6)
        ]
        assert read(Truth(header, rows, (), (), {}), ",") is None
