#!/usr/bin/env bash
# nibabel 5.4.2: an image whose header has no transform is read with left and right exchanged.
#
# Tools that know nothing of space write NIfTI with both codes, qform and sform, 0: "no transform".
# The standard gives such files their voxel sizes alone, x = dx·i. nibabel does so for y and z, but
# takes x as falling, as Analyze files were. An atlas with a transform is then laid on the image the
# other way round: the average over "left hippocampus" is that of the right one. The axis codes say
# LAS for it, and RAS for the same voxels with a transform; the origin becomes the middle of the image.
#
# Guessed before it was run: the voxel sizes as they are, without a turn. Seen: the x axis
# is turned. Whoever copied the voxels from an image that had been RAS has exchanged the hemispheres.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check nibabel==5.4.2 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import logging
import warnings

import nibabel
import numpy as np

warnings.simplefilter("error")
logging.basicConfig(level=logging.WARNING)
atlas = np.zeros((7, 3, 3), np.int16)
atlas[:3], atlas[4:] = 1, 2  # left and right of the middle, as in MNI space
with_transform = nibabel.Nifti1Image(atlas, nibabel.affines.from_matvec(np.eye(3) * 3, [-9, -3, -3]))
without = nibabel.Nifti1Image(atlas, None)
without.header.set_zooms((3, 3, 3))

for name, image in (("with a transform", with_transform), ("without", without)):
    read = nibabel.Nifti1Image.from_bytes(image.to_bytes())
    codes = int(read.header["qform_code"]), int(read.header["sform_code"])
    label = atlas[tuple(np.rint(np.linalg.inv(read.affine) @ [-6, 0, 0, 1]).astype(int)[:3])]
    print(name, codes, "".join(nibabel.aff2axcodes(read.affine)), "6 mm to the left of the middle:", int(label))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" 2>&1) <<'SEEN'
with a transform (0, 2) RAS 6 mm to the left of the middle: 1
without (0, 0) LAS 6 mm to the left of the middle: 2
SEEN
echo "As seen: nibabel 5.4.2 turns the x axis of an image without a transform."
