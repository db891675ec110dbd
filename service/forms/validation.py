"""Which datasets a form means, and whether all that it names exists and fits together.

Names of NEURO-LEARN's datasets end in ``.csv``, ours do not. Nothing is written yet.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from db import datasets
from db.datasets import DatasetRecord, ListedDataset
from db.labels import formerly_called
from db.queue.states import Status
from db.server.errors import ModelRemoved
from db.submissions import tasks
from db.submissions.form import FINE_TUNE, TaskForm
from db.submissions.ownership import Owner
from db.submissions.tasks import ModelRecord
from db.texts import other_ways
from graphnet.artifacts.manifest import check_manifest, read_manifest
from graphnet.data.interpretation import Question
from graphnet.data.profile import ASKS, Profile
from graphnet.errors import ModelError
from graphnet.messages import Message, as_one, every
from graphnet.names import status_name
from graphnet.options import name_lists
from registry import MANIFEST, PARAMETERS, ObjectDamaged, ObjectMissing
from registry.store import damaged, lost
from service.forms.compatibility import (
    ATLASES,
    PARENT,
    Parent,
    compatibility_errors,
    dataset_names,
)
from service.forms.placement import ALIKE
from service.forms.schema import PostedForm
from service.http.auth import Caller
from service.http.responses import FieldError, quoted
from service.predecessor import stranger_seen
from service.state import AppState
from service.stores.artifacts import ArtifactReader
from service.stores.profiles import DatasetCache

FIELDS = ("train_data", "val_data", "test_data")
SEPARATORS = re.compile(r"[,;]")  # of names in one text


async def resolve_dataset_names(
    form: TaskForm, proj_id: str, cache: DatasetCache, caller: Caller
) -> tuple[TaskForm, list[Message]]:
    """The form with the names of the datasets that it means, and a warning per changed name.

    The dataset of exactly that name comes first. Only where the caller sees none, the one of the
    form's own project that is called the same but for ``.csv`` is taken.
    """
    names = dataset_names(form)
    missing = set(names) - _names_seen(await cache.find(names, seconds=0), caller)
    others = other_ways(sorted(missing))
    if not others:
        return form, []
    listed = sorted(set(others.values()))
    records = [record for record, _ in await cache.find(listed, seconds=0)]
    taken = names_without_ending(others, records, proj_id, caller)
    if not taken:
        return form, []
    return form.renamed(taken), [
        Message("forms.name-replaced", name=quoted(name), other=quoted(other))
        for name, other in taken.items()
    ]


async def with_present_names(form: TaskForm, submitted_at: int) -> TaskForm:
    """The form of an earlier task with the present names of the datasets that it meant.

    A dataset that was renamed since is meant by its former name, whoever has that name now.
    """
    taken: dict[str, str] = {}
    for name in dataset_names(form):
        record = await datasets.formerly_named(name, submitted_at)
        if record is not None:
            taken[name] = record.data_name
    return form.renamed(taken) if taken else form


def understood(posted: PostedForm, form: TaskForm) -> dict[str, Any]:
    """A form as an answer shows it, with the names of the datasets that it means."""
    fields = posted.understood()
    if form.atlases:
        fields["param_set"] |= {"atlases": [list(atlas) for atlas in form.atlases]}
    return fields | {field: list(getattr(form, field)) for field in FIELDS}


def names_without_ending(
    others: Mapping[str, str], records: Iterable[ListedDataset], proj_id: str, caller: Caller
) -> dict[str, str]:
    """Those names whose other way is a dataset of the project, which the caller sees."""
    own = {
        record.data_name
        for record in records
        if record.proj_id == proj_id and caller.sees(record.proj_id)
    }
    return {name: other for name, other in others.items() if other in own}


def _names_seen(listed: Iterable[tuple[ListedDataset, object]], caller: Caller) -> set[str]:
    return {record.data_name for record, _ in listed if caller.sees(record.proj_id)}


CONFIG_CHARACTERS = 4096


async def validation_errors(
    form: TaskForm, proj_id: str, state: AppState, caller: Caller
) -> list[FieldError]:
    """Every reason not to accept ``form`` of a project; [] if there is none.

    What belongs to a project that the caller does not see counts as absent.
    """
    listed = await state.dataset_cache.find(dataset_names(form))
    profiles = {
        record.data_name: profile for record, profile in listed if caller.sees(record.proj_id)
    }
    meant = await _meant(set(dataset_names(form)) - profiles.keys(), proj_id, caller)
    errors = [*_config_length(form), *_datasets(form, profiles, meant)]
    parent, parent_errors = await _parent(form, state.artifacts, caller)
    errors += parent_errors
    if errors:
        return errors
    if not all(profile.read for profile in profiles.values()):
        return []  # the worker that reads them looks before it trains
    return list(compatibility_errors(form, profiles, parent))


async def unread_warnings(form: TaskForm, state: AppState, caller: Caller) -> list[Message]:
    """One warning per dataset of a form that no worker has read yet."""
    listed = await state.dataset_cache.find(dataset_names(form), seconds=0)  # they were waited for
    return [
        Message("forms.dataset-unread", name=record.data_name)
        for record, profile in listed
        if not profile.read and caller.sees(record.proj_id)
    ]


async def name_errors(fields: Mapping[str, Any], caller: Caller) -> list[FieldError]:
    """Dataset names that do not exist, also for a form that is wrong elsewhere."""
    listed = {field: _listed(fields.get(field)) for field in FIELDS} | {
        ATLASES: _on_atlases(fields)
    }
    by_field = {
        field: [name for name in names if _may_be_name(name)] for field, names in listed.items()
    }
    wanted = sorted({name for names in by_field.values() for name in names})
    others = other_ways(wanted)
    records = await _visible(sorted({*wanted, *others.values()}), caller)
    proj_id = str(fields.get("proj_id") or "")
    existing = {record.data_name for record in records}
    existing |= set(names_without_ending(others, records, proj_id, caller))
    meant = await _meant(set(wanted) - existing, proj_id, caller)
    return [
        _no_dataset(field, name, meant)
        for field, names in by_field.items()
        for name in names
        if name not in existing
    ]


async def _visible(names: Sequence[str], caller: Caller) -> list[DatasetRecord]:
    records = await datasets.find_datasets(names)
    return [record for record in records if caller.sees(record.proj_id)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _on_atlases(fields: Mapping[str, Any]) -> list[Any]:
    """What a form names as datasets of other atlases, in whatever form."""
    param_set = fields.get("param_set")
    atlases = name_lists(param_set.get("atlases")) if isinstance(param_set, dict) else None
    return [name for names in _listed(atlases) for name in _listed(names)]


def _may_be_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 64 and name.isprintable()


async def _new_names(former: Iterable[str], caller: Caller) -> dict[str, str]:
    """What those datasets are called now that were renamed and that the caller sees."""
    renamed = {}
    for name in former:
        ids = await formerly_called(name)
        record = await datasets.find_dataset(ids[0]) if ids else None
        if record is not None and caller.sees(record.proj_id):
            renamed[name] = record.data_name
    return renamed


@dataclass(frozen=True)
class Meant:
    """What names of no dataset perhaps mean: what is called otherwise now, or something alike."""

    renamed: Mapping[str, str]
    alike: Mapping[str, Sequence[str]]


async def _meant(missing: Collection[str], proj_id: str, caller: Caller) -> Meant:
    renamed = await _new_names(missing, caller)
    others = [name for name in missing if name not in renamed]
    if not others or not caller.sees(proj_id):
        return Meant(renamed, {})
    records, _ = await datasets.list_datasets(proj_id=proj_id)
    own = {_bare(record.data_name): record.data_name for record in records}
    return Meant(renamed, {name: _alike(name, own) for name in others})


def _alike(name: str, own: Mapping[str, str]) -> list[str]:
    """The datasets that a name, or a list of names in one text, is nearly called; [] if none."""
    parts = [_bare(part) for part in SEPARATORS.split(name) if part.strip()]
    nearest = [get_close_matches(part, own, n=1, cutoff=ALIKE) for part in parts]
    return [own[bare] for found in nearest for bare in found] if all(nearest) else []


def _bare(name: str) -> str:
    """A dataset's name without folders, ending and capitals."""
    return PurePath(name.strip().replace("\\", "/")).name.removesuffix(".csv").casefold()


