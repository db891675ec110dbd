"""Answers what a stored model says of new subjects, on the CPU, beside whatever is trained."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.monitoring import metrics
from actors.monitoring.context import about
from actors.questions.rpc import PredictionRequest, is_late
from actors.reading.answers import (
    INTERNAL,
    LATE,
    Answer,
    read_answer,
    refusal,
    reply_or_reason,
    without_answer,
)
from actors.reading.child import ReadOptions, ReadOutcome
from actors.reading.datasets import DatasetReader
from graphnet.artifacts.inference import predict, without_unnamed_sites
from graphnet.artifacts.manifest import check_manifest
from graphnet.artifacts.model import StoredModel
from graphnet.data.atlas import Atlas, Table
from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import ANY, cohort_of
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.storage import load
from graphnet.errors import CohortError, GraphnetError, ModelError
from graphnet.messages import Message
from registry import MANIFEST, PARAMETERS, ObjectDamaged, ObjectMissing, Store
from registry.store import damaged, lost

log = logging.getLogger(__name__)

FILE, NEW = "The file", "the table"  # stand where a dataset's name would
MODELS_KEPT = 4
MOST_SUBJECTS = 10_000


@dataclass
class Predictor:
    """Reads models of a store, a few of which it keeps, and new subjects by ``reader``."""

    store: Store
    reader: DatasetReader
    atlases: tuple[Atlas | Table, ...] = ()
    _models: OrderedDict[tuple[str, str], StoredModel] = field(default_factory=OrderedDict)

    def __call__(self, **fields: Any) -> Answer:
        """``{"answer": …}``, or the reason why there is none; see :mod:`actors.reading.answers`."""
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
            *(FILE, question.mapping, question.most),
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
            cohort = _subjects(outcome, SeriesOptions.of(model.settings))
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


def _subjects(outcome: ReadOutcome, series: SeriesOptions) -> Cohort:
    """Everybody in the file, measured as the model's subjects were. Raises CohortError."""
    dataset = load(outcome.folder)
    if len(dataset) > MOST_SUBJECTS:
        raise CohortError(
            Message("worker.too-many-subjects", count=len(dataset), most=MOST_SUBJECTS)
        )
    return without_unnamed_sites(cohort_of(dataset, NEW, ANY, series), NEW)
