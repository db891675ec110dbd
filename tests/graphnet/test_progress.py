"""Progress: of the whole task, never back, never still, and right about the time left.

``progress.json`` is what ``python -m graphnet`` reported, and when, of three tasks on real data:
the published site A with B as test subjects, ten folds of A, and connectomes of NYU.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graphnet.messages import CHINESE, Message, render
from graphnet.training.progress import (
    BASELINES,
    CHOOSING,
    EXPLANATION,
    FOLDS,
    READING,
    REPORT,
    TRAINING,
    Progress,
    Step,
)

RECORDED = json.loads((Path(__file__).parent / "progress.json").read_text("utf-8"))
FACTOR = 1.5
FIRST_FIFTH = 0.2
STILL_SECONDS = 5.0
LEAST_SECONDS = 1.0  # a time left below this is none that anybody waits for


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Replay:
    """A recorded task once more: what it reported, when, and what was shown once a second."""

    def __init__(self, events: list[list[Any]], slower: float = 1.0) -> None:
        self.clock = Clock()
        self.progress = Progress(self.clock)
        self.shown: list[tuple[float, float, float | None]] = []
        self.over = events[-1][0] * slower
        self.opened: list[Any] = []
        for seconds, kind, *values in events:
            self._look(seconds * slower)
            self._tell(kind, values)

    def _look(self, until: float) -> None:
        while (second := len(self.shown) + 1.0) <= until:
            self.clock.seconds = second
            shown = self.progress.now()
            self.shown.append((second, shown.share, shown.seconds))
        self.clock.seconds = until

    def _tell(self, kind: str, values: list[Any]) -> None:
        if kind == "expect":
            self.progress.expect([Step(*step) for step in values[0]])
        elif kind in {"step", "part"}:
            self.opened.append(getattr(self.progress, kind)(*values))
            self.opened[-1].__enter__()
        elif kind in {"end", "whole"}:
            self.opened.pop().__exit__(None, None, None)
        elif kind != "over":
            getattr(self.progress, kind)(*values)


@pytest.mark.parametrize("slower", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("name", RECORDED)
def test_the_time_left_is_right_within_a_factor(name: str, slower: float) -> None:
    replay = Replay(RECORDED[name], slower)
    late = [
        (second, left, replay.over - second)
        for second, _, left in replay.shown
        if second > FIRST_FIFTH * replay.over and replay.over - second > LEAST_SECONDS * slower
    ]
    assert late
    wrong = [
        each for each in late
        if each[1] is None or not each[2] / FACTOR <= each[1] <= each[2] * FACTOR
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("slower", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("name", RECORDED)
def test_the_share_never_goes_back_and_never_stands_still(name: str, slower: float) -> None:
    shown = Replay(RECORDED[name], slower).shown
    for (second, share, _), (_, later, _) in pairwise(shown):
        assert later > share, second
    for (second, share, _), (_, later, _) in zip(shown, shown[int(STILL_SECONDS) :], strict=False):
        assert int(1000 * later) > int(1000 * share), second
    assert 0 < shown[0][1] < shown[-1][1] <= 1


def test_a_step_that_says_nothing_moves_on_by_the_clock() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.expect([Step(BASELINES, 10.0), Step(REPORT, 10.0)])
    shares = []
    with progress.step(BASELINES):
        for clock.seconds in range(0, 600, 5):
            shares.append(progress.now().share)
    assert all(later > share for share, later in pairwise(shares))
    assert shares[-1] < 1
    assert shares[1] == pytest.approx(0.25)


def test_a_speed_once_measured_is_that_of_the_steps_to_come() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.expect([Step(TRAINING, 10.0), Step(FOLDS, 100.0, 10), Step(REPORT, 1.0)])
    with progress.step(TRAINING):
        clock.seconds = 30.0
    left = progress.now().seconds
    assert left == pytest.approx(301.0, rel=0.05)


def test_what_begins_a_part_is_no_measure_of_its_pace() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.expect([Step(TRAINING, 100.0)])
    with progress.step(TRAINING):
        clock.seconds = 50.0  # to prepare the subjects
        progress.resume(0.0)
        clock.seconds = 51.0
        progress.advance(0.01)
        assert progress.now().seconds == pytest.approx(99.0)


def test_epochs_of_an_earlier_attempt_took_no_time_and_its_share_stays() -> None:
    clock = Clock()
    progress = Progress(clock, begun=0.6)
    progress.expect([Step(TRAINING, 100.0)])
    assert progress.now().share >= 0.6
    with progress.step(TRAINING):
        progress.resume(0.5)
        clock.seconds = 10.0
        progress.advance(0.6)
        shown = progress.now()
    assert shown.seconds == pytest.approx(40.0, rel=0.01)
    assert 0.6 < shown.share < 0.75


def test_a_stage_has_a_name_and_says_which_fold() -> None:
    progress = Progress(Clock())
    assert progress.now().stage == Message(READING)
    assert progress.now().seconds is None
    progress.expect([Step(CHOOSING, 1.0, 10), Step(FOLDS, 1.0, 10), Step(EXPLANATION, 1.0)])
    with progress.step(CHOOSING), progress.part(0.2, 0.3, (3, 3)), progress.part(0, 0.5, (1, 4)):
        assert str(progress.now().stage) == "Choosing settings for fold 3 of 10"
    with progress.step(FOLDS):
        with progress.part(0, 0.5, (1, 4)):
            assert str(progress.now().stage) == "Training folds 1 to 4 of 10"
        with progress.part(0.5, 1, (5, 5)):
            assert render(progress.now().stage, CHINESE) == "正在训练第 5 折（共 10 折）"
    with progress.step(EXPLANATION):
        assert str(progress.now().stage) == "Explaining the predictions"
    assert progress.now().seconds == 0


def test_steps_that_do_not_come_are_left_out() -> None:
    progress = Progress(Clock())
    progress.expect([Step(TRAINING, 1.0), Step(FOLDS, 1000.0, 10), Step(REPORT, 1.0)])
    with progress.step(REPORT):
        assert progress.now().seconds == pytest.approx(1.0)


def test_a_part_that_fails_is_done_again_in_smaller_ones() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.expect([Step(FOLDS, 10.0, 4)])
    with progress.step(FOLDS):
        with pytest.raises(MemoryError), progress.part(0, 1, (1, 4)):
            raise MemoryError
        with progress.part(0, 0.5, (1, 2)):
            clock.seconds = 5.0
        assert progress.now().seconds == pytest.approx(5.0)
