"""A dataset as a folder: everything comes back, and nothing of a folder is believed."""

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, Dataset, Series, Subjects
from graphnet.data.interpretation import (
    ClassCoding,
    ConnectomeReading,
    CovariateReading,
    Interpretation,
    LeftAlone,
    MissingCode,
    SeriesReading,
    TextFormat,
)
from graphnet.data.storage import DATASET, describe, load, save
from graphnet.errors import CohortError
from graphnet.messages import finished

REGIONS = ("bankssts", "L_cuneus", "7Networks_LH_Vis_1", "区")
IDS = ("001", "01E3", "123456789012345678", "NA", "")


def whole() -> Dataset:
    """S = 5 subjects, N = 4 regions, F = 2 measures, E = 6 edges, with whatever may be missing."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5, 4, 2))
    values[0, 0, 0], values[1, 2, 1] = np.nan, np.inf
    connectomes = rng.normal(size=(5, 6)).astype(np.float32)
    connectomes[2, 3] = np.nan
    scores = np.array([1.5, np.nan, -np.inf, 0.1 + 0.2, 1e300])
    covariates = (
        Covariate("age", NUMERIC, np.array([30.5, np.nan, np.inf, 1 / 3, 0.0])),
        Covariate("sex", CATEGORICAL, ("m", "", "w", "m", "漢")),
    )
    offsets = np.array([0, 3, 3, 7, 9, 12])
    return Dataset(
        subjects=Subjects(
            IDS, np.array([0, 1, -1, 2, 0]), scores, ("A", "", "B", "B", "A"), covariates
        ),
        regions=REGIONS,
        measures=("GMV", "thickness"),
        interpretation=interpretation(),
        values=values,
        connectomes=connectomes,
        series=Series(rng.normal(size=(12, 4)), offsets),
    )


def interpretation() -> Interpretation:
    return Interpretation(
        kind="csv",
        text=TextFormat("gb18030", ";", ","),
        id="编号",
        label=ClassCoding("group", {"HC": 0, "SZ": 1}, {0: "HC", 1: "SZ"}),
        covariates=(CovariateReading("age", NUMERIC, 1),),
        connectome=ConnectomeReading("r", "lower", finished("its name says r")),
        series=SeriesReading(3, 4),
        files={"ses": "1"},
        missing=(MissingCode("age", "-9999", 2),),
        left_alone=(LeftAlone("x", finished("it is constant")),),
        assumptions=(finished("Ids are text."),),
        answers={"files.ses": "1"},
    )


def test_everything_comes_back_bit_by_bit(tmp_path: Path) -> None:
    dataset = whole()
    save(dataset, tmp_path, "abc")
    found = load(tmp_path)
    assert found.subjects.ids == IDS
    assert (found.regions, found.measures) == (REGIONS, ("GMV", "thickness"))
    assert found.interpretation == dataset.interpretation
    assert found.subjects.sites == dataset.subjects.sites
    assert describe(tmp_path).content_sha256 == "abc"
    assert found.series is not None
    assert dataset.series is not None
    pairs = (
        (found.subjects.labels, dataset.subjects.labels),
        (found.subjects.scores, dataset.subjects.scores),
        (found.values, dataset.values),
        (found.connectomes, dataset.connectomes),
        (found.series.values, dataset.series.values),
        (found.series.of(2), dataset.series.values[3:7]),
    )
    for ours, theirs in pairs:
        assert ours is not None
        assert theirs is not None
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes()
    age, sex = found.subjects.covariates
    np.testing.assert_array_equal(age.values, dataset.subjects.covariates[0].values)
    assert sex == dataset.subjects.covariates[1]


def test_arrays_are_mapped_and_cannot_be_written(tmp_path: Path) -> None:
    save(whole(), tmp_path)
    found = load(tmp_path)
    assert isinstance(found.values, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0, 0] = 1.0


def test_a_dataset_without_some_arrays_has_none_of_them(tmp_path: Path) -> None:
    save(replace(whole(), connectomes=None, series=None), tmp_path)
    found = load(tmp_path)
    assert (found.connectomes, found.series) == (None, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATASET, "values.npy"]
    assert list(describe(tmp_path).files) == ["values.npy"]


def test_a_dataset_is_the_same_bytes_whoever_saves_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        save(whole(), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    found = json.loads((folder / DATASET).read_text(encoding="utf-8"))
    change(found)
    (folder / DATASET).write_text(json.dumps(found), encoding="utf-8")


LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another kind": lambda found: found.update(format="other"),
    "no regions": lambda found: found.pop("regions"),
    "fewer regions": lambda found: found["regions"].pop(),
    "fewer subjects": lambda found: found["subjects"]["ids"].pop(),
    "more labels": lambda found: found["subjects"]["labels"].append(1),
    "fewer sites": lambda found: found["subjects"]["sites"].pop(),
    "a covariate cut": lambda found: found["subjects"]["covariates"][0]["values"].pop(),
    "another shape": lambda found: found["arrays"]["values"].update(shape=[5, 2, 4]),
    "another checksum": lambda found: found["arrays"]["values"].update(sha256="0" * 64),
    "another array": lambda found: found["arrays"].update({"../x": {"sha256": ""}}),
    "series without offsets": lambda found: found["arrays"].pop("offsets"),
    "arrays that are none": lambda found: found.update(arrays=3),
    "ids that are numbers": lambda found: found["subjects"].update(ids=[1, 2, 3, 4, 5]),
    "an interpretation cut": lambda found: found["interpretation"].pop("kind"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_description_that_lies_is_refused(tmp_path: Path, lie: str) -> None:
    save(whole(), tmp_path)
    changed(tmp_path, LIES[lie])
    with pytest.raises(CohortError):
        load(tmp_path)


def test_a_newer_version_is_said(tmp_path: Path) -> None:
    save(whole(), tmp_path)
    changed(tmp_path, lambda found: found.update(version=2))
    with pytest.raises(CohortError, match="has version 2 of its format"):
        load(tmp_path)


def test_a_byte_that_changed_is_found(tmp_path: Path) -> None:
    save(whole(), tmp_path)
    path = tmp_path / "connectomes.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CohortError, match=r"connectomes\.npy.*was changed"):
        load(tmp_path)


def test_a_description_that_changed_is_found(tmp_path: Path) -> None:
    save(whole(), tmp_path)
    written = (tmp_path / DATASET).read_bytes()
    assert load(tmp_path).subjects.labels.tolist() == [0, 1, -1, 2, 0]
    for place in range(len(written)):
        (tmp_path / DATASET).write_bytes(
            written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :]
        )
        try:
            found = describe(tmp_path)
        except CohortError:
            continue
        assert place > written.rindex(b',"sha256":"'), place  # its name, not its content
        assert found.facts["subjects"]["labels"] == [0, 1, -1, 2, 0]


def test_a_description_of_an_older_version_has_no_sum(tmp_path: Path) -> None:
    save(whole(), tmp_path)
    written = (tmp_path / DATASET).read_bytes()
    (tmp_path / DATASET).write_bytes(written[: written.rindex(b',"sha256":"')] + b"}")
    assert load(tmp_path).subjects.ids == IDS


def test_an_array_of_objects_is_not_opened(tmp_path: Path) -> None:
    """Also where whoever wrote it has given it the right checksum."""
    from graphnet.data.storage import sha256_of

    save(whole(), tmp_path)
    np.save(tmp_path / "values.npy", np.array([Path("x")], dtype=object), allow_pickle=True)
    digest = sha256_of(tmp_path / "values.npy")
    changed(tmp_path, lambda found: found["arrays"]["values"].update(sha256=digest))
    with pytest.raises(CohortError):
        load(tmp_path)


@pytest.mark.parametrize("shape", [(10**9, 10**9, 2), (5, 4, 3)])
def test_a_header_that_lies_about_its_size_takes_no_memory(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    from graphnet.data.storage import sha256_of

    save(whole(), tmp_path)
    path = tmp_path / "values.npy"
    data, old, new = path.read_bytes(), b"(5, 4, 2)", str(shape).encode()
    longer = old + b", }" + b" " * (len(new) - len(old))
    assert data.count(longer) == 1
    path.write_bytes(data.replace(longer, new + b", }"))
    digest = sha256_of(path)
    changed(
        tmp_path,
        lambda found: found["arrays"]["values"].update(sha256=digest, shape=list(shape)),
    )
    with pytest.raises(CohortError):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, pickle.dumps({}), b"\xff"])
def test_what_is_no_description_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATASET).write_bytes(content)
    with pytest.raises(CohortError):
        load(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"no dataset\.json that can be read"):
        load(tmp_path)


def test_a_saved_dataset_is_read_as_a_folder_is(tmp_path: Path) -> None:
    from graphnet.readers.reading import read
    from tests.graphnet.cohort_files import read_cohort

    folder = tmp_path / "A_181210_5"
    folder.mkdir()
    dataset = whole()
    save(dataset, folder)
    found = read(folder).settled()
    assert found.interpretation == replace(
        dataset.interpretation, regions=REGIONS, measures=("GMV", "thickness")
    )
    cohort = read_cohort(folder)
    assert cohort.ids == ("001", "01E3", "NA", "A_181210_5 row 5")
    assert cohort.class_names == {0: "HC", 1: "SZ"}
    (folder / "values.npy").write_bytes(b"")
    with pytest.raises(CohortError, match=r"has no values\.npy"):
        read(folder)
