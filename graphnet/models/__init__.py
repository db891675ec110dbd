"""The nets, by name. Each keeps its parameters with a leading replica axis K."""

from graphnet.errors import ModelError
from graphnet.messages import Message
from graphnet.models.bnt import BNT
from graphnet.models.brainnetcnn import BrainNetCNN
from graphnet.models.gat import GAT
from graphnet.models.gcn import GCN
from graphnet.models.gin import GIN
from graphnet.models.mlp import MLP, Linear, LinearSVM, LogisticRegression
from graphnet.models.net import Net, Sizes, WithCovariates
from graphnet.models.sgn import SGN, NoEdge
from graphnet.models.topk import TopK

EACH: tuple[type[Net], ...] = (
    SGN, GCN, TopK, GAT, GIN, BrainNetCNN, BNT, Linear, LogisticRegression,
    LinearSVM, MLP, NoEdge,
)  # fmt: skip
NETS: dict[str, type[Net]] = {net.__name__: net for net in EACH}

__all__ = ["NETS", "Net", "Sizes", "build_net"]


def build_net(name: str, sizes: Sizes, covariates: int = 0) -> Net:
    """The net of that name for those sizes, which also sees so many columns of covariates.

    Raises:
        ModelError: there is none of that name.

    """
    if name not in NETS:
        raise ModelError(Message("model.unknown", model=name, models=tuple(NETS)))
    net = NETS[name](sizes)
    return WithCovariates(net, covariates) if covariates else net
