"""A run of ``python -m graphnet`` as one sees it: questions, a line of progress, an early end."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Self, TextIO

from graphnet.data.interpretation import Question
from graphnet.errors import GraphnetError
from graphnet.messages import ENGLISH, Message, render
from graphnet.training.progress import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ON_TERMINAL_SECONDS, IN_LOG_SECONDS = 0.5, 5.0
ERASED = "\r\x1b[K"  # to the line's beginning, and erase it
WIDTH = 79


class RunEnded(BaseException):
    """Somebody has ended the run by the signal ``number``; no handler of errors catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def ended_by_signal() -> Iterator[None]:
    """Raise RunEnded at SIGINT or SIGTERM; a second signal ends the process at once.

    What is ignored, as SIGINT is by what a shell runs in the background, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # which alone may say what a signal does
        return
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    before = {number: known for number, known in handlers.items() if known != signal.SIG_IGN}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(number: int, _: FrameType | None) -> None:
        for listened in before:
            signal.signal(listened, signal.SIG_DFL)
        raise RunEnded(number)

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        restore()


class ProgressLine:
    """Shows how far a task is, from a thread of its own.

    On a terminal it is one line that is written again and again; elsewhere a line every five
    seconds.
    """

    def __init__(
        self, progress: Progress, stream: TextIO | None = None, language: str = ENGLISH
    ) -> None:
        self._progress = progress
        self._language = language
        self._stream = stream or sys.stderr
        self._rewritten = self._stream.isatty()
        self._ended = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._write("")

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Leave the line to what is printed inside."""
        with self._writing:
            if self._rewritten:
                self._stream.write(ERASED)
                self._stream.flush()
            yield

    def _show(self) -> None:
        seconds = ON_TERMINAL_SECONDS if self._rewritten else IN_LOG_SECONDS
        while not self._ended.wait(seconds):
            self._write(line(self._progress, self._language))

    def _write(self, text: str) -> None:
        with self._writing, contextlib.suppress(OSError):  # nobody reads it any more
            if self._rewritten:
                self._stream.write(ERASED + text[:WIDTH])
            elif text:
                self._stream.write(text + "\n")
            self._stream.flush()


def line(progress: Progress, language: str = ENGLISH) -> str:
    """How far a task is, how long it still takes and what it does."""
    shown = progress.now()
    known = {"percent": min(99, int(100 * shown.share)), "stage": shown.stage}
    if shown.seconds is None:
        return render(Message("progress.line-without-time", **known), language)
    left = _duration(round(shown.seconds))
    return render(Message("progress.line", left=left, **known), language)


def _duration(seconds: int) -> str:
    """As 0:07, 12:34 or 1:23:45."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


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
