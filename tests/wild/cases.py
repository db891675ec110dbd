"""What came of a file, and helpers to say what should have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Interpretation, Question
from graphnet.errors import CohortError
from graphnet.readers.reading import Reading, read

FloatArray = NDArray[np.float64]

READ, ASK, REFUSE = "read", "ask", "refuse"
MOST_QUESTIONS = 12
RELATIVE, ABSOLUTE = 3e-7, 1e-7  # connectomes are kept in single precision


@dataclass(frozen=True)
class Outcome:
    """One of three: a dataset, open questions, or sentences of refusal."""

    kind: str
    name: str
    reading: Reading | None = None
    sentences: tuple[str, ...] = ()

    @property
    def dataset(self) -> Dataset:
        """What was read; an AssertionError that shows what came instead, if nothing was."""
        assert self.kind == READ, self.explained()
        assert self.reading is not None
        return self.reading.settled()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked; an AssertionError that shows what came instead, if nothing is."""
        assert self.kind == ASK, self.explained()
        assert self.reading is not None
        return self.reading.questions

    @property
    def refusal(self) -> str:
        """Why it was refused, without the name of the file, which often tells what is in it.

        An AssertionError that shows what came instead, if it was not refused.
        """
        assert self.kind == REFUSE, self.explained()
        return " ".join(self.sentences).replace(self.name, "…")

    def question(self, key: str) -> Question:
        """The question of this id, or whose id begins with it where it ends in a dot."""
        matching = [
            each
            for each in self.questions
            if each.id == key or (key.endswith(".") and each.id.startswith(key))
        ]
        assert len(matching) == 1, self.explained()
        return matching[0]

    def explained(self) -> str:
        """For the message of a failed test."""
        if self.kind == REFUSE:
            return f"refused: {' '.join(self.sentences)}"
        if self.kind == ASK:
            assert self.reading is not None
            return f"asks: {[each.as_dict() for each in self.reading.questions]}"
        assert self.reading is not None
        dataset = self.reading.settled()
        found = dataset.interpretation
        return (
            f"read: {len(dataset)} subjects, regions {dataset.regions[:8]}, measures "
            f"{dataset.measures}, said {found.said}, left alone {found.left_alone}"
        )


def outcome(path: Path, **mapping: str) -> Outcome:
    """Read a file or folder once per mapping; keys are written with ``__`` for a point."""
    return answered(path, {key.replace("__", "."): value for key, value in mapping.items()})


def answered(path: Path, mapping: Mapping[str, str]) -> Outcome:
    """Read a file or folder with these answers, once per test run."""
    return _outcome(path, tuple(sorted(mapping.items())))


@lru_cache(maxsize=512)
def _outcome(path: Path, mapping: tuple[tuple[str, str], ...]) -> Outcome:
    try:
        reading = read(path, mapping=dict(mapping))
    except CohortError as error:
        assert error.sentences
        return Outcome(REFUSE, path.name, sentences=tuple(error.sentences))
    if reading.questions:
        return Outcome(ASK, path.name, reading)
    assert reading.dataset is not None, "Neither a dataset nor a question nor a refusal."
    return Outcome(READ, path.name, reading)


def choices(path: Path, key: str, mapping: Mapping[str, str] | None = None) -> dict[str, Outcome]:
    """What each choice of one question leads to."""
    given = dict(mapping or {})
    question = answered(path, given).question(key)
    assert len(question.choices) >= 2
    return {
        choice.value: answered(path, {**given, question.id: choice.value})
        for choice in question.choices
    }


def settled(path: Path, *wanted: str, **mapping: str) -> Outcome:
    """Answer every question by the choice that holds one of ``wanted``, else by the first."""
    given = {key.replace("__", "."): value for key, value in mapping.items()}
    for _ in range(MOST_QUESTIONS):
        found = answered(path, given)
        if found.kind != ASK:
            return found
        given |= {each.id: _wanted(each, wanted) for each in found.questions}
    raise AssertionError(f"More than {MOST_QUESTIONS} rounds of questions.")


