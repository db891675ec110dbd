#!/usr/bin/env bash
# neuroCombat 0.2.12: what ComBat has learnt changes the effect of age when it is applied.
#
# neuroCombatFromTraining takes the estimates of neuroCombat, to harmonise new subjects of the same
# sites. It takes no covariates: those of the training subjects enter as their mean. What age adds to
# a region is then left in what is divided by the site's spread, so that at a site whose measurements
# vary little an effect of age grows, and at one that varies much it shrinks. Training and test
# subjects are harmonised in two ways, although the estimates are the same; a model that is trained on
# the first sees other ages in the second. Without covariates both are the same.
#
# Guessed before it was run: the training subjects get the values that they had in training.
# Seen: a slope of 0.05 a year is 0.05 in training at both sites, and 0.14 and 0.04 when applied.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    neuroCombat==0.2.12 pandas==2.3.3 numpy==1.26.4

cat > "$folder/run.py" <<'PYTHON'
import contextlib
import io

import numpy as np
import pandas as pd
from neuroCombat import neuroCombat, neuroCombatFromTraining

random = np.random.default_rng(0)
subjects, regions = 400, 20
site = np.tile(["A", "B"], subjects // 2)
age = random.uniform(20, 60, subjects)
noise = random.normal(0, 1, (subjects, regions)) * np.where(site == "A", 0.4, 1.6)[:, None]
measures = 0.05 * age[:, None] + (site == "B")[:, None] + noise
people = pd.DataFrame({"site": site, "age": age})


def slopes(values):
    """Of age, at each site, the mean over regions."""
    return [f"{np.polyfit(age[site == one], values[:, site == one].T, 1)[0].mean():.3f}" for one in "AB"]


with contextlib.redirect_stdout(io.StringIO()):
    learnt = neuroCombat(measures.T, people, batch_col="site", continuous_cols=["age"])
    applied = neuroCombatFromTraining(measures.T, site, learnt["estimates"])["data"]
    plain = neuroCombat(measures.T, people, batch_col="site")
    again = neuroCombatFromTraining(measures.T, site, plain["estimates"])["data"]
print("measured:", *slopes(measures.T))
print("neuroCombat, of all subjects:", *slopes(learnt["data"]))
print("neuroCombatFromTraining, of the same subjects:", *slopes(applied))
print(f"without age as a covariate both differ by {np.abs(again - plain['data']).max():.3f}")
PYTHON

diff - <("$folder/env/bin/python" -W ignore "$folder/run.py" 2>/dev/null) <<'SEEN'
measured: 0.049 0.050
neuroCombat, of all subjects: 0.047 0.050
neuroCombatFromTraining, of the same subjects: 0.143 0.037
without age as a covariate both differ by 0.000
SEEN
echo "As seen: neuroCombat 0.2.12 multiplies an effect of age when its estimates are applied."
