"""Uploads and rows become arrays, and a training gets the arrays of what a row holds now."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from actors.garbage_collection import collect_datasets, collect_uploads
from actors.questions.answers import FileReader, Predictor
from actors.questions.rpc import KEEP, PREVIEW, ROW, ReadRequest
from actors.reading import uploads
from actors.reading.datasets import DatasetReader, RowAsks
from actors.reading.uploads import UPLOAD_JSON, Upload, part_name
from db import datasets
from db.datasets import DatasetRecord
from db.server import limits
from graphnet.artifacts.model import StoredModel
from graphnet.data.atlas import tables
from graphnet.data.cohort import Cohort
from graphnet.data.synthetic import cohort_table
from graphnet.errors import CohortError
from graphnet.messages import Message
from registry.s3 import S3Store
from tests.databases import migrated, query, sqlite_database
from tests.db.opened import opened
from tests.db.samples import new_dataset
from tests.reading import reader_of
from tests.servers import ServerMissing, s3_server
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow

SMALL_TABLE = cohort_table("small", 1, 6, seed=1, recipe=SMALL)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with sqlite_database(tmp_path) as found:
        migrated(found)
        yield found


@pytest.fixture(params=["folder", "bucket"])
def reader(
    request: pytest.FixtureRequest,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[DatasetReader]:
    variables = {"SGN_DATABASE_URL": url}
    with ExitStack() as stack:
        if request.param == "folder":
            (tmp_path / "registry").mkdir()
            variables["SGN_REGISTRY_URL"] = (tmp_path / "registry").as_uri()
        else:
            (tmp_path / "s3").mkdir()
            try:
                s3 = stack.enter_context(s3_server(tmp_path / "s3"))
            except ServerMissing as missing:
                pytest.skip(str(missing))
            for name, value in s3.environment().items():
                monkeypatch.setenv(name, value)
            variables["SGN_S3_ENDPOINT_URL"] = s3.endpoint_url
            variables["SGN_REGISTRY_URL"] = f"s3://{s3.bucket}/x"
        yield reader_of(variables, tmp_path)


@pytest.fixture
def local(url: str, tmp_path: Path) -> DatasetReader:
    (tmp_path / "registry").mkdir()
    registry = (tmp_path / "registry").as_uri()
    return reader_of({"SGN_DATABASE_URL": url, "SGN_REGISTRY_URL": registry}, tmp_path)


def uploaded(reader: DatasetReader, content: bytes) -> Upload:
    half = len(content) // 2
    new = Upload(uploads.new_id(), datasets.new_data_id(), "", "file", 2, len(content))
    for number, part in enumerate((content[:half], content[half:])):
        reader.uploads.put(new.upload_id, part_name(number), part)
    reader.uploads.put(new.upload_id, UPLOAD_JSON, new.to_bytes())
    return new


def asked(upload: Upload, purpose: str, **more: Any) -> ReadRequest:
    given = {"name": "small", "proj_id": "P", "most": 10**9, **more}
    return ReadRequest(purpose, data_id=upload.data_id, upload=upload.upload_id, **given)


def answer(reader: DatasetReader, request: ReadRequest) -> dict[str, Any]:
    """As it comes to who asked: by JSON."""
    answered: dict[str, Any] = json.loads(json.dumps(FileReader(reader)(**vars(request))))
    return answered


def row(reader: DatasetReader, name: str, text: str) -> DatasetRecord:
    """As NEURO-LEARN writes one."""
    reader.call(datasets.insert_dataset(new := new_dataset(name, text)))
    return record_of(reader, new.data_id)


def record_of(reader: DatasetReader, data_id: str) -> DatasetRecord:
    found: DatasetRecord | None = reader.call(datasets.find_dataset(data_id))
    assert found is not None
    return found


@pytest.mark.nightly(but=("folder",))
def test_an_upload_is_kept_as_arrays_and_as_a_row(reader: DatasetReader) -> None:
    content = SMALL_TABLE.to_csv(index=False).encode()
    upload = uploaded(reader, content)
    found = answer(reader, asked(upload, KEEP))
    assert found["profile"]["subjects"] == 6
    record = record_of(reader, upload.data_id)
    assert (record.data_name, record.proj_id) == ("small", "P")
    dataset = reader.dataset(record)
    assert dataset.values is not None
    assert dataset.subjects.ids == tuple(SMALL_TABLE["ID"])
    np.testing.assert_array_equal(dataset.values[:, 2, 0], SMALL_TABLE["ALFF_3"])
    assert not reader.uploads.exists(upload.upload_id, part_name(0))
    # The answer that got lost is given again, and nothing is written twice.
    kept = {**found["profile"], "uploaded": True}
    assert answer(reader, asked(upload, KEEP)) == {"profile": kept}


def test_a_preview_keeps_nothing(local: DatasetReader) -> None:
    upload = uploaded(local, SMALL_TABLE.to_csv(index=False).encode())
    found = answer(local, asked(upload, PREVIEW))
    assert len(found["preview"]["rows"]) == 5
    assert local.call(datasets.find_dataset(upload.data_id)) is None
    assert local.arrays.store.task_ids() == []
    assert answer(local, asked(replace(upload, upload_id="UP1"), PREVIEW))["gone"]


def test_what_cannot_be_read_leaves_nothing(local: DatasetReader) -> None:
    for content in (b"\x89PNG\r\n\x1a\n" + bytes(90), b"ID,GMV_1\na,1\n", b"\x00" * 9):
        found = answer(local, asked(uploaded(local, content), KEEP))
        assert found["refused"]
    assert local.arrays.store.task_ids() == []
    assert local.call(datasets.list_datasets())[0] == []


def test_a_name_that_is_taken_is_said_and_leaves_no_row(local: DatasetReader) -> None:
    row(local, "small", "{}")
    upload = uploaded(local, SMALL_TABLE.to_csv(index=False).encode())
    assert answer(local, asked(upload, KEEP))["taken"]["code"] == "database.name-taken"
    assert local.call(datasets.find_dataset(upload.data_id)) is None
    assert local.arrays.store.task_ids() == []


def test_nobody_waits_for_what_is_late(local: DatasetReader) -> None:
    upload = uploaded(local, b"x")
    assert answer(local, asked(upload, KEEP, until=1.0))["away"]["code"] == "worker.late"


def test_a_dataset_too_large_for_the_database_is_kept_as_arrays(
    local: DatasetReader, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def small() -> int:
        return 20_000

    monkeypatch.setattr(limits, "max_packet", small)
    upload = uploaded(local, SMALL_TABLE.to_csv(index=False).encode())
    many = pd.concat([SMALL_TABLE.assign(ID=f"{n}") for n in range(20)]).to_csv(index=False)
    large = uploaded(local, many.encode())
    for each, name in ((upload, "small"), (large, "large")):
        assert "profile" in answer(local, asked(each, KEEP, name=name))
    rows = query(url, "SELECT data_name, data_cont, hdfs_path FROM backend_datasets ORDER BY id")
    assert [(name, bool(content), bool(path)) for name, content, path in rows] == [
        ("small", True, False),
        ("large", False, True),
    ]
    assert rows[1][2].endswith(f"/datasets/{large.data_id}/dataset.json")
    record = record_of(local, large.data_id)
    assert len(local.dataset(record)) == 120
    local.arrays.store.delete(large.data_id)
    with pytest.raises(CohortError, match="arrays of the dataset large are gone"):
        local.dataset(record)


@pytest.mark.nightly(but=("folder",))
def test_a_row_is_read_once_and_again_when_its_content_changed(
    reader: DatasetReader, url: str
) -> None:
    record = row(reader, "theirs.csv", SMALL_TABLE.to_json())
    profile = reader.profile(record, {})
    assert (profile.subjects, profile.state) == (6, "ready")
    before = reader.dataset(record)
    assert before.values is not None
    np.testing.assert_allclose(before.values[:, 2, 0], SMALL_TABLE["ALFF_3"], atol=1e-9)
    changed = SMALL_TABLE.assign(ALFF_3=7.25).to_json()
    query(url, f"UPDATE backend_datasets SET data_cont = '{changed}'")
    after = reader.dataset(record)
    assert after.values is not None
    assert set(np.asarray(after.values[:, 2, 0]).tolist()) == {7.25}
    assert before.values[0, 2, 0] == pytest.approx(SMALL_TABLE["ALFF_3"][0])  # still mapped
    # What a training has found is what the page says, also of a content of the same length.
    same = changed.replace("7.25", "8.25")
    query(url, f"UPDATE backend_datasets SET data_cont = '{same}'")
    reader.dataset(record_of(reader, record.data_id))
    length, noted = reader.call(datasets.get_profiles([record.data_id]))[record.data_id]
    assert length == len(changed)
    assert [each["high"] for each in noted["distributions"]["ALFF"].values()] == [8.25]


def test_arrays_that_are_damaged_are_read_from_the_row_again(local: DatasetReader) -> None:
    record = row(local, "theirs", SMALL_TABLE.to_json())
    expected = np.array(local.dataset(record).values)
    path = local.arrays.store.local_path(record.data_id, "values.npy")
    assert path is not None
    path.write_bytes(path.read_bytes()[:-8] + b"\x00" * 8)
    np.testing.assert_array_equal(np.array(local.dataset(record).values), expected)


def test_a_row_is_read_while_the_registry_is_away(local: DatasetReader, tmp_path: Path) -> None:
    record = row(local, "theirs", SMALL_TABLE.to_json())
    upload = uploaded(local, SMALL_TABLE.to_csv(index=False).encode())
    (tmp_path / "registry").rename(tmp_path / "away")
    for _ in range(2):
        assert len(local.dataset(record)) == 6
    assert "registry" in str(Message.from_json(answer(local, asked(upload, KEEP))["away"]))
    assert local.call(datasets.find_dataset(upload.data_id)) is None


def test_a_row_that_asks_is_read_by_its_answers(local: DatasetReader) -> None:
    table = SMALL_TABLE.rename(columns={"LABEL_GROUP": "diagnosis"})
    table["diagnosis"] = ["a", "b"] * 3
    record = row(local, "theirs", table.to_json())
    profile = local.profile(record, {})
    assert profile.state == "asks"
    assert [question["id"] for question in profile.questions] == ["class.positive"]
    with pytest.raises(RowAsks):
        local.dataset(record)
    wrong = {"class.positive": "z"}
    found = answer(local, ReadRequest(ROW, "theirs", record.data_id, mapping=wrong))
    assert "must be one of" in found["refused"][0]
    for positive, labels in (("a", [1, 0] * 3), ("b", [0, 1] * 3)):
        mapping = {"class.positive": positive}
        found = answer(local, ReadRequest(ROW, "theirs", record.data_id, mapping=mapping))
        assert found["profile"]["class_names"][str(labels[0])] == "a"
        assert local.dataset(record).subjects.labels.tolist() == labels
        assert local.call(datasets.get_answers(record.data_id)) == mapping
    known = local.call(datasets.suggested_answers("P", profile.signature))
    assert known == {"class.positive": "b"}


@pytest.mark.parametrize("positive", ["1", "2"])
def test_the_answers_to_a_file_are_not_for_the_row_that_it_became(
    local: DatasetReader, positive: str
) -> None:
    pairs = {"FC_1_2": 0.5, "FC_1_3": 0.25, "FC_2_3": -0.5}
    table = pd.DataFrame({"ID": [*"abcdef"], "LABEL": [1, 2] * 3, **pairs})
    upload = uploaded(local, table.to_csv(index=False).encode())
    mapping = {"class.positive": positive, "connectome.values": "r"}
    found = answer(local, asked(upload, KEEP, mapping=mapping))
    assert "profile" in found, found
    record = record_of(local, upload.data_id)
    other = {"class.positive": "1"}
    told = answer(local, ReadRequest(ROW, "small", record.data_id, mapping=other))
    assert told["refused_messages"][0]["code"] == "worker.dataset-from-file"
    kept = local.dataset(record)
    assert kept.subjects.labels.tolist() == [int(positive == "1"), int(positive == "2")] * 3
    assert kept.connectomes is not None
    np.testing.assert_allclose(kept.connectomes[0], np.arctanh([*pairs.values()]), rtol=1e-6)
    local.arrays.store.delete(record.data_id)
    again = local.dataset(record)
    assert again.subjects.labels.tolist() == kept.subjects.labels.tolist()
    np.testing.assert_array_equal(again.connectomes, kept.connectomes)


def test_answers_that_a_changed_row_does_not_take_are_asked_for_anew(
    local: DatasetReader, url: str
) -> None:
    table = SMALL_TABLE.rename(columns={"LABEL_GROUP": "diagnosis"})
    record = row(local, "theirs", table.assign(diagnosis=["a", "b"] * 3).to_json())
    mapping = {"class.positive": "b"}
    answer(local, ReadRequest(ROW, "theirs", record.data_id, mapping=mapping))
    changed = table.assign(diagnosis=["a", "c"] * 3).to_json()
    query(url, f"UPDATE backend_datasets SET data_cont = '{changed}'")
    with pytest.raises(RowAsks):
        local.dataset(record)
    _, noted = local.call(datasets.get_profiles([record.data_id]))[record.data_id]
    assert [each["id"] for each in noted["questions"]] == ["class.positive"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps({"ID": {"0": "a"}})])
def test_a_row_that_is_no_dataset_says_why(local: DatasetReader, text: str) -> None:
    profile = local.profile(row(local, "theirs", text), {})
    assert profile.state == "refused"
    assert profile.problems


@pytest.mark.nightly(but=("folder",))
def test_a_cache_of_a_bucket_keeps_what_was_used_last(reader: DatasetReader) -> None:
    if not isinstance(reader.arrays.store, S3Store):
        pytest.skip("A folder is read where it lies.")
    records = [row(reader, str(number), SMALL_TABLE.to_json()) for number in range(3)]
    for record in records:
        reader.dataset(record)
    assert len(list(reader.arrays.cache.iterdir())) == 1  # they are the same bytes
    reader.arrays.cache_mb = 0
    other = row(reader, "other", SMALL_TABLE.assign(ALFF_3=1.5).to_json())
    dataset = reader.dataset(other)
    assert len(list(reader.arrays.cache.iterdir())) == 1
    reader.dataset(records[0])
    assert dataset.values is not None
    assert dataset.values[0, 2, 0] == 1.5  # mapped, though its file is gone


def test_of_a_row_that_was_deleted_nothing_stays(local: DatasetReader, url: str) -> None:
    upload = uploaded(local, SMALL_TABLE.to_csv(index=False).encode())
    assert "profile" in answer(local, asked(upload, KEEP))
    assert opened(url, collect_datasets(local.arrays.store)) == []
    query(url, "DELETE FROM backend_datasets")
    assert opened(url, collect_datasets(local.arrays.store)) == [upload.data_id]
    assert local.arrays.store.task_ids() == []
    assert query(url, "SELECT * FROM sgn_profiles") == []


def test_a_registry_of_another_installation_is_left_alone(local: DatasetReader, url: str) -> None:
    row(local, "ours", "{}")
    local.arrays.store.put("DATA19010112000012", "dataset.json", b"{}")
    assert opened(url, collect_datasets(local.arrays.store)) == []
    assert local.arrays.store.task_ids() == ["DATA19010112000012"]


def test_what_nobody_needs_is_swept(local: DatasetReader, url: str) -> None:
    kept = row(local, "kept", "{}")
    new = datasets.new_data_id()
    for data_id in (kept.data_id, new, "DATA19010112000012", "NL7"):
        local.arrays.store.put(data_id, "dataset.json", b"{}")
    assert opened(url, collect_datasets(local.arrays.store)) == ["DATA19010112000012", "NL7"]
    assert set(local.arrays.store.task_ids()) == {kept.data_id, new}
    fresh = uploaded(local, b"x").upload_id
    for upload_id in ("UP190101120000abcdef", "odd"):
        local.uploads.put(upload_id, UPLOAD_JSON, b"{}")
    assert set(asyncio.run(collect_uploads(local.uploads))) == {"UP190101120000abcdef", "odd"}
    assert local.uploads.task_ids() == [fresh]


@pytest.mark.parametrize(
    ("missing", "hours", "kept"), [(0, 0.9, True), (0, 1.1, False), (5, 23, True), (5, 25, False)]
)
def test_an_upload_is_kept_by_when_its_last_bytes_came(
    local: DatasetReader, missing: int, hours: float, *, kept: bool
) -> None:
    old = "UP190101120000abcdef"
    upload = Upload(old, "", "", "slow.csv", 1, 9, missing, time.time() - 3600 * hours)
    local.uploads.put(old, UPLOAD_JSON, upload.to_bytes())
    assert asyncio.run(collect_uploads(local.uploads)) == ([] if kept else [old])


def test_new_subjects_are_explained_by_the_names_that_the_model_has() -> None:
    regions = tuple(map(str, range(1, 201)))
    unknown = cast("Cohort", SimpleNamespace(regions=regions, atlas=None))
    craddock = tables()["cc200"].restricted(regions)
    answered = cast("Cohort", SimpleNamespace(regions=regions, atlas=craddock))
    with_atlas = cast("StoredModel", SimpleNamespace(facts={"atlas": craddock.as_dict()}))
    without = cast("StoredModel", SimpleNamespace(facts={}))
    predictor = Predictor(cast("Any", None), cast("Any", None))
    assert predictor._names(with_atlas, unknown)["7"] == "CC200 7"
    assert predictor._names(without, answered)["7"] == "CC200 7"
    assert predictor._names(without, unknown) == {}
    of_worker = replace(predictor, atlases=(tables()["schaefer200x7"],))
    named = of_worker._names(with_atlas, unknown)
    assert named["1"] == "7Networks_LH_Vis_1"  # what the operator says comes first
