#!/usr/bin/env bash
# torch-geometric 2.8.1: NormalizeFeatures leaves measures in small units as they are.
#
# The transform "row-normalizes the attributes to sum-up to one". It first takes the least value of
# the whole graph from every value, and then divides each row by its sum, or by 1 where the sum is
# less. Diffusivity in mm2/s (0.0007) never sums to 1, so nothing is divided, and in um2/ms some rows
# are and others are not. What comes out are no shares of the row, and depends on the least value of
# the subject: 0.643 of a row becomes 1.
#
# Guessed before it was run: the share of each measure in its row, whatever the unit is.
# Seen: rows that sum to 0.4, 0.8 and 1 in um2/ms, to 0.0012 and less in mm2/s, and to 1 in um2/s
# alone, where the shares are other ones.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    torch==2.13.0 torch-geometric==2.8.1 numpy

cat > "$folder/run.py" <<'PYTHON'
import torch
from torch_geometric.data import Data
from torch_geometric.transforms import NormalizeFeatures

# Axial and radial diffusivity of three regions, in um2/ms.
measures = torch.tensor([[1.2, 0.6], [1.4, 0.8], [0.9, 0.5]])
print("share of the first:", *(f"{row[0] / row.sum():.3f}" for row in measures))
for unit, factor in (("um2/ms", 1.0), ("um2/s", 1000.0), ("mm2/s", 0.001)):
    found = NormalizeFeatures()(Data(x=factor * measures)).x
    print(f"{unit}: first", *(f"{row[0]:.4f}" for row in found), "sums", *(f"{row.sum():.4f}" for row in found))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
share of the first: 0.667 0.636 0.643
um2/ms: first 0.7000 0.7500 0.4000 sums 0.8000 1.0000 0.4000
um2/s: first 0.8750 0.7500 1.0000 sums 1.0000 1.0000 1.0000
mm2/s: first 0.0007 0.0009 0.0004 sums 0.0008 0.0012 0.0004
SEEN
echo "As seen: torch-geometric 2.8.1 divides no row that sums to less than 1."
