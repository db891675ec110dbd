"""One task from cohorts to an honest result: prepare, fit, judge, explain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import numpy as np
import torch

from graphnet import provenance, splits
from graphnet.assessment import Assessment, assess, graph_helps
from graphnet.cohort import Cohort, IntArray
from graphnet.config import Evaluation, Settings
from graphnet.errors import CohortError, ModelError
from graphnet.explanation import explain
from graphnet.fits import fit_watched, replicas, untrained
from graphnet.harmonise import Harmoniser, confounding
from graphnet.manifest import check_fit
from graphnet.quality import RULES
from graphnet.scaling import CLIP
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.training import Epoch
from graphnet.validation import Validation, planned, validate

TRAINED_ON = "trained_on"
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
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    tick: Callable[[], None] = lambda: None,
    identity: Mapping[str, str] | None = None,
) -> Outcome:
    """Train from scratch, or from ``parent``, and judge the model on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor. ``on_epoch`` is called after each epoch of the model itself, ``tick`` after each
    epoch of what is trained to judge it; what they raise ends the task. ``identity`` (task ids)
    goes into the manifest as it is.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        SettingsError: a graph that these data cannot have.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer a number.

    """
    on = device or torch.device("cpu")
    asked = evaluation or Evaluation()
    start = _from_scratch(data, settings) if parent is None else _inherit(parent, data, settings)
    plans = planned(data, asked, by_score=start.scale is not None, seed=settings.seed)
    fitted = fit_watched(start, data, device=on, on_epoch=on_epoch)
    found = assess(
        fitted.model, data, baselines=asked.baselines, device=on, parent=parent, tick=tick
    )
    fresh, sentences = _may_start(parent, data)
    validated = validate(
        fitted.model,
        data.train,
        plans,
        asked,
        device=on,
        parent=None if fresh else parent,
        tick=tick,
    )
    clipped = _clipped(fitted.model, data)
    result = {
        "train_epochs": fitted.lines,
        **_figures(found, validated, data),
        "warnings": [*_warnings(fitted.model, data, clipped), *sentences, *validated.warnings],
        "selected_epoch": fitted.epoch,
        "code_version": metadata.version("nld-sgn"),
        "quality": _quality(data, clipped),
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


def _clipped(model: StoredModel, data: Splits) -> dict[str, IntArray]:
    """How many values of each subject and measure were drawn in, (S, F), by split."""
    through = model.preprocessing
    return {
        name: through.scaler.clipped(through.features(cohort))
        for name, cohort in data.present().items()
    }


def _warnings(model: StoredModel, data: Splits, clipped: Mapping[str, IntArray]) -> list[str]:
    sentences = splits.warnings(data)
    if model.preprocessing.harmoniser is not None:
        sentences += _on_sites(model.preprocessing.harmoniser, data)
    sentences += _without_edges(model, data)
    constant = int((model.preprocessing.scaler.scale == 0).sum())
    if constant:
        sentences.append(
            f"{constant} columns hardly vary among the training subjects and were set to 0."
        )
    for name, counts in clipped.items():
        cells = int(counts.sum())
        if cells:
            sentences.append(
                f"{name}_data: {cells} values lie more than {CLIP:g} standard deviations from the "
                "training subjects' mean and were drawn in to that distance."
            )
    return sentences


def _without_edges(model: StoredModel, data: Splits) -> list[str]:
    """Whose own graph the threshold leaves empty."""
    threshold, found = model.settings.threshold, []
    for name, cohort in data.present().items() if threshold is not None else ():
        count = model.preprocessing.without_edges(cohort)
        if count:
            found.append(
                f"{name}_data: {count} of {len(cohort)} subjects have no edge left at threshold "
                f"{threshold:g}; their regions are seen each by itself."
            )
    return found


def _on_sites(harmoniser: Harmoniser, data: Splits) -> list[str]:
    """What harmonising could not do, or did too much of."""
    sentences = confounding(data.train.sites, data.train.labels)
    for name, cohort in data.held_out():
        sentences += [
            f"{name}_data: {count} subjects are of site {site}, which the training data do not "
            "have; they were not harmonised."
            for site, count in harmoniser.unseen(cohort.sites).items()
        ]
    return sentences


def _quality(data: Splits, clipped: Mapping[str, IntArray]) -> dict[str, Any]:
    """Rules and findings by split, the subjects with clipped values among them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, cohort in data.present().items():
        counts = clipped[name]
        drawn_in = [
            {"rule": "clipped", "site": cohort.datasets[subject], "subject": cohort.ids[subject],
             "measure": cohort.measures[measure], "count": int(counts[subject, measure])}
            for subject, measure in np.argwhere(counts)
        ]  # fmt: skip
        found[name] = [finding.as_dict() for finding in cohort.findings] + drawn_in
    return {"rules": RULES, "findings": found}


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
