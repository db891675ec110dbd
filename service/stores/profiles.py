"""What a dataset holds, worked out once by a worker and kept beside it.

NEURO-LEARN writes datasets into its table by itself, so a profile may be missing or be of an
older content. A worker is then asked for it when it is first needed, and has a moment to answer.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from db import datasets
from db.datasets import DatasetRecord, ListedDataset
from db.server.errors import DatabaseError
from service.http.responses import ApiError
from service.stores.worker_calls import NoAnswer, ReadingClient

if TYPE_CHECKING:
    from graphnet.data.profile import Profile

log = logging.getLogger(__name__)

LIST_SECONDS = 1.0
SHOW_SECONDS = 10.0
AWAY_SECONDS = 5.0
AT_ONCE = 4

Known = Mapping[str, datasets.StoredProfile]


class Profiles:
    """The profiles of datasets; of one that no worker has read yet :meth:`Profile.unread`."""

    def __init__(self, reading: ReadingClient) -> None:
        self._reading = reading
        self._asked: dict[str, asyncio.Task[Profile | None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._away_until = float("-inf")

    async def known(self, records: Iterable[DatasetRecord]) -> "dict[str, Profile]":
        """The stored profiles, by the datasets' names; no worker is asked."""
        wanted = list(records)
        stored = await datasets.get_profiles([record.data_id for record in wanted])
        return {record.data_name: _of_content(record, stored) for record in wanted}

    async def of(self, records: Iterable[DatasetRecord], seconds: float) -> "dict[str, Profile]":
        """The same; a worker is asked for the missing ones, and has ``seconds`` to answer."""
        wanted = list(records)
        profiles = await self.known(wanted)
        missing = [record for record in wanted if not profiles[record.data_name].read]
        return profiles | await self._read(missing, seconds)

    async def glanced(self, listed: Iterable[ListedDataset]) -> "dict[str, Profile]":
        """The same for a list: a stored profile is used even if the content has changed since."""
        wanted = list(listed)
        stored = await datasets.get_profiles([dataset.data_id for dataset in wanted])
        missing = [dataset.data_name for dataset in wanted if dataset.data_id not in stored]
        made = await self.of(await datasets.find_datasets(missing), LIST_SECONDS)
        return made | {
            dataset.data_name: _read_profile(stored[dataset.data_id][1])
            for dataset in wanted
            if dataset.data_id in stored
        }

    async def detailed(self, record: DatasetRecord) -> "Profile":
        """The profile of one dataset, made again where an older version looked at less of it."""
        profile = (await self.of([record], SHOW_SECONDS))[record.data_name]
        if profile.distributions is not None:
            return profile
        anew = (await self._read([record], SHOW_SECONDS))[record.data_name]
        return anew if anew.read else profile

    def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._asked.values():
            task.cancel()

    async def _read(self, records: list[DatasetRecord], seconds: float) -> "dict[str, Profile]":
        profiles = {record.data_name: _read_profile() for record in records}
        if not records or time.monotonic() < self._away_until:
            return profiles
        tasks = {record.data_name: self._task(record) for record in records}
        await asyncio.wait(tasks.values(), timeout=seconds)
        done = {name: task.result() for name, task in tasks.items() if _is_done(task)}
        return profiles | {name: profile for name, profile in done.items() if profile is not None}

    def _task(self, record: DatasetRecord) -> "asyncio.Task[Profile | None]":
        """Ask a worker, once for all who come meanwhile."""
        if record.data_id not in self._asked:
            task = asyncio.create_task(self._ask(record))
            self._asked[record.data_id] = task
            task.add_done_callback(lambda _: self._asked.pop(record.data_id, None))
        return self._asked[record.data_id]

    async def _ask(self, record: DatasetRecord) -> "Profile | None":
        async with self._places:
            if time.monotonic() < self._away_until:
                return None
            try:
                return await self._reading.row(record, {})
            except NoAnswer as error:
                log.warning("the dataset %r is not read yet: %s", record.data_name, error)
                if error.alone:
                    self._away_until = time.monotonic() + AWAY_SECONDS
            except (ApiError, DatabaseError) as error:
                log.warning("the dataset %r cannot be read: %s", record.data_name, error)
        return None


def _is_done(task: "asyncio.Task[Profile | None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _of_content(record: DatasetRecord, known: Known) -> "Profile":
    """The profile that is kept, if it is of what the dataset holds now."""
    length, stored = known.get(record.data_id, (-1, {}))
    return _read_profile(stored if length == record.length else None)


def _read_profile(stored: Mapping[str, Any] | None = None) -> "Profile":
    """A profile as it is stored, or one that no worker has read yet."""
    from graphnet.data.profile import Profile  # noqa: PLC0415 - NumPy is not for the start

    return Profile.unread() if stored is None else Profile.from_dict(stored)


FRESH_SECONDS = 2.0
FORM_SECONDS = 3.0
MOST = 500


class DatasetCache:
    """Looks datasets up, and again only when two seconds have gone by.

    One that is removed within them is still found; its task then fails with a sentence, as it would
    had the dataset been removed a moment after the form was accepted.
    """

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._known: dict[str, tuple[float, DatasetRecord, Profile]] = {}
        self._reading = asyncio.Lock()

    async def find(
        self, names: Sequence[str], seconds: float = FORM_SECONDS
    ) -> "list[tuple[DatasetRecord, Profile]]":
        """The datasets of these names that exist; a worker has ``seconds`` to read them first."""
        by_name = await self._find(names)
        unread = [record for record, profile in by_name.values() if not profile.read]
        if unread and seconds:
            read = await self._profiles.of(unread, seconds)
            by_name |= {record.data_name: (record, read[record.data_name]) for record in unread}
        return [by_name[name] for name in names if name in by_name]

    async def _find(self, names: Sequence[str]) -> "dict[str, tuple[DatasetRecord, Profile]]":
        by_name = self._fresh(names)
        if len(by_name) < len(names):
            async with self._reading:  # one read serves all who came meanwhile
                by_name = self._fresh(names)
                by_name |= await self._read([name for name in names if name not in by_name])
        return by_name

    def _fresh(self, names: Sequence[str]) -> "dict[str, tuple[DatasetRecord, Profile]]":
        since = time.monotonic() - FRESH_SECONDS
        entries = ((name, self._known.get(name)) for name in names)
        return {name: entry[1:] for name, entry in entries if entry and entry[0] >= since}

    async def _read(self, names: Sequence[str]) -> "dict[str, tuple[DatasetRecord, Profile]]":
        if not names:
            return {}
        records = await datasets.find_datasets(names)
        profiles = await self._profiles.known(records)
        by_name = {record.data_name: (record, profiles[record.data_name]) for record in records}
        if len(self._known) + len(by_name) > MOST:
            self._known.clear()
        now = time.monotonic()
        self._known |= {name: (now, *entry) for name, entry in by_name.items()}
        return by_name
