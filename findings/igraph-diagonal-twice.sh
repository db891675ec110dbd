#!/usr/bin/env bash
# igraph 1.0.0: the 1s on the diagonal of a connectome add 2 to the strength of every region.
#
# Graph.Weighted_Adjacency(matrix, mode="undirected") makes a loop of each diagonal element, and a
# loop of an undirected graph counts twice in degree and strength. A matrix of correlations as
# nilearn or numpy.corrcoef gives it then has strengths that are too large by 2 and regions with a
# neighbour too many by 2; how the regions rank stays, what a threshold or a ratio says does not.
#
# Guessed before it was run: the diagonal is left out, or counts once.
# Seen: 2 more; loops="once" counts a diagonal element twice as well, loops="twice" once, and only
# loops=False, or a diagonal of 0, gives the sum of the row without it.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check igraph==1.0.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import igraph
import numpy as np

matrix = np.array([[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]])
without = matrix - np.eye(3)
print("rows without the diagonal", np.round(without.sum(axis=0), 3).tolist())
for name, own, kept in (
    ("by default", matrix, {}),
    ("once", matrix, {"loops": "once"}),
    ("twice", matrix, {"loops": "twice"}),
    ("no loops", matrix, {"loops": False}),
    ("diagonal of 0", without, {}),
):
    graph = igraph.Graph.Weighted_Adjacency(own, mode="undirected", **kept)
    strengths = np.round(graph.strength(weights="weight"), 3).tolist()
    print(name, graph.degree(), strengths)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
rows without the diagonal [0.6, 0.7, 0.3]
by default [4, 4, 4] [2.6, 2.7, 2.3]
once [4, 4, 4] [2.6, 2.7, 2.3]
twice [4, 4, 4] [1.6, 1.7, 1.3]
no loops [2, 2, 2] [0.6, 0.7, 0.3]
diagonal of 0 [2, 2, 2] [0.6, 0.7, 0.3]
SEEN
echo "As seen: igraph 1.0.0 counts the diagonal of a connectome twice."
