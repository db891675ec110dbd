"""Datasets and their profiles, remembered for a moment: many forms name the same few."""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from db import datasets
from db.datasets import DatasetRecord
from service.stores.profiles import Profiles

if TYPE_CHECKING:
    from graphnet.data.profile import Profile

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
