#!/usr/bin/env bash
# pyreadstat 1.3.7: a text that SPSS cut within a letter is read without that letter, unsaid.
#
# The width of a text column of SPSS counts bytes. Where a name in Chinese is longer than its column,
# as after a merge with a file that was wider, the text ends within the three bytes of a letter. The
# reader leaves the beginning of the letter out: no error, no warning, no replacement character, and
# nothing in the metadata. Two subjects whose names differ in their last letter have one name.
#
# Guessed before it was run: the error that invalid bytes give ("invalid byte sequence"), or U+FFFD.
# Seen: the error only where such bytes stand before other text; at the end they vanish. Reading the
# file as ISO-8859-1, a letter a byte, shows what was there.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyreadstat==1.3.7 pandas==3.1.1

cat > "$folder/run.py" <<'PYTHON'
import sys
import warnings
from pathlib import Path

import pandas as pd
import pyreadstat

warnings.simplefilter("error")
path = Path(sys.argv[1]) / "names.sav"
names = ["王小明", "王小红"]
pyreadstat.write_sav(pd.DataFrame({"subject": names}), path)
content = path.read_bytes()
for name in names:  # the column holds eight bytes, of the nine
    content = content.replace(name.encode(), name.encode()[:8] + b" ")
path.write_bytes(content)

table, about = pyreadstat.read_sav(path)
print(about.file_encoding, table["subject"].tolist())
table, about = pyreadstat.read_sav(path, encoding="ISO-8859-1")
print([name.encode("ISO-8859-1").decode(errors="replace") for name in table["subject"]])
print("distinct as bytes:", table["subject"].nunique())
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" "$folder") <<'SEEN'
UTF-8 ['王小', '王小']
['王小�', '王小�']
distinct as bytes: 2
SEEN
