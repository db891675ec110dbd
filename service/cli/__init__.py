"""The ``sgn`` command. It starts fast: what only one command needs, that command imports."""

import click

from service.cli import (
    clean,
    compare,
    completion,
    data,
    doctor,
    log,
    models,
    predict,
    processes,
    report,
    submit,
    tasks,
    token,
    version,
    watch,
)
from service.cli.group import Sgn
from service.environment import DEFAULT_URL, URL

EXIT_STATUS = """\b
Exit status:
  0    success
  1    failed, with a sentence on stderr
  2    a wrong command line
  130  interrupted
"""


@click.group(
    cls=Sgn,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_STATUS,
)
@click.option(
    "--url",
    envvar=URL,
    default=DEFAULT_URL,
    show_default=True,
    show_envvar=True,
    help="Where the service is.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=version.show_version,
    help="Show the version and exit.",
)
@click.pass_context
def main(context: click.Context, url: str) -> None:
    """Train classifiers of brain networks, look at them, and take them home."""
    context.obj = url


main.add_section("Begin", (processes.up, processes.demo))
main.add_section("Data", (data.data,))
main.add_section(
    "Tasks",
    (submit.submit, tasks.tasks, tasks.show, watch.watch, log.log, tasks.cancel, tasks.retry),
)
main.add_section("Results", (report.report, report.predictions, compare.compare, tasks.lineage))
main.add_section("Models", (models.models, models.model, predict.predict))
main.add_section(
    "For operators",
    (processes.serve, processes.worker, processes.migrate, token.token, doctor.doctor, clean.clean),
)
main.add_section("The command itself", (completion.completion, version.version))
