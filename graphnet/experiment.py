"""One task from cohorts to an honest result: scale, build the graph, fit, evaluate."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import groupby
from typing import Any

import numpy as np
import torch

from graphnet import graphs, splits
from graphnet.cohort import Cohort, IntArray
from graphnet.config import Settings
from graphnet.errors import CohortError, ModelError
from graphnet.manifest import check_fit
from graphnet.metrics import evaluate
from graphnet.models import Sizes, build_net
from graphnet.quality import RULES
from graphnet.scaling import CLIP, Scaler
from graphnet.splits import Splits
from graphnet.stored import StoredModel
from graphnet.training import Epoch, Training

GROUP_NAMES = {"train": "Train", "val": "Val", "test": "Test"}


@dataclass(frozen=True)
class Outcome:
    """What came of a training: the model to keep and the result to show."""

    model: StoredModel
    result: dict[str, Any]


def run(
    data: Splits,
    settings: Settings,
    *,
    parent: StoredModel | None = None,
    device: torch.device | None = None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    identity: Mapping[str, str] | None = None,
) -> Outcome:
    """Train from scratch, or from ``parent``, and evaluate on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor. ``on_epoch`` is called after each epoch; what it raises ends the training.
    ``identity`` (task ids) goes into the manifest as it is.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer a number.

    """
    on = device or torch.device("cpu")
    untrained = (
        _from_scratch(data, settings) if parent is None else _inherit(parent, data, settings)
    )
    groups = {
        GROUP_NAMES[name]: untrained.prepare(cohort, on) for name, cohort in data.present().items()
    }
    training = Training(
        untrained.net,
        {name: tensor.to(on) for name, tensor in untrained.parameters.items()},
        groups,
        untrained.settings,
        seeds=[settings.seed],
        select="Val" if data.may_select else None,
    )
    lines = []
    for epoch in training:
        lines.append(epoch.line())
        on_epoch(epoch)
    parameters = {name: tensor.detach().cpu() for name, tensor in training.result().items()}
    trained = replace(untrained, parameters=parameters)
    facts = _facts(trained, data, int(training.best_epoch[0]), identity or {})
    result = {"train_epochs": lines, **_shown(facts), "quality": _quality(trained, data)}
    return Outcome(model=replace(trained, facts=facts), result=result | {"device": str(on)})


def _from_scratch(data: Splits, settings: Settings) -> StoredModel:
    classes = data.train.classes
    if len(classes) < 2:
        raise CohortError(
            f"train_data holds class {classes[0]} only; to train from scratch, give subjects of "
            "at least two classes."
        )
    splits.check_classes(data, classes)
    layout = data.train.layout
    scaler = Scaler.fit(data.train.features)
    graph = graphs.build(settings.graph, scaler.transform(data.train.features), settings.density)
    net = build_net(settings.model, Sizes(len(layout.regions), len(layout.measures), len(classes)))
    return StoredModel(
        settings=settings,
        layout=layout,
        classes=classes,
        scaler=scaler,
        parameters=net.initial([settings.seed]),
        graph=None if graph is None else torch.from_numpy(graph),
        facts={},
    )


def _inherit(parent: StoredModel, data: Splits, settings: Settings) -> StoredModel:
    """The parent with the new settings; its scaler, graph and label map stay."""
    check_fit(parent.layout, data.train.layout)
    splits.check_classes(data, parent.classes)
    if settings.model != parent.settings.model:
        raise ModelError(
            f"The stored model is {parent.settings.model}, so it cannot be fine-tuned as "
            f"{settings.model}; leave model empty or name {parent.settings.model}."
        )
    inherited = replace(settings, graph=parent.settings.graph, density=parent.settings.density)
    return replace(parent, settings=inherited, facts={})


def _facts(
    model: StoredModel, data: Splits, selected: int, identity: Mapping[str, str]
) -> dict[str, Any]:
    return {
        **identity,
        "code_version": metadata.version("nld-sgn"),
        "selected_epoch": selected,
        "metrics": {name: _metrics(model, cohort) for name, cohort in _all_splits(data).items()},
        "warnings": _warnings(model, data),
        "datasets": {name: fingerprints(cohort) for name, cohort in data.present().items()},
    }


def _all_splits(data: Splits) -> dict[str, Cohort | None]:
    return {"train": data.train, "val": data.val, "test": data.test}


def _metrics(model: StoredModel, cohort: Cohort | None) -> dict[str, Any] | None:
    if cohort is None:
        return None
    return evaluate(_indices(model, cohort), model.predict(cohort))


def _indices(model: StoredModel, cohort: Cohort) -> IntArray:
    return np.searchsorted(model.classes, cohort.labels).astype(np.int64)


def _warnings(model: StoredModel, data: Splits) -> list[str]:
    sentences = splits.warnings(data)
    constant = int((model.scaler.scale == 0).sum())
    if constant:
        sentences.append(
            f"{constant} columns hardly vary among the training subjects and were set to 0."
        )
    for name, cohort in data.present().items():
        cells = int(model.scaler.clipped(cohort.features).sum())
        if cells:
            sentences.append(
                f"{name}_data: {cells} values lie more than {CLIP:g} standard deviations from the "
                "training subjects' mean and were drawn in to that distance."
            )
    return sentences


def _shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in ("metrics", "warnings", "selected_epoch", "code_version")}


def _quality(model: StoredModel, data: Splits) -> dict[str, Any]:
    """Rules and findings by split, the subjects with clipped values among them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, cohort in data.present().items():
        counts = model.scaler.clipped(cohort.features)
        clipped = [
            {"rule": "clipped", "site": cohort.sites[subject], "subject": cohort.ids[subject],
             "measure": cohort.measures[measure], "count": int(counts[subject, measure])}
            for subject, measure in np.argwhere(counts)
        ]  # fmt: skip
        found[name] = [finding.as_dict() for finding in cohort.findings] + clipped
    return {"rules": RULES, "findings": found}


def fingerprints(cohort: Cohort) -> list[dict[str, Any]]:
    """Name, subjects and SHA-256 of each dataset's content, whatever order its columns had."""
    rows = sorted(range(len(cohort)), key=lambda row: cohort.sites[row])
    return [
        {"name": site, **_fingerprint(cohort, list(members))}
        for site, members in groupby(rows, key=lambda row: cohort.sites[row])
    ]


def _fingerprint(cohort: Cohort, rows: list[int]) -> dict[str, Any]:
    content = hashlib.sha256()
    content.update("\x1f".join([*cohort.regions, *cohort.measures]).encode())
    content.update("\x1f".join(cohort.ids[row] for row in rows).encode())
    content.update(cohort.labels[rows].astype("<i8").tobytes())
    content.update(cohort.features[rows].astype("<f8").tobytes())
    return {"subjects": len(rows), "sha256": content.hexdigest()}
