"""A dataset and the preview of a file, as a terminal shows them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from service.cli.terminal import Column, note, show_facts, show_heading, show_json, show_table
from service.reading_words import EDGES, SEPARATORS, TRIANGLES, measures_of_file

if TYPE_CHECKING:
    from graphnet.data.interpretation import (
        ClassCoding,
        ConnectomeReading,
        CovariateReading,
        Interpretation,
        MissingCode,
        Question,
        SeriesReading,
        TextFormat,
    )
    from service.client import Dataset, Preview


MOST_FINDINGS, MOST_MEASURES = 20, 20
STATES = {  # besides "ready"
    "unread": "No worker has read it yet.",
    "asks": "It has open questions; answer with 'sgn data answer {name}'.",
    "refused": "It cannot be read; to name its columns, use 'sgn data answer {name} --map'.",
}


def show_dataset(dataset: "Dataset", *, as_json: bool) -> None:
    """Print a dataset: its content, how it was read, what is wrong with it."""
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
    """Print how a file would be read."""
    if as_json:
        optional = ("questions", "suggested", "upload")
        given = {name: seen.facts[name] for name in optional if seen.facts.get(name)}
        always = {"dataset": seen.facts.get("dataset"), "preview": seen.facts["preview"]}
        show_json({**always, **given})
        return
    show_look(seen)
    if seen.facts.get("dataset"):  # a file with open questions has no findings yet
        _show_findings(seen.dataset)
    note("Nothing was stored.")


def show_look(seen: "Preview") -> None:
    """Print how a file is read, and its first rows."""
    kind = [] if seen.dataset.interpretation else [("Kind", seen.kind)]
    show_facts([*kind, *_summary(seen.dataset)])
    _show_reading(seen.dataset)
    show_heading("First rows")
    columns = [Column(name, spare=place > 0) for place, name in enumerate(seen.columns)]
    show_table(columns, [[_cell(value) for value in row] for row in seen.rows])


def holds(dataset: "Dataset") -> str:
    """Such as ``58 subjects (HC: 29, SZ: 29), 90 regions, GMV, ReHo``."""
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
    yield "Description", dataset.description
    yield "Tags", ", ".join(dataset.tags)
    yield "Archived", dataset.archived_at
    yield "Former names", ", ".join(dataset.former_names)
    yield "Subjects", dataset.subjects or ""
    yield "Classes", _classes(dataset)
    yield "Regions", _regions(dataset)
    yield "Measures", shortened(_measures(dataset), MOST_MEASURES)
    assumed = dataset.interpretation.said if dataset.interpretation else ()
    for sentence in (*dataset.problems, *dataset.notes):
        if sentence not in assumed:
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
        click.echo("\nNo values are missing or unusable.")
        return
    show_heading("Quality")
    columns = [Column("Rule"), Column("Subject"), Column("Measure"), Column("Regions", right=True)]
    shown = dataset.findings[:MOST_FINDINGS]
    show_table(columns, [(item.rule, item.subject, item.measure, item.count) for item in shown])
    if len(dataset.findings) > len(shown):
        click.echo(f"and {len(dataset.findings) - len(shown)} more, which --json lists")
    click.echo()
    rules = dict.fromkeys(item.rule for item in dataset.findings)
    show_facts((rule, dataset.rules.get(rule, "")) for rule in rules)


def _state(dataset: "Dataset") -> str:
    return STATES.get(dataset.state, "").format(name=dataset.data_name)


def _classes(dataset: "Dataset") -> str:
    return ", ".join(f"{name}: {count}" for name, count in dataset.named_classes.items())


def _regions(dataset: "Dataset") -> str:
    """Their number, and the first names if they have names."""
    names = dataset.interpretation.regions if dataset.interpretation else ()
    if not names or all(name.isdecimal() for name in names):
        return str(dataset.regions or "")
    return f"{len(names)}: {shortened(names)}"


def _measures(dataset: "Dataset") -> list[str]:
    """The names of the measures, and "connectome" if there is one."""
    names = measures_of_file(dataset.measures, connectome=dataset.connectome)
    return [*names, *(["connectome"] if dataset.connectome else [])]


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else value


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


Facts = Iterator[tuple[str, str]]

MOST_NAMES = 6  # regions and covariates that are named
MOST_UNUSED = 20  # columns and files that were not used


def reading_facts(found: "Interpretation") -> Facts:
    """How the file was read; an empty text is not shown."""
    yield "Kind", _kind(found.kind, found.text)
    yield "Id column", found.id or "none"
    yield "Class column", "" if found.label is None else _coding(found.label)
    yield "Site column", found.site or ""
    yield "Score column", found.score or ""
    yield "Covariates", shortened([_covariate(each) for each in found.covariates])
    yield "Connectome", "" if found.connectome is None else _connectome(found.connectome)
    yield "Series", "" if found.series is None else _series(found.series)
    yield "Atlas", "" if found.atlas is None else str(found.atlas.message)
    yield from (("Not answered", _offered(each)) for each in found.offers)
    yield "Files", pairs(found.files.items())
    yield from (("Missing code", _missing(each)) for each in found.missing)
    yield "Answers", pairs(found.answers.items())
    yield from _unused(found)
    yield from (("Assumed", sentence) for sentence in found.said)


def shortened(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """As ``--map`` takes them."""
    return ", ".join(f"{key}={value}" for key, value in items)


def _kind(kind: str, text: "TextFormat | None") -> str:
    if text is None:
        return kind
    said = [text.encoding, f"{SEPARATORS.get(text.separator, repr(text.separator))} between cells"]
    if text.decimal != ".":
        said.append(f"{text.decimal!r} before decimals")
    return f"{kind} ({', '.join(said)})"


def _coding(label: "ClassCoding") -> str:
    """Such as ``DX_GROUP: 2 = control (0), 1 = autism (1)``: the text, the name, the number."""
    ordered = sorted(label.values.items(), key=lambda each: each[1])
    return f"{label.column}: {', '.join(_class(label, *each) for each in ordered)}"


def _class(label: "ClassCoding", text: str, number: int) -> str:
    name = label.names.get(number, str(number))
    return "".join(
        (text, f" = {name}" if name != text else "", f" ({number})" if name != str(number) else "")
    )


def _covariate(each: "CovariateReading") -> str:
    missing = f", {each.missing} missing" if each.missing else ""
    return f"{each.name} ({each.kind}{missing})"


def _connectome(found: "ConnectomeReading") -> str:
    values, triangle = EDGES.get(found.values, found.values), TRIANGLES.get(found.triangle)
    reason = f": {found.reason}" if found.reason and found.triangle != "series" else ""
    return f"{values}, {triangle or found.triangle}{reason}"


def _series(found: "SeriesReading") -> str:
    least, most = found.least_points, found.most_points
    said = [f"{least} points" if least == most else f"{least} to {most} points", found.orientation]
    said += ["a header row"] if found.header else []
    said += ["an index column"] if found.index else []
    return ", ".join(said)


def _offered(question: "Question") -> str:
    """A question that need not be answered, and with what it is."""
    choices = [f"--map {question.id}={choice.value}" for choice in question.choices]
    return f"{question.sentence} {' or '.join(choices)}"


def _missing(each: "MissingCode") -> str:
    return f"{each.code} in {each.column}, {each.count} times"


def _unused(found: "Interpretation") -> Facts:
    for item in found.left_alone[:MOST_UNUSED]:
        yield "Not used", f"{item.what}: {item.reason}"
    if len(found.left_alone) > MOST_UNUSED:
        yield "Not used", f"and {len(found.left_alone) - MOST_UNUSED} more, which --json lists"
