"""Where regions lie, and what they are called: the field's atlases, and how regions fit them."""

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
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
UNNAMED = {"", "unnamed: 0"}  # the index of a data frame
RAS = {"r": "x", "a": "y", "s": "z"}  # towards the right, the front and the top
AXIS = re.compile(
    r"(?:mni[ _.\-]?)?(?P<one>[xyz])(?:[ _]?[(\[]?mm[)\]]?)?|(?P<other>[xyz])[ _.\-]?mni"
)


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

        The axes may be in capitals, called ``R``, ``A``, ``S`` or ``mni_x``, and have decimal
        commas; a first column without a name counts the rows.

        Raises:
            CohortError: the file is not such a table, or has a region twice.

        """
        try:
            rows = _rows(path)
            places = np.array([[_number(row[axis]) for axis in COLUMNS] for row in rows])
            first = next(column for column in rows[0] if column not in UNNAMED)
            regions = tuple(row[first].strip() for row in rows)
            named = NAME in rows[0] and first != NAME
            names = tuple(row[NAME].strip() for row in rows) if named else regions
        except (OSError, ValueError, LookupError, AttributeError, csv.Error) as error:
            raise CohortError(Message("data.atlas-unreadable", file=path.name)) from error
        if not np.isfinite(places).all() or first in COLUMNS:
            raise CohortError(Message("data.atlas-unreadable", file=path.name))
        twice = [region for region, times in Counter(regions).items() if times > 1]
        if twice:
            raise CohortError(
                Message("data.atlas-region-twice", file=path.name, regions=first_of(twice))
            )
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
        stored = None if facts is None else facts.get(ATLAS)
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
        reader = csv.reader(file, delimiter=max(SEPARATORS, key=head.count))
        header = [_column(name) for name in next(reader, [])]
        if {"r", "a", "s"} <= set(header) and not set(COLUMNS) & set(header):
            header = [RAS.get(name, name) for name in header]
        return [dict(zip(header, row, strict=True)) for row in reader if any(row)]


def _column(name: str) -> str:
    """The name of a column as it is known: ``x`` of ``X``, ``mni_x`` and ``x (mm)``."""
    word = name.strip().casefold()
    match = AXIS.fullmatch(word)
    return match["one"] or match["other"] if match else word


def _number(cell: str) -> float:
    """A number with a decimal point or comma."""
    return float(cell.replace("−", "-").replace(",", "."))


FOLDER = "data/atlases"
TABLES = (".csv", ".tsv", ".txt")
NUMBERED = re.compile(r"(?:roi|region|node|parcel|r)?[ _\-.]*0*(?P<number>\d+)", re.IGNORECASE)
SIDES = {"l": "l", "lh": "l", "left": "l", "r": "r", "rh": "r", "right": "r"}
PREFIXES = {"ctx", "mean", "7networks", "17networks"}  # "Mean_2001" is ADHD-200's
WITH_WORDS = re.compile(r"\S+ [lr]? *\((?P<words>[^()]+)\)")  # CONN: "FP r (Frontal Pole Right)"


@dataclass(frozen=True)
class Region:
    """One row of a table; ``index`` is its number in the atlas, ``aliases`` are other names."""

    index: int
    name: str
    aliases: tuple[str, ...]
    place: tuple[float, float, float]


@dataclass(frozen=True)
class Table:
    """An atlas that is part of the package.

    Atlases of one ``family`` hold the same regions, one more of them than another. Without any
    region of ``asks_without`` the names alone do not say that it is this atlas.
    """

    name: str
    title: str
    family: str
    version: str
    source: str
    licence: str
    citation: str
    asks_without: tuple[str, ...] = ()

    @property
    def shown(self) -> Message:
        """Its title for people, in each language; ``title`` is what is stored and compared."""
        return Message(f"names.atlas-{self.name}")

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Its regions, in its own order."""
        text = (files("graphnet") / FOLDER / f"{self.name}.csv").read_text("utf-8")
        return tuple(
            Region(
                int(row["index"]),
                row["name"],
                tuple(filter(None, row["aliases"].split("|"))),
                (float(row["x"]), float(row["y"]), float(row["z"])),
            )
            for row in csv.DictReader(text.splitlines())
        )

    @cached_property
    def indexes(self) -> dict[str, int]:
        """The number of each region, by each of its names as :func:`key_of` writes it."""
        return {
            key_of(name): region.index
            for region in self.regions
            for name in (*region.aliases, region.name)
        }

    def by_name(self, regions: Sequence[str]) -> tuple[int, ...] | None:
        """The numbers of regions that it has by name, none of them twice; else None."""
        indexes = [self.indexes.get(key_of(region)) for region in regions]
        known = tuple(index for index in indexes if index is not None)
        return known if len(set(known)) == len(regions) else None

    def by_number(self, regions: Sequence[str]) -> tuple[int, ...] | None:
        """The numbers of regions that are numbered as it is, all of them; else None.

        They count from 1 or 0, or have the numbers of the atlas where these have gaps.
        """
        numbers = _numbers_of(regions)
        if numbers is None or len(numbers) != len(self.regions):
            return None
        own = [region.index for region in self.regions]
        if set(numbers) == set(own):
            return numbers
        least = min(numbers)
        if least in (0, 1) and set(numbers) == set(range(least, least + len(own))):
            return tuple(own[number - least] for number in numbers)
        return None

    def fit(self, regions: tuple[str, ...]) -> Atlas | None:
        """These regions alone, if it has all by name, or is numbered as they are."""
        indexes = self.by_name(regions) or self.by_number(regions)
        return None if indexes is None else self.taken(regions, indexes)

    def indexes_of(self, regions: tuple[str, ...]) -> tuple[int, ...]:
        """Their numbers in it. Raises CohortError where they are not its regions."""
        indexes = self.by_name(regions) or self.by_number(regions)
        if indexes is None:
            problem = Message("data.atlas-does-not-fit", atlas=self.shown, count=len(regions))
            raise CohortError(problem)
        return indexes

    def restricted(self, regions: tuple[str, ...]) -> Atlas:
        """These regions alone. Raises CohortError where they are not its regions."""
        return self.taken(regions, self.indexes_of(regions))

    def taken(self, regions: tuple[str, ...], indexes: Sequence[int]) -> Atlas:
        """The regions of the data that are these regions of the atlas, under their full names."""
        rows = {region.index: region for region in self.regions}
        chosen = [rows[index] for index in indexes]
        names = tuple(
            own if key_of(own) == key_of(region.name) else region.name
            for own, region in zip(regions, chosen, strict=True)
        )
        return Atlas(regions, np.array([region.place for region in chosen]), names, self.title)


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """All atlases of the package, by name."""
    listed = json.loads((files("graphnet") / FOLDER / "atlases.json").read_text("utf-8"))
    return {
        entry["name"]: Table(**{**entry, "asks_without": tuple(entry.get("asks_without", ()))})
        for entry in listed
    }


