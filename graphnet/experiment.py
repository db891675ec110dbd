"""One task from cohorts to an honest result: prepare, fit, judge, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import torch
from torch import Tensor

from graphnet import provenance, splits
from graphnet.assessment import Assessment, assess, graph_helps, has_graph
from graphnet.cohort import Cohort
from graphnet.config import Evaluation, Settings
from graphnet.errors import CohortError, ModelError
from graphnet.explanation import explain
from graphnet.fits import Watched, fit_watched, replicas, untrained
from graphnet.journal import Journal
from graphnet.manifest import check_fit
from graphnet.nested import INNER_FOLDS, grid
from graphnet.remarks import clipped_values, quality, warnings
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.training import Training
from graphnet.validation import Folds, Validation, planned, validate

TRAINED_ON = "trained_on"
TOGETHER = 0.15  # of the time of one training, for each that is trained along with it
INHERITED = ("graph", "density", "threshold", "sign", "neighbours", "harmonise", "label")


@dataclass(frozen=True)
class Outcome:
    """What came of a training: the model to keep and the result to show."""

    model: StoredModel
    result: dict[str, Any]


def run(
    data: Splits,
    settings: Settings,
    *,
    evaluation: Evaluation | None = None,
    parent: StoredModel | None = None,
    device: torch.device | None = None,
    journal: Journal | None = None,
    identity: Mapping[str, str] | None = None,
) -> Outcome:
    """Train from scratch, or from ``parent``, and judge the model on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor, also where ``journal`` gives back the state of an interrupted run of the same.
    ``identity`` (task ids) goes into the manifest as it is.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        SettingsError: a graph that these data cannot have.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer a number.

    """
    on = device or torch.device("cpu")
    asked = evaluation or Evaluation()
    along = journal or Journal()
    start = _start(data, settings, parent)
    plans = planned(data, asked, by_score=start.scale is not None, seed=settings.seed)
    along.expect(_costs(start, plans, asked, parent))
    with along.step("train"):
        fitted = fit_watched(start, data, device=on, journal=along)
    along.pause()
    with along.step("assess"):
        found = assess(
            fitted.model, data, baselines=asked.baselines, device=on, parent=parent, journal=along
        )
    along.pause()
    fresh, sentences = _may_start(parent, data)
    with along.step("validate"):
        validated = validate(
            fitted.model,
            data.train,
            plans,
            asked,
            device=on,
            parent=None if fresh else parent,
            journal=along,
        )
    along.pause()
    clipped = clipped_values(fitted.model, data)
    result = {
        "train_epochs": fitted.lines,
        **_figures(found, validated, data),
        "warnings": [*warnings(fitted.model, data, clipped), *sentences, *validated.warnings],
        "selected_epoch": fitted.epoch,
        "code_version": metadata.version("nld-sgn"),
        "quality": quality(data, clipped),
        "explanation": explain(fitted.model, _explained(data), validated.models)
        if asked.explain
        else None,
        "device": str(on),
    }
    facts = {
        **(identity or {}),
        **{key: result[key] for key in ("metrics", "warnings", "selected_epoch", "code_version")},
        "datasets": {
            name: provenance.fingerprints(cohort) for name, cohort in data.present().items()
        },
        TRAINED_ON: sorted({*provenance.subjects(data.train.ids), *_seen(parent)}),
    }
    return Outcome(replace(fitted.model, facts=facts), result)


def recovered(
    data: Splits, settings: Settings, parent: StoredModel | None, state: Mapping[str, Tensor]
) -> Watched:
    """The model with the best parameters of a training of the same that was interrupted.

    Raises:
        GraphnetError: as :func:`run`; and where ``state`` is of another training.

    """
    done = replace(settings, epochs=int(state["epoch"]))
    found = fit_watched(
        _start(data, done, parent), data, device=torch.device("cpu"), journal=_Reading(state)
    )
    asked = replace(found.model.settings, epochs=settings.epochs)
    return replace(found, model=replace(found.model, settings=asked))


class _Reading(Journal):
    """Gives back one state, and refuses to train beyond it."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._state = state

    def kept(self, stage: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        return self._state

    def began(self, training: Training) -> None:
        if training.epoch != int(self._state["epoch"]):
            raise ModelError("The checkpoint is of another training.")


def _start(data: Splits, settings: Settings, parent: StoredModel | None) -> StoredModel:
    if parent is None:
        return _from_scratch(data, settings)
    return _inherit(parent, data, settings)


def _costs(
    start: StoredModel, plans: Sequence[Folds], asked: Evaluation, parent: StoredModel | None
) -> list[float]:
    """About how much work each training is: the model's own, its folds', nested ones'."""
    both = asked.baselines and parent is None and has_graph(start)
    costs = [1.0, 1.0] if both else [1.0]
    for plan in plans:
        count = len(plan.folds)
        if not count:
            continue
        if asked.nested:
            costs += [TOGETHER * INNER_FOLDS * len(grid(start.settings))] * count
        costs += [1 + TOGETHER * count] * (2 if both else 1)
    return costs


def _explained(data: Splits) -> Cohort:
    """Whose predictions are explained: those the model has not seen, where there are any."""
    return data.test or data.val or data.train


def _figures(found: Assessment, validated: Validation, data: Splits) -> dict[str, Any]:
    """Metrics, baselines and paired differences by split, those of the folds among them."""
    names = [*found.baselines, *(set(validated.baselines) - set(found.baselines))]
    baselines = {
        name: {**found.baselines.get(name, {}), **validated.baselines.get(name, {})}
        for name in names
    }
    differences = {**found.differences, **validated.differences}
    known = {name for name, _ in data.held_out() if data.shared("train", name)}
    return {
        "metrics": {**found.metrics, **validated.metrics},
        "baselines": baselines,
        "baselines_left_out": found.reasons,
        "differences": differences,
        "graph_helps": graph_helps(
            {split: each for split, each in differences.items() if split not in known}
        ),
        "cross_validation": validated.facts,
    }


def _seen(parent: StoredModel | None) -> list[str]:
    """Hashes of the subjects that a parent, and its own, were trained on."""
    listed = [] if parent is None else parent.facts.get(TRAINED_ON, [])
    return [digest for digest in listed if isinstance(digest, str)]


def _may_start(parent: StoredModel | None, data: Splits) -> tuple[bool, list[str]]:
    """Whether folds must start from scratch, as the parent knows their subjects; and sentences."""
    if parent is None:
        return True, []
    known = {
        name: provenance.known_to(_seen(parent), cohort) for name, cohort in data.present().items()
    }
    sentences = [
        f"The parent was trained on {len(ids)} of the subjects of {name}_data, so figures on them "
        "are no estimate of new subjects."
        for name, ids in known.items()
        if ids and name != "train"
    ]
    if TRAINED_ON not in parent.facts:
        sentences.append(
            "The parent does not say which subjects it was trained on, so it is not known whether "
            "it has seen those of this task."
        )
    if known["train"]:
        sentences.append(
            f"The parent was trained on {len(known['train'])} of the subjects of train_data; where "
            "these are cross-validated, each fold is trained from scratch."
        )
    return bool(known["train"]), sentences


def _from_scratch(data: Splits, settings: Settings) -> StoredModel:
    classes = data.train.classes
    if settings.label == "score":
        return untrained(data.train, settings, ())
    if len(classes) < 2:
        raise CohortError(
            f"train_data holds class {classes[0]} only; to train from scratch, give subjects of "
            "at least two classes."
        )
    splits.check_classes(data, classes)
    return untrained(data.train, settings, classes)


def _inherit(parent: StoredModel, data: Splits, settings: Settings) -> StoredModel:
    """The parent with the new settings; its scaler, graph and label map stay."""
    check_fit(parent.layout, data.train.layout)
    if parent.scale is None:
        splits.check_classes(data, parent.classes)
    if settings.model != parent.settings.model:
        raise ModelError(
            f"The stored model is {parent.settings.model}, so it cannot be fine-tuned as "
            f"{settings.model}; leave model empty or name {parent.settings.model}."
        )
    kept = {name: getattr(parent.settings, name) for name in INHERITED}
    inherited = replace(settings, **kept, seeds=replicas(parent))
    return replace(parent, settings=inherited, facts={})
