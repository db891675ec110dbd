"""The composition root of the HTTP process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from actors.log_context import TRACING
from actors.queue import redis_broker
from actors.redis_connection import Names, asyncio_redis_client, sign_presence
from actors.relay import Relay
from actors.shutdown import cancelled, step
from db.server.connection import close_database, database_address, open_database
from db.server.errors import DatabaseError
from db.server.limits import warn_of_packet
from db.submissions.intake import Intake
from registry import (
    CHECKPOINTS,
    DATASETS,
    MODELS,
    UPLOADS,
    MultipartStore,
    Store,
    open_multipart,
    open_store,
)
from service.api.endpoint import Endpoint, Handler
from service.api.endpoints import ENDPOINTS
from service.forms.refusal_log import RefusalLog
from service.http.auth import AuthMiddleware
from service.http.body import check_encoding
from service.http.downloads import download
from service.http.exception_handlers import HANDLED, handle_error
from service.http.limits import AdmissionControl
from service.http.middleware import (
    BodyDrainMiddleware,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    TracingMiddleware,
)
from service.http.responses import success
from service.metrics import Addresses, MetricsMiddleware, Monitoring, TaskMetrics
from service.pages.table import PAGES
from service.readiness import Readiness
from service.settings import HttpSettings
from service.state import AppState, SchemaWatch, state_of
from service.stores.artifacts import ArtifactReader
from service.stores.direct_uploads import DirectUploads
from service.stores.profiles import DatasetCache, Profiles
from service.stores.uploads import Uploads
from service.stores.worker_calls import PredictionClient, ReadingClient

log = logging.getLogger(__name__)

RELAY_SECONDS = 2.0
STEP_SECONDS = 3.0  # of an ending
DOCUMENT = "/openapi.json"
ADDRESSES = Addresses([*(endpoint.path for endpoint in (*ENDPOINTS, *PAGES)), DOCUMENT])
AT_START_SECONDS = 3.0
LOOK_SECONDS = 1.0
SIGN_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # between two lines on a database that is away


def create_app(settings: HttpSettings, stopping: asyncio.Event) -> ASGIApp:
    """Wire the service; nothing is opened before it starts. ``stopping`` ends its streams.

    Raises:
        SettingsError: traces are asked for, and OpenTelemetry is not installed.

    """
    wired = wire(settings, stopping)
    monitoring: Monitoring = wired.state.app_state.monitoring
    app: ASGIApp = wired
    if settings.process.traces:
        TRACING.start("sgn-service")
        app = TracingMiddleware(app)
    app = RequestIdMiddleware(SecurityHeadersMiddleware(BodyDrainMiddleware(app)))
    return MetricsMiddleware(app, monitoring.requests)


def wire(settings: HttpSettings, stopping: asyncio.Event) -> Starlette:
    """The service without the middleware around it."""
    names = Names()
    broker = redis_broker(settings.process.redis_url, names)
    pages = settings.process.public_url
    relay = Relay(broker, every=RELAY_SECONDS, reconciling=False, public_url=pages)
    artifacts = ArtifactReader(_store(settings, MODELS))
    redis = asyncio_redis_client(settings.process.redis_url)
    queue, alone = settings.process.redis_url, settings.worker_seconds
    reading = ReadingClient(queue, names, patience=settings.upload_seconds, alone=alone)
    profiles = Profiles(reading)
    schema = SchemaWatch()
    readiness = Readiness(broker, artifacts.check_writable)
    uploads = Uploads(_store(settings, UPLOADS), settings.max_upload_bytes, settings.max_file_bytes)
    state = AppState(
        settings=settings,
        artifacts=artifacts,
        checkpoints=ArtifactReader(_store(settings, CHECKPOINTS)),
        arrays=ArtifactReader(_store(settings, DATASETS)),
        names=names,
        broker=broker,
        relay=relay,
        intake=Intake(relay.take),
        readiness=readiness,
        monitoring=Monitoring(TaskMetrics(redis, broker, readiness), ADDRESSES),
        redis=redis,
        admission=AdmissionControl(settings),
        prediction_client=PredictionClient(
            queue, names, patience=settings.predict_seconds, alone=alone
        ),
        uploads=uploads,
        direct_uploads=DirectUploads(uploads, _multiparts(settings)),
        reading_client=reading,
        profiles=profiles,
        dataset_cache=DatasetCache(profiles),
        stopping=stopping,
        schema_watch=schema,
        refusal_log=RefusalLog(schema.check),
    )
    app = Starlette(
        routes=[Route(e.path, _handler(e), methods=[e.method]) for e in (*ENDPOINTS, *PAGES)]
        + [Route(DOCUMENT, _openapi, methods=["GET"])],
        lifespan=_lifespan,
        middleware=[Middleware(AuthMiddleware, settings=settings, refuse=handle_error)],
        exception_handlers=dict.fromkeys(HANDLED, handle_error),
    )
    app.router.redirect_slashes = False  # a redirect would be an answer without an error_num
    app.state.app_state = state
    return app


def _store(settings: HttpSettings, folder: str) -> Store:
    """A waiting client hears sooner than a worker that the storage does not answer."""
    shared = settings.process
    return open_store(
        shared.registry_url, endpoint_url=shared.s3_endpoint_url, folder=folder, hasty=True
    )


def _multiparts(settings: HttpSettings) -> MultipartStore | None:
    """Where clients may write into the bucket; None where the setting names no address."""
    shared = settings.process
    if not shared.s3_public_url:
        return None
    return open_multipart(
        shared.registry_url,
        endpoint_url=shared.s3_endpoint_url,
        folder=UPLOADS,
        public_url=shared.s3_public_url,
    )


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state: AppState = app.state.app_state
    database = state.settings.process.database_url
    await open_database(database)
    await learn_at_start(state.names)
    background = [
        asyncio.create_task(state.relay.run()),
        asyncio.create_task(warn_of_packet(state.settings.max_upload_bytes)),
        asyncio.create_task(state.refusal_log.run()),
        asyncio.create_task(show_presence(state.broker.client, state.names, database)),
    ]
    if state.settings.webhook is not None:
        from service.webhooks import Webhook  # noqa: PLC0415 - httpx: not for the start

        webhook = Webhook(
            state.settings.webhook, state.redis, state.names, state.settings.process.public_url
        )
        background.append(asyncio.create_task(webhook.run()))
    state.monitoring.listen(state.settings.process)
    try:
        yield
    finally:
        await _close(state, background)


async def _close(state: AppState, background: list["asyncio.Task[None]"]) -> None:
    """Close everything; each has a few seconds, so that nothing silent delays the rest."""
    metrics = asyncio.to_thread(state.monitoring.close)
    await asyncio.gather(
        step("the port of the metrics", metrics, STEP_SECONDS),
        step("the relay", cancelled(background), STEP_SECONDS),
    )
    state.profiles.close()
    for room in (state.artifacts, state.checkpoints, state.arrays, state.uploads):
        room.close()
    state.prediction_client.close()
    state.reading_client.close()
    state.broker.close()
    await asyncio.gather(
        step("Redis", state.redis.aclose(), STEP_SECONDS),
        step("the database", close_database(), STEP_SECONDS),
        step("the traces", asyncio.to_thread(TRACING.stop), STEP_SECONDS),
    )


def _handler(endpoint: Endpoint) -> Handler:
    """The endpoint's own; one that writes looks first whether it may and can read the body."""
    if endpoint.method == "GET":
        reading = _reading(endpoint)
        return download(reading) if endpoint.download else reading

    async def writing(request: Request) -> Response:
        check_encoding(request)
        await state_of(request).schema_watch.check()
        return await endpoint.load()(request)

    return writing


