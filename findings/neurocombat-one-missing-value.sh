#!/usr/bin/env bash
# neuroCombat 0.2.12 and neuroHarmonize 2.5.2: one missing value makes all values missing.
#
# ComBat borrows strength: the site's effect on one region is shrunken towards its effects on all. One
# region that could not be measured in one subject makes the mean of the site's effects NaN, and with
# it each value of each subject at every site. No error, no warning. ComBat in R's sva takes missing
# values; in Python a cohort of some hundred subjects with one empty cell comes back empty.
#
# Guessed before it was run: the value stays missing, at worst the region or the subject.
# Seen: 8,000 of 8,000 values are missing, in both libraries.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    neuroHarmonize==2.5.2 neuroCombat==0.2.12 statsmodels==0.15.0 pandas==2.3.3 numpy==1.26.4

cat > "$folder/run.py" <<'PYTHON'
import contextlib
import io
import warnings

import numpy as np
import pandas as pd
from neuroCombat import neuroCombat
from neuroHarmonize import harmonizationLearn

random = np.random.default_rng(0)
subjects = 400
people = pd.DataFrame({"SITE": np.tile(["A", "B"], subjects // 2), "AGE": random.uniform(20, 60, subjects)})
thickness = 2.5 - 0.01 * people[["AGE"]].to_numpy() + random.normal(0, 0.1, (subjects, 20))
for missing in (0, 1):
    thickness[:missing, 0] = np.nan
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        combat = neuroCombat(thickness.T, people, batch_col="SITE", continuous_cols=["AGE"])["data"]
        _, harmonised = harmonizationLearn(thickness, people)
    about = [each for each in caught if "nan" in str(each.message).lower() or "missing" in str(each.message)]
    for name, values in (("neuroCombat", combat), ("neuroHarmonize", harmonised)):
        print(f"{missing} missing: {name} gives {np.isnan(values).sum()} missing of {values.size}, {len(about)} warnings of it")
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
0 missing: neuroCombat gives 0 missing of 8000, 0 warnings of it
0 missing: neuroHarmonize gives 0 missing of 8000, 0 warnings of it
1 missing: neuroCombat gives 8000 missing of 8000, 0 warnings of it
1 missing: neuroHarmonize gives 8000 missing of 8000, 0 warnings of it
SEEN
echo "As seen: one missing value makes all values of ComBat missing in neuroCombat 0.2.12 and neuroHarmonize 2.5.2."
