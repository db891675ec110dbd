"""What lives as long as a worker process: its database, its relay, its heartbeat.

Its threads ask servers that may be away, again and again for as long as the settings say.
"""

import asyncio
import contextlib
import logging
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from types import FrameType
from typing import Any, TypeVar

import redis
from dramatiq import Broker, Middleware, Worker
from dramatiq.asyncio import get_event_loop_thread
from prometheus_client import CollectorRegistry

from actors.exposition import Listener, render_metrics, start_listener
from actors.garbage_collection import GarbageCollector, run_garbage_collection
from actors.log_context import TRACING
from actors.queue import HEARTBEAT_SECONDS, remove_heartbeat, send_heartbeat
from actors.redis_connection import NamedBroker, Names, sign_presence
from actors.relay import Relay
from actors.settings import ProcessSettings
from actors.shutdown import end_within, step_of_thread
from db.server.connection import close_database, database_address, open_database
from db.server.errors import DatabaseError, DatabaseUnavailable, SchemaAhead
from db.server.versions import check_not_ahead
from graphnet.messages import Message

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds
HURRIED_SECONDS = 8.0
RELAY_SECONDS = 2.0
POLL_MS = 100
BROKEN = 70  # the exit status of a worker whose device has failed
GIVE_UP_SECONDS = 10.0
ANSWER_SECONDS = 5.0
SILENT_SECONDS = 60.0
SCHEMA_SECONDS = 2.0
END_SECONDS = 45.0  # 30 for a training to be handed back
STEP_SECONDS = 5.0
SILENT = Message("database.silent")
LEARN_SECONDS = 20.0  # less than SILENT_SECONDS
LOOK_SECONDS = 1.0  # between two looks for a database that is away
FIRST_SILENCE, LONGEST_SILENCE = 5.0, 300.0  # between two lines on it


def no_check() -> None:
    """Nothing ends the waiting before its time."""


