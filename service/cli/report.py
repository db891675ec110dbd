"""What came of a task, to keep: its report and its predictions."""

import csv
import io
from pathlib import Path

import click

from service.cli.connection import service_at
from service.cli.files import STDOUT, output_file, take_home
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.terminal import show_json


@click.command(
    epilog=example("sgn report TASK20012912454501 -o report.html", "sgn report TASK… -o - | less")
)
@task_argument
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE.html",
    type=output_file,
    required=True,
    help="Where it is written, in the place of an older one; - is standard output.",
)
@click.option("--stored", is_flag=True, help="The report as it was kept, not rendered again.")
@json_option
@url_option
@click.pass_obj
def report(url: str, *, task: str, file: Path, stored: bool, as_json: bool) -> None:
    """Write the report of a task, one HTML page with all that it needs.

    It is rendered again from the stored results.
    """
    with service_at(url) as client:
        page = client.report(task, fresh=not stored)
    _give(task, file, page, "html", as_json=as_json)


@click.command(epilog=example("sgn predictions TASK20012912454501 -o predictions.csv"))
@task_argument
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE.csv",
    type=output_file,
    default=STDOUT,
    help="Where they are written, in the place of an older file.  [default: standard output]",
)
@json_option
@url_option
@click.pass_obj
def predictions(url: str, *, task: str, file: Path, as_json: bool) -> None:
    """Give what a task predicted for its own subjects, as CSV."""
    with service_at(url) as client:
        text = client.predictions_csv(task)
    if as_json and file == STDOUT:
        show_json({"task_id": task, "predictions": list(csv.DictReader(io.StringIO(text)))})
        return
    _give(task, file, text, "csv", as_json=as_json)


def _give(task: str, file: Path, text: str, kind: str, *, as_json: bool) -> None:
    """Write the text, and say where it is, unless it was said itself."""
    if as_json and file == STDOUT:
        show_json({"task_id": task, kind: text})
        return
    take_home(file, text)
    if as_json:
        show_json({"task_id": task, "file": str(file)})
    elif file != STDOUT:
        click.echo(file)
