"""Tables by column: Parquet and Arrow (Feather), read by pyarrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.json_tables import cells_of
from graphnet.readers.tables.sheet import Cells, Sheet

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET, ARROW, STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
END_OF_STREAM = STREAM + bytes(4)
UNNAMED_INDEX = "__index_level_"  # what pandas calls an index without a name
EXACT = 2**53  # whole numbers up to it are exact in double precision


def is_parquet(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is Parquet."""
    return head.startswith(PARQUET)


def is_arrow(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is Arrow's file, as Feather is today, or stream.

    A stream begins with a mark, and the bytes of what describes its columns, a multiple of eight.
    """
    length = int.from_bytes(head[4:8], "little", signed=True)
    is_stream = head.startswith(STREAM) and length > 0 and not length % 8
    return head.startswith(ARROW) or is_stream


def read_parquet(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file; an index that pandas wrote comes first.

    Raises:
        CohortError: it is damaged, has lists or records in its cells, or more cells than are taken.

    """
    from pyarrow import parquet  # noqa: PLC0415 - needed for this kind of file alone

    with _undamaged("readers_tables.damaged-parquet", inquiry), parquet.ParquetFile(path) as file:
        _check_size(file.metadata.num_rows, len(file.schema_arrow), inquiry, most_cells)
        return _sheet(file.read(use_threads=False), inquiry)


def read_arrow(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file, as :func:`read_parquet` does."""
    import pyarrow as pa  # noqa: PLC0415 - needed for this kind of file alone

    with _undamaged("readers_tables.damaged-arrow", inquiry), pa.memory_map(str(path)) as source:
        is_file = source.read(len(ARROW)) == ARROW
        if not is_file:  # one that was cut between two batches reads as a shorter table
            source.seek(max(0, source.size() - len(END_OF_STREAM)))
            if source.read() != END_OF_STREAM:
                raise pa.ArrowInvalid(inquiry.name)
        source.seek(0)
        reader = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        batches, rows = [], 0
        for batch in _batches(reader):
            batches.append(batch)
            rows += batch.num_rows
            _check_size(rows, len(reader.schema), inquiry, most_cells)
        table = pa.Table.from_batches(batches, reader.schema)
        table.validate(full=True)
        return _sheet(table, inquiry)


def _batches(
    reader: "pa.ipc.RecordBatchFileReader | pa.ipc.RecordBatchStreamReader",
) -> "Iterator[pa.RecordBatch]":
    if hasattr(reader, "get_batch"):
        yield from map(reader.get_batch, range(reader.num_record_batches))
    else:
        yield from reader


@contextmanager
def _undamaged(code: str, inquiry: Inquiry) -> Iterator[None]:
    """Call what pyarrow cannot read damaged."""
    import pyarrow as pa  # noqa: PLC0415

    # Its own pools reserve more address space than one file is given.
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise CohortError(Message(code, file=inquiry.name)) from error


def _check_size(rows: int, columns: int, inquiry: Inquiry, most_cells: int) -> None:
    if rows * columns > most_cells:
        raise CohortError(
            Message("readers_text.too-many-cells", file=inquiry.name, limit=most_cells)
        )


def _sheet(table: "pa.Table", inquiry: Inquiry) -> Sheet:
    if not table.num_rows or not table.num_columns:
        raise CohortError(Message("readers_tables.no-rows", file=inquiry.name))
    named = [_name(field.name) for field in table.schema]
    order = sorted(range(len(named)), key=lambda place: named[place] != "")
    return Sheet(
        tuple(named[place] for place in order),
        tuple(_cells(table.column(place), named[place], inquiry) for place in order),
    )


def _name(name: str) -> str:
    return "" if name.startswith(UNNAMED_INDEX) else name


def _cells(column: "pa.ChunkedArray", name: str, inquiry: Inquiry) -> Cells:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type), name, inquiry)
    if pa.types.is_nested(kind):
        raise CohortError(
            Message("readers_tables.nested-column", file=inquiry.name, column=name[:40])
        )
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):  # text of older writers
        column = column.cast(pa.large_string())
    if pa.types.is_integer(kind):
        ends = compute.min_max(column).as_py().values()
        if any(end is not None and abs(end) > EXACT for end in ends):  # ids, which stay exact
            return cells_of([None if cell is None else str(cell) for cell in column.to_pylist()])
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.asarray(numbers, dtype=np.float64)
    return cells_of(column.to_pylist())
