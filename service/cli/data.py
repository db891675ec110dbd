"""Datasets: ``sgn data add``, ``answer``, ``list`` and ``show``."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from db.texts import named_after
from graphnet.messages import Message
from service.cli.commands import group, option
from service.cli.dataset_display import holds, show_dataset, show_preview
from service.cli.mapping import (
    ask,
    can_ask,
    given_mapping,
    mapping_options,
    save,
    save_option,
    settled,
    unanswered,
    upload_option,
)
from service.cli.options import (
    dataset_argument,
    example,
    file_argument,
    json_option,
    readable,
    service_at,
    url_option,
)
from service.cli.task_display import shown_reading, shown_upload
from service.cli.terminal import Column, Failure, note, show_json, show_table, words
from service.environment import USER_ID

if TYPE_CHECKING:
    from service.client import Client, Dataset, Preview


user_option = option(
    "--user",
    metavar="ID",
    envvar=USER_ID,
    show_envvar=True,
    help="help.option-user",
)


@group(
    epilog=example(
        "sgn data add patients.csv --proj PROJ1",
        "sgn data add bids/ --proj PROJ1 --map files.ses=baseline",
        "sgn data list",
    ),
    help="help.command-data",
)
def data() -> None:
    """Upload, list, show, change and delete datasets."""


@data.command(
    epilog=example(
        "sgn data add patients.csv --preview",
        "sgn data add a.csv --proj P1 --map class.positive=SZ --save-map how.json",
        "sgn data add b.csv --proj P1 --mapping how.json",
    ),
    help="help.command-data-add",
)
@file_argument
@option("--proj", metavar="ID", default="", help="help.option-data-add-proj")
@option("--name", metavar="NAME", help="help.option-name")
@user_option
@option("--preview", is_flag=True, help="help.option-preview")
@mapping_options
@save_option
@upload_option
@json_option
@url_option
@click.pass_obj
def add(
    url: str,
    *,
    file: Path,
    proj: str,
    name: str | None,
    user: str | None,
    preview: bool,
    pairs: Sequence[str],
    mapping_file: IO[bytes] | None,
    save_map: Path | None,
    upload: str,
    as_json: bool,
) -> None:
    """Upload subjects; show how the file was read and what is wrong with the data."""
    if not (proj or preview):
        raise click.MissingParameter(param_hint="'--proj'", param_type="option")
    mapping = given_mapping(pairs, mapping_file)
    named = {"proj_id": proj, "data_name": _name_of(file) if name is None else name}
    with service_at(url) as client:
        owner = (user or "") if preview else owner_of(client, proj, user)
        sender = _Upload(client, file, named, owner)
        if preview:
            look = partial(show_preview, as_json=as_json)
            seen, mapping = settled(sender.preview, mapping, look, upload)
            dataset = seen.dataset
        else:
            dataset, mapping = settled(sender.add, mapping, upload=upload)
    save(save_map, dataset.interpretation.answers if dataset.interpretation else mapping)
    if preview:
        show_preview(seen, as_json=as_json)
    else:
        show_dataset(dataset, as_json=as_json)


@data.command(
    epilog=example("sgn data answer patients", "sgn data answer patients --map class.positive=SZ"),
    help="help.command-data-answer",
)
@dataset_argument
@mapping_options
@save_option
@json_option
@url_option
@click.pass_obj
def answer(
    url: str,
    *,
    name: str,
    pairs: Sequence[str],
    mapping_file: IO[bytes] | None,
    save_map: Path | None,
    as_json: bool,
) -> None:
    """Say how to read a stored dataset that can be read in more than one way."""
    mapping: Mapping[str, str] = given_mapping(pairs, mapping_file)

    def send(answers: Mapping[str, str], _: str) -> "Dataset":
        with shown_reading():
            return client.answer(name, answers)

    with service_at(url) as client:
        mapping = mapping or _answers(client.dataset(name))
        dataset, mapping = settled(send, mapping)
    save(save_map, dataset.interpretation.answers if dataset.interpretation else mapping)
    show_dataset(dataset, as_json=as_json)


@data.command(epilog=example("sgn data show patients"), help="help.command-data-show")
@dataset_argument
@json_option
@url_option
@click.pass_obj
def show(url: str, *, name: str, as_json: bool) -> None:
    """Show a dataset: its content, how it was read and what is wrong with it."""
    with service_at(url) as client:
        dataset = client.dataset(name)
    show_dataset(dataset, as_json=as_json)


@data.command("list", epilog=example("sgn data list --proj PROJ1"), help="help.command-data-list")
@option("--proj", metavar="ID", default="", help="help.option-proj")
@option("--tag", metavar="TAG", default="", help="help.option-tag-only")
@option("--archived", is_flag=True, help="help.option-archived")
@json_option
@url_option
@click.pass_obj
def list_datasets(url: str, *, proj: str, tag: str, archived: bool, as_json: bool) -> None:
    """List datasets with their subjects and measures."""
    with service_at(url) as client:
        datasets = client.datasets(proj, tag=tag, archived=archived)
    if as_json:
        show_json([dataset.facts for dataset in datasets])
        return
    if not datasets:
        note(Message("cli.no-datasets-tagged", tag=tag) if tag else Message("cli.no-datasets"))
        return
    columns = [
        *(Column(Message("cli.dataset"), whole=True), Column(Message("cli.project"), whole=True)),
        Column(Message("cli.holds")),
    ]
    show_table(
        columns, [(dataset.data_name, dataset.proj_id, holds(dataset)) for dataset in datasets]
    )


class _Upload:
    """An upload: the file is sent once, then named by the id under which the service keeps it."""

    def __init__(self, client: "Client", file: Path, named: Mapping[str, str], user: str) -> None:
        self._client, self._file, self._named, self._user = client, file, dict(named), user

    def add(self, mapping: Mapping[str, str], upload: str) -> "Dataset":
        with readable(self._file), shown_upload(None if upload else self._file) as report:
            return self._client.add_dataset(
                None if upload else self._file,
                **self._named,
                user_id=self._user,
                mapping=mapping,
                upload=upload,
                on_progress=report,
            )

    def preview(self, mapping: Mapping[str, str], upload: str) -> "Preview":
        with readable(self._file), shown_upload(None if upload else self._file) as report:
            return self._client.preview(
                None if upload else self._file,
                **self._named,
                mapping=mapping,
                upload=upload,
                on_progress=report,
            )


def _answers(dataset: "Dataset") -> Mapping[str, str]:
    """Ask on a terminal; elsewhere the command ends and lists the options to add."""
    offers = dataset.interpretation.offers if dataset.interpretation else ()
    questions = dataset.questions or offers
    if not questions:
        raise Failure(Message("cli.no-open-questions", dataset=dataset.data_name))
    if not can_ask():
        raise Failure(*unanswered(questions, {}))
    return ask(questions, {})


def _name_of(file: Path) -> str:
    """The name of a file without its endings, or of a folder."""
    path = file.resolve()
    return path.name if path.is_dir() else named_after(path.name)


def owner_of(client: "Client", proj_id: str, named: str | None) -> str:
    """The user who was ``named``, else the one who owns all of the project's newest datasets.

    If there is no such user, the command asks on a terminal; elsewhere it ends, unless no
    NEURO-LEARN shares the service's database. Raises Failure.
    """
    if named is not None:
        return named.strip()
    owners = client.owners(proj_id)
    if len(owners.user_ids) == 1:
        (only,) = owners.user_ids
        note(Message("cli.user-is", user=only))
        return only
    if not owners.needed:
        return ""
    if not can_ask():
        raise Failure(Message("cli.user-needed"))
    question = Message("cli.which-user")
    if owners.user_ids:
        question = Message("cli.which-user-of", users=owners.user_ids)
    return str(click.prompt(words(question), err=True)).strip()
