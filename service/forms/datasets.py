"""Which datasets a form means: NEURO-LEARN's names end in ``.csv``, ours do not."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from db.dataset_names import other_ways
from db.datasets import ListedDataset
from db.form import TaskForm
from graphnet.messages import Message
from service.forms.compatibility import dataset_names
from service.http.auth import Caller
from service.http.responses import quoted
from service.stores.dataset_cache import DatasetCache

FIELDS = ("train_data", "val_data", "test_data")


async def resolve_dataset_names(
    form: TaskForm, proj_id: str, cache: DatasetCache, caller: Caller
) -> tuple[TaskForm, list[Message]]:
    """The form with the names of the datasets that it means, and a warning per changed name.

    The dataset of exactly that name comes first. Only where the caller sees none, the one of the
    form's own project that is called the same but for ``.csv`` is taken.
    """
    names = dataset_names(form)
    missing = set(names) - _visible(await cache.find(names, seconds=0), caller)
    others = other_ways(sorted(missing))
    if not others:
        return form, []
    listed = sorted(set(others.values()))
    records = [record for record, _ in await cache.find(listed, seconds=0)]
    taken = names_without_ending(others, records, proj_id, caller)
    if not taken:
        return form, []
    fields: dict[str, Any] = {
        f"{split}_data": tuple(dict.fromkeys(taken.get(name, name) for name in chosen))
        for split, chosen in form.splits.items()
    }
    return replace(form, **fields), [
        Message("forms.name-replaced", name=quoted(name), other=quoted(other))
        for name, other in taken.items()
    ]


def names_in(form: TaskForm) -> dict[str, list[str]]:
    """The names of the datasets by field, as an answer shows them."""
    return {field: list(getattr(form, field)) for field in FIELDS}


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


def _visible(listed: Iterable[tuple[ListedDataset, object]], caller: Caller) -> set[str]:
    return {record.data_name for record, _ in listed if caller.sees(record.proj_id)}
