#!/usr/bin/env bash
# scikit-learn 1.9.1: a permutation test of a score that is undefined gives the smallest p-value.
#
# The AUC of a fold in which all subjects are of one class is undefined, as in every fold of
# leave-one-out, or of leave-one-site-out where a site has patients only. roc_auc_score used to
# raise an error there; now it gives NaN and a warning. permutation_test_score counts the
# permutations whose score is at least the true one: no comparison with NaN is true, the count is 0,
# and p is 1 / (permutations + 1). Noise is "significant", the more so the more permutations.
#
# Guessed before it was run: the error of older versions, or a p-value of NaN.
# Seen: score nan, p = 0.05 for 19 permutations and 0.01 for 99. One undefined fold of five is
# enough, as the mean of the folds is then NaN. The warning is about the metric, not about p.
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
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut, permutation_test_score

random = np.random.default_rng(0)
noise = random.standard_normal((20, 3))
classes = np.r_[np.tile([0, 1], 8), 1, 1, 1, 1]
sites = np.repeat([1, 2, 3, 4, 5], 4)  # the fifth has patients only


def test(folds, permutations, groups=None):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        score, _, p = permutation_test_score(
            *(RidgeClassifier(), noise, classes), groups=groups, cv=folds, scoring="roc_auc",
            n_permutations=permutations, random_state=0,
        )  # fmt: skip
    return f"score {score:.3f}, p = {p:.3f}, {sorted({each.category.__name__ for each in told})}"


print("leave one out, 19:", test(LeaveOneOut(), 19))
print("leave one out, 99:", test(LeaveOneOut(), 99))
print("leave one site out, 99:", test(LeaveOneGroupOut(), 99, sites))
print("five folds of both classes, 99:", test(5, 99))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
leave one out, 19: score nan, p = 0.050, ['UndefinedMetricWarning']
leave one out, 99: score nan, p = 0.010, ['UndefinedMetricWarning']
leave one site out, 99: score nan, p = 0.010, ['UndefinedMetricWarning']
five folds of both classes, 99: score 0.700, p = 0.180, []
SEEN
echo "As seen: scikit-learn 1.9.1 gives an undefined score the smallest p-value there is."
