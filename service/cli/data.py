"""Datasets: ``sgn data add``, ``answer``, ``list`` and ``show``."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.described import holds, show_dataset, show_preview
from service.cli.files import file_argument, readable
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
from service.cli.options import dataset_argument, example, json_option, url_option
from service.cli.owner import owner_of, user_option
from service.cli.progress import shown_reading, shown_upload
from service.cli.terminal import Column, note, show_json, show_table
from service.dataset_names import named_after

if TYPE_CHECKING:
    from service.client import Client, Dataset, Preview


@click.group(
    epilog=example(
        "sgn data add patients.csv --proj PROJ1",
        "sgn data add bids/ --proj PROJ1 --map files.ses=baseline",
        "sgn data list",
    )
)
def data() -> None:
    """Bring datasets in, list and show them."""


@data.command(
    epilog=example(
        "sgn data add patients.csv --preview",
        "sgn data add a.csv --proj P1 --map class.positive=SZ --save-map how.json",
        "sgn data add b.csv --proj P1 --mapping how.json",
    )
)
@file_argument
@click.option("--proj", metavar="ID", default="", help="The project it belongs to.")
@click.option("--name", help="The dataset's name.  [default: the file's, without its ending]")
@user_option
@click.option("--preview", is_flag=True, help="Show what was understood; store nothing.")
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
    """Upload subjects and show how they were understood and what is wrong in them.

    FILE is of any kind that docs/data.md lists, or a folder with a file a subject; it is sent as
    it is. Where it can be understood in two ways, a terminal is asked; otherwise the command ends
    with the options that say which is right.
    """
    if not (proj or preview):
        raise click.MissingParameter(param_hint="'--proj'", param_type="option")
    mapping = given_mapping(pairs, mapping_file)
    named = {"proj_id": proj, "data_name": _name_of(file) if name is None else name}
    with service_at(url) as client:
        owner = (user or "") if preview else owner_of(client, proj, user)
        way = _Upload(client, file, named, owner)
        if preview:
            look = partial(show_preview, as_json=as_json)
            seen, mapping = settled(way.preview, mapping, look, upload)
            dataset = seen.dataset
        else:
            dataset, mapping = settled(way.add, mapping, upload=upload)
    save(save_map, dataset.interpretation.answers if dataset.interpretation else mapping)
    if preview:
        show_preview(seen, as_json=as_json)
    else:
        show_dataset(dataset, as_json=as_json)


@data.command(
    epilog=example("sgn data answer patients", "sgn data answer patients --map class.positive=SZ")
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
    """Say how a dataset is meant that NEURO-LEARN has stored and that can be read in two ways."""
    mapping: Mapping[str, str] = given_mapping(pairs, mapping_file)

    def send(answers: Mapping[str, str], _: str) -> "Dataset":
        with shown_reading():
            return client.answer(name, answers)

    with service_at(url) as client:
        mapping = mapping or _answers(client.dataset(name))
        dataset, mapping = settled(send, mapping)
    save(save_map, dataset.interpretation.answers if dataset.interpretation else mapping)
    show_dataset(dataset, as_json=as_json)


@data.command(epilog=example("sgn data show patients"))
@dataset_argument
@json_option
@url_option
@click.pass_obj
def show(url: str, *, name: str, as_json: bool) -> None:
    """Show a dataset: what it holds, how it was read and what is wrong in it."""
    with service_at(url) as client:
        dataset = client.dataset(name)
    show_dataset(dataset, as_json=as_json)


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
    show_table(columns, [(each.data_name, each.proj_id, holds(each)) for each in datasets])


class _Upload:
    """A file on its way: sent once, then named by the id under which the service keeps it."""

    def __init__(self, client: "Client", file: Path, named: Mapping[str, str], user: str) -> None:
        self._client, self._file, self._named, self._user = client, file, dict(named), user

    def add(self, mapping: Mapping[str, str], upload: str) -> "Dataset":
        with readable(self._file), shown_upload(None if upload else self._file) as heard:
            return self._client.add_dataset(
                None if upload else self._file,
                **self._named,
                user_id=self._user,
                mapping=mapping,
                upload=upload,
                on_progress=heard,
            )

    def preview(self, mapping: Mapping[str, str], upload: str) -> "Preview":
        with readable(self._file), shown_upload(None if upload else self._file) as heard:
            return self._client.preview(
                None if upload else self._file,
                **self._named,
                mapping=mapping,
                upload=upload,
                on_progress=heard,
            )


def _answers(dataset: "Dataset") -> Mapping[str, str]:
    """What a terminal answers; elsewhere the command ends with what to add to it."""
    if not dataset.questions:
        raise click.ClickException(
            f"{dataset.data_name} asks nothing; say with --map what is to be read otherwise."
        )
    if not can_ask():
        raise click.ClickException("\n".join(unanswered(dataset.questions, {})))
    return ask(dataset.questions, {})


def _name_of(file: Path) -> str:
    """A file without its endings, a folder as it is called."""
    path = file.resolve()
    return path.name if path.is_dir() else named_after(path.name)
