"""Where regions lie, and what they are called."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError
from graphnet.messages import Message, first_of

FloatArray = NDArray[np.float64]
ATLAS = "atlas"  # the key of a manifest
COLUMNS, NAME = ("x", "y", "z"), "name"
SEPARATORS = "\t;,"
DIGITS = 2  # of a millimetre


@dataclass(frozen=True)
class Atlas:
    """Regions by name and where their centres are, (N, 3) MNI millimetres.

    ``names`` are for people, where the table's regions are numbers; the regions' own otherwise.
    ``title`` says which atlas it is, "" where nobody does.
    """

    regions: tuple[str, ...]
    coordinates: FloatArray
    names: tuple[str, ...]
    title: str = ""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table with a header: a region in the first column, x, y and z, maybe a name.

        Raises:
            CohortError: the file is not such a table.

        """
        try:
            rows = _rows(path)
            places = np.array([[float(row[axis]) for axis in COLUMNS] for row in rows])
            first = next(iter(rows[0]))
            regions = tuple(row[first].strip() for row in rows)
            named = NAME in rows[0] and first != NAME
            names = tuple(row[NAME].strip() for row in rows) if named else regions
        except (OSError, ValueError, LookupError, AttributeError, csv.Error) as error:
            raise CohortError(Message("data.atlas-unreadable", file=path.name)) from error
        if not np.isfinite(places).all():
            raise CohortError(Message("data.atlas-unreadable", file=path.name))
        return cls(regions, places, names, path.name)

    def has(self, regions: tuple[str, ...]) -> bool:
        """Whether all of these are in it, by region or, where the data have names, by name."""
        return set(regions) <= set(self._keys(regions))

    def fit(self, regions: tuple[str, ...]) -> "Atlas | None":
        """These regions alone, if it has all of them."""
        return self.restricted(regions) if self.has(regions) else None

    def restricted(self, regions: tuple[str, ...]) -> "Atlas":
        """These regions alone. Raises CohortError, naming those it does not have."""
        places = self.of(regions)
        return Atlas(regions, places, tuple(self.named(regions)), self.title)

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

    def as_dict(self) -> dict[str, Any]:
        """For a manifest; :meth:`from_facts` reads it back."""
        return {
            "title": self.title,
            "regions": list(self.regions),
            "names": list(self.names),
            "coordinates": np.round(self.coordinates, DIGITS).tolist(),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any] | None) -> Self | None:
        """That of a model's manifest; None where it has none, or none of a form known here."""
        stored = (facts or {}).get(ATLAS)
        try:
            if stored is None:
                return None
            regions, names = (tuple(map(str, stored[key])) for key in ("regions", "names"))
            places = np.array(stored["coordinates"], dtype=np.float64)
            is_whole = places.shape == (len(regions), 3) and len(names) == len(regions)
            return cls(regions, places, names, str(stored["title"])) if is_whole else None
        except (KeyError, TypeError, ValueError):
            return None

    def _keys(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Its regions as the data call them: its own, or its names where these hold more."""
        asked = set(regions)
        by_name = len(asked & set(self.names)) > len(asked & set(self.regions))
        return self.names if by_name else self.regions


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table by its header, which says what stands between the cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        return list(csv.DictReader(file, delimiter=max(SEPARATORS, key=head.count)))
