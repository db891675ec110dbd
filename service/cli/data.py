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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--proj", metavar="ID", required=True, help="The project it belongs to.")
@click.option("--name", help="The dataset's name.  [default: the file's, without its ending]")
@click.option("--user", metavar="ID", default="", help="Who brings it in.")
@json_option
@url_option
@click.pass_obj
def add(url: str, *, file: Path, proj: str, name: str | None, user: str, as_json: bool) -> None:
    """Upload a CSV file, one row a subject, and show what is wrong in it."""
    with service_at(url) as client:
        try:
            dataset = client.add_dataset(
                file, proj_id=proj, data_name=file.stem if name is None else name, user_id=user
            )
        except OSError as error:
            raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    if as_json:
        show_json(dataset.facts)
        return
    show_facts(_summary(dataset))
    _show_findings(dataset)


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
    columns = [
        *(Column("Dataset"), Column("Project", whole=True)),
        *(Column("Subjects", right=True), Column("Classes")),
        *(Column("Regions", right=True), Column("Measures")),
    ]
    show_table(columns, [_row(dataset) for dataset in datasets])


def _row(dataset: "Dataset") -> list[object]:
    holds = [_number(dataset.subjects), _classes(dataset), _number(dataset.regions)]
    return [dataset.data_name, dataset.proj_id, *holds, _measures(dataset)]


def _summary(dataset: "Dataset") -> Iterator[tuple[str, object]]:
    yield "Dataset", dataset.data_name
    yield "Id", dataset.data_id
    yield "Project", dataset.proj_id
    yield "Subjects", _number(dataset.subjects)
    yield "Classes", _classes(dataset)
    yield "Regions", _number(dataset.regions)
    yield "Measures", _measures(dataset)
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


def _measures(dataset: "Dataset") -> str:
    return "cannot be used" if dataset.problems else ", ".join(dataset.measures)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
