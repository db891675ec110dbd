"""Where regions lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from graphnet.data.cohort import FloatArray
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of

COLUMNS, NAME = ("x", "y", "z"), "name"


@dataclass(frozen=True)
class Atlas:
    """Regions by name and where their centres are, (N, 3) MNI millimetres.

    ``names`` are for people, where the table's regions are numbers; the regions' own otherwise.
    """

    regions: tuple[str, ...]
    coordinates: FloatArray
    names: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table with a header: a region in the first column, x, y and z, maybe a name.

        Raises:
            CohortError: the file is not such a table.

        """
        import pandas as pd  # noqa: PLC0415 - slow to import

        try:
            table = pd.read_csv(path, sep=None, engine="python", dtype={0: str})
            places = table[list(COLUMNS)].to_numpy(dtype=np.float64)
        except (OSError, ValueError, KeyError) as error:
            raise CohortError(Message("data.atlas-unreadable", file=path.name)) from error
        regions = tuple(str(name) for name in table.iloc[:, 0])
        named = table[NAME].astype(str) if NAME in table.columns[1:] else regions
        return cls(regions, places, tuple(named))

    def has(self, regions: tuple[str, ...]) -> bool:
        """Whether all of these are in it, by region or, where the data have names, by name."""
        return set(regions) <= set(self._keys(regions))

    def named(self, regions: tuple[str, ...]) -> list[str]:
        """The names of ``regions``, which it has."""
        names = dict(zip(self._keys(regions), self.names, strict=True))
        return [names[region] for region in regions]

    def of(self, regions: tuple[str, ...]) -> FloatArray:
        """The coordinates of ``regions``. Raises CohortError, naming those it does not have."""
        places = dict(zip(self._keys(regions), self.coordinates, strict=True))
        missing = [name for name in regions if name not in places]
        if missing:
            raise CohortError(Message("data.not-in-atlas", regions=first_of(missing)))
        return np.array([places[name] for name in regions])

    def _keys(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Its regions as the data call them: its own, or its names where these hold more."""
        asked = set(regions)
        by_name = len(asked & set(self.names)) > len(asked & set(self.regions))
        return self.names if by_name else self.regions
