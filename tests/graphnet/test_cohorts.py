"""A dataset becomes the cohort that is trained on: nothing but what is said is changed."""

from dataclasses import replace

import numpy as np
import pytest

from graphnet.data.cohort import FloatArray
from graphnet.data.cohorts import ANY, GROUP, SCORE, cohort_of
from graphnet.data.dataset import NO_CLASS, Dataset, Series, Subjects
from graphnet.data.interpretation import (
    ClassCoding,
    ConnectomeReading,
    Interpretation,
    LeftAlone,
)
from graphnet.errors import CohortError
from graphnet.messages import Message, finished, first_of

REGIONS = tuple(f"Region_{place}" for place in range(12))
LABELS = np.array([0, 1, NO_CLASS, 1])
NAN = float("nan")


def dataset(**changes: object) -> Dataset:
    random = np.random.default_rng(0)
    coding = ClassCoding("DX", {"HC": 0, "SZ": 1}, {0: "HC", 1: "SZ"})
    found = Dataset(
        Subjects(("a", "b", "c", ""), LABELS, np.array([1.0, NAN, 3.0, NAN]), ("x", "", "x", "")),
        REGIONS,
        ("GMV",),
        Interpretation(
            "csv", id="ID", label=coding, assumptions=(finished("Something was assumed."),)
        ),
        values=1 + 0.1 * random.standard_normal((4, 12, 1)),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def edges() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(1).standard_normal((4, 66)).astype(np.float32)


def with_edges(values: FloatArray | None = None, kind: str = "z") -> Dataset:
    told = ConnectomeReading(kind, "full", finished(""))
    found = dataset(values=values, connectomes=edges(), measures=() if values is None else ("GMV",))
    return found.with_interpretation(replace(found.interpretation, connectome=told))


def test_subjects_with_a_class_are_kept_with_what_is_known_of_them() -> None:
    found = cohort_of(dataset(), "S_200101_x")
    assert found.ids == ("a", "b", "S_200101_x row 4")
    assert found.labels.tolist() == [0, 1, 1]
    assert found.sites == ("x", "S", "S")
    assert found.class_names == {0: "HC", 1: "SZ"}
    assert found.interpretations == {"S_200101_x": dataset().interpretation}
    assert found.notes == (
        Message("data.rows-without-id", name="S_200101_x", count=1),
        Message("data.rows-dropped", name="S_200101_x", count=1, target=GROUP),
    )  # what was assumed stands in the interpretation: it limits no figure


def test_the_target_says_who_is_kept() -> None:
    assert cohort_of(dataset(), "D", SCORE).ids == ("a", "c")
    assert len(cohort_of(dataset(), "D", ANY)) == 4
    nobody = replace(dataset().subjects, labels=np.full(4, NO_CLASS))
    with pytest.raises(CohortError, match="The dataset D has no subject with a class"):
        cohort_of(dataset(subjects=nobody), "D")


def test_infinite_values_are_counted_as_such() -> None:
    values = np.ones((4, 12, 1)) * np.arange(1, 13)[None, :, None]
    values[1, :2] = np.inf
    found = cohort_of(dataset(values=values), "D")
    assert [(f.rule, f.subject, f.count) for f in found.findings] == [
        ("infinite", "b", 2), ("broken", "b", 10),
    ]  # fmt: skip
    assert np.isnan(found.features[1]).all()


@pytest.mark.parametrize(
    ("kind", "kept_as"), [("z", "z"), ("r", "z"), ("counts", "counts"), ("other", "other")]
)
def test_rows_of_a_connectome_stand_in_for_measures_unscreened(kind: str, kept_as: str) -> None:
    strong = edges()
    strong[0, 3] = 4e6  # a strong tract beside weak ones is no failed computation
    strong[1] = 2.0
    found = cohort_of(replace(with_edges(kind=kind), connectomes=strong), "D")
    assert found.edges == kept_as
    assert found.measures == tuple(f"FC_{region}" for region in REGIONS)
    assert found.findings == ()
    assert found.connectomes is not None
    np.testing.assert_array_equal(found.features, found.connectomes)
    assert found.features[0, 0, 4] == found.features[0, 4, 0] == 4e6


def test_measures_beside_a_connectome_are_measures() -> None:
    found = cohort_of(with_edges(dataset().values), "D")
    assert found.measures == ("GMV",)
    assert found.connectomes is not None
    assert found.connectomes.shape == (3, 12, 12)


def test_series_follow_their_subjects() -> None:
    rows = np.arange(4 * 5 * 12, dtype=np.float64).reshape(20, 12)
    series = Series(rows, np.array([0, 5, 10, 15, 20]))
    found = cohort_of(replace(with_edges(), series=series), "D").series
    assert found is not None
    assert [one[0, 0] for one in found] == [0, 60, 180]


def test_what_was_not_used_and_a_missing_id_column_are_noted() -> None:
    told = Interpretation("csv", left_alone=(LeftAlone("Date", finished("it is a date")),))
    assert cohort_of(dataset(interpretation=told), "D", ANY).notes == (
        Message("data.no-id-column", name="D"),
        Message("data.not-used", name="D", columns=first_of(["Date"])),
    )


def test_names_that_are_numbers_are_no_names() -> None:
    told = Interpretation(
        "csv", id="ID", label=ClassCoding("DX", {"1": 0, "2": 1}, {0: "1", 1: "2"})
    )
    assert cohort_of(dataset(interpretation=told), "D").class_names == {}
