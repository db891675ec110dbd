"""``sgn predict``: what a stored model says of new subjects."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.spreadsheet import safe
from service.cli.connection import service_at
from service.cli.files import STDOUT, file_argument, output_file, readable, take_home
from service.cli.mapping import given_mapping, mapping_options, settled, upload_option
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.progress import shown_upload
from service.cli.terminal import Column, show_facts, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Predictions

MOST_REGIONS = 5

Prediction = Mapping[str, Any]


@click.command(
    epilog=example(
        "sgn predict TASK20012912454501 new.csv",
        "sgn predict TASK20012912454501 new.csv --explain -o predicted.csv",
    )
)
@task_argument
@file_argument
@click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE.csv",
    type=output_file,
    default=None,
    help="Write them as CSV, in the place of an older file; - is standard output.",
)
@click.option("--explain", is_flag=True, help="Say which regions spoke for it.")
@mapping_options
@upload_option
@json_option
@url_option
@click.pass_obj
def predict(
    url: str,
    *,
    task: str,
    file: Path,
    output: Path | None,
    explain: bool,
    pairs: Sequence[str],
    mapping_file: IO[bytes] | None,
    upload: str,
    as_json: bool,
) -> None:
    """Ask the model of a task about new subjects.

    FILE is of any kind that 'sgn data add' takes, or a folder; it needs no labels, and it is not
    kept.
    """

    def send(mapping: Mapping[str, str], upload: str) -> "Predictions":
        source = None if upload else file
        with readable(file), shown_upload(source) as heard:
            return client.predict(
                task, source, explain=explain, mapping=mapping, upload=upload, on_progress=heard
            )

    mapping = given_mapping(pairs, mapping_file)
    with service_at(url) as client:
        found, _ = settled(send, mapping, upload=upload)
    if output is not None and not (as_json and output == STDOUT):
        take_home(output, _csv(found))
    if as_json:
        show_json(found.facts)
    elif output is None:
        _show(found)
    elif output != STDOUT:
        click.echo(output)


def _show(found: "Predictions") -> None:
    labels = _labels(found)
    columns = [Column("Subject", whole=True), Column("Site", spare=True), Column("Predicted")]
    columns += [Column(f"P({_name(found, label)})", right=True, whole=True) for label in labels]
    show_table(columns, [_row(found, item, labels) for item in found.predictions])
    _show_explanations(found)
    warnings = [("", sentence) for sentence in found.warnings]
    for item in found.predictions:
        warnings += [(item["id"], sentence) for sentence in item.get("warnings") or ()]
    if warnings:
        show_heading("Warnings")
        show_facts((subject or "-", sentence) for subject, sentence in warnings)


def _row(found: "Predictions", item: Prediction, labels: list[str]) -> tuple[object, ...]:
    said = _name(found, item["predicted"]) if labels else _number(item.get("score"))
    of_class = item.get("probability") or {}
    shown = (_number(of_class.get(label)) for label in labels)
    return item["id"], item.get("site") or "", said, *shown


def _show_explanations(found: "Predictions") -> None:
    explained = [item for item in found.predictions if item.get("explanation")]
    if not explained:
        return
    show_heading("Regions that mattered most, with what they contributed")
    show_facts((item["id"], _regions(item, MOST_REGIONS)) for item in explained)


def _regions(item: Prediction, most: int | None = None) -> str:
    ranked = sorted(
        item.get("explanation") or (), key=lambda each: -abs(each["contribution"] or 0.0)
    )
    return ", ".join(
        f"{each.get('name') or each['region']} {each['contribution'] or 0.0:+.3f}"
        for each in ranked[:most]
    )


def _csv(found: "Predictions") -> str:
    """A row a subject; no cell of text can run as a formula."""
    text = io.StringIO()
    labels = _labels(found)
    figures = [f"probability_{label}" for label in labels] if labels else ["score"]
    writer = csv.writer(text, lineterminator="\n")
    predicted = ["predicted"] if labels else []
    predicted += ["class_name"] if found.class_names else []
    writer.writerow(["id", "site", *predicted, *figures, "warnings", "explanation"])
    writer.writerows(list(_cells(found, item, labels)) for item in found.predictions)
    return text.getvalue()


def _cells(found: "Predictions", item: Prediction, labels: list[str]) -> Iterator[object]:
    yield safe(str(item["id"]))
    yield safe(str(item.get("site") or ""))
    if labels:
        yield safe(str(item["predicted"]))
        if found.class_names:
            yield safe(_name(found, item["predicted"]))
        yield from ((item.get("probability") or {}).get(label) for label in labels)
    else:
        yield item.get("score")
    yield safe(" ".join(item.get("warnings") or ()))
    yield safe(_regions(item))


def _name(found: "Predictions", label: object) -> str:
    """A class as people call it."""
    return found.class_names.get(str(label), str(label))


def _labels(found: "Predictions") -> list[str]:
    return [str(label) for label in found.classes]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
