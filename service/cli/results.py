"""The results of tasks: report, predictions, comparison; and predictions of new subjects."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.evaluation.headline import seen_in_training, shared_by_leakage
from graphnet.messages import ENGLISH, Message, as_one
from graphnet.names import ACROSS, SPLITS, split_name
from service.api.comparison_view import FEWEST_COMPARED, MOST_COMPARED
from service.api.views import PredictionView
from service.cli.commands import command, option
from service.cli.mapping import given_mapping, mapping_options, settled, upload_option
from service.cli.options import (
    STDOUT,
    example,
    file_argument,
    json_option,
    output_file,
    readable,
    service_at,
    task_argument,
    tasks,
    url_option,
    write_text,
)
from service.cli.task_display import compared_titles, metric_cell, shown_upload
from service.cli.terminal import (
    Column,
    WrongUsage,
    chosen_language,
    given_language,
    names_listed,
    note,
    show_facts,
    show_heading,
    show_json,
    show_table,
    words,
)
from service.cli.together_display import show_sums

if TYPE_CHECKING:
    from service.api.comparison_view import TogetherView
    from service.client import Client, Predictions, Task


@command(
    epilog=example("sgn report TASK20012912454501 -o report.html", "sgn report TASK… -o - | less"),
    help="help.command-report",
)
@task_argument
@option(
    "-o",
    "--output",
    "file",
    metavar="FILE.html",
    type=output_file,
    required=True,
    help="help.option-report-output",
)
@option("--stored", is_flag=True, help="help.option-report-stored")
@json_option
@url_option
@click.pass_obj
def report(url: str, *, task: str, file: Path, stored: bool, as_json: bool) -> None:
    """Write the report of a task, a self-contained HTML page."""
    if stored and given_language() not in (None, ENGLISH):
        raise WrongUsage(Message("cli.stored-report-is-english"))
    language = ENGLISH if stored else chosen_language()
    with service_at(url) as client:
        page = client.report(task, fresh=not stored, language=language)
    _give(task, file, page, "html", as_json=as_json)


@command(
    epilog=example("sgn predictions TASK20012912454501 -o predictions.csv"),
    help="help.command-predictions",
)
@task_argument
@option(
    "-o",
    "--output",
    "file",
    metavar="FILE.csv",
    type=output_file,
    default=STDOUT,
    help="help.option-predictions-output",
)
@json_option
@url_option
@click.pass_obj
def predictions(url: str, *, task: str, file: Path, as_json: bool) -> None:
    """Write a task's predictions of its own subjects, as CSV."""
    with service_at(url) as client:
        text = client.predictions_csv(task)
    if as_json and file == STDOUT:
        show_json({"task_id": task, "predictions": list(csv.DictReader(io.StringIO(text)))})
        return
    _give(task, file, text, "csv", as_json=as_json)


def _give(task: str, file: Path, text: str, kind: str, *, as_json: bool) -> None:
    """Write the text and print its path, or print the text itself."""
    if as_json and file == STDOUT:
        show_json({"task_id": task, kind: text})
        return
    write_text(file, text)
    if as_json:
        show_json({"task_id": task, "file": str(file)})
    elif file != STDOUT:
        click.echo(file)


@command(
    epilog=example("sgn compare TASK20012912454501 TASK20012912454502 --split test"),
    help="help.command-compare",
)
@click.argument("compared", metavar="TASK...", nargs=-1, required=True, shell_complete=tasks)
@option("--split", type=click.Choice(SPLITS), help="help.option-split")
@json_option
@url_option
@click.pass_obj
def compare(url: str, *, compared: tuple[str, ...], split: str | None, as_json: bool) -> None:
    """Show the metrics of several tasks side by side."""
    with service_at(url) as client:
        chosen = [client.task(task_id) for task_id in dict.fromkeys(compared)]
        sums = _sums(client, chosen)
    available = shared_by_leakage([seen_in_training(task.result) for task in chosen])
    splits = [name for name in available if split in (None, name)]
    wanted = (*splits, ACROSS) if split is None else splits
    together = [added for added in sums if added.split in wanted]
    if as_json:
        show_json([_as_json(task, splits) | _sums_json(task, together) for task in chosen])
        return
    for name in splits:
        _show_split(chosen, name)
    show_sums(together, {task.task_id: task.task_name or task.task_id for task in chosen})
    if not splits:
        note(Message("cli.nothing-to-compare"))
    _warn(chosen, splits)


def _sums(client: "Client", compared: Sequence["Task"]) -> Sequence["TogetherView"]:
    """What each two say together; nothing where the service adds none of them up."""
    from service.client import ClientError  # noqa: PLC0415 - httpx is slow to import
    from service.client.answers import PREDECESSOR  # noqa: PLC0415

    ended = [
        task.task_id for task in compared if task.result.measured and task.owner != PREDECESSOR
    ]
    if not FEWEST_COMPARED <= len(ended) <= MOST_COMPARED:
        return ()
    try:
        return client.compare(*ended).together
    except ClientError as error:  # the metrics are shown nevertheless
        note(error.message)
        return ()


def _sums_json(task: "Task", sums: Sequence["TogetherView"]) -> dict[str, Any]:
    """Those of which the task is the first."""
    return {"together": [added.as_dict() for added in sums if added.first == task.task_id]}


