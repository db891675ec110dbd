"""Datasets: ``sgn data add`` and ``sgn data list``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.options import json_option, url_option
from service.cli.terminal import Column, note, show_facts, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Dataset

MOST_FINDINGS = 20


@click.group()
def data() -> None:
    """Bring datasets in and list them."""


@data.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--proj", metavar="ID", required=True, help="The project it belongs to.")
@click.option("--name", help="The dataset's name.  [default: the file's, without its ending]")
@click.option("--user", metavar="ID", default="", help="Who brings it in.")
@json_option
@url_option
@click.pass_obj
def add(url: str, *, file: Path, proj: str, name: str | None, user: str, as_json: bool) -> None:
    """Upload subjects and show what is wrong in them.

    FILE is a CSV or TSV table with a row a subject, a NumPy .npz or MATLAB .mat file, or a folder
    of DPABI's ROI files or BIDS derivatives with a table of its subjects.
    """
    with service_at(url) as client:
        try:
            dataset = client.add_dataset(
                _as_table(file),
                proj_id=proj,
                data_name=file.stem if name is None else name,
                user_id=user,
            )
        except OSError as error:
            raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    if as_json:
        show_json(dataset.facts)
        return
    show_facts(_summary(dataset))
    _show_findings(dataset)


def _as_table(file: Path) -> Path | bytes:
    """A CSV file as it is, anything else as the CSV that says the same."""
    if file.suffix.lower() == ".csv":
        return file
    from graphnet.errors import CohortError  # noqa: PLC0415 - brings NumPy, which a CSV does not need
    from graphnet.readers.files import read_file  # noqa: PLC0415

    try:
        return read_file(file).to_csv(index=False).encode()
    except CohortError as error:
        raise click.ClickException(str(error)) from error


@data.command("list")
@click.option("--proj", metavar="ID", default="", help="Only this project's.")
@json_option
@url_option
@click.pass_obj
def list_datasets(url: str, *, proj: str, as_json: bool) -> None:
    """List datasets with their subjects and measures."""
    with service_at(url) as client:
        datasets = client.datasets(proj)
    if as_json:
        show_json([dataset.facts for dataset in datasets])
        return
    if not datasets:
        note("There is no dataset yet: bring one in with 'sgn data add'.")
        return
    columns = [Column("Dataset", whole=True), Column("Project", whole=True), Column("Holds")]
    show_table(columns, [(each.data_name, each.proj_id, _holds(each)) for each in datasets])


def _holds(dataset: "Dataset") -> str:
    """Such as ``58 subjects (0: 29, 1: 29), 90 regions, GMV, ReHo``: wraps well in two."""
    if dataset.problems:
        return " ".join(dataset.problems)
    classes = f" ({_classes(dataset)})" if dataset.classes else ""
    counts = [
        f"{_number(dataset.subjects)} subjects{classes}",
        f"{_number(dataset.regions)} regions",
    ]
    return ", ".join((*counts, *dataset.measures))


def _summary(dataset: "Dataset") -> Iterator[tuple[str, object]]:
    yield "Dataset", dataset.data_name
    yield "Id", dataset.data_id
    yield "Project", dataset.proj_id
    yield "Subjects", dataset.subjects
    yield "Classes", _classes(dataset)
    yield "Regions", dataset.regions
    yield "Measures", ", ".join(dataset.measures)
    for sentence in (*dataset.problems, *dataset.notes):
        yield "Note", sentence


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


def _classes(dataset: "Dataset") -> str:
    return ", ".join(f"{label}: {count}" for label, count in dataset.classes.items())


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)
