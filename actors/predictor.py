"""Answers questions in a worker, beside whatever it trains: by a thread of its own, on the CPU."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dramatiq
import redis
from dramatiq import Broker, Middleware, Worker

from actors import metrics
from actors.questions import ACTOR, QUEUE, Question, get_table, question_broker
from actors.queue import redis_client
from actors.trace import about
from graphnet.atlas import Atlas
from graphnet.errors import GraphnetError
from graphnet.manifest import check_manifest
from graphnet.prediction import predict, without_unnamed_sites
from graphnet.readers import from_json
from graphnet.readers.subjects import ANY
from graphnet.stored import StoredModel
from registry import MANIFEST, PARAMETERS, ObjectMissing, RegistryError, Store

log = logging.getLogger(__name__)

NEW = "the table"  # stands where a dataset's name would
MODELS_KEPT = 4
STOP_MS = 5_000
GONE = "The table waited too long for a worker; send it again."
INTERNAL = "An internal error; the worker's log has it under the request's id."


@dataclass
class Predictor:
    """Reads models of a store, a few of which it keeps."""

    store: Store
    atlases: tuple[Atlas, ...] = ()
    _models: OrderedDict[tuple[str, str], StoredModel] = field(default_factory=OrderedDict)

    def __call__(self, question: Question, text: str | None) -> dict[str, Any]:
        """``{"answer": …}``, or ``{"refused": sentences}``, or ``{"away": sentence}``."""
        if text is None:
            return {"away": GONE}
        try:
            model = self._model(question)
            cohort = without_unnamed_sites(from_json(text, NEW, ANY), NEW)
            names = self._names(cohort.regions)
            return {"answer": predict(model, cohort, explain=question.explain, names=names)}
        except GraphnetError as error:
            return {"refused": list(error.sentences)}
        except ObjectMissing:
            return {"refused": [f"The task {question.task_id} has no stored model."]}
        except RegistryError as error:
            return {"away": str(error)}

    def _model(self, question: Question) -> StoredModel:
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

    def _names(self, regions: tuple[str, ...]) -> Mapping[str, str]:
        atlas = next((each for each in self.atlases if each.has(regions)), None)
        return {} if atlas is None else dict(zip(regions, atlas.named(regions), strict=True))


class Predictions(Middleware):
    """Answers questions from a worker's start to its end; a training holds none of them up."""

    def __init__(self, redis_url: str, predictor: Predictor) -> None:
        self._url = redis_url
        self._predictor = predictor
        self._worker: Worker | None = None
        self._ending: threading.Thread | None = None
        self._asked_at = float("-inf")
        self._busy = 0

    def idle_seconds(self) -> float:
        """How long ago the last question came; 0 while one is being answered."""
        return 0.0 if self._busy else time.monotonic() - self._asked_at

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin to answer."""
        client = redis_client(self._url)
        asked = question_broker(client)

        def answer(**given: Any) -> dict[str, Any]:
            return self._answered(client, Question(**given))

        dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=asked, store_results=True)(answer)
        self._worker = Worker(asked, queues={QUEUE}, worker_threads=1)
        self._worker.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Answer no more; what was fetched and not begun goes back.

        By a thread: until this returns, tasks are fetched, also by a worker whose device failed.
        """
        if self._worker is not None:
            self._ending = threading.Thread(target=self._worker.stop, args=(STOP_MS,))
            self._ending.start()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Wait for the last answer."""
        if self._ending is not None:
            self._ending.join()

    def _answered(self, client: redis.Redis, question: Question) -> dict[str, Any]:
        self._busy += 1
        try:
            with about(question.task_id, request=question.request_id), metrics.PREDICTING.time():
                return self._predictor(question, get_table(client, question.table))
        except Exception:
            log.exception("a prediction by the model of task %s failed", question.task_id)
            return {"away": INTERNAL}
        finally:
            self._busy -= 1
            self._asked_at = time.monotonic()
