"""Tables of statistics packages: Stata (.dta), SPSS (.sav, .zsav), Parquet and Arrow (Feather).

Stata's are read by pandas, SPSS's by pyreadstat, the others by pyarrow. Codes with labels become
words; values that the file declares missing are missing.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.json_tables import cells_of
from graphnet.readers.tables.sheet import Cells, Sheet, is_missing

if TYPE_CHECKING:
    import pandas as pd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Of files since 2013, and by number the versions before (R's foreign writes 110).
STATA, OLD_STATA = b"<stata_dta>", {105, 108, 110, 111, 113, 114, 115}
SPSS = (b"$FL2", b"$FL3")  # the second is compressed as a whole
BYTES = "iso-8859-1"  # a letter a byte
MOST_ROWS = 2**31 - 1  # that the library can be asked for
NOT_ITS_ENCODING = "byte sequence"  # of pyreadstat's error
PARQUET, ARROW, STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
END_OF_STREAM = STREAM + bytes(4)
UNNAMED_INDEX = "__index_level_"  # what pandas calls an index without a name
EXACT = 2**53  # whole numbers up to it are exact in double precision


@dataclass(frozen=True)
class StatisticsFormat:
    """A format: its ``kind`` of file, how it is known by its first bytes, and who reads it.

    ``read(path, inquiry, most_cells)`` gives the table of a file. It raises CohortError of one that
    is damaged, or has more cells than are taken.
    """

    kind: str
    is_kind: Callable[[bytes], bool]
    read: Callable[[Path, Inquiry, int], Sheet]


def statistics_format(head: bytes) -> StatisticsFormat | None:
    """The format of a file that starts with ``head``; None for any other file."""
    return next((form for form in FORMATS if form.is_kind(head)), None)


def _is_stata(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is Stata's."""
    if head.startswith(STATA):
        return True
    return len(head) > 3 and head[0] in OLD_STATA and head[1] in {1, 2} and head[2:4] == b"\x01\x00"


