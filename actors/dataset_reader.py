"""Files and rows become datasets: read by a child process, kept as arrays and as rows."""

import hashlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from actors import uploads
from actors.arrays import Arrays
from actors.reading_child import Asked, Bounds, Outcome, read_file, working_folder
from db import datasets
from db.datasets import DatasetRecord, ListedDataset, NewDataset
from db.errors import ContentTooLarge
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Question
from graphnet.data.profile import Profile, profile_of
from graphnet.errors import CohortError, QuestionsOpen
from registry import ObjectMissing, RegistryUnavailable, Store

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST_ADDRESS = 256
ROW_BYTES = 1 << 40  # a row is in the database already, whatever its size


class RowAsks(QuestionsOpen):
    """A row of two plausible readings; ``signature`` is what its content looks like."""

    def __init__(self, questions: Sequence[Question], signature: str) -> None:
        super().__init__(questions)
        self.signature = signature


@dataclass(frozen=True)
class DatasetReader:
    """Reads files within ``bounds``; ``call`` runs a query of the database.

    Everything here may raise RegistryError and DatabaseError besides what it says.
    """

    call: Callable[[Coroutine[Any, Any, Any]], Any]
    uploads: Store
    arrays: Arrays
    bounds: Bounds

    def uploaded(self, upload: str, asked: Asked, use: Callable[[Outcome], T]) -> T:
        """Read an upload and make ``use`` of the outcome, whose folder then goes.

        Raises:
            UploadGone: there is no such upload.
            CohortError: reading it took too long or too much.

        """
        with working_folder(self.bounds.spool) as folder:
            path = folder / "file"
            uploads.fetch(self.uploads, upload, path)
            return use(read_file(path, folder, asked, self.bounds))

    def keep(self, new: ListedDataset, outcome: Outcome) -> None:
        """Keep what was read as the dataset ``new``. Raises NameTaken."""
        address = self.arrays.put(new.data_id, outcome.folder)
        try:
            self._write(new, outcome, outcome.content, address)
        except ContentTooLarge as error:
            log.warning("the dataset %s is kept as arrays alone: %s", new.data_name, error)
            self._write(new, outcome, "", address)

    def profile(self, record: DatasetRecord, mapping: Mapping[str, str]) -> Profile:
        """What a row holds, read anew and noted; a ``mapping`` that leads to a dataset is kept."""
        try:
            dataset = self._read_row(record, mapping) if mapping else self.dataset(record)
            profile = Profile.from_dict(profile_of(dataset, record.data_name))
        except RowAsks as error:
            profile = Profile.asking(error.questions, error.signature)
        except CohortError as error:
            if mapping:  # what was noted before is as true as it was
                raise
            profile = Profile.unusable(error.sentences)
        self.call(datasets.put_profile(record.data_id, record.length, profile.as_dict()))
        return profile

    def dataset(self, record: DatasetRecord) -> Dataset:
        """The arrays of a row; read from its content where they are of another, or of none.

        Raises:
            CohortError: the content cannot be read, or the arrays are gone and there is no content.
            QuestionsOpen: somebody must say first how the content is to be read.

        """
        text = self._content(record)
        try:
            stored = self.arrays.open(record.data_id)
            if not text or stored.content_sha256 == _digest(text):
                return stored.dataset
        except RegistryUnavailable as error:
            if not text:
                raise
            log.warning("the dataset %s is read from its row: %s", record.data_name, error)
        except (ObjectMissing, CohortError) as error:
            if not text:
                raise _gone(record) from error
            log.info("the dataset %s is read from its row: %s", record.data_name, error)
        return self._read_row(record, {}, text)

    def _content(self, record: DatasetRecord) -> str:
        contents: Mapping[str, str] = self.call(datasets.get_data([record.data_name]))
        return contents.get(record.data_name, "")

    def _read_row(
        self, record: DatasetRecord, mapping: Mapping[str, str], text: str = ""
    ) -> Dataset:
        """Read the content of a row into arrays. Raises CohortError, RowAsks."""
        text = text or self._content(record)
        if not text:
            raise _gone(record)
        answers = mapping or self.call(datasets.get_answers(record.data_id))
        with working_folder(self.bounds.spool) as folder:
            path = folder / "content.json"
            path.write_bytes(text.encode())
            outcome = self._read_content(path, folder, record.data_name, answers)
            if outcome.questions:
                questions = [Question.from_dict(each) for each in outcome.questions]
                raise RowAsks(questions, outcome.signature)
            dataset = self._stored(record, outcome.folder)
        if mapping:
            self.call(datasets.put_answers(record, mapping, outcome.signature))
        return dataset

    def _stored(self, record: DatasetRecord, folder: Path) -> Dataset:
        """What was read of a row, which does not need the registry: it is all in the database."""
        try:
            self.arrays.put(record.data_id, folder)
            return self.arrays.open(record.data_id).dataset
        except RegistryUnavailable as error:
            log.warning("the arrays of %s are kept here alone: %s", record.data_name, error)
            return self.arrays.adopt(folder)

    def _read_content(
        self, path: Path, folder: Path, name: str, answers: Mapping[str, str]
    ) -> Outcome:
        """Read the text of a row. Raises CohortError."""
        outcome = read_file(path, folder, Asked(name, answers, ROW_BYTES), self.bounds)
        if outcome.refused:
            raise CohortError(*outcome.refused)
        return outcome

    def _write(self, new: ListedDataset, outcome: Outcome, content: str, address: str) -> None:
        row = NewDataset(
            **{name: getattr(new, name) for name in ("data_id", "proj_id", "user_id", "data_name")},
            data_cont=content,
            hdfs_path="" if content else address[:LONGEST_ADDRESS],
            profile=outcome.profile,
            signature=outcome.signature,
            answers=outcome.answers,
        )
        self.call(datasets.insert_dataset(row))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _gone(record: DatasetRecord) -> CohortError:
    return CohortError(
        f"The arrays of the dataset {record.data_name} are gone from the registry or damaged; "
        "upload its file again."
    )
