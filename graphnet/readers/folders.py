"""Folders with a file for each subject: DPABI's, and derivatives in the manner of BIDS."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.errors import CohortError, shortened
from graphnet.readers.arrays import edge_columns
from graphnet.readers.delimited import MOST_COLUMNS, check_table

if TYPE_CHECKING:
    import pandas as pd

LEAST_POINTS = 10
TABLES = (".csv", ".tsv")
ID_COLUMNS = ("ID", "participant_id", "subject", "Subject", "subject_id")
LABEL_COLUMNS = ("LABEL_GROUP", "LABEL", "group", "diagnosis")
LIMIT = 1 - 1e-12
LARGEST = 1 << 40


@dataclass(frozen=True)
class Kind:
    """Files of one kind: how they are named, and whether they hold time series or a matrix."""

    pattern: re.Pattern[str]
    series: bool


KINDS = (
    Kind(re.compile(r"ROICorrelation_FisherZ_(?P<id>.+)\.txt"), series=False),
    Kind(re.compile(r"ROISignals_(?P<id>.+)\.txt"), series=True),
    Kind(re.compile(r"(?P<id>sub-[A-Za-z0-9]+)_.*_relmat(?:\.dense)?\.tsv"), series=False),
    Kind(re.compile(r"(?P<id>sub-[A-Za-z0-9]+)_.*_timeseries\.tsv"), series=True),
)


def read_folder(
    folder: Path, series: dict[str, FloatArray] | None = None, most: int = LARGEST
) -> "pd.DataFrame":
    """Read every subject's connectome: Fisher-z correlations as ``FC_i_j`` columns.

    A matrix of Fisher-z values is taken as it is, its infinite diagonal aside; time series are
    correlated, and put into ``series`` (T, N) by id where that is given. The subjects stand in the
    folder's one table with a column of ids and labels.

    Raises:
        CohortError: no table, no files, files that do not fit together, or connectomes of more
            than ``most`` bytes.

    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    people, kind, paths = _subjects(folder, most)
    found: list[FloatArray] = []
    for name, path in paths.items():
        measured = _series(path) if kind.series else _matrix(path)
        if measured.shape[1] * (measured.shape[1] - 1) // 2 > MOST_COLUMNS:
            raise CohortError(
                f"{path.name} is of {measured.shape[1]} regions, which have more than "
                f"{MOST_COLUMNS} connections."
            )
        if (len(found) + 1) * measured.shape[1] ** 2 * 8 > most:
            raise CohortError(f"{folder.name} has connectomes of more than {most / 1e6:g} MB.")
        found.append(_correlated(measured) if kind.series else measured)
        if kind.series and series is not None:
            series[name] = measured
    _check_sizes(folder, list(paths), found)
    regions = [str(number) for number in range(1, found[0].shape[1] + 1)]
    columns = {"ID": list(paths), **people, **edge_columns(np.stack(found), regions)}
    return pd.DataFrame(columns)


def _subjects(folder: Path, most: int) -> tuple[dict[str, Any], Kind, dict[str, Path]]:
    """The table's columns but the ids, the kind of files, and each subject's file by id."""
    people = _people(folder, most)
    kind, files = _files(folder)
    names = [str(name) for name in people.pop("ID")]
    known = {_bare(name): path for name, path in files.items()}
    missing = [name for name in names if _bare(name) not in known]
    listed = {_bare(name) for name in names}
    strange = [name for name in files if _bare(name) not in listed]
    twice = [name for name, times in Counter(names).items() if times > 1]
    problems = [
        f"{folder.name} has no file for the subjects {shortened(missing, 5)}." if missing else "",
        f"{folder.name} has files of {shortened(strange, 5)}, whom its table does not list."
        if strange
        else "",
        f"{folder.name} lists {shortened(twice, 5)} more than once in its table." if twice else "",
    ]
    if any(problems):
        raise CohortError(*filter(None, problems))
    return people, kind, {name: known[_bare(name)] for name in names}


def _people(folder: Path, most: int) -> dict[str, Any]:
    """The columns ID, the label, and what else is known, of the folder's table."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    for path in sorted(each for each in folder.iterdir() if each.suffix in TABLES):
        separator = "\t" if path.suffix == ".tsv" else ","
        check_table(path, separator, most // 8)
        try:
            table = pd.read_csv(path, sep=separator, dtype={0: str})
        except (ValueError, pd.errors.ParserError) as error:
            raise CohortError(f"{path.name} is not a CSV or TSV table in UTF-8.") from error
        ids = next((name for name in ID_COLUMNS if name in table), None)
        labels = next((name for name in LABEL_COLUMNS if name in table), None)
        if ids and labels:
            renamed = "LABEL" if labels not in {"LABEL", "LABEL_GROUP"} else labels
            found = {"ID": table[ids].astype(str).tolist(), renamed: table[labels].tolist()}
            more = [name for name in ("LABEL_SCORE", "SITE") if name in table]
            return found | {name: table[name].tolist() for name in more}
    raise CohortError(
        f"{folder.name} has no table (CSV or TSV) with a column {' or '.join(ID_COLUMNS[:2])} "
        f"and a column {' or '.join(LABEL_COLUMNS[:2])}."
    )


def _files(folder: Path) -> tuple[Kind, dict[str, Path]]:
    """The first kind of files that is there, and each subject's."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for kind in KINDS:
        found = {
            match["id"]: path for path in paths if (match := kind.pattern.fullmatch(path.name))
        }
        if found:
            return kind, found
    raise CohortError(
        f"{folder.name} has neither ROICorrelation_FisherZ_*.txt, ROISignals_*.txt, "
        "sub-*_relmat.tsv nor sub-*_timeseries.tsv."
    )


def _load(path: Path) -> FloatArray:
    """The numbers of a text file, with or without a header, (rows, columns)."""
    for skipped in (0, 1):
        try:
            return np.loadtxt(path, ndmin=2, skiprows=skipped, dtype=np.float64)
        except ValueError:
            continue
    raise CohortError(f"{path.name} is not a table of numbers.")


def _matrix(path: Path) -> FloatArray:
    found = _load(path)
    if found.shape[0] != found.shape[1]:
        raise CohortError(f"{path.name} is {found.shape[0]} x {found.shape[1]}; it must be square.")
    return found


def _series(path: Path) -> FloatArray:
    found = _load(path)
    if len(found) < LEAST_POINTS:
        raise CohortError(
            f"{path.name} has {len(found)} time points; at least {LEAST_POINTS} are needed."
        )
    return found


def _correlated(series: FloatArray) -> FloatArray:
    """Fisher-z of the correlations of time series (T, N), NaN for a series that is constant."""
    centred = series - series.mean(axis=0)
    length = np.sqrt(np.square(centred).sum(axis=0))
    unit = np.divide(centred, length, out=np.full_like(centred, np.nan), where=length > 0)
    return np.asarray(np.arctanh(np.clip(unit.T @ unit, -LIMIT, LIMIT)))


def _check_sizes(folder: Path, names: Sequence[str], found: Sequence[FloatArray]) -> None:
    sizes = {one.shape[1] for one in found}
    if len(sizes) > 1:
        odd = next(name for name, one in zip(names, found, strict=True)
                   if one.shape[1] != found[0].shape[1])  # fmt: skip
        raise CohortError(
            f"{folder.name} has subjects with different numbers of regions: {names[0]} has "
            f"{found[0].shape[1]}, {odd} another."
        )


def _bare(name: str) -> str:
    return name.removeprefix("sub-")
