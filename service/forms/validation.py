"""Whether what a form names is there and fits together, before anything is written."""

from collections.abc import Iterator
from typing import Any

from actors.lost import damaged, lost
from db import datasets, tasks
from db.dataset_names import other_ways
from db.datasets import DatasetRecord
from db.errors import ModelRemoved
from db.form import FINE_TUNE, TaskForm
from db.ownership import Owner
from db.states import Status
from db.tasks import ModelRecord
from graphnet.artifacts.manifest import check_manifest, read_manifest
from graphnet.data.profile import ASKS, Profile
from graphnet.errors import ModelError
from registry import MANIFEST, PARAMETERS, ObjectDamaged, ObjectMissing
from service.forms.compatibility import PARENT, compatibility_errors, dataset_names
from service.forms.datasets import names_without_ending
from service.http.auth import Caller
from service.http.responses import FieldError
from service.predecessor import stranger_seen, why_no_parent
from service.state import AppState
from service.stores.artifacts import ArtifactReader

CONFIG_CHARACTERS = 4096


async def validation_errors(form: TaskForm, state: AppState, caller: Caller) -> list[FieldError]:
    """Every reason not to accept ``form``, as field and sentence; [] if there is none.

    What is of a project that the caller does not see is not there.
    """
    there = await state.dataset_cache.find(dataset_names(form))
    found = {record.data_name: profile for record, profile in there if caller.sees(record.proj_id)}
    errors = [*_config_length(form), *_datasets(form, found)]
    facts, parent_errors = await _parent(form, state.artifacts, caller)
    errors += parent_errors
    if errors:
        return errors
    if not all(profile.read for profile in found.values()):
        return []  # the worker that reads them looks before it trains
    return list(compatibility_errors(form, found, facts))


async def unread_warnings(form: TaskForm, state: AppState, caller: Caller) -> list[str]:
    """A sentence on each dataset of a form that no worker has read yet."""
    there = await state.dataset_cache.find(dataset_names(form), seconds=0)  # they were waited for
    return [
        f"No worker has read the dataset {record.data_name} yet; it is checked before the training."
        for record, profile in there
        if not profile.read and caller.sees(record.proj_id)
    ]


async def name_errors(fields: dict[str, Any], caller: Caller) -> list[FieldError]:
    """Dataset names that are not there, also for a form that is wrong elsewhere."""
    dataset_names = {
        field: [name for name in _listed(fields.get(field)) if _may_be_name(name)]
        for field in ("train_data", "val_data", "test_data")
    }
    wanted = sorted({name for names in dataset_names.values() for name in names})
    others = other_ways(wanted)
    there = await _visible(sorted({*wanted, *others.values()}), caller)
    proj_id = str(fields.get("proj_id") or "")
    known = {record.data_name for record in there}
    known |= set(names_without_ending(others, there, proj_id, caller))
    return [
        (field, _unknown(field, name))
        for field, names in dataset_names.items()
        for name in names
        if name not in known
    ]


async def _visible(names: list[str], caller: Caller) -> list[DatasetRecord]:
    return [each for each in await datasets.find_datasets(names) if caller.sees(each.proj_id)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _may_be_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 64 and name.isprintable()


def _unknown(field: str, name: str) -> str:
    return f"{field} names {name!r}, but there is no dataset of that name."


def _config_length(form: TaskForm) -> Iterator[FieldError]:
    length = len(form.config_text)
    if length > CONFIG_CHARACTERS:
        yield (
            "task_config",
            (
                f"The form's fields take {length} characters together and the database holds "
                f"{CONFIG_CHARACTERS}; name fewer datasets or shorten proj_name."
            ),
        )


def _datasets(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    for split, names in form.splits.items():
        for name in names:
            field = f"{split}_data"
            if name not in found:
                yield field, _unknown(field, name)
            elif found[name].state == ASKS:
                yield field, _asks(field, name, found[name])
            elif found[name].problems:
                yield (
                    field,
                    f"{field} names {name}, a dataset that cannot be used: "
                    + " ".join(found[name].problems),
                )


def _asks(field: str, name: str, profile: Profile) -> str:
    return (
        f"{field} names {name}, which can be read in more than one way: "
        f"{profile.questions[0]['sentence']} Answer on its page, or POST the answers to "
        f"/api/v0/datasets/{name}/mapping."
    )


async def _parent(
    form: TaskForm, vault: ArtifactReader, caller: Caller
) -> tuple[dict[str, Any], list[FieldError]]:
    """The parent's manifest, {} where none is needed, or why it cannot be one."""
    if form.task_type != FINE_TUNE:
        return {}, []
    parent = form.trained_task_id
    record = await tasks.get_model(parent)
    seen = record if record and caller.sees(record.proj_id) else None
    problem = _not_a_parent(seen) if seen else await _no_task(parent, caller)
    if problem:
        return {}, [(PARENT, problem)]
    known = record.manifest_sha256 if record else ""
    try:
        content = await vault.get(parent, MANIFEST)
        check_manifest(content, known)
        if await vault.exists(parent, PARAMETERS):
            return read_manifest(content), []
        problem = lost(parent)
    except ObjectMissing:
        problem = lost(parent) if known else "It has kept no parameters."
    except (ModelError, ObjectDamaged) as error:
        problem = damaged(parent, str(error))
    return {}, [(PARENT, f"trained_task_id is {parent}. {problem}")]


async def _no_task(parent: str, caller: Caller) -> str:
    stranger = await stranger_seen(caller, parent)
    if stranger is not None:
        return f"trained_task_id is {parent}, which is {stranger}."
    return f"trained_task_id is {parent!r}, but there is no task of that id."


def _not_a_parent(record: ModelRecord) -> str | None:
    parent = record.task_id
    if record.owner is Owner.PREDECESSOR:
        return why_no_parent(parent)
    if record.task_status != Status.FINISHED:
        return (
            f"trained_task_id is {parent}, which is {record.task_status}; a fine-tuning needs a "
            "task that is Finished."
        )
    if record.removed_at:
        gone = ModelRemoved(parent, record.removed_at)
        return f"trained_task_id is {parent}. {gone} Choose another, or train it again."
    return None
