"""Subjects are erased by a worker: whole or not at all, and again after a kill."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from actors.garbage_collection import collect_datasets
from actors.questions.answers import FileReader
from actors.questions.erasing import SubjectEraser
from actors.questions.rpc import ERASE, KEEP, SUBJECTS, ReadRequest
from actors.reading.datasets import DatasetReader
from db import datasets, tidying
from db.datasets import DatasetRecord, NewDataset
from graphnet.artifacts.erasure import (
    content_of_rows,
    evidence_without,
    result_without,
    without_subjects,
)
from graphnet.data.interpretation import LeftAlone
from graphnet.data.provenance import digest_of
from graphnet.data.synthetic import cohort_table
from graphnet.messages import Message
from registry import MODELS, open_store
from tests.actors.test_dataset_reader import asked, uploaded
from tests.databases import migrated, query, sqlite_database
from tests.db.opened import opened
from tests.reading import reader_of
from tests.servers import ServerMissing, s3_server
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow
IDS = [f"sub-{number}" for number in range(8)]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with sqlite_database(tmp_path) as found:
        migrated(found)
        yield found


@pytest.fixture
def reader(url: str, tmp_path: Path) -> DatasetReader:
    (tmp_path / "registry").mkdir()
    address = (tmp_path / "registry").as_uri()
    return reader_of({"SGN_DATABASE_URL": url, "SGN_REGISTRY_URL": address}, tmp_path / "spool")


@pytest.fixture(params=["content", "arrays"])
def record(request: pytest.FixtureRequest, reader: DatasetReader) -> DatasetRecord:
    """A dataset of eight subjects, whose row has a content or only arrays."""
    table = cohort_table("small", 1, 8, seed=1, recipe=SMALL)
    table["ID"] = IDS
    if request.param == "arrays":  # NEURO-LEARN's conventions number regions
        table.columns = [name.replace("_1", "_Hippocampus") for name in table.columns]
    upload = uploaded(reader, table.to_csv(index=False).encode())
    answer = FileReader(reader)(**vars(asked(upload, KEEP)))
    assert "profile" in answer, answer
    found: DatasetRecord = reader.call(datasets.find_dataset(upload.data_id))
    assert bool(reader.content(found)) == (request.param == "content")
    return found


def erase(reader: DatasetReader, record: DatasetRecord, *ids: str) -> dict[str, Any]:
    models = open_store((reader.bounds.spool.parents[1] / "registry").as_uri(), folder=MODELS)
    mapping = {SUBJECTS: ",".join(map(digest_of, ids))}
    request = ReadRequest(
        ERASE, record.data_name, record.data_id, proj_id=record.proj_id, mapping=mapping
    )
    return FileReader(reader, eraser=SubjectEraser(reader, models, ""))(**vars(request))


def now(reader: DatasetReader, record: DatasetRecord) -> DatasetRecord:
    (found,) = reader.call(datasets.find_datasets([record.data_name]))
    return found  # type: ignore[no-any-return]


def test_arrays_profile_and_content_are_of_the_others(
    reader: DatasetReader, record: DatasetRecord
) -> None:
    before = reader.dataset(record)
    rest = [0, 1, 2, 4, 5, 7]
    values = np.array(before.values)[rest]
    answer = erase(reader, record, "sub-3", "sub-6")["erased"]
    assert (answer["removed"], answer["left"]) == (2, 6)
    after = reader.dataset(now(reader, record))
    assert after.subjects.ids == tuple(IDS[row] for row in rest)
    np.testing.assert_array_equal(after.values, values)
    assert (after.subjects.labels == before.subjects.labels[rest]).all()
    stored = reader.call(datasets.get_profiles([now(reader, record).data_id]))
    assert stored[now(reader, record).data_id][1]["subjects"] == 6
    assert not reader.arrays.store.exists(record.data_id, "dataset.json")
    assert erase(reader, now(reader, record), "sub-3")["erased"]["removed"] == 0


def test_who_asks_again_for_the_same_hears_that_nobody_is_left(
    reader: DatasetReader, record: DatasetRecord
) -> None:
    assert erase(reader, record, "sub-3")["erased"]["removed"] == 1
    again = erase(reader, record, "sub-3", "sub-6")["erased"]  # by the id that it had before
    assert (again["removed"], again["left"]) == (1, 6)
    assert erase(reader, record, "sub-3")["erased"] == {"digests": [], "removed": 0, "left": 6}
    gone = ReadRequest(ERASE, "another", record.data_id, mapping={SUBJECTS: digest_of("sub-1")})
    models = open_store((reader.bounds.spool.parents[1] / "registry").as_uri(), folder=MODELS)
    answer = FileReader(reader, eraser=SubjectEraser(reader, models, ""))(**vars(gone))
    assert [each["code"] for each in answer["refused_messages"]] == ["worker.datasets-gone"]


@pytest.mark.parametrize("meanwhile", ["sub-3", "sub-6"])
def test_of_two_erasures_at_once_both_are_done(
    reader: DatasetReader, record: DatasetRecord, meanwhile: str
) -> None:
    replace_dataset, others = tidying.replace_dataset, [meanwhile]

    def after_another(old: DatasetRecord, new: NewDataset) -> Any:
        if others:
            answer = erase(reader, record, others.pop())
            assert answer["erased"]["removed"] == 1
        return replace_dataset(old, new)

    with patch.object(tidying, "replace_dataset", after_another):
        answer = erase(reader, record, "sub-3")["erased"]
    assert answer["removed"] == (0 if meanwhile == "sub-3" else 1)
    ids = reader.dataset(now(reader, record)).subjects.ids
    assert set(ids) == set(IDS) - {"sub-3", meanwhile}
    assert reader.arrays.store.task_ids() == [now(reader, record).data_id]


@pytest.mark.parametrize("step", ["put", "replace", "remove"])
def test_a_kill_at_any_step_leaves_a_whole_dataset_and_the_next_try_completes_it(
    reader: DatasetReader, record: DatasetRecord, step: str, url: str
) -> None:
    class Killed(BaseException):
        """As a process that ends."""

    target = {
        "put": (reader.arrays.store, "put_file"),
        "replace": (tidying, "replace_dataset"),
        "remove": (reader.arrays, "remove"),
    }[step]
    with patch.object(*target, side_effect=Killed), pytest.raises(Killed):
        erase(reader, record, "sub-3")
    found = now(reader, record)
    ids = reader.dataset(found).subjects.ids
    assert ids == tuple(IDS) if step != "remove" else "sub-3" not in ids
    assert len(ids) in (7, 8)
    answer = erase(reader, found, "sub-3")["erased"]
    assert answer["removed"] == (0 if step == "remove" else 1)
    opened(url, collect_datasets(reader.arrays.store))
    (kept,) = {now(reader, record).data_id} & set(reader.arrays.store.task_ids())
    assert record.data_id not in reader.arrays.store.task_ids()
    texts = [
        (path.read_bytes()).decode(errors="replace")
        for path in (reader.bounds.spool.parents[1] / "registry" / "datasets").rglob("*")
        if path.is_file()
    ]
    assert not any('"sub-3"' in text for text in texts)
    assert kept
    tables = ("backend_datasets", "sgn_profiles", "sgn_mappings", "sgn_labels")
    assert not any("sub-3" in repr(query(url, f"SELECT * FROM {table}")) for table in tables)


def test_what_was_said_of_a_subject_goes_and_the_rest_stays(
    reader: DatasetReader, record: DatasetRecord
) -> None:
    dataset = reader.dataset(record)
    said = (Message("data.id-there", id="sub-3", there="3"), Message("text", text="sub-33 is odd"))
    left = (LeftAlone("sub-3/func.csv", said[1]), LeftAlone("notes.csv", said[1]))
    reading = replace(dataset.interpretation, assumptions=said, left_alone=left)
    rest = without_subjects(dataset.with_interpretation(reading), {digest_of("sub-3")})
    assert rest.ids == ("sub-3",)
    assert rest.dataset.interpretation.assumptions == said[1:]
    assert rest.dataset.interpretation.left_alone == left[1:]


def test_a_text_of_other_rows_is_not_cut() -> None:
    text = json.dumps({"A": {"0": 1, "1": 2.5, "2": None}, "ID": {"0": "x", "1": "y", "2": "z"}})
    cut = content_of_rows(text, [0, 2], 3)
    assert json.loads(cut or "") == {"A": {"0": 1, "1": None}, "ID": {"0": "x", "1": "z"}}
    assert content_of_rows(text, [0, 2], 4) is None
    assert content_of_rows('{"A": {"1": 1, "0": 2}}', [0], 2) is None
    assert content_of_rows("[1]", [0], 1) is None


def test_evidence_and_result_lose_a_subject_and_no_number() -> None:
    table: dict[str, Any] = {
        "id": ["a1", "7", "c"],
        "site": ["", "", "S"],
        "known": [True, False, False],
        "label": [0, 1, 1],
        "probability": [[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]],
    }
    kept, ids = evidence_without({"predictions": {"test": table}}, {digest_of("7")})
    assert ids == ("7",)
    assert kept["predictions"]["test"] == {name: [c[0], c[2]] for name, c in table.items()}
    finding = {"rule": "r", "site": "", "subject": "7", "measure": "GMV", "count": 7}
    result: dict[str, Any] = {
        "metrics": {"test": {"n": 7}},
        "regions": ["7", "8"],
        "quality": {"findings": {"train": [finding, {**finding, "subject": "8"}]}},
        "warnings": ["7 values of a1 and a12 are odd"],
    }
    cleaned = result_without(result, ("7", "a1"))
    assert (cleaned["metrics"], cleaned["regions"]) == (result["metrics"], result["regions"])
    assert [each["subject"] for each in cleaned["quality"]["findings"]["train"]] == ["8"]
    assert cleaned["warnings"][0] == "7 values of (erased) and a12 are odd"
    assert "Subjects were erased" in cleaned["warnings"][-1]
    assert result_without(cleaned, ("7",))["warnings"] == cleaned["warnings"]


@pytest.mark.nightly
def test_a_copy_in_the_cache_goes_too(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s3").mkdir()
    with ExitStack() as stack:
        try:
            s3 = stack.enter_context(s3_server(tmp_path / "s3"))
        except ServerMissing as missing:
            pytest.skip(str(missing))
        for name, value in s3.environment().items():
            monkeypatch.setenv(name, value)
        variables = {"SGN_DATABASE_URL": url, "SGN_S3_ENDPOINT_URL": s3.endpoint_url}
        variables["SGN_REGISTRY_URL"] = f"s3://{s3.bucket}/x"
        reader = reader_of(variables, tmp_path)
        table = cohort_table("small", 1, 8, seed=1, recipe=SMALL)
        table["ID"] = IDS
        upload = uploaded(reader, table.to_csv(index=False).encode())
        FileReader(reader)(**vars(asked(upload, KEEP)))
        record: DatasetRecord = reader.call(datasets.find_dataset(upload.data_id))
        assert len(reader.dataset(record)) == 8  # now it is in the cache
        (copy,) = reader.arrays.cache.iterdir()
        mapping = {SUBJECTS: digest_of("sub-3")}
        request = ReadRequest(ERASE, record.data_name, record.data_id, mapping=mapping)
        eraser = SubjectEraser(reader, reader.uploads, "")
        assert FileReader(reader, eraser=eraser)(**vars(request))["erased"]["removed"] == 1
        assert not copy.exists()
        assert not reader.arrays.store.exists(record.data_id, "dataset.json")
        assert len(reader.dataset(now(reader, record))) == 7
