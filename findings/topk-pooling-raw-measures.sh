#!/usr/bin/env bash
# torch-geometric 2.8.1: TopKPooling on measures that were not scaled keeps regions by their place.
#
# The layer squashes a region's score by tanh before it chooses. Grey matter volumes stand in the
# hundreds, so every score is 1.0 in single precision, all regions are tied, and the first of them
# in the order of the table are kept. The same graph with its regions listed the other way round
# keeps the other half, and what is pooled from it is another brain. Scaled measures have no ties,
# and the order does not matter. No warning is given in either case.
#
# Guessed before it was run: the regions with the greatest projections are kept whatever their
# order, as tanh is monotonic, and a permutation of the nodes changes nothing but their order.
# Seen: half of the regions by position, for volumes; the guess holds for z-scores alone.
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
from torch_geometric.nn import TopKPooling

REGIONS = 10
volumes = torch.tensor([[700.0 + 37.0 * region, 2.0 + 0.1 * region] for region in range(REGIONS)])
z_scores = (volumes - volumes.mean(0)) / volumes.std(0)
pairs = torch.combinations(torch.arange(REGIONS)).T
edges = torch.cat([pairs, pairs.flip(0)], dim=1)  # every region with every other
backwards = torch.arange(REGIONS - 1, -1, -1)

pool = TopKPooling(2, ratio=0.5)
with torch.no_grad():
    pool.select.weight.copy_(torch.tensor([[1.0, 0.5]]))

for name, measures in (("volumes", volumes), ("z-scores", z_scores)):
    forwards = pool(measures, edges)
    reversed_ = pool(measures[backwards], edges)
    print(f"{name}: distinct scores among those kept: {len(set(forwards[5].tolist()))}")
    print("  kept in the order of the atlas:", sorted(forwards[4].tolist()))
    print("  kept of the same graph, listed backwards:", sorted(backwards[reversed_[4]].tolist()))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
volumes: distinct scores among those kept: 1
  kept in the order of the atlas: [0, 1, 2, 3, 4]
  kept of the same graph, listed backwards: [5, 6, 7, 8, 9]
z-scores: distinct scores among those kept: 5
  kept in the order of the atlas: [5, 6, 7, 8, 9]
  kept of the same graph, listed backwards: [5, 6, 7, 8, 9]
SEEN
