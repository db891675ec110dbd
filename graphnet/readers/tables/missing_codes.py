"""Numbers that stand for a missing value, such as -9999: found by value against the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice, MissingCode
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
LONG_CODES = (-99999, -9999, -8888, -7777, -999, -888, -777, -555, 555, 777, 888, 999, 7777, 8888,
              9999, 99999)  # fmt: skip
# Also ordinary values: these need a wide gap.
SHORT_CODES = (-99, -88, -77, -9, 88, 99, 99.9, 99.99, 999.9, 999.99)
SMALL_CODES = (-1, -3)  # of UK Biobank and others: asked about below numbers that are far from it
LABEL_CODES = (*LONG_CODES, *SHORT_CODES)
FAR = 10.0  # times the largest magnitude of the rest
WIDE = 0.5  # of the range of the rest
LEAST_BESIDE = 5.0  # a small code is odd where the others start here
LEAST_SCORE = 10.0  # a score of 0 is odd where the others start here
MISSING, VALUE = "missing", "value"


@dataclass(frozen=True)
class _Code:
    code: float
    count: int
    lowest: float
    highest: float
    certain: bool


def without_codes(
    values: FloatArray, column: str, inquiry: Inquiry, *, zero: bool = False
) -> FloatArray:
    """The same numbers with NaN where a code for missing stands.

    A known code far outside the rest is read as missing, and said; one near the rest, or a ``zero``
    far below it, is asked about (``missing.COLUMN``).
    """
    cleaned = values
    for candidate in _codes(values, zero=zero):
        if candidate.certain or _answer(candidate, column, inquiry) == MISSING:
            cleaned = np.where(cleaned == candidate.code, np.nan, cleaned)
            inquiry.missing.append(MissingCode(column, f"{candidate.code:g}", candidate.count))
            inquiry.assume(
                Message(
                    "readers_tables.missing-code",
                    column=column,
                    code=f"{candidate.code:g}",
                    count=candidate.count,
                )
            )
    return cleaned


def _answer(candidate: _Code, column: str, inquiry: Inquiry) -> str:
    code = f"{candidate.code:g}"
    return inquiry.ask(
        f"missing.{column}",
        Message(
            "readers_tables.ask-missing-code",
            column=column,
            code=code,
            count=candidate.count,
            lowest=candidate.lowest,
            highest=candidate.highest,
        ),
        (
            Choice(MISSING, Message("readers_tables.code-is-missing", code=code)),
            Choice(VALUE, Message("readers_tables.code-is-value", code=code)),
        ),
    )


def _codes(values: FloatArray, *, zero: bool) -> Iterator[_Code]:
    codes = (*LONG_CODES, *SHORT_CODES, *SMALL_CODES, *((0,) if zero else ()))
    finite = values[np.isfinite(values)]
    present = [code for code in codes if (finite == code).any()]
    if not present:
        return
    rest = finite[~np.isin(finite, present)]
    for code in present:
        beside = (
            finite[~np.isin(finite, LABEL_CODES + SMALL_CODES)] if code in SMALL_CODES else rest
        )
        candidate = _judge(float(code), int((finite == code).sum()), beside)
        if candidate is not None:
            yield candidate


def _judge(code: float, count: int, rest: FloatArray) -> _Code | None:
    """What to think of a code; None where it is a value among others."""
    if not len(rest):
        return _Code(code, count, code, code, certain=True) if code in LONG_CODES else None
    lowest, highest = float(rest.min()), float(rest.max())
    if lowest <= code <= highest:
        return None
    if code in SMALL_CODES:
        odd = lowest >= LEAST_BESIDE or (lowest > 0 and _gap(code, lowest, highest))
        return _Code(code, count, lowest, highest, certain=False) if odd else None
    certain = _is_certain(code, lowest, highest)
    candidate = _Code(code, count, lowest, highest, certain=certain)
    if code == 0:
        return candidate if lowest >= LEAST_SCORE else None
    return candidate if certain or code in LONG_CODES or _gap(code, lowest, highest) else None


def _is_certain(code: float, lowest: float, highest: float) -> bool:
    """A negative code among positive numbers, or one of another magnitude than all of them."""
    if code < 0 <= lowest and _gap(code, lowest, highest):
        return True
    return code in LONG_CODES and abs(code) > FAR * max(abs(lowest), abs(highest))


def _gap(code: float, lowest: float, highest: float) -> bool:
    distance = lowest - code if code < lowest else code - highest
    return distance > WIDE * (highest - lowest)
