#!/usr/bin/env bash
# mne-connectivity 0.9.0: the region with the strongest connections has degree 0.
#
# spectral_connectivity_epochs computes each pair once and keeps it below the diagonal; above it are
# zeros. degree() takes the result as its argument, "Compute the undirected degree", and sums
# each row of that half, so that a pair counts for one of its regions alone. Here region 3 is coherent
# with regions 0 and 1 and is given degree 0 at every threshold; region 2, which is on its own, gets
# 1. The order of the channels decides: listed backwards, region 3 has degree 3. threshold_prop, a
# share of all pairs, counts both halves, so that 0.5 keeps every pair that there is.
#
# Guessed before it was run: the degree of an undirected graph: the same for any order of channels.
# Seen: degrees 3 2 1 0 with all pairs, where each region has three neighbours. envelope_correlation
# gives whole matrices, for which the guess holds.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    mne-connectivity==0.9.0 mne==1.13.2 numpy==2.4.6 scipy==1.17.1

cat > "$folder/run.py" <<'PYTHON'
import warnings

import mne
import numpy as np
from mne_connectivity import degree, spectral_connectivity_epochs

mne.set_log_level("ERROR")
random = np.random.default_rng(0)
series = random.standard_normal((10, 4, 500))  # epochs, regions, times; region 2 is on its own
series[:, 1] += series[:, 0]
series[:, 3] += series[:, 0]

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    for name, order in (("as they are", [0, 1, 2, 3]), ("backwards", [3, 2, 1, 0])):
        found = spectral_connectivity_epochs(
            series[:, order], method="coh", sfreq=100.0, fmin=8, fmax=13, faverage=True
        )
        matrix = found.get_data("dense")[..., 0]
        whole = matrix + matrix.T
        print(name, order)
        for share in (1.0, 0.5, 0.2):
            print(f"  {share} of pairs:", *(f"region {region} {count}," for region, count in sorted(zip(order, degree(found, share)))))
        print("  both halves, 0.5:", *(f"region {region} {count}," for region, count in sorted(zip(order, degree(whole, 0.5)))))
print([str(each.message) for each in told if "degree" in str(each.message)])
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>/dev/null) <<'SEEN'
as they are [0, 1, 2, 3]
  1.0 of pairs: region 0 3, region 1 2, region 2 1, region 3 0,
  0.5 of pairs: region 0 3, region 1 2, region 2 1, region 3 0,
  0.2 of pairs: region 0 2, region 1 0, region 2 0, region 3 0,
  both halves, 0.5: region 0 2, region 1 2, region 2 0, region 3 2,
backwards [3, 2, 1, 0]
  1.0 of pairs: region 0 0, region 1 1, region 2 2, region 3 3,
  0.5 of pairs: region 0 0, region 1 1, region 2 2, region 3 3,
  0.2 of pairs: region 0 0, region 1 1, region 2 0, region 3 1,
  both halves, 0.5: region 0 2, region 1 2, region 2 0, region 3 2,
[]
SEEN
echo "As seen: mne-connectivity 0.9.0 counts half of a matrix."
