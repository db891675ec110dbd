"""The nets, by name. Each keeps its parameters with a leading replica axis K."""

from graphnet.errors import ModelError
from graphnet.models.gcn import GCN
from graphnet.models.net import Net, Sizes
from graphnet.models.sgn import SGN

NETS: dict[str, type[Net]] = {"SGN": SGN, "GCN": GCN}

__all__ = ["NETS", "Net", "Sizes", "build_net"]


def build_net(name: str, sizes: Sizes) -> Net:
    """The net of that name for those sizes. Raises ModelError if there is none."""
    if name not in NETS:
        raise ModelError(f"There is no model {name!r}; there are {', '.join(NETS)}.")
    return NETS[name](sizes)
