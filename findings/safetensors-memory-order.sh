#!/usr/bin/env bash
# safetensors 0.8.0: an array of NumPy that is transposed is written in the order of its memory.
#
# save and save_file of safetensors.numpy write the bytes as they lie in memory, under the shape of
# the array. What a linear algebra routine or a .T leaves in Fortran's order comes back with all its
# numbers in other places: same shape, same type, same sum, no error. A slice is worse: it comes
# back with numbers of its neighbours, which were never part of it. The page of the function asks
# for contiguous tensors, but nothing checks it, and up to 0.7.0 any array came back as it was.
#
# Guessed before it was run: the same values, as with 0.7.0, or the error that safetensors.torch
# gives ("You are trying to save a non contiguous tensor"). Seen: scrambled matrices.
# numpy.ascontiguousarray before saving keeps every value.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"

cat > "$folder/run.py" <<'PYTHON'
import warnings
from importlib.metadata import version

import numpy as np
from safetensors.numpy import load, save

warnings.simplefilter("error")
weights = np.arange(6.0).reshape(2, 3)
print(version("safetensors"))
for name, array in (
    ("as made", weights),
    ("transposed", weights.T),
    ("every second column", weights[:, ::2]),
    ("transposed, made contiguous", np.ascontiguousarray(weights.T)),
):
    read = load(save({"weights": array}))["weights"]
    print(f"{name}: {array.tolist()} came back as {read.tolist()}")
PYTHON

for version in 0.7.0 0.8.0; do
    "$folder/env/bin/pip" install --quiet --disable-pip-version-check safetensors==$version numpy==2.4.6
    "$folder/env/bin/python" "$folder/run.py" >> "$folder/seen"
done

diff - "$folder/seen" <<'SEEN'
0.7.0
as made: [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] came back as [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
transposed: [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] came back as [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
every second column: [[0.0, 2.0], [3.0, 5.0]] came back as [[0.0, 2.0], [3.0, 5.0]]
transposed, made contiguous: [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] came back as [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
0.8.0
as made: [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] came back as [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
transposed: [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] came back as [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
every second column: [[0.0, 2.0], [3.0, 5.0]] came back as [[0.0, 1.0], [2.0, 3.0]]
transposed, made contiguous: [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] came back as [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
SEEN
echo "As seen: safetensors 0.8.0 scrambles arrays of NumPy that are not contiguous; 0.7.0 did not."
