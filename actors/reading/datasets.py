"""Files and rows become datasets: read by a child process, kept as arrays and as rows."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from actors.reading import uploads
from actors.reading.arrays import Arrays
from actors.reading.child import (
    ReadingFailed,
    ReadLimits,
    ReadOptions,
    ReadOutcome,
    read_file,
    working_folder,
)
from db import datasets
from db.datasets import DatasetRecord, ListedDataset, NewDataset, StoredProfile
from db.server.errors import ContentTooLarge, NameTaken
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Question
from graphnet.data.profile import Profile, profile_of
from graphnet.data.recognition import ATLAS, with_answered_atlas
from graphnet.data.series_measures import REPETITION_TIME, with_repetition_time
from graphnet.data.storage import save
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.messages import Message
from registry import ObjectDamaged, ObjectMissing, RegistryUnavailable, Store

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST_ADDRESS = 256
Note = Callable[[Dataset | CohortError], object]  # hears what a row holds
ROW_BYTES = 1 << 40  # a row is in the database already, whatever its size
# What can be answered of arrays that are stored, as none of their numbers depends on it.
LATER: dict[str, Callable[[Dataset, str], Dataset]] = {
    ATLAS: with_answered_atlas,
    REPETITION_TIME: with_repetition_time,
}


class RowAsks(QuestionsOpen):
    """A row of two plausible readings; ``signature`` is what its content looks like."""

    def __init__(self, questions: Sequence[Question], signature: str) -> None:
        super().__init__(questions)
        self.signature = signature


def _nobody(content: Dataset | CohortError) -> None:
    """Who notes nothing."""


@dataclass(frozen=True)
class DatasetReader:
    """Reads files within ``bounds``; ``call`` runs a query of the database.

    Everything here may raise RegistryError and DatabaseError besides what it says.
    """

    call: Callable[[Coroutine[Any, Any, Any]], Any]
    uploads: Store
    arrays: Arrays
    bounds: ReadLimits

    def uploaded(self, upload: str, options: ReadOptions, use: Callable[[ReadOutcome], T]) -> T:
        """Read an upload and make ``use`` of the outcome, whose folder then goes.

        Raises:
            UploadGone: there is no such upload.
            CohortError: reading it took too long or too much.

        """
        with working_folder(self.bounds.spool) as folder:
            path = folder / "file"
            uploads.download(self.uploads, upload, path)
            return use(read_file(path, folder, options, self.bounds))

    def keep(self, new: ListedDataset, outcome: ReadOutcome) -> None:
        """Keep what was read as the dataset ``new``. Raises NameTaken, and then keeps nothing."""
        address = self.arrays.put(new.data_id, outcome.folder)
        try:
            self._write(new, outcome, address)
        except NameTaken:
            self.arrays.store.delete(new.data_id)
            raise

    def profile(self, record: DatasetRecord, mapping: Mapping[str, str]) -> Profile:
        """What a row holds, read anew and noted; a ``mapping`` that leads to a dataset is kept."""
        content: Dataset | CohortError
        if len(mapping) == 1 and mapping.keys() <= LATER.keys():
            ((key, answer),) = mapping.items()
            return self._with_answer(record, key, answer)
        if mapping and self.is_uploaded(record):
            raise CohortError(Message("worker.dataset-from-file", dataset=record.data_name))
        try:
            content = self._read_row(record, mapping) if mapping else self._dataset(record)
        except CohortError as error:
            content = error
        profile = profile_in(record, content)
        if mapping and profile.problems:  # what was noted before is as true as it was
            raise CohortError(*profile.problems)
        return self._noted(record, profile)

    def _with_answer(self, record: DatasetRecord, key: str, answer: str) -> Profile:
        """Note what no number of the dataset depends on: its atlas, or its repetition time."""
        dataset = LATER[key](self._dataset(record), answer)
        content = self.content(record)
        with working_folder(self.bounds.spool) as folder:
            save(dataset, folder, digest(content) if content else "")
            self.arrays.put(record.data_id, folder)
        if not self.is_uploaded(record):
            self.call(datasets.add_answer(record, key, answer))
        return self._noted(record, profile_in(record, dataset))

    def dataset(self, record: DatasetRecord) -> Dataset:
        """The arrays of a row; read from its content where they are of another, or of none.

        What the row holds is then noted anew: it was changed, or nobody has read it before.

        Raises:
            CohortError: the content cannot be read, or the arrays are gone and there is no content.
            QuestionsOpen: somebody must say first how the content is to be read.

        """
        return self._dataset(
            record, lambda dataset: self._noted(record, profile_in(record, dataset))
        )

    def _noted(self, record: DatasetRecord, profile: Profile) -> Profile:
        profile = replace(profile, uploaded=self.is_uploaded(record))
        self.call(datasets.put_profile(record.data_id, record.length, profile.as_dict()))
        return profile

    def is_uploaded(self, record: DatasetRecord) -> bool:
        """Whether the row was written here, and so is to be read without any answer."""
        profiles = self.call(datasets.get_profiles([record.data_id]))
        known: StoredProfile | None = profiles.get(record.data_id)
        return known is not None and known.uploaded

    def _dataset(self, record: DatasetRecord, note: Note = _nobody) -> Dataset:
        text = self.content(record)
        try:
            stored = self.arrays.open(record.data_id)
            if not text or stored.content_sha256 == digest(text):
                return stored.dataset
        except RegistryUnavailable as error:
            if not text:
                raise
            log.warning("the dataset %s is read from its row: %s", record.data_name, error)
        except (ObjectDamaged, ObjectMissing, CohortError) as error:
            if not text:
                raise _gone(record) from error
            log.info("the dataset %s is read from its row: %s", record.data_name, error)
        try:
            dataset = self._read_row(record, {}, text)
        except ReadingFailed:  # which says nothing of what the row holds
            raise
        except CohortError as error:
            note(error)
            raise
        note(dataset)
        return dataset

    def content(self, record: DatasetRecord) -> str:
        """The text of a row; "" where its arrays are all that there is."""
        contents: Mapping[str, str] = self.call(datasets.get_data([record.data_name]))
        return contents.get(record.data_name, "")

    def _read_row(
        self, record: DatasetRecord, mapping: Mapping[str, str], text: str = ""
    ) -> Dataset:
        """Read the content of a row into arrays. Raises CohortError, RowAsks."""
        text = text or self.content(record)
        if not text:
            raise _gone(record)
        answers = mapping or self._answers(record)
        with working_folder(self.bounds.spool) as folder:
            path = folder / "content.json"
            path.write_bytes(text.encode())
            outcome = self._read_content(path, folder, record.data_name, answers, kept=not mapping)
            if outcome.questions:
                raise RowAsks(outcome.questions, outcome.signature)
            dataset = self._stored(record, outcome.folder)
        if mapping:
            self.call(datasets.put_answers(record, mapping, outcome.signature))
        return dataset

    def _answers(self, record: DatasetRecord) -> Mapping[str, str]:
        """How NEURO-LEARN's row is to be read; those of an uploaded file are not for its row."""
        if self.is_uploaded(record):
            return {}
        answers: Mapping[str, str] = self.call(datasets.get_answers(record.data_id))
        return answers

    def _stored(self, record: DatasetRecord, folder: Path) -> Dataset:
        """What was read of a row, which does not need the registry: it is all in the database."""
        try:
            self.arrays.put(record.data_id, folder)
            return self.arrays.open(record.data_id).dataset
        except RegistryUnavailable as error:
            log.warning("the arrays of %s are kept here alone: %s", record.data_name, error)
            return self.arrays.adopt(folder)

    def _read_content(
        self, path: Path, folder: Path, name: str, answers: Mapping[str, str], *, kept: bool
    ) -> ReadOutcome:
        """Read the text of a row; answers that are ``kept`` may be of an older one."""
        outcome = read_file(path, folder, ReadOptions(name, answers, ROW_BYTES), self.bounds)
        if outcome.refused and answers and kept:
            shutil.rmtree(outcome.folder)
            outcome = read_file(path, folder, ReadOptions(name, {}, ROW_BYTES), self.bounds)
        if outcome.refused:
            raise CohortError(*outcome.refused)
        return outcome

    def _write(self, new: ListedDataset, outcome: ReadOutcome, address: str) -> None:
        try:
            self._insert(new, outcome, outcome.content, address)
        except ContentTooLarge as error:
            log.warning("the dataset %s is kept as arrays alone: %s", new.data_name, error)
            self._insert(new, outcome, "", address)

    def _insert(self, new: ListedDataset, outcome: ReadOutcome, content: str, address: str) -> None:
        assert outcome.profile is not None  # noqa: S101 - what is kept is profiled
        row = NewDataset(
            **{name: getattr(new, name) for name in ("data_id", "proj_id", "user_id", "data_name")},
            data_cont=content,
            hdfs_path="" if content else address[:LONGEST_ADDRESS],
            profile=replace(outcome.profile, uploaded=True).as_dict(),
            signature=outcome.signature,
            answers=outcome.answers,
            stored_bytes=sum(path.stat().st_size for path in outcome.folder.glob("*.npy")),
        )
        self.call(datasets.insert_dataset(row))


def profile_in(record: DatasetRecord, content: Dataset | CohortError) -> Profile:
    """The profile of what a row holds, or of why it cannot be used."""
    if isinstance(content, RowAsks):
        return Profile.asking(content.questions, content.signature)
    try:
        if isinstance(content, CohortError):
            raise content
        return profile_of(content, record.data_name)
    except CohortError as error:
        return Profile.unusable(error.messages)


def digest(text: str) -> str:
    """The SHA-256 of a row's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _gone(record: DatasetRecord) -> CohortError:
    return CohortError(
        f"The arrays of the dataset {record.data_name} are gone from the registry or damaged; "
        "upload its file again."
    )
