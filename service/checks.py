"""Whether what a form names is there and fits together, before anything is written."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

from db import datasets, tasks
from db.form import FINE_TUNE, TaskForm
from db.states import Status
from db.tasks import ModelRecord
from graphnet.catalogue import FROM_CONNECTOMES, LEAST_MEASURES
from graphnet.cohort import Layout
from graphnet.errors import ModelError
from graphnet.manifest import check_fit, manifest_layout, read_manifest
from registry import ObjectMissing, Store
from service.profiles import Profile, profiles
from service.replies import FieldError

CONFIG_CHARACTERS = 4096
MANIFEST = "manifest.json"
PARENT = "param_set.trained_task_id"
NOT_IN_A_TABLE = {"tangent": "time series of the regions", "spatial": "the regions' coordinates"}


async def check(form: TaskForm, store: Store) -> list[FieldError]:
    """Every reason not to accept ``form``, as field and sentence; [] if there is none."""
    found = await profiles(await datasets.find_datasets(_names(form)))
    errors = [*_config_length(form), *_datasets(form, found)]
    facts, parent_errors = await _parent(form, store)
    errors += parent_errors
    if errors:
        return errors
    return [
        *_together(form, found),
        *_classes(form, found, facts),
        *_model(form, facts),
        *_graph(form, found),
        *_scores(form, found),
        *_folds(form, found),
        *_sites(form, found),
    ]


async def check_names(fields: dict[str, Any]) -> list[FieldError]:
    """Dataset names that are not there, also for a form that is wrong elsewhere."""
    named = {
        field: [name for name in _listed(fields.get(field)) if _may_be_name(name)]
        for field in ("train_data", "val_data", "test_data")
    }
    wanted = sorted({name for names in named.values() for name in names})
    known = {record.data_name for record in await datasets.find_datasets(wanted)}
    return [
        (field, _unknown(field, name))
        for field, names in named.items()
        for name in names
        if name not in known
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _may_be_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 64 and name.isprintable()


def _unknown(field: str, name: str) -> str:
    return f"{field} names {name!r}, but there is no dataset of that name."


def _names(form: TaskForm) -> list[str]:
    return sorted({name for names in form.splits.values() for name in names})


def _config_length(form: TaskForm) -> Iterator[FieldError]:
    length = len(form.config_text())
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
            elif found[name].problems:
                yield (
                    field,
                    f"{field} names a dataset that cannot be used: "
                    + " ".join(found[name].problems),
                )


async def _parent(form: TaskForm, store: Store) -> tuple[dict[str, Any], list[FieldError]]:
    """The parent's manifest, {} where none is needed, or why it cannot be one."""
    if form.task_type != FINE_TUNE:
        return {}, []
    parent = form.trained_task_id
    problem = _not_a_parent(parent, await tasks.get_model(parent))
    if problem:
        return {}, [(PARENT, problem)]
    try:
        return read_manifest(await asyncio.to_thread(store.get, parent, MANIFEST)), []
    except ObjectMissing:
        return {}, [(PARENT, f"trained_task_id is {parent}, which has kept no parameters.")]
    except ModelError as error:
        return {}, [(PARENT, f"trained_task_id is {parent}, which cannot be used. {error}")]


def _not_a_parent(parent: str, record: ModelRecord | None) -> str | None:
    if record is None:
        return f"trained_task_id is {parent!r}, but there is no task of that id."
    if record.task_status != Status.FINISHED:
        return (
            f"trained_task_id is {parent}, which is {record.task_status}; a fine-tuning needs a "
            "task that is Finished."
        )
    return None


