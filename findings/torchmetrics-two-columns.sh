#!/usr/bin/env bash
# torchmetrics 1.9.0: the calibration error of two classes depends on whether one column is given or
# two.
#
# A model of patients and controls gives p, which is [1 - p, p] as well. Of one column, the binary
# metric compares p with the share of patients; of two, the multiclass metric compares the larger of
# both with the share of right answers. There, people whose risk of 0.2 is called 0.3 and people
# whose risk of 0.6 is called 0.7 share a bin and cancel: an error of 0.1 becomes 0. netcal 1.4.0
# takes the second of two columns and gives 0.1 for both. A report that says "ECE (torchmetrics)"
# has not said which.
#
# Guessed before it was run: torchmetrics differs (right), and netcal differs with it (wrong).
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    torchmetrics==1.9.0 torch==2.13.0 netcal==1.4.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import numpy as np
import torch
from netcal.metrics import ECE
from torchmetrics.functional.classification import (
    binary_calibration_error,
    multiclass_calibration_error,
)

# Of 100 people each: 20 are patients where the risk is said to be 0.3, 60 where it is 0.7.
p = np.repeat([0.3, 0.7], 100)
patient = np.concatenate([np.arange(100) < 20, np.arange(100) < 60]).astype(int)
columns = np.column_stack([1 - p, p])
one = binary_calibration_error(torch.tensor(p), torch.tensor(patient), n_bins=5)
two = multiclass_calibration_error(
    torch.tensor(columns), torch.tensor(patient), num_classes=2, n_bins=5
)
print(f"torchmetrics, one column: {float(one):.3f}")
print(f"torchmetrics, two columns: {abs(float(two)):.3f}")
print(f"netcal, one column: {ECE(5).measure(p, patient):.3f}")
print(f"netcal, two columns: {ECE(5).measure(columns, patient):.3f}")
PYTHON

seen=$("$folder/env/bin/python" "$folder/run.py")
diff - <(echo "$seen") <<'SEEN'
torchmetrics, one column: 0.100
torchmetrics, two columns: 0.000
netcal, one column: 0.100
netcal, two columns: 0.100
SEEN
echo "As seen: torchmetrics 1.9.0 gives 0.1 for one column and 0 for the same as two."
