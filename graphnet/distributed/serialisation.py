"""The state of an interrupted training, and the result of a shard, as bytes.

A SHA-256, then safetensors, with JSON in one of the tensors. No pickle.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from graphnet.artifacts.model import StoredModel
from graphnet.data.cohort import FloatArray
from graphnet.errors import ModelError
from graphnet.evaluation.cross_validation import CrossValidation
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.model_selection import Comparison
from graphnet.messages import Message

PREDICTED, LOGS = "predicted", "log_probabilities"
BASELINE, OTHER = "baseline.", "other."
RANKED = "ranked."  # before either: what subjects are ranked by


@dataclass(frozen=True)
class Replicas:
    """Some replicas of a model, and of the same network without its graph, or why not."""

    model: StoredModel
    no_graph: StoredModel | None
    no_graph_reason: Message | None


def pack_replicas(replicas: Replicas) -> bytes:
    """Replicas as bytes."""
    models = [replicas.model, *([] if replicas.no_graph is None else [replicas.no_graph])]
    reason = replicas.no_graph_reason
    return _packed({}, models, {"reason": "" if reason is None else reason.as_dict()})


def unpack_replicas(content: bytes) -> Replicas:
    """Read back what :func:`pack_replicas` gave. Raises ModelError."""
    _, models, facts = _unpacked(content)
    reason = Message.from_json(facts["reason"]) if facts["reason"] else None
    return Replicas(models[0], models[1] if len(models) > 1 else None, reason)


def pack_folds(result: CrossValidation) -> bytes:
    """What some folds gave, as bytes."""
    arrays = {PREDICTED: result.predicted} | {
        BASELINE + name: values for name, values in result.baselines.items() if values is not None
    }
    arrays |= {OTHER + name: values for name, values in result.others.items()}
    arrays |= {RANKED + OTHER + name: values for name, values in result.others_ranked.items()}
    arrays |= {RANKED + BASELINE + name: ranked for name, ranked in result.baselines_ranked.items()}
    if result.log_probabilities is not None:
        arrays[LOGS] = result.log_probabilities
    reason = result.uncalibrated
    facts = {
        "slopes": list(result.slopes),
        "uncalibrated": None if reason is None else reason.as_dict(),
        "baselines": list(result.baselines),
        "others": list(result.others),
        "other_reasons": {name: why.as_dict() for name, why in result.other_reasons.items()},
        "reasons": {name: reason.as_dict() for name, reason in result.reasons.items()},
        "chosen": list(result.chosen),
        "comparisons": [comparison.as_dict() for comparison in result.comparisons],
    }
    tensors = {name: torch.from_numpy(values) for name, values in arrays.items()}
    return _packed(tensors, result.models, facts)


def unpack_folds(contents: Sequence[bytes], folds: Sequence[Fold]) -> CrossValidation:
    """What all the ``folds`` give, from what :func:`pack_folds` gave for some of them each.

    A baseline that could not be fitted in one fold is left out, as if all had been in one shard.

    Raises:
        ModelError: bytes that are no such thing.

    """
    shards = [_unpacked(content) for content in contents]
    repeats = 1 + max(fold.repeat for fold in folds)
    stored: dict[str, Any] = {}
    for _, _, facts in shards:
        stored = {**facts["reasons"], **stored}
    names = shards[0][2]["baselines"]
    failed: dict[str, Any] = {}
    for _, _, facts in shards:
        failed = {**facts.get("other_reasons", {}), **failed}
    others = [name for name in shards[0][2].get("others", ()) if name not in failed]
    reasons = [facts["uncalibrated"] for _, _, facts in shards if facts["uncalibrated"]]
    has_logs = LOGS in shards[0][0]
    baselines = {
        name: None if name in stored else _together(shards, BASELINE + name, repeats)
        for name in names
    }
    return CrossValidation(
        folds=folds,
        predicted=_together(shards, PREDICTED, repeats),
        baselines=baselines,
        baselines_ranked={
            name: _together(shards, RANKED + BASELINE + name, repeats)
            for name in names
            if _all_have(shards, RANKED + BASELINE + name)
        },
        models=[model for _, models, _ in shards for model in models],
        reasons={name: Message.from_json(reason) for name, reason in stored.items()},
        chosen=[chosen for _, _, facts in shards for chosen in facts["chosen"]],
        comparisons=[
            Comparison.from_json(stored)
            for _, _, facts in shards
            for stored in facts["comparisons"]
        ],
        others={name: _together(shards, OTHER + name, repeats) for name in others},
        others_ranked={
            name: _together(shards, _ranked_name(shards, OTHER + name), repeats) for name in others
        },
        other_reasons={name: Message.from_json(reason) for name, reason in failed.items()},
        log_probabilities=_together(shards, LOGS, repeats) if has_logs else None,
        slopes=[slope for _, _, facts in shards for slope in facts["slopes"]],
        uncalibrated=Message.from_json(reasons[0]) if reasons else None,
    )


Content = tuple[dict[str, Tensor], list[StoredModel], dict[str, Any]]


def _all_have(shards: Sequence[Content], name: str) -> bool:
    return all(name in tensors for tensors, _, _ in shards)


def _ranked_name(shards: Sequence[Content], name: str) -> str:
    """What ranks the subjects of some predictions: themselves, in a shard of an older version."""
    return RANKED + name if _all_have(shards, RANKED + name) else name


def _together(shards: Sequence[Content], name: str, repeats: int) -> FloatArray:
    """Out-of-fold predictions (R, S, C): a subject's are those of the shard that tested it."""
    arrays = [tensors[name].numpy() for tensors, _, _ in shards]
    predicted = np.full((repeats, *arrays[0].shape[1:]), np.nan)
    for array in arrays:
        rows = predicted[: len(array)]
        rows[...] = np.where(np.isnan(array), rows, array)
    return predicted


def _packed(
    tensors: Mapping[str, Tensor], models: Sequence[StoredModel], facts: Mapping[str, Any]
) -> bytes:
    packed = dict(tensors)
    for number, model in enumerate(models):
        parameters, manifest = model.to_bytes()
        packed[f"parameters.{number}"] = _tensor(parameters)
        packed[f"manifest.{number}"] = _tensor(manifest)
    text = json.dumps({**facts, "models": len(models)}, allow_nan=False)
    return state_to_bytes({**packed, "facts": _tensor(text.encode())})


def _unpacked(content: bytes) -> Content:
    tensors = state_from_bytes(content)
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
        raise ModelError(Message("model.shard-damaged")) from error
    return tensors, models, facts


def _tensor(content: bytes) -> Tensor:
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)


def _bytes(tensor: Tensor) -> bytes:
    return tensor.numpy().tobytes()


DIGEST_BYTES = hashlib.sha256().digest_size


def state_to_bytes(state: Mapping[str, Tensor]) -> bytes:
    """What :meth:`graphnet.training.loop.Training.state` gave, to be kept."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    content = save(tensors)
    return hashlib.sha256(content).digest() + content


def state_from_bytes(content: bytes) -> dict[str, Tensor]:
    """Read it back. Raises ModelError where it is truncated, changed, or something else."""
    digest, tensors = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(tensors).digest() != digest:
        raise ModelError(Message("model.checkpoint-damaged"))
    try:
        return load(tensors)
    except SafetensorError as error:
        raise ModelError(Message("model.checkpoint-damaged")) from error
