#!/usr/bin/env bash
# statsmodels 0.15.0: one region without a p-value takes the adjusted p-values of all others.
#
# A region that is constant in a cohort has no p-value, so a table of regions holds a NaN.
# multipletests(method="fdr_bh") then returns NaN for every region, while its other answer still
# says which hypotheses are rejected, and it counts the unknown one among those that were tested.
# So the decisions look sound, the q-values beside them are all empty, and two regions that were
# rejected by four tests are not by five. Holm's and Bonferroni's methods keep their adjusted p-values
# and count the unknown too. scipy.stats.false_discovery_control refuses the same input in words.
#
# Guessed before it was run: nothing is rejected, as comparisons with NaN are false.
# Seen: the rejections are made, their adjusted p-values are NaN; 0.035 and 0.045 are not rejected.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

regions = [0.0001, 0.002, 0.035, 0.045]
unknown = [*regions, np.nan]
for method in ("fdr_bh", "holm", "bonferroni"):
    for name, p_values in (("all known", regions), ("one unknown", unknown)):
        rejected, adjusted = multipletests(p_values, alpha=0.05, method=method)[:2]
        print(f"{method}, {name}:", rejected.tolist(), np.round(adjusted, 4).tolist())
try:
    false_discovery_control(unknown)
except ValueError as error:
    print("scipy:", error)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
fdr_bh, all known: [True, True, True, True] [0.0004, 0.004, 0.045, 0.045]
fdr_bh, one unknown: [True, True, False, False, False] [nan, nan, nan, nan, nan]
holm, all known: [True, True, False, False] [0.0004, 0.006, 0.07, 0.07]
holm, one unknown: [True, True, False, False, False] [0.0005, 0.008, 0.105, 0.105, nan]
bonferroni, all known: [True, True, False, False] [0.0004, 0.008, 0.14, 0.18]
bonferroni, one unknown: [True, True, False, False, False] [0.0005, 0.01, 0.175, 0.225, nan]
scipy: `ps` must include only numbers between 0 and 1.
SEEN
echo "As seen: statsmodels 0.15.0 adjusts no p-value where one is unknown, and rejects all the same."
