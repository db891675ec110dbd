"""In which encoding a text is written.

Detectors that learn from long prose fail on tables, where a handful of short words holds all that
is not ASCII. Here these words are read in every encoding that people use, and each reading is
judged by how common its letters are and how they stand beside each other.
"""

import codecs
import re

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, finished
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.letters import CANDIDATES, POOR, Candidate, decoded

ENCODING = "encoding"
MARKS = (  # the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
RUN = re.compile(rb"[\x80-\xff][^\x00-\x20,;\"]*")
BEFORE = re.compile(rb"[^\x00-\x20,;\"]*\Z")
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
IDEOGRAPHS = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
ONE_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]")
LETTERS = re.compile(rb"[a-zA-Z]?[\x80-\xff]+[a-zA-Z]?")
HIGH = re.compile(rb"[\x80-\xff]+")
LATIN = re.compile(rb"[A-Za-z]")
OF_LETTERS = ("cp1252", "cp1250", "cp1251", "mac_roman", "cp850")  # a byte is a letter
FEW_BYTES = 4
MOST_WORDS = 400
LONGEST = 40
CERTAIN = 0.25  # by how much a reading must be better than the next one
PLAUSIBLE = 0.45


def detect_encoding(body: bytes, inquiry: Inquiry, what: str) -> str:
    """The name of a codec that reads every byte of ``body``; ``what`` stands for it in sentences.

    Raises:
        CohortError: the bytes are no text, or text in no encoding that is known.

    """
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return _checked(body, encoding, what)
    if b"\0" in body:
        return _without_mark(body, inquiry, what)
    if body.isascii():
        return "utf-8"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(body, error, inquiry, what)
    return _utf8_by_chance(body, inquiry)


def _answered(body: bytes, encoding: str, what: str) -> str:
    try:
        codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, UnicodeError):
        examples = ["utf-8", *(candidate.codec for candidate in CANDIDATES)]
        raise CohortError(
            Message("readers_text.unknown-encoding", encoding=encoding, examples=examples)
        ) from None
    return _checked(body, encoding, what)


def _checked(body: bytes, encoding: str, what: str) -> str:
    """The encoding, if all of the body is written in it."""
    try:
        body.decode(encoding)
    except (UnicodeError, LookupError) as error:
        line = _line_of(body, error) if isinstance(error, UnicodeDecodeError) else 1
        name = encoding.removesuffix("-sig").upper()
        raise CohortError(
            Message("readers_text.not-in-encoding", file=what, encoding=name, line=line)
        ) from None
    return encoding


def _line_of(body: bytes, error: UnicodeDecodeError) -> int:
    """The line, from 1, of the first byte that cannot be decoded."""
    return body[: error.start].count(b"\n") + 1


