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
# Of a split's predictions.
COLUMNS = ("id", "site", "known", "label", "probability", "before_calibration", "predicted")
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
    gone = [subject in digests for subject in map(digest_of, ids)]
    erased = tuple(
        dict.fromkeys(subject for subject, is_gone in zip(ids, gone, strict=True) if is_gone)
    )
    kept = tuple(row for row, is_gone in enumerate(gone) if not is_gone)
    if not erased:
        return Erased(dataset, (), kept)
    rest = dataset.rows(np.array(kept, dtype=np.int64))
    reading = _unnamed(dataset.interpretation, erased)
    return Erased(rest.with_interpretation(reading), erased, kept, len(ids) - len(kept))


def content_of_rows(text: str, rows: Collection[int], count: int) -> str | None:
    """NEURO-LEARN's text of these rows alone, of ``count``; None where its rows are others."""
    table = json.loads(text)
    columns = table.values() if isinstance(table, dict) else [None]
    if not all(isinstance(column, dict) for column in columns):
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
    erased: dict[str, None] = {}
    predictions = {}
    for split, table in evidence["predictions"].items():
        kept = [row for row, subject in enumerate(table["id"]) if digest_of(subject) not in digests]
        erased |= dict.fromkeys(subject for subject in table["id"] if digest_of(subject) in digests)
        predictions[split] = {
            name: [column[row] for row in kept] if name in COLUMNS else column
            for name, column in table.items()
        }
    return {**evidence, "predictions": predictions}, tuple(erased)


def named_in(result: Mapping[str, Any], digests: Collection[str]) -> tuple[str, ...]:
    """The ids of these subjects that a result's findings of quality name."""
    findings = ((result.get("quality") or {}).get("findings") or {}).values()
    named = (str(finding.get("subject") or "") for listed in findings for finding in listed)
    return tuple(dict.fromkeys(subject for subject in named if digest_of(subject) in digests))


def result_without(result: Mapping[str, Any], ids: Collection[str]) -> dict[str, Any]:
    """A task's result that names none of these ids, with a warning that they were erased.

    An id that is a mere number may be a region's too; it goes from the findings of quality alone.
    """
    cleaned: dict[str, Any] = _without_findings(dict(result), ids)
    words = frozenset(subject for subject in ids if not subject.isdigit())
    cleaned = _renamed(cleaned, words)
    messages = [Message.from_json(message) for message in _messages(cleaned)]
    messages = [message for message in messages if message.code != NOTICE] + [Message(NOTICE)]
    return {**cleaned, **as_warnings(messages)}


def _messages(result: Mapping[str, Any]) -> list[Any]:
    """The warnings as messages; of an older version the sentences."""
    return list(result.get("warning_messages") or result.get("warnings") or ())


def _unnamed(reading: Interpretation, ids: Collection[str]) -> Interpretation:
    """The interpretation without the sentences that name one of these ids."""
    return replace(
        reading,
        left_alone=tuple(
            item
            for item in reading.left_alone
            if not _names(item.what, ids) and not _names(item.message.as_dict(), ids)
        ),
        assumptions=tuple(item for item in reading.assumptions if not _names(item.as_dict(), ids)),
    )


def _names(value: Any, ids: Collection[str]) -> bool:
    """Whether a text in this JSON names one of these ids."""
    if isinstance(value, str):
        return any(_as_word(subject).search(value) for subject in ids)
    if isinstance(value, Mapping):
        return any(_names(item, ids) for item in value.values())
    return isinstance(value, list | tuple) and any(_names(item, ids) for item in value)


def _without_findings(result: dict[str, Any], ids: Collection[str]) -> dict[str, Any]:
    quality = result.get("quality")
    if not isinstance(quality, Mapping) or not isinstance(quality.get("findings"), Mapping):
        return result
    findings = {
        split: [finding for finding in listed if finding.get("subject") not in ids]
        for split, listed in quality["findings"].items()
    }
    return {**result, "quality": {**quality, "findings": findings}}


def _renamed(value: Any, ids: Collection[str]) -> Any:
    """The JSON with ``ERASED`` in the place of ids, also within sentences."""
    if isinstance(value, str):
        for subject in ids:
            if subject in value:
                value = _as_word(subject).sub(ERASED, value)
        return value
    if isinstance(value, Mapping):
        return {name: _renamed(item, ids) for name, item in value.items()}
    return [_renamed(item, ids) for item in value] if isinstance(value, list) else value


def _as_word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")
