"""The rooms that the HTTP process works with, wired once."""

import asyncio
import time
from dataclasses import dataclass, field

import redis.asyncio
from starlette.requests import Request

from actors.names import NamedBroker, Names
from actors.relay import Relay
from db.intake import Intake
from db.versions import check_known
from service.forms.refusal_log import RefusalLog
from service.http.limits import AdmissionControl, KeyedLock
from service.monitoring.listener import Monitoring
from service.monitoring.readiness import Readiness
from service.settings import Settings
from service.stores.artifacts import ArtifactReader, LostModels
from service.stores.comparison import ComparisonCache
from service.stores.dataset_cache import DatasetCache
from service.stores.live_tasks import LiveTasks
from service.stores.prediction import PredictionClient
from service.stores.profiles import Profiles
from service.stores.reading import ReadingClient
from service.stores.task_summaries import TaskSummaries
from service.stores.uploads import Uploads


class SchemaWatch:
    """Asks the database for its version before a request writes, once a second at most."""

    def __init__(self) -> None:
        self._asked = float("-inf")

    async def check(self) -> None:
        """Return if this version may write. Raises SchemaAhead, DatabaseUnavailable."""
        now = time.monotonic()
        if now - self._asked < FRESH_SECONDS:
            return
        await check_known()
        self._asked = now


@dataclass(frozen=True)
class AppState:
    """Settings, what is stored, the queue; ``stopping`` ends the streams."""

    settings: Settings
    vault: ArtifactReader
    names: Names
    broker: NamedBroker
    relay: Relay
    readiness: Readiness
    watch: redis.asyncio.Redis
    admission: AdmissionControl
    oracle: PredictionClient
    uploads: Uploads
    reading: ReadingClient
    profiles: Profiles
    shelf: DatasetCache
    stopping: asyncio.Event
    intake: Intake
    monitoring: Monitoring
    refusals: RefusalLog
    board: LiveTasks = field(default_factory=LiveTasks)
    comparer: ComparisonCache = field(default_factory=ComparisonCache)
    outlines: TaskSummaries = field(default_factory=TaskSummaries)
    lost: LostModels = field(default_factory=LostModels)
    keys: KeyedLock = field(default_factory=KeyedLock)
    schema: SchemaWatch = field(default_factory=SchemaWatch)


def state_of(request: Request) -> AppState:
    """The house that serves this request."""
    house: AppState = request.app.state.house
    return house


FRESH_SECONDS = 1.0