def _no_dataset(field: str, name: str, meant: Meant) -> FieldError:
    values = {"field": field, "name": quoted(name)}
    if name in meant.renamed:
        new = quoted(meant.renamed[name])
        return FieldError(field, Message("forms.dataset-renamed", **values, new=new))
    if alike := meant.alike.get(name):
        others = every(map(quoted, alike))
        return FieldError(field, Message("forms.no-dataset-but", **values, others=others))
    return FieldError(field, Message("forms.no-dataset", **values))


def _config_length(form: TaskForm) -> Iterator[FieldError]:
    length = len(form.config_text)
    if length > CONFIG_CHARACTERS:
        message = Message("forms.config-too-long", length=length, most=CONFIG_CHARACTERS)
        yield FieldError("task_config", message)


def _datasets(
    form: TaskForm, profiles: Mapping[str, Profile], meant: Meant
) -> Iterator[FieldError]:
    by_field = {f"{split}_data": names for split, names in form.splits.items()}
    by_field[ATLASES] = tuple(name for atlas in form.atlases for name in atlas)
    for field, names in by_field.items():
        for name in names:
            profile = profiles.get(name)
            if profile is None:
                yield _no_dataset(field, name, meant)
            elif error := _dataset_error(field, name, profile):
                yield error


def _dataset_error(field: str, name: str, profile: Profile) -> FieldError | None:
    """Why a dataset that a field names cannot be used; None if it can."""
    if profile.state == ASKS:
        question = Question.from_dict(profile.questions[0]).message
        message = Message("forms.dataset-asks", field=field, name=name, question=question)
        return FieldError(field, message)
    if profile.problems:
        reason = as_one(profile.problems)
        message = Message("forms.dataset-unusable", field=field, name=name, reason=reason)
        return FieldError(field, message)
    return None


