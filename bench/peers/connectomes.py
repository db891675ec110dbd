"""SGN beside the nets of BrainGB and BrainNetTF, on the same subjects and folds of connectomes.

``python -m bench.peers.connectomes``: ABIDE's site NYU in five folds, as our splitter cuts them.
The peers are trained as published (``bench/peers/brain_nets.py``), from one seed, on Pearson
correlations with a diagonal of 1; SGN as recommended, on Fisher's z, and so are further nets of
ours that ``--ours`` names. ``--peers`` names some of the peers, ``--epochs`` shortens them,
``--first`` runs some of the folds. ``--brainnettf`` also runs BrainNetTF's own code
(``bench/peers/brainnettf.py``). No choice is made on test subjects: a peer's BNT keeps the epoch
with the best AUC on an eighth of the training subjects, the others keep the last one.
``--json`` ends with a line for programs. With the package ``braingb`` 1.0.4 installed, ``--check``
compares its GCN with ours, layer by layer the same weights; with ``--brainnettf`` its net too.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.graph_helps import CPU, cut, difference, shown
from bench.peers.brain_nets import RECIPES, BrainGB, Recipe
from bench.peers.brainnettf import NAME, TheirCode
from bench.reference import double_precision
from bench.science import connectomes, selected
from graphnet.artifacts.metrics import Estimate
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.evaluation.baselines import fit_baselines
from graphnet.evaluation.cross_validation import pooled
from graphnet.evaluation.folds import Fold, stratified
from graphnet.evaluation.resampling import auc
from graphnet.training.stacked import FitSpec, fit_all

OURS, SIMPLE = "SGN", ("logistic_regression", "svm_rbf")
NETS = ("BNT", "BrainNetCNN", "GAT", "GCN", "GIN", "MLP")
FOLDS = 5


@dataclass(frozen=True)
class Compared:
    """A method's AUC, SGN's minus it, and seconds of processor time for all folds."""

    name: str
    auc: float
    difference: Estimate | None
    seconds: float

    def line(self) -> str:
        """For the terminal, and a row of the table."""
        found = "" if self.difference is None else shown(self.difference)
        return f"| {self.name} | {self.auc:.3f} | {found} | {self.seconds:.0f} s |"


def correlations(cohort: Cohort) -> Tensor:
    """(S, N, N), with a diagonal of 1; an edge that is missing counts as 0."""
    if cohort.connectomes is None:
        raise ValueError("a cohort without connectomes")
    plain = np.tanh(np.nan_to_num(cohort.connectomes)) + np.eye(len(cohort.regions))
    return torch.from_numpy(plain).float()


def train(
    recipe: Recipe, rows: Tensor, labels: Tensor, chosen_by: IntArray, seed: int
) -> nn.Module:
    """A peer trained on subjects ``rows`` (S, N, N), of whom ``chosen_by`` choose the epoch."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = recipe.net(rows.shape[-1])
    optimiser = torch.optim.Adam(net.parameters(), recipe.rate, weight_decay=recipe.decay)
    learners = np.setdiff1d(np.arange(len(rows)), chosen_by)
    edges = rows - torch.eye(rows.shape[-1])
    best, kept = -1.0, net.state_dict()
    for epoch in range(recipe.epochs):
        net.train()
        for part in batches(random.permutation(learners), recipe.batch):
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate_at(epoch / recipe.epochs)
            optimiser.zero_grad()
            share = float(random.beta(1.0, 1.0)) if recipe.mixes else 1.0
            other = torch.from_numpy(random.permutation(part)) if recipe.mixes else part
            scores = net(share * rows[part] + (1 - share) * rows[other], edges[part])
            losses = [functional.cross_entropy(scores, labels[each]) for each in (part, other)]
            (share * losses[0] + (1 - share) * losses[1]).backward()
            optimiser.step()
        if len(chosen_by):
            ranked = probabilities(net, rows[chosen_by])[:, 1]
            found = auc(labels[chosen_by].numpy() == 1, ranked)
            if found > best:
                best, kept = found, {name: each.clone() for name, each in net.state_dict().items()}
    if len(chosen_by):
        net.load_state_dict(kept)
    return net


def batches(order: IntArray, size: int) -> list[Tensor]:
    """All of them, in this order; of a last one of a single subject no batch norm can be taken."""
    parts = torch.from_numpy(order).split(size)
    return [part for part in parts if len(part) > 1]


