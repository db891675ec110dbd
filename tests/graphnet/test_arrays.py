"""Arrays of NumPy and MATLAB: every axis and name is what it says, is asked, or is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.reading import Reading, read
from tests.graphnet.formats import FEATURES, IDS, LABELS, REGIONS, SCORES, SERIES, SUBJECTS

RANDOM = np.random.default_rng(3)
MATRICES = RANDOM.normal(0, 0.4, (SUBJECTS, REGIONS, REGIONS))
MATRICES = (MATRICES + MATRICES.transpose(0, 2, 1)) / 2
EDGES = np.stack([one[np.triu_indices(REGIONS, 1)] for one in MATRICES])
GOOD = {"ids": IDS, "labels": LABELS, "features": FEATURES, "measures": ["ALFF", "GMV"]}
FC = {"ids": IDS, "labels": LABELS, "fc": MATRICES}

Make = Callable[..., Path]


def npz(path: Path, **arrays: object) -> Path:
    target = path / "x.npz"
    np.savez(target, **arrays)  # type: ignore[arg-type]
    return target


def mat(path: Path, **arrays: object) -> Path:
    target = path / "x.mat"
    savemat(target, {name: _for_matlab(array) for name, array in arrays.items()})
    return target


def _for_matlab(array: object) -> object:
    is_words = isinstance(array, list) and isinstance(array[0], str)
    return np.array(array, dtype=object) if is_words else array


BOTH = pytest.mark.parametrize("make", [npz, mat])


def dataset(path: Path, **mapping: str) -> Dataset:
    return read(path, mapping=mapping).settled()


def asked(path: Path, **mapping: str) -> Reading:
    found = read(path, mapping=mapping)
    assert found.questions
    return found


def refused(path: Path) -> str:
    with pytest.raises(CohortError) as caught:
        read(path).settled()
    assert not isinstance(caught.value, QuestionsOpen)
    return str(caught.value)


# Subjects ------------------------------------------------------------------------------------


@BOTH
def test_names_of_regions_survive(make: Make, tmp_path: Path) -> None:
    names = ["LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "RH_Vis_2", "Precentral_L"]
    found = dataset(make(tmp_path, **GOOD, regions=names))
    assert found.regions == tuple(names)
    assert found.measures == ("ALFF", "GMV")
    assert found.values is not None
    np.testing.assert_array_equal(found.values, FEATURES)
    assert cohort_of(found, "x").regions == tuple(names)
    matrices = dataset(make(tmp_path, **FC, regions=names))
    assert matrices.regions == tuple(names)
    assert matrices.connectomes is not None
    np.testing.assert_array_equal(matrices.connectomes, EDGES.astype(np.float32))


@BOTH
def test_ids_are_text_as_it_stands(make: Make, tmp_path: Path) -> None:
    ids = ["0050952", "01E3", "1.10", "123456789012345678", "NA", "x y"]
    assert dataset(make(tmp_path, **{**GOOD, "ids": ids})).subjects.ids == tuple(ids)
    numbers = np.arange(50952.0, 50952 + SUBJECTS)
    found = dataset(make(tmp_path, **{**GOOD, "ids": numbers})).subjects.ids
    assert found[:2] == ("50952", "50953")


def test_ids_of_bytes_with_blanks_and_in_a_column(tmp_path: Path) -> None:
    padded = np.array([f" {name}  " for name in IDS])
    for ids in (padded, padded.astype("S"), padded[:, None], padded[None]):
        assert dataset(npz(tmp_path, **{**GOOD, "ids": ids})).subjects.ids == tuple(IDS)


@BOTH
def test_classes_in_words_have_names(make: Make, tmp_path: Path) -> None:
    words = ["HC", "SZ", "SZ", "HC", "SZ", "HC"]
    found = dataset(make(tmp_path, **{**FC, "labels": words}))
    assert found.subjects.labels.tolist() == LABELS
    assert dict(found.class_names) == {0: "HC", 1: "SZ"}


@BOTH
def test_other_codings_of_classes_are_asked(make: Make, tmp_path: Path) -> None:
    path = make(tmp_path, **{**FC, "labels": np.array(LABELS) * 2 - 1})
    (question,) = asked(path).questions
    assert question.id == "class.positive"
    assert "labels" in question.sentence
    assert {choice.value for choice in question.choices} == {"1", "-1"}
    turned = read(path, mapping={"class.positive": "-1"}).settled()
    assert turned.subjects.labels.tolist() == [1 - label for label in LABELS]


@BOTH
def test_a_column_per_class_is_refused(make: Make, tmp_path: Path) -> None:
    one_hot = np.eye(2)[LABELS]
    assert "labels of shape 6 x 2" in refused(make(tmp_path, **{**FC, "labels": one_hot}))


@BOTH
def test_whatever_has_a_value_per_subject_describes_it(make: Make, tmp_path: Path) -> None:
    extra: dict[str, object] = {
        "age": np.arange(30.5, 36),
        "sex": ["M", "F"] * 3,
        "sites": ["A", "B"] * 3,
        "scores": np.array(SCORES),
        "atlas": ["AAL"],
    }
    found = dataset(make(tmp_path, **GOOD, **extra))
    people = found.subjects
    assert people.sites == ("A", "B") * 3
    np.testing.assert_array_equal(people.scores, SCORES)
    age, sex = people.covariates
    assert (age.name, age.kind, sex.name, sex.kind) == ("age", "numeric", "sex", "categorical")
    assert sex.values == ("M", "F") * 3
    assert [each.what for each in found.interpretation.left_alone] == ["atlas"]


def test_with_as_many_subjects_as_regions_no_name_of_a_region_is_a_subjects(tmp_path: Path) -> None:
    five = {"ids": IDS[:REGIONS], "labels": LABELS[:REGIONS], "fc": MATRICES[:REGIONS]}
    found = dataset(npz(tmp_path, **five, roi=np.array(list("abcde"))))
    assert found.subjects.covariates == ()
    (left,) = found.interpretation.left_alone
    assert left.what == "roi"
    assert "may be of either" in left.reason


def test_names_of_regions_are_no_ids(tmp_path: Path) -> None:
    names = np.array(["a", "b", "c", "d", "e"])
    found = dataset(npz(tmp_path, fc=MATRICES, label=np.array(LABELS), names=names))
    assert found.interpretation.id is None
    assert found.subjects.labels.tolist() == LABELS


def test_names_in_capitals_and_those_of_tables_are_known(tmp_path: Path) -> None:
    found = dataset(npz(tmp_path, FC=MATRICES, subject_id=np.array(IDS), DX_GROUP=LABELS))
    assert found.subjects.ids == tuple(IDS)
    assert found.interpretation.label is not None
    assert found.interpretation.label.column == "DX_GROUP"


# Measures ------------------------------------------------------------------------------------


@BOTH
def test_codes_for_missing_values_are_found(make: Make, tmp_path: Path) -> None:
    broken = FEATURES.copy()
    broken[2, 3, 1] = -9999
    found = dataset(make(tmp_path, **{**GOOD, "features": broken}))
    assert found.values is not None
    assert np.argwhere(np.isnan(found.values)).tolist() == [[2, 3, 1]]
    (code,) = found.interpretation.missing
    assert (code.column, code.code, code.count) == ("GMV", "-9999", 1)


@BOTH
def test_axes_in_another_order_are_refused_with_all_shapes(make: Make, tmp_path: Path) -> None:
    turned = np.moveaxis(FEATURES, 0, 2)
    sentence = refused(make(tmp_path, **{**GOOD, "features": turned}))
    assert "features of shape (5, 2, 6)" in sentence
    assert "(6 subjects, regions, 2 measures)" in sentence


@BOTH
def test_time_points_are_asked_about(make: Make, tmp_path: Path) -> None:
    series = np.moveaxis(SERIES, 1, 2)
    for named in ({}, {"measures": [f"t{point}" for point in range(series.shape[2])]}):
        path = make(tmp_path, features=series, ids=IDS, labels=LABELS, **named)
        (question,) = asked(path).questions
        assert question.id == "features"
        assert "5 regions and 40 values" in question.sentence
        found = dataset(path, features="series")
        assert found.series is not None
        np.testing.assert_array_equal(found.series.of(2), SERIES[2])
        pearson = np.corrcoef(SERIES[2].T)[np.triu_indices(REGIONS, 1)]
        assert found.connectomes is not None
        np.testing.assert_allclose(found.connectomes[2], np.arctanh(pearson), rtol=1e-6)
        assert found.values is None
        measured = dataset(path, features="measures")
        assert measured.series is None
        assert len(measured.measures) == 40


def test_a_few_measures_without_names_are_numbered(tmp_path: Path) -> None:
    found = dataset(npz(tmp_path, features=FEATURES, ids=IDS, labels=LABELS))
    assert found.measures == ("feature1", "feature2")
    assert any("no array called measures" in each for each in found.interpretation.said)
    one = dataset(npz(tmp_path, features=FEATURES[:, :, 0], ids=IDS, labels=LABELS))
    assert one.measures == ("feature",)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<i2", ">i8", "u1", "longdouble"])
def test_numbers_of_any_kind_and_order(kind: str, tmp_path: Path) -> None:
    values = np.asfortranarray((FEATURES * 50).astype(kind))
    found = dataset(npz(tmp_path, **{**GOOD, "features": values}))
    assert found.values is not None
    np.testing.assert_array_equal(found.values, values.astype(float))


def test_what_lies_beside_is_named_and_not_opened(tmp_path: Path) -> None:
    objects = np.array({"a": 1}, dtype=object)
    dates = np.zeros(SUBJECTS, "M8[D]")
    found = dataset(npz(tmp_path, **GOOD, objects=objects, dates=dates, cube=np.zeros((2, 3, 4))))
    left = {each.what: each.reason for each in found.interpretation.left_alone}
    assert "pickle" in left["objects"]
    assert "dates" in left["dates"]
    assert "2 x 3 x 4" in left["cube"]


# Connectomes ---------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("axis", [1, 2])
def test_subjects_on_another_axis_are_found_and_said(make: Make, axis: int, tmp_path: Path) -> None:
    found = dataset(make(tmp_path, **{**FC, "fc": np.moveaxis(MATRICES, 0, axis)}))
    assert found.connectomes is not None
    np.testing.assert_array_equal(found.connectomes, EDGES.astype(np.float32))
    assert any("its subjects were found on the" in each for each in found.interpretation.said)


def test_with_as_many_subjects_as_regions_symmetry_tells(tmp_path: Path) -> None:
    for fc in (MATRICES[:5], np.moveaxis(MATRICES[:5], 0, 2)):
        found = dataset(npz(tmp_path, ids=IDS[:5], labels=LABELS[:5], fc=fc))
        assert found.connectomes is not None
        np.testing.assert_array_equal(found.connectomes, EDGES[:5].astype(np.float32))


def test_flat_triangles_are_asked_about(tmp_path: Path) -> None:
    lower = np.stack([one[np.tril_indices(REGIONS, -1)] for one in MATRICES])
    for order, flat in (("upper", EDGES), ("lower", lower)):
        path = npz(tmp_path, **{**FC, "fc": flat})
        assert [question.id for question in asked(path).questions] == ["triangle"]
        found = dataset(path, triangle=order)
        assert found.connectomes is not None
        np.testing.assert_array_equal(found.connectomes, EDGES.astype(np.float32))
    whole = dataset(npz(tmp_path, **{**FC, "fc": MATRICES.reshape(SUBJECTS, -1)}))
    assert whole.connectomes is not None
    np.testing.assert_array_equal(whole.connectomes, EDGES.astype(np.float32))


@pytest.mark.parametrize(
    ("fc", "sentence"),
    [
        (MATRICES[:, :, :4], "the same regions both ways for each of the 6 subjects"),
        (np.moveaxis(MATRICES, 0, 2)[:, :4], "of shape (5, 4, 6)"),
        (MATRICES[0], "of shape (5, 5)"),
        (MATRICES[:, None], "of shape (6, 1, 5, 5)"),
        (MATRICES.astype(str), "does not hold real numbers"),
        (MATRICES + np.triu(MATRICES[0], 1), "not symmetric"),
    ],
)
def test_what_is_no_connectome_of_each_is_refused(
    fc: np.ndarray, sentence: str, tmp_path: Path
) -> None:
    assert sentence in refused(npz(tmp_path, **{**FC, "fc": fc}))


def test_r_z_and_counts_are_told_apart(tmp_path: Path) -> None:
    r = np.tanh(MATRICES)
    r[:, range(REGIONS), range(REGIONS)] = 1
    found = dataset(npz(tmp_path, **{**FC, "fc": r}))
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, EDGES, rtol=1e-6)
    counts = np.round(np.abs(MATRICES) * 5000)
    kept = dataset(npz(tmp_path, **{**FC, "fc": counts}))
    reading = kept.interpretation.connectome
    assert reading is not None
    assert reading.values == "counts"
    assert kept.connectomes is not None
    assert kept.connectomes.max() == counts[:, *np.triu_indices(REGIONS, 1)].max()


def test_measures_and_connectomes_have_the_same_regions(tmp_path: Path) -> None:
    found = dataset(npz(tmp_path, **GOOD, fc=MATRICES))
    assert found.values is not None
    assert found.connectomes is not None
    assert len(found.regions) == REGIONS
    sentence = refused(npz(tmp_path, **GOOD, fc=MATRICES[:, :4, :4]))
    assert "fc of 4 regions, but 5 regions" in sentence


# What is refused -----------------------------------------------------------------------------


@BOTH
def test_everything_that_does_not_fit_is_named_at_once(make: Make, tmp_path: Path) -> None:
    sentence = refused(make(tmp_path, **{**GOOD, "labels": LABELS[:2], "scores": [1.0]}))
    assert "has 2 labels where 6 belong." in sentence
    assert "has 1 scores where 6 belong." in sentence
    twice = refused(make(tmp_path, **{**GOOD, "measures": ["GMV", "GMV"]}))
    assert "names one of its measures twice." in twice
    assert "no array called ids" in refused(make(tmp_path, fc=MATRICES))


PROGRAMS: dict[str, dict[str, object]] = {
    "CONN": {"Z": np.zeros((5, 5, 6)), "names": ["a"] * 5, "DOF": np.ones(6)},
    "BrainNetTF": {"timeseires": np.zeros((6, 45)), "corr": np.zeros((6, 4)), "label": LABELS},
    "BrainGB": {"fmri": np.zeros((6, 25)), "label": LABELS},
    "DPABI": {"ROISignals": np.zeros((40, 5))},
    "QSIRecon": {"aal_region_labels": ["a"] * 5, "aal_count_connectivity": np.zeros((5, 5))},
    "DSI Studio": {"connectivity": np.zeros((5, 5)), "name": ["a"] * 5, "atlas": ["AAL"]},
    "one subject": {"connectivity": np.zeros((5, 5))},
}


@BOTH
@pytest.mark.parametrize("program", PROGRAMS)
def test_arrays_of_other_programs_are_named(make: Make, program: str, tmp_path: Path) -> None:
    sentence = refused(make(tmp_path, **PROGRAMS[program]))
    assert program in sentence
    assert all(name in sentence for name in PROGRAMS[program])


def test_arrays_of_nobody_are_listed_with_their_shapes(tmp_path: Path) -> None:
    sentence = refused(npz(tmp_path, other=np.zeros((2, 3)), y=LABELS))
    assert "it holds other (2, 3) and y (6)" in sentence
    assert "numpy.savez" in sentence


def test_a_structure_is_refused_with_what_to_do(tmp_path: Path) -> None:
    sentence = refused(mat(tmp_path, data={"fc": MATRICES}))
    assert "it holds data (a structure)" in sentence
    assert "'-struct', 'data'" in sentence


def test_a_single_array_and_a_pickle_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", MATRICES)
    assert "single NumPy array of shape (6, 5, 5)" in refused(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.array({"fc": 1}, dtype=object), allow_pickle=True)
    assert "pickle" in refused(tmp_path / "x.npy")
