"""Subjects are erased from a dataset, and from what tasks that used it have stored.

The hashes of the ids come with the request, never the ids: nothing of them stays on the queue.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from actors.questions.answers import Answer, refusal, without_answer
from actors.questions.rpc import ERASE, SUBJECTS, ReadRequest
from actors.reading.child import ALLOWED_CONTENT, working_folder
from actors.reading.datasets import LONGEST_ADDRESS, DatasetReader, digest, profile_in
from db import datasets, tidying
from db.datasets import DatasetRecord, NewDataset, new_data_id
from db.dependents import InUse
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.erasure import (
    NOTICE,
    Erased,
    content_of_rows,
    evidence_without,
    named_in,
    result_without,
    without_subjects,
)
from graphnet.artifacts.predictions import read_predictions, to_bytes
from graphnet.data.provenance import digest_of
from graphnet.data.storage import save
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message
from graphnet.readers.tables.json_tables import content_of
from graphnet.report.page import render_report
from registry import (
    EVIDENCE,
    GLASS_BRAIN,
    MANIFEST,
    REPORT,
    ObjectMissing,
    RegistryError,
    Store,
)

log = logging.getLogger(__name__)

TRIES = 5  # of an erasure, where others change the same dataset


@dataclass(frozen=True)
class SubjectEraser:
    """Erases from datasets of ``reader`` and from the tasks in the store ``models``.

    ``public_url`` is where people reach the pages, for NEURO-LEARN's extract of a result.
    """

    reader: DatasetReader
    models: Store
    public_url: str

    def __call__(self, request: ReadRequest) -> Answer:
        """``{"erased": …}``, or ``{"refused": sentences}``.

        Who asks for the same again, or at the same time, hears that there is nobody left to erase.

        Raises:
            InUse: a task that waits or runs names the dataset.
            CohortError: the dataset cannot be read.
            RegistryError, DatabaseError: it can be tried again.

        """
        digests = frozenset(filter(None, request.mapping[SUBJECTS].split(",")))
        if request.purpose == ERASE:
            return self._from_dataset(request, digests)
        return self._from_task(request.data_id, digests)

    def _from_dataset(self, request: ReadRequest, digests: Collection[str]) -> Answer:
        """Erase from the dataset as it is now, again where another erasure was faster."""
        for _ in range(TRIES):
            record = self._present(request)
            if record is None:
                return refusal([Message("worker.datasets-gone", datasets=[request.name], count=1)])
            try:
                return self._replaced(record, digests)
            except tidying.Gone as error:
                changed = error
                log.info("dataset %s: it was changed meanwhile", record.data_id)
            except tidying.NotGranted as error:
                return without_answer("hindered", error.message)
        return without_answer("hindered", changed.message)

    def _present(self, request: ReadRequest) -> DatasetRecord | None:
        """The dataset's row; an erasure gives it another id, and leaves its name."""
        record: DatasetRecord | None = self.reader.call(datasets.find_dataset(request.data_id))
        if record is not None:
            return record
        rows: list[DatasetRecord] = self.reader.call(datasets.find_datasets([request.name]))
        place = request.name, request.proj_id
        return next((row for row in rows if (row.data_name, row.proj_id) == place), None)

    def _replaced(self, record: DatasetRecord, digests: Collection[str]) -> Answer:
        """Put what is left in the place of the dataset; nothing is done if none of them is in it.

        Raises:
            Gone: it was changed meanwhile.
            NotGranted, InUse: nothing may be changed, or nothing yet.
            CohortError: nobody would be left, or it cannot be read.

        """
        try:
            dataset = self.reader.dataset(record)
        except CohortError as error:
            if self.reader.call(datasets.find_dataset(record.data_id)) is None:
                raise tidying.gone(record.data_name) from error  # with its arrays
            raise
        erased = without_subjects(dataset, digests)
        if not erased.ids:
            return _answer(erased)
        if not erased.rows:
            raise CohortError(Message("tidy.erasure-leaves-nobody", name=record.data_name))
        new = self._stored(record, erased)
        try:
            self.reader.call(tidying.replace_dataset(record, new))
        except (InUse, tidying.Gone, tidying.NotGranted):
            self.reader.arrays.remove(new.data_id)
            raise
        log.info("dataset %s: %d subjects were erased", record.data_id, len(erased.ids))
        self._remove(record.data_id)
        return _answer(erased)

    def _stored(self, record: DatasetRecord, erased: Erased) -> NewDataset:
        """What is left, its arrays stored under an id of their own, which no row names yet."""
        text, data_id = self._text(record, erased), new_data_id()
        profile = replace(profile_in(record, erased.dataset), uploaded=True)
        with working_folder(self.reader.bounds.spool) as folder:
            save(erased.dataset, folder, digest(text) if text else "")
            address = self.reader.arrays.put(data_id, folder)
            stored_bytes = sum(path.stat().st_size for path in folder.glob("*.npy"))
        return NewDataset(
            data_id=data_id,
            proj_id=record.proj_id,
            user_id=record.user_id,
            data_name=record.data_name,
            data_cont=text,
            hdfs_path="" if text else address[:LONGEST_ADDRESS],
            profile=profile.as_dict(),
            stored_bytes=stored_bytes,
        )

    def _text(self, record: DatasetRecord, erased: Erased) -> str:
        """NEURO-LEARN's text of what is left; "" where there was none."""
        text = self.reader.content(record)
        if not text:
            return ""
        count = len(erased.rows) + erased.removed
        kept = content_of_rows(text, erased.rows, count)
        return kept or content_of(erased.dataset, Path(), ALLOWED_CONTENT) or ""

    def _remove(self, data_id: str) -> None:
        """Remove the earlier arrays; garbage collection finds what stays."""
        try:
            self.reader.arrays.remove(data_id)
        except RegistryError as error:
            log.warning("dataset %s: its earlier arrays wait for removal: %s", data_id, error)

    def _from_task(self, task_id: str, digests: Collection[str]) -> Answer:
        """Rewrite evidence, result and report without these subjects.

        The result comes first: what is stored then differs from its checksums until it is written
        too, and another try goes on from there.
        """
        task: TaskRecord | None = self.reader.call(tasks.get_task(task_id))
        if task is None or not task.task_result:
            return {"erased": {"count": 0}}
        try:
            evidence = read_predictions(self.models.get(task_id, EVIDENCE))
        except ObjectMissing:
            return {"erased": {"count": 0}}
        except ModelError as error:
            return refusal(error.messages)
        kept, ids = evidence_without(evidence, digests)
        ids = tuple(dict.fromkeys([*ids, *named_in(task.task_result, digests)]))
        if not (ids or self._was_interrupted(task)):
            return {"erased": {"count": 0}}
        content = to_bytes(kept)
        result = dict(result_without(task.task_result, ids))
        report = self._report(task, kept, result)
        sums = {EVIDENCE: _sha256(content), REPORT: _sha256(report)}
        stored = {} if task.result.storage is None else task.result.storage.stored
        result |= {"evidence_sha256": sums[EVIDENCE], "stored": {**stored, **sums}}
        self.reader.call(tidying.rewrite_result(task_id, result, self.public_url))
        self.models.put(task_id, REPORT, report)
        self.models.put(task_id, EVIDENCE, content)
        log.info("task %s: %d subjects were erased from its evidence", task_id, len(ids))
        return {"erased": {"count": len(ids)}}

    def _was_interrupted(self, task: TaskRecord) -> bool:
        """Whether an earlier erasure has written the result, and the report not yet."""
        if NOTICE not in {warning.code for warning in task.result.warnings}:
            return False
        report, storage = self._found(task.task_id, REPORT), task.result.storage
        digest = None if storage is None else storage.stored.get(REPORT)
        return report is None or _sha256(report) != digest

    def _report(
        self, task: TaskRecord, evidence: Mapping[str, Any], result: Mapping[str, Any]
    ) -> bytes:
        """The report from what is left."""
        picture, manifest = (self._found(task.task_id, name) for name in (GLASS_BRAIN, MANIFEST))
        facts = {
            "task_id": task.task_id,
            "proj_id": task.proj_id,
            "task_name": task.task_name,
            "task_type": task.task_type,
            "task_status": task.task_status,
            "task_config": task.form.fields,
            "task_result": result,
            "attempt": task.attempt,
            "parent_task_id": task.parent_task_id or None,
        }
        drawn = None if picture is None else picture.decode(errors="replace")
        return render_report(
            facts, evidence, drawn, None if manifest is None else json.loads(manifest)
        ).encode()

    def _found(self, task_id: str, name: str) -> bytes | None:
        try:
            return self.models.get(task_id, name)
        except ObjectMissing:
            return None


def _answer(erased: Erased) -> Answer:
    digests = [digest_of(subject_id) for subject_id in erased.ids]
    return {"erased": {"digests": digests, "removed": erased.removed, "left": len(erased.rows)}}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
