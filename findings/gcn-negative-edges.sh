#!/usr/bin/env bash
# torch-geometric 2.8.1: GCNConv makes a connectome with negative edges NaN, or leaves a region out.
#
# The layer divides by the square root of each region's strength, its own loop of 1 added. Global
# signal regression gives a region negative correlations whose sum is below -1: its strength is
# negative, the root is NaN, and so is what the region and all its neighbours get. Where the correlations sum to -1 the strength is 0: its inverse root is set
# to 0, so the region hears nobody, not even itself, and is heard by nobody. No warning is given.
# GraphConv and SAGEConv, which do not divide by strengths, take the same edges.
#
# Guessed before it was run: NaN where a strength is negative.
# Seen: NaN for all that it is connected with, too; and 0 for one whose strength is 0, not guessed.
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
from torch_geometric.nn import GCNConv, GraphConv

# Region 0 with 1 and 2; 3 is connected with 4 alone.
pairs = torch.tensor([[0, 1, 0, 2, 3, 4], [1, 0, 2, 0, 4, 3]])
gcn, graph = GCNConv(1, 1, bias=False), GraphConv(1, 1, bias=False)
with torch.no_grad():
    for layer in (gcn, graph):
        for weight in layer.parameters():
            weight.fill_(1)
measures = torch.ones(5, 1)
for name, first, second in (
    ("positive edges", 0.5, 0.5),
    ("negative, strength above 0", -0.4, -0.5),
    ("negative, strength 0", -0.5, -0.5),
    ("negative, strength below 0", -0.9, -0.8),
):
    weights = torch.tensor([first, first, second, second, 0.5, 0.5])
    found = gcn(measures, pairs, weights).flatten().tolist()
    print(f"{name}: GCNConv", *(f"{value:.3f}" for value in found))
found = graph(measures, pairs, weights).flatten().tolist()
print(f"{name}: GraphConv", *(f"{value:.3f}" for value in found))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
positive edges: GCNConv 1.077 0.955 0.955 1.000 1.000
negative, strength above 0: GCNConv 6.131 0.034 -0.236 1.000 1.000
negative, strength 0: GCNConv 0.000 2.000 2.000 1.000 1.000
negative, strength below 0: GCNConv nan nan nan 1.000 1.000
negative, strength below 0: GraphConv -0.700 0.100 0.200 1.500 1.500
SEEN
echo "As seen: torch-geometric 2.8.1 divides by the roots of negative strengths."
