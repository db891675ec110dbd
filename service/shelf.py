"""Datasets and their profiles, remembered for a moment: many forms name the same few."""

import asyncio
import time
from collections.abc import Sequence

from db import datasets
from db.datasets import DatasetRecord
from service.profiles import Profile, profiles

FRESH_SECONDS = 2.0
MOST = 500


class Shelf:
    """Looks datasets up, and again only when two seconds have gone by.

    One that is removed within them is still found; its task then fails with a sentence, as it would
    had the dataset been removed a moment after the form was accepted.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, DatasetRecord, Profile]] = {}
        self._reading = asyncio.Lock()

    async def find(self, names: Sequence[str]) -> list[tuple[DatasetRecord, Profile]]:
        """Those of these datasets that are there."""
        fresh = time.monotonic() - FRESH_SECONDS
        if any(self._read_at(name) < fresh for name in names):
            async with self._reading:  # one reads for all who came meanwhile
                await self._read([name for name in names if self._read_at(name) < fresh])
        return [self._known[name][1:] for name in names if self._read_at(name) >= fresh]

    def _read_at(self, name: str) -> float:
        return self._known[name][0] if name in self._known else float("-inf")

    async def _read(self, names: Sequence[str]) -> None:
        if not names:
            return
        found = await datasets.find_datasets(names)
        known = await profiles(found)
        if len(self._known) + len(found) > MOST:
            self._known.clear()
        now = time.monotonic()
        self._known |= {
            record.data_name: (now, record, known[record.data_name]) for record in found
        }
