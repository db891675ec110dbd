#!/usr/bin/env bash
# networkx 3.6.1: the diagonal of a connectome sets the scale of its weighted clustering.
#
# nx.clustering(weight=...) divides every weight by the largest one of the graph. Its page says that
# self-loops are ignored. They are, in the triangles; but the largest weight is taken from them as
# well. nx.from_numpy_array makes a self-loop of each diagonal element, so that the 1s of a
# correlation matrix divide all coefficients, and the infinities that Fisher's z puts there make
# every coefficient 0. Two pipelines, one of which cleared the diagonal, give two figures for one
# brain, and subjects are no longer compared on their own largest edge.
#
# Guessed before it was run: the same coefficients whatever the diagonal is.
# Seen: 0.74 without a diagonal, 0.48 with 1s, 0 with infinities. The order of regions is kept.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check networkx==3.6.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import networkx as nx
import numpy as np

warnings.simplefilter("error")
random = np.random.default_rng(0)
series = random.standard_normal((60, 6)) + random.standard_normal((60, 1))
connectome = np.abs(np.corrcoef(series.T))
for diagonal in (0.0, 1.0, np.inf):
    np.fill_diagonal(connectome, diagonal)
    found = nx.clustering(nx.from_numpy_array(connectome), weight="weight")
    print(diagonal, *(f"{value:.2f}" for value in found.values()))
print("the page:", "Self loops are ignored." in nx.clustering.__doc__)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
0.0 0.74 0.72 0.73 0.65 0.78 0.76
1.0 0.48 0.46 0.47 0.42 0.50 0.49
inf 0.00 0.00 0.00 0.00 0.00 0.00
the page: True
SEEN
echo "As seen: networkx 3.6.1 scales clustering by the self-loops that it says it ignores."
