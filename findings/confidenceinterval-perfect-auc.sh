#!/usr/bin/env bash
# confidenceinterval 1.0.5: an AUC of 1 has an interval of no width, whatever the number of subjects.
#
# Three patients and three controls that a score tells apart have an AUC of 1, and DeLong's variance,
# the library's default, is 0: the interval is that one point. The accuracy of the same six has
# Wilson's interval, from 0.61. So the smaller the study, the likelier it is to look certain. The
# score is kept in single precision, so the AUC and both bounds are 0.99999994.
#
# Guessed before it was run: [1, 1], with a warning. Seen: no warning, and less than 1.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    confidenceinterval==1.0.5 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1

cat > "$folder/run.py" <<'PYTHON'
import warnings

from confidenceinterval import accuracy_score, roc_auc_score

patient, score = [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    auc, (low, high) = roc_auc_score(patient, score)
print(f"AUC {auc:.8f}, from {low:.8f} to {high:.8f}; {len(said)} warnings")
accuracy, (low, high) = accuracy_score(patient, [round(value) for value in score])
print(f"accuracy {accuracy:.2f}, from {low:.2f} to {high:.2f}")
PYTHON

seen=$("$folder/env/bin/python" "$folder/run.py")
diff - <(echo "$seen") <<'SEEN'
AUC 0.99999994, from 0.99999994 to 0.99999994; 0 warnings
accuracy 1.00, from 0.61 to 1.00
SEEN
echo "As seen: confidenceinterval 1.0.5 gives an AUC of 1 an interval of no width."
