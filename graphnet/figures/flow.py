"""Subjects from file to analysis, as a small diagram."""

from collections.abc import Sequence
from typing import NamedTuple

from graphnet.figures.drawing import INK, LINE, MUTED, PAPER, box, drawing, fitting, line, text
from graphnet.messages import ENGLISH, Message, render

WIDTH, GAP, ROW = 690, 18, 18
HEAD, TOP = 44, 30  # the height of the box of all, and the way down from it
LONGEST = 34


class Part(NamedTuple):
    """One split: its title with the number of subjects, and what is said of it, a line each."""

    title: str
    lines: Sequence[str]


def flow(read: int, left_out: int, parts: Sequence[Part], language: str = ENGLISH) -> str:
    """Rows that were read, those left out, and the splits. "" where there is no split.

    Args:
        read: rows of all files, those that were left out too.
        left_out: rows without a class or a score.
        parts: the splits, in their order.
        language: of the words.

    """
    if not parts:
        return ""
    all_rows = render(Message("figures.rows-read", count=read), language)
    without = render(Message("figures.rows-left-out", count=left_out), language)
    wide = (WIDTH - GAP * (len(parts) - 1)) / len(parts)
    wide = min(wide, 320)
    first = (WIDTH - wide * len(parts) - GAP * (len(parts) - 1)) / 2
    most = max(len(part.lines) for part in parts)
    below, tall = HEAD + 2 * TOP + 8, 34 + ROW * most
    centre = WIDTH / 2
    shown = [
        *_boxed(centre - 110, 4, 220, HEAD, [all_rows]),
        line((centre, HEAD + 4), (centre, below - TOP), stroke=MUTED, width=1.5),
    ]
    if left_out:
        middle = HEAD + 4 + TOP / 2
        shown.append(line((centre, middle), (centre + 130, middle), stroke=MUTED, width=1.5))
        shown += _boxed(centre + 130, middle - 17, 210, 34, [without])
    centres = [first + (wide + GAP) * number + wide / 2 for number in range(len(parts))]
    shown.append(
        line((centres[0], below - TOP), (centres[-1], below - TOP), stroke=MUTED, width=1.5)
    )
    for x, part in zip(centres, parts, strict=True):
        shown.append(line((x, below - TOP), (x, below), stroke=MUTED, width=1.5))
        shown += _boxed(x - wide / 2, below, wide, tall, [part.title, *part.lines])
    summary = "; ".join([all_rows, without, *(", ".join((p.title, *p.lines)) for p in parts)])
    title = render(Message("figures.flow"), language)
    return drawing(WIDTH, below + tall + 4, title, f"{summary}.", shown)


def _boxed(x: float, y: float, width: float, height: float, lines: Sequence[str]) -> list[str]:
    """A box with a bold first line and others below it, in its middle."""
    top = y + height / 2 - ROW * (len(lines) - 1) / 2 + 5
    return [
        box(x, y, width, height, fill=PAPER, stroke=LINE, radius=6),
        *(
            text(
                x + width / 2,
                top + ROW * number,
                fitting(words, int(LONGEST * width / 220)),
                anchor="middle",
                fill=MUTED if number else INK,
                weight=400 if number else 600,
            )
            for number, words in enumerate(lines)
        ),
    ]