def _reading(endpoint: Endpoint) -> Handler:
    async def reading(request: Request) -> Response:
        return await endpoint.load()(request)

    return reading


def load_handlers() -> None:
    """Import what answers, which is half of the service, before a request has to wait for it."""
    for endpoint in (*ENDPOINTS, *PAGES):
        endpoint.load()


async def _openapi(request: Request) -> Response:  # noqa: ARG001
    from service.api.openapi import openapi  # noqa: PLC0415 - describes types: not for the start

    return success(**openapi((*ENDPOINTS, *PAGES)))


async def learn_at_start(names: Names) -> None:
    """Ask the database once: the service also starts where that is away."""
    with contextlib.suppress(DatabaseError, TimeoutError):
        async with asyncio.timeout(AT_START_SECONDS):
            await names.learn()


async def show_presence(client: redis.Redis, names: Names, database_url: str) -> None:
    """Ask until the database has answered, then sign once a minute, until cancelled."""
    pause, say_at = FIRST_PAUSE, 0.0
    loop = asyncio.get_running_loop()
    while not names.known:
        try:
            await names.learn()
        except DatabaseError as error:
            if loop.time() >= say_at:
                log.warning("the queue's name is not known yet: %s", error)
                say_at, pause = loop.time() + pause, min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(LOOK_SECONDS)
    address = database_address(database_url)
    while True:
        try:
            await asyncio.to_thread(sign_presence, client, names, address)
        except redis.RedisError as error:
            log.debug("no sign could be left: %s", error)
        await asyncio.sleep(SIGN_SECONDS)
