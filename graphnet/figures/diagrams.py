"""Boxes and what links them: the tasks behind a model, and subjects from file to analysis."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from graphnet.figures.drawing import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    NARROW,
    PAPER,
    box,
    drawing,
    fitting,
    line,
    text,
)
from graphnet.messages import ENGLISH, SEMICOLONS, Message, bracketed, finished, joined, render

WIDTH, HEIGHT, GAP, ACROSS = 210, 74, 34, 3
LONGEST = 24  # characters of a task's name
STATUS = {
    "Submitted": Message("figures.waiting"),
    "Running": Message("figures.running"),
    "Finished": Message("figures.finished"),
    "Failed": Message("figures.failed"),
    "Cancelled": Message("figures.cancelled"),
    "Success": Message("figures.finished"),  # of this service's predecessor
}


def lineage(
    chain: Sequence[Mapping[str, Any]], language: str = ENGLISH, *, narrow: bool = False
) -> str:
    """Tasks from the first ancestor to the last descendant, three in a row or one.

    Args:
        chain: ``task_id``, ``task_name``, ``task_type``, ``task_status``, ``auc`` or None, and
            ``href`` or None, of each.
        language: ``en`` or ``zh-CN``.
        narrow: for a phone.

    """
    if not chain:
        return ""
    parts, across = [], 1 if narrow else ACROSS
    for number, task in enumerate(chain):
        x, y = _place(number, across)
        if number:
            parts += _arrow(_place(number - 1, across), (x, y))
        parts.append(
            _linked(task.get("href"), _card(x, y, task, language, last=number == len(chain) - 1))
        )
    rows = -(-len(chain) // across)
    columns = min(len(chain), across)
    summary = " → ".join(
        f"{task['task_id']}{bracketed(render(_status(task), language), language)}" for task in chain
    )
    width, height = (
        16 + columns * WIDTH + (columns - 1) * GAP,
        16 + rows * HEIGHT + (rows - 1) * GAP,
    )
    role = "group" if any(task.get("href") for task in chain) else "img"
    return drawing(
        width, height, render(Message("figures.lineage"), language), f"{summary}.", parts, role=role
    )


def _status(task: Mapping[str, Any]) -> Message:
    status = str(task["task_status"])
    return STATUS.get(status, finished(status))


def _place(number: int, across: int) -> tuple[float, float]:
    row, column = divmod(number, across)
    return 8 + column * (WIDTH + GAP), 8 + row * (HEIGHT + GAP)


def _card(x: float, y: float, task: Mapping[str, Any], language: str, *, last: bool) -> str:
    kind = "figures.fine-tuned" if task["task_type"] == "dl_ft" else "figures.from-scratch"
    area = "" if task.get("auc") is None else f" · AUC {task['auc']:.3f}"
    name = str(task["task_name"] or task["task_id"])
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return "".join(
        [
            box(x, y, WIDTH, HEIGHT, fill=PAPER, stroke=ACCENT if last else LINE, radius=10),
            text(x + 14, y + 25, short, size=14, fill=INK, weight=600),
            text(x + 14, y + 44, str(task["task_id"])),
            text(x + 14, y + 61, f"{render(Message(kind), language)}{area}"),
        ]
    )


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> list[str]:
    if start[1] == end[1]:
        y = start[1] + HEIGHT / 2
        tip = end[0] - 4
        return [
            line((start[0] + WIDTH + 3, y), (tip, y), stroke=MUTED, width=1.5),
            line((tip - 7, y - 5), (tip, y), stroke=MUTED, width=1.5),
            line((tip - 7, y + 5), (tip, y), stroke=MUTED, width=1.5),
        ]
    middle, x, far = start[1] + HEIGHT + GAP / 2, end[0] + WIDTH / 2, start[0] + WIDTH / 2
    return [
        line((far, start[1] + HEIGHT + 2), (far, middle), stroke=MUTED, width=1.5),
        line((far, middle), (x, middle), stroke=MUTED, width=1.5),
        line((x, middle), (x, end[1] - 3), stroke=MUTED, width=1.5),
        line((x - 5, end[1] - 9), (x, end[1] - 3), stroke=MUTED, width=1.5),
        line((x + 5, end[1] - 9), (x, end[1] - 3), stroke=MUTED, width=1.5),
    ]


def _linked(address: str | None, drawn: str) -> str:
    return f'<a href="{escape(address)}">{drawn}</a>' if address else drawn


FLOW_WIDTH, BETWEEN, ROW = 690, 18, 18
HEAD, TOP = 44, 30  # the height of the box of all, and the way down from it
LONGEST_LINE = 34  # characters in a box of 220


class Part(NamedTuple):
    """One split: its title with the number of subjects, and what is said of it, a line each."""

    title: str
    lines: Sequence[str]


def flow(
    read: int,
    left_out: int,
    parts: Sequence[Part],
    language: str = ENGLISH,
    *,
    narrow: bool = False,
) -> str:
    """Rows that were read, those left out, and the splits. "" where there is no split.

    Args:
        read: rows of all files, those that were left out too.
        left_out: rows without a class or a score.
        parts: the splits, in their order.
        language: of the words.
        narrow: for a phone, with the splits below each other.

    """
    if not parts:
        return ""
    all_rows = render(Message("figures.rows-read", count=read), language)
    without = render(Message("figures.rows-left-out", count=left_out), language)
    title = render(Message("figures.flow"), language)
    summary = SEMICOLONS[language].join(
        [all_rows, without, *(joined((p.title, *p.lines), language) for p in parts)]
    )
    if narrow:
        head = [all_rows, *([without] if left_out else [])]
        height, shown = _column([head, *([part.title, *part.lines] for part in parts)])
        return drawing(NARROW, height, title, f"{summary}.", shown)
    wide = (FLOW_WIDTH - BETWEEN * (len(parts) - 1)) / len(parts)
    wide = min(wide, 320)
    first = (FLOW_WIDTH - wide * len(parts) - BETWEEN * (len(parts) - 1)) / 2
    most = max(len(part.lines) for part in parts)
    below, tall = HEAD + 2 * TOP + 8, 34 + ROW * most
    centre = FLOW_WIDTH / 2
    shown = [
        *_boxed(centre - 110, 4, 220, HEAD, [all_rows]),
        line((centre, HEAD + 4), (centre, below - TOP), stroke=MUTED, width=1.5),
    ]
    if left_out:
        middle = HEAD + 4 + TOP / 2
        shown.append(line((centre, middle), (centre + 130, middle), stroke=MUTED, width=1.5))
        shown += _boxed(centre + 130, middle - 17, 210, 34, [without])
    centres = [first + (wide + BETWEEN) * number + wide / 2 for number in range(len(parts))]
    shown.append(
        line((centres[0], below - TOP), (centres[-1], below - TOP), stroke=MUTED, width=1.5)
    )
    for x, part in zip(centres, parts, strict=True):
        shown.append(line((x, below - TOP), (x, below), stroke=MUTED, width=1.5))
        shown += _boxed(x - wide / 2, below, wide, tall, [part.title, *part.lines])
    return drawing(FLOW_WIDTH, below + tall + 4, title, f"{summary}.", shown)


def _column(boxes: Sequence[Sequence[str]]) -> tuple[float, list[str]]:
    """Boxes of lines below each other, each with the way to it; and how tall they are together."""
    y = 4.0
    shown: list[str] = []
    for lines in boxes:
        if shown:
            shown.append(line((NARROW / 2, y - BETWEEN), (NARROW / 2, y), stroke=MUTED, width=1.5))
        height = 16 + ROW * len(lines)
        shown += _boxed(8, y, NARROW - 16, height, lines)
        y += height + BETWEEN
    return y - BETWEEN + 4, shown


def _boxed(x: float, y: float, width: float, height: float, lines: Sequence[str]) -> list[str]:
    """A box with a bold first line and others below it, in its middle."""
    top = y + height / 2 - ROW * (len(lines) - 1) / 2 + 5
    return [
        box(x, y, width, height, fill=PAPER, stroke=LINE, radius=6),
        *(
            text(
                x + width / 2,
                top + ROW * number,
                fitting(words, int(LONGEST_LINE * width / 220)),
                anchor="middle",
                fill=MUTED if number else INK,
                weight=400 if number else 600,
            )
            for number, words in enumerate(lines)
        ),
    ]
