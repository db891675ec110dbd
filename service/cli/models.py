"""``sgn models``, ``sgn model`` and ``sgn export``: the architectures, a model's files, and MLflow.

``sgn model import`` works by the settings of the environment, not by HTTP.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphnet.messages import Message, first_of
from service.cli.clean import variables_of
from service.cli.commands import WithDefault, command, option
from service.cli.options import (
    datasets,
    example,
    json_option,
    readable,
    service_at,
    task_argument,
    tasks,
    unwritable,
    url_option,
    write_all,
)
from service.cli.terminal import (
    Column,
    Failure,
    failure_of,
    names_listed,
    note,
    say,
    show_facts,
    show_heading,
    show_json,
    show_table,
    words,
    wrong_value,
)
from service.cli.token import home_option

if TYPE_CHECKING:
    from service.client import Architecture, MlflowRun
    from service.local.model_import import ImportedModel, OldModel

ARCHITECTURES = ("GCN", "TopK")
SCALERS = ("none", "fit", "unknown")
AAL90, AAL90_REGIONS = "aal90", 90
MOST_REGIONS = 10_000
MOST_NAMED = 3


@command(
    "import",
    epilog=example(
        "sgn model import OLD.pth --task TASK19060312000001 --architecture GCN \\",
        "    --scaler none --measures GMV,ReHo,ALFF,DC --home ./sgn-home",
    ),
    help="help.command-model-import",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--task", required=True, metavar="TASK", shell_complete=tasks, help="help.option-task")
@option(
    "--architecture",
    type=click.Choice(ARCHITECTURES),
    required=True,
    help="help.option-architecture",
)
@option("--scaler", type=click.Choice(SCALERS), default=None, help="help.option-scaler")
@option("--measures", metavar="A,B,…", default="", help="help.option-measures")
@option("--regions", metavar="aal90|N|FILE", default="", help="help.option-regions")
@option("--classes", metavar="A,B,…", default="", help="help.option-classes")
@option("--graph", metavar="NAME", default="full", show_default=True, help="help.option-graph")
@option(
    "--train-data",
    "train_data",
    metavar="NAME",
    multiple=True,
    shell_complete=datasets,
    help="help.option-train-data",
)
@option("--replace", is_flag=True, help="help.option-replace")
@home_option
@json_option
def import_(*, file: Path, home: Path | None, as_json: bool, **said: Any) -> None:
    """Import the model of a task of the old service, so that it can be fine-tuned here."""
    import asyncio  # noqa: PLC0415 - slow to import
    import os  # noqa: PLC0415

    from actors.settings import ProcessSettingsError  # noqa: PLC0415
    from db.server.errors import DatabaseError  # noqa: PLC0415
    from registry import RegistryError  # noqa: PLC0415
    from service.local.model_import import ImportRefused  # noqa: PLC0415

    old = _old_model(file, said)
    variables = variables_of(home, os.environ)
    try:
        with readable(file):
            imported = asyncio.run(_imported(old, variables))
    except (ProcessSettingsError, DatabaseError, RegistryError, ImportRefused) as error:
        raise failure_of(error) from error
    if as_json:
        show_json(imported.facts)
    else:
        _show(imported)


def _old_model(file: Path, said: Mapping[str, Any]) -> "OldModel":
    from service.local.model_import import OldModel  # noqa: PLC0415 - slow to import

    return OldModel(
        file=file,
        task_id=said["task"],
        architecture=said["architecture"],
        scaler=said["scaler"] or "",
        graph=said["graph"],
        regions=_regions(said["regions"]),
        measures=_names(said["measures"]),
        classes=_names(said["classes"]),
        train_data=said["train_data"],
        replace=said["replace"],
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text.strip() else ()


def _regions(text: str) -> tuple[str, ...]:
    """Region names: numbers from 1 on, or the lines of a file."""
    if not text:
        return ()
    if text.lower() == AAL90 or text.isdecimal():
        count = AAL90_REGIONS if text.lower() == AAL90 else int(text)
        if not 0 < count <= MOST_REGIONS:
            count_wrong = Message("cli.regions-count", most=str(MOST_REGIONS), text=text)
            raise wrong_value("--regions", count_wrong)
        return tuple(map(str, range(1, count + 1)))
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        unknown = Message("cli.regions-unknown", text=repr(text))
        raise wrong_value("--regions", unknown) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if not 0 < len(names) <= MOST_REGIONS:
        count_wrong = Message(
            "cli.regions-in-file", file=text, count=str(len(names)), most=str(MOST_REGIONS)
        )
        raise wrong_value("--regions", count_wrong)
    return names


async def _imported(old: "OldModel", variables: Mapping[str, str]) -> "ImportedModel":
    from actors.settings import read  # noqa: PLC0415 - slow to import
    from db.server.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from registry import UPLOADS, open_store  # noqa: PLC0415
    from service.local.model_import import import_model  # noqa: PLC0415

    uploads = open_store(
        read(variables, "SGN_REGISTRY_URL", str),
        endpoint_url=read(variables, "SGN_S3_ENDPOINT_URL", str, "") or None,
        folder=UPLOADS,
    )
    redis_url = read(variables, "SGN_REDIS_URL", str)
    await open_database(read(variables, "SGN_DATABASE_URL", str))
    try:
        await check_schema()
        return await import_model(old, uploads, redis_url)
    finally:
        await close_database()


def _show(imported: "ImportedModel") -> None:
    show_facts([
        (Message("cli.task"), imported.task_id),
        (Message("cli.model"), imported.architecture),
        (Message("cli.of-regions"), imported.regions),
        (Message("cli.measures"), names_listed(imported.measures)),
        (Message("cli.classes"), names_listed(imported.classes)),
        (Message("cli.not-known"), names_listed(imported.unknown)),
        (Message("cli.parameters"), imported.model_state_path),
    ])  # fmt: skip
    show_heading(Message("cli.done-and-assumed"))
    for warning in imported.warnings:
        say(warning)
    note(Message("cli.how-to-fine-tune", task=imported.task_id))


PARAMETERS, MANIFEST = "model.safetensors", "manifest.json"


@command(epilog=example("sgn models"), help="help.command-models")
@json_option
@url_option
@click.pass_obj
def models(url: str, *, as_json: bool) -> None:
    """List the models that can be trained, with their recommended settings."""
    with service_at(url) as client:
        catalogue = client.models()
    if as_json:
        facts = [architecture.facts for architecture in catalogue.models]
        show_json({"models": facts, "graphs": catalogue.graphs})
        return
    columns = [
        *(Column(Message("cli.model"), whole=True), Column(Message("cli.what-it-is"))),
        Column(Message("cli.recommended-settings")),
    ]
    show_table(columns, [_row(architecture) for architecture in catalogue.models])
    show_heading(Message("cli.graphs"))
    show_facts(catalogue.graphs.items())


def _row(architecture: "Architecture") -> tuple[str, str, str]:
    settings = [f"{key} {value}" for key, value in architecture.settings.items() if key != "model"]
    names = names_listed((architecture.name, *architecture.aliases))
    return names, architecture.summary, names_listed(settings)


@click.group(
    cls=WithDefault,
    default="get",
    epilog=example(
        "sgn model TASK20012912454501 -o model/",
        "sgn model import OLD.pth --task TASK19060312000001 --architecture GCN",
    ),
    help="help.command-model",
)
def model() -> None:
    """Download the model that a task has trained, or import an old one."""


@model.command(
    epilog=example("sgn model get TASK20012912454501 -o model/"), help="help.command-model-get"
)
@task_argument
@option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="help.option-model-get-output",
)
@json_option
@url_option
@click.pass_obj
def get(url: str, *, task: str, folder: Path, as_json: bool) -> None:
    """Download the model that a task has trained."""
    with service_at(url) as client:
        manifest, parameters = client.manifest(task), client.model(task)
    if hashlib.sha256(parameters).hexdigest() != manifest.get("parameters_sha256"):
        raise Failure(Message("cli.parameters-changed", task=task))
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    try:
        write_all(folder, {PARAMETERS: parameters, MANIFEST: text.encode()})
    except OSError as error:
        raise unwritable(folder, error) from error
    files = [str(folder / name) for name in (PARAMETERS, MANIFEST)]
    if as_json:
        show_json({"task_id": task, "files": files})
    else:
        click.echo("\n".join(files))


model.add_command(import_)


@command(
    epilog=example(
        "sgn export TASK20012912454501 --mlflow http://127.0.0.1:5000",
        "sgn export TASK20012912454501 --mlflow http://127.0.0.1:5000 --experiment SZ",
    ),
    help="help.command-export",
)
@task_argument
@option(
    "--mlflow",
    "uri",
    metavar="ADDRESS",
    envvar="MLFLOW_TRACKING_URI",
    show_envvar=True,
    required=True,
    help="help.option-mlflow",
)
@option(
    "--experiment",
    metavar="NAME",
    envvar="MLFLOW_EXPERIMENT_NAME",
    show_envvar=True,
    default="",
    help="help.option-experiment",
)
@option("--no-artifacts", is_flag=True, help="help.option-no-artifacts")
@json_option
@url_option
@click.pass_obj
def export(
    url: str, *, task: str, uri: str, experiment: str, no_artifacts: bool, as_json: bool
) -> None:
    """Show a task in MLflow."""
    with service_at(url) as client:
        run = client.to_mlflow(
            task, tracking_uri=uri, experiment=experiment, artifacts=not no_artifacts
        )
    for reason in run.left_out:
        note(reason)
    if as_json:
        show_json({**asdict(run), "left_out": [words(reason) for reason in run.left_out]})
    else:
        _show_run(run)


def _show_run(run: "MlflowRun") -> None:
    values = {"task": run.task_id, "run": run.run_id, "experiment": run.experiment}
    if run.created:
        say(Message("mlflow.created", **values))
    else:
        say(Message("mlflow.updated", **values))
    if run.not_computed:
        names = first_of(run.not_computed, MOST_NAMED)
        note(Message("mlflow.not-computed", count=len(run.not_computed), names=names))
    click.echo(run.url)
