"""Files of one brain in the formats of the field's programs, each as its program writes it."""

import bz2
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO
from itertools import product
from pathlib import Path

import h5py
import networkx as nx
import nibabel
import numpy as np
import pytest
from nibabel.cifti2.cifti2_axes import BrainModelAxis, ScalarAxis, SeriesAxis
from scipy.io import savemat

from graphnet.errors import CohortError
from graphnet.readers.arrays.hdf5 import read_hdf5
from graphnet.readers.arrays.nested import read_nested
from graphnet.readers.folders.surfaces import read_cifti
from graphnet.readers.reading import read
from tests.graphnet import brain_files as files
from tests.graphnet.brain_files import (
    COUNTS,
    FISHER,
    IDS,
    NAMES,
    PEARSON,
    POINTS,
    REGIONS,
    SERIES,
    SUBJECTS,
    VOLUMES,
    FloatArray,
    dataset,
    edges_are,
    folder_of,
    people,
    refusal,
    series_are,
)

NUMBERED = tuple(str(place) for place in range(1, REGIONS + 1))
XCPD = "sub-{0}/func/sub-{0}_task-rest_space-fsLR_seg-4S156Parcels"


def test_parcellated_series_of_cifti(tmp_path: Path) -> None:
    name = f"{XCPD}_den-91k_stat-mean_timeseries.ptseries.nii"
    found = dataset(folder_of(tmp_path, name, files.ptseries))
    series_are(found)
    edges_are(found, FISHER)


def test_parcellated_series_with_time_along_the_columns(tmp_path: Path) -> None:
    """As wb_command -cifti-transpose writes."""

    def turned(path: Path, row: int) -> None:
        files.cifti(path, SERIES[row].T, files.parcels(), SeriesAxis(0, 0.8, POINTS))

    series_are(dataset(folder_of(tmp_path, "sub-{}_task-rest_x.ptseries.nii", turned)))


def test_parcellated_connectomes_of_cifti(tmp_path: Path) -> None:
    name = f"{XCPD}_den-91k_stat-pearsoncorrelation_boldmap.pconn.nii"
    found = dataset(folder_of(tmp_path, name, files.pconn))
    edges_are(found, FISHER)
    assert found.interpretation.connectome is not None
    assert found.interpretation.connectome.values == "r"


def test_parcellated_maps_of_cifti_are_measures(tmp_path: Path) -> None:
    name = f"{XCPD}_den-91k_stat-reho_bold.pscalar.nii"
    found = dataset(folder_of(tmp_path, name, files.pscalar))
    assert (found.regions, found.measures) == (NAMES, ("ReHo",))
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], VOLUMES.astype(np.float32))


def test_two_maps_in_a_file_are_refused(tmp_path: Path) -> None:
    def maps(path: Path, row: int) -> None:
        values = np.stack([VOLUMES[row], VOLUMES[row]])
        files.cifti(path, values, ScalarAxis(["alff", "reho"]), files.parcels())

    folder = folder_of(tmp_path, "sub-{}_stat-reho_bold.pscalar.nii", maps)
    assert "2 maps (alff and reho)" in refusal(folder)


def test_the_text_beside_cifti_is_the_same_and_used(tmp_path: Path) -> None:
    name = f"{XCPD}_den-91k_stat-mean_timeseries.ptseries.nii"
    folder_of(tmp_path, name, files.ptseries)

    def text(path: Path, row: int) -> None:
        np.savetxt(path, SERIES[row], delimiter="\t", header="\t".join(NAMES), comments="")

    folder_of(tmp_path, f"{XCPD}_stat-mean_timeseries.tsv", text)
    found = dataset(tmp_path)
    series_are(found)
    assert ".tsv file was used" in " ".join(found.interpretation.said)


def test_parcels_in_another_order_are_aligned_by_name(tmp_path: Path) -> None:
    def mixed(path: Path, row: int) -> None:
        order = list(range(REGIONS)) if row else [3, 2, 1, 0, 6, 5, 4]
        names = files.parcels([NAMES[place] for place in order])
        files.cifti(path, SERIES[row][:, order], SeriesAxis(0, 0.8, POINTS), names)

    found = dataset(folder_of(tmp_path, "sub-{}_x_timeseries.ptseries.nii", mixed))
    series_are(found)
    edges_are(found, FISHER)


@pytest.mark.parametrize("place", [4, *range(12, 240, 8)])
def test_a_header_that_is_damaged_scales_and_shifts_no_numbers(tmp_path: Path, place: int) -> None:
    """NIfTI-2: magic, shape, offset, slope and intercept have no checksum."""
    path = tmp_path / "x.ptseries.nii"
    files.ptseries(path, 0)
    for byte, bit in product(range(place, place + 8), (0, 3, 5, 6)):
        body = bytearray(path.read_bytes())
        body[byte] ^= 1 << bit
        with suppress(CohortError):
            np.testing.assert_array_equal(read_cifti(bytes(body), "x").values, SERIES[0])


