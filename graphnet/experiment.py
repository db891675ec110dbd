"""One task from cohorts to an honest result: prepare, fit, judge, explain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import torch

from graphnet import provenance
from graphnet.assessment import Assessment, assess, graph_helps
from graphnet.cohort import Cohort
from graphnet.config import Evaluation, Settings
from graphnet.explanation import explain
from graphnet.journal import Journal
from graphnet.parts import Gatherer, Sharing
from graphnet.remarks import clipped_values, quality, warnings
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.validation import Validation, validate
from graphnet.work import TRAINED_ON, Work, seen


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
    sharing: Sharing | None = None,
) -> Outcome:
    """Train from scratch, or from ``parent``, and judge the model on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor, also where ``journal`` gives back the state of an interrupted run of the same.
    ``identity`` (task ids) goes into the manifest as it is. With ``sharing``, others do the parts
    that ``fan_out`` asks for; the same form then gives the same bits, whoever does them.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        SettingsError: a graph that these data cannot have.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer a number.

    """
    on = device or torch.device("cpu")
    along = journal or Journal()
    work = Work.of(data, settings, evaluation or Evaluation(), parent)
    gatherer = Gatherer(work, on, along, sharing)
    along.expect(work.costs(1 if sharing is None else work.asked.fan_out))
    gatherer.announce()
    trained = gatherer.trained()
    fitted = trained.own
    along.pause()
    found = assess(
        fitted.model,
        data,
        baselines=work.asked.baselines,
        parent=parent,
        twin=trained.twin,
        reason=trained.reason,
    )
    along.pause()
    validated = validate(fitted.model, data.train, work.plans, work.asked, gatherer.judged)
    along.pause()
    clipped = clipped_values(fitted.model, data)
    result = {
        "train_epochs": fitted.lines,
        **_figures(found, validated, data),
        "warnings": [*warnings(fitted.model, data, clipped), *work.sentences, *validated.warnings],
        "selected_epoch": fitted.epoch,
        "code_version": metadata.version("nld-sgn"),
        "quality": quality(data, clipped),
        "explanation": explain(fitted.model, _explained(data), validated.models)
        if work.asked.explain
        else None,
        "device": str(on),
    }
    facts = {
        **(identity or {}),
        **{key: result[key] for key in ("metrics", "warnings", "selected_epoch", "code_version")},
        "datasets": {
            name: provenance.fingerprints(cohort) for name, cohort in data.present().items()
        },
        TRAINED_ON: sorted({*provenance.subjects(data.train.ids), *seen(parent)}),
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
