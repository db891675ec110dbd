"""What a command prints: tables and facts that fit a terminal, plain whole lines in a pipe."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

UNBOUNDED = 1_000_000  # columns: in a pipe nothing is wrapped or cut
STATUS_STYLES = {"Running": "cyan", "Finished": "green", "Failed": "red", "Cancelled": "yellow"}


@dataclass(frozen=True)
class Column:
    """A table's column; one that is ``whole`` is never wrapped: an id is there to be copied.

    One that is ``spare`` is left out where a terminal is too narrow for it.
    """

    title: str
    right: bool = False
    whole: bool = False
    spare: bool = False
    styles: Mapping[str, str] = field(default_factory=dict)


def plain(value: object) -> str:
    """Text that cannot steer a terminal: what came from elsewhere may hold control characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in str(value))


def show_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with its titles."""
    _show(columns, rows, titled=True)


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names with their values, leaving out what is empty."""
    columns = [Column("", whole=True), Column("", styles=STATUS_STYLES)]
    _show(columns, [fact for fact in facts if fact[1] not in ("", None)], titled=False)


def show_heading(text: str) -> None:
    """Print the heading of what follows, after an empty line."""
    click.echo(f"\n{click.style(plain(text), bold=True)}")


def show_json(value: Any) -> None:
    """Print JSON for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def note(sentence: str) -> None:
    """Say something beside the result, on stderr."""
    click.echo(plain(sentence), err=True)


def _show(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, titled: bool) -> None:
    console, cells = _console(), [list(row) for row in rows]
    table = _table(columns, cells, titled=titled)
    while _least(console, table) > console.width and any(column.spare for column in columns):
        last = max(place for place, column in enumerate(columns) if column.spare)
        columns = [*columns[:last], *columns[last + 1 :]]
        cells = [[*row[:last], *row[last + 1 :]] for row in cells]
        table = _table(columns, cells, titled=titled)
    # Rather lines that the terminal breaks than an id that is cut.
    console.width = max(console.width, _least(console, table))
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _least(console: "Console", table: "Table") -> int:
    """How many columns of a terminal the table needs."""
    unbounded = console.options.update(max_width=UNBOUNDED)
    return console.measure(table, options=unbounded).minimum


def _table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, titled: bool) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=titled)
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(column, value) for column, value in zip(columns, row, strict=True)))
    return table


def _cell(column: Column, value: object) -> Any:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    text = plain(value)
    return Text(text, style=column.styles.get(text, ""))


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - slow to import

    if sys.stdout.isatty():
        return Console()
    return Console(force_terminal=False, color_system=None, width=UNBOUNDED)
