#!/usr/bin/env bash
# torch-geometric 2.8.1: ToUndirected doubles the edges of a connectome that is undirected already.
#
# A correlation matrix lists each edge twice, once in each direction. to_undirected adds the
# reversed edges and sums what then stands twice, so every weight is doubled: a correlation of 0.5
# becomes 1.0. Applied to its own result, it doubles again. An upper triangle comes out as it should,
# so one pipeline sees correlations up to 2 where another sees them up to 1, and a model that was
# trained on one and is asked about the other answers by other edges. The page of the function says
# reduce="add"; that of the transform says that a graph is made undirected, which it was.
#
# Guessed before it was run, from reduce="add": all weights are doubled.
# Seen: they are, at each application; with reduce="mean" they are kept.
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
from torch_geometric.transforms import ToUndirected
from torch_geometric.utils import dense_to_sparse, is_undirected

connectome = torch.tensor([[0.0, 0.5, 0.3], [0.5, 0.0, -0.2], [0.3, -0.2, 0.0]])


def weights(matrix, *transforms):
    edges, weight = dense_to_sparse(matrix)
    data = Data(edge_index=edges, edge_attr=weight, num_nodes=3)
    was = is_undirected(data.edge_index, data.edge_attr)
    for transform in transforms:
        data = transform(data)
    return was, [round(value, 2) for value in data.edge_attr.tolist()]


print("both triangles, undirected before:", *weights(connectome, ToUndirected()))
print("twice:", *weights(connectome, ToUndirected(), ToUndirected()))
print("upper triangle, undirected before:", *weights(connectome.triu(), ToUndirected()))
print("mean:", *weights(connectome, ToUndirected(reduce="mean")))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
both triangles, undirected before: True [1.0, 0.6, 1.0, -0.4, 0.6, -0.4]
twice: True [2.0, 1.2, 2.0, -0.8, 1.2, -0.8]
upper triangle, undirected before: False [0.5, 0.3, 0.5, -0.2, 0.3, -0.2]
mean: True [0.5, 0.3, 0.5, -0.2, 0.3, -0.2]
SEEN
echo "As seen: torch-geometric 2.8.1 doubles the edges of a graph that is undirected."
