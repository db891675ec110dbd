"""Whether the datasets, the parent and the settings that a form names fit together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from db.submissions.form import FINE_TUNE, TaskForm
from graphnet.artifacts.manifest import check_fit, manifest_layout
from graphnet.catalogue import FROM_CONNECTOMES, LEAST_MEASURES, MODELS, UNADJUSTED
from graphnet.data.cohort import Layout
from graphnet.data.dataset import RECOGNISED, covariate_key
from graphnet.data.profile import Profile
from graphnet.data.series_measures import LOW_FREQUENCY, SeriesOptions
from graphnet.errors import ModelError
from graphnet.messages import Message, as_one, first_of
from graphnet.preprocessing.covariates import NONE
from service.forms.feasibility import covariates_of, feasibility_errors
from service.http.responses import FieldError

PARENT, ATLASES = "param_set.trained_task_id", "param_set.atlases"
Profiles = Mapping[str, Profile]


@dataclass(frozen=True)
class Parent:
    """What a fine-tuning takes over from the model of its parent, by the parent's manifest.

    ``misread`` is why the manifest does not say which data the model needs, then without a layout.
    """

    model: str
    by_score: bool
    classes: frozenset[int]
    layout: Layout | None
    misread: ModelError | None = None
    series: SeriesOptions = field(default_factory=SeriesOptions)

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Of a manifest as :func:`graphnet.artifacts.manifest.read_manifest` reads it."""
        stored = manifest.get("settings")
        settings = stored if isinstance(stored, Mapping) else {}
        layout, misread = None, None
        try:
            layout, _ = manifest_layout(dict(manifest))
        except ModelError as error:
            misread = error
        return cls(
            model=str(settings.get("model", "")),
            by_score=settings.get("label") == "score",
            classes=frozenset(int(label) for label in manifest.get("classes") or ()),
            layout=layout,
            misread=misread,
            series=SeriesOptions.from_json(settings),
        )

    def check_fit(self, data: Layout) -> None:
        """Raise ModelError where the data have other regions or measures than the model."""
        if self.misread is not None:
            raise self.misread
        if self.layout is not None:
            check_fit(self.layout, data)


def compatibility_errors(
    form: TaskForm, profiles: Profiles, parent: Parent | None
) -> Iterator[FieldError]:
    """Why the form cannot be trained; ``profiles`` are its datasets', by name."""
    by_score = parent.by_score if parent else form.settings.get("label") == "score"
    series = parent.series if parent else SeriesOptions.from_json(form.settings)
    layouts = {name: series.layout(profile.layout) for name, profile in profiles.items()}
    yield from _layouts(form, layouts)
    yield from _atlases(form, profiles, layouts)
    yield from _series(form, profiles, series, parent)
    if parent:
        yield from _parent_fits(form, layouts[form.train_data[0]], parent)
    yield from _scores(form, profiles) if by_score else _classes(form, profiles, parent)
    if parent:
        yield from _model(form, parent)
    yield from _solved(form, parent)
    yield from _graph(form, profiles, layouts)
    yield from _covariates(form, profiles)
    yield from _covariate_inputs(form, profiles)
    yield from feasibility_errors(form, profiles, by_score=by_score)


def _covariates(form: TaskForm, profiles: Profiles) -> Iterator[FieldError]:
    """The covariates of the form are those of the training data; older profiles do not say."""
    asked = form.settings.get("covariates") or []
    readings = [covariates_of(profiles[name]) for name in form.train_data]
    known: dict[str, str] = {}
    for reading in readings:
        for covariate in reading or ():
            known.setdefault(covariate_key(covariate.name), covariate.name)
    if form.settings.get("adjust", NONE) != NONE and form.task_type != FINE_TUNE:
        recognised = [name for key, name in known.items() if key in RECOGNISED]
        if None not in readings and not (asked or recognised):
            yield FieldError("param_set.adjust", Message("data.adjust-no-covariates"))
        if form.settings["adjust"] != "combat" and form.settings.get("graph") in UNADJUSTED:
            graph = str(form.settings["graph"])
            yield FieldError("param_set.graph", Message("graphs.not-adjusted", graph=graph))
    unknown = [name for name in asked if covariate_key(name) not in known]
    if None in readings or not unknown or [name.casefold() for name in asked] == [NONE]:
        return
    listed = first_of(known.values()) if known else Message("evaluation.no-covariates")
    message = Message("evaluation.covariate-unknown", names=unknown, known=listed)
    yield FieldError("param_set.covariates", message)