def detect_utf16(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of its digits and separators is zero; else None."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < 0.3 * len(start) / 2 or min(even, odd) > 0.05 * len(start) / 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _without_mark(body: bytes, inquiry: Inquiry, what: str) -> str:
    encoding = detect_utf16(body[: 1 << 16])
    if encoding is None:
        raise CohortError(Message("readers_text.zero-bytes", file=what))
    inquiry.assume(Message("readers_text.no-byte-order-mark", encoding=encoding.upper()))
    return _checked(body, encoding, what)


def _not_utf8(body: bytes, error: UnicodeDecodeError, inquiry: Inquiry, what: str) -> str:
    line = _line_of(body, error)
    multibyte = sum(len(character) for character in MULTIBYTE.findall(body))
    if multibyte > 0.8 * sum(len(run) for run in HIGH.findall(body)):
        byte = f"0x{body[error.start]:02X}"
        raise CohortError(Message("readers_text.damaged-utf8", file=what, line=line, byte=byte))
    encoding = inquiry.answer(ENCODING)
    if encoding is not None:
        return _answered(body, encoding, what)
    other = _line_of_utf8(body)
    if other:
        raise CohortError(
            Message("readers_text.mixed-encodings", file=what, line=line, other=other)
        )
    words = _words(body)
    readings = _readings(body, words)
    if _is_thin(words) and (not readings or readings[0][1].codec in OF_LETTERS[1:]):
        readings = _any_letters(body, words, readings)
    if not readings:
        shown = repr(words[0][:20])[1:]
        raise CohortError(
            Message("readers_text.unreadable-encoding", file=what, line=line, bytes=shown)
        )
    return _chosen(readings, words, inquiry)


def _line_of_utf8(body: bytes) -> int:
    """The first line, from 1, in which all is UTF-8, some of it Chinese; 0 where there is none.

    Two characters in a row that are so by chance are rare.
    """
    for place, line in enumerate(body.splitlines(), 1):
        if IDEOGRAPHS.search(line):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return place
    return 0


def _words(body: bytes) -> list[bytes]:
    """The distinct words with bytes outside ASCII, the first ones of many."""
    words: dict[bytes, None] = {}
    for run in RUN.finditer(body):
        start = BEFORE.search(body, max(0, run.start() - LONGEST), run.start())
        word = (start.group() if start else b"") + run.group()
        words[word[: 2 * LONGEST]] = None
        if len(words) == MOST_WORDS:
            break
    return list(words)


def _utf8_by_chance(body: bytes, inquiry: Inquiry) -> str:
    """A Chinese character in GBK may have the bytes of one accented letter in UTF-8."""
    words = _words(body)
    chinese = CANDIDATES[0]
    doubtful = all(_is_doubtful(run) for word in words for run in LETTERS.findall(word))
    if not doubtful or chinese.plausibility(words) < 0.7 or not chinese.reads(body):
        return "utf-8"
    utf8 = Candidate("utf-8", finished("UTF-8"), 1.0, chinese.score)
    return _chosen([(1.0, utf8), (1.0, chinese)], words, inquiry)


def _is_doubtful(run: bytes) -> bool:
    """One letter alone, or a letter of a script from Armenian to N'Ko right beside a Latin one."""
    text = decoded(run, "utf-8")
    rare = any("\u0530" <= letter <= "\u07ff" for letter in text)
    return ONE_LETTER.fullmatch(run) is not None or (rare and any(map(str.isascii, text)))


def _readings(body: bytes, words: list[bytes]) -> list[tuple[float, Candidate]]:
    """The encodings in which the words can be read, best first, with how plausible each is."""
    scored = [(candidate.plausibility(words), candidate) for candidate in CANDIDATES]
    readings = [
        (score, candidate)
        for score, candidate in scored
        if score >= PLAUSIBLE and candidate.reads(body)
    ]
    readings.sort(key=lambda reading: -reading[0])
    return [reading for reading in readings if reading[0] > readings[0][0] - CERTAIN]


def _is_thin(words: list[bytes]) -> bool:
    """Whether a few bytes without a Latin letter beside them are all that tells."""
    runs = {run for word in words for run in HIGH.findall(word)}
    few = sum(map(len, runs)) <= FEW_BYTES
    return few and not any(LATIN.search(word) or MULTIBYTE.search(word) for word in words)


def _any_letters(
    body: bytes, words: list[bytes], readings: list[tuple[float, Candidate]]
) -> list[tuple[float, Candidate]]:
    """Besides these every encoding that makes letters of the bytes; the most common one first."""
    codecs_read = {candidate.codec for _, candidate in readings}
    others = [
        (POOR, candidate)
        for candidate in CANDIDATES
        if candidate.codec in OF_LETTERS
        and candidate.codec not in codecs_read
        and candidate.reads(body)
        and all(_is_of_letters(decoded(word, candidate.codec)) for word in words)
    ]
    return sorted([*readings, *others], key=lambda reading: reading[1].codec != OF_LETTERS[0])


def _is_of_letters(word: str) -> bool:
    return all(letter.isascii() or letter.isalpha() for letter in word)


def _chosen(readings: list[tuple[float, Candidate]], words: list[bytes], inquiry: Inquiry) -> str:
    """The only reading, or the answer to which of those that give different words it is."""
    by_text = {
        tuple(decoded(word, candidate.codec) for word in words): candidate
        for _, candidate in readings[::-1]
    }
    best = readings[0][1]
    codec = best.codec
    if len(by_text) > 1:
        distinct = sorted(by_text.items(), key=lambda item: item[1] is not best)
        choices = [
            Choice(
                candidate.codec,
                Message(
                    "readers_text.encoding-choice",
                    encoding=candidate.label,
                    words=list(dict.fromkeys(texts[:4])),
                ),
            )
            for texts, candidate in distinct
        ]
        codec = inquiry.ask(ENCODING, Message("readers_text.ask-encoding"), choices)
    if codec != "utf-8":
        label = next(candidate.label for candidate in CANDIDATES if candidate.codec == codec)
        inquiry.assume(Message("readers_text.assumed-encoding", encoding=label))
    return codec
