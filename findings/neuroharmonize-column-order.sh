#!/usr/bin/env bash
# neuroHarmonize 2.5.2: harmonizationApply takes covariates by their place, not by their name.
#
# A model of harmonizationLearn is applied to new subjects with a data frame of the same covariates.
# Only SITE is found by its name; the others are taken in the order of the columns. A table with SEX
# before AGE is harmonised as if everybody's age were 0 or 1 and their sex some decades: no error, no
# warning, values that look like any others. A table read from another file, or put together by a
# join, has its columns in another order easily. A missing or an additional column does fail.
#
# Guessed before it was run: columns are found by their names, or a difference is refused.
# Seen: values are off by up to three standard deviations between subjects.
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

import numpy as np
import pandas as pd
from neuroHarmonize import harmonizationApply, harmonizationLearn

random = np.random.default_rng(0)
subjects = 80
people = pd.DataFrame({
    "SITE": np.repeat(["A", "B"], subjects // 2),
    "AGE": random.uniform(20, 60, subjects),
    "SEX": random.integers(0, 2, subjects).astype(float),
})
thickness = (
    2.5 - 0.01 * people[["AGE"]].to_numpy() + 0.05 * people[["SEX"]].to_numpy()
    + 0.2 * (people[["SITE"]] == "B").to_numpy() + random.normal(0, 0.05, (subjects, 6))
)
found = []
with contextlib.redirect_stdout(io.StringIO()):
    model, learnt = harmonizationLearn(thickness, people)
    for columns in (["SITE", "AGE", "SEX"], ["AGE", "SEX", "SITE"], ["SITE", "SEX", "AGE"]):
        applied = harmonizationApply(thickness, people[columns], model)
        found.append(f"{' '.join(columns)}: off by up to {np.abs(applied - learnt).max():.2f} mm")
print(*found, sep="\n")
print(f"standard deviation between subjects: {learnt.std(axis=0).mean():.2f} mm")
PYTHON

diff - <("$folder/env/bin/python" -W ignore "$folder/run.py" 2>/dev/null) <<'SEEN'
SITE AGE SEX: off by up to 0.00 mm
AGE SEX SITE: off by up to 0.00 mm
SITE SEX AGE: off by up to 0.45 mm
standard deviation between subjects: 0.13 mm
SEEN
echo "As seen: neuroHarmonize 2.5.2 takes ages for sexes where columns are in another order."
