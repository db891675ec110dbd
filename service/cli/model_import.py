"""``sgn model import``: an old service's model; it works by the settings of the environment."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actors.names import Names
from actors.reading.uploads import FACTS, PART_BYTES, Upload, new_id, part_name
from actors.rpc import OLD_MODEL, READ_ACTOR, READ_QUEUE, ReadRequest
from registry import RegistryError, Store
from service.cli.clean import variables_of
from service.cli.completion import datasets, tasks
from service.cli.files import readable
from service.cli.options import example, json_option
from service.cli.terminal import note, show_facts, show_heading, show_json
from service.cli.token import home_option
from service.stores.worker_calls import Asker, NoAnswer

if TYPE_CHECKING:
    pass


ARCHITECTURES = ("GCN", "TopK")
SCALERS = ("none", "fit", "unknown")
AAL90, AAL90_REGIONS = "aal90", 90
MOST_REGIONS = 10_000
HOW_SCALED = (
    "How measures were scaled before they went into the net: none, fit (by mean and standard "
    "deviation of the training data) or unknown."
)


@click.command(
    "import",
    epilog=example(
        "sgn model import OLD.pth --task TASK19060312000001 --architecture GCN \\",
        "    --scaler none --measures GMV,ReHo,ALFF,DC --home ./sgn-home",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--task", required=True, metavar="TASK", shell_complete=tasks,
              help="The old service's task that trained it.")  # fmt: skip
@click.option("--architecture", type=click.Choice(ARCHITECTURES), required=True,
              help="GCN is the reference net, TopK the variant with pooling.")  # fmt: skip
@click.option("--scaler", type=click.Choice(SCALERS), default=None, help=HOW_SCALED)
@click.option(
    "--measures", metavar="A,B,…", default="", help="Measures in the order of the old data."
)
@click.option("--regions", metavar="aal90|N|FILE", default="",
              help="Regions: aal90, their number, or a file with one "
              "name per line; by default those of the training data.")  # fmt: skip
@click.option("--classes", metavar="A,B,…", default="",
              help="Names of the classes 0, 1, …")  # fmt: skip
@click.option(
    "--graph", default="full", show_default=True, help="One of the graphs that 'sgn models' lists."
)
@click.option("--train-data", "train_data", metavar="NAME", multiple=True, shell_complete=datasets,
              help="A dataset that the model was trained on; may be repeated. "
              "Without it, those of the task's form are assumed.")  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace a model that was imported before.")
@home_option
@json_option
def import_(*, file: Path, home: Path | None, as_json: bool, **said: Any) -> None:
    """Import the model of a task of the old service, so that it can be fine-tuned here.

    FILE is a state dictionary that torch.save has written. A worker reads it, and unpickles
    nothing in it.
    """
    import asyncio  # noqa: PLC0415 - slow to import
    import os  # noqa: PLC0415

    from actors.settings import SettingsError  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415
    from registry import RegistryError  # noqa: PLC0415

    old = _old_model(file, said)
    variables = variables_of(home, os.environ)
    try:
        with readable(file):
            found = asyncio.run(_imported(old, variables))
    except (SettingsError, DatabaseError, RegistryError, ImportRefused) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        show_json(found)
    else:
        _show(found)


def _old_model(file: Path, said: Mapping[str, Any]) -> "OldModel":

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
            raise click.BadParameter(
                f"there are 1 to {MOST_REGIONS} regions, not {text}", param_hint="--regions"
            )
        return tuple(map(str, range(1, count + 1)))
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(
            f"{text!r} is neither aal90, nor a number, nor a text file that can be read",
            param_hint="--regions",
        ) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if not 0 < len(names) <= MOST_REGIONS:
        raise click.BadParameter(
            f"{text} names {len(names)} regions; there are 1 to {MOST_REGIONS}",
            param_hint="--regions",
        )
    return names


async def _imported(old: "OldModel", variables: Mapping[str, str]) -> dict[str, Any]:
    from actors.settings import read  # noqa: PLC0415 - slow to import
    from db.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from registry import UPLOADS, open_store  # noqa: PLC0415

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


def _show(found: Mapping[str, Any]) -> None:
    sizes, names = found["sizes"], found["class_names"]
    shown = ", ".join(names.get(str(label), str(label)) for label in range(sizes["classes"]))
    show_facts([
        ("Task", found["task_id"]),
        ("Model", found["model"]),
        ("Regions", sizes["regions"]),
        ("Measures", ", ".join(found["measures"])),
        ("Classes", shown),
        ("Not known", ", ".join(found["unknown"])),
        ("Parameters", found["model_state_path"]),
    ])  # fmt: skip
    show_heading("What was done and assumed")
    for sentence in found["warnings"]:
        click.echo(sentence)
    note(f"To fine-tune it, submit a form of type dl_ft with trained_task_id {found['task_id']}.")


MOST_BYTES = 100_000_000  # of a file, packed and unpacked
PATIENCE_SECONDS = 330.0
ALONE_SECONDS = 10.0


class ImportRefused(Exception):
    """Why a model was not imported, a sentence a line."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))


