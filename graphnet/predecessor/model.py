"""An old net's parameters, and what else is known of it, become a stored model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np

from graphnet.artifacts.manifest import (
    COHORT,
    LINEAGE,
    NORMALISATION,
    PARTIAL,
    SCALER,
    TRAINED_ON,
    lineage_facts,
)
from graphnet.artifacts.manifest import UNKNOWN as UNKNOWN_KEY
from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import FROM_CONNECTOMES
from graphnet.config import TrainingSettings
from graphnet.data import provenance
from graphnet.data.class_names import Source, shared_names, words
from graphnet.data.cohort import Cohort, Layout
from graphnet.data.interpretation import Z
from graphnet.errors import ModelError, SettingsError
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.graphs import Graphs
from graphnet.messages import Message, as_warnings
from graphnet.models import gcn
from graphnet.predecessor.names import ARCHITECTURES, GCN, TOPK, Mapped, mapped, read_out
from graphnet.predecessor.state import State
from graphnet.preprocessing.pipeline import Preprocessing, rule
from graphnet.preprocessing.scaling import Scaler

NONE, FIT, UNKNOWN = "none", "fit", "unknown"
SCALERS = (NONE, FIT, UNKNOWN)
FULL = "full"
TRAINING = ("learning_rate", "batch_size", "epochs", "lr_step_size", "lr_decay")
WHOLE = {"batch_size", "epochs", "lr_step_size"}


@dataclass(frozen=True)
class Wanted:
    """What the file cannot say of an old model.

    ``regions`` and ``measures`` are in the order in which the net takes them, () where the
    training data say so; ``classes`` are words for the classes from 0 on; ``param_set`` is that of
    the old form, ``parent`` the task that it was fine-tuned from, "" if none.
    """

    task_id: str
    architecture: str
    scaler: str
    graph: str = FULL
    regions: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    param_set: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            choices = Message("predecessor.either-name", first=GCN, second=TOPK)
            invalid = {"value": self.architecture, "choices": choices}
            raise ModelError(Message("predecessor.architecture-invalid", **invalid))
        if self.scaler not in SCALERS:
            raise ModelError(Message("predecessor.scaler-missing"))


@dataclass(frozen=True)
class TrainedOn:
    """The subjects whom an old model has seen, as far as they are here.

    ``certain`` if somebody said that it were these; else its form names them.
    """

    cohort: Cohort | None = None
    certain: bool = False
    said: tuple[Message, ...] = ()


def assembled(state: State, wanted: Wanted, seen: TrainedOn) -> StoredModel:
    """The model with its manifest, whose ``warnings`` say what was done and assumed.

    Raises:
        ModelError: the file holds another net, or something must be said that nobody has said.
        CohortError: class names that contradict each other.
        SettingsError: a graph that cannot be.

    """
    found = mapped(state.tensors, wanted.architecture)
    layout = _layout(wanted, seen.cohort, found.measures)
    cohort = None if seen.cohort is None else seen.cohort.arranged(layout)
    found = read_out(found, _count(wanted, found, cohort))
    classes = tuple(range(int(found.classes or 0)))
    names = _names(wanted, cohort, classes)
    settings = _settings(wanted)
    preprocessing = _preprocessing(wanted, settings, layout, cohort)
    facts = _facts(wanted, seen, cohort, preprocessing)
    if found.normalised_otherwise:
        facts[UNKNOWN_KEY].append(NORMALISATION)
    warnings = [
        Message("predecessor.imported", architecture=wanted.architecture),
        *state.said,
        *found.said,
        *_assumptions(wanted, seen, cohort),
        *([Message("predecessor.other-normalisation")] if found.normalised_otherwise else []),
    ]
    facts |= as_warnings(warnings)
    model = StoredModel(
        settings=settings,
        layout=layout,
        classes=classes,
        preprocessing=preprocessing,
        parameters={name: tensor[None].clone() for name, tensor in found.parameters.items()},
        facts=facts,
        class_names=names,
        edges=cohort.edges if cohort is not None and wanted.graph in FROM_CONNECTOMES else "",
    )
    model.check_shapes()
    return model


def _layout(wanted: Wanted, cohort: Cohort | None, measures: int) -> Layout:
    regions, chosen = _regions(wanted, cohort), _measures(wanted, cohort, measures)
    unsaid = [answer for answer in (regions, chosen) if isinstance(answer, Message)]
    if isinstance(regions, Message) or isinstance(chosen, Message):
        raise ModelError(*unsaid)
    layout = Layout(regions, chosen)
    if len(set(regions)) != len(regions):
        raise ModelError(Message("predecessor.regions-twice", names=regions))
    if len(set(chosen)) != len(chosen):
        raise ModelError(Message("predecessor.measures-twice", names=chosen))
    if len(chosen) != measures:
        counts = {"count": measures, "named": len(chosen)}
        raise ModelError(Message("predecessor.measures-count", names=chosen, **counts))
    differences = (
        []
        if cohort is None
        else layout.differences(cohort.layout, Message("data.the-model"), Message("data.the-data"))
    )
    if differences:
        raise ModelError(Message("predecessor.other-layout"), *differences)
    return layout


def _regions(wanted: Wanted, cohort: Cohort | None) -> tuple[str, ...] | Message:
    """The regions, or a message that asks for them."""
    if wanted.regions:
        return wanted.regions
    if cohort is None:
        return Message("predecessor.regions-missing")
    if all(name.isdecimal() for name in cohort.regions):
        return tuple(sorted(cohort.regions, key=int))
    return cohort.regions


def _measures(wanted: Wanted, cohort: Cohort | None, count: int) -> tuple[str, ...] | Message:
    """The measures, or a message that asks for them."""
    if wanted.measures:
        return wanted.measures
    if cohort is not None and len(cohort.measures) == count == 1:
        return cohort.measures
    if cohort is None:
        return Message("predecessor.measures-missing", count=count)
    return Message("predecessor.measures-missing-but-in-data", count=count, names=cohort.measures)


def _count(wanted: Wanted, found: Mapped, cohort: Cohort | None) -> int:
    """How many classes there are; every label of the data is one of them. Raises ModelError."""
    known = () if cohort is None else cohort.classes
    count = len(wanted.classes) or found.classes or (max(known) + 1 if known else 0)
    if count < 2:
        raise ModelError(Message("predecessor.classes-missing"))
    outputs = found.classes or gcn.OUT
    if len(wanted.classes) > outputs:
        counts = {"outputs": outputs, "count": count}
        raise ModelError(Message("predecessor.classes-too-many", names=wanted.classes, **counts))
    count = min(count, outputs)
    others = [str(label) for label in known if not 0 <= label < count]
    if others:
        counts = {"count": count, "last": count - 1}
        raise ModelError(Message("predecessor.class-unknown", names=others, **counts))
    return count


def _names(wanted: Wanted, cohort: Cohort | None, classes: Sequence[int]) -> dict[int, str]:
    sources: list[Source] = [("--classes", words(dict(enumerate(wanted.classes))))]
    if cohort is not None:
        sources.append((Message("data.the-training-data"), cohort.class_names))
    names = shared_names(sources)[0]
    return {label: names[label] for label in classes if label in names}


def _settings(wanted: Wanted) -> TrainingSettings:
    """Those of the old form, as far as they are any here."""
    settings = TrainingSettings.for_model(wanted.architecture, graph=wanted.graph)
    for name in TRAINING:
        try:
            value = float(wanted.param_set[name])
            asked = {"graph": wanted.graph, **_asked(settings), name: _whole(name, value)}
            settings = TrainingSettings.for_model(wanted.architecture, **asked)
        except (KeyError, TypeError, ValueError, OverflowError, SettingsError):
            continue
    return settings


def _asked(settings: TrainingSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in TRAINING}


def _whole(name: str, value: float) -> float:
    return int(value) if name in WHOLE else value


def _preprocessing(
    wanted: Wanted, settings: TrainingSettings, layout: Layout, cohort: Cohort | None
) -> Preprocessing:
    if wanted.scaler == FIT:
        if cohort is None:
            raise ModelError(Message("predecessor.scaler-needs-data"))
        return Preprocessing.fit(cohort, settings)
    shape = (1, len(layout.regions), len(layout.measures))
    features = np.zeros(shape) if cohort is None else cohort.features
    scaler = Scaler.none(Scaler.fit(features).filling)
    if cohort is None and wanted.graph not in (FULL, NONE):
        raise ModelError(Message("predecessor.graph-needs-data", graph=wanted.graph))
    graphs = Graphs.fit(
        rule(settings),
        scaler.transform(features),
        None if cohort is None else cohort.connectomes,
        edges=Z if cohort is None else cohort.edges,
    )
    return Preprocessing(scaler, graphs)


def _facts(
    wanted: Wanted, seen: TrainedOn, cohort: Cohort | None, preprocessing: Preprocessing
) -> dict[str, Any]:
    identity = {"task_id": wanted.task_id, "parent_task_id": wanted.parent}
    certain = seen.certain and not wanted.parent
    facts: dict[str, Any] = {
        **identity,
        UNKNOWN_KEY: [
            *([] if certain else [COHORT]),
            *([SCALER] if wanted.scaler == UNKNOWN else []),
        ],
        "code_version": metadata.version("nld-sgn"),
    }
    before = [{"task_id": wanted.parent, "datasets": None}] if wanted.parent else []
    if cohort is None:
        own = {"task_id": wanted.task_id, "datasets": None}
        return {**facts, TRAINED_ON: [], PARTIAL: True, LINEAGE: [*before, own]}
    said = lineage_facts(cohort, None, {"task_id": wanted.task_id})
    return {
        **facts,
        **said,
        LINEAGE: [*before, *said[LINEAGE]],
        PARTIAL: not certain,
        "datasets": {"train": provenance.fingerprints(cohort)},
        DOMAIN: ApplicabilityDomain.of(
            cohort, preprocessing.scaled(cohort), has_scale=not preprocessing.scaler.is_none
        ).as_dict(),
    }


def _assumptions(wanted: Wanted, seen: TrainedOn, cohort: Cohort | None) -> list[Message]:
    datasets = () if cohort is None else tuple(dict.fromkeys(cohort.datasets))
    messages = [*seen.said]
    if cohort is None:
        messages.append(Message("predecessor.training-data-unknown"))
    elif not seen.certain:
        messages.append(Message("predecessor.training-data-assumed", datasets=datasets))
    if wanted.parent:
        messages.append(Message("predecessor.fine-tuned", parent=wanted.parent))
    subjects = 0 if cohort is None else len(cohort)
    scaling = {
        NONE: Message("predecessor.not-scaled"),
        FIT: Message("predecessor.scaled", subjects=subjects, datasets=datasets),
        UNKNOWN: Message("predecessor.scaling-unknown"),
    }
    messages.append(scaling[wanted.scaler])
    if cohort is None:
        messages.append(Message("predecessor.filled-by-zero"))
    return [*messages, Message("predecessor.graph-assumed", graph=wanted.graph)]