def _is_spss(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is SPSS's."""
    return head.startswith(SPSS)


def _read_stata(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file, words in place of labelled codes.

    A column of which every value has a label, as a group has, comes as these labels.

    Raises:
        CohortError: it is damaged, or has more cells than are taken.

    """

    def load(*, labelled: bool) -> "pd.DataFrame":
        import pandas as pd  # noqa: PLC0415 - slow to import

        try:
            with (
                warnings.catch_warnings(record=True) as caught,
                pd.read_stata(path, iterator=True, convert_categoricals=labelled) as reader,
            ):
                warnings.simplefilter("always")
                most_rows = most_cells // max(1, len(reader.variable_labels())) + 1
                table: pd.DataFrame = reader.read(most_rows)  # type: ignore[attr-defined]
        except Exception as error:  # the header of a damaged file leads pandas anywhere
            raise CohortError(Message("readers_tables.damaged-stata", file=inquiry.name)) from error
        if any(issubclass(warning.category, UnicodeWarning) for warning in caught):
            inquiry.assume(Message("readers_tables.stata-latin-1", file=inquiry.name))
        return table

    return _sheet(load, inquiry, most_cells)


def _read_spss(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file, words in place of labelled codes, as :func:`_read_stata` does.

    Raises:
        CohortError: it is damaged, not in the encoding that it names, or has more cells than are
            taken.

    """

    def load(*, labelled: bool) -> "pd.DataFrame":
        return _spss_table(path, inquiry, most_cells, labelled=labelled)

    sheet = _sheet(load, inquiry, most_cells)
    if _is_utf8(path):
        cut = _cut_cells(_spss_table(path, inquiry, most_cells, encoding=BYTES))
    else:
        cut = 0  # of other encodings, that cannot be told
    if cut:
        inquiry.assume(Message("readers_tables.spss-cut-letters", file=inquiry.name, count=cut))
    return sheet


def _spss_table(
    path: Path,
    inquiry: Inquiry,
    most_cells: int,
    *,
    labelled: bool = False,
    encoding: str | None = None,
) -> "pd.DataFrame":
    import pyreadstat  # noqa: PLC0415 - needed for this kind of file alone

    try:
        _, about = pyreadstat.read_sav(path, metadataonly=True, encoding=encoding)
        most_rows = most_cells // max(1, about.number_columns or 1) + 1
        table: pd.DataFrame
        table, _ = pyreadstat.read_sav(
            path,
            apply_value_formats=labelled,
            encoding=encoding,
            row_limit=min(most_rows, MOST_ROWS),
        )
    except Exception as error:  # a damaged file leads the library anywhere
        if NOT_ITS_ENCODING in str(error):
            raise CohortError(Message("readers_tables.spss-encoding", file=inquiry.name)) from error
        raise CohortError(Message("readers_tables.damaged-spss", file=inquiry.name)) from error
    return table


def _is_utf8(path: Path) -> bool:
    import pyreadstat  # noqa: PLC0415

    return str(pyreadstat.read_sav(path, metadataonly=True)[1].file_encoding).upper() == "UTF-8"


def _cut_cells(as_bytes: "pd.DataFrame") -> int:
    """How many cells end within a letter of UTF-8, whose beginning pyreadstat leaves out.

    SPSS cuts a text at the width of its column, which counts bytes.
    """
    texts = (cell for name in as_bytes for cell in as_bytes[name] if isinstance(cell, str))
    return sum(_is_cut(text.encode(BYTES)) for text in texts if not text.isascii())


def _is_cut(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def _sheet(load: Callable[..., "pd.DataFrame"], inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table with its codes, and with words in place of those that have some."""
    plain, labelled = load(labelled=False), load(labelled=True)
    if plain.size > most_cells:
        raise CohortError(
            Message("readers_text.too-many-cells", file=inquiry.name, limit=most_cells)
        )
    if plain.empty:
        raise CohortError(Message("readers_tables.no-rows", file=inquiry.name))
    names = tuple(str(name) for name in plain.columns)
    places = range(len(names))
    return Sheet(names, tuple(_column(plain.iloc[:, at], labelled.iloc[:, at]) for at in places))


def _column(plain: "pd.Series", labelled: "pd.Series") -> Cells:
    """Words where every value has one; a value whose label says that it is missing is so."""
    pairs = list(zip(plain.tolist(), labelled.tolist(), strict=True))
    cells = [None if _is_nothing(value, word) else value for value, word in pairs]
    words = [word for cell, (_, word) in zip(cells, pairs, strict=True) if cell is not None]
    if labelled.dtype.name == "category" and all(isinstance(word, str) for word in words):
        return cells_of(
            [None if cell is None else word for cell, (_, word) in zip(cells, pairs, strict=True)]
        )
    if plain.dtype.kind in "iuf":
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    return cells_of(cells)


def _is_nothing(value: Any, word: Any) -> bool:
    """Missing in the file, or said to be so by its label."""
    return value is None or value != value or (isinstance(word, str) and is_missing(word))  # noqa: PLR0124


# By column, read by pyarrow.


def _is_parquet(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is Parquet."""
    return head.startswith(PARQUET)


def _is_arrow(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is Arrow's file, as Feather is today, or stream.

    A stream begins with a mark, and the bytes of what describes its columns, a multiple of eight.
    """
    length = int.from_bytes(head[4:8], "little", signed=True)
    is_stream = head.startswith(STREAM) and length > 0 and not length % 8
    return head.startswith(ARROW) or is_stream


def _read_parquet(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file; an index that pandas wrote comes first.

    Raises:
        CohortError: it is damaged, has lists or records in its cells, or more cells than are taken.

    """
    from pyarrow import parquet  # noqa: PLC0415 - needed for this kind of file alone

    with _undamaged("readers_tables.damaged-parquet", inquiry), parquet.ParquetFile(path) as file:
        _check_size(file.metadata.num_rows, len(file.schema_arrow), inquiry, most_cells)
        return _sheet_of_arrow(file.read(use_threads=False), inquiry)


def _read_arrow(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of a file, as :func:`_read_parquet` does."""
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
        return _sheet_of_arrow(table, inquiry)


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


def _sheet_of_arrow(table: "pa.Table", inquiry: Inquiry) -> Sheet:
    if not table.num_rows or not table.num_columns:
        raise CohortError(Message("readers_tables.no-rows", file=inquiry.name))
    named = [_name(field.name) for field in table.schema]
    order = sorted(range(len(named)), key=lambda place: named[place] != "")
    return Sheet(
        tuple(named[place] for place in order),
        tuple(_cells_of_arrow(table.column(place), named[place], inquiry) for place in order),
    )


def _name(name: str) -> str:
    return "" if name.startswith(UNNAMED_INDEX) else name


def _cells_of_arrow(column: "pa.ChunkedArray", name: str, inquiry: Inquiry) -> Cells:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    kind = column.type
    if pa.types.is_dictionary(kind):
        if kind.value_type in {pa.string_view(), pa.binary_view()}:  # of polars, never decoded
            return cells_of(column.to_pylist())
        return _cells_of_arrow(column.cast(kind.value_type), name, inquiry)
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


FORMATS = (
    StatisticsFormat("dta", _is_stata, _read_stata),
    StatisticsFormat("sav", _is_spss, _read_spss),
    StatisticsFormat("parquet", _is_parquet, _read_parquet),
    StatisticsFormat("arrow", _is_arrow, _read_arrow),
)
