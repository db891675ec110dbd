"""The models and graphs there are, by name, as a form's select shows them. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphnet.errors import SettingsError
from graphnet.messages import Message, every


@dataclass(frozen=True)
class ModelCard:
    """A model, its paper, and where its recommended settings differ from the usual ones.

    ``of_connectomes`` are recommended besides where a connectome's rows are the measures.
    ``is_solved``: its optimum is computed and not approached epoch by epoch.
    """

    name: str
    source: str
    recommended: Mapping[str, Any] = field(default_factory=dict)
    of_connectomes: Mapping[str, Any] = field(default_factory=dict)
    is_solved: bool = False

    @property
    def summary(self) -> Message:
        """The model in one sentence."""
        return Message(f"catalogue.model-{self.name}")

    @property
    def methods(self) -> Message:
        """The sentence of a methods text."""
        return Message(f"catalogue.model-{self.name}-methods")


GRAPHS = (
    "covariance",
    "similarity",
    "connectome",
    "group_connectome",
    "partial",
    "tangent",
    "knn",
    "mst",
    "spatial",
    "full",
    "none",
)


# What is computed from the time series of each subject: graphnet.data.series_measures.
SERIES_CONNECTIVITY = ("correlation", "partial")
SERIES_MEASURES = ("sd", "ar1", "low_frequency", "degree")


def uses_graph(model: str) -> bool:
    """Whether edges decide what a model of this name predicts."""
    return find_model(model).recommended.get("graph") != "none"


def graph_summary(name: str) -> Message:
    """A graph in one sentence."""
    return Message(f"catalogue.graph-{name}")


FROM_CONNECTOMES = {"connectome", "group_connectome", "partial"}
INNER_FOLDS = 5  # of nested selection
UNADJUSTED = {*FROM_CONNECTOMES, "tangent"}  # made of data that covariates are not taken out of
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
            source="This project; graph convolution after Kipf & Welling 2017 (arXiv:1609.02907).",
            recommended={"epochs": 60},
            # With more edges than subjects, more training only makes the probabilities extreme.
            of_connectomes={"learning_rate": 0.0005, "epochs": 20},
        ),
        ModelCard(
            name="GCN",
            source="Kipf & Welling 2017, arXiv:1609.02907.",
            recommended={"learning_rate": 0.05, "batch_size": 10, "graph": "full"},
        ),
        ModelCard(
            name="TopK",
            source="Morris et al. 2019, arXiv:1810.02244; Gao & Ji 2019, arXiv:1905.05178.",
            recommended={"learning_rate": 0.001, "epochs": 100},
        ),
        ModelCard(
            name="GAT",
            source="Veličković et al. 2018, arXiv:1710.10903.",
            recommended={"learning_rate": 0.005, "epochs": 100},
        ),
        ModelCard(
            name="GIN",
            source="Xu et al. 2019, arXiv:1810.00826.",
            recommended={"epochs": 100},
        ),
        ModelCard(
            name="BrainNetCNN",
            source="Kawahara et al. 2017, NeuroImage 146:1038-1049.",
            recommended=OF_DENSE_GRAPHS,
            of_connectomes={"graph": "connectome"},
        ),
        ModelCard(
            name="BNT",
            source="Kan et al. 2022, arXiv:2210.06681.",
            recommended=OF_DENSE_GRAPHS,
            of_connectomes={"graph": "connectome"},
        ),
        ModelCard(
            name="Linear",
            source="Cox 1958, Journal of the Royal Statistical Society B 20:215-242.",
            recommended={"graph": "none"},
        ),
        ModelCard(
            name="LogisticRegression",
            source="Cox 1958, Journal of the Royal Statistical Society B 20:215-242; L2 penalty "
            "after Hoerl & Kennard 1970, Technometrics 12:55-67.",
            recommended={"graph": "none", "epochs": 1},
            is_solved=True,
        ),
        ModelCard(
            name="LinearSVM",
            source="Cortes & Vapnik 1995, Machine Learning 20:273-297; probabilities after Platt "
            "1999.",
            recommended={"graph": "none", "epochs": 1},
            is_solved=True,
        ),
        ModelCard(
            name="MLP",
            source="Rumelhart et al. 1986, Nature 323:533-536.",
            recommended={"learning_rate": 0.001, "epochs": 60, "graph": "none"},
        ),
        ModelCard(
            name="NoEdge",
            source="This project; after Errica et al. 2020, arXiv:1912.09893.",
            recommended={"epochs": 60, "graph": "none"},
        ),
    )
}

ALIASES = {"GNN": "SGN"}
DEFAULT = "SGN"


def find_model(name: str) -> ModelCard:
    """The card of a model by its name or alias, in any case; an empty name is the default.

    Raises:
        SettingsError: there is no such model.

    """
    by_name = {model.upper(): model for model in MODELS} | ALIASES
    model = by_name.get(name.strip().upper() or DEFAULT)
    if model is None:
        accepted = every([*MODELS, *ALIASES])
        raise SettingsError(Message("options.unknown-model", name=repr(name), names=accepted))
    return MODELS[model]
