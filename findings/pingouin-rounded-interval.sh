#!/usr/bin/env bash
# pingouin 0.6.1: confidence intervals have two decimals, whatever the unit.
#
# Every column of pingouin's tables is at full precision but the interval, which is rounded to two
# decimals when it is computed. Between patients and controls fractional anisotropy differs by some
# 0.01 and mean diffusivity by some 1e-11 m²/s: beside p = 0.02 the first interval ends at 0, and the
# second is [-0, -0]. A table of results shows a difference that is known without any error; a
# meta-analysis that takes the standard error from the interval divides by 0.
#
# Guessed before it was run: full precision, as T and the p-value beside it.
# Seen: -0.02 to -0 and -0 to -0. pingouin.options["round.column.CI95"] = None gives the digits.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pingouin==0.6.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
import pingouin

random = np.random.default_rng(0)
patients, controls = random.normal(0.44, 0.02, 60), random.normal(0.448, 0.02, 60)
groups = {"anisotropy": (patients, controls), "diffusivity": (patients * 1e-9, controls * 1e-9)}
print({name: value for name, value in pingouin.options.items() if "CI" in name})
for name, (one, other) in groups.items():
    table = pingouin.ttest(one, other)
    interval = next(column for column in table.columns if column.startswith("CI"))
    print(name, f"p = {table.iloc[0]['p_val']:.4f}", *(f"{end:.4g}" for end in table.iloc[0][interval]))
    pingouin.options[f"round.column.{interval}"] = None
    table = pingouin.ttest(one, other)
    print("  not rounded:", *(f"{end:.4g}" for end in table.iloc[0][interval]))
    pingouin.options[f"round.column.{interval}"] = 2
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
{'round.column.CI95': 2}
anisotropy p = 0.0221 -0.02 -0
  not rounded: -0.01512 -0.001194
diffusivity p = 0.0221 -0 -0
  not rounded: -1.512e-11 -1.194e-12
SEEN
echo "As seen: pingouin 0.6.1 rounds intervals to two decimals."
