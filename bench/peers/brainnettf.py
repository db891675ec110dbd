"""BrainNetTF's own net and training (Kan et al. 2022, arXiv:2210.06681), on our folds.

Needs a checkout of its repository, Wayfear/BrainNetworkTransformer (commit 8a588aa was run), and
its packages omegaconf and wandb, which sends nothing here. Its code is run as it is, with its
settings for ABIDE, but for what torch 2 and a CPU need:

- its transformer layer takes no ``is_causal``, which torch 2 gives it, and hands ``device`` on
  where torch has ``bias`` since 2.1, so that it has no biases; torch's own layer computes the same;
- nothing is moved to a GPU.

The epoch with the best AUC on its validation subjects counts, as in its paper. These are an eighth
of the training subjects of a fold, and its test subjects are never shown to it.
"""

import importlib
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from bench.peers.brain_nets import BrainNetTF
from graphnet.data.cohort import FloatArray, IntArray

NAME = "BrainNetTF BNT, own code"
GROUPS = ("model/bnt", "training/basic_training", "datasz/100p", "preprocess/mixup")


@dataclass(frozen=True)
class TheirCode:
    """A checkout; ``epochs`` in place of those published, 0 for these."""

    checkout: Path
    epochs: int = 0

    def settings(self, regions: int) -> Any:
        """Its configuration for ABIDE, of so many regions."""
        omegaconf = importlib.import_module("omegaconf").OmegaConf
        folder = self.checkout / "source" / "conf"
        own = {
            name.split("/")[0]: omegaconf.load(folder / f"{name}.yaml")
            for name in (*GROUPS, "dataset/ABIDE", "optimizer/adam")
        }
        own["dataset"] |= {"node_sz": regions, "node_feature_sz": regions}
        if self.epochs:
            own["training"].epochs = self.epochs
        return omegaconf.create({**own, "save_learnable_graph": False, "unique_id": "fold"})

    def net(self, settings: Any) -> nn.Module:
        """Its net before its training, by torch's global seed."""
        module = self._module("source.models.BNT.bnt")
        with patch.object(module, "InterpretableTransformerEncoder", nn.TransformerEncoderLayer):
            found: nn.Module = module.BrainNetworkTransformer(settings)
        return found

    def train(
        self, rows: Tensor, labels: Tensor, learners: IntArray, chosen_by: IntArray, seed: int
    ) -> nn.Module:
        """Its net trained on ``learners`` of subjects (S, N, N), at its best validated epoch."""
        torch.manual_seed(seed)
        np.random.seed(seed)  # its mixing of subjects draws from it
        settings = self.settings(rows.shape[-1])
        size = settings.dataset.batch_size
        settings.steps_per_epoch = (len(learners) - 1) // size + 1
        settings.total_steps = settings.steps_per_epoch * settings.training.epochs
        of_classes = torch.eye(2)[labels]
        data = [
            TensorDataset(torch.zeros(len(part), 1), rows[part], of_classes[part])
            for part in (learners, chosen_by)
        ]
        learning = DataLoader(data[0], size, shuffle=True, drop_last=settings.dataset.drop_last)
        validating = DataLoader(data[1], size, shuffle=True)
        net = self.net(settings)
        components = self._module("source.components")
        code = self._module("source.training.training")
        importlib.import_module("wandb").init(mode="disabled")
        with TemporaryDirectory() as folder:
            settings.log_path = folder
            training = code.Train(
                *(settings, net, components.optimizers_factory(net, settings.optimizer)),
                components.lr_scheduler_factory(settings.optimizer, settings),
                [learning, validating, validating],
                logging.getLogger(__name__),
            )
            validate, best, kept = training.test_per_epoch, -1.0, net.state_dict()

            def remember(*given: Any) -> Any:
                nonlocal best, kept
                found = validate(*given)
                if found[0] > best:
                    best = found[0]
                    kept = {name: each.clone() for name, each in net.state_dict().items()}
                return found

            training.test_per_epoch = remember
            mixed = partial(code.continus_mixup_data, device="cpu")
            here = patch.object(Tensor, "cuda", lambda values: values)
            with here, patch.object(code, "continus_mixup_data", mixed):
                training.train()
        net.load_state_dict(kept)
        return net.eval()

    @torch.no_grad()
    def predict(self, net: nn.Module, rows: Tensor) -> FloatArray:
        """Class probabilities (S, 2) of subjects (S, N, N)."""
        scores = [net(part, part) for part in rows.split(64)]
        return np.asarray(torch.cat(scores).softmax(dim=1).double().numpy())

    def check(self, regions: int = 116, subjects: int = 3) -> float:
        """The largest difference of class scores of its net and ours, of equal weights.

        In shares of the scores' standard deviation over subjects.
        """
        theirs = self.net(self.settings(regions)).to(torch.get_default_dtype()).eval()
        ours = BrainNetTF(regions).eval()
        own = theirs.state_dict()
        parts: Sequence[tuple[nn.Module, str]] = (
            (ours.layers[0], "attention_list.0.transformer."),
            (ours.layers[1], "attention_list.1.transformer."),
            (ours.encoder, "attention_list.1.encoder."),
            (ours.reduce, "dim_reduction."),
            (ours.read, "fc."),
        )
        for part, begin in parts:
            within = {
                name.removeprefix(begin): each
                for name, each in own.items()
                if name.startswith(begin)
            }
            part.load_state_dict(within)
        ours.centres = own["attention_list.1.dec.assignment.cluster_centers"]
        rows = torch.rand(subjects, regions, regions) * 2 - 1
        with torch.no_grad():
            found = theirs(rows, rows)
            return float((found - ours(rows, rows)).abs().max() / found.std(dim=0).min())

    def _module(self, name: str) -> Any:
        place = str(self.checkout.resolve())
        if place not in sys.path:
            sys.path.append(place)
        return importlib.import_module(name)
