#!/usr/bin/env bash
# python-calamine 0.9.1: an OpenDocument spreadsheet whose XML has line ends is no spreadsheet.
#
# Blanks between the elements of a table mean nothing in OpenDocument's XML, and Gnumeric writes a line
# per element. calamine expects a cell where the line end stands and gives up, so that pandas with
# engine="calamine" cannot open what LibreOffice and the engine odf read. The same file without line
# ends is read. Whoever gets sheets from a laboratory has both kinds under one name.
#
# Guessed before it was run: white space between cells is passed over, as XML readers do.
# Seen: a line end behind a cell ends the reading with an error.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    python-calamine==0.9.1 odfpy==1.4.1 pandas==3.1.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import sys
from zipfile import ZipFile

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

people = pd.DataFrame({"ID": ["s1", "s2", "s3"], "LABEL": [0, 1, 0], "GMV_1": [0.41, 0.37, 0.44]})
plain, lines = (f"{sys.argv[1]}/{name}.ods" for name in ("plain", "lines"))
people.to_excel(plain, engine="odf", index=False)
with ZipFile(plain) as archive, ZipFile(lines, "w") as other:
    for name in archive.namelist():
        other.writestr(name, archive.read(name).replace(b"</table:table-cell>", b"</table:table-cell>\n"))
for path in (plain, lines):
    name = path.rpartition("/")[2]
    print(name, "by odfpy:", pd.read_excel(path, engine="odf").equals(people))
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        print(name, "by calamine:", rows[1])
    except CalamineError as error:
        print(name, "by calamine:", error)
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" "$folder") <<'SEEN'
plain.ods by odfpy: True
plain.ods by calamine: ['s1', 0.0, 0.41]
lines.ods by odfpy: True
lines.ods by calamine: Expecting 'table-cell', found 'Text(BytesText { content: Borrowed("\n") })'
SEEN
echo "As seen: python-calamine 0.9.1 reads no OpenDocument sheet with line ends between its cells."
