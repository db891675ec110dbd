"""Datasets: ``sgn data add``, ``sgn data list`` and ``sgn data show``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.files import as_table, kind_of, size_of, table_argument
from service.cli.options import dataset_argument, example, json_option, url_option
from service.cli.progress import shown_upload
from service.cli.terminal import Column, note, show_facts, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Dataset, Preview

MOST_FINDINGS = 20


@click.group(epilog=example("sgn data add patients.csv --proj PROJ1", "sgn data list"))
def data() -> None:
    """Bring datasets in, list and show them."""


@data.command(
    epilog=example("sgn data add patients.csv --proj PROJ1", "sgn data add patients.csv --preview")
)
@table_argument
@click.option("--proj", metavar="ID", default="", help="The project it belongs to.")
@click.option("--name", help="The dataset's name.  [default: the file's, without its ending]")
@click.option("--user", metavar="ID", default="", help="Who brings it in.")
@click.option("--preview", is_flag=True, help="Show what was understood; store nothing.")
@json_option
@url_option
@click.pass_obj
def add(
    url: str,
    *,
    file: Path,
    proj: str,
    name: str | None,
    user: str,
    preview: bool,
    as_json: bool,
) -> None:
    """Upload subjects and show what is wrong in them.

    FILE is a CSV or TSV table with a row a subject, a NumPy .npz or MATLAB .mat file, or a folder
    of DPABI's ROI files or BIDS derivatives with a table of its subjects.
    """
    if not (proj or preview):
        raise click.MissingParameter(param_hint="'--proj'", param_type="option")
    table = as_table(file)
    named = {"proj_id": proj, "data_name": file.stem if name is None else name}
    with service_at(url) as client, shown_upload(file.name, size_of(table)) as sent:
        try:
            if preview:
                seen = client.preview(table, **named, on_progress=sent)
            else:
                dataset = client.add_dataset(table, **named, user_id=user, on_progress=sent)
        except OSError as error:
            raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    if preview:
        _show_preview(seen, seen.kind if table == file else kind_of(file), as_json=as_json)
    else:
        _show_dataset(dataset, as_json=as_json)


@data.command(epilog=example("sgn data show patients"))
@dataset_argument
@json_option
@url_option
@click.pass_obj
def show(url: str, *, name: str, as_json: bool) -> None:
    """Show a dataset: what it holds and what is wrong in it."""
    with service_at(url) as client:
        dataset = client.dataset(name)
    _show_dataset(dataset, as_json=as_json)


@data.command("list", epilog=example("sgn data list --proj PROJ1"))
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


def _show_dataset(dataset: "Dataset", *, as_json: bool) -> None:
    if as_json:
        show_json(dataset.facts)
        return
    show_facts(_summary(dataset))
    _show_findings(dataset)


def _show_preview(seen: "Preview", kind: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"dataset": seen.dataset.facts, "preview": seen.facts["preview"]})
        return
    show_facts([("Kind", kind), *_summary(seen.dataset)])
    show_heading("First rows")
    columns = [Column(name, spare=place > 0) for place, name in enumerate(seen.columns)]
    show_table(columns, [[_cell(value) for value in row] for row in seen.rows])
    _show_findings(seen.dataset)
    note("Nothing was stored.")


def _cell(value: object) -> object:
    return "" if value is None else value


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
