#!/usr/bin/env bash
# bctpy 0.6.1: threshold_proportional takes missing edges for the strongest.
#
# A region without signal (outside the field of view, or a mask that left nothing) has a NaN to
# every other region. threshold_proportional(W, p) sorts the edges and keeps the upper share p.
# NaN sorts behind every number and the order is then turned round, so the missing edges are kept
# first and push out real ones: of the six strongest edges of this connectome one is left. The count
# of edges is as asked for, and so is the density that is reported.
#
# Guessed before it was run: an error, or NaN treated as no edge. Seen: the five missing edges and
# the single strongest real one. No warning is given. What is computed from it is wrong in two ways:
# degrees_und counts the missing edges as edges; strengths_und is NaN for every region.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check bctpy==0.6.1 numpy==2.4.6 scipy==1.17.1

cat > "$folder/run.py" <<'PYTHON'
import warnings

import bct
import numpy as np

warnings.simplefilter("error")
random = np.random.default_rng(0)
series = random.standard_normal((60, 6)) + random.standard_normal((60, 1))
connectome = np.corrcoef(series.T)
np.fill_diagonal(connectome, 0)
upper = np.triu_indices(6, 1)

for name in ("complete", "region 2 missing"):
    kept = bct.threshold_proportional(connectome, 0.4)
    edges = [(int(i), int(j)) for i, j in zip(*upper) if kept[i, j] != 0]
    real = sum(bool(np.isfinite(kept[edge])) for edge in edges)
    print(name, edges, "real:", real)
    print("  degrees", bct.degrees_und(kept).astype(int), "strengths", bct.strengths_und(kept).round(2))
    connectome[2, [0, 1, 3, 4, 5]] = connectome[[0, 1, 3, 4, 5], 2] = np.nan
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
complete [(0, 2), (0, 4), (0, 5), (2, 4), (2, 5), (4, 5)] real: 6
  degrees [3 0 3 0 3 3] strengths [1.63 0.   1.63 0.   1.79 1.71]
region 2 missing [(0, 2), (1, 2), (2, 3), (2, 4), (2, 5), (4, 5)] real: 1
  degrees [1 1 5 1 2 2] strengths [nan nan nan nan nan nan]
SEEN
echo "As seen: bctpy 0.6.1 keeps missing edges before all others."