def shown_title(title: str) -> Message | str:
    """A stored title for people: that of an atlas of the package in each language, or as it is."""
    return next((table.shown for table in tables().values() if table.title == title), title)


def atlases_of(path: Path) -> tuple[Atlas | Table, ...]:
    """What is called so: an atlas of the package, a table, or all tables of a folder.

    Raises:
        CohortError: there is no such thing, or a file is not a table of coordinates.

    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in TABLES)
        return tuple(Atlas.read(file) for file in files)
    known = None if path.exists() else tables().get(str(path).lower())
    return (Atlas.read(path),) if known is None else (known,)


@lru_cache(maxsize=1 << 14)
def key_of(name: str) -> str:
    """A region's name without what differs between programs: case, signs, where the side stands.

    ``ctx-lh-G_and_S_paracentral`` and ``lh_G&S_paracentral`` are the same.
    """
    spelled = WITH_WORDS.fullmatch(name.strip())
    text = (spelled["words"] if spelled else name).lower().replace("&", "_and_")
    words = re.sub(r"['’]", "", text)
    parts = [part for part in re.split(r"[^a-z0-9]+", words) if part and part not in PREFIXES]
    sides = [SIDES[part] for part in parts if part in SIDES]
    if len(sides) != 1:
        return "".join(parts)
    return f"{sides[0]}.{''.join(part for part in parts if part not in SIDES)}"


def _numbers_of(regions: Sequence[str]) -> tuple[int, ...] | None:
    """The numbers that regions are called by, such as ``7`` or ``ROI_007``; None of others."""
    matches = [NUMBERED.fullmatch(region.strip()) for region in regions]
    return tuple(int(match["number"]) for match in matches if match) if all(matches) else None
