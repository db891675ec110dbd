"""The models and graphs there are, by name, as a form's select shows them. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphnet.errors import SettingsError


@dataclass(frozen=True)
class ModelCard:
    """A model in a sentence, its paper, and where its recommended settings are not the usual."""

    name: str
    summary: str
    source: str
    recommended: Mapping[str, Any] = field(default_factory=dict)


GRAPHS = {
    "covariance": "Regions that vary together over the training subjects, one graph for all.",
    "similarity": "Regions with a like profile of measures, one graph for each subject.",
    "connectome": "Each subject's own connectome, the FC_i_j columns of the data.",
    "group_connectome": "The mean connectome of the training subjects, one graph for all.",
    "partial": "Partial correlations by each subject's connectome.",
    "tangent": "Each connectome's distance from the training subjects' mean; needs time series.",
    "knn": "The regions most alike over all training subjects and measures, k for each.",
    "mst": "The strongest tree that joins all regions, and the strongest edges beside it.",
    "spatial": "The k nearest regions in the brain, without weights; needs coordinates.",
    "full": "Every pair of regions i ≤ j, without weights: the reference net's graph.",
    "none": "No edge at all: each region for itself.",
}

FROM_CONNECTOMES = {"connectome", "group_connectome", "partial"}
WITHOUT_DENSITY = {"knn", "spatial", "full", "none"}
LEAST_MEASURES = 3  # for the graph 'similarity': over two, every correlation is ±1

OF_DENSE_GRAPHS = {
    "learning_rate": 0.001,
    "epochs": 60,
    "graph": "similarity",
    "density": 1.0,
    "sign": "signed",
}

MODELS = {
    card.name: card
    for card in (
        ModelCard(
            name="SGN",
            summary=(
                "Schizo Graph Net: graph convolutions that keep apart which region is which, "
                "beside a linear path. The default."
            ),
            source="This project; graph convolution after Kipf & Welling 2017 (arXiv:1609.02907).",
            recommended={"epochs": 60},
        ),
        ModelCard(
            name="GCN",
            summary=(
                "The reference net of the service before this one: two graph convolutions and a "
                "mean over regions. Kept for comparison; it forgets which region is which."
            ),
            source="Kipf & Welling 2017, arXiv:1609.02907.",
            recommended={"learning_rate": 0.05, "batch_size": 10, "graph": "full"},
        ),
        ModelCard(
            name="TopK",
            summary=(
                "A deeper net that drops the least telling regions step by step and summarises "
                "those that stay."
            ),
            source="Morris et al. 2019, arXiv:1810.02244; Gao & Ji 2019, arXiv:1905.05178.",
            recommended={"learning_rate": 0.001, "epochs": 100},
        ),
        ModelCard(
            name="GAT",
            summary="Each region learns to which of its neighbours it should listen.",
            source="Veličković et al. 2018, arXiv:1710.10903.",
            recommended={"learning_rate": 0.005, "epochs": 100},
        ),
        ModelCard(
            name="GIN",
            summary="Sums up neighbours so that graphs of different shape are told apart.",
            source="Xu et al. 2019, arXiv:1810.00826.",
            recommended={"epochs": 100},
        ),
        ModelCard(
            name="BrainNetCNN",
            summary="Convolutions over each subject's connectome, edge by edge; no other measure.",
            source="Kawahara et al. 2017, NeuroImage 146:1038-1049.",
            recommended=OF_DENSE_GRAPHS,
        ),
        ModelCard(
            name="BNT",
            summary="Brain Network Transformer: attention between all regions, then clusters.",
            source="Kan et al. 2022, arXiv:2210.06681.",
            recommended=OF_DENSE_GRAPHS,
        ),
        ModelCard(
            name="Linear",
            summary="A linear classifier on all measures of all regions, without a graph.",
            source="Cox 1958, Journal of the Royal Statistical Society B 20:215-242.",
            recommended={"graph": "none"},
        ),
        ModelCard(
            name="MLP",
            summary="A plain neural network with one hidden layer on all measures, no graph.",
            source="Rumelhart et al. 1986, Nature 323:533-536.",
            recommended={"learning_rate": 0.001, "epochs": 60, "graph": "none"},
        ),
        ModelCard(
            name="NoEdge",
            summary="SGN without its graph, to see what the graph is worth.",
            source="This project; after Errica et al. 2020, arXiv:1912.09893.",
            recommended={"epochs": 60, "graph": "none"},
        ),
    )
}

ALIASES = {"GNN": "SGN"}


def find_model(name: str) -> ModelCard:
    """The card of a model by its name or alias, in any case; an empty name is the default.

    Raises:
        SettingsError: there is no such model.

    """
    by_name = {known.upper(): known for known in MODELS} | ALIASES
    found = by_name.get(name.strip().upper() or "SGN")
    if found is None:
        raise SettingsError(
            f"model is {name!r}; it must be one of {', '.join([*MODELS, *ALIASES])}."
        )
    return MODELS[found]
