#!/usr/bin/env bash
# confidenceinterval 1.0.5: precision, recall and F1 of two classes are all the accuracy.
#
# The package puts an interval beside scikit-learn's scores, under scikit-learn's names. There
# recall_score(classes, predicted) is the recall of class 1, the sensitivity. Here the average is
# "micro" unless told otherwise, which pools both classes: every subject who is missed in one class
# is a false alarm of the other, and all three scores are the accuracy. A classifier that finds one
# patient in ten has a recall of 0.90 where nine in ten are controls.
#
# Guessed before it was run: the values of scikit-learn with an interval around.
# Seen: 0.90 three times; scikit-learn says 0.50, 0.10 and 0.17. average="binary" gives these values,
# but only with a method for proportions beside it: with the default one it is an AssertionError.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    confidenceinterval==1.0.5 scikit-learn==1.9.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import warnings

import confidenceinterval
import numpy as np
import sklearn.metrics

warnings.simplefilter("error")
classes = np.repeat([0, 1], [90, 10])
for found in (1, 5):  # of ten patients, and one of ninety controls
    predicted = np.r_[1, np.zeros(99 - found, int), np.ones(found, int)]
    print(f"{found} of 10 patients found")
    for score in ("precision_score", "recall_score", "f1_score"):
        value, (low, high) = getattr(confidenceinterval, score)(classes, predicted)
        binary = getattr(confidenceinterval, score)(classes, predicted, average="binary", method="wilson")[0]
        expected = getattr(sklearn.metrics, score)(classes, predicted)
        print(f"  {score} {value:.2f} [{low:.2f}, {high:.2f}], binary {binary:.2f}, scikit-learn {expected:.2f}")
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
1 of 10 patients found
  precision_score 0.90 [0.84, 0.96], binary 0.50, scikit-learn 0.50
  recall_score 0.90 [0.84, 0.96], binary 0.10, scikit-learn 0.10
  f1_score 0.90 [0.84, 0.96], binary 0.17, scikit-learn 0.17
5 of 10 patients found
  precision_score 0.94 [0.89, 0.99], binary 0.83, scikit-learn 0.83
  recall_score 0.94 [0.89, 0.99], binary 0.50, scikit-learn 0.50
  f1_score 0.94 [0.89, 0.99], binary 0.62, scikit-learn 0.62
SEEN
echo "As seen: confidenceinterval 1.0.5 gives the accuracy for recall."