@torch.no_grad()
def probabilities(net: nn.Module, rows: Tensor) -> FloatArray:
    """Class probabilities (S, 2) of subjects (S, N, N)."""
    net.eval()
    edges = rows - torch.eye(rows.shape[-1])
    parts = [net(*pair) for pair in zip(rows.split(64), edges.split(64), strict=True)]
    return np.asarray(torch.cat(parts).softmax(dim=1).double().numpy())


def of_peer(cohort: Cohort, folds: Sequence[Fold], recipe: Recipe) -> FloatArray:
    """Out-of-fold probabilities (1, S, 2)."""
    rows = correlations(cohort)
    labels = torch.from_numpy((cohort.labels == cohort.classes[1]).astype(np.int64))
    tested = []
    for number, fold in enumerate(folds):
        chosen_by: IntArray = np.array([], dtype=np.int64)
        if recipe.share:
            chosen_by = a_share(cohort.rows(fold.train), recipe.share)
        net = train(recipe, rows[fold.train], labels[fold.train], chosen_by, seed=number)
        tested.append(probabilities(net, rows[fold.test]))
    return pooled(folds, tested, len(cohort))


def a_share(cohort: Cohort, share: float) -> IntArray:
    """The rows of a share of the subjects, as large of each class."""
    cut = stratified(cohort.labels, cohort.persons, folds=round(1 / share), repeats=1, seed=0)
    return cut[0].test


def of_their_code(cohort: Cohort, folds: Sequence[Fold], code: TheirCode) -> FloatArray:
    """Likewise of BrainNetTF's own net and training."""
    rows = correlations(cohort)
    labels = torch.from_numpy((cohort.labels == cohort.classes[1]).astype(np.int64))
    tested = []
    for number, fold in enumerate(folds):
        chosen_by = fold.train[a_share(cohort.rows(fold.train), 1 / 8)]
        learners = np.setdiff1d(fold.train, chosen_by)
        net = code.train(rows, labels, learners, chosen_by, seed=number)
        tested.append(code.predict(net, rows[fold.test]))
    return pooled(folds, tested, len(cohort))


def of_ours(cohort: Cohort, folds: Sequence[Fold], model: str = OURS) -> FloatArray:
    """Likewise of a net of ours, as recommended for connectomes."""
    settings = TrainingSettings.for_connectomes(model)
    specs = [FitSpec(fold.train, settings) for fold in folds]
    fits = fit_all(cohort, specs, cohort.classes, device=CPU)
    tested = [fit.predicted[fold.test] for fit, fold in zip(fits, folds, strict=True)]
    return pooled(folds, tested, len(cohort))


def of_simple(cohort: Cohort, folds: Sequence[Fold], name: str) -> FloatArray:
    """Likewise of a simple method, on the scaled edges that SGN has."""
    settings = TrainingSettings.for_connectomes(OURS, graph="none", epochs=1)
    specs = [FitSpec(fold.train, settings) for fold in folds]
    tested = []
    for fold, fit in zip(folds, fit_all(cohort, specs, cohort.classes, device=CPU), strict=True):
        x, targets = fit.model.preprocessing.flat(cohort), fit.model.targets(cohort).numpy()
        found = fit_baselines(x[fold.train], targets[fold.train], {"test": x[fold.test]}, 2)
        tested.append(found[name].predicted["test"])
    return pooled(folds, tested, len(cohort))


def check() -> float:
    """The largest difference of class scores of the package's GCN and ours, of equal weights.

    In shares of the scores' standard deviation over subjects.
    """
    gcn = _braingb_gcn()
    regions, subjects = 20, 3
    theirs = gcn(regions, regions, hidden_dim=360, gcn_mp_type="weighted_sum").eval()
    ours = BrainGB(regions).eval()
    with torch.no_grad():
        for convolution, module in ((ours.first, theirs.convs[0]), (ours.second, theirs.convs[1])):
            convolution.weight.copy_(module[0].lin.weight.T)
            convolution.bias.copy_(module[0].bias)
        for own, other in (
            (ours.after_first, theirs.convs[0][1]),
            (ours.after_second, theirs.convs[1][1]),
            (ours.to_node, theirs.convs[1][3]),
            (ours.read, theirs.fcn),
        ):
            own.load_state_dict(other.state_dict())
        edges = torch.rand(subjects, regions, regions) * 2 - 1
        edges = torch.triu(edges, 1) + torch.triu(edges, 1).mT
        rows = edges + torch.eye(regions)
        pairs = torch.cartesian_prod(torch.arange(regions), torch.arange(regions)).T
        index = torch.cat([pairs + regions * number for number in range(subjects)], dim=1)
        batch = torch.arange(subjects).repeat_interleave(regions)
        found = theirs(rows.flatten(0, 1), index, rows.flatten(), batch)
        return float((found - ours(rows, edges)).abs().max() / found.std(dim=0).min())


