#!/usr/bin/env bash
# h5py 3.16.0 gives the places of an array's values and of its header from two different starts.
#
# HDF5 has no checksums by default, so a reader of strangers' files compares places: an array that
# lies on the header of another is damaged. MATLAB 7.3 puts 512 bytes of its own before the HDF5
# (a user block). DatasetID.get_offset() counts from the start of the file, h5o.get_info().addr from
# behind these bytes. Compared as they are, intact files of MATLAB look damaged, and plain HDF5 files
# never do, so that a test without a user block passes.
#
# Guessed before it was run: both from behind the user block, as HDF5's own addresses are.
# Seen: with 512 bytes before, the values move by 512 and the header stays.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check h5py==3.16.0 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import sys

import h5py
import numpy as np

values = np.arange(5.0) + 7
for before in (0, 512):
    path = f"{sys.argv[1]}/{before}.h5"
    with h5py.File(path, "w", userblock_size=before) as file:
        file["fc"] = values
    with open(path, "rb") as raw, h5py.File(path) as file:
        found = file["fc"].id
        in_file = raw.read().index(values.tobytes())
        print(before, in_file, found.get_offset(), h5py.h5o.get_info(found).addr)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" "$folder") <<'SEEN'
0 2048 2048 800
512 2560 2560 800
SEEN
echo "As seen: h5py 3.16.0 counts places of values from the start of the file, of headers from behind a user block."
