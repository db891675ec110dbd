#!/usr/bin/env bash
# MLstatkit 0.1.91: two models with one and the same AUC differ with p = 0.
#
# DeLong's test divides the difference of two AUCs by its standard error. Where both models rank all
# subjects alike (a fine-tuned model and its parent, a model and its calibrated self, two that
# separate everybody), difference and error are both 0. The package then turns to a
# bootstrap, in which every difference is 0 too, and takes twice the smaller of the shares "at most
# 0" (all) and "above 0" (none): p = 0.0, with z = 0.0. A report of p < 0.001 follows by itself.
#
# Guessed before it was run: p = 1, or NaN. Seen: z = 0.0 and p = 0.0 in all three cases. A pair of
# models that do differ gets DeLong's own p-value.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check MLstatkit==0.1.91 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import numpy as np
from MLstatkit import Delong_test

warnings.simplefilter("error")
random = np.random.default_rng(0)
classes = np.repeat([0, 1], 30)
scores = random.normal(size=60) + classes
calibrated = 1 / (1 + np.exp(1.0 - 1.7 * scores))
perfect, as_perfect = classes + 0.5 * random.random(60), classes + 0.5 * random.random(60)
for name, one, other in (
    ("itself", scores, scores),
    ("its calibrated self", scores, calibrated),
    ("two that separate everybody", perfect, as_perfect),
    ("two that differ", scores, scores + random.normal(size=60)),
):
    z, p, *_, first, second, about = Delong_test(classes, one, other, return_ci=True, return_auc=True)
    print(f"{name}: AUC {first:.3f} and {second:.3f}, z = {z:.2f}, p = {p:.3f}, by {about['method']}")
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
itself: AUC 0.859 and 0.859, z = 0.00, p = 0.000, by bootstrap
its calibrated self: AUC 0.859 and 0.859, z = 0.00, p = 0.000, by bootstrap
two that separate everybody: AUC 1.000 and 1.000, z = 0.00, p = 0.000, by bootstrap
two that differ: AUC 0.859 and 0.749, z = -2.47, p = 0.013, by delong
SEEN
echo "As seen: MLstatkit 0.1.91 finds a difference between a model and itself."