def _braingb_gcn() -> Callable[..., Any]:
    """The class of the installed package: its module by itself, for others need torch_sparse."""
    package = importlib.util.find_spec("BrainGB")
    if package is None or package.origin is None:
        raise SystemExit("braingb is not installed: pip install --no-deps braingb==1.0.4")
    source = Path(package.origin).parent / "models" / "gcn.py"
    spec = importlib.util.spec_from_file_location("braingb_gcn", source)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{source} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where PyG looks for the types of a layer
    spec.loader.exec_module(module)
    found: Callable[..., Any] = module.GCN
    return found


def main() -> None:
    """Print a row per method; one line of JSON at the end where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers.connectomes", description=__doc__)
    parser.add_argument("--peers", nargs="*", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--ours", nargs="*", default=[], choices=list(NETS), help="beside SGN")
    parser.add_argument("--epochs", type=int, default=0, help="in place of those published")
    parser.add_argument("--first", type=int, default=FOLDS, help="so many of the folds (5)")
    parser.add_argument("--brainnettf", type=Path, help="a checkout of BrainNetTF's code")
    parser.add_argument("--check", action="store_true", help="compare nets with their packages'")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    code = None if asked.brainnettf is None else TheirCode(asked.brainnettf, asked.epochs)
    if asked.check:
        with double_precision():
            name, apart = ("braingb", check()) if code is None else ("BrainNetTF", code.check())
        print(f"largest difference to {name}: {apart:.1e} standard deviations")
        return
    everyone = selected(connectomes(), IN871="1")
    cohort = everyone.rows(np.flatnonzero(np.array(everyone.sites) == "NYU"))
    folds = cut(cohort, FOLDS)[: asked.first]
    found = compared(cohort, folds, methods(asked.ours, asked.peers, asked.epochs, code))
    if asked.json:
        print(json.dumps([asdict(each) for each in found]))


Method = Callable[[Cohort, Sequence[Fold]], FloatArray]


def methods(
    ours: Sequence[str] = (),
    peers: Sequence[str] = (),
    epochs: int = 0,
    code: TheirCode | None = None,
) -> dict[str, Method]:
    """What gives out-of-fold probabilities (1, S, 2), by name; SGN first. See :func:`main`."""
    recipes = {name: RECIPES[name] for name in peers}
    if epochs:
        recipes = {name: replace(each, epochs=epochs) for name, each in recipes.items()}
    found: dict[str, Method] = {OURS: of_ours}
    found |= {f"our {name}": partial(of_ours, model=name) for name in ours}
    found |= {name: partial(of_simple, name=name) for name in SIMPLE}
    found |= {name: partial(of_peer, recipe=recipe) for name, recipe in recipes.items()}
    if code is not None:
        found[NAME] = partial(of_their_code, code=code)
    return found


def compared(
    cohort: Cohort, folds: Sequence[Fold], methods: Mapping[str, Method]
) -> list[Compared]:
    """The methods, SGN first, on who is tested; each is printed as it is known."""
    rows = np.sort(np.concatenate([fold.test for fold in folds]))
    patients = (cohort.labels == cohort.classes[1])[rows].astype(np.int64)
    count = round(len(cohort) / len(folds[0].test))  # of which ``folds`` may be the first
    found: list[Compared] = []
    ours: FloatArray | None = None
    for name, method in methods.items():
        begun = time.process_time()
        predicted = method(cohort, folds)[:, rows]
        seconds = time.process_time() - begun
        apart = None if ours is None else difference(patients, ours, predicted, count)
        ours = predicted if ours is None else ours
        found.append(Compared(name, auc(patients == 1, predicted[0, :, 1]), apart, seconds))
        print(found[-1].line(), flush=True)
    return found


if __name__ == "__main__":
    main()
