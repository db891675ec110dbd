"""``sgn models`` and ``sgn model``: the architectures, and a trained model's files."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.files import write_all
from service.cli.group import WithDefault
from service.cli.model_import import import_
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.terminal import Column, show_facts, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Architecture

PARAMETERS, MANIFEST = "model.safetensors", "manifest.json"


@click.command(epilog=example("sgn models"))
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
    columns = [Column("Model", whole=True), Column("What it is"), Column("Recommended settings")]
    show_table(columns, [_row(architecture) for architecture in catalogue.models])
    show_heading("Graphs")
    show_facts(catalogue.graphs.items())


def _row(architecture: "Architecture") -> tuple[str, str, str]:
    settings = [f"{key} {value}" for key, value in architecture.settings.items() if key != "model"]
    names = ", ".join((architecture.name, *architecture.aliases))
    return names, architecture.summary, ", ".join(settings)


@click.group(
    cls=WithDefault,
    default="get",
    epilog=example(
        "sgn model TASK20012912454501 -o model/",
        "sgn model import OLD.pth --task TASK19060312000001 --architecture GCN",
    ),
)
def model() -> None:
    """Download the model that a task has trained, or import an old one.

    The default command is 'get'.
    """


@model.command(epilog=example("sgn model get TASK20012912454501 -o model/"))
@task_argument
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help=f"Folder for {PARAMETERS} and {MANIFEST}; created if absent.",
)
@json_option
@url_option
@click.pass_obj
def get(url: str, *, task: str, folder: Path, as_json: bool) -> None:
    """Download the model that a task has trained."""
    with service_at(url) as client:
        manifest, parameters = client.manifest(task), client.model(task)
    if hashlib.sha256(parameters).hexdigest() != manifest.get("parameters_sha256"):
        raise click.ClickException(
            f"The parameters of {task} do not match the SHA-256 in its manifest; nothing was "
            "written. Try again."
        )
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    try:
        write_all(folder, {PARAMETERS: parameters, MANIFEST: text.encode()})
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}.") from error
    files = [str(folder / name) for name in (PARAMETERS, MANIFEST)]
    if as_json:
        show_json({"task_id": task, "files": files})
    else:
        click.echo("\n".join(files))


model.add_command(import_)
