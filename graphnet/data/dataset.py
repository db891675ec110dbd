"""A dataset as named arrays: who the subjects are, and what was measured of them.

It is what every file becomes, what is kept under a dataset's id, and what a training opens. Values
are as they were measured: nothing is filled in, scaled, clipped or screened here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphnet.data.class_names import called, words
from graphnet.data.interpretation import Interpretation

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
NO_CLASS = -1  # the label of a subject whose class is not known

NUMERIC, CATEGORICAL = "numeric", "categorical"
LARGEST = 1e12  # beyond which a number says nothing of a subject
SEX_KEYS = {
    *("sex", "gender", "sexatbirth", "geschlecht", "sexe", "sexo", "sesso", "genre", "género"),
    *("性别", "性別", "성별", "пол"),
}
MOST_SEXES = 3  # codes of sex
SEXES = {
    **dict.fromkeys(
        ("m", "male", "man", "boy", "男", "男性", "männlich", "mann", "h", "homme"), "M"
    ),
    **dict.fromkeys(
        ("masculin", "masculino", "hombre", "maschio", "uomo", "남", "남성", "муж"), "M"
    ),
    **dict.fromkeys(("f", "female", "woman", "girl", "女", "女性", "w", "weiblich", "frau"), "F"),
    **dict.fromkeys(
        ("femme", "féminin", "femenino", "mujer", "femmina", "donna", "여", "여성"), "F"
    ),
    "жен": "F",
}
AGE_KEYS = {
    *("age", "ageatscan", "ageatmri", "ageyears", "ageyrs", "ageinyears", "scanage", "alter"),
    *("alterjahre", "alterinjahren", "âge", "edad", "edadaños", "età", "idade", "leeftijd"),
    *("年龄", "年龄岁", "年齢", "나이", "возраст"),
}
# What the field controls for, as tables call it (see Covariate.key).
RECOGNISED = {
    *SEX_KEYS,
    *AGE_KEYS,
    *("fd", "meanfd", "fdmean", "meanfdjenkinson", "fdjenkinson", "meanfdpower", "fdpower"),
    *("funcmeanfd", "meanframewisedisplacement", "framewisedisplacement", "fwd", "meanfwd"),
    *("motion", "headmotion", "meanmotion", "rmsmotion"),
    *("icv", "tiv", "etiv", "intracranialvolume", "totalintracranialvolume"),
    *("estimatedtotalintracranialvol", "estimatedtotalintracranialvolume"),
    *("hand", "handedness", "education", "educationyears", "yearsofeducation", "edu", "eduyears"),
    *("eyestatus", "eyestatusatscan", "eyes"),
    *("scanner", "scannertype", "manufacturer", "fieldstrength", "coil"),
}


@dataclass(frozen=True)
class Covariate:
    """Something known of every subject.

    ``values`` (S,) are numbers, NaN where missing, of a ``numeric`` covariate; text, "" where
    missing, of a ``categorical`` one.
    """

    name: str
    kind: str
    values: FloatArray | tuple[str, ...]

    @property
    def key(self) -> str:
        """By which it is found in another table: without capitals and signs."""
        return covariate_key(self.name)

    @property
    def numbers(self) -> FloatArray:
        """The numbers (S,) of a numeric covariate."""
        return np.asarray(self.values, dtype=np.float64)

    @property
    def words(self) -> tuple[str, ...]:
        """The text (S,) of a categorical covariate; of sex ``M`` and ``F`` in any spelling."""
        words = tuple(map(str, self.values))
        if self.key not in SEX_KEYS:
            return words
        return tuple(SEXES.get(word.strip().casefold(), word) for word in words)

    def rows(self, rows: IntArray) -> "Covariate":
        """Of these subjects alone, in this order."""
        values = self.values
        kept = tuple(values[row] for row in rows) if isinstance(values, tuple) else values[rows]
        return replace(self, values=kept)


def usable(covariate: Covariate) -> tuple[Covariate, int]:
    """A covariate as it can be computed with, and how many of its values cannot be used.

    Numbers that are infinite or beyond 1e12 are missing. A sex in two numbers is words.
    """
    if covariate.kind != NUMERIC:
        return covariate, 0
    numbers = covariate.numbers
    with np.errstate(invalid="ignore"):
        odd = ~np.isnan(numbers) & ~(np.abs(numbers) <= LARGEST)
    numbers = np.where(odd, np.nan, numbers)
    if covariate.key in SEX_KEYS and len(np.unique(numbers[~np.isnan(numbers)])) <= MOST_SEXES:
        words = tuple("" if np.isnan(number) else f"{number:g}" for number in numbers)
        return replace(covariate, kind=CATEGORICAL, values=words), int(odd.sum())
    return replace(covariate, values=numbers), int(odd.sum())


def covariate_key(name: str) -> str:
    """A name without capitals, blanks and signs: ``Age (years)`` is ``ageyears``."""
    return "".join(character for character in name.casefold() if character.isalnum())


@dataclass(frozen=True)
class Subjects:
    """S subjects, in the order of the file.

    ``ids`` are text as it stands in the file, "" where the file has none. ``labels`` (S,) are class
    numbers, ``NO_CLASS`` where missing; ``scores`` (S,) a clinical score, NaN where missing;
    ``sites`` "" where not given.
    """

    ids: tuple[str, ...]
    labels: IntArray
    scores: FloatArray
    sites: tuple[str, ...]
    covariates: tuple[Covariate, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, rows: IntArray) -> "Subjects":
        """These subjects alone, in this order."""
        return Subjects(
            ids=tuple(self.ids[row] for row in rows),
            labels=self.labels[rows],
            scores=self.scores[rows],
            sites=tuple(self.sites[row] for row in rows),
            covariates=tuple(covariate.rows(rows) for covariate in self.covariates),
        )


@dataclass(frozen=True)
class Series:
    """Time series of all subjects one below the other.

    ``values`` is (T of all subjects, N), NaN in a column that is missing for a subject; those of
    subject s are the rows from ``offsets[s]`` to ``offsets[s + 1]``, of (S + 1) offsets.
    """

    values: FloatArray
    offsets: IntArray

    def of(self, subject: int) -> FloatArray:
        """One subject's time series (T, N)."""
        return self.values[self.offsets[subject] : self.offsets[subject + 1]]

    def rows(self, rows: IntArray) -> "Series":
        """Of these subjects alone, in this order."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        values = [self.of(int(row)) for row in rows]
        return Series(np.concatenate(values) if values else self.values[:0], offsets)


@dataclass(frozen=True)
class Dataset:
    """S subjects, N regions by name, and measures, connectomes or both; time series maybe.

    ``values`` (S, N, F) holds the measures, None where F is 0; ``connectomes`` (S, E) the upper
    triangle by rows, E = N(N-1)/2, NaN where an edge is missing, Fisher's z where the file has
    correlations. The ``interpretation`` says what was read in which way.
    """

    subjects: Subjects
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    interpretation: Interpretation
    values: FloatArray | None = None
    connectomes: Float32Array | None = None
    series: Series | None = None

    def __len__(self) -> int:
        return len(self.subjects)

    @property
    def class_names(self) -> Mapping[int, str]:
        """The word for each class number; {} where the file has numbers alone."""
        label = self.interpretation.label
        return {} if label is None else label.names

    def rows(self, rows: IntArray) -> "Dataset":
        """The same of these subjects alone, in this order; arrays are copied."""
        return replace(
            self,
            subjects=self.subjects.rows(rows),
            values=None if self.values is None else self.values[rows],
            connectomes=None if self.connectomes is None else self.connectomes[rows],
            series=None if self.series is None else self.series.rows(rows),
        )

    def with_interpretation(self, interpretation: Interpretation) -> "Dataset":
        """The same arrays, otherwise explained."""
        return replace(self, interpretation=interpretation)


MOST_ROWS, MOST_COLUMNS = 5, 12
LONGEST = 200  # characters of a cell

Cell = str | float | int | None


def preview(dataset: Dataset) -> dict[str, Any]:
    """``kind``, ``columns`` and ``rows``: of the first five subjects the first twelve columns.

    A class is shown by its name, a missing value is None, an infinite one a word.
    """
    rows = range(min(MOST_ROWS, len(dataset)))
    columns = _columns(dataset, len(rows))[:MOST_COLUMNS]
    return {
        "kind": dataset.interpretation.kind,
        "columns": [name[:LONGEST] for name, _ in columns],
        "rows": [[_cell(cells[row]) for _, cells in columns] for row in rows],
    }


def _columns(dataset: Dataset, count: int) -> list[tuple[str, list[Any]]]:
    subjects = dataset.subjects
    columns: list[tuple[str, list[Any]]] = [("subject", list(subjects.ids[:count]))]
    if (subjects.labels != NO_CLASS).any():
        columns.append(("class", [_class(dataset, label) for label in subjects.labels[:count]]))
    if np.isfinite(subjects.scores).any():
        columns.append(("score", subjects.scores[:count].tolist()))
    if any(subjects.sites):
        columns.append(("site", list(subjects.sites[:count])))
    columns += [
        (covariate.name, list(covariate.values[:count])) for covariate in subjects.covariates
    ]
    return columns + _measured(dataset, count)


def _class(dataset: Dataset, label: int) -> str:
    """A class by the word for it, else by what the file has and its number: ``2 → 0``."""
    if label == NO_CLASS:
        return ""
    of_file = dataset.class_names.get(int(label), str(label))
    named = called(words(dataset.class_names), int(label))
    return named if named == of_file else f"{of_file} → {named}"


def _measured(dataset: Dataset, count: int) -> list[tuple[str, list[Any]]]:
    if dataset.values is not None:
        return [
            (f"{measure} {region}", dataset.values[:count, row, place].tolist())
            for place, measure in enumerate(dataset.measures)
            for row, region in enumerate(dataset.regions[:MOST_COLUMNS])
        ]
    if dataset.connectomes is None:
        return []
    first, others = dataset.regions[0], dataset.regions[1 : MOST_COLUMNS + 1]
    return [
        (f"{first} – {other}", dataset.connectomes[:count, edge].tolist())
        for edge, other in enumerate(others)
    ]


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return cell[:LONGEST]
    number = float(cell)
    if np.isnan(number):
        return None
    return number if np.isfinite(number) else str(number)
