#!/usr/bin/env bash
# captum 0.9.0: attributions of a linear model by FeaturePermutation average to 0 over subjects.
#
# FeaturePermutation exchanges a region's values between subjects and gives each subject the change of
# its output, with its sign. Which regions matter is asked of the group, so attributions are averaged
# over subjects, as those of other methods are. But what one subject gains by the exchange another
# loses: the sum is 0 for every region, the one that decides like the one that is never looked at.
# Averages of magnitudes differ, and so does the change of a loss of all subjects, which is what
# permutation importance is in scikit-learn.
#
# Guessed before it was run: the mean attribution of the decisive region is far from 0.
# Seen: 0 for all regions; magnitudes are in the order of the weights.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    torch==2.13.0 captum==0.9.0 numpy

cat > "$folder/run.py" <<'PYTHON'
import torch
from captum.attr import FeatureAblation, FeaturePermutation

torch.manual_seed(0)
weights = torch.tensor([3.0, 1.0, 0.0])
measures = torch.randn(500, 3) + 1
labels = (measures @ weights > 4).float()


def score(x):
    return x @ weights


def loss(x):
    """One number for all subjects."""
    logits = x @ weights - 4
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)


def shown(values):
    return " ".join(f"{abs(value):.2f}" for value in values.tolist())


permuted = FeaturePermutation(score).attribute(measures)
print("permutation, mean:", shown(permuted.mean(0)))
print("permutation, mean magnitude:", shown(permuted.abs().mean(0)))
print("ablation, mean:", shown(FeatureAblation(score).attribute(measures).mean(0)))
changes = FeaturePermutation(loss).attribute(measures)
print("permutation, change of the loss:", shown(changes.flatten()))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
permutation, mean: 0.00 0.00 0.00
permutation, mean magnitude: 3.37 1.12 0.00
ablation, mean: 3.12 1.03 0.00
permutation, change of the loss: 1.19 0.10 0.00
SEEN
echo "As seen: captum 0.9.0 gives permutation attributions that average to 0 over subjects."
