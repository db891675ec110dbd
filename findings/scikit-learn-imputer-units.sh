#!/usr/bin/env bash
# scikit-learn 1.9.1: IterativeImputer fills in the mean where values are small, and says nothing.
#
# IterativeImputer predicts a missing region from the others, by BayesianRidge unless told
# otherwise. That model has priors on its precisions with a rate of 1e-6, meant to be vague. For
# diffusivities in m²/s (about 7e-10) they are no longer vague but all there is: the coefficients
# shrink to nothing, and what is filled in is the mean of the column for every subject. There is no
# warning: a round that changes nothing has converged.
#
# Guessed before it was run: the same values in another unit, as an imputer by regression has no
# unit. Seen: in µm²/ms the filled-in values have 0.72 of the true spread; in m²/s they are one and
# the same number. BayesianRidge itself explains 77 % of the variance in one unit and 0 % in the other.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.linear_model import BayesianRidge

warnings.simplefilter("error")
random = np.random.default_rng(0)
subject = random.normal(0, 0.06, (200, 1))
regions = random.normal(0.73, 0.03, (200, 10)) + subject  # µm²/ms

for unit in (1, 1e-9):
    true = regions * unit
    missing = true.copy()
    missing[:40, 0] = np.nan
    filled = IterativeImputer(random_state=0).fit_transform(missing)[:40, 0]
    explained = BayesianRidge().fit(true[:, 1:], true[:, 0]).score(true[:, 1:], true[:, 0])
    print(f"{unit:g}: spread {filled.std() / true[:40, 0].std():.2f} of the true one, R² {explained:.2f}")
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
1: spread 0.72 of the true one, R² 0.77
1e-09: spread 0.00 of the true one, R² 0.00
SEEN
echo "As seen: scikit-learn 1.9.1 fills in means where values are small."
