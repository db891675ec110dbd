#!/usr/bin/env bash
# nilearn 0.14.1: a connectome as a vector holds a diagonal of 0.7071, where the matrix has 1.
#
# ConnectivityMeasure(vectorize=True) keeps the diagonal unless discard_diagonal=True, and divides it
# by the square root of 2, so that the vector has the matrix's norm. The vector of 10 regions has 55
# numbers, as many as the edges of 11 regions: whoever unpacks it without a diagonal gets a matrix of
# 11 regions in which 0.7071 stands for one edge of each region, and no error.
#
# Guessed before it was run: the diagonal is left out, or 1. Seen: 0.7071 for correlations, and the
# same for partial correlations; only discard_diagonal=True gives 45 numbers.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check nilearn==0.14.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
from nilearn.connectome import ConnectivityMeasure

random = np.random.default_rng(0)
series = [random.standard_normal((80, 10)) for _ in range(4)]
places = np.flatnonzero(np.equal(*np.tril_indices(10)))
for kind in ("correlation", "partial correlation"):
    chosen = {"kind": kind, "standardize": "zscore_sample"}
    matrices = ConnectivityMeasure(**chosen).fit_transform(series)
    vectors = ConnectivityMeasure(vectorize=True, **chosen).fit_transform(series)
    short = ConnectivityMeasure(vectorize=True, discard_diagonal=True, **chosen).fit_transform(series)
    on_diagonal = np.unique(np.round(vectors[:, places], 4))
    print(kind, vectors.shape[1], short.shape[1], np.unique(np.round(matrices[:, range(10), range(10)], 4)), on_diagonal)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
correlation 55 45 [1.] [0.7071]
partial correlation 55 45 [1.] [0.7071]
SEEN
echo "As seen: nilearn 0.14.1 keeps a diagonal of 0.7071 in its vectors."
