#!/usr/bin/env bash
# scikit-learn 1.9.1: forests see nothing in diffusivities given in m²/s; HistGradientBoosting does.
#
# Mean diffusivity is 7e-10 m²/s, or 0.7 in µm²/ms. Trees ask only for the order of values, so they
# are taken to need no scaling. But two values closer than 1e-7 count as one in the splitters of
# DecisionTree, RandomForest, ExtraTrees and GradientBoosting: on a measure that separates the
# classes perfectly there is no split at all, and everybody is predicted to be the same.
# GaussianNB fits a variance per measure, but adds a billionth of the largest variance to each: a
# volume in mm³ in the same table drowns the diffusivities.
#
# Guessed before it was run: the same accuracy in both units, for all five. Seen: chance for the
# forests in m²/s, and for naive Bayes as soon as volumes stand beside. No warning is given.
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
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB

warnings.simplefilter("error")
random = np.random.default_rng(0)
classes = np.repeat([0, 1], 100)
diffusivity = random.normal(0.73, 0.03, (200, 10)) + 0.12 * classes[:, None]  # µm²/ms
volumes = random.normal(7000, 900, (200, 10))  # mm³, no information

for model in (
    RandomForestClassifier(20, random_state=0),
    ExtraTreesClassifier(20, random_state=0),
    GradientBoostingClassifier(n_estimators=20, random_state=0),
    HistGradientBoostingClassifier(max_iter=20, random_state=0),
    GaussianNB(),
):
    found = [
        cross_val_score(model, np.hstack([diffusivity * unit, *beside]), classes, cv=5).mean()
        for beside in ([], [volumes])
        for unit in (1, 1e-9)
    ]
    print(type(model).__name__, *(f"{accuracy:.1f}" for accuracy in found))
PYTHON

# Accuracy: diffusivity in µm²/ms, in m²/s; the same two beside volumes.
diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
RandomForestClassifier 1.0 0.5 1.0 0.6
ExtraTreesClassifier 1.0 0.5 1.0 0.5
GradientBoostingClassifier 1.0 0.5 1.0 0.5
HistGradientBoostingClassifier 1.0 1.0 1.0 1.0
GaussianNB 1.0 1.0 1.0 0.6
SEEN
echo "As seen: scikit-learn 1.9.1 has forests that see nothing below 0.0000001."
