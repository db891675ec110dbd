"""Files of one subject as FreeSurfer and AFNI write them, in folders beside a table of subjects.

What is right was decided before anything was read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tests.wild.cases import FloatArray, alternating, close, edges, equal, labels, outcome

RANDOM = np.random.default_rng(29)
SUBJECTS = tuple(f"sub-{number:02}" for number in range(1, 13))
REGIONS = ("bankssts", "caudalanteriorcingulate", "cuneus", "insula", "precuneus", "lingual")
STRUCTURES = ("Left-Lateral-Ventricle", "Left-Thalamus", "Left-Hippocampus", "Right-Thalamus",
              "Right-Hippocampus", "CSF")  # fmt: skip
SIDES = ("lh", "rh")
# By subject, side, region and measure: area, volume, thickness; and the structures' volumes.
CORTEX = np.stack([RANDOM.integers(700, 990, (12, 2, 6)), RANDOM.integers(2000, 3000, (12, 2, 6)),
                   RANDOM.normal(2.5, 0.2, (12, 2, 6)).round(3)], axis=3)  # fmt: skip
VOLUMES = RANDOM.normal(5000, 300, (12, 6)).round(1)


def header(kind: str, subject: str) -> str:
    return (
        f"# {kind}\n# \n# subjectname {subject}\n"
        "# Measure Cortex, MeanThickness, Mean Thickness, 2.51234, mm\n"
        "# Measure EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume, "
        "1500000.5, mm^3\n"
    )


def aparc(subject: str, side: str) -> str:
    """As mris_anatomical_stats writes it."""
    lines = [
        f"{region:40s}  1000 {area:6.0f} {volume:6.0f} {thick:6.3f} 0.500 0.120 0.030 10 1.2"
        for region, (area, volume, thick) in zip(
            REGIONS, CORTEX[SUBJECTS.index(subject), SIDES.index(side)], strict=True
        )
    ]
    names = (
        "StructName NumVert SurfArea GrayVol ThickAvg ThickStd MeanCurv GausCurv FoldInd CurvInd"
    )
    kind = "Table of FreeSurfer cortical parcellation anatomical statistics"
    return header(kind, subject) + f"# ColHeaders {names}\n" + "\n".join(lines) + "\n"


def aseg(subject: str) -> str:
    """As mri_segstats writes it."""
    lines = [
        f"{row:3d} {row + 3:3d} {volume:9.0f} {volume:10.1f}  {name:30s} 80.1 9.2 0.0 100.0 100.0"
        for row, (name, volume) in enumerate(
            zip(STRUCTURES, VOLUMES[SUBJECTS.index(subject)], strict=True), 1
        )
    ]
    names = (
        "Index SegId NVoxels Volume_mm3 StructName normMean normStdDev normMin normMax normRange"
    )
    return (
        header("Title Segmentation Statistics", subject)
        + f"# ColHeaders  {names}  \n"
        + "\n".join(lines)
        + "\n"
    )


def freesurfer(folder: Path, kinds: Sequence[str], path: str = "{subject}/stats/{name}") -> Path:
    """The files of these kinds for every subject, and a table of the subjects."""
    for subject in SUBJECTS:
        for kind in kinds:
            body = aseg(subject) if kind == "aseg.stats" else aparc(subject, kind[:2])
            file = folder / path.format(subject=subject, name=kind)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(body)
    return listed(folder)


def listed(folder: Path) -> Path:
    rows = [f"{subject}\t{row % 2}\t{30 + row}\n" for row, subject in enumerate(SUBJECTS)]
    (folder / "participants.tsv").write_text("participant_id\tgroup\tage\n" + "".join(rows))
    return folder


BOTH = ("lh.aparc.stats", "rh.aparc.stats")


@pytest.mark.parametrize(
    "path", ["{subject}/stats/{name}", "{subject}_{name}", "fs/{subject}/{name}"]
)
def test_statistics_of_freesurfer_are_read(tmp_path: Path, path: str) -> None:
    found = outcome(freesurfer(tmp_path, BOTH, path)).dataset
    assert found.subjects.ids == SUBJECTS
    assert labels(found) == alternating(12)
    assert found.regions == tuple(f"{side}_{region}" for side in SIDES for region in REGIONS)
    assert found.values is not None
    for place, measure in enumerate(("area", "volume", "thickness")):
        wanted = CORTEX[:, :, :, place].reshape(12, 12)
        equal(found.values[:, :, found.measures.index(measure)], wanted)
    known = {covariate.name: covariate for covariate in found.subjects.covariates}
    assert known["age"].numbers.tolist() == list(range(30, 42))
    assert set(known["eTIV"].numbers.tolist()) == {1500000.5}


def test_structures_of_freesurfer_are_read(tmp_path: Path) -> None:
    found = outcome(freesurfer(tmp_path, ["aseg.stats"])).dataset
    assert found.regions == STRUCTURES
    assert found.measures == ("volume",)
    assert found.values is not None
    equal(found.values[:, :, 0], VOLUMES)


def test_cortex_and_structures_are_asked_about(tmp_path: Path) -> None:
    folder = freesurfer(tmp_path, (*BOTH, "aseg.stats"))
    question = outcome(folder).question("files.atlas")
    assert {choice.value for choice in question.choices} == {"aparc", "aseg", "aparc+aseg"}
    assert outcome(folder, files__atlas="aseg").dataset.regions == STRUCTURES
    assert outcome(folder, files__atlas="aparc+aseg").dataset.measures == ("volume",)


def test_other_statistics_of_freesurfer_are_named(tmp_path: Path) -> None:
    folder = freesurfer(tmp_path, BOTH)
    for subject in SUBJECTS:
        (folder / subject / "stats" / "lh.curv.stats").write_text("Raw Total Surface Folding\n")
    left = outcome(folder).dataset.interpretation.left_alone
    assert [str(item.what) for item in left if "stats" in str(item.what)] == ["lh.curv.stats"]


def test_a_side_that_one_subject_lacks_is_refused_by_name(tmp_path: Path) -> None:
    folder = freesurfer(tmp_path, BOTH)
    (folder / SUBJECTS[4] / "stats" / BOTH[1]).unlink()
    assert SUBJECTS[4] in outcome(folder).refusal


def test_damaged_statistics_are_named(tmp_path: Path) -> None:
    folder = freesurfer(tmp_path, BOTH)
    file = folder / SUBJECTS[0] / "stats" / BOTH[0]
    file.write_text(file.read_text()[:-30])
    assert BOTH[0] in outcome(folder).refusal


# AFNI -----------------------------------------------------------------------------------------

ROIS = ("PCC", "MPFC", "LIPL", "RIPL", "dACC")
R = np.array([np.corrcoef(RANDOM.normal(size=(5, 40))) for _ in SUBJECTS]).round(4)
Z = np.arctanh(R * (1 - np.eye(5))).round(4)
OF_KIND: Mapping[str, FloatArray] = {"CC": R, "FZ": Z, "PC": (R / 2 + np.eye(5) / 2).round(4)}


def netcc(row: int, kinds: Sequence[str], *, named: bool = True) -> str:
    """As 3dNetCorr writes it."""
    lines = [f"# 5  # Number of network ROIs\n# {len(kinds)}  # Number of netcc matrices"]
    lines += ["# WITH_ROI_LABELS", " \t".join(f"{roi:>10s}" for roi in ROIS)] if named else []
    lines += [" \t".join(f"{10 * place:10d}" for place in range(1, 6))]
    for kind in kinds:
        lines += [f"# {kind}"]
        lines += ["\t".join(f"{value:12.4f}" for value in line) for line in OF_KIND[kind][row]]
    return "\n".join(lines) + "\n"


def afni(folder: Path, kinds: Sequence[str], *, named: bool = True) -> Path:
    for row, subject in enumerate(SUBJECTS):
        (folder / f"{subject}_000.netcc").write_text(netcc(row, kinds, named=named))
    return listed(folder)


@pytest.mark.parametrize("kinds", [("CC",), ("FZ",), ("CC", "FZ")])
def test_correlations_of_afni_are_read_as_fishers_z(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    found = outcome(afni(tmp_path, kinds)).dataset
    assert found.regions == ROIS
    wanted = Z if "FZ" in kinds else np.arctanh(R * (1 - np.eye(5)))
    close(edges(found), wanted[:, *np.triu_indices(5, 1)])


def test_rois_of_afni_without_words_have_their_numbers(tmp_path: Path) -> None:
    assert outcome(afni(tmp_path, ["CC"], named=False)).dataset.regions == (
        *("10", "20", "30"),
        *("40", "50"),
    )


def test_partial_correlations_of_afni_are_asked_about(tmp_path: Path) -> None:
    folder = afni(tmp_path, ["CC", "FZ", "PC"])
    question = outcome(folder).question("files.variable")
    assert [choice.value for choice in question.choices] == ["FZ", "CC", "PC"]
    found = outcome(folder, files__variable="CC").dataset
    close(edges(found), np.arctanh(R * (1 - np.eye(5)))[:, *np.triu_indices(5, 1)])


@pytest.mark.parametrize("cut", [20, 200, 400])
def test_a_damaged_file_of_afni_is_named(tmp_path: Path, cut: int) -> None:
    folder = afni(tmp_path, ["CC"])
    (folder / "sub-05_000.netcc").write_text(netcc(4, ["CC"])[:cut])
    assert "sub-05_000.netcc" in outcome(folder).refusal


# Kinds that are named and refused -------------------------------------------------------------


@pytest.mark.parametrize(("ending", "kind"), [("gml", "GML"), ("gexf", "GEXF"), ("net", "Pajek")])
def test_graphs_of_other_kinds_are_named_with_the_way_out(
    tmp_path: Path, ending: str, kind: str
) -> None:
    write = {"gml": nx.write_gml, "gexf": nx.write_gexf, "net": nx.write_pajek}[ending]
    graph = nx.from_numpy_array(np.abs(R[0]))
    for subject in SUBJECTS:
        write(graph, str(tmp_path / f"{subject}.{ending}"))
    for refused in (outcome(tmp_path / f"sub-01.{ending}"), outcome(listed(tmp_path))):
        assert kind in refused.refusal
        assert "GraphML" in refused.refusal


@pytest.mark.parametrize("name", ["sub-01.netcc", "lh.aparc.stats", "aseg.stats"])
def test_one_file_of_a_program_is_one_brain(tmp_path: Path, name: str) -> None:
    body = netcc(0, ["CC"]) if name.endswith("netcc") else aseg("sub-01")
    (tmp_path / name).write_text(aparc("sub-01", "lh") if "aparc" in name else body)
    assert "folder" in outcome(tmp_path / name).refusal
