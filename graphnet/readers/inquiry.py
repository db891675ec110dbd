"""What comes up while a file is read: questions, assumptions, and reasons to refuse it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphnet.data.interpretation import Choice, LeftAlone, MissingCode, Question
from graphnet.data.recognition import ATLAS
from graphnet.data.series_measures import REPETITION_TIME
from graphnet.errors import CohortError
from graphnet.messages import Message, as_message

ID = "id"  # the keys of a mapping that can be given without being asked for
LABEL = "class"
SITE = "site"
SCORE = "score"
COVARIATES = "covariates"
POSITIVE = "class.positive"
CONNECTOME = "connectome.values"
UNASKED = {ID, LABEL, SITE, SCORE, COVARIATES, POSITIVE, CONNECTOME, ATLAS, REPETITION_TIME}


@dataclass
class Inquiry:
    """Collects everything about one file at once; ``answers`` is the mapping that was given.

    A reader that has a doubt calls :meth:`ask` and goes on with what it returns: the answer, or,
    as long as there is none, the first choice, so that the questions after it are found too.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)
    assumptions: list[Message] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    missing: list[MissingCode] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def ask(self, key: str, question: Message | str, choices: Sequence[Choice]) -> str:
        """The value of the choice that was made, or of the first as long as none was made."""
        answer = self.answer(key)
        values = [choice.value for choice in choices]
        if answer in values:
            return answer
        if answer is not None:
            self.refuse(
                Message("readers.answer-not-a-choice", key=key, answer=answer, choices=values)
            )
        elif not self.is_open(key):
            self.questions.append(Question(key, as_message(question), tuple(choices)))
        return values[0]

    def is_open(self, key: str) -> bool:
        """Whether this was asked and has no answer."""
        return key in {question.id for question in self.questions}

    def behind(self, key: str) -> "Inquiry":
        """Itself; as long as ``key`` is an open question, a copy that keeps no questions.

        For what depends on the answer: it is asked once that is known, as its choices may be
        others.
        """
        return replace(self, questions=list(self.questions)) if self.is_open(key) else self

    def answer(self, key: str) -> str | None:
        """The value that the mapping has for this key, whether or not it is asked for."""
        self.used.add(key)
        return self.answers.get(key)

    def refuse(self, problem: Message | str) -> None:
        """Note a reason why the file cannot be read."""
        message = as_message(problem)
        if message not in self.problems:
            self.problems.append(message)

    def assume(self, assumption: Message | str) -> None:
        """Note what is taken for granted without having been asked."""
        message = as_message(assumption)
        if message not in self.assumptions:
            self.assumptions.append(message)

    def leave(self, what: Message | str, reason: Message | str) -> None:
        """Note a column, file or array that is not used."""
        left = LeftAlone(what, as_message(reason))
        if left not in self.left_alone:
            self.left_alone.append(left)

    def check(self) -> None:
        """Raise CohortError with every problem so far, if there is one."""
        if self.problems:
            raise CohortError(*self.problems)

    def close(self) -> None:
        """The end of reading: also an answer to what nobody asked is a problem.

        Raises:
            CohortError: every problem at once.

        """
        unknown = sorted(set(self.answers) - self.used - UNASKED)
        if unknown and not self.questions:
            self.refuse(Message("readers.answer-not-asked", keys=unknown, file=self.name))
        self.check()
