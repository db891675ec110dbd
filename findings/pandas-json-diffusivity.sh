#!/usr/bin/env bash
# pandas 3.1.1: to_json leaves one digit of a diffusivity in m²/s.
#
# to_json writes ten decimals, not ten digits. NEURO-LEARN keeps its datasets as
# read_csv(file).to_json(): a mean diffusivity of 7.23e-10 m²/s is stored as 0.0000000007, a
# difference between patients and controls of 3e-11 is gone, and what is below 5e-11 is 0. The
# text is valid JSON, it comes back as numbers, and nothing is said. Other columns keep all that
# matters, so that the table looks right. double_precision is at most 15: 7.23e-10 survives with it,
# 7.23e-16 does not. orient="table" writes ten decimals too; to_csv is exact.
#
# Guessed before it was run: ten significant digits, as "double_precision" means elsewhere.
# Seen: 60 subjects have two distinct values, off by up to 8 %.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import io
import json
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("error")
random = np.random.default_rng(0)
table = pd.DataFrame({"MD_1": random.normal(7.2e-10, 3e-11, 60), "GMV_1": random.normal(0.41, 0.05, 60)})
print(pd.DataFrame({"MD_1": [7.23e-10, 7.48e-10, 4.9e-11]}).to_json())
for name, options in (("to_json()", {}), ("orient='table'", {"orient": "table"}), ("15 decimals", {"double_precision": 15})):
    stored = json.loads(table.to_json(**options))
    rows = stored["data"] if "data" in stored else table.index
    read = {
        column: np.array([row[column] for row in rows] if "data" in stored else list(stored[column].values()))
        for column in table
    }
    for column in table:
        error = np.max(np.abs(read[column] - table[column]) / table[column])
        print(f"{name}, {column}: {len(np.unique(read[column]))} distinct values of 60, off by up to {error:.0e}")
read = pd.read_csv(io.StringIO(table.to_csv(index=False)))
print("to_csv:", "exact" if read.equals(table) else "not exact")
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
{"MD_1":{"0":0.0000000007,"1":0.0000000007,"2":0.0}}
to_json(), MD_1: 2 distinct values of 60, off by up to 8e-02
to_json(), GMV_1: 60 distinct values of 60, off by up to 1e-10
orient='table', MD_1: 2 distinct values of 60, off by up to 8e-02
orient='table', GMV_1: 60 distinct values of 60, off by up to 1e-10
15 decimals, MD_1: 60 distinct values of 60, off by up to 7e-07
15 decimals, GMV_1: 60 distinct values of 60, off by up to 1e-15
to_csv: exact
SEEN
echo "As seen: pandas 3.1.1 writes decimals, not digits, to JSON."
