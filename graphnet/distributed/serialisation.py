"""What a part of a task's work gave, as bytes: a SHA-256, tensors and JSON. No pickle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.data.cohort import FloatArray
from graphnet.errors import ModelError
from graphnet.evaluation.cross_validation import CrossValidation
from graphnet.evaluation.folds import Fold
from graphnet.training import checkpoint

PREDICTED, BASELINE = "predicted", "baseline."


@dataclass(frozen=True)
class Seeds:
    """Some replicas of a model, and of its twin without a graph or why there is none."""

    model: StoredModel
    twin: StoredModel | None
    reason: str


def pack_seeds(seeds: Seeds) -> bytes:
    """Replicas as bytes."""
    models = [seeds.model] if seeds.twin is None else [seeds.model, seeds.twin]
    return _packed({}, models, {"reason": seeds.reason})


def unpack_seeds(content: bytes) -> Seeds:
    """Read back what :func:`pack_seeds` gave. Raises ModelError."""
    _, models, facts = _unpacked(content)
    return Seeds(models[0], models[1] if len(models) > 1 else None, str(facts["reason"]))


def pack_folds(found: CrossValidation) -> bytes:
    """What some folds gave, as bytes."""
    arrays = {PREDICTED: found.predicted} | {
        BASELINE + name: values for name, values in found.baselines.items() if values is not None
    }
    facts = {
        "baselines": list(found.baselines),
        "reasons": dict(found.reasons),
        "chosen": list(found.chosen),
    }
    tensors = {name: torch.from_numpy(values) for name, values in arrays.items()}
    return _packed(tensors, found.models, facts)


def unpack_folds(contents: Sequence[bytes], folds: Sequence[Fold]) -> CrossValidation:
    """What all the ``folds`` give, from what :func:`pack_folds` gave for some each.

    A baseline that could not be fitted in one fold is left out, as if all had been in one part.

    Raises:
        ModelError: bytes that are no such thing.

    """
    each = [_unpacked(content) for content in contents]
    repeats = 1 + max(fold.repeat for fold in folds)
    reasons: dict[str, str] = {}
    for _, _, facts in each:
        reasons = {**facts["reasons"], **reasons}
    names = each[0][2]["baselines"]
    baselines = {
        name: None if name in reasons else _together(each, BASELINE + name, repeats)
        for name in names
    }
    return CrossValidation(
        folds=folds,
        predicted=_together(each, PREDICTED, repeats),
        baselines=baselines,
        models=[model for _, models, _ in each for model in models],
        reasons=reasons,
        chosen=[chosen for _, _, facts in each for chosen in facts["chosen"]],
    )


Content = tuple[dict[str, Tensor], list[StoredModel], dict[str, Any]]


def _together(each: Sequence[Content], name: str, repeats: int) -> FloatArray:
    """Out-of-fold predictions (R, S, C): a subject's are those of the part that tested it."""
    parts = [tensors[name].numpy() for tensors, _, _ in each]
    kept = np.full((repeats, *parts[0].shape[1:]), np.nan)
    for part in parts:
        there = kept[: len(part)]
        there[...] = np.where(np.isnan(part), there, part)
    return kept


def _packed(
    tensors: Mapping[str, Tensor], models: Sequence[StoredModel], facts: Mapping[str, Any]
) -> bytes:
    packed = dict(tensors)
    for number, model in enumerate(models):
        parameters, manifest = model.to_bytes()
        packed[f"parameters.{number}"] = _tensor(parameters)
        packed[f"manifest.{number}"] = _tensor(manifest)
    text = json.dumps({**facts, "models": len(models)}, allow_nan=False)
    return checkpoint.to_bytes({**packed, "facts": _tensor(text.encode())})


def _unpacked(content: bytes) -> Content:
    tensors = checkpoint.from_bytes(content)
    try:
        facts: dict[str, Any] = json.loads(_bytes(tensors.pop("facts")))
        models = [
            StoredModel.from_bytes(
                _bytes(tensors.pop(f"parameters.{number}")),
                _bytes(tensors.pop(f"manifest.{number}")),
            )
            for number in range(facts["models"])
        ]
    except (KeyError, ValueError) as error:
        raise ModelError("The part of a task that was stored cannot be read.") from error
    return tensors, models, facts


def _tensor(content: bytes) -> Tensor:
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)


def _bytes(tensor: Tensor) -> bytes:
    return tensor.numpy().tobytes()