MICAPIPE = "sub-{0}/func/sub-{0}_surf-fsLR-32k_atlas-schaefer-100_desc-FC.shape.gii"


@pytest.mark.parametrize("encoding", ["B64GZ", "B64BIN"])
def test_connectomes_of_micapipe(tmp_path: Path, encoding: str) -> None:
    def write(path: Path, row: int) -> None:
        files.gifti(path, PEARSON[row], encoding)

    found = dataset(folder_of(tmp_path, MICAPIPE, write))
    edges_are(found, FISHER, NUMBERED)


def lookup(path: Path, rows: dict[int, str]) -> None:
    text = "".join(f"{place},{number},{label},1,2,3,0,,,\n"
                   for place, (number, label) in enumerate(rows.items(), 1))  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"roi,mics,label,R,G,B,A,coor.x,coor.y,coor.z\n{text}")


def test_regions_of_micapipe_by_its_tables(tmp_path: Path) -> None:
    """Subcortex and cerebellum stand before the cortex, whose first region is the medial wall."""

    def write(path: Path, row: int) -> None:
        files.gifti(path, PEARSON[row])

    folder_of(tmp_path, MICAPIPE, write)
    luts = tmp_path / "parcellations/lut"
    cortex = {1000: "medial_wall", 1001: "LH_Vis_1", 2000: "medial_wall", 2001: "RH_Vis_1"}
    lookup(luts / "lut_schaefer-100_mics.csv", cortex)
    lookup(luts / "lut_glasser-360_mics.csv", {1001: "L_V1"})
    alone = dataset(tmp_path)
    assert alone.regions == NUMBERED
    left = {each.what for each in alone.interpretation.left_alone}
    assert "lut_schaefer-100_mics.csv" in left
    lookup(luts / "lut_subcortical-cerebellum_mics.csv", {10: "Left-Thalamus", 101: "", 102: ""})
    names = ("Left-Thalamus", "region_101", "region_102", "medial_wall_1000", "LH_Vis_1",
             "medial_wall_2000", "RH_Vis_1")  # fmt: skip
    edges_are(dataset(tmp_path), FISHER, names)
    lookup(luts / "lut_schaefer-100_mics.csv",
           {1000 + place: f"LH_{place}" for place in range(REGIONS)})  # fmt: skip
    found = dataset(tmp_path)
    assert found.regions == tuple(f"LH_{place}" for place in range(REGIONS))
    folder_of(tmp_path, MICAPIPE.replace("schaefer-100", "aparc"), write)
    lookup(luts / "lut_aparc_mics.csv", {place: f"ctx_{place}" for place in range(REGIONS)})
    other = dataset(tmp_path, files__atlas="aparc")
    assert other.regions == tuple(f"ctx_{place}" for place in range(REGIONS))
    (luts / "lut_aparc_mics.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CohortError, match="columns mics and label"):
        dataset(tmp_path, files__atlas="aparc")


def test_vertices_of_gifti_are_no_scans(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        files.gifti(path, PEARSON[row])

    folder_of(tmp_path, MICAPIPE, write)
    folder_of(tmp_path, "sub-{0}/anat/sub-{0}_hemi-L_thickness.shape.gii", write)
    edges_are(dataset(tmp_path), FISHER, NUMBERED)


@pytest.mark.parametrize("attribute", [b'Encoding="ExternalFileBinary"',
                                       b'Encoding="External&#70;ileBinary"'])  # fmt: skip
def test_numbers_in_another_file_are_never_opened(tmp_path: Path, attribute: bytes) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(np.zeros(REGIONS**2, dtype="<f4").tobytes())

    def write(path: Path, row: int) -> None:
        files.gifti(path, PEARSON[row], "B64BIN")
        body = path.read_bytes().replace(b'Encoding="Base64Binary"', attribute)
        body = body.replace(b'ExternalFileName=""', b'ExternalFileName="%s"' % bytes(secret))
        assert attribute in body
        path.write_bytes(body)

    assert "in another file" in refusal(folder_of(tmp_path / "x", MICAPIPE, write))


# Graphs --------------------------------------------------------------------------------------


def test_graphs_of_networkx(tmp_path: Path) -> None:
    found = dataset(folder_of(tmp_path, "sub-{}_graph.graphml", files.graphml))
    edges_are(found, COUNTS)
    assert found.interpretation.connectome is not None
    assert found.interpretation.connectome.values == "counts"


def test_which_attribute_of_edges_is_asked(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        graph = files.graph(COUNTS[row], length=lambda value: value + 0.5)
        nx.write_graphml(graph, path)

    folder = folder_of(tmp_path, "sub-{}.graphml", write)
    (question,) = read(folder).questions
    assert question.id == "files.variable"
    assert [choice.value for choice in question.choices] == ["weight", "length"]
    edges_are(dataset(folder, files__variable="weight"), COUNTS)
    lengths = np.where(COUNTS > 0, COUNTS + 0.5, 0)
    edges_are(dataset(folder, files__variable="length", connectome__values="other"), lengths)


def test_a_graph_with_an_edge_each_way_is_refused_where_they_differ(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        graph = nx.DiGraph(files.graph(COUNTS[row]))
        graph[NAMES[1]][NAMES[0]]["weight"] += row == 2
        nx.write_graphml(graph, path)

    sentence = refusal(folder_of(tmp_path, "sub-{}.graphml", write))
    assert "symmetric" in sentence
    assert NAMES[1] in sentence


def test_a_graph_that_defines_entities_is_refused(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        files.graphml(path, row)
        head = b'<!DOCTYPE graphml [<!ENTITY a "1"><!ENTITY b "&a;&a;">]>\n<graphml'
        path.write_bytes(path.read_bytes().replace(b"<graphml", head, 1))

    assert "defines entities" in refusal(folder_of(tmp_path, "sub-{}.graphml", write))


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("separator", [" ", "\t", ","])
def test_lists_of_edges(tmp_path: Path, first: int, separator: str) -> None:
    """The last region has no edge in one subject, another none in anybody's first lines."""
    counts = COUNTS.copy()
    counts[2, -1], counts[2, :, -1] = 0, 0
    write = partial(files.edge_list, first=first, separator=separator, matrices=counts)
    found = dataset(folder_of(tmp_path, "sub-{}_edgelist.csv", write))
    edges_are(found, counts, NUMBERED)
    assert f"{first} to {REGIONS - 1 + first}" in " ".join(found.interpretation.said)


def test_lists_of_edges_by_name_and_both_ways(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        pairs = [(a, b) for a in range(REGIONS) for b in range(REGIONS) if a != b]
        rows = [f"{NAMES[a]},{NAMES[b]},{float(PEARSON[row, a, b])!r}" for a, b in pairs]
        path.write_text("\n".join(["source,target,weight", *rows]))

    folder = folder_of(tmp_path, "sub-{}_edges.csv", write)
    edges_are(dataset(folder, connectome__values="r"), FISHER)


def test_a_pair_with_two_weights_is_refused(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        files.edge_list(path, row)
        path.write_text(path.read_text() + "1 0 9999\n")

    assert "not symmetric" in refusal(folder_of(tmp_path, "sub-{}_edges.txt", write))


def connectivity(path: Path, row: int, *, packed: bool = False) -> None:
    """As The Virtual Brain exports: weights and lengths of tracts, and the centres by name."""
    centres = "".join(f"{name} {place}.5 -1.0 2.0\n" for place, name in enumerate(NAMES))
    texts = {"centres": centres.encode(), "weights": text(COUNTS[row]),
             "tract_lengths": text(COUNTS[row] * 3)}  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in texts.items():
            if packed:
                archive.writestr(f"{name}.txt.bz2", bz2.compress(body))
            else:
                archive.writestr(f"{name}.txt", body)


def text(matrix: FloatArray) -> bytes:
    stream = BytesIO()
    np.savetxt(stream, matrix, fmt="%.6f")
    return stream.getvalue()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ["sub-{}_connectivity.zip", "connectivity_{}.zip", "{}.zip"])
def test_a_brain_of_tvb_for_each_subject(tmp_path: Path, name: str, *, packed: bool) -> None:
    found = dataset(folder_of(tmp_path, name, partial(connectivity, packed=packed)))
    edges_are(found, COUNTS)


def test_unpacked_brains_of_tvb(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        path.write_bytes(text(COUNTS[row]))
        path.with_name("tract_lengths.txt").write_bytes(text(COUNTS[row] * 3))

    edges_are(dataset(folder_of(tmp_path, "{}/weights.txt", write)), COUNTS, NUMBERED)


def test_centres_of_another_brain_are_refused(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("weights.txt", text(COUNTS[row]))
            archive.writestr("centres.txt", b"a 1 2 3\nb 1 2 3\n")

    assert "7 x 7, but 2 centres" in refusal(folder_of(tmp_path, "{}.zip", write))


# MATLAB --------------------------------------------------------------------------------------


def test_series_of_conn(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        files.conn_series(path.with_name(f"ROI_Subject{row + 1:03}_Session001.mat"), row)

    found = dataset(folder_of(tmp_path, "x{}", write))
    series_are(found)
    edges_are(found, FISHER)
    left = " ".join(str(each.what) for each in found.interpretation.left_alone)
    assert "Grey Matter" in left
    assert "QC_timeseries" in left


def test_matrices_of_conn_by_subject(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        wide = np.concatenate([FISHER[row], np.full((REGIONS, 2), 9.0)], axis=1)
        wide[range(REGIONS), range(REGIONS)] = np.nan
        arrays = {"Z": wide, "names": files.cell(NAMES).T,
                  "names2": files.cell([*NAMES, "a", "b"]).T}  # fmt: skip
        savemat(path.with_name(f"resultsROI_Subject{row + 1:03}_Condition001.mat"), arrays)

    found = dataset(folder_of(tmp_path, "x{}", write))
    edges_are(found, FISHER)


@pytest.mark.parametrize("ending", ["mat", "xml"])
def test_measures_of_cat12(tmp_path: Path, ending: str) -> None:
    write = files.cat12_mat if ending == "mat" else files.cat12_xml
    folder = folder_of(tmp_path, f"label/catROI_sub-{{}}_T1w.{ending}", write)
    (question,) = read(folder).questions
    assert question.id == "files.atlas"
    assert {each.value for each in question.choices} == {"neuromorphometrics", "cobra"}
    found = dataset(folder, files__atlas="neuromorphometrics")
    assert (found.regions, found.measures) == (NAMES, ("Vgm", "Vwm"))
    assert found.values is not None
    np.testing.assert_allclose(
        found.values, np.stack([VOLUMES, VOLUMES / 2], axis=2), rtol=1e-9, atol=0
    )


def test_cells_and_structures_of_matlab_7_3(tmp_path: Path) -> None:
    """CONN's cells of series, CAT12's structures and BrainGB's layers, saved with -v7.3."""

    def conn(path: Path, row: int) -> None:
        cells = [column[:, None] for column in SERIES[row].T]
        files.matlab_7_3(path.with_name(f"ROI_Subject{row + 1:03}_Session001.mat"),
                         {"data": cells, "names": list(NAMES)})  # fmt: skip

    (tmp_path / "conn").mkdir()
    series_are(dataset(folder_of(tmp_path / "conn", "x{}", conn)))

    def cat12(path: Path, row: int) -> None:
        data = {"Vgm": VOLUMES[row, :, None]}
        files.matlab_7_3(path, {"S": {"cobra": {"names": list(NAMES), "data": data}}})

    (tmp_path / "cat12").mkdir()
    found = dataset(folder_of(tmp_path / "cat12", "label/catROI_sub-{}_T1w.mat", cat12))
    assert found.regions == NAMES
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], VOLUMES)
    layers = [np.stack([each, each * 2], axis=2) for each in COUNTS]
    files.matlab_7_3(tmp_path / "PPMI.mat", {"X": layers, "label": np.array(files.LABELS)})
    edges_are(dataset(tmp_path / "PPMI.mat", connectome__columns="X2"), COUNTS * 2, NUMBERED)


def test_cells_of_matlab_7_3_that_hold_themselves_come_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "ROI_Subject001_Session001.mat"
    files.matlab_7_3(path, {"data": [[1.0]] * 40, "names": list(NAMES)})
    with h5py.File(path, "r+") as file:
        file["data"][...] = file["data"].ref
    with pytest.raises(CohortError, match=r"ROI_Subject001_Session001\.mat"):
        read_nested(path, path.name, 1 << 20)


def test_both_files_of_cat12_are_one(tmp_path: Path) -> None:
    folder_of(tmp_path, "label/catROI_sub-{}_T1w.mat", files.cat12_mat)
    folder_of(tmp_path, "label/catROI_sub-{}_T1w.xml", files.cat12_xml)
    found = dataset(tmp_path, files__atlas="neuromorphometrics")
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], VOLUMES)


def test_matrices_of_qsirecon_are_asked_and_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "sub-{}_space-T1w_desc-preproc_connectivity.mat", files.qsirecon)
    (question,) = read(folder).questions
    assert question.id == "files.variable"
    count = dataset(folder, files__variable="aal116_radius2_count_connectivity")
    edges_are(count, COUNTS)
    assert count.interpretation.connectome is not None
    assert count.interpretation.connectome.values == "counts"
    scaled = "aal116_sift_invnodevol_radius2_count_connectivity"
    edges_are(dataset(folder, files__variable=scaled), COUNTS / 1000)


def test_matrices_of_dsi_studio_have_names(tmp_path: Path) -> None:
    name = "sub-{}.src.gz.gqi.fib.gz.tt.gz.aal.count.pass.connectivity.mat"
    found = dataset(folder_of(tmp_path, name, files.dsi_studio))
    edges_are(found, COUNTS)


@pytest.mark.parametrize("version", ["4", "5"])
def test_series_in_every_version_of_matlab(tmp_path: Path, version: str) -> None:
    def write(path: Path, row: int) -> None:
        savemat(path, {"ROISignals": SERIES[row], "note": "abc"}, format=version)

    series_are(dataset(folder_of(tmp_path, "ROISignals_{}.mat", write)), names=NUMBERED)


def test_one_dataset_in_matlab_7_3(tmp_path: Path) -> None:
    arrays = {"fc": FISHER, "ids": IDS, "labels": np.array(files.LABELS), "regions": list(NAMES)}
    files.matlab_7_3(tmp_path / "x.mat", arrays)
    found = dataset(tmp_path / "x.mat")
    edges_are(found, FISHER)
    assert found.subjects.ids == tuple(IDS)


def test_axes_of_matlab_7_3_are_those_of_matlab(tmp_path: Path) -> None:
    values = np.round(files.RANDOM.normal(0, 1, (SUBJECTS, REGIONS, 2)), 5)
    arrays = {
        "features": values,
        "ids": IDS,
        "labels": np.array(files.LABELS),
        "measures": ["GMV", "ReHo"],
    }
    files.matlab_7_3(tmp_path / "x.mat", arrays)
    found = dataset(tmp_path / "x.mat")
    assert found.measures == ("GMV", "ReHo")
    np.testing.assert_array_equal(found.values, values)


def test_a_file_per_subject_in_matlab_7_3(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        files.matlab_7_3(path, {"ROISignals": SERIES[row]})

    series_are(dataset(folder_of(tmp_path, "ROISignals_{}.mat", write)), names=NUMBERED)


# Arrays of all subjects ----------------------------------------------------------------------


def test_matrices_of_braingb_are_asked(tmp_path: Path) -> None:
    arrays = {"fmri": np.moveaxis(FISHER, 0, 2), "dti": np.moveaxis(COUNTS, 0, 2),
              "label": np.array(files.LABELS)[:, None] * 2 - 1}  # fmt: skip
    arrays["fmri"][range(REGIONS), range(REGIONS)] = np.inf
    savemat(tmp_path / "BP.mat", arrays)
    (question,) = [each for each in read(tmp_path / "BP.mat").questions if "fmri" in each.sentence]
    assert question.id == "connectome.columns"
    for name, matrices in (("fmri", FISHER), ("dti", COUNTS)):
        found = dataset(tmp_path / "BP.mat", connectome__columns=name, class__positive="1")
        edges_are(found, matrices, NUMBERED)


def test_layers_of_braingb_are_asked(tmp_path: Path) -> None:
    """As PPMI: a cell per subject, and three kinds of tractography in each."""
    cells = np.empty((SUBJECTS, 1), dtype=object)
    for row in range(SUBJECTS):
        cells[row, 0] = np.stack([COUNTS[row], COUNTS[row] / 7, COUNTS[row] * 2], axis=2)
    savemat(tmp_path / "PPMI.mat", {"X": cells, "label": np.array(files.LABELS)[:, None]})
    found = dataset(tmp_path / "PPMI.mat", connectome__columns="X3")
    edges_are(found, COUNTS * 2, NUMBERED)
    answers = {"connectome__columns": "X2", "connectome__values": "other"}
    edges_are(dataset(tmp_path / "PPMI.mat", **answers), COUNTS / 7, NUMBERED)


def test_series_of_brainnettf_have_regions_before_time(tmp_path: Path) -> None:
    sites = np.array(["NYU", "UM", "NYU", "UM", "NYU", "UM"])
    np.savez(tmp_path / "abide.npz", timeseires=SERIES.swapaxes(1, 2), corr=PEARSON,
             pcorr=PEARSON / 2, label=np.array(files.LABELS), site=sites)  # fmt: skip
    found = dataset(tmp_path / "abide.npz")
    series_are(found, names=NUMBERED)
    edges_are(found, FISHER, NUMBERED)
    assert found.subjects.sites == tuple(sites)


def test_correlations_of_other_series_are_asked(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", timeseires=SERIES.swapaxes(1, 2), corr=PEARSON[::-1],
             label=np.array(files.LABELS))  # fmt: skip
    (question,) = read(tmp_path / "x.npz").questions
    assert [choice.value for choice in question.choices] == ["corr", "timeseires"]
    edges_are(dataset(tmp_path / "x.npz", connectome__columns="corr"), FISHER[::-1], NUMBERED)
    edges_are(dataset(tmp_path / "x.npz", connectome__columns="timeseires"), FISHER, NUMBERED)


def conn_results(folder: Path, condition: int, matrices: FloatArray) -> None:
    """Two targets more than there are sources, whose order is that of the project."""
    wide = np.concatenate([matrices, np.full((SUBJECTS, REGIONS, 2), 9.0)], axis=2)
    wide[:, range(REGIONS), range(REGIONS)] = np.nan
    arrays = {"Z": np.moveaxis(wide, 0, 2), "names": files.cell(NAMES).T,
              "names2": files.cell([*NAMES, "a", "b"]).T, "DOF": np.ones((1, SUBJECTS)),
              "SE": np.ones((REGIONS, REGIONS + 2, SUBJECTS))}  # fmt: skip
    savemat(folder / f"resultsROI_Condition{condition:03}.mat", arrays)


def test_results_of_conn_are_in_the_order_that_is_answered(tmp_path: Path) -> None:
    people(tmp_path, [f"NC_{row}" for row in (4, 2, 9, 7, 5, 3)])
    conn_results(tmp_path, 1, FISHER)
    (question,) = read(tmp_path).questions
    assert question.id == "rows.order"
    edges_are(dataset(tmp_path, rows__order="same"), FISHER)
    assert "subjectIDs.txt" in refusal(tmp_path, rows__order="other")


def test_conditions_of_conn_are_asked_and_numbers_are_ids(tmp_path: Path) -> None:
    people(tmp_path, [f"Subject{row:03}" for row in range(1, SUBJECTS + 1)])
    conn_results(tmp_path, 1, FISHER)
    conn_results(tmp_path, 2, FISHER / 2)
    (question,) = read(tmp_path).questions
    assert question.id == "files.condition"
    edges_are(dataset(tmp_path, files__condition="resultsROI_Condition002.mat"), FISHER / 2)


def test_numbers_in_another_order_are_asked(tmp_path: Path) -> None:
    people(tmp_path, ["3", "1", "2", "6", "5", "4"])
    conn_results(tmp_path, 1, FISHER)
    assert [question.id for question in read(tmp_path).questions] == ["rows.order"]


def test_results_of_conn_of_other_people_are_refused(tmp_path: Path) -> None:
    people(tmp_path, [f"NC_{row}" for row in range(1, SUBJECTS)])
    conn_results(tmp_path, 1, FISHER)
    assert "has 6 subjects, but participants.tsv has 5 rows" in refusal(tmp_path)


@pytest.mark.parametrize("listed", [True, False])
def test_netmats_of_hcp(tmp_path: Path, *, listed: bool) -> None:
    people(tmp_path)
    flat = np.where(np.isfinite(FISHER), FISHER, 0).reshape(SUBJECTS, -1)
    order = [3, 0, 5, 1, 2, 4] if listed else list(range(SUBJECTS))
    np.savetxt(tmp_path / "netmats1.txt", flat[order], fmt="%.8g")
    if listed:
        (tmp_path / "subjectIDs.txt").write_text("\n".join(IDS[row] for row in order) + "\n")
    answers = {"connectome__values": "z"} | ({} if listed else {"rows__order": "same"})
    edges_are(dataset(tmp_path, **answers), FISHER, NUMBERED)


# HDF5 ----------------------------------------------------------------------------------------


def test_hdf5_of_giga_connectome(tmp_path: Path) -> None:
    people(tmp_path, [f"sub-{subject}" for subject in IDS])
    files.giga_connectome(tmp_path / "atlas-Schaefer20187Networks_desc-simple.h5")
    found = dataset(tmp_path)
    series_are(found, names=NUMBERED)
    edges_are(found, FISHER, NUMBERED)


def test_the_repetition_time_of_giga_connectome_is_taken_up(tmp_path: Path) -> None:
    people(tmp_path, [f"sub-{subject}" for subject in IDS])
    path = tmp_path / "atlas-X_desc-simple.h5"
    files.giga_connectome(path)
    found = dataset(tmp_path)
    assert found.interpretation.repetition_time == 2.0
    assert "2 seconds apart" in " ".join(found.interpretation.said)
    name = f"sub-{IDS[1]}/sub-{IDS[1]}_task-rest_{files.ATLAS}_timeseries"
    for value in (2.5, "2", [2.0, 2.0], -1.0):
        with h5py.File(path, "r+") as file:
            file[name].attrs["RepetitionTime"] = value
        other = dataset(tmp_path).interpretation
        assert other.repetition_time is None, value
        assert "the same repetition time" in " ".join(other.said)
    with h5py.File(path, "r+") as file:
        for subject in IDS:
            series = file[f"sub-{subject}/sub-{subject}_task-rest_{files.ATLAS}_timeseries"]
            del series.attrs["RepetitionTime"]
    assert dataset(tmp_path).interpretation.repetition_time is None
    path.with_suffix(".json").write_text('{"SamplingFrequency": 0.5}')
    assert dataset(tmp_path).interpretation.repetition_time == 2.0


def test_tasks_of_giga_connectome_are_asked(tmp_path: Path) -> None:
    people(tmp_path, [f"sub-{subject}" for subject in IDS])
    files.giga_connectome(tmp_path / "atlas-X_desc-simple.h5", tasks=("rest", "nback"))
    (question,) = read(tmp_path).questions
    assert question.id == "files.task"
    series_are(dataset(tmp_path, files__task="nback"), SERIES + 1, NUMBERED)


def test_links_out_of_hdf5_are_never_followed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["fc"] = FISHER
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["fc"] = h5py.ExternalLink("secret.h5", "/fc")
        file["ids"], file["labels"] = np.array(IDS, dtype="S"), files.LABELS
    assert "a link to other data" in refusal(tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        external = [(str(tmp_path / "secret.h5"), 2048, 8 * FISHER.size)]
        file.create_dataset("fc", FISHER.shape, "f8", external=external)
        file["ids"], file["labels"] = np.array(IDS, dtype="S"), files.LABELS
    assert "a link to other data" in refusal(tmp_path / "x.h5")


@pytest.mark.parametrize("chunks", [None, (1, REGIONS, REGIONS)])
def test_what_was_never_written_is_no_zero(tmp_path: Path, chunks: tuple[int, ...] | None) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        fc = file.create_dataset("fc", FISHER.shape, "f8", chunks=chunks)
        if chunks:
            fc[0] = FISHER[0]
        file["ids"], file["labels"] = np.array(IDS, dtype="S"), files.LABELS
    assert "is incomplete" in refusal(tmp_path / "x.h5")


# Damage --------------------------------------------------------------------------------------

DAMAGED: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "ptseries": ("sub-{}_x_timeseries.ptseries.nii", files.ptseries),
    "pconn": ("sub-{}_stat-pearsoncorrelation_boldmap.pconn.nii", files.pconn),
    "graphml": ("sub-{}.graphml", files.graphml),
    "edges": ("sub-{}_edges.txt", files.edge_list),
    "catROI.mat": ("catROI_sub-{}_T1w.mat", files.cat12_mat),
    "catROI.xml": ("catROI_sub-{}_T1w.xml", files.cat12_xml),
    "MATLAB 4": ("sub-{}.connectivity.mat", files.dsi_studio),
    "gifti": (
        "sub-{}_atlas-x_desc-FC.shape.gii",
        lambda path, row: files.gifti(path, PEARSON[row]),
    ),
    "7.3": (
        "ROICorrelation_{}.mat",
        lambda path, row: files.matlab_7_3(path, {"r": PEARSON[row]}),
    ),
}
CHECKED = {"catROI.mat", "gifti"}  # what is packed has a checksum


@pytest.mark.nightly(but=("7.3", "MATLAB 4", "ptseries", "edges"))
@pytest.mark.parametrize("kind", DAMAGED)
def test_cut_files_are_refused(tmp_path: Path, kind: str) -> None:
    """But for lists of edges, which have no end, and text behind the last number."""
    name, write = DAMAGED[kind]
    folder = folder_of(tmp_path, name, write)
    path = next(iter(sorted(folder.glob(name.format(IDS[1])))))
    body = path.read_bytes()
    random = np.random.default_rng(2)
    answers = {"files.atlas": "neuromorphometrics"} if kind.startswith("catROI") else {}
    for length in random.integers(0, len(body) - 20, 30).tolist():
        path.write_bytes(body[:length])
        if kind == "edges":
            continue
        with pytest.raises(CohortError):
            read(folder, mapping=answers).settled()


@pytest.mark.nightly(but=("7.3", "gifti", "edges"))
@pytest.mark.parametrize("kind", DAMAGED)
def test_flipped_bits_change_no_more_than_their_own_number(tmp_path: Path, kind: str) -> None:
    """Three outcomes; and where it is read, nobody else's numbers are touched."""
    name, write = DAMAGED[kind]
    folder = folder_of(tmp_path, name, write)
    path = next(iter(sorted(folder.glob(name.format(IDS[1])))))
    body = path.read_bytes()
    answers = {"files.atlas": "neuromorphometrics"} if kind.startswith("catROI") else {}
    whole = read(folder, mapping=answers).settled()
    random = np.random.default_rng(3)
    for _ in range(60):
        at, bit = int(random.integers(len(body))), int(random.integers(8))
        path.write_bytes(body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :])
        try:
            found = read(folder, mapping=answers).settled()
        except CohortError:
            continue
        assert found.subjects.ids == whole.subjects.ids
        others = [row for row in range(SUBJECTS) if row != 1]
        both = [region for region in whole.regions if region in found.regions]
        places = [found.regions.index(region) for region in both]
        assert len(places) >= REGIONS - 1
        if whole.values is not None and found.values is not None:
            kept = [whole.regions.index(found.regions[place]) for place in places]
            one, two = found.values[others][:, places], whole.values[others][:, kept]
            np.testing.assert_array_equal(one, two)
            if kind in CHECKED and found.regions == whole.regions:
                np.testing.assert_array_equal(found.values[1], whole.values[1])
        elif found.connectomes is not None and found.regions == whole.regions:
            assert whole.connectomes is not None
            np.testing.assert_array_equal(found.connectomes[others], whole.connectomes[others])
            differ = (found.connectomes[1] != whole.connectomes[1]).sum()
            assert differ <= (0 if kind in CHECKED else REGIONS)


@pytest.mark.nightly
def test_a_damaged_header_of_hdf5_moves_no_numbers(tmp_path: Path) -> None:
    """It has no checksums. What cannot be told: floats that are called whole numbers."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["fc"], file["labels"] = FISHER, files.LABELS
    body = path.read_bytes()
    start = body.index(FISHER.tobytes()[8:64]) - 8
    changed = []
    for at in range(start - 1260, start - 1110):
        for bit in range(8):
            path.write_bytes(body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :])
            with suppress(CohortError):
                found = read_hdf5(path, "x", 1 << 20).plain
                if "fc" in found and not np.array_equal(found["fc"], FISHER):
                    changed.append(found["fc"])
    assert len(changed) <= 1
    assert all(one.dtype.kind == "u" for one in changed)


@pytest.mark.nightly
def test_more_than_may_come_out_of_a_file_is_refused(tmp_path: Path) -> None:
    """Eighty megabytes of zeros in some kilobytes."""

    def write(path: Path, row: int) -> None:
        del row
        with h5py.File(path, "w") as file:
            file.create_dataset("r", data=np.zeros((3162, 3162)), compression="gzip")
        assert path.stat().st_size < 200_000

    folder = folder_of(tmp_path, "ROICorrelation_{}.mat", write)
    with pytest.raises(CohortError, match="which is the limit"):
        read(folder, most=1 << 24)


def test_what_is_wrong_with_a_file_of_cat12_is_all_that_is_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "catROI_sub-{}_T1w.xml", files.cat12_xml)
    path = folder / f"catROI_sub-{IDS[2]}_T1w.xml"
    path.write_text(path.read_text().replace("<item>R_X</item>", ""))
    sentence = refusal(folder, files__atlas="neuromorphometrics")
    assert "7 values for 6 regions" in sentence
    assert "ZIP" not in sentence


def test_axes_of_no_length_take_no_time(tmp_path: Path) -> None:
    name = "ROI_Subject001_Session001.mat"
    savemat(tmp_path / name, {"data": np.zeros((0, 3)), "names": np.array(["ab"])})
    body = (tmp_path / name).read_bytes()
    shape = np.array([1, 1], dtype="<i4").tobytes()
    (tmp_path / name).write_bytes(body.replace(shape, np.array([2**31 - 1, 0], "<i4").tobytes()))
    assert read_nested(tmp_path / name, name, 1 << 20).keys() == {"data", "names"}


def test_counts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    def write(path: Path, row: int) -> None:
        content = files.cat12_struct(row)
        content["S"]["neuromorphometrics"]["data"]["Vgm"] = VOLUMES[row, :-1, None]
        savemat(path, content)

    folder = folder_of(tmp_path, "catROI_sub-{}_T1w.mat", write)
    assert "6 values for 7 regions" in refusal(folder, files__atlas="neuromorphometrics")


def test_dense_series_are_named(tmp_path: Path) -> None:
    model = BrainModelAxis.from_surface(np.arange(20), 100, "CortexLeft")
    image = nibabel.Cifti2Image(np.zeros((5, 20), np.float32), (SeriesAxis(0, 1, 5), model))
    nibabel.save(image, tmp_path / "sub-01_bold.dtseries.nii")
    people(tmp_path)
    assert "dense time series (.dtseries.nii)" in refusal(tmp_path)
