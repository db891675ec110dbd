#!/usr/bin/env bash
# networkx 3.6.1: an edge that is missing (NaN) is an edge, and hides the way around it.
#
# nx.from_numpy_array makes an edge of every element that is not 0, and NaN is not 0. XCP-D writes
# n/a for regions with low coverage, so one edge of a connectome may be missing. Degree, density and
# clustering count it like any other. The shortest path between its regions is NaN, though there is
# a way around, and so are the paths of others that end there, by whatever way; a mean over regions
# that leaves NaN out then says that the brain is better connected than it is.
#
# Guessed before it was run: no edge, as pandas and nilearn treat NaN; or an error.
# Seen: density 0.67 in place of 0.50, a triangle that is none, and paths of NaN beside one of 0.7.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check networkx==3.6.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import networkx as nx
import numpy as np

matrix = np.array(
    [[0, 0.5, np.nan, 0], [0.5, 0, 0.2, 0], [np.nan, 0.2, 0, 0.3], [0, 0, 0.3, 0]]
)
for name, own in (("missing", matrix), ("left out", np.nan_to_num(matrix))):
    graph = nx.from_numpy_array(own)
    print(name, "degrees", [number for _, number in graph.degree()], f"density {nx.density(graph):.2f}",
          "clustering", [round(value, 2) for value in nx.clustering(graph).values()])
    for start in (0, 3):
        paths = nx.shortest_path_length(graph, start, weight="weight")
        print(name, f"paths from {start}", {region: round(paths[region], 2) for region in sorted(paths)})
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
missing degrees [2, 2, 3, 1] density 0.67 clustering [1.0, 1.0, 0.33, 0]
missing paths from 0 {0: 0, 1: 0.5, 2: nan, 3: nan}
missing paths from 3 {0: nan, 1: 0.5, 2: 0.3, 3: 0}
left out degrees [1, 2, 2, 1] density 0.50 clustering [0, 0, 0, 0]
left out paths from 0 {0: 0, 1: 0.5, 2: 0.7, 3: 1.0}
left out paths from 3 {0: 1.0, 1: 0.5, 2: 0.3, 3: 0}
SEEN
echo "As seen: networkx 3.6.1 takes a missing edge for an edge."
