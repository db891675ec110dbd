"""Cohorts from local files; ``--map`` answers what a file asks, or somebody at a terminal does."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Choice, Question
from graphnet.data.storage import DATASET, load
from graphnet.errors import CohortError, GraphnetError, QuestionsOpen
from graphnet.messages import Message
from graphnet.readers.inquiry import UNASKED
from graphnet.readers.reading import read

PACKED = ".gz"
Answers = dict[str, str]
Ask = Callable[[Path, Question], str | None]  # None: nobody answers


@dataclass
class LocalFiles:
    """Reads files; ``shared`` answers the questions of any file, ``own`` those of one.

    ``ask`` is asked what is still open. What it answers is used again for a file that asks the
    same, and is said.
    """

    shared: Answers
    own: dict[Path, Answers]
    ask: Ask
    used: set[str] = field(default_factory=set)
    answered: dict[tuple[str, tuple[Choice, ...]], str] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Sequence[str], paths: Sequence[Path], ask: Ask) -> "LocalFiles":
        """With what ``--map`` gave: ``ID=CHOICE``, or ``FILE:ID=CHOICE`` for one of ``paths``.

        Raises:
            CohortError: a pair that is no such pair, or two for one question.

        """
        found = cls({}, {}, ask)
        names = {name: path for path in paths for name in (str(path), path.name, name_of(path))}
        for pair in pairs:
            key, equals, value = (part.strip() for part in pair.partition("="))
            file, colon, question = key.rpartition(":")
            path = names.get(file) if colon else None
            if not equals or not key:
                raise CohortError(Message("readers.map-malformed", pair=pair))
            answers = found.shared if path is None else found.own.setdefault(path, {})
            if answers.setdefault(key if path is None else question, value) != value:
                raise CohortError(Message("readers.map-twice", key=key))
        return found

    def cohorts(self, splits: Mapping[str, Sequence[Path]], target: str) -> dict[str, Cohort]:
        """The cohort of each split that has files.

        Raises:
            CohortError: every problem of every file at once; QuestionsOpen where these are
                questions alone.

        """
        found: dict[str, list[Cohort]] = {}
        problems: list[Message] = []
        questions: dict[Question, None] = {}
        for split, path in [(name, path) for name, paths in splits.items() for path in paths]:
            try:
                found.setdefault(split, []).append(self.cohort(path, target))
            except QuestionsOpen as error:
                questions |= dict.fromkeys(error.questions)
            except CohortError as error:
                problems += error.messages
        if problems:
            raise CohortError(*dict.fromkeys(problems))
        if questions:
            raise QuestionsOpen(tuple(questions))
        self._check_used()
        return {split: merge(each) for split, each in found.items()}

    def cohort(self, path: Path, target: str) -> Cohort:
        """One file or folder. Raises CohortError, QuestionsOpen, OSError."""
        return cohort_of(self._dataset(path), name_of(path), target)

    def _dataset(self, path: Path) -> Dataset:
        if (path / DATASET).is_file():
            return load(path)
        usual = {key: value for key, value in self.shared.items() if key in UNASKED}
        answers = {**usual, **self.own.get(path, {})}
        while True:
            reading = read(path, mapping=answers)
            more = {
                each.id: answer
                for each in reading.questions
                if each.id not in answers and (answer := self._answer(path, each)) is not None
            }
            if not more:
                dataset = reading.settled()
                _offer(path, dataset)
                return dataset
            answers |= more

    def _answer(self, path: Path, question: Question) -> str | None:
        """What is given for it, or was answered before, or is answered now."""
        if question.id in self.shared:
            self.used.add(question.id)
            return self.shared[question.id]
        key = (question.id, question.choices)
        if key in self.answered:
            told(f"{path.name}: {question.id}={self.answered[key]}, as before.")
            return self.answered[key]
        answer = self.ask(path, question)
        if answer is not None:
            self.answered[key] = answer
        return answer

    def _check_used(self) -> None:
        unknown = sorted(set(self.shared) - self.used - UNASKED)
        if unknown:
            raise CohortError(Message("readers.map-not-asked", keys=unknown))


def _offer(path: Path, dataset: Dataset) -> None:
    """Say what may be answered and need not be."""
    for question in dataset.interpretation.offers:
        told(str(Message("readers.atlas-offered", file=path.name)))
        for choice in question.choices:
            told(f"  --map {question.id}={choice.value}  {choice.label}")


def name_of(path: Path) -> str:
    """What a dataset is called: its file without endings, or its folder."""
    if path.is_dir():
        return path.name
    return Path(path.stem).stem if path.suffix.lower() == PACKED else path.stem


def on_terminal(path: Path, question: Question) -> str | None:
    """Ask on a terminal; None where nobody sits at one. Raises GraphnetError at its end."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    told(f"{path.name}: {question.sentence}")
    for place, choice in enumerate(question.choices, 1):
        told(f"  {place}  {choice.label or choice.value}")
    while True:
        told("Choice: ", end="")
        line = sys.stdin.readline()
        if not line:
            raise GraphnetError(Message("readers.nothing-answered"))
        number = line.strip()
        if number.isdecimal() and 1 <= int(number) <= len(question.choices):
            answer = question.choices[int(number) - 1].value
            told(f"Next time: --map {question.id}={answer}")
            return answer
        told(f"Give a number from 1 to {len(question.choices)}.")


def told(sentence: str, end: str = "\n") -> None:
    """Say something to whoever watches, beside the results."""
    print(sentence, end=end, file=sys.stderr, flush=True)  # noqa: T201
