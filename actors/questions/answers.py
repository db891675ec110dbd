"""What a worker answers: how a file reads, what a row holds, what a stored model predicts.

It does so on the CPU, beside whatever is trained; see :mod:`actors.questions.rpc`.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from actors import metrics
from actors.log_context import about
from actors.questions.rpc import (
    ERASE,
    ERASE_EVIDENCE,
    KEEP,
    OLD_MODEL,
    ROW,
    PredictionRequest,
    ReadRequest,
    is_late,
)
from actors.reading.child import ReadOptions, ReadOutcome
from actors.reading.datasets import DatasetReader
from actors.reading.uploads import UploadGone, find_upload, remove_bytes
from db import datasets
from db.datasets import ListedDataset, name_taken
from db.dependents import InUse
from db.server.errors import DatabaseError, NameTaken
from graphnet.artifacts.inference import predict
from graphnet.artifacts.manifest import check_manifest
from graphnet.artifacts.model import StoredModel
from graphnet.data.atlas import Atlas, Table
from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import ANY, cohort_of
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.storage import load
from graphnet.errors import CohortError, DiskFull, GraphnetError, ModelError
from graphnet.messages import Message
from registry import (
    MANIFEST,
    PARAMETERS,
    ObjectDamaged,
    ObjectMissing,
    RegistryError,
    RegistryRefuses,
    Store,
)
from registry.store import damaged, lost

log = logging.getLogger(__name__)

LATE = Message("worker.late")
INTERNAL = Message("worker.internal-error")

Answer = dict[str, Any]
FILE = "The file"  # stands for the name of one that came without
MODELS_KEPT = 4
MOST_SUBJECTS = 10_000


def refusal(reasons: Iterable[Message]) -> Answer:
    """Why a file is refused: the English sentences, and the messages that they come from."""
    reasons = tuple(reasons)
    return {
        "refused": [str(reason) for reason in reasons],
        "refused_messages": [reason.as_dict() for reason in reasons],
    }


def without_answer(why: str, message: Message) -> Answer:
    """Why there is no answer: a word (``away``, ``gone``, ``lost`` …) with its message."""
    return {why: message.as_dict()}


def read_answer(outcome: ReadOutcome) -> Answer:
    """What came of reading a file: a refusal, questions, or a profile."""
    if outcome.refused:
        return refusal(outcome.refused)
    answer = {"preview": outcome.preview, "signature": outcome.signature}
    if outcome.questions:
        return {**answer, "questions": [question.as_dict() for question in outcome.questions]}
    profile = {} if outcome.profile is None else outcome.profile.as_dict()
    return {**answer, "profile": profile, "answers": outcome.answers}


def reply_or_reason(call: Callable[[], Answer]) -> Answer:
    """The answer of ``call``, or the reason why it has no answer, as a message can carry it."""
    try:
        return call()
    except UploadGone as error:
        return without_answer("gone", error.message)
    except CohortError as error:
        return refusal(error.messages)
    except (NameTaken, InUse) as error:
        why = "taken" if isinstance(error, NameTaken) else "in_use"
        return without_answer(why, error.message)
    except (DiskFull, DatabaseError) as error:
        return without_answer("full" if isinstance(error, DiskFull) else "away", error.message)
    except RegistryError as error:
        is_full = isinstance(error, RegistryRefuses) and error.full
        return without_answer("full" if is_full else "away", error.message)


@dataclass
class FileReader:
    """Answers questions about files and rows by reading them; stores a dataset where asked to.

    ``old_models`` imports models of the predecessor, ``eraser`` erases subjects.
    """

    reader: DatasetReader
    old_models: Callable[[ReadRequest], Answer] | None = None
    eraser: Callable[[ReadRequest], Answer] | None = None

    def __call__(self, **fields: Any) -> Answer:
        """The answer, in one of the forms that :mod:`service.stores.worker_calls` reads."""
        request = ReadRequest(**fields)
        if is_late(request):
            return without_answer("away", LATE)
        try:
            with about("", request=request.request_id), metrics.READING.time():
                return reply_or_reason(lambda: self._read(request))
        except Exception:
            log.exception("reading %r failed", request.name)
            return without_answer("away", INTERNAL)

    def _read(self, request: ReadRequest) -> Answer:
        if request.purpose == OLD_MODEL and self.old_models is not None:
            return self.old_models(request)
        if request.purpose in (ERASE, ERASE_EVIDENCE) and self.eraser is not None:
            return self.eraser(request)
        return self._row(request) if request.purpose == ROW else self._upload(request)

    def _row(self, request: ReadRequest) -> Answer:
        record = self.reader.call(datasets.find_dataset(request.data_id))
        if record is None:
            return refusal([Message("worker.datasets-gone", datasets=[request.name], count=1)])
        return {"profile": self.reader.profile(record, request.mapping).as_dict()}

    def _upload(self, request: ReadRequest) -> Answer:
        if request.purpose == KEEP:
            earlier = self._kept_before(request)
            if earlier is not None:
                return earlier
        keep = request.purpose == KEEP
        options = ReadOptions(
            request.name, request.mapping, request.most, profile=True, content=keep
        )
        return self.reader.uploaded(
            request.upload, options, lambda outcome: self._answered(request, outcome)
        )

    def _kept_before(self, request: ReadRequest) -> Answer | None:
        """The answer where an earlier attempt has written the dataset: of that name, read so."""
        record = self.reader.call(datasets.find_dataset(request.data_id))
        if record is None:
            return None
        if (record.data_name, record.proj_id) != (request.name, request.proj_id):
            became = Message("worker.upload-became", dataset=repr(record.data_name))
            return without_answer("gone", became)
        if self.reader.call(datasets.get_answers(request.data_id)) != dict(request.mapping):
            raise name_taken(record.data_name)
        profiles = self.reader.call(datasets.get_profiles([request.data_id]))
        known = profiles.get(request.data_id)
        return None if known is None else {"profile": known.profile}

    def _answered(self, request: ReadRequest, outcome: ReadOutcome) -> Answer:
        answer = read_answer(outcome)
        if request.purpose == KEEP and "profile" in answer:
            earlier = self._kept_before(request)  # another may have read the same upload meanwhile
            if earlier is not None:
                return earlier
            self.reader.keep(_row_of(request), outcome)
            self._remove(request.upload)
        return answer

    def _remove(self, upload: str) -> None:
        """Remove the bytes that are kept as arrays now; garbage collection finds what stays."""
        try:
            remove_bytes(self.reader.uploads, find_upload(self.reader.uploads, upload))
        except (RegistryError, UploadGone) as error:
            log.warning("an upload could not be removed: %s", error)


def _row_of(request: ReadRequest) -> ListedDataset:
    return ListedDataset(request.data_id, request.proj_id, request.user_id, request.name)


@dataclass
class Predictor:
    """Reads models of a store, a few of which it keeps, and new subjects by ``reader``."""

    store: Store
    reader: DatasetReader
    atlases: tuple[Atlas | Table, ...] = ()
    _models: OrderedDict[tuple[str, str], StoredModel] = field(default_factory=OrderedDict)

    def __call__(self, **fields: Any) -> Answer:
        """``{"answer": …}``, or the reason why there is none."""
        question = PredictionRequest(**fields)
        if is_late(question):
            return without_answer("away", LATE)
        try:
            with about(question.task_id, request=question.request_id), metrics.PREDICTING.time():
                return reply_or_reason(lambda: self._predicted(question))
        except Exception:
            log.exception("a prediction by the model of task %s failed", question.task_id)
            return without_answer("away", INTERNAL)

    def _predicted(self, question: PredictionRequest) -> Answer:
        try:
            model = self._model(question)
        except ObjectMissing:
            if question.manifest_sha256:
                return without_answer("lost", lost(question.task_id))
            return refusal([Message("worker.no-model", task=question.task_id)])
        except ModelError as error:
            return without_answer("damaged", damaged(question.task_id, error.message))
        except ObjectDamaged as error:
            return without_answer("damaged", damaged(question.task_id, error.message))
        options = ReadOptions(
            *(question.name or FILE, question.mapping, question.most),
            without_class=True,
            covariates=model.preprocessing.uses_covariates,
        )
        return self.reader.uploaded(
            question.upload, options, lambda outcome: self._answer(model, outcome, question)
        )

    def _answer(
        self, model: StoredModel, outcome: ReadOutcome, question: PredictionRequest
    ) -> Answer:
        if outcome.refused or outcome.questions:
            return read_answer(outcome)
        try:
            series = SeriesOptions.of(model.settings)
            cohort = _subjects(outcome, series, question.name or FILE)
            names = self._names(model, cohort)
            return {"answer": predict(model, cohort, explain=question.explain, names=names)}
        except GraphnetError as error:
            return refusal(error.messages)

    def _model(self, question: PredictionRequest) -> StoredModel:
        key = question.task_id, question.manifest_sha256
        if key not in self._models:
            manifest = self.store.get(question.task_id, MANIFEST)
            check_manifest(manifest, question.manifest_sha256)
            parameters = self.store.get(question.task_id, PARAMETERS)
            self._models[key] = StoredModel.from_bytes(parameters, manifest)
        self._models.move_to_end(key)
        while len(self._models) > MODELS_KEPT:
            self._models.popitem(last=False)
        return self._models[key]

    def _names(self, model: StoredModel, cohort: Cohort) -> Mapping[str, str]:
        """For people, by region: of the worker's tables, else as the model or the data have it."""
        known = (*self.atlases, Atlas.from_facts(model.facts), cohort.atlas)
        fits = (candidate.fit(cohort.regions) for candidate in known if candidate is not None)
        atlas = next((fit for fit in fits if fit is not None), None)
        return {} if atlas is None else dict(zip(atlas.regions, atlas.names, strict=True))


def _subjects(outcome: ReadOutcome, series: SeriesOptions, name: str) -> Cohort:
    """Everybody in the file, measured as the model's subjects were. Raises CohortError."""
    dataset = load(outcome.folder)
    if len(dataset) > MOST_SUBJECTS:
        raise CohortError(
            Message("worker.too-many-subjects", count=len(dataset), most=MOST_SUBJECTS)
        )
    cohort = cohort_of(dataset, name, ANY, series)
    return replace(cohort, sites=dataset.subjects.sites)  # what a file is called says no site