@dataclass(frozen=True)
class OldModel:
    """A file, the task that it belongs to, and what an operator says of it.

    Lists are in the order in which the net takes them; empty is not said.
    """

    file: Path
    task_id: str
    architecture: str
    scaler: str
    graph: str
    regions: Sequence[str] = ()
    measures: Sequence[str] = ()
    classes: Sequence[str] = ()
    train_data: Sequence[str] = ()
    replace: bool = False

    def mapping(self) -> Mapping[str, str]:
        """As it travels to a worker."""
        lists = ("regions", "measures", "classes", "train_data")
        return {
            **{name: getattr(self, name) for name in ("architecture", "scaler", "graph")},
            **{name: json.dumps(list(getattr(self, name))) for name in lists},
            "replace": "yes" if self.replace else "no",
        }


async def import_model(old: OldModel, uploads: Store, redis_url: str) -> dict[str, Any]:
    """Have a worker import it; what became of it. The database must be open.

    Raises:
        ImportRefused: it cannot be imported so, or nobody has answered.
        OSError: the file cannot be read.
        RegistryError, DatabaseError: these refuse, or do not answer.

    """
    upload = await asyncio.to_thread(_sent, old.file, uploads)
    asker = Asker(
        redis_url,
        Names(),
        READ_QUEUE,
        READ_ACTOR,
        patience=PATIENCE_SECONDS,
        alone=ALONE_SECONDS,
    )
    try:
        found = await asker.asked(vars(_request(old, upload)))
    except NoAnswer as error:
        raise ImportRefused(str(error)) from error
    finally:
        asker.close()
        await asyncio.to_thread(_removed, upload, uploads)
    return _imported_by_worker(found)


def _request(old: OldModel, upload: Upload) -> ReadRequest:
    return ReadRequest(
        purpose=OLD_MODEL,
        name=old.file.name,
        data_id=old.task_id,
        upload=upload.upload_id,
        mapping=old.mapping(),
        most=MOST_BYTES,
    )


def _imported_by_worker(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker's answer says. Raises ImportRefused."""
    if "imported" in found:
        imported: dict[str, Any] = found["imported"]
        return imported
    if "refused" in found:
        raise ImportRefused(*(str(each) for each in found["refused"]))
    for kind in ("full", "gone"):
        if kind in found:
            raise ImportRefused(str(found[kind]))
    raise ImportRefused("The workers are of an older version, which imports no models.")


def _sent(file: Path, store: Store) -> Upload:
    upload_id, count, size = new_id(), 0, file.stat().st_size
    if size > MOST_BYTES:
        raise ImportRefused(
            f"{file.name} has {size / 1e6:.0f} MB; a model may have {MOST_BYTES / 1e6:.0f} MB."
        )
    for count, part in enumerate(_parts(file), 1):
        store.put(upload_id, part_name(count - 1), part)
    upload = Upload(upload_id, "", "", file.name, count, size)
    store.put(upload_id, FACTS, upload.to_bytes())
    return upload


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while part := opened.read(PART_BYTES):
            yield part


def _removed(upload: Upload, store: Store) -> None:
    """Remove the upload; where storage does not answer, a sweep does."""
    try:
        store.delete(upload.upload_id)
    except RegistryError:
        return
