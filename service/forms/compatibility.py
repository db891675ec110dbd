"""Whether the datasets, the parent and the settings that a form names fit together."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from db.form import FINE_TUNE, TaskForm
from graphnet.artifacts.manifest import check_fit, manifest_layout
from graphnet.catalogue import FROM_CONNECTOMES, LEAST_MEASURES
from graphnet.data.cohort import Layout
from graphnet.data.profile import Profile
from graphnet.errors import ModelError
from service.http.responses import FieldError

PARENT = "param_set.trained_task_id"


def compatibility_errors(
    form: TaskForm, found: dict[str, Profile], facts: dict[str, Any]
) -> Iterator[FieldError]:
    """Why it cannot be trained; ``found`` are its datasets, ``facts`` its parent's manifest."""
    by_score = (facts.get("settings") or form.settings).get("label") == "score"
    yield from _together(form, found)
    if facts:
        yield from _fits_parent(form, found[form.train_data[0]].layout, facts)
    yield from _scores(form, found) if by_score else _classes(form, found, facts)
    yield from _model(form, facts)
    yield from _graph(form, found)
    yield from _folds(form, found, by_score=by_score)
    yield from _sites(form, found)


def dataset_names(form: TaskForm) -> list[str]:
    """The names of all datasets of a form."""
    return sorted({name for names in form.splits.values() for name in names})


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
    """A model of a score needs subjects with one, of whatever class."""
    for split, names in form.splits.items():
        for name in names:
            if found[name].scores == 0:
                yield (
                    f"{split}_data",
                    f"{_why_scores(form)}, but {name} has no subject with a LABEL_SCORE.",
                )


def _why_scores(form: TaskForm) -> str:
    if form.task_type == FINE_TUNE:
        return f"The task {form.trained_task_id} trained a model of a clinical score"
    return "param_set.label is 'score'"


def _folds(form: TaskForm, found: dict[str, Profile], *, by_score: bool) -> Iterator[FieldError]:
    """No more folds than the smallest class has subjects, or than there are with a score."""
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
    if by_score:
        whose, fewest = "train_data", sum(_with_score(found[name]) for name in form.train_data)
    if fewest < folds:
        yield (
            "param_set.cv_folds",
            f"param_set.cv_folds is {folds}, but {whose} has {fewest} subjects; ask for at most "
            f"{fewest} folds, or 0 for none.",
        )


def _with_score(profile: Profile) -> int:
    """How many subjects have a score; an old profile does not say, so all may."""
    return sum(profile.classes.values()) if profile.scores is None else profile.scores


def _sites(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    """What compares sites needs two of them."""
    each = [found[name].sites for name in form.train_data]
    sites = {site for known in each for site in known or ()}
    if None in each or len(sites) > 1:
        return
    # A fine-tuning keeps its parent's harmonisation, whatever the form says.
    dataset_names = ["leave_site_out"] + ([] if form.task_type == FINE_TUNE else ["harmonise"])
    for name in dataset_names:
        if form.settings.get(name):
            yield (
                f"param_set.{name}",
                f"param_set.{name} needs at least two sites; train_data has site "
                f"{', '.join(sites)} only.",
            )


def _graph(form: TaskForm, found: dict[str, Profile]) -> Iterator[FieldError]:
    graph = form.settings.get("graph")
    if graph == "spatial":
        yield (
            "param_set.graph",
            "param_set.graph is 'spatial', which needs the regions' coordinates; no dataset here "
            "carries them.",
        )
    silent = [name for name in dataset_names(form) if not found[name].series]
    if graph == "tangent" and silent:
        yield (
            "param_set.graph",
            "param_set.graph is 'tangent', which needs time series of the regions; "
            f"{', '.join(silent)} has none.",
        )
    without = [name for name in dataset_names(form) if found[name].connectome is False]
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
