"""``sgn predict``: predictions of new subjects by a stored model."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.messages import Message, as_one
from service.cli.base.commands import command, option
from service.cli.base.connection import service_at
from service.cli.base.files import STDOUT, file_argument, output_file, readable, write_text
from service.cli.base.language import words
from service.cli.base.options import example, json_option, task_argument, url_option
from service.cli.display.task_display import shown_upload
from service.cli.display.terminal import Column, show_facts, show_heading, show_json, show_table
from service.cli.mapping import given_mapping, mapping_options, settled, upload_option

if TYPE_CHECKING:
    from service.client import Predictions

MOST_REGIONS = 5

Prediction = Mapping[str, Any]


@command(
    epilog=example(
        "sgn predict TASK20012912454501 new.csv",
        "sgn predict TASK20012912454501 new.csv --explain -o predicted.csv",
    ),
    help="help.command-predict",
)
@task_argument
@file_argument
@option(
    "-o",
    "--output",
    "output",
    metavar="FILE.csv",
    type=output_file,
    default=None,
    help="help.option-predict-output",
)
@option("--explain", is_flag=True, help="help.option-explain")
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
    """Predict new subjects by the model of a task."""

    def send(mapping: Mapping[str, str], upload: str) -> "Predictions":
        source = None if upload else file
        with readable(file), shown_upload(source) as report:
            return client.predict(
                task, source, explain=explain, mapping=mapping, upload=upload, on_progress=report
            )

    mapping = given_mapping(pairs, mapping_file)
    with service_at(url) as client:
        predictions, _ = settled(send, mapping, upload=upload)
    if output is not None and not (as_json and output == STDOUT):
        write_text(output, _csv(predictions))
    if as_json:
        show_json(predictions.facts)
    elif output is None:
        _show(predictions)
    elif output != STDOUT:
        click.echo(output)


def _show(predictions: "Predictions") -> None:
    labels = _labels(predictions)
    columns = [
        *(Column(Message("cli.subject"), whole=True), Column(Message("cli.site"), spare=True)),
        Column(Message("cli.predicted")),
    ]
    columns += [
        Column(f"P({_name(predictions, label)})", right=True, whole=True) for label in labels
    ]
    show_table(columns, [_row(predictions, subject, labels) for subject in predictions.predictions])
    _show_explanations(predictions)
    warnings = [("-", warning) for warning in _warnings(predictions.facts)]
    for subject in predictions.predictions:
        warnings += [(str(subject["id"]), warning) for warning in _warnings(subject)]
    if warnings:
        show_heading(Message("cli.warnings"))
        show_facts(warnings)


def _warnings(warned: Mapping[str, Any]) -> Iterable[Message]:
    """The warnings of all subjects or of one; an older service gives sentences alone."""
    from service.client.answers import messages_in  # noqa: PLC0415 - httpx is slow to import

    return messages_in(warned, "warning_messages", "warnings")


def _row(predictions: "Predictions", subject: Prediction, labels: list[str]) -> tuple[object, ...]:
    predicted = (
        _name(predictions, subject["predicted"]) if labels else _number(subject.get("score"))
    )
    probability = subject.get("probability") or {}
    shown = (_number(probability.get(label)) for label in labels)
    return subject["id"], subject.get("site") or "", predicted, *shown


def _show_explanations(predictions: "Predictions") -> None:
    explained = [subject for subject in predictions.predictions if subject.get("explanation")]
    if not explained:
        return
    show_heading(Message("cli.regions-that-contributed"))
    show_facts((subject["id"], _regions(subject, MOST_REGIONS)) for subject in explained)


def _regions(subject: Prediction, most: int | None = None) -> str:
    ranked = sorted(
        subject.get("explanation") or (), key=lambda region: -abs(region["contribution"] or 0.0)
    )
    return ", ".join(
        f"{region.get('name') or region['region']} {region['contribution'] or 0.0:+.3f}"
        for region in ranked[:most]
    )


def _csv(predictions: "Predictions") -> str:
    """A row per subject; no text cell can run as a formula in a spreadsheet."""
    text = io.StringIO()
    labels = _labels(predictions)
    values = [f"probability_{label}" for label in labels] if labels else ["score"]
    writer = csv.writer(text, lineterminator="\n")
    predicted = ["predicted"] if labels else []
    predicted += ["class_name"] if predictions.class_names else []
    writer.writerow(["id", "site", *predicted, *values, "warnings", "explanation"])
    writer.writerows(
        list(_cells(predictions, subject, labels)) for subject in predictions.predictions
    )
    return text.getvalue()


def _cells(predictions: "Predictions", subject: Prediction, labels: list[str]) -> Iterator[object]:
    from graphnet.spreadsheet import safe  # noqa: PLC0415

    yield safe(str(subject["id"]))
    yield safe(str(subject.get("site") or ""))
    if labels:
        yield safe(str(subject["predicted"]))
        if predictions.class_names:
            yield safe(_name(predictions, subject["predicted"]))
        yield from ((subject.get("probability") or {}).get(label) for label in labels)
    else:
        yield subject.get("score")
    warnings = tuple(_warnings(subject))
    yield safe(words(as_one(warnings)) if warnings else "")
    yield safe(_regions(subject))


def _name(predictions: "Predictions", label: object) -> str:
    """The name of a class, or its number if it has none."""
    return predictions.class_names.get(str(label), str(label))


def _labels(predictions: "Predictions") -> list[str]:
    return [str(label) for label in predictions.classes]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
