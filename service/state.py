"""What the HTTP process works with, wired once."""

import asyncio
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from starlette.requests import Request

from actors.redis_connection import NamedBroker, Names
from actors.relay import Relay
from db.server.versions import check_not_ahead
from db.submissions.intake import Intake
from service.forms.refusal_log import RefusalLog
from service.http.limits import AdmissionControl, KeyedLock
from service.metrics import Monitoring
from service.readiness import Readiness
from service.settings import HttpSettings
from service.stores.artifacts import ArtifactReader, LostModels
from service.stores.direct_uploads import DirectUploads
from service.stores.profiles import DatasetCache, Profiles
from service.stores.uploads import Uploads
from service.stores.worker_calls import PredictionClient, ReadingClient

if TYPE_CHECKING:
    from service.stores.comparison_cache import ComparisonCache
    from service.stores.views import LiveTasks, TaskSummaries

FRESH_SECONDS = 1.0


class SchemaWatch:
    """Asks the database for its version before a request writes, once a second at most."""

    def __init__(self) -> None:
        self._checked_at = float("-inf")

    async def check(self) -> None:
        """Return if this version may write. Raises SchemaAhead, DatabaseUnavailable."""
        now = time.monotonic()
        if now - self._checked_at < FRESH_SECONDS:
            return
        await check_not_ahead()
        self._checked_at = now


@dataclass(frozen=True)
class AppState:
    """Settings, clients of database, queue and registry, and caches; ``stopping`` ends streams."""

    settings: HttpSettings
    artifacts: ArtifactReader
    checkpoints: ArtifactReader
    arrays: ArtifactReader
    names: Names
    broker: NamedBroker
    relay: Relay
    readiness: Readiness
    redis: Redis
    admission: AdmissionControl
    prediction_client: PredictionClient
    uploads: Uploads
    direct_uploads: DirectUploads
    reading_client: ReadingClient
    profiles: Profiles
    dataset_cache: DatasetCache
    stopping: asyncio.Event
    intake: Intake
    monitoring: Monitoring
    refusal_log: RefusalLog
    lost_models: LostModels = field(default_factory=LostModels)
    key_locks: KeyedLock = field(default_factory=KeyedLock)
    schema_watch: SchemaWatch = field(default_factory=SchemaWatch)

    # Made when first asked for: what they import is not for the start.
    @cached_property
    def live_tasks(self) -> "LiveTasks":
        from service.stores.views import LiveTasks  # noqa: PLC0415

        return LiveTasks()

    @cached_property
    def comparison_cache(self) -> "ComparisonCache":
        from service.stores.comparison_cache import ComparisonCache  # noqa: PLC0415

        return ComparisonCache()

    @cached_property
    def task_summaries(self) -> "TaskSummaries":
        from service.stores.views import TaskSummaries  # noqa: PLC0415

        return TaskSummaries()


def state_of(request: Request) -> AppState:
    """The state of the application that serves this request."""
    state: AppState = request.app.state.app_state
    return state
