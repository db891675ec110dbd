"""A dataset and the preview of a file, as a terminal shows them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from service.cli.interpretation import reading_facts, shortened
from service.cli.terminal import Column, note, show_facts, show_heading, show_json, show_table
from service.reading_words import measures_of_file

if TYPE_CHECKING:
    from service.client import Dataset, Preview

MOST_FINDINGS, MOST_MEASURES = 20, 20
STATES = {  # beside "ready", which goes without saying
    "unread": "No worker has read it yet.",
    "asks": "Questions on it are open; answer with 'sgn data answer {name}'.",
    "refused": "It cannot be read. To name a column, say 'sgn data answer {name} --map'.",
}


def show_dataset(dataset: "Dataset", *, as_json: bool) -> None:
    """What it holds, how it was read, what is wrong in it."""
    if as_json:
        show_json(dataset.facts)
        return
    show_facts(_summary(dataset))
    _show_reading(dataset)
    if dataset.state in STATES:
        _show_questions(dataset)
    else:
        _show_findings(dataset)


def show_preview(seen: "Preview", *, as_json: bool) -> None:
    """What a file would be understood as."""
    if as_json:
        known = ("questions", "suggested", "upload")
        open_ones = {name: seen.facts[name] for name in known if seen.facts.get(name)}
        known_so_far = {"dataset": seen.facts.get("dataset"), "preview": seen.facts["preview"]}
        show_json({**known_so_far, **open_ones})
        return
    show_look(seen)
    if seen.facts.get("dataset"):  # of a file with open questions nothing was judged yet
        _show_findings(seen.dataset)
    note("Nothing was stored.")


def show_look(seen: "Preview") -> None:
    """How a file is read, and its first rows."""
    kind = [] if seen.dataset.interpretation else [("Kind", seen.kind)]
    show_facts([*kind, *_summary(seen.dataset)])
    _show_reading(seen.dataset)
    show_heading("First rows")
    columns = [Column(name, spare=place > 0) for place, name in enumerate(seen.columns)]
    show_table(columns, [[_cell(value) for value in row] for row in seen.rows])


def holds(dataset: "Dataset") -> str:
    """Such as ``58 subjects (HC: 29, SZ: 29), 90 regions, GMV, ReHo``: wraps well in two."""
    if dataset.problems:
        return " ".join(dataset.problems)
    if dataset.state in STATES:
        return _state(dataset)
    classes = f" ({_classes(dataset)})" if dataset.classes else ""
    counts = [
        f"{_number(dataset.subjects)} subjects{classes}",
        f"{_number(dataset.regions)} regions",
    ]
    return ", ".join((*counts, *_measures(dataset)))


def _summary(dataset: "Dataset") -> Iterator[tuple[str, object]]:
    yield "Dataset", dataset.data_name
    yield "Id", dataset.data_id
    yield "Project", dataset.proj_id
    yield "User", dataset.user_id
    yield "State", _state(dataset)
    yield "Subjects", dataset.subjects or ""
    yield "Classes", _classes(dataset)
    yield "Regions", _regions(dataset)
    yield "Measures", shortened(_measures(dataset), MOST_MEASURES)
    said = dataset.interpretation.said if dataset.interpretation else ()
    for sentence in (*dataset.problems, *dataset.notes):
        if sentence not in said:
            yield "Note", sentence


def _show_reading(dataset: "Dataset") -> None:
    if dataset.interpretation is not None:
        show_heading("How it was read")
        show_facts(reading_facts(dataset.interpretation))


def _show_questions(dataset: "Dataset") -> None:
    if dataset.questions:
        show_heading("Questions")
        show_facts((question.id, question.sentence) for question in dataset.questions)


def _show_findings(dataset: "Dataset") -> None:
    if not dataset.findings:
        click.echo("\nNo value is missing or unusable.")
        return
    show_heading("Quality")
    columns = [Column("Rule"), Column("Subject"), Column("Measure"), Column("Regions", right=True)]
    shown = dataset.findings[:MOST_FINDINGS]
    show_table(columns, [(item.rule, item.subject, item.measure, item.count) for item in shown])
    if len(dataset.findings) > len(shown):
        click.echo(f"and {len(dataset.findings) - len(shown)} more, which --json lists")
    click.echo()
    met = dict.fromkeys(item.rule for item in dataset.findings)
    show_facts((rule, dataset.rules.get(rule, "")) for rule in met)


def _state(dataset: "Dataset") -> str:
    return STATES.get(dataset.state, "").format(name=dataset.data_name)


def _classes(dataset: "Dataset") -> str:
    return ", ".join(f"{name}: {count}" for name, count in dataset.named_classes.items())


def _regions(dataset: "Dataset") -> str:
    """How many there are, and the first names where they have names."""
    names = dataset.interpretation.regions if dataset.interpretation else ()
    if not names or all(name.isdecimal() for name in names):
        return str(dataset.regions or "")
    return f"{len(names)}: {shortened(names)}"


def _measures(dataset: "Dataset") -> list[str]:
    """The measures by name, and whether there is a connectome."""
    found = measures_of_file(dataset.measures, connectome=dataset.connectome)
    return [*found, *(["connectome"] if dataset.connectome else [])]


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else value


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)
