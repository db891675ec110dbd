"""How far a task is, in steps that have names, and how long it still takes. Pure, torch-free."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from graphnet.messages import Message

# A step's name is the code of its sentence. Folds that are done one by one have a sentence each.
READING = "progress.reading"
TRAINING = "progress.training"
NO_GRAPH = "progress.training-without-graph"
BASELINES = "progress.baselines"
CHOOSING = "progress.choosing"
COMPARING = "progress.comparing"
FOLDS = "progress.folds"
CALIBRATION = "progress.calibration"
FOLD_BASELINES = "progress.folds-baselines"
FOLDS_NO_GRAPH = "progress.folds-without-graph"
FOLDS_OTHER = "progress.folds-other-start"
FROM_SCRATCH = "progress.from-scratch"
LEARNING_CURVE = "progress.learning-curve"
SHARED = "progress.shared"
EVALUATION = "progress.evaluation"
EXPLANATION = "progress.explanation"
REPORT = "progress.report"

# Before a step of one name is measured, its speed is taken to be that of another.
LIKE = {
    NO_GRAPH: TRAINING,
    FOLDS: TRAINING,
    CALIBRATION: FOLDS,
    CHOOSING: FOLDS,
    COMPARING: FOLDS,
    FOLDS_NO_GRAPH: FOLDS,
    FOLDS_OTHER: FOLDS,
    FROM_SCRATCH: TRAINING,
    LEARNING_CURVE: FOLDS,
    BASELINES: FOLD_BASELINES,
    EXPLANATION: TRAINING,
}
# What nothing like it was measured before is as slow as the machine seems to be by the trainings,
# within these bounds: how long a training takes is expected less well than the rest.
MACHINE = 0.5, 2.5
TRUSTED = 0.02  # of a step, once measured, weighs as much as what was expected
LATE = 0.8  # of the time expected of a silent step; from here on it may take a quarter longer
QUARTER = 0.25
READING_SHARE, READING_SECONDS = 0.05, 60.0  # shown at most before the steps are known; half by


@dataclass(frozen=True)
class Step:
    """Work that is expected: its name, about how many ``seconds`` it takes, and ``count`` folds."""

    name: str
    seconds: float
    count: int = 0


@dataclass(frozen=True)
class Shown:
    """How far a task is: ``share`` from 0 to 1, ``seconds`` left (None: unknown), what it does."""

    share: float
    seconds: float | None
    stage: Message


@dataclass
class _Measured:
    """Seconds that steps of one name took, for work that was expected to take ``expected``."""

    seconds: float = 0.0
    expected: float = 0.0


class Progress:
    """Follows the steps of a task; any thread may ask how far it is.

    The time left is that expected of the steps to come, by the speed at which steps of their kind
    went so far. The share is the time spent, of that and the time left. It never goes back: where
    it would, it moves on at the pace that reaches 1 when the time left is over, so it never stands
    still either.

    Args:
        clock: seconds that only grow.
        begun: the share that an earlier attempt has shown.

    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, begun: float = 0.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._steps: list[Step] = []
        self._current = Step(READING, 0.0)
        self._next = 0
        self._folds = (0, 0)
        self._span = (0.0, 1.0)
        self._done = 0.0
        self._apart = 0.0
        self._measured: dict[str, _Measured] = {}
        self._began = self._since = self._asked = clock()
        self._begun = self._share = begun

    def expect(self, steps: Sequence[Step]) -> None:
        """Take all steps of the task, in their order."""
        with self._lock:
            self._steps = list(steps)
            self._next = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do the next expected step of this name; those before it are left out."""
        self._begin(name)
        yield
        with self._lock:
            self._settle(1.0)

    @contextmanager
    def part(self, begin: float, end: float, folds: tuple[int, int] = (0, 0)) -> Iterator[None]:
        """Do what lies between two shares of the step, or of the part that this is a part of.

        ``folds``: the first and last that are worked on, from 1 on, unless the outer part says so.
        """
        with self._lock:
            outer = self._span, self._folds
            self._span = self._within(begin), self._within(end)
            self._folds = folds if self._folds == (0, 0) else self._folds
        try:
            yield
            with self._lock:
                self._settle(self._span[1])
        finally:
            with self._lock:
                self._span, self._folds = outer

    def resume(self, share: float) -> None:
        """Begin what is done evenly from here on, and of which this share was done before."""
        with self._lock:
            now = self._clock()
            self._apart += now - self._since
            self._since, self._done = now, self._within(share)

    def advance(self, share: float) -> None:
        """Say how much of the part is done, from 0 to 1."""
        with self._lock:
            now, done = self._clock(), self._within(share)
            self._measure(now - self._since, done - self._done)
            self._since, self._done = now, done

    def now(self) -> Shown:
        """How far the task is."""
        with self._lock:
            now = self._clock()
            spent, left = now - self._began, self._left(now)
            if left is None:
                share = READING_SHARE * spent / (spent + READING_SECONDS)
            else:
                share = spent / (spent + left) if spent + left > 0 else 0.0
            pause = now - self._asked
            reached = self._share
            if pause > 0 and left is not None:
                reached += (1 - reached) * pause / (left + pause)
            self._share = max(reached, self._begun + (1 - self._begun) * share)
            self._asked = now
            return Shown(self._share, left, self._stage())

    @property
    def is_complete(self) -> bool:
        """Whether every expected step was begun."""
        return self._next == len(self._steps)

    def _begin(self, name: str) -> None:
        with self._lock:
            places = [i for i, step in enumerate(self._steps) if step.name == name]
            place = next((i for i in places if i >= self._next), None)
            self._current = Step(name, 0.0) if place is None else self._steps[place]
            self._next = self._next if place is None else place + 1
            self._folds, self._span, self._done = (0, 0), (0.0, 1.0), 0.0
            self._since, self._apart = self._clock(), 0.0

    def _settle(self, done: float) -> None:
        """End a part; only now its beginning counts, which is no measure of the pace."""
        now = self._clock()
        self._measure(self._apart + now - self._since, done - self._done)
        self._since, self._apart, self._done = now, 0.0, done

    def _within(self, share: float) -> float:
        begin, end = self._span
        return begin + (end - begin) * min(1.0, max(0.0, share))

    def _measure(self, seconds: float, share: float) -> None:
        measured = self._measured.setdefault(self._current.name, _Measured())
        measured.seconds += seconds
        measured.expected += max(share, 0.0) * self._current.seconds

    def _left(self, now: float) -> float | None:
        """Seconds; None before the steps are known."""
        if not self._steps:
            return None
        here = self._current
        expected = (1 - self._done) * here.seconds * self._speed(here.name)
        silent = now - self._since
        left = expected - silent if silent < LATE * expected else QUARTER * silent
        if self._done == 1.0:
            left = 0.0
        later = self._steps[self._next :]
        return left + sum(step.seconds * self._speed(step.name) for step in later)

    def _speed(self, name: str) -> float:
        """Seconds that a second expected of steps of this name takes."""
        like = LIKE.get(name)
        if like is not None:
            usual = self._speed(like)
        elif name == TRAINING:
            usual = 1.0
        else:
            usual = min(max(self._speed(TRAINING), MACHINE[0]), MACHINE[1])
        measured = self._measured.get(name, _Measured())
        if measured.expected <= 0 or measured.seconds <= 0:
            return usual
        each = max(step.seconds for step in (self._current, *self._steps) if step.name == name)
        weight = measured.expected / (measured.expected + TRUSTED * each)
        seen = measured.seconds / measured.expected
        return float(usual ** (1 - weight) * seen**weight)

    def _stage(self) -> Message:
        name, (first, last), count = self._current.name, self._folds, self._current.count
        if not count:
            return Message(name)
        first, last = first or 1, last or count
        return Message(name, first=first, last=last, count=last - first + 1, folds=count)
