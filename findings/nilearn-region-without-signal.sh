#!/usr/bin/env bash
# nilearn 0.14.1: a region without signal gets numbers in every kind of connectome, without a word.
#
# A region outside the field of view has a constant time series. Its correlation with others is
# undefined: numpy.corrcoef gives NaN and a warning. ConnectivityMeasure shrinks the covariance
# towards a multiple of the identity before anything else, so that the region gets a variance which
# it never had, correlations and partial correlations of exactly 0, a diagonal of 1, and for
# "tangent" one of -1.48. Nothing in the matrix says that nothing was measured. Where only one
# scanner cuts the cerebellum off, the zeros tell the scanners apart.
#
# Guessed before it was run: NaN in its row and column, or an error. Seen: finite values in all five
# kinds, and a precision that is ten times that of the others.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check nilearn==0.14.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import numpy as np
from nilearn.connectome import ConnectivityMeasure

random = np.random.default_rng(0)
subjects = [random.standard_normal((100, 4)) + 100 for _ in range(3)]
subjects[0][:, 2] = 100.0  # constant
with np.errstate(all="ignore"):
    print("numpy", *np.corrcoef(subjects[0].T)[2])
for kind in ("correlation", "partial correlation", "tangent", "covariance", "precision"):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        matrices = ConnectivityMeasure(kind=kind).fit_transform(subjects)
    about = [str(each.message) for each in told if not issubclass(each.category, (FutureWarning, DeprecationWarning))]
    print(f"{kind}: row", *(f"{value + 0.0:.2f}" for value in matrices[0, 2].round(2) + 0.0), end="; ")
    print("diagonal", *(f"{value:.2f}" for value in matrices[0].diagonal()), about)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
numpy nan nan nan nan
correlation: row 0.00 0.00 1.00 0.00; diagonal 1.00 1.00 1.00 1.00 []
partial correlation: row 0.00 0.00 1.00 0.00; diagonal 1.00 1.00 1.00 1.00 []
tangent: row 0.00 0.00 -1.48 0.00; diagonal -0.05 -0.14 -1.48 0.16 []
covariance: row 0.00 0.00 0.10 0.00; diagonal 0.86 0.75 0.10 1.19 []
precision: row 0.00 0.00 9.92 0.00; diagonal 1.16 1.33 9.92 0.84 []
SEEN
echo "As seen: nilearn 0.14.1 gives numbers to a region without signal."
