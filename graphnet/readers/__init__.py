"""From files to a cohort."""

from graphnet.readers.reading import from_columns, from_json, from_table, read_table

__all__ = ["from_columns", "from_json", "from_table", "read_table"]