def _show_split(compared: Sequence["Task"], split: str) -> None:
    """A row per task; one that has no such subjects has no metrics."""
    metrics = [task.result.metrics.get(split) for task in compared]
    titles = compared_titles([measured for measured in metrics if measured is not None])
    show_heading(Message("cli.metrics-of-split", split=split_name(split)))
    columns = [
        *(Column(Message("cli.task"), whole=True), Column(Message("cli.name"), spare=True)),
        Column(Message("cli.model"), spare=True),
    ]
    columns += [Column(title, spare=name == "n") for name, title in titles.items()]
    show_table(
        columns,
        [
            (
                *(task.task_id, task.task_name, _model(task)),
                *(metric_cell(measured, name) for name in titles),
            )
            for task, measured in zip(compared, metrics, strict=True)
        ],
    )


def _warn(compared: Sequence["Task"], splits: Sequence[str]) -> None:
    """Metrics of different subjects cannot be compared; those of training subjects mislead."""
    for split in splits:
        for task in compared if split != "train" else ():
            _warn_of_leakage(task, split)
        datasets = {str(_data(task, split)) for task in compared if split in task.result.measured}
        if len(datasets) > 1:
            note(Message("cli.different-datasets", split=split_name(split)))


def _warn_of_leakage(task: "Task", split: str) -> None:
    counts = seen_in_training(task.result)
    named = {"split": split_name(split), "task": task.task_id}
    if split in counts and counts[split] is None:
        note(Message("cli.leakage-unknown", **named))
    elif counts.get(split):
        note(Message("cli.leakage", **named, count=counts[split]))


def _data(task: "Task", split: str) -> list[str]:
    """The datasets of a split; a cross-validation uses those of the training."""
    names = task.task_config.get(f"{split}_data" if split in ("val", "test") else "train_data")
    return sorted(map(str, names)) if isinstance(names, list) else [str(names)]


def _as_json(task: "Task", splits: Sequence[str]) -> dict[str, Any]:
    result = task.task_result
    stored = result.get("metrics") if result else None
    return {
        "task_id": task.task_id,
        "task_name": task.task_name,
        "task_status": task.task_status,
        "metrics": {name: stored[name] for name in splits if stored.get(name)} if stored else {},
    }


def _model(task: "Task") -> str:
    names = task.task_config.get("model") or ""
    return names_listed(map(str, names if isinstance(names, list) else [names]))


MOST_REGIONS = 5


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
        _show_predictions(predictions)
    elif output != STDOUT:
        click.echo(output)


def _show_predictions(predictions: "Predictions") -> None:
    labels = _labels(predictions)
    columns = [
        *(Column(Message("cli.subject"), whole=True), Column(Message("cli.site"), spare=True)),
        Column(Message("cli.predicted")),
    ]
    columns += [
        Column(f"P({_class_title(predictions, label)})", right=True, whole=True) for label in labels
    ]
    show_table(
        columns,
        [_predicted_row(predictions, subject, labels) for subject in predictions.subjects],
    )
    _show_explanations(predictions)
    warnings = [("-", warning) for warning in _warnings(predictions.facts)]
    for subject in predictions.subjects:
        warnings += [(subject.id, warning) for warning in _warnings(vars(subject))]
    if warnings:
        show_heading(Message("cli.warnings"))
        show_facts(warnings)


def _warnings(warned: Mapping[str, Any]) -> Iterable[Message]:
    """The warnings of all subjects or of one; an older service gives sentences alone."""
    from service.client.answers import messages_in  # noqa: PLC0415 - httpx is slow to import

    return messages_in(warned, "warning_messages", "warnings")


def _predicted_row(
    predictions: "Predictions", subject: PredictionView, labels: list[str]
) -> tuple[object, ...]:
    predicted = (
        _class_title(predictions, subject.predicted) if labels else _shown_number(subject.score)
    )
    shown = (_shown_number(subject.probability.get(label)) for label in labels)
    return subject.id, subject.site, predicted, *shown


def _show_explanations(predictions: "Predictions") -> None:
    explained = [subject for subject in predictions.subjects if subject.explanation]
    if not explained:
        return
    show_heading(Message("cli.regions-that-contributed"))
    show_facts((subject.id, _regions(subject, MOST_REGIONS)) for subject in explained)


def _regions(subject: PredictionView, most: int | None = None) -> str:
    ranked = sorted(subject.explanation, key=lambda region: -abs(region["contribution"] or 0.0))
    return names_listed(
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
    writer.writerows(list(_cells(predictions, subject, labels)) for subject in predictions.subjects)
    return text.getvalue()


def _cells(
    predictions: "Predictions", subject: PredictionView, labels: list[str]
) -> Iterator[object]:
    from graphnet.disk import safe  # noqa: PLC0415

    yield safe(str(subject.id))
    yield safe(str(subject.site))
    if labels:
        yield safe(str(subject.predicted))
        if predictions.class_names:
            yield safe(_class_title(predictions, subject.predicted))
        yield from map(subject.probability.get, labels)
    else:
        yield subject.score
    warnings = tuple(_warnings(vars(subject)))
    yield safe(words(as_one(warnings)) if warnings else "")
    yield safe(_regions(subject))


def _class_title(predictions: "Predictions", label: object) -> str:
    """The name of a class, or its number if it has none."""
    return predictions.class_names.get(str(label), str(label))


def _labels(predictions: "Predictions") -> list[str]:
    return [str(label) for label in predictions.classes]


def _shown_number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
