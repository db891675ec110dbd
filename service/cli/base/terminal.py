"""Prints tables and facts that fit a terminal; in a pipe, lines are plain and not wrapped."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from graphnet.messages import Message
from graphnet.names import status_name
from service.cli.base.language import words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

UNBOUNDED = 1_000_000  # columns: in a pipe nothing is wrapped or cut
GAP = 2  # columns of a terminal between those of a table
STATUS_STYLES: Mapping[Message | str, str] = {
    status_name("Running"): "cyan",
    status_name("Finished"): "green",
    status_name("Failed"): "red",
    status_name("Cancelled"): "yellow",
}


@dataclass(frozen=True)
class Column:
    """A table's column; a ``whole`` one is never wrapped, so that an id can be copied.

    A ``spare`` one is left out if the terminal is too narrow. ``styles`` are those of its texts.
    """

    title: Message | str
    right: bool = False
    whole: bool = False
    spare: bool = False
    styles: Mapping[Message | str, str] = field(default_factory=dict)


def plain(value: object) -> str:
    """A message or a text, without control characters, which could steer the terminal."""
    text = words(value) if isinstance(value, Message) else str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def show_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with a title per column."""
    _show(columns, rows, titled=True)


def show_facts(facts: Iterable[tuple[Message | str, object]]) -> None:
    """Print names with their values, without empty ones."""
    columns = [Column("", whole=True), Column("", styles=STATUS_STYLES)]
    _show(columns, [fact for fact in facts if fact[1] not in ("", None)], titled=False)


def show_heading(text: Message | str) -> None:
    """Print a heading after an empty line."""
    click.echo(f"\n{click.style(plain(text), bold=True)}")


def show_json(value: Any) -> None:
    """Print JSON for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say(sentence: Message) -> None:
    """Print a sentence on stdout."""
    click.echo(plain(sentence))


def note(sentence: Message | str) -> None:
    """Print a sentence on stderr."""
    click.echo(plain(sentence), err=True)


def _show(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, titled: bool) -> None:
    console = _console()
    values = [list(row) for row in rows]
    cells = [[plain(value) for value in row] for row in values]
    sizes = [_size(column, texts) for column, texts in _texts(columns, cells)]
    kept = _kept(columns, sizes, console.width)
    widths = _widths([sizes[place] for place in kept], console.width - GAP * (len(kept) - 1))
    table = _table([columns[place] for place in kept], widths, titled=titled)
    for row, texts in zip(values, cells, strict=True):
        table.add_row(*(_cell(columns[place], row[place], texts[place]) for place in kept))
    # It is better that the terminal wraps a line than that an id is cut.
    console.width = sum(widths) + GAP * len(kept)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _texts(
    columns: Sequence[Column], cells: Sequence[Sequence[str]]
) -> Iterator[tuple[Column, list[str]]]:
    """Each column with all its texts, including its title."""
    for place, column in enumerate(columns):
        yield column, [plain(column.title), *(row[place] for row in cells)]


def _size(column: Column, texts: Sequence[str]) -> tuple[int, int]:
    """The least width that cuts no word, and the greatest useful one."""
    from rich.cells import cell_len  # noqa: PLC0415 - slow to import

    most = max(map(cell_len, texts))
    if column.whole:
        return most, most
    return max((cell_len(word) for text in texts for word in text.split()), default=0), most


def _kept(columns: Sequence[Column], sizes: Sequence[tuple[int, int]], room: int) -> list[int]:
    """The places of the columns that fit; a note names the others."""
    kept, left = list(range(len(columns))), []
    while sum(sizes[place][0] + GAP for place in kept) - GAP > room:
        spare = [place for place in kept if columns[place].spare]
        if not spare:
            break
        kept.remove(spare[-1])
        left.append(columns[spare[-1]].title)
    if left:
        note(Message("cli.too-narrow", columns=left[::-1]))
    return kept


def _widths(sizes: Sequence[tuple[int, int]], room: int) -> list[int]:
    """The useful widths; if there is less room, the narrowest columns grow first."""
    if sum(most for _, most in sizes) <= room:
        return [most for _, most in sizes]
    widths = [least for least, _ in sizes]
    for _ in range(room - sum(widths)):
        growing = [place for place, (_, most) in enumerate(sizes) if widths[place] < most]
        narrowest = min(growing, key=lambda place: (widths[place], -place))
        widths[narrowest] += 1
    return widths


def _table(columns: Sequence[Column], widths: Sequence[int], *, titled: bool) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=titled)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            Text(plain(column.title)),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            overflow="fold",
            width=width,
        )
    return table


def _cell(column: Column, value: object, text: str) -> Any:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    style = column.styles.get(value, "") if isinstance(value, (Message, str)) else ""
    return Text(text, style=style)


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - slow to import

    if sys.stdout.isatty():
        return Console()
    return Console(force_terminal=False, color_system=None, width=UNBOUNDED)
