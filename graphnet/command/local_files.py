"""Cohorts from local files; ``--map`` answers what a file asks, or somebody at a terminal does."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Choice, Question
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.storage import DATASET, load
from graphnet.errors import CohortError, GraphnetError, QuestionsOpen
from graphnet.messages import ENGLISH, Message, render
from graphnet.readers.inquiry import UNASKED
from graphnet.readers.reading import read

PACKED = ".gz"
Answers = dict[str, str]
Ask = Callable[[Path, Question], str | None]  # None: nobody answers


@dataclass
class LocalFiles:
    """Reads files; ``shared`` answers the questions of any file, ``own`` those of one.

    ``ask`` is asked what is still open. What it answers is used again for a file that asks the
    same, and is said in ``language``.
    """

    shared: Answers
    own: dict[Path, Answers]
    ask: Ask
    language: str = ENGLISH
    used: set[str] = field(default_factory=set)
    answered: dict[tuple[str, tuple[Choice, ...]], str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, pairs: Sequence[str], paths: Sequence[Path], ask: Ask, language: str = ENGLISH
    ) -> "LocalFiles":
        """With what ``--map`` gave: ``ID=CHOICE``, or ``FILE:ID=CHOICE`` for one of ``paths``.

        Raises:
            CohortError: a pair that is no such pair, or two for one question.

        """
        files = cls({}, {}, ask, language)
        names = {name: path for path in paths for name in (str(path), path.name, name_of(path))}
        for pair in pairs:
            key, equals, value = (part.strip() for part in pair.partition("="))
            file, colon, question = key.rpartition(":")
            path = names.get(file) if colon else None
            if not equals or not key:
                raise CohortError(Message("readers.map-malformed", pair=pair))
            answers = files.shared if path is None else files.own.setdefault(path, {})
            if answers.setdefault(key if path is None else question, value) != value:
                raise CohortError(Message("readers.map-twice", key=key))
        return files

    def cohorts(
        self,
        splits: Mapping[str, Sequence[Path]],
        target: str,
        series: SeriesOptions | None = None,
    ) -> dict[str, Cohort]:
        """The cohort of each split that has files; ``series`` as of :func:`cohort_of`.

        Raises:
            CohortError: every problem of every file at once; QuestionsOpen where these are
                questions alone.

        """
        read_cohorts: dict[str, list[Cohort]] = {}
        problems: list[Message] = []
        questions: dict[Question, None] = {}
        for split, path in [(name, path) for name, paths in splits.items() for path in paths]:
            try:
                read_cohorts.setdefault(split, []).append(self.cohort(path, target, series))
            except QuestionsOpen as error:
                questions |= dict.fromkeys(error.questions)
            except CohortError as error:
                problems += error.messages
        if problems:
            raise CohortError(*dict.fromkeys(problems))
        if questions:
            raise QuestionsOpen(tuple(questions))
        self._check_used()
        return {split: merge(cohorts) for split, cohorts in read_cohorts.items()}

    def cohort(self, path: Path, target: str, series: SeriesOptions | None = None) -> Cohort:
        """One file or folder. Raises CohortError, QuestionsOpen, OSError."""
        return cohort_of(self._dataset(path), name_of(path), target, series)

    def _dataset(self, path: Path) -> Dataset:
        if (path / DATASET).is_file():
            return load(path)
        usual = {key: value for key, value in self.shared.items() if key in UNASKED}
        answers = {**usual, **self.own.get(path, {})}
        while True:
            reading = read(path, mapping=answers)
            more = {
                question.id: answer
                for question in reading.questions
                if question.id not in answers
                and (answer := self._answer(path, question)) is not None
            }
            if not more:
                dataset = reading.settled()
                _offer(path, dataset, self.language)
                return dataset
            answers |= more

    def _answer(self, path: Path, question: Question) -> str | None:
        """What is given for it, or was answered before, or is answered now."""
        if question.id in self.shared:
            self.used.add(question.id)
            return self.shared[question.id]
        key = (question.id, question.choices)
        if key in self.answered:
            known = {"file": path.name, "answer": f"{question.id}={self.answered[key]}"}
            tell(Message("readers.answered-as-before", **known), self.language)
            return self.answered[key]
        answer = self.ask(path, question)
        if answer is not None:
            self.answered[key] = answer
        return answer

    def _check_used(self) -> None:
        unknown = sorted(set(self.shared) - self.used - UNASKED)
        if unknown:
            raise CohortError(Message("readers.map-not-asked", keys=unknown))


def _offer(path: Path, dataset: Dataset, language: str) -> None:
    """Say what may be answered and need not be."""
    for question in dataset.interpretation.offers:
        tell(Message("readers.atlas-offered", file=path.name), language)
        for choice in question.choices:
            meaning = render(choice.message, language)
            tell(f"  --map {question.id}={choice.value}  {meaning}", language)


def name_of(path: Path) -> str:
    """What a dataset is called: its file without endings, or its folder."""
    if path.is_dir():
        return path.name
    return Path(path.stem).stem if path.suffix.lower() == PACKED else path.stem


def on_terminal(path: Path, question: Question, language: str = ENGLISH) -> str | None:
    """Ask on a terminal; None where nobody sits at one. Raises GraphnetError at its end."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    tell(Message("readers.asks", file=path.name, question=question.message), language)
    for place, choice in enumerate(question.choices, 1):
        tell(f"  {place}  {render(choice.message, language) or choice.value}")
    while True:
        tell(Message("readers.choice"), language, end="")
        line = sys.stdin.readline()
        if not line:
            raise GraphnetError(Message("readers.nothing-answered"))
        number = line.strip()
        if number.isdecimal() and 1 <= int(number) <= len(question.choices):
            answer = question.choices[int(number) - 1].value
            tell(Message("readers.next-time", answer=f"{question.id}={answer}"), language)
            return answer
        tell(Message("readers.give-a-number", most=str(len(question.choices))), language)


def tell(message: Message | str, language: str = ENGLISH, end: str = "\n") -> None:
    """Say something to whoever watches, beside the results."""
    print(render(message, language), end=end, file=sys.stderr, flush=True)  # noqa: T201