def _together(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    """Datasets of one form must have the same regions and measures."""
    first = form.train_data[0]
    for split, names in form.splits.items():
        for name in names:
            difference = found[first].layout.differences(found[name].layout, first, name)
            if difference:
                yield f"{split}_data", f"{name} does not fit {first}. {' '.join(difference)}"


def _classes(
    form: TaskForm, found: dict[str, Profile], facts: dict[str, Any]
) -> Iterator[FieldError]:
    """Something to learn from, and no class that the model cannot know."""
    known = {int(label) for name in form.train_data for label in found[name].classes}
    if not facts and len(known) < 2:
        yield (
            "train_data",
            (
                f"train_data holds class {', '.join(map(str, sorted(known)))} only; to train from "
                "scratch, name datasets with subjects of at least two classes."
            ),
        )
        return
    if facts:
        known = {int(label) for label in facts.get("classes", [])}
    for split, names in form.splits.items():
        there = {int(label) for name in names for label in found[name].classes}
        if there - known:
            yield (
                f"{split}_data",
                (
                    f"{split}_data has class {', '.join(map(str, sorted(there - known)))}, "
                    f"which the model does not know; it knows {', '.join(map(str, sorted(known)))}."
                ),
            )

    if facts:
        yield from _fits_parent(form, found[form.train_data[0]].layout, facts)


def _fits_parent(form: TaskForm, data: Layout, facts: dict[str, Any]) -> Iterator[FieldError]:
    try:
        check_fit(manifest_layout(facts)[0], data)
    except ModelError as error:
        yield PARENT, f"trained_task_id is {form.trained_task_id}. {error}"


def _model(form: TaskForm, facts: dict[str, Any]) -> Iterator[FieldError]:
    trained = facts.get("settings", {}).get("model", "")
    if form.model and trained and form.model != trained:
        yield (
            "model",
            (
                f"model is {form.model}, but the task {form.trained_task_id} trained {trained}; "
                f"leave model empty or name {trained}."
            ),
        )


def _scores(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    if form.settings.get("label") != "score":
        return
    for split, names in form.splits.items():
        for name in names:
            if found[name].scores == 0:
                yield (
                    f"{split}_data",
                    f"param_set.label is 'score', but {name} has no subject with a LABEL_SCORE.",
                )


def _folds(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    """No more folds than the smallest class has subjects."""
    folds = form.settings.get("cv_folds")
    if not folds:
        return
    counts: Counter[str] = Counter()
    for name in form.train_data:
        counts.update(found[name].classes)
    whose, fewest = min(
        ((f"class {label} of train_data", count) for label, count in counts.items()),
        key=lambda each: each[1],
    )
    if form.settings.get("label") == "score":
        whose, fewest = "train_data", counts.total()
    if fewest < folds:
        yield (
            "param_set.cv_folds",
            f"param_set.cv_folds is {folds}, but {whose} has {fewest} subjects; ask for at most "
            f"{fewest} folds, or 0 for none.",
        )


def _sites(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    """What compares sites needs two of them."""
    each = [found[name].sites for name in form.train_data]
    sites = {site for known in each for site in known or ()}
    if None in each or len(sites) > 1:
        return
    # A fine-tuning keeps its parent's harmonisation, whatever the form says.
    named = ["leave_site_out"] + ([] if form.task_type == FINE_TUNE else ["harmonise"])
    for name in named:
        if form.settings.get(name):
            yield (
                f"param_set.{name}",
                f"param_set.{name} needs at least two sites; train_data has site "
                f"{', '.join(sites)} only.",
            )


def _graph(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    graph = form.settings.get("graph")
    if graph in NOT_IN_A_TABLE:
        yield (
            "param_set.graph",
            f"param_set.graph is {graph!r}, which needs {NOT_IN_A_TABLE[graph]}; no dataset here "
            "carries them.",
        )
    without = [name for name in _names(form) if found[name].connectome is False]
    if graph in FROM_CONNECTOMES and without:
        yield (
            "param_set.graph",
            f"param_set.graph is {graph!r}, which needs a connectome (columns FC_i_j); "
            f"{', '.join(without)} has none.",
        )
    measures = found[form.train_data[0]].measures
    if form.settings.get("graph") == "similarity" and len(measures) < LEAST_MEASURES:
        yield (
            "param_set.graph",
            (
                f"param_set.graph is 'similarity', which needs at least {LEAST_MEASURES} "
                f"measures a region; the data have {len(measures)} ({', '.join(measures)})."
            ),
        )
