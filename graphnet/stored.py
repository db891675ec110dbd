"""A fitted model as it is kept: tensors in safetensors, everything else in a JSON manifest.

The two together are enough to predict: no code of the training and no pickle is needed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from graphnet import graphs
from graphnet.cohort import Cohort, Layout
from graphnet.config import Settings
from graphnet.errors import GraphnetError, ModelError
from graphnet.manifest import FORMAT, check_fit, manifest_layout, read_manifest
from graphnet.models import Net, Sizes, build_net
from graphnet.scaling import Scaler
from graphnet.training import Prepared, class_scores

GRAPH = "graph"
OWN_KEYS = {
    "format",
    "settings",
    "sizes",
    "regions",
    "measures",
    "classes",
    "scaler",
    "parameters_sha256",
}


@dataclass(frozen=True)
class StoredModel:
    """K replicas of one net with all that is needed to apply them.

    ``classes`` are the labels in the order of the net's outputs; ``graph`` (1, N, N) is the
    graph all subjects share, None where each has their own; ``facts`` is what the manifest says
    besides (fingerprints, metrics, parent).
    """

    settings: Settings
    layout: Layout
    classes: tuple[int, ...]
    scaler: Scaler
    parameters: Mapping[str, Tensor]
    graph: Tensor | None
    facts: Mapping[str, Any]

    @property
    def net(self) -> Net:
        """The net that the parameters belong to."""
        sizes = Sizes(len(self.layout.regions), len(self.layout.measures), len(self.classes))
        return build_net(self.settings.model, sizes)

    def prepare(
        self, cohort: Cohort, device: torch.device, dtype: torch.dtype = torch.float32
    ) -> Prepared:
        """Scale ``cohort`` and build its graph as this model was trained. Raises ModelError."""
        check_fit(self.layout, cohort.layout)
        scaled = self.scaler.transform(cohort.features)
        graph = self.graph
        if graph is None:
            graph = torch.from_numpy(graphs.similarity(scaled, self.settings.density))
        index = np.searchsorted(self.classes, cohort.labels)
        return Prepared.of(
            self.net,
            torch.from_numpy(scaled).to(device, dtype),
            graph.to(device, dtype),
            torch.from_numpy(index).to(device),
        )

    @torch.no_grad()
    def predict(self, cohort: Cohort, device: torch.device | None = None) -> NDArray[np.float64]:
        """Class probabilities (S, C), the mean over replicas. Raises ModelError.

        Computed in double and rounded to single precision, so that they do not depend on how
        many threads or which processor added the numbers up.
        """
        on = device or torch.device("cpu")
        moved = {name: tensor.to(on, torch.float64) for name, tensor in self.parameters.items()}
        logits = class_scores(self.net, moved, self.prepare(cohort, on, torch.float64))
        probabilities = logits.softmax(dim=-1).mean(dim=0).float()
        return np.asarray(probabilities.cpu().numpy(), dtype=np.float64)

    def to_bytes(self) -> tuple[bytes, bytes]:
        """The parameters as safetensors and the manifest as JSON."""
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self._tensors()}
        parameters = save_tensors(tensors)
        manifest = {
            "format": FORMAT,
            **self.facts,
            "settings": self.settings.as_dict(),
            "sizes": self.net.sizes.as_dict(),
            "regions": list(self.layout.regions),
            "measures": list(self.layout.measures),
            "classes": list(self.classes),
            "scaler": self.scaler.as_dict(),
            "parameters_sha256": hashlib.sha256(parameters).hexdigest(),
        }
        text = json.dumps(manifest, indent=1, allow_nan=False, ensure_ascii=False)
        return parameters, text.encode()

    def _tensors(self) -> list[tuple[str, Tensor]]:
        shared = [] if self.graph is None else [(GRAPH, self.graph)]
        return [*self.parameters.items(), *shared]

    @classmethod
    def from_bytes(cls, parameters: bytes, manifest: bytes) -> Self:
        """Read back what :meth:`to_bytes` gave.

        Raises:
            ModelError: bytes that are no such model, or parameters that are not the manifest's.

        """
        facts = read_manifest(manifest)
        if hashlib.sha256(parameters).hexdigest() != facts.get("parameters_sha256"):
            raise ModelError(
                "The stored parameters are not those that the manifest names (SHA-256)."
            )
        try:
            tensors = load_tensors(parameters)
            layout, classes = manifest_layout(facts)
            model = cls(
                settings=_settings(facts["settings"]),
                layout=layout,
                classes=classes,
                scaler=Scaler.from_dict(facts["scaler"]),
                graph=tensors.pop(GRAPH, None),
                parameters=tensors,
                facts={key: value for key, value in facts.items() if key not in OWN_KEYS},
            )
            model.check_shapes()
        except (KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ModelError("The stored model cannot be read: its manifest is damaged.") from error
        return model

    def check_shapes(self) -> None:
        """Refuse tensors that are not the net's. Raises ModelError."""
        expected = self.net.shapes()
        found = {name: tuple(tensor.shape[1:]) for name, tensor in self.parameters.items()}
        if found != expected:
            raise ModelError("The stored parameters do not have the shapes of their net.")
        replicas = {len(tensor) for tensor in self.parameters.values()}
        if len(replicas) != 1 or 0 in replicas:
            raise ModelError("The stored parameters are not of one number of replicas.")
        for name, tensor in self._tensors():
            if tensor.dtype != torch.float32 or not tensor.isfinite().all():
                raise ModelError(f"The stored tensor {name!r} holds what is no number.")
        self._check_shared()

    def _check_shared(self) -> None:
        regions, measures = len(self.layout.regions), len(self.layout.measures)
        if self.scaler.center.shape != (regions, measures):
            raise ModelError("The stored scaler does not have one scale a region and measure.")
        if (self.graph is None) != (self.settings.graph == "similarity"):
            raise ModelError(f"The stored graph is not of the kind {self.settings.graph!r}.")
        if self.graph is not None and tuple(self.graph.shape) != (1, regions, regions):
            raise ModelError("The stored graph does not have one row a region.")


def _settings(stored: Any) -> Settings:
    if not isinstance(stored, dict):
        raise ModelError("The stored manifest names no settings.")
    known = {field.name for field in fields(Settings)}
    try:
        return Settings(**{key: value for key, value in stored.items() if key in known})
    except GraphnetError as error:
        raise ModelError("The stored model's settings cannot be used:", *error.sentences) from error