async def _parent(
    form: TaskForm, artifacts: ArtifactReader, caller: Caller
) -> tuple[Parent | None, list[FieldError]]:
    """The model to fine-tune, None where none is needed; or why it cannot be used."""
    if form.task_type != FINE_TUNE:
        return None, []
    parent = form.trained_task_id
    record = await tasks.get_model(parent)
    if record is None or not caller.sees(record.proj_id):
        return None, [FieldError(PARENT, await _no_task(parent, caller))]
    problem = _not_a_parent(record)
    if problem is not None:
        return None, [FieldError(PARENT, problem)]
    try:
        content = await artifacts.get(parent, MANIFEST)
        check_manifest(content, record.manifest_sha256)
        if await artifacts.exists(parent, PARAMETERS):
            return Parent.from_manifest(read_manifest(content)), []
        reason = lost(parent)
    except ObjectMissing:
        stored = bool(record.manifest_sha256)
        reason = lost(parent) if stored else Message("forms.parent-kept-nothing")
    except ModelError as error:
        reason = damaged(parent, as_one(error.messages))
    except ObjectDamaged as error:
        reason = damaged(parent, error.message)
    message = Message("forms.parent-unusable", task=parent, reason=reason)
    return None, [FieldError(PARENT, message)]


async def _no_task(parent: str, caller: Caller) -> Message:
    stranger = await stranger_seen(caller, parent)
    if stranger is not None:
        return Message("forms.parent-of-other-service", task=parent, kind=stranger.kind)
    return Message("forms.no-parent", task=quoted(parent))


def _not_a_parent(record: ModelRecord) -> Message | None:
    parent = record.task_id
    if record.owner is Owner.PREDECESSOR:
        return Message("forms.parent-of-predecessor", task=parent)
    if record.task_status != Status.FINISHED:
        return Message(
            "forms.parent-not-finished", task=parent, status=status_name(record.task_status)
        )
    if record.removed_at:
        reason = ModelRemoved(parent, record.removed_at).message
        return Message("forms.parent-removed", task=parent, reason=reason)
    return None
