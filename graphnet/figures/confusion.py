"""Who is taken for what."""

from collections.abc import Callable, Sequence

from graphnet.figures.drawing import ACCENT, INK, LINE, box, drawing, fitting, text

CELL = 84
LONGEST = 11  # characters of a class name beside a cell


def confusion(
    matrix: Sequence[Sequence[int]], classes: Sequence[object], words: Callable[[str], str] = str
) -> str:
    """Counts (C, C), rows the true classes, by name; each shade is the share of its row."""
    if not matrix:
        return ""
    shown = [fitting(str(name), LONGEST) for name in classes]
    side, left, top = CELL * len(classes), 96, 44
    parts = [
        text(left + side / 2, 16, words("Predicted"), anchor="middle"),
        text(20, top + side / 2, words("True"), anchor="middle", turn=-90),
    ]
    for row, counts in enumerate(matrix):
        y, total = top + CELL * row, sum(counts)
        parts += [
            text(left - 12, y + CELL / 2 + 4, shown[row], anchor="end", fill=INK),
            text(left + CELL * (row + 0.5), top - 10, shown[row], anchor="middle", fill=INK),
        ]
        for column, count in enumerate(counts):
            x, share = left + CELL * column, count / total if total else 0.0
            parts += [
                box(x + 2, y + 2, CELL - 4, CELL - 4, stroke=LINE, radius=6),
                box(x + 2, y + 2, CELL - 4, CELL - 4, fill=ACCENT, radius=6, opacity=0.38 * share),
                text(
                    x + CELL / 2,
                    y + CELL / 2,
                    str(count),
                    anchor="middle",
                    size=20,
                    fill=INK,
                    weight=600,
                ),
                text(x + CELL / 2, y + CELL / 2 + 20, f"{share:.0%}", anchor="middle"),
            ]
    told = "; ".join(
        f"{words('True')} {classes[row]}: "
        + ", ".join(f"{classes[column]} {count}" for column, count in enumerate(counts))
        for row, counts in enumerate(matrix)
    )
    return drawing(left + side + 8, top + side + 8, words("Confusion matrix"), f"{told}.", parts)
