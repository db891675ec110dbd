"""A file or a folder of any kind, read by what it is and not by what it is called."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphnet.data.dataset import Dataset, preview
from graphnet.data.interpretation import Question
from graphnet.data.recognition import ATLAS, with_answered_atlas, with_recognised_atlas
from graphnet.data.series_measures import REPETITION_TIME, with_repetition_time
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.kinds import read_kind

LARGEST = 1 << 40


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
    """With what was said and left alone on the way."""
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
