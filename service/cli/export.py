"""``sgn export``: a task to a system that keeps the experiments of a team."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message, first_of
from service.cli.base.commands import command, option
from service.cli.base.options import example, json_option, service_at, task_argument, url_option
from service.cli.base.terminal import note, say, show_json, words

if TYPE_CHECKING:
    from service.client import MlflowRun

MOST_NAMED = 3


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
        _show(run)


def _show(run: "MlflowRun") -> None:
    values = {"task": run.task_id, "run": run.run_id, "experiment": run.experiment}
    if run.created:
        say(Message("mlflow.created", **values))
    else:
        say(Message("mlflow.updated", **values))
    if run.not_computed:
        names = first_of(run.not_computed, MOST_NAMED)
        note(Message("mlflow.not-computed", count=len(run.not_computed), names=names))
    click.echo(run.url)
