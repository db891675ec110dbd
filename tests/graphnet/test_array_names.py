"""Arrays as people name them: what fits by name and shape is read, doubts are asked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from nilearn.connectome import ConnectivityMeasure
from numpy.typing import NDArray
from scipy.io import savemat

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.messages import CHINESE, render
from graphnet.readers.reading import Reading, read

SUBJECTS, REGIONS, POINTS = 12, 8, 40
RANDOM = np.random.default_rng(7)
SERIES = RANDOM.standard_normal((SUBJECTS, POINTS, REGIONS)) @ RANDOM.standard_normal(
    (REGIONS, REGIONS)
)
CORR = np.stack([np.corrcoef(each, rowvar=False) for each in SERIES])
UPPER = np.triu_indices(REGIONS, 1)
Z_EDGES = np.arctanh(np.stack([each[UPPER] for each in CORR]))
OTHER = CORR[::-1].copy()
NODES = RANDOM.random((SUBJECTS, REGIONS, 3))
Y = np.array([0, 1] * (SUBJECTS // 2))
IDS = [f"0050{row:03}" for row in range(SUBJECTS)]
SITES = ["NYU", "UM", "KKI"] * 4
NAMES = ["Precentral_L", "Precentral_R", "Insula_L", "Insula_R", "Vis_1", "Vis_2", "Hip", "Amy"]

Make = Callable[..., Path]
FloatArray = NDArray[np.float64]


def npz(folder: Path, **arrays: object) -> Path:
    np.savez(folder / "x.npz", **arrays)  # type: ignore[arg-type]
    return folder / "x.npz"


def mat(folder: Path, **arrays: object) -> Path:
    words = {key: np.array(each, dtype=object) for key, each in arrays.items()
             if isinstance(each, list) and isinstance(each[0], str)}  # fmt: skip
    savemat(folder / "x.mat", {**arrays, **words})
    return folder / "x.mat"


def hdf5(folder: Path, **arrays: object) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        for name, each in arrays.items():
            file[name] = each
    return folder / "x.h5"


EACH = pytest.mark.parametrize("make", [npz, mat, hdf5])


def settled(path: Path, **mapping: str) -> Dataset:
    answers = {key.replace("__", "."): value for key, value in mapping.items()}
    return read(path, mapping=answers).settled()


def asked(path: Path, **mapping: str) -> Reading:
    found = read(path, mapping={key.replace("__", "."): value for key, value in mapping.items()})
    assert found.questions
    return found


def refused(path: Path) -> str:
    with pytest.raises(CohortError) as caught:
        read(path).settled()
    assert not isinstance(caught.value, QuestionsOpen)
    return str(caught.value)


def codes(found: Dataset) -> list[tuple[object, ...]]:
    """What was read as what."""
    said = [dict(each.values) for each in found.interpretation.assumptions
            if each.code == "readers_arrays.read-as"]  # fmt: skip
    return [(values["array"], values["role"], values["shape"]) for values in said]


def left(found: Dataset) -> set[str]:
    return {str(each.what) for each in found.interpretation.left_alone}


def edges_are(found: Dataset, edges: FloatArray) -> None:
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, edges, rtol=2e-6)


# Connectomes ---------------------------------------------------------------------------------

CONNECTOMES = ["corr", "conn", "connectome", "connectomes", "Connectivity", "fcs", "matrices",
               "correlation", "correlations", "adj", "adjacency", "connectivity_matrices", "SC",
               "X", "x", "data"]  # fmt: skip


@EACH
@pytest.mark.parametrize("name", CONNECTOMES)
def test_connectomes_by_any_common_name(make: Make, name: str, tmp_path: Path) -> None:
    found = settled(make(tmp_path, **{name: CORR}, labels=Y, site=SITES), connectome__values="r")
    edges_are(found, Z_EDGES)
    assert found.subjects.labels.tolist() == Y.tolist()
    assert found.subjects.sites == tuple(SITES)
    assert codes(found) == [(name, "fc", "(12, 8, 8)")]
    assert "connectomes" in str(found.interpretation.assumptions[0])
    assert "连接组" in render(found.interpretation.assumptions[0], CHINESE)


def test_ones_on_the_diagonal_need_no_answer(tmp_path: Path) -> None:
    edges_are(settled(npz(tmp_path, corr=CORR, labels=Y)), Z_EDGES)


def test_a_name_that_is_not_documented_promises_no_fishers_z(tmp_path: Path) -> None:
    """Of fc it is documented; conn could hold either."""
    bare = CORR / 2 * (1 - np.eye(REGIONS))
    (question,) = asked(npz(tmp_path, conn=bare, labels=Y)).questions
    assert question.id == "connectome.values"
    edges = np.stack([each[UPPER] for each in bare])
    edges_are(settled(npz(tmp_path, fc=bare, labels=Y)), edges)
    edges_are(settled(npz(tmp_path, corr=bare, labels=Y)), np.arctanh(edges))


@EACH
def test_subjects_may_be_last(make: Make, tmp_path: Path) -> None:
    edges_are(settled(make(tmp_path, matrices=np.moveaxis(CORR, 0, 2), dx=Y)), Z_EDGES)
    edges_are(settled(make(tmp_path, X=np.moveaxis(CORR, 0, 2), dx=Y)), Z_EDGES)


def test_one_triangle_under_an_open_name(tmp_path: Path) -> None:
    edges_are(settled(npz(tmp_path, X=np.tril(CORR), y=Y)), Z_EDGES)


@EACH
def test_of_two_connectomes_one_is_asked(make: Make, tmp_path: Path) -> None:
    path = make(tmp_path, corr=CORR, X=OTHER, labels=Y)
    (question,) = asked(path).questions
    assert question.id == "connectome.columns"
    assert {choice.value for choice in question.choices} == {"corr", "X"}
    edges_are(settled(path, connectome__columns="corr"), Z_EDGES)
    other = settled(path, connectome__columns="X")
    edges_are(other, Z_EDGES[::-1])
    assert left(other) == {"corr"}


def test_the_same_connectomes_twice_are_one(tmp_path: Path) -> None:
    found = settled(npz(tmp_path, corr=CORR, X=CORR, labels=Y))
    edges_are(found, Z_EDGES)
    assert left(found) == {"X"}


def test_documented_names_go_first(tmp_path: Path) -> None:
    found = settled(npz(tmp_path, fc=CORR, corr=OTHER, timeseries=SERIES, labels=Y))
    edges_are(found, Z_EDGES)
    assert left(found) == {"corr", "timeseries"}
    assert codes(found) == []


# Measures ------------------------------------------------------------------------------------


@EACH
def test_node_features_and_adjacency(make: Make, tmp_path: Path) -> None:
    """As for a graph network: x (S, N, F) and adj (S, N, N)."""
    weights = np.abs(CORR) * (np.abs(CORR) > 0.2)
    found = settled(make(tmp_path, x=NODES, adj=weights, y=Y, roi_names=NAMES),
                    connectome__values="other")  # fmt: skip
    assert found.values is not None
    np.testing.assert_array_equal(found.values, NODES)
    edges_are(found, np.stack([each[UPPER] for each in weights]))
    assert found.regions == tuple(NAMES)
    assert {each[1] for each in codes(found)} == {"features", "fc", "regions"}


def test_features_that_are_documented_get_their_connectomes(tmp_path: Path) -> None:
    found = settled(npz(tmp_path, features=NODES, corr=CORR, labels=Y))
    edges_are(found, Z_EDGES)
    assert found.values is not None
    fewer = settled(npz(tmp_path, features=NODES[:, :5], corr=CORR, labels=Y))
    assert fewer.connectomes is None
    assert left(fewer) == {"corr"}


def test_a_table_of_scikit_learn(tmp_path: Path) -> None:
    """(S, K) are K regions, or flat connectomes where K pairs of regions could be; then asked."""
    plain = RANDOM.random((SUBJECTS, 20))
    found = settled(npz(tmp_path, X=plain, y=Y))
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], plain)
    assert codes(found) == [("X", "measures", "(12, 20)")]
    pairs = Z_EDGES / 3
    path = npz(tmp_path, data=pairs, target=Y)
    (question,) = asked(path).questions
    assert question.id == "features"
    assert "28 regions" in question.sentence
    measured = settled(path, features="measures")
    assert measured.values is not None
    np.testing.assert_array_equal(measured.values[:, :, 0], pairs)
    answers = {"features": "fc", "triangle": "upper", "connectome__values": "z"}
    edges_are(settled(path, **answers), pairs)


def test_columns_with_names_are_a_table(tmp_path: Path) -> None:
    table = RANDOM.random((SUBJECTS, 2 * REGIONS))
    columns = [f"{measure}_{region}" for measure in ("GMV", "ReHo") for region in NAMES]
    found = settled(npz(tmp_path, data=table, target=Y, feature_names=columns, id=IDS))
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.labels.tolist() == Y.tolist()
    assert (found.measures, set(found.regions)) == (("GMV", "ReHo"), set(NAMES))
    assert found.values is not None
    place = found.regions.index("Hip")
    np.testing.assert_array_equal(found.values[:, place, 1], table[:, columns.index("ReHo_Hip")])


def test_two_arrays_of_measures_are_asked(tmp_path: Path) -> None:
    path = npz(tmp_path, X=NODES, feats=NODES * 2, y=Y)
    (question,) = asked(path).questions
    assert question.id == "features.columns"
    found = settled(path, features__columns="feats")
    assert found.values is not None
    np.testing.assert_array_equal(found.values, NODES * 2)


@EACH
def test_many_numbers_per_region_are_points_or_measures(make: Make, tmp_path: Path) -> None:
    path = make(tmp_path, data=SERIES.swapaxes(1, 2), y=Y)
    (question,) = asked(path).questions
    assert question.id == "features"
    edges_are(settled(path, features="series"), Z_EDGES)
    assert len(settled(path, features="measures").measures) == POINTS


# Series --------------------------------------------------------------------------------------

SERIES_NAMES = ["timeseries", "time_series", "ts", "bold", "timeseires", "ROISignals"]


@EACH
@pytest.mark.parametrize("name", SERIES_NAMES)
@pytest.mark.parametrize("turned", [False, True])
def test_series_of_either_order(make: Make, name: str, tmp_path: Path, *, turned: bool) -> None:
    series = SERIES.swapaxes(1, 2) if turned else SERIES
    named = settled(make(tmp_path, **{name: series}, y=Y, roi_labels=NAMES))
    assert named.regions == tuple(NAMES)
    path = make(tmp_path, **{name: series}, y=Y)
    (question,) = asked(path).questions
    assert question.id == "series.orientation"
    rows = "regions" if turned else "points"
    for found in (named, settled(path, series__orientation=rows)):
        edges_are(found, Z_EDGES)
        assert found.series is not None
        np.testing.assert_array_equal(found.series.of(3), SERIES[3])


def test_series_beside_their_correlations(tmp_path: Path) -> None:
    for name, series in (("ts", SERIES), ("bold", SERIES.swapaxes(1, 2))):
        found = settled(npz(tmp_path, **{name: series}, corr=CORR, y=Y))
        assert found.series is not None
        assert left(found) == {"corr"}
    path = npz(tmp_path, ts=SERIES, corr=OTHER, y=Y)
    (question,) = asked(path).questions
    assert {choice.value for choice in question.choices} == {"ts", "corr"}
    edges_are(settled(path, connectome__columns="corr"), Z_EDGES[::-1])
    edges_are(settled(path, connectome__columns="ts"), Z_EDGES)


# Subjects ------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("name", ["label", "labels", "y", "Y", "target", "targets", "group", "dx",
                                  "diagnosis", "class", "classes"])  # fmt: skip
def test_classes_by_any_common_name(make: Make, name: str, tmp_path: Path) -> None:
    found = settled(make(tmp_path, corr=CORR, **{name: Y}))
    assert found.subjects.labels.tolist() == Y.tolist()


@EACH
@pytest.mark.parametrize("name", ["id", "ids", "subject", "subjects", "sub", "subs", "subject_id",
                                  "participant_id", "names"])  # fmt: skip
def test_ids_by_any_common_name(make: Make, name: str, tmp_path: Path) -> None:
    found = settled(make(tmp_path, corr=CORR, y=Y, **{name: IDS}))
    assert found.subjects.ids == tuple(IDS)


@EACH
@pytest.mark.parametrize("name", ["site", "sites", "scanner", "center", "centre"])
def test_sites_by_any_common_name(make: Make, name: str, tmp_path: Path) -> None:
    found = settled(make(tmp_path, corr=CORR, y=Y, age=np.arange(20.5, 32), **{name: SITES}))
    assert found.subjects.sites == tuple(SITES)
    assert [each.name for each in found.subjects.covariates] == ["age"]


def test_a_target_with_decimals_is_a_score(tmp_path: Path) -> None:
    scores = RANDOM.random(SUBJECTS)
    found = settled(npz(tmp_path, corr=CORR, y=scores))
    np.testing.assert_array_equal(found.subjects.scores, scores)
    assert found.interpretation.score == "y"
    assert found.interpretation.label is None
    numbers = np.arange(SUBJECTS) % 6
    path = npz(tmp_path, corr=CORR, y=numbers)
    (question,) = asked(path).questions
    assert question.id == "class"
    assert settled(path, **{"class": "y"}).subjects.labels.tolist() == numbers.tolist()
    assert settled(path, **{"class": "none"}).subjects.scores.tolist() == numbers.tolist()


def test_coordinates_of_regions_are_no_target(tmp_path: Path) -> None:
    places = {axis: np.arange(float(REGIONS)) for axis in "xyz"}
    found = settled(npz(tmp_path, fc=CORR, ids=IDS, sex=["M", "F"] * 6, **places))
    assert found.interpretation.label is None
    assert left(found) == {"x", "y", "z"}


# Regions -------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("name", ["roi", "rois", "regions", "region", "roi_names", "region_names",
                                  "roi_labels", "names"])  # fmt: skip
def test_regions_by_any_common_name(make: Make, name: str, tmp_path: Path) -> None:
    found = settled(make(tmp_path, corr=CORR, labels=Y, **{name: NAMES}))
    assert found.regions == tuple(NAMES)


def test_of_two_lists_of_regions_one_is_asked(tmp_path: Path) -> None:
    """Words go before numbers; the same list twice is one."""
    words = settled(npz(tmp_path, corr=CORR, y=Y, roi=np.arange(REGIONS), roi_names=NAMES))
    assert words.regions == tuple(NAMES)
    same = settled(npz(tmp_path, corr=CORR, y=Y, regionnames=NAMES, roi_names=NAMES))
    assert same.regions == tuple(NAMES)
    path = npz(tmp_path, corr=CORR, y=Y, region_names=NAMES[::-1], roi_names=NAMES)
    (question,) = asked(path).questions
    assert question.id == "regions.columns"
    assert settled(path, regions__columns="roi_names").regions == tuple(NAMES)


# What is refused -----------------------------------------------------------------------------


def test_what_does_not_fit_is_refused_with_what_is_there(tmp_path: Path) -> None:
    for arrays in ({"blob": CORR}, {"corr": CORR[:, :4]}, {"ts": SERIES[:, :4, :5]},
                   {"corr": CORR[:, :, 0]}):  # fmt: skip
        (name,) = arrays
        sentence = refused(npz(tmp_path, **arrays, y=Y))
        assert f"it holds {name} (" in sentence
        assert "y (12)" in sentence
    assert "no array called ids; it holds corr (12, 8, 8)" in refused(npz(tmp_path, corr=CORR))


def test_a_refusal_names_the_array_that_is_wrong(tmp_path: Path) -> None:
    sentence = refused(npz(tmp_path, X=NODES[:5], y=Y))
    assert "X of shape (5, 8, 3), but y has 12 values" in sentence
    sentence = refused(npz(tmp_path, corr=CORR, y=Y[:11]))
    assert "corr of shape (12, 8, 8), but y has 11 values" in sentence
    sentence = refused(npz(tmp_path, connectivity=CORR, ids=IDS[:10], labels=Y))
    assert "ids has 10 values and labels has 12 values" in sentence


@pytest.mark.parametrize("name", ["y", "labels", "target"])
@pytest.mark.parametrize("kind", [int, float, bool])
def test_classes_in_columns_are_refused_with_how_to_join_them(
    tmp_path: Path, name: str, kind: type
) -> None:
    columns = np.eye(2)[Y].astype(kind)
    assert f"{name}.argmax(axis=1)" in refused(npz(tmp_path, corr=CORR, **{name: columns}))


@pytest.mark.parametrize(
    "names",
    [
        ("X_train", "y_train", "X_test", "y_test"),
        ("train_x", "train_y", "test_x", "test_y"),
        ("Train_FC", "Train_label", "Test_FC", "Test_label"),
    ],
)
def test_a_cohort_that_is_split_already_is_refused_with_how_to_join_it(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    parts = (CORR[:8], Y[:8], CORR[8:], Y[8:])
    sentence = refused(npz(tmp_path, **dict(zip(names, parts, strict=True))))
    assert "already split into training and test sets" in sentence
    assert "numpy.concatenate" in sentence


def test_objects_are_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "opened",))

    traps = np.array([Trap() for _ in range(SUBJECTS)], dtype=object)
    assert "pickle" in refused(npz(tmp_path, corr=traps, labels=Y))
    assert "labels=numpy.array(labels, dtype=str)" in refused(
        npz(tmp_path, corr=CORR, labels=traps)
    )
    assert settled(npz(tmp_path, corr=CORR, y=Y, ts=traps)).connectomes is not None
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("kind", ["correlation", "partial correlation"])
def test_vectors_of_nilearn_with_their_diagonal_are_connectomes(tmp_path: Path, kind: str) -> None:
    """It keeps the diagonal unless told otherwise, divided by the square root of 2."""
    measure = partial(ConnectivityMeasure, kind=kind, standardize="zscore_sample")
    wanted = measure().fit_transform(SERIES)
    vectors = measure(vectorize=True).fit_transform(SERIES)
    assert vectors.shape == (SUBJECTS, 36)  # as many as the edges of nine regions
    edges_are(settled(npz(tmp_path, X=vectors, y=Y), connectome__values="z"), _edges(wanted))


def test_vectors_whose_diagonal_varies_are_asked(tmp_path: Path) -> None:
    squares = np.stack([np.cov(each, rowvar=False) for each in SERIES])
    rows, columns = np.tril_indices(REGIONS)
    path = npz(tmp_path, X=squares[:, rows, columns], y=Y)
    answers = {"features": "fc", "connectome__values": "z"}
    (question,) = asked(path, **answers).questions
    assert [choice.value for choice in question.choices] == [
        "upper", "lower", "upper-diagonal", "lower-diagonal",
    ]  # fmt: skip
    edges_are(settled(path, **answers, triangle="lower-diagonal"), _edges(squares))


def _edges(squares: FloatArray) -> FloatArray:
    return np.stack([each[UPPER] for each in squares])
