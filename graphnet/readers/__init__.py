"""From files to a cohort."""

from graphnet.readers.delimited import read_table
from graphnet.readers.table import from_columns, from_json, from_table

__all__ = ["from_columns", "from_json", "from_table", "read_table"]
