"""A file or a folder of any kind, read by what it is and not by what it is called.

And the way from a table at hand, such as a data frame, to a cohort.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import ANY, GROUP, cohort_of
from graphnet.data.dataset import Dataset, preview
from graphnet.data.interpretation import Question
from graphnet.data.recognition import ATLAS, with_answered_atlas, with_recognised_atlas
from graphnet.data.series_measures import REPETITION_TIME, with_repetition_time
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import LABEL, Inquiry
from graphnet.readers.kinds import read_kind
from graphnet.readers.subjects.repeated_scans import with_subjects
from graphnet.readers.subjects.words import IDS, plain
from graphnet.readers.tables.json_tables import EXACT_DIGITS, cells_of, sheet_of_json
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.roles import NONE
from graphnet.readers.tables.sheet import Cells, Sheet, as_texts, plain_numbers
from graphnet.readers.text.delimited import read_sheet
from graphnet.readers.units import in_one_unit

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 1 << 40
Mapped = Mapping[str, str]
NO_CLASS = {LABEL: NONE}


@dataclass(frozen=True)
class Reading:
    """What came of a file: a dataset, and the questions that are open.

    Where there are questions, ``dataset`` is what the first choices give, for a look at it; None
    where not even that can be had. ``signature`` is the same for files that look the same, for
    which one mapping may serve.
    """

    dataset: Dataset | None
    questions: tuple[Question, ...]
    signature: str

    def settled(self) -> Dataset:
        """The dataset, once nothing is open. Raises QuestionsOpen, which is a CohortError."""
        if self.questions or self.dataset is None:
            raise QuestionsOpen(self.questions)
        return self.dataset

    def preview(self) -> dict[str, Any] | None:
        """The kind of file and its first subjects, as JSON."""
        return None if self.dataset is None else preview(self.dataset)


def read(
    path: Path, *, name: str = "", mapping: Mapping[str, str] | None = None, most: int = LARGEST
) -> Reading:
    """Read a file or a folder; ``mapping`` answers questions beforehand, by their ids.

    ``name`` stands for the file in sentences. What is packed may come out as ``most`` bytes.

    Raises:
        CohortError: it cannot be read as a cohort, with every reason at once.

    """
    inquiry = Inquiry(name or path.name, dict(mapping or {}))
    dataset = read_kind(path, inquiry, most)
    if dataset is not None:
        dataset = with_atlas(_with_repetition_time(dataset, inquiry), inquiry)
        dataset = in_one_unit(with_subjects(dataset, inquiry), inquiry)
    inquiry.close()
    complete = None if dataset is None else explained(dataset, inquiry)
    return Reading(complete, tuple(inquiry.questions), _signature(inquiry, dataset))


def _with_repetition_time(dataset: Dataset, inquiry: Inquiry) -> Dataset:
    """With the time between two points of the series, where it is answered."""
    answer = inquiry.answer(REPETITION_TIME)
    if answer is None:
        return dataset
    try:
        return with_repetition_time(dataset, answer)
    except CohortError as error:
        for message in error.messages:
            inquiry.refuse(message)
        return dataset


def with_atlas(dataset: Dataset, inquiry: Inquiry) -> Dataset:
    """With the atlas of its regions, or what may be answered about it.

    Nothing but names and places of regions depends on it, so the dataset is usable without.
    """
    answer = inquiry.answer(ATLAS)
    if answer is None:
        return with_recognised_atlas(dataset)
    try:
        return with_answered_atlas(dataset, answer)
    except CohortError as error:
        for problem in error.messages:
            inquiry.refuse(problem)
        return dataset


def explained(dataset: Dataset, inquiry: Inquiry) -> Dataset:
    """With what was said and left alone, and who may be a copy."""
    say_copies(dataset, inquiry)
    interpretation = dataset.interpretation
    answers = {key: value for key, value in inquiry.answers.items() if key in inquiry.used}
    return dataset.with_interpretation(
        replace(
            interpretation,
            regions=dataset.regions,
            measures=dataset.measures,
            missing=(*interpretation.missing, *inquiry.missing),
            left_alone=(*interpretation.left_alone, *inquiry.left_alone),
            assumptions=tuple(dict.fromkeys((*interpretation.assumptions, *inquiry.assumptions))),
            answers={**interpretation.answers, **answers},
        )
    )


def _signature(inquiry: Inquiry, dataset: Dataset | None) -> str:
    """SHA-256 of what a file looks like: its kind, its columns, and what was asked of it."""
    questions = [
        [question.id, sorted(choice.value for choice in question.choices)]
        for question in inquiry.questions
    ]
    looks: list[Any] = [sorted(questions)]
    if dataset is not None:
        interpretation = dataset.interpretation
        columns = [
            interpretation.id,
            interpretation.site,
            interpretation.score,
            *(question.name for question in interpretation.covariates),
        ]
        looks += [
            interpretation.kind,
            columns,
            interpretation.label.column if interpretation.label else None,
        ]
        looks += [list(dataset.measures), list(dataset.regions)]
    return hashlib.sha256(json.dumps(looks).encode()).hexdigest()


MOST_NAMED = 3
LOOKED_AT = 64  # numbers, of which some must differ
LEAST_NUMBERS = 5  # that two subjects may not have in common by chance


def say_copies(dataset: Dataset, inquiry: Inquiry) -> None:
    """Note the subjects of a dataset who have the same measurements as another."""
    groups: dict[bytes, list[int]] = {}
    for row, digest in enumerate(_digests(dataset)):
        if digest is not None:
            groups.setdefault(digest, []).append(row)
    ids = dataset.subjects.ids
    named = [[ids[row] or f"#{row + 1}" for row in rows] for rows in groups.values()]
    copies = [
        Message("readers.same-measurements", subjects=first_of(group, MOST_NAMED))
        for group in named
        if len(group) > 1
    ]
    if copies:
        inquiry.assume(
            Message(
                "readers.copied-subjects",
                file=inquiry.name,
                count=len(copies),
                groups=first_of(copies, MOST_NAMED),
            )
        )


def _digests(dataset: Dataset) -> Iterator[bytes | None]:
    """What stands for all numbers of each subject; None where they are few, or all alike."""
    parts = [part for part in (dataset.values, dataset.connectomes) if part is not None]
    for row in range(len(dataset)):
        numbers = [np.ascontiguousarray(part[row]).ravel() for part in parts]
        first = [one[np.isfinite(one)][:LOOKED_AT] for one in numbers]
        several = sum(len(np.unique(one)) for one in first)
        yield None if several < LEAST_NUMBERS else _digest(numbers)


def _digest(numbers: list[np.ndarray]) -> bytes:
    hashed = blake2b(digest_size=16)
    for part in numbers:
        hashed.update(part.tobytes())
    return hashed.digest()


# Tables at hand.


def from_table(
    table: "pd.DataFrame", name: str, target: str = GROUP, mapping: Mapped | None = None
) -> Cohort:
    """Read a cohort named ``name`` from a data frame. Raises CohortError, also QuestionsOpen."""
    names = tuple(str(column) for column in table.columns)
    columns = tuple(_cells(table.iloc[:, place]) for place in range(len(names)))
    return _cohort(Sheet(names, columns), "table", name, target, mapping)


def from_json(text: str, name: str, target: str = GROUP, mapping: Mapped | None = None) -> Cohort:
    """Read a cohort from ``DataFrame.to_json()``'s column-wise text, as ``data_cont`` holds it.

    Raises:
        CohortError: the text is not such a table, or not a cohort; also QuestionsOpen.

    """
    return _cohort(sheet_of_json(text, name), "json", name, target, mapping)


def from_columns(columns: Mapping[str, Any], name: str, target: str = GROUP) -> Cohort:
    """Read a cohort from columns of equal length. Raises CohortError, also QuestionsOpen."""
    cells = tuple(cells_of(list(column)) for column in columns.values())
    return _cohort(Sheet(tuple(columns), cells), "table", name, target, None)


def _cohort(sheet: Sheet, kind: str, name: str, target: str, mapping: Mapped | None) -> Cohort:
    """The subjects with a ``target``; who are new need no class, so what it means is not asked."""
    try:
        return cohort_of(dataset_of(sheet, kind, name, mapping), name, target)
    except CohortError:
        if target != ANY:
            raise
        return cohort_of(
            dataset_of(sheet, kind, name, {**(mapping or {}), **NO_CLASS}), name, target
        )


def dataset_of(sheet: Sheet, kind: str, name: str, mapping: Mapped | None) -> Dataset:
    """What a sheet means, once nothing is open. Raises CohortError, also QuestionsOpen."""
    inquiry = Inquiry(name, dict(mapping or {}))
    dataset = interpret_sheet(sheet, kind, inquiry)
    if dataset is not None:
        dataset = in_one_unit(with_subjects(with_atlas(dataset, inquiry), inquiry), inquiry)
    inquiry.close()
    if inquiry.questions or dataset is None:
        raise QuestionsOpen(inquiry.questions)
    return explained(dataset, inquiry)


def read_table(source: Path | BinaryIO | bytes, most_cells: int = LARGEST) -> "pd.DataFrame":
    """A text table as a data frame: numbers, and text where a column holds other cells.

    Ids are text as they stand. Raises CohortError where it is no table.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    body = source.read_bytes() if isinstance(source, Path) else source
    body = body if isinstance(body, bytes) else body.read()
    inquiry = Inquiry("The file")
    sheet = read_sheet(body, inquiry, most_cells)
    inquiry.close()
    if inquiry.questions:
        raise QuestionsOpen(inquiry.questions)
    columns = {
        name: _as_text(cells) if plain(name) in IDS else _column(cells)
        for name, cells in zip(sheet.names, sheet.columns, strict=True)
    }
    if len(columns) < len(sheet.names):
        raise CohortError(Message("readers_tables.names-repeated"))
    return pd.DataFrame(columns)


def _column(cells: Cells) -> Any:
    """Numbers where all cells are such and nothing is lost; else text, NaN where empty."""
    if isinstance(cells, np.ndarray):
        return cells
    numbers = plain_numbers(cells)
    if numbers is not None and not any(_loses(cell) for cell in cells):
        return numbers
    return _as_text(cells)


def _as_text(cells: Cells) -> list[Any]:
    return [cell or np.nan for cell in as_texts(cells)]


def _loses(cell: str) -> bool:
    """Whether a number would not be written so again: ``001``."""
    return (cell.startswith("0") and cell.isdigit() and cell != "0") or len(cell) > EXACT_DIGITS


def _cells(column: "pd.Series") -> Cells:
    if column.dtype.kind in "fiu":
        numbers = column.to_numpy(dtype=np.float64)
        if column.dtype.kind == "f" or (np.abs(numbers) < 1e15).all():
            return np.asarray(numbers)
    return cells_of([None if _is_na(cell) else cell for cell in column.tolist()])


def _is_na(cell: Any) -> bool:
    return cell is None or cell != cell or type(cell).__name__ == "NAType"  # noqa: PLR0124