def retry(
    call: Callable[[], T],
    passing: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float,
    check: Callable[[], None] = no_check,
    hurry: threading.Event | None = None,
) -> T:
    """Call until it goes through or ``seconds`` are over, at growing, slightly random intervals.

    Only errors of the kind ``passing`` are waited out. ``check`` is called before each pause; what
    it raises ends the waiting. Once ``hurry`` is set, a few seconds are left.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    hurried = False
    while True:
        try:
            return call()
        except passing as error:
            check()
            if hurry is not None and hurry.is_set() and not hurried:
                hurried, pause = True, FIRST_PAUSE
                deadline = min(deadline, time.monotonic() + HURRIED_SECONDS)
            if time.monotonic() + pause > deadline:
                raise
            log.warning("%s Trying again in %.1f s.", error, pause)
        random_pause = pause * (0.5 + 0.5 * random.random())  # noqa: S311 - no secret
        if hurry is None or hurried:
            time.sleep(random_pause)
        else:
            hurry.wait(random_pause)
        pause = min(2 * pause, LONGEST_PAUSE)


class Runtime(Middleware):
    """Open before the first message, closed after the last; must stand after ``AsyncIO``.

    ``stopping`` is set as soon as the process is asked to end; a training looks at it after
    each epoch.
    """

    def __init__(
        self,
        settings: ProcessSettings,
        collector: GarbageCollector | None = None,
        metrics: CollectorRegistry | None = None,
        device_kind: str = "cpu",
    ) -> None:
        self.settings = settings
        self.device_kind = device_kind
        self._collector = collector
        self._metrics = metrics or CollectorRegistry()
        self._listener: Listener | None = None
        self._lived = time.monotonic()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.names = Names()
        self._broken = False
        self._background: list[Future[None]] = []
        self._outdated: Message | None = None

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a database call on the loop thread from an actor's thread.

        Raises:
            SchemaAhead: the database became one of a newer version; nothing more is written.

        """
        if self._outdated is not None:
            work.close()
            raise SchemaAhead(self._outdated)
        return self._submit(work).result()

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:
        """Take one message at a time and look for it often; open the database; start the relay."""
        self._end_once()
        worker.queue_prefetch = 1
        worker.worker_timeout = POLL_MS
        self.call(open_database(self.settings.database_url))
        assert isinstance(broker, NamedBroker)  # noqa: S101 - actors.worker makes no other
        self._background = [
            self._submit(self._work(broker)),
            self._submit(self._watch_schema()),
        ]
        self._listener = start_listener(
            *(self.settings.metrics_host, self.settings.metrics_port),
            scrape=lambda: render_metrics(self._metrics),
            fault=self.fault,
        )

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Tell a running training to hand its task back."""
        self.stopping.set()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Stop the relay, remove the heartbeat, close the database."""
        if self._listener is not None:
            step_of_thread("the port of the metrics", self._listener.close, STEP_SECONDS)
        for future in self._background:
            future.cancel()
        assert isinstance(broker, NamedBroker)  # noqa: S101 - as above
        step_of_thread("Redis", lambda: self._remove_heartbeat(broker.client), STEP_SECONDS)
        closing = self._submit(close_database())
        step_of_thread("the database", closing.result, STEP_SECONDS)
        step_of_thread("the traces", TRACING.stop, STEP_SECONDS)
        if self._broken:
            os._exit(BROKEN)  # so that whoever starts workers knows; what CUDA cleans up may hang

    def give_up(self) -> None:
        """End this process, whose device has failed, so that it is started again.

        Called by the thread of a task; it returns once no other task will be taken.
        """
        self._broken = True
        os.kill(os.getpid(), signal.SIGTERM)
        self.stopping.wait(GIVE_UP_SECONDS)

    def fault(self) -> Message | None:
        """What is wrong with the loop thread; None where nothing is."""
        try:
            self._submit(asyncio.sleep(0)).result(ANSWER_SECONDS)
        except (TimeoutError, RuntimeError):
            return Message("worker.loop-silent")
        silent = time.monotonic() - self._lived
        if silent > SILENT_SECONDS:
            return Message("worker.no-heartbeat", seconds=f"{silent:.0f}")
        return None

    async def _work(self, broker: NamedBroker) -> None:
        """The work that begins once the names of this installation's queues are known.

        Until then no message is taken: see ``actors.queue``.
        """
        await self._learn_names()
        work = [
            Relay(
                broker,
                every=RELAY_SECONDS,
                reconciling=True,
                public_url=self.settings.public_url,
            ).run(),
            self._keep_heartbeat(broker.client),
        ]
        if self._collector is not None:
            work.append(run_garbage_collection(self._collector, broker.client, self.names))
        await asyncio.gather(*work)

    async def _learn_names(self) -> None:
        """Ask the database until it has answered, with a line now and then."""
        pause, say_at = FIRST_SILENCE, 0.0
        while not self.names.known:
            self._lived = time.monotonic()  # a database that is away is no fault of this process
            try:
                async with asyncio.timeout(LEARN_SECONDS):
                    await self.names.learn()
            except (DatabaseError, TimeoutError) as error:
                if time.monotonic() >= say_at:
                    log.warning("no task is taken yet: %s", str(error) or SILENT)
                    say_at = time.monotonic() + pause
                    pause = min(2 * pause, LONGEST_SILENCE)
                await asyncio.sleep(LOOK_SECONDS)

    async def _watch_schema(self) -> None:
        """End this process once the database is of a newer version, whose workers go on."""
        while True:
            try:
                await check_not_ahead()
            except SchemaAhead as error:
                log.critical("this worker ends: %s", error)
                self._outdated = error.message
                os.kill(os.getpid(), signal.SIGTERM)
                return
            except DatabaseError as error:
                log.warning("the database's version is not known: %s", error)
            await asyncio.sleep(SCHEMA_SECONDS)

    async def _keep_heartbeat(self, client: redis.Redis) -> None:
        while True:
            self._lived = time.monotonic()  # a queue that is away is no fault of this process
            try:
                await asyncio.to_thread(self._send_heartbeat, client)
            except redis.RedisError as error:
                log.warning("no heartbeat could be sent: %s", error)
            await asyncio.sleep(HEARTBEAT_SECONDS / 3)

    def _send_heartbeat(self, client: redis.Redis) -> None:
        send_heartbeat(client, self.names, self.name, self.device_kind)
        sign_presence(client, self.names, database_address(self.settings.database_url))

    def _remove_heartbeat(self, client: redis.Redis) -> None:
        with contextlib.suppress(redis.RedisError, DatabaseUnavailable):
            remove_heartbeat(client, self.names, self.name)

    @staticmethod
    def _end_once() -> None:
        """Let the first SIGTERM end this process, within its time, and ignore any other.

        Dramatiq leaves at once on a second one, with the database and the loop thread still open,
        and then waits for them for ever.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        ending = signal.getsignal(signal.SIGTERM)
        asked, tell = os.pipe()
        threading.Thread(target=_watched, args=(asked,), name="watch", daemon=True).start()

        def end(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(tell, b"!")  # all that may be done here: locks may be held
            if callable(ending):
                ending(number, frame)

        signal.signal(signal.SIGTERM, end)

    @staticmethod
    def _submit(work: Coroutine[Any, Any, T]) -> "Future[T]":
        thread = get_event_loop_thread()
        if thread is None:
            work.close()
            raise RuntimeError("The event loop of this worker does not run.")
        return asyncio.run_coroutine_threadsafe(work, thread.loop)


def _watched(asked: int) -> None:
    """Wait to be told of SIGTERM; from then on this process has its time."""
    os.read(asked, 1)
    end_within(END_SECONDS)