def _covariate_inputs(form: TaskForm, profiles: Profiles) -> Iterator[FieldError]:
    """Covariates that the model is to see are those of the data, and are not adjusted for."""
    asked = form.settings.get("covariate_inputs") or []
    readings = [covariates_of(profiles[name]) for name in form.train_data]
    if form.task_type == FINE_TUNE or [name.casefold() for name in asked] in ([], [NONE]):
        return
    known = {
        covariate_key(covariate.name): covariate.name
        for covariates in readings
        for covariate in covariates or ()
    }
    unknown = [name for name in asked if covariate_key(name) not in known]
    if unknown and None not in readings:
        listed = first_of(known.values()) if known else Message("evaluation.no-covariates")
        message = Message("data.covariate-input-unknown", names=unknown, known=listed)
        yield FieldError("param_set.covariate_inputs", message)
    adjust = str(form.settings.get("adjust") or NONE)
    checked = form.settings.get("covariates")
    keys = RECOGNISED if checked is None else [covariate_key(name) for name in checked]
    both = [name for name in asked if covariate_key(name) in keys]
    if adjust != NONE and both:
        message = Message("data.covariate-input-adjusted", names=both, adjust=adjust)
        yield FieldError("param_set.covariate_inputs", message)


def dataset_names(form: TaskForm) -> list[str]:
    """The names of all datasets of a form."""
    return sorted({name for names in (*form.splits.values(), *form.atlases) for name in names})


def _layouts(form: TaskForm, layouts: Mapping[str, Layout]) -> Iterator[FieldError]:
    """Datasets of one form must have the same regions and measures."""
    first = form.train_data[0]
    for split, names in form.splits.items():
        for name in names:
            differences = layouts[first].differences(layouts[name], first, name)
            if differences:
                reason = as_one(differences)
                message = Message("forms.layouts-differ", name=name, first=first, reason=reason)
                yield FieldError(f"{split}_data", message)


def _atlases(
    form: TaskForm, profiles: Profiles, layouts: Mapping[str, Layout]
) -> Iterator[FieldError]:
    """Other atlases are other datasets, of one layout each, and all subjects have ids.

    Who is on all of them, a worker finds out.
    """
    if not form.atlases:
        return
    own = dict.fromkeys(name for names in form.splits.values() for name in names)
    twice = [name for atlas in form.atlases for name in atlas if name in own]
    if twice:
        yield FieldError(ATLASES, Message("data.atlas-named-twice", names=twice))
    for first, *others in form.atlases:
        for name in others:
            differences = layouts[first].differences(layouts[name], first, name)
            if differences:
                values = {"name": name, "first": first, "reason": as_one(differences)}
                yield FieldError(ATLASES, Message("forms.atlas-layouts-differ", **values))
    for name in dataset_names(form):
        reading = profiles[name].interpretation
        if reading is not None and reading.get("id") is None:
            yield FieldError(ATLASES, Message("data.atlas-without-ids", dataset=name))


def _series(
    form: TaskForm, profiles: Profiles, series: SeriesOptions, parent: Parent | None
) -> Iterator[FieldError]:
    """What is computed from time series needs them, and how far their points are apart."""
    names = dataset_names(form)
    place = PARENT if parent else f"param_set.{series.setting}"
    without = [name for name in names if not profiles[name].series]
    if series.setting and without:
        yield FieldError(
            place, Message("forms.without-series", field=series.setting, names=without)
        )
        return
    untimed = [name for name in names if profiles[name].repetition_time is None]
    if LOW_FREQUENCY in series.measures and untimed:
        yield FieldError(place, Message("forms.without-repetition-time", names=untimed))


