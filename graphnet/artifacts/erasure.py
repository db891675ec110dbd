"""Subjects erased from what is stored: a dataset, NEURO-LEARN's text of it, evidence and results.

Subjects are looked for by the hashes of their ids (:func:`graphnet.data.provenance.digest_of`), so
that no id has to travel. What was computed with an erased subject stays as it is, and says so.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Interpretation
from graphnet.data.provenance import digest_of
from graphnet.messages import Message, as_warnings

ERASED = "(erased)"
COLUMNS = ("id", "site", "known", "label", "probability", "predicted")  # of a split's predictions
NOTICE = "warnings.subjects-erased"


@dataclass(frozen=True)
class Erased:
    """What is left of a dataset, the ids that were erased, and which rows were kept.

    An id may stand on several rows, so ``removed`` counts the rows that were not.
    """

    dataset: Dataset
    ids: tuple[str, ...]
    rows: tuple[int, ...]
    removed: int = 0


def without_subjects(dataset: Dataset, digests: Collection[str]) -> Erased:
    """The dataset without the subjects of these hashes; what names them in words goes too."""
    ids = dataset.subjects.ids
    gone = [each in digests for each in map(digest_of, ids)]
    erased = tuple(dict.fromkeys(each for each, is_gone in zip(ids, gone, strict=True) if is_gone))
    kept = tuple(row for row, is_gone in enumerate(gone) if not is_gone)
    if not erased:
        return Erased(dataset, (), kept)
    rest = dataset.rows(np.array(kept, dtype=np.int64))
    reading = _unnamed(dataset.interpretation, erased)
    return Erased(rest.with_interpretation(reading), erased, kept, len(ids) - len(kept))


def content_of_rows(text: str, rows: Collection[int], count: int) -> str | None:
    """NEURO-LEARN's text of these rows alone, of ``count``; None where its rows are others."""
    table = json.loads(text)
    if not isinstance(table, dict) or not all(isinstance(each, dict) for each in table.values()):
        return None
    wanted = [str(row) for row in range(count)]
    if any(list(column) != wanted for column in table.values()):
        return None
    kept = {
        name: {str(place): column[str(row)] for place, row in enumerate(rows)}
        for name, column in table.items()
    }
    return json.dumps(kept, separators=(",", ":"))


def evidence_without(
    evidence: Mapping[str, Any], digests: Collection[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The evidence without the predictions of these subjects, and the ids that it held."""
    found: dict[str, None] = {}
    predictions = {}
    for split, table in evidence["predictions"].items():
        kept = [row for row, each in enumerate(table["id"]) if digest_of(each) not in digests]
        found |= dict.fromkeys(each for each in table["id"] if digest_of(each) in digests)
        predictions[split] = {
            name: [column[row] for row in kept] if name in COLUMNS else column
            for name, column in table.items()
        }
    return {**evidence, "predictions": predictions}, tuple(found)


def named_in(result: Mapping[str, Any], digests: Collection[str]) -> tuple[str, ...]:
    """The ids of these subjects that a result's findings of quality name."""
    findings = ((result.get("quality") or {}).get("findings") or {}).values()
    named = (str(each.get("subject") or "") for listed in findings for each in listed)
    return tuple(dict.fromkeys(each for each in named if digest_of(each) in digests))


def result_without(result: Mapping[str, Any], ids: Collection[str]) -> dict[str, Any]:
    """A task's result that names none of these ids, with a warning that they were erased.

    An id that is a mere number may be a region's too; it goes from the findings of quality alone.
    """
    cleaned: dict[str, Any] = _without_findings(dict(result), ids)
    words = frozenset(each for each in ids if not each.isdigit())
    cleaned = _renamed(cleaned, words)
    messages = [Message.from_json(each) for each in _messages(cleaned)]
    messages = [each for each in messages if each.code != NOTICE] + [Message(NOTICE)]
    return {**cleaned, **as_warnings(messages)}


def _messages(result: Mapping[str, Any]) -> list[Any]:
    """The warnings as messages; of an older version the sentences."""
    return list(result.get("warning_messages") or result.get("warnings") or ())


def _unnamed(reading: Interpretation, ids: Collection[str]) -> Interpretation:
    """The interpretation without the sentences that name one of these ids."""
    return replace(
        reading,
        left_alone=tuple(
            each
            for each in reading.left_alone
            if not _names(each.what, ids) and not _names(each.message.as_dict(), ids)
        ),
        assumptions=tuple(each for each in reading.assumptions if not _names(each.as_dict(), ids)),
    )


def _names(value: Any, ids: Collection[str]) -> bool:
    """Whether a text in this JSON names one of these ids."""
    if isinstance(value, str):
        return any(_as_word(each).search(value) for each in ids)
    if isinstance(value, Mapping):
        return any(_names(each, ids) for each in value.values())
    return isinstance(value, list | tuple) and any(_names(each, ids) for each in value)


def _without_findings(result: dict[str, Any], ids: Collection[str]) -> dict[str, Any]:
    quality = result.get("quality")
    if not isinstance(quality, Mapping) or not isinstance(quality.get("findings"), Mapping):
        return result
    findings = {
        split: [each for each in listed if each.get("subject") not in ids]
        for split, listed in quality["findings"].items()
    }
    return {**result, "quality": {**quality, "findings": findings}}


def _renamed(value: Any, ids: Collection[str]) -> Any:
    """The JSON with ``ERASED`` in the place of ids, also within sentences."""
    if isinstance(value, str):
        for each in ids:
            if each in value:
                value = _as_word(each).sub(ERASED, value)
        return value
    if isinstance(value, Mapping):
        return {name: _renamed(each, ids) for name, each in value.items()}
    return [_renamed(each, ids) for each in value] if isinstance(value, list) else value


def _as_word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")
