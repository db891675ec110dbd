#!/usr/bin/env bash
# torch-geometric 2.8.1: the transform GCNNorm does not see the weights that other transforms use.
#
# Data(edge_attr=...) holds the weights of a connectome in much code for brains; the transform GDC
# reads them there, and Distance writes them there. GCNNorm looks for edge_weight alone: without it
# every edge weighs 1, and the result is written to edge_weight. Whoever passes that on trains on a
# graph in which all connections are equally strong, and no warning is given.
#
# Guessed before it was run: edge_attr is used where there is no edge_weight, as GDC does.
# Seen: the weights of a graph of equal edges; the strong and the weak connection are the same.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    torch==2.13.0 torch-geometric==2.8.1 numpy

cat > "$folder/run.py" <<'PYTHON'
import torch
from torch_geometric.data import Data
from torch_geometric.transforms import GCNNorm
from torch_geometric.utils import dense_to_sparse

matrix = torch.tensor([[0, 0.9, 0.1], [0.9, 0, 0], [0.1, 0, 0]])
pairs, weights = dense_to_sparse(matrix)
for name, held in (
    ("edge_weight", Data(edge_index=pairs, edge_weight=weights, num_nodes=3)),
    ("edge_attr", Data(edge_index=pairs, edge_attr=weights, num_nodes=3)),
    ("ones", Data(edge_index=pairs, edge_weight=torch.ones(4), num_nodes=3)),
):
    found = GCNNorm(add_self_loops=False)(held)
    print(name, *(f"{weight:.3f}" for weight in found.edge_weight))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
edge_weight 0.949 0.316 0.949 0.316
edge_attr 0.707 0.707 0.707 0.707
ones 0.707 0.707 0.707 0.707
SEEN
echo "As seen: torch-geometric 2.8.1 normalises edges of 1 where the weights are in edge_attr."