def _wanted(question: Question, wanted: tuple[str, ...]) -> str:
    for word in wanted:
        for choice in question.choices:
            if word in (choice.value, choice.label):
                return choice.value
        for choice in question.choices:
            if word.lower() in f"{choice.value} {choice.label}".lower():
                return choice.value
    return question.choices[0].value


def every_reading(path: Path, mapping: Mapping[str, str] | None = None) -> list[Dataset]:
    """The dataset of each combination of answers that leads to one."""
    given = dict(mapping or {})
    found = answered(path, given)
    if found.kind == READ:
        return [found.dataset]
    if found.kind == REFUSE:
        return []
    question = found.questions[0]
    answers = [{**given, question.id: choice.value} for choice in question.choices]
    return [dataset for answer in answers for dataset in every_reading(path, answer)]


def told(dataset: Dataset) -> str:
    """Everything that an interpretation says in words."""
    found = dataset.interpretation
    left = [f"{each.what}: {each.reason}" for each in found.left_alone]
    missing = [f"{each.column} {each.code} {each.count}" for each in found.missing]
    return "\n".join((*found.said, *left, *missing))


def columns(table: pd.DataFrame) -> list[str]:
    """The names of a table's columns."""
    return [str(name) for name in table.columns]


def mentions(dataset: Dataset) -> str:
    """What the interpretation says and what the cohort of it is warned of."""
    cohort = cohort_of(dataset, "it")
    return "\n".join((told(dataset), *map(str, cohort.notes), *map(str, cohort.findings)))


def labels(dataset: Dataset) -> list[int]:
    """The class numbers."""
    return [int(label) for label in dataset.subjects.labels]


def alternating(count: int) -> list[int]:
    """Classes 0, 1, 0, 1 …, as most of these files have them."""
    return [row % 2 for row in range(count)]


def one_measure(dataset: Dataset) -> FloatArray:
    """The values (S, N) of a dataset of one measure."""
    assert dataset.values is not None
    assert dataset.values.shape[2] == len(dataset.measures) == 1
    return dataset.values[:, :, 0]


def edges(dataset: Dataset) -> FloatArray:
    """The connectomes (S, E) in double precision."""
    assert dataset.connectomes is not None
    count = len(dataset.regions)
    assert dataset.connectomes.shape == (len(dataset), count * (count - 1) // 2)
    return dataset.connectomes.astype(np.float64)


def upper(matrix: FloatArray) -> FloatArray:
    """The upper triangle by rows, without the diagonal."""
    return np.array([matrix[i, j] for i, j in combinations(range(len(matrix)), 2)])


def fisher(series: FloatArray) -> FloatArray:
    """Fisher's z of the correlations of a time series (T, N): the upper triangle by rows."""
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = np.asarray(np.corrcoef(series, rowvar=False), dtype=np.float64)
        return np.asarray(np.arctanh(upper(correlations)), dtype=np.float64)


def text_series(path: Path) -> FloatArray:
    """A file of blanks or tabs and numbers; a line that begins with # is a header."""
    return np.loadtxt(path, ndmin=2)


def table_series(path: Path) -> FloatArray:
    """A file with a header, by pandas, where an empty cell and n/a are NaN."""
    separator = "," if path.suffix == ".csv" else "\t"
    return pd.read_csv(path, sep=separator).to_numpy(dtype=np.float64)


def files(folder: Path, pattern: str) -> list[Path]:
    """The files of this pattern in their order, at least one."""
    matching = sorted(folder.rglob(pattern))
    assert matching, f"No {pattern} in {folder.name}."
    return matching


def close(found: FloatArray, wanted: FloatArray) -> None:
    """Assert that connectomes agree, in single precision."""
    np.testing.assert_allclose(found, wanted, rtol=RELATIVE, atol=ABSOLUTE)


def equal(found: FloatArray, wanted: FloatArray) -> None:
    """Assert that values agree to 1e-12, with missing ones in the same places."""
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)


def plain(interpretation: Interpretation) -> None:
    """Assert that an interpretation survives JSON."""
    stored = json.loads(json.dumps(interpretation.as_dict(), allow_nan=False))
    assert Interpretation.from_dict(stored) == interpretation
