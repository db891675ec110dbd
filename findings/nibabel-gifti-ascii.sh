#!/usr/bin/env bash
# nibabel 5.4.2 writes small values of a GIFTI file as zeros when the encoding is ASCII.
#
# Mean diffusivity is given in m²/s: about 7e-10 in white and 3e-9 in fluid. With
# GIFTI_ENCODING_ASCII, one of the three encodings of the standard, each number is written with
# "%10.6f". No warning is given, the file is valid, and every region of every subject is 0.
# The two binary encodings keep the values.
#
# Guessed before it was run: fewer digits (7e-10 as 7.0e-10 or 0.000000001). Seen: 0 three times.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check nibabel==5.4.2 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import numpy as np
from nibabel.gifti import GiftiDataArray, GiftiImage

warnings.simplefilter("error")
diffusivity = np.array([7.0e-10, 8.5e-10, 3.1e-9], dtype=np.float32)
for encoding in ("ASCII", "B64BIN", "B64GZ"):
    array = GiftiDataArray(diffusivity, encoding=f"GIFTI_ENCODING_{encoding}")
    read = GiftiImage.from_bytes(GiftiImage(darrays=[array]).to_bytes()).darrays[0].data
    print(encoding, *(f"{value:.1e}" for value in read))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
ASCII 0.0e+00 0.0e+00 0.0e+00
B64BIN 7.0e-10 8.5e-10 3.1e-09
B64GZ 7.0e-10 8.5e-10 3.1e-09
SEEN
echo "As seen: nibabel 5.4.2 loses what is below 0.0000005 in ASCII."
