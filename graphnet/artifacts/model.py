"""A fitted model as it is kept: tensors in safetensors, everything else in a JSON manifest.

The two together are enough to predict: no code of the training and no pickle is needed.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from graphnet.artifacts.manifest import (
    EDGES_KEY,
    FORMAT,
    check_atlas,
    check_edges,
    check_fit,
    manifest_edges,
    manifest_layout,
    manifest_names,
    read_manifest,
)
from graphnet.config import TrainingSettings
from graphnet.data.class_names import KEY as NAMES
from graphnet.data.cohort import Cohort, FloatArray, Layout
from graphnet.errors import GraphnetError, ModelError
from graphnet.evaluation.calibration import Calibration
from graphnet.graphs import Graphs
from graphnet.messages import Message
from graphnet.models import Net, Sizes, build_net
from graphnet.models.net import COVARIATE_WEIGHT
from graphnet.preprocessing.pipeline import PreprocessedViews, Preprocessing, rule
from graphnet.preprocessing.scaling import Scale
from graphnet.training.inputs import ModelInputs, class_scores

# Before the names of the tensors that belong to the graph and to the optimiser.
FITTED, MOMENTS = "graph.", "optimiser."
OWN_KEYS = {
    "format",
    "settings",
    "sizes",
    "regions",
    "measures",
    "classes",
    NAMES,
    EDGES_KEY,
    "target",
    "scaler",
    "harmoniser",
    "adjuster",
    "calibration",
    "kept_covariates",
    "covariate_inputs",
    "parameters_sha256",
}


@dataclass(frozen=True)
class StoredModel:
    """K replicas of one net with all that is needed to apply them.

    ``classes`` are the labels in the order of the net's outputs; a model of a clinical score has
    none, and the ``scale`` of the score. ``class_names`` are the words for them, as far as these
    are known; ``edges`` is what the connectomes hold, "" where there are none. ``facts`` is what
    the manifest says besides (fingerprints, metrics, parent); ``moments`` are the optimiser's, for
    a fine-tuning that keeps them. ``calibration`` corrects how certain the probabilities are;
    None: they stay as the net gives them.
    """

    settings: TrainingSettings
    layout: Layout
    classes: tuple[int, ...]
    preprocessing: Preprocessing
    parameters: Mapping[str, Tensor]
    facts: Mapping[str, Any]
    scale: Scale | None = None
    moments: Mapping[str, Tensor] = field(default_factory=dict)
    class_names: Mapping[int, str] = field(default_factory=dict)
    edges: str = ""
    calibration: Calibration | None = None

    @property
    def net(self) -> Net:
        """The net that the parameters belong to."""
        outputs = len(self.classes) if self.scale is None else 1
        sizes = Sizes(len(self.layout.regions), len(self.layout.measures), outputs)
        return build_net(self.settings.model, sizes, self.preprocessing.columns)

    @property
    def of_measures(self) -> Self:
        """What it makes of the measures alone, every covariate that it sees being at its mean."""
        if self.preprocessing.inputs is None:
            return self
        parameters = {
            name: parameter
            for name, parameter in self.parameters.items()
            if name != COVARIATE_WEIGHT
        }
        preprocessing = replace(self.preprocessing, inputs=None)
        return replace(self, parameters=parameters, preprocessing=preprocessing)

    @property
    def digest(self) -> str:
        """SHA-256 of the parameters, as the manifest names it."""
        return hashlib.sha256(self._parameters()).hexdigest()

    def targets(self, cohort: Cohort) -> Tensor:
        """What the net is to give for each subject, (S,): index of class, or scaled score."""
        if self.scale is not None:
            return torch.from_numpy(self.scale.scaled(cohort.scores)).float()
        return torch.from_numpy(np.searchsorted(self.classes, cohort.labels))

    def prepare(
        self, cohort: Cohort, device: torch.device, dtype: torch.dtype = torch.float32
    ) -> ModelInputs:
        """``cohort`` as this model was trained on its own. Raises ModelError."""
        arranged = self.arranged(cohort)
        views = PreprocessedViews(arranged, [self.preprocessing], dtype)
        return ModelInputs.of(self.net, views, self.targets(arranged).to(device))

    def arranged(self, cohort: Cohort) -> Cohort:
        """``cohort`` in the model's order of regions and measures.

        Raises:
            ModelError: it has others, or connectomes of another kind, or is of another atlas.

        """
        check_fit(self.layout, cohort.layout)
        check_edges(self.edges, cohort)
        check_atlas(self.facts, cohort)
        return cohort.arranged(self.layout)

    @torch.no_grad()
    def outputs(self, cohort: Cohort, device: torch.device | None = None) -> Tensor:
        """What each replica gives for each subject (K, S, C), in double. Raises ModelError."""
        on = device or torch.device("cpu")
        moved = {name: tensor.to(on, torch.float64) for name, tensor in self.parameters.items()}
        return class_scores(self.net, moved, self.prepare(cohort, on, torch.float64)).cpu()

    def predict(self, cohort: Cohort, device: torch.device | None = None) -> FloatArray:
        """Class probabilities (S, C), the mean over replicas; of a score model scores (S, 1).

        The probabilities are calibrated where the model has a calibration. Computed in double and
        rounded to single precision, so that they do not depend on how many threads or which
        processor added the numbers up.

        Raises:
            ModelError: data that are not of the model's regions and measures.

        """
        return predictions(self.outputs(cohort, device), self.scale, self.calibration)

    def to_bytes(self) -> tuple[bytes, bytes]:
        """The parameters as safetensors and the manifest as JSON."""
        parameters = self._parameters()
        manifest = {
            "format": FORMAT,
            **self.facts,
            "settings": self.settings.as_dict(),
            "sizes": self.net.sizes.as_dict(),
            "regions": list(self.layout.regions),
            "measures": list(self.layout.measures),
            "classes": list(self.classes),
            NAMES: {str(label): name for label, name in sorted(self.class_names.items())},
            EDGES_KEY: self.edges,
            "target": None if self.scale is None else self.scale.as_dict(),
            **self.preprocessing.as_dict(),
            "calibration": None if self.calibration is None else self.calibration.as_dict(),
            "parameters_sha256": hashlib.sha256(parameters).hexdigest(),
        }
        text = json.dumps(manifest, indent=1, allow_nan=False, ensure_ascii=False)
        return parameters, text.encode()

    def _parameters(self) -> bytes:
        return save_tensors(
            {name: tensor.detach().cpu().contiguous() for name, tensor in self._tensors()}
        )

    def _tensors(self) -> list[tuple[str, Tensor]]:
        fitted = self.preprocessing.graphs.as_tensors()
        return [
            *self.parameters.items(),
            *((FITTED + name, torch.from_numpy(array)) for name, array in fitted.items()),
            *((MOMENTS + name, tensor) for name, tensor in self.moments.items()),
        ]

    @classmethod
    def from_bytes(cls, parameters: bytes, manifest: bytes) -> Self:
        """Read back what :meth:`to_bytes` gave.

        Raises:
            ModelError: bytes that are no such model, or parameters that are not the manifest's.

        """
        facts = read_manifest(manifest)
        if hashlib.sha256(parameters).hexdigest() != facts.get("parameters_sha256"):
            raise ModelError(Message("model.parameters-changed"))
        try:
            model = cls._assembled(load_tensors(parameters), facts)
            model.check_shapes()
        except (KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ModelError(Message("model.manifest-damaged", part="model")) from error
        return model

    @classmethod
    def _assembled(cls, tensors: dict[str, Tensor], facts: dict[str, Any]) -> Self:
        layout, classes = manifest_layout(facts)
        settings = _settings(facts["settings"])
        fitted = {name: tensor.numpy() for name, tensor in _taken(tensors, FITTED).items()}
        graphs = Graphs.from_tensors(rule(settings), fitted)
        moments = _taken(tensors, MOMENTS)
        target, calibration = facts.get("target"), facts.get("calibration")
        return cls(
            settings=settings,
            layout=layout,
            classes=classes,
            preprocessing=Preprocessing.from_dict(facts, graphs),
            parameters=tensors,
            facts={key: value for key, value in facts.items() if key not in OWN_KEYS},
            scale=None if target is None else Scale.from_dict(target),
            moments=moments,
            class_names=manifest_names(facts),
            edges=manifest_edges(facts),
            calibration=(None if calibration is None else Calibration.from_dict(calibration)),
        )

    def check_shapes(self) -> None:
        """Refuse tensors that are not the net's. Raises ModelError."""
        expected = self.net.shapes()
        shapes = {name: tuple(tensor.shape[1:]) for name, tensor in self.parameters.items()}
        if shapes != expected:
            raise ModelError(Message("model.wrong-shapes", part="parameters"))
        replicas = {len(tensor) for tensor in self.parameters.values()}
        if len(replicas) != 1 or 0 in replicas:
            raise ModelError(Message("model.wrong-shapes", part="replicas"))
        for name, tensor in self._tensors():
            if not tensor.is_floating_point() or not tensor.isfinite().all():
                raise ModelError(Message("model.not-finite", part=name))
        self._check_fitted()

    def _check_fitted(self) -> None:
        """Refuse what is fitted beside the net and is not of its layout. Raises ModelError."""
        regions, measures = len(self.layout.regions), len(self.layout.measures)
        if not self.preprocessing.fits(regions, measures):
            raise ModelError(Message("model.wrong-shapes", part="scaler"))
        if self.calibration is not None and len(self.calibration.shares) != len(self.classes):
            raise ModelError(Message("model.wrong-shapes", part="calibration"))
        if not self.preprocessing.graphs.fits(regions):
            raise ModelError(Message("model.wrong-shapes", part="graph"))


