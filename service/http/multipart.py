"""A multipart body parsed as it comes, so that a file in it is never whole in memory."""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, field_error

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "datafile"
MOST_FIELDS = 1000
MOST_BYTES = 1_000_000  # of all fields but the file


class MultipartBody:
    """``fields`` are name and text, ``filename`` the file's; both as far as they have come."""

    def __init__(self, content_type: str) -> None:
        boundary = _parameters(content_type).get("boundary", "")
        if not boundary:
            raise _incomplete()
        self.fields: list[tuple[str, str]] = []
        self.filename: str | None = None
        self._headers: dict[str, str] = {}
        self._header = (bytearray(), bytearray())
        self._name = ""
        self._text = bytearray()
        self._bytes = 0
        self._is_file = False
        self._file: list[bytes] = []
        self._ended = False
        self._parser = MultipartParser(boundary.encode("latin-1", "replace"), self._callbacks())

    def feed(self, chunk: bytes) -> bytes:
        """Parse the next bytes of the body; returns those that are the file's. Raises ApiError."""
        try:
            self._parser.write(chunk)
        except (FormParserError, ValueError) as error:
            raise _incomplete() from error
        content = b"".join(self._file)
        self._file.clear()
        return content

    def close(self) -> None:
        """Raise ApiError if the body has ended before its last boundary."""
        if not self._ended:
            raise _incomplete()

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._text, self._is_file = {}, bytearray(), False

    def _end_header(self) -> None:
        name, value = (bytes(part).decode("utf-8", "replace") for part in self._header)
        self._headers[name.lower()] = value
        self._header = (bytearray(), bytearray())

    def _end_headers(self) -> None:
        parameters = _parameters(self._headers.get("content-disposition", ""))
        self._name = parameters.get("name", "")
        self._is_file = self._name == FILE
        if not self._is_file:
            return
        if self.filename is not None:
            raise field_error(FILE, Message("forms.file-twice"))
        self.filename = parameters.get("filename", "")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file.append(bytes(data[start:end]))
            return
        self._bytes += end - start
        if self._bytes > MOST_BYTES or len(self.fields) >= MOST_FIELDS:
            values = {"megabytes": MOST_BYTES / 1e6, "fields": MOST_FIELDS}
            raise ApiError(ErrorNum.TOO_LARGE, Message("api.form-too-large", **values))
        self._text += data[start:end]

    def _end_part(self) -> None:
        if not self._is_file and self._name:
            self.fields.append((self._name, self._text.decode("utf-8", "replace")))

    def _end(self) -> None:
        self._ended = True


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a header such as ``form-data; name="datafile"``."""
    _, parameters = parse_options_header(header.encode())
    return {
        name.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for name, value in parameters.items()
    }


def _incomplete() -> ApiError:
    return ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-not-html-form"))
