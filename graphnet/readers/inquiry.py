"""What comes up while a file is read: questions, assumptions, and reasons to refuse it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphnet.data.interpretation import Choice, LeftAlone, MissingCode, Question
from graphnet.errors import CohortError

ID = "id"  # the keys of a mapping that can be given without being asked for
LABEL = "class"
SITE = "site"
SCORE = "score"
COVARIATES = "covariates"
POSITIVE = "class.positive"
CONNECTOME = "connectome.values"
UNASKED = {ID, LABEL, SITE, SCORE, COVARIATES, POSITIVE, CONNECTOME}


@dataclass
class Inquiry:
    """Collects everything about one file at once; ``answers`` is the mapping that was given.

    A reader that has a doubt calls :meth:`ask` and goes on with what it returns: the answer, or,
    as long as there is none, the first choice, so that the questions after it are found too.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    missing: list[MissingCode] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def ask(self, key: str, sentence: str, choices: Sequence[Choice]) -> str:
        """The value of the choice that was made, or of the first as long as none was made."""
        given = self.given(key)
        values = [choice.value for choice in choices]
        if given in values:
            return given
        if given is not None:
            self.refuse(f"{key} is {given!r}; it must be one of {', '.join(values)}.")
        elif not self.is_open(key):
            self.questions.append(Question(key, sentence, tuple(choices)))
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

    def given(self, key: str) -> str | None:
        """What the mapping says of this key, whether or not it is asked for."""
        self.used.add(key)
        return self.answers.get(key)

    def refuse(self, sentence: str) -> None:
        """A reason why the file cannot be read."""
        if sentence not in self.problems:
            self.problems.append(sentence)

    def say(self, sentence: str) -> None:
        """Something that was assumed."""
        if sentence not in self.said:
            self.said.append(sentence)

    def leave(self, what: str, reason: str) -> None:
        """A column, file or array that is not used."""
        self.left_alone.append(LeftAlone(what, reason))

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
            self.refuse(
                f"The mapping answers {', '.join(unknown)}, which {self.name} does not ask; "
                "leave it out."
            )
        self.check()