def _classes(form: TaskForm, profiles: Profiles, parent: Parent | None) -> Iterator[FieldError]:
    """Something to learn from, and no class that the model cannot know."""
    trained = frozenset(int(label) for name in form.train_data for label in profiles[name].classes)
    if parent is None and len(trained) < 2:
        message = Message("forms.one-class", classes=sorted(trained))
        yield FieldError("train_data", message)
        return
    learned = parent.classes if parent else trained
    for split, names in form.splits.items():
        present = {int(label) for name in names for label in profiles[name].classes}
        if present - learned:
            field, new = f"{split}_data", sorted(present - learned)
            message = Message(
                "forms.class-unknown", field=field, classes=new, learned=sorted(learned)
            )
            yield FieldError(field, message)


def _parent_fits(form: TaskForm, data: Layout, parent: Parent) -> Iterator[FieldError]:
    try:
        parent.check_fit(data)
    except ModelError as error:
        reason = as_one(error.messages)
        message = Message("forms.parent-unusable", task=form.trained_task_id, reason=reason)
        yield FieldError(PARENT, message)


def _model(form: TaskForm, parent: Parent) -> Iterator[FieldError]:
    if form.model and parent.model and form.model != parent.model:
        message = Message(
            "forms.other-model", model=form.model, task=form.trained_task_id, trained=parent.model
        )
        yield FieldError("model", message)


def _solved(form: TaskForm, parent: Parent | None) -> Iterator[FieldError]:
    """What a model whose optimum is computed cannot be asked for."""
    model = parent.model if parent else form.model
    if model not in MODELS or not MODELS[model].is_solved:
        return
    if parent:
        yield FieldError(PARENT, Message("model.solved-fine-tuning", model=model))
        return
    if form.settings.get("label") == "score":
        yield FieldError("param_set.label", Message("options.solved-score", model=model))
    if form.settings.get("nested"):
        yield FieldError("param_set.nested", Message("options.solved-nested", model=model))


def _scores(form: TaskForm, profiles: Profiles) -> Iterator[FieldError]:
    """A model of a score needs subjects with one, of whatever class."""
    for split, names in form.splits.items():
        for name in names:
            if profiles[name].scores == 0:
                yield FieldError(f"{split}_data", _score_missing(form, name))


def _score_missing(form: TaskForm, name: str) -> Message:
    if form.task_type == FINE_TUNE:
        return Message("forms.score-missing-of-parent", task=form.trained_task_id, name=name)
    return Message("forms.score-missing", name=name)


def _graph(
    form: TaskForm, profiles: Profiles, layouts: Mapping[str, Layout]
) -> Iterator[FieldError]:
    graph = form.settings.get("graph")
    names = dataset_names(form)
    unplaced = [name for name in form.train_data if not profiles[name].atlas]
    if graph == "spatial" and len(unplaced) == len(form.train_data):
        yield _graph_error("forms.graph-without-coordinates", names=unplaced)
    without_series = [name for name in names if not profiles[name].series]
    if graph == "tangent" and without_series:
        yield _graph_error("forms.graph-without-series", names=without_series)
    without_connectome = [name for name in names if profiles[name].connectome is False]
    if graph in FROM_CONNECTOMES and without_connectome:
        yield _graph_error(
            "forms.graph-without-connectome", graph=str(graph), names=without_connectome
        )
    measures = layouts[form.train_data[0]].measures
    if graph == "similarity" and len(measures) < LEAST_MEASURES:
        values = {"least": LEAST_MEASURES, "count": len(measures), "measures": measures}
        yield _graph_error("forms.graph-with-few-measures", **values)


def _graph_error(code: str, **values: Any) -> FieldError:
    return FieldError("param_set.graph", Message(code, **values))
