#!/usr/bin/env bash
# networkx 3.6.1: the matrix of an edge list has its regions in the order of their first edge.
#
# Connectomes are published as edge lists (m2g: "i j weight", from region 0). The usual way back to
# a matrix is nx.to_numpy_array(nx.read_weighted_edgelist(file)). Nodes come in the order in which
# they are first named, also with nodetype=int, and a region without an edge does not come at all.
# Two sparse connectomes of one atlas then have regions in two orders, or two numbers of regions,
# and the matrices of all subjects stack without an error as long as the numbers agree.
#
# Guessed before it was run: nodes sorted, at least with nodetype=int. Seen: 0, 3, 1, 2.
# nodelist=range(4) gives the order of the atlas and names a region that is not there.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check networkx==3.6.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import networkx as nx

SUBJECTS = {"A": ["0 1 2", "0 3 5", "1 2 7"], "B": ["0 3 5", "0 1 2", "1 2 7"], "C": ["0 3 5", "0 1 2"]}
for subject, lines in SUBJECTS.items():
    graph = nx.parse_edgelist(lines, nodetype=int, data=[("weight", float)])
    print(subject, list(graph), *nx.to_numpy_array(graph)[0].astype(int))
graph = nx.parse_edgelist(SUBJECTS["B"], nodetype=int, data=[("weight", float)])
print("B by nodelist", *nx.to_numpy_array(graph, nodelist=range(4))[0].astype(int))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
A [0, 1, 3, 2] 0 2 5 0
B [0, 3, 1, 2] 0 5 2 0
C [0, 3, 1] 0 5 2
B by nodelist 0 2 0 5
SEEN
echo "As seen: networkx 3.6.1 gives two orders of regions to two files of the same edges."