def predictions(
    outputs: Tensor, scale: Scale | None, calibration: Calibration | None = None
) -> FloatArray:
    """Class probabilities (S, C), or scores (S, 1), from what K replicas give: (K, S, C)."""
    if scale is not None:
        return scale.unscaled(outputs.mean(dim=0).numpy())
    if calibration is not None:
        return calibration.apply(log_probabilities(outputs))
    probabilities = outputs.softmax(dim=-1).mean(dim=0).float()
    return np.asarray(probabilities.numpy(), dtype=np.float64)


def log_probabilities(outputs: Tensor) -> FloatArray:
    """Logarithms (S, C) of the mean probabilities, from what K replicas give: (K, S, C)."""
    summed = outputs.double().log_softmax(dim=-1).logsumexp(dim=0) - math.log(len(outputs))
    return np.asarray(summed.numpy())


def _taken(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Take the tensors with this prefix out of ``tensors``, by their names without it."""
    names = [name for name in tensors if name.startswith(prefix)]
    return {name.removeprefix(prefix): tensors.pop(name) for name in names}


def _settings(stored: Any) -> TrainingSettings:
    if not isinstance(stored, dict):
        raise ModelError(Message("model.manifest-damaged", part="settings"))
    names = {field.name for field in fields(TrainingSettings)}
    try:
        return TrainingSettings(**{key: value for key, value in stored.items() if key in names})
    except GraphnetError as error:
        raise ModelError(Message("model.settings-unusable"), *error.messages) from error
