"""What goes wrong, and when: drawn from a seed, so that it can be had again."""

import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import redis

from actors.queue import redis_broker, send
from tests.faults.desk import Desk
from tests.faults.estate import LEASE_MS, Estate, Part
from tests.places import names_of

TRAINING = 0.8


@dataclass
class Plan:
    """Injects faults into an estate while a desk submits tasks; ``done`` counts them by name."""

    estate: Estate
    desk: Desk
    random: random.Random
    done: Counter[str] = field(default_factory=Counter)

    def inject(self) -> str:
        """One fault, over when this returns; its name."""
        faults = dict(self._faults())
        name = self.random.choice(sorted(faults))
        faults[name]()
        self.done[name] += 1
        return name

    def _faults(self) -> dict[str, Callable[[], None]]:
        found = {
            "worker killed": self._kill_worker,
            "worker asked to end": self._end_worker,
            "worker stalled beyond its lease": self._stall_worker,
            "service killed": self._kill_service,
            "queue flushed": self._flush,
            "queue restarted without its data": self.estate.queue.restart_empty,
            "queue away": self._queue_away,
            "queue full": self._queue_full,
            "message sent three times": self._duplicate,
            "task cancelled, twice": self.desk.cancel_one,
            "form posted five times at once": self.desk.submit_many,
        }
        for mode in ("cut", "500", "delay", "silent", "full"):
            found[f"storage: {mode}"] = lambda mode=mode: self._storage(mode)  # type: ignore[misc]
        if self.estate.records is not None:
            found["database cut"] = self._database
        if self.estate.maria is not None:
            found["database killed"] = self._kill_database
            found["database read-only"] = self._read_only_database
        if self.estate.disk is not None:
            found["database's disk full"] = self._fill_disk
        return found

    def _some_seconds(self) -> None:
        time.sleep(self.random.uniform(0.2, 1.0))

    def _worker(self) -> Part:
        """Mostly one that trains: to one that starts or idles little can happen."""
        drawn = self.random.choice(self.estate.workers)
        if self.random.random() < TRAINING:
            return self.estate.training_worker() or drawn
        return drawn

    def _kill_worker(self) -> None:
        worker = self._worker()
        worker.kill()
        time.sleep(self.random.uniform(0, 1))
        worker.start()

    def _end_worker(self) -> None:
        worker = self._worker()
        worker.end()
        worker.start()

    def _stall_worker(self) -> None:
        worker = self._worker()
        worker.signal(signal.SIGSTOP)
        time.sleep(LEASE_MS / 1000 + self.random.uniform(0.5, 2))
        worker.signal(signal.SIGCONT)

    def _kill_service(self) -> None:
        self.estate.service.kill()
        self.estate.service.start()

    def _flush(self) -> None:
        with contextlib.suppress(redis.RedisError):
            self.estate.queue.flush()

    def _queue_away(self) -> None:
        self.estate.queue.stop()
        self._some_seconds()
        self.estate.queue.start()

    def _queue_full(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self.estate.queue.url)) as client:
            client.config_set("maxmemory", "1")
            self._some_seconds()
            client.config_set("maxmemory", "0")

    def _duplicate(self) -> None:
        task_id = self.desk.any_task()
        if task_id is None:
            return
        names = names_of(self.estate.service.variables)
        with contextlib.closing(redis_broker(self.estate.queue.url, names)) as broker:
            for _ in range(3):
                with contextlib.suppress(redis.RedisError):
                    send(broker, [(task_id, "", "")])

    def _storage(self, mode: str) -> None:
        self.estate.storage.fault(mode)
        self._some_seconds()
        self.estate.storage.fault("cut" if mode == "silent" else "pass")
        self.estate.storage.fault("pass")

    def _database(self) -> None:
        assert self.estate.records is not None
        self.estate.records.fault("cut")
        self._some_seconds()
        self.estate.records.fault("pass")

    def _kill_database(self) -> None:
        assert self.estate.maria is not None
        self.estate.maria.kill()
        self._some_seconds()
        self.estate.maria.start()

    def _read_only_database(self) -> None:
        """At times for longer than a worker's patience, or than its lease."""
        assert self.estate.maria is not None
        self.estate.maria.read_only(on=True)
        time.sleep(self.random.uniform(0.2, 2 * LEASE_MS / 1000))
        self.estate.maria.read_only(on=False)

    def _fill_disk(self) -> None:
        assert self.estate.disk is not None
        self.estate.disk.fill()
        time.sleep(self.random.uniform(0.2, 2 * LEASE_MS / 1000))
        self.estate.disk.empty()
