"""From which task a task's model comes."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from graphnet.figures.drawing import ACCENT, INK, LINE, MUTED, PAPER, box, drawing, line, text

WIDTH, HEIGHT, GAP, ACROSS = 210, 74, 34, 3
LONGEST = 24


def lineage(chain: Sequence[Mapping[str, Any]], words: Callable[[str], str] = str) -> str:
    """Tasks from the first ancestor to the one that is asked about, three in a line.

    Each has ``task_id``, ``task_name``, ``task_type``, ``task_status``, ``auc`` or None, and
    ``href`` or None.
    """
    if not chain:
        return ""
    parts = []
    for number, task in enumerate(chain):
        x, y = _place(number)
        if number:
            parts += _arrow(_place(number - 1), (x, y))
        parts.append(
            _linked(task.get("href"), _card(x, y, task, words, last=number == len(chain) - 1))
        )
    rows = -(-len(chain) // ACROSS)
    columns = min(len(chain), ACROSS)
    told = " → ".join(f"{task['task_id']} ({task['task_status']})" for task in chain)
    width, height = (
        16 + columns * WIDTH + (columns - 1) * GAP,
        16 + rows * HEIGHT + (rows - 1) * GAP,
    )
    role = "group" if any(task.get("href") for task in chain) else "img"
    return drawing(width, height, words("Lineage"), f"{told}.", parts, role=role)


def _place(number: int) -> tuple[float, float]:
    row, column = divmod(number, ACROSS)
    return 8 + column * (WIDTH + GAP), 8 + row * (HEIGHT + GAP)


def _card(
    x: float, y: float, task: Mapping[str, Any], words: Callable[[str], str], *, last: bool
) -> str:
    kind = words("fine-tuned") if task["task_type"] == "dl_ft" else words("from scratch")
    area = "" if task.get("auc") is None else f" · AUC {task['auc']:.3f}"
    name = str(task["task_name"] or task["task_id"])
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return "".join(
        [
            box(x, y, WIDTH, HEIGHT, fill=PAPER, stroke=ACCENT if last else LINE, radius=10),
            text(x + 14, y + 25, short, size=14, fill=INK, weight=600),
            text(x + 14, y + 44, str(task["task_id"])),
            text(x + 14, y + 61, f"{kind}{area}"),
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
