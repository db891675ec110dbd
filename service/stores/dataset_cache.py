"""Datasets and their profiles, remembered for a moment: many forms name the same few."""

import asyncio
import time
from collections.abc import Sequence

from db import datasets
from db.datasets import DatasetRecord
from graphnet.data.profile import Profile
from service.stores.profiles import Profiles

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
    ) -> list[tuple[DatasetRecord, Profile]]:
        """Those of these datasets that are there; so long a worker may take to read them first."""
        found = await self._find(names)
        unread = [record for record, profile in found.values() if not profile.read]
        if unread and seconds:
            read = await self._profiles.of(unread, seconds)
            found |= {each.data_name: (each, read[each.data_name]) for each in unread}
        return [found[name] for name in names if name in found]

    async def _find(self, names: Sequence[str]) -> dict[str, tuple[DatasetRecord, Profile]]:
        found = self._fresh(names)
        if len(found) < len(names):
            async with self._reading:  # one reads for all who came meanwhile
                found = self._fresh(names)
                found |= await self._read([name for name in names if name not in found])
        return found

    def _fresh(self, names: Sequence[str]) -> dict[str, tuple[DatasetRecord, Profile]]:
        since = time.monotonic() - FRESH_SECONDS
        known = ((name, self._known.get(name)) for name in names)
        return {name: each[1:] for name, each in known if each is not None and each[0] >= since}

    async def _read(self, names: Sequence[str]) -> dict[str, tuple[DatasetRecord, Profile]]:
        if not names:
            return {}
        records = await datasets.find_datasets(names)
        known = await self._profiles.known(records)
        found = {each.data_name: (each, known[each.data_name]) for each in records}
        if len(self._known) + len(found) > MOST:
            self._known.clear()
        now = time.monotonic()
        self._known |= {name: (now, *each) for name, each in found.items()}
        return found
