#!/usr/bin/env bash
# polars 2.1.0 and pyarrow 26.0.1: words as categories cannot be computed with once they are in Arrow.
#
# Sites, diagnoses and scanners are kept as categories, as they take a byte per subject. write_ipc
# of polars keeps the words of a category as views, Arrow's newest kind of text. pyarrow opens the
# file, shows its words and makes a pandas data frame of it, but has no function for categories of
# views: not for a cast to text, a comparison, a filter of rows, or CSV. The same column written as
# Parquet or handed over by to_arrow() has words of the old kind, and all of these work. With
# compat_level=CompatLevel.oldest() write_ipc does as they do.
#
# Guessed before it was run: Arrow files that both libraries read can be computed with in both.
# Seen: a filter and a comparison fail for Arrow's own format alone.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6

cat > "$folder/run.py" <<'PYTHON'
import io

import polars as pl
import pyarrow as pa
from pyarrow import compute, csv, parquet

people = pl.DataFrame({"ID": ["s1", "s2", "s3"], "site": ["A", "B", "A"]})
people = people.with_columns(pl.col("site").cast(pl.Categorical))
ipc, old, flat = io.BytesIO(), io.BytesIO(), io.BytesIO()
people.write_ipc(ipc)
people.write_ipc(old, compat_level=pl.CompatLevel.oldest())
people.write_parquet(flat)
tables = {
    "write_ipc": pa.ipc.open_file(ipc.getvalue()).read_all(),
    "write_ipc, oldest": pa.ipc.open_file(old.getvalue()).read_all(),
    "write_parquet": parquet.read_table(pa.BufferReader(flat.getvalue())),
    "to_arrow": people.to_arrow(),
}
for name, table in tables.items():
    site = table.column("site")
    tries = {
        "to pandas": lambda: table.to_pandas(),
        "cast": lambda: site.cast(pa.string()),
        "equal": lambda: compute.equal(site, "A"),
        "filter": lambda: table.filter(pa.array([True, False, True])),
        "CSV": lambda: csv.write_csv(table, io.BytesIO()),
    }
    results = []
    for what, attempt in tries.items():
        try:
            attempt()
            results.append(f"{what} works")
        except pa.ArrowException as error:
            results.append(f"{what} fails ({type(error).__name__})")
    print(f"{name}, {site.type.value_type}: " + ", ".join(results))
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
write_ipc, string_view: to pandas works, cast fails (ArrowNotImplementedError), equal fails (ArrowNotImplementedError), filter fails (ArrowNotImplementedError), CSV fails (ArrowInvalid)
write_ipc, oldest, large_string: to pandas works, cast works, equal works, filter works, CSV works
write_parquet, string: to pandas works, cast works, equal works, filter works, CSV works
to_arrow, large_string: to pandas works, cast works, equal works, filter works, CSV works
SEEN
echo "As seen: pyarrow 26.0.1 computes with no categories that polars 2.1.0 writes as Arrow."
