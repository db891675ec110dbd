"""What is taken out of stored objects: erased subjects, and names of other projects' datasets.

Subjects are looked for by the hashes of their ids (:func:`graphnet.data.provenance.digest_of`), so
that no id has to travel. What was computed with an erased subject stays as it is, and says so.

A manifest names the datasets of its ancestors, and a dataset without a column SITE is a site of its
own name. Where these are of another project than what is made of the model, the names go. Hashes of
subjects and numbers of subjects stay: whom a model has seen must be known.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphnet.artifacts.manifest import INTERPRETATIONS, LINEAGE, lineage
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.stored_json import Json, as_mapping
from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import Interpretation
from graphnet.data.provenance import digest_of
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.messages import Message, as_warnings
from graphnet.preprocessing.harmonise import Harmoniser

ERASED = "(erased)"
# Of a split's predictions.
COLUMNS = (
    *("id", "subject", "site", "known", "label"),
    *("probability", "before_calibration", "predicted"),
)
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
    reading = _reading_without(dataset.interpretation, erased)
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


def evidence_without(evidence: Json, digests: Collection[str]) -> tuple[Json, tuple[str, ...]]:
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


def named_in(result: Json, digests: Collection[str]) -> tuple[str, ...]:
    """The ids of these subjects that a result's findings of quality name."""
    findings = as_mapping(as_mapping(result.get("quality")).get("findings")).values()
    named = (str(finding.get("subject") or "") for listed in findings for finding in listed)
    return tuple(dict.fromkeys(subject for subject in named if digest_of(subject) in digests))


def result_without(result: Json, ids: Collection[str]) -> Json:
    """A task's result that names none of these ids, with a warning that they were erased.

    An id that is a mere number may be a region's too; it goes from the findings of quality alone.
    """
    cleaned: Json = _without_findings(dict(result), ids)
    words = frozenset(subject for subject in ids if not subject.isdigit())
    cleaned = _renamed(cleaned, words)
    messages = [Message.from_json(message) for message in _messages(cleaned)]
    messages = [message for message in messages if message.code != NOTICE] + [Message(NOTICE)]
    return {**cleaned, **as_warnings(messages)}


def _messages(result: Json) -> list[Any]:
    """The warnings as messages; of an older version the sentences."""
    return list(result.get("warning_messages") or result.get("warnings") or ())


def _reading_without(reading: Interpretation, ids: Collection[str]) -> Interpretation:
    """The interpretation without the sentences that name one of these ids."""
    return replace(
        reading,
        left_alone=tuple(
            item
            for item in reading.left_alone
            if not _mentions(item.as_dict(), ids) and not _mentions(item.message.as_dict(), ids)
        ),
        assumptions=tuple(
            item for item in reading.assumptions if not _mentions(item.as_dict(), ids)
        ),
    )


def _mentions(value: Any, ids: Collection[str]) -> bool:
    """Whether a text in this JSON names one of these ids."""
    if isinstance(value, str):
        return any(_as_word(subject).search(value) for subject in ids)
    if isinstance(value, Mapping):
        return any(_mentions(item, ids) for item in value.values())
    return isinstance(value, list | tuple) and any(_mentions(item, ids) for item in value)


def _without_findings(result: Json, ids: Collection[str]) -> Json:
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


DATASETS = "datasets"  # of a manifest


def unnamed(model: StoredModel, task_id: str, hidden: Collection[str]) -> StoredModel:
    """The model of a task, where the datasets of the tasks ``hidden`` have no names."""
    names = set(_hidden_names(model.facts, task_id, hidden))
    if not names:
        return model
    steps = [
        _counted(step) if _task(step, task_id) in hidden else step
        for step in lineage(model.facts, task_id)
    ]
    cleared: Json = {}
    if task_id in hidden:
        cleared = {DATASETS: {}, INTERPRETATIONS: {}, "warnings": [], "warning_messages": []}
    facts = {**model.facts, LINEAGE: steps, **_domain(model.facts, names), **cleared}
    through, harmoniser = model.preprocessing, model.preprocessing.harmoniser
    if harmoniser is not None:
        through = replace(through, harmoniser=_harmoniser(harmoniser, task_id, names))
    return replace(model, facts=facts, preprocessing=through)


def _hidden_names(facts: Json, task_id: str, hidden: Collection[str]) -> Iterator[str]:
    for step in lineage(facts, task_id):
        if _task(step, task_id) in hidden:
            yield from (
                str(dataset["name"]) for dataset in step.get(DATASETS) or () if dataset.get("name")
            )


def _task(step: Json, own: str) -> str:
    """Whose step it is; an older manifest may leave its own out."""
    return str(step.get("task_id") or own)


def _counted(step: Json) -> Json:
    """A step whose datasets are counted, not named."""
    listed = step.get(DATASETS)
    return {
        **step,
        DATASETS: None if listed is None else [{**dataset, "name": None} for dataset in listed],
    }


def _domain(facts: Json, names: Collection[str]) -> Json:
    """What the model has seen, without the sites that are such datasets."""
    domain = facts.get(DOMAIN)
    if not isinstance(domain, Mapping) or not isinstance(domain.get("sites"), list):
        return {}
    return {DOMAIN: {**domain, "sites": [site for site in domain["sites"] if site not in names]}}


def _harmoniser(harmoniser: Harmoniser, task_id: str, names: Collection[str]) -> Harmoniser:
    """The same, whose sites are numbered where they are such datasets."""
    sites = (
        f"{task_id} {number}" if site in names else site
        for number, site in enumerate(harmoniser.sites, start=1)
    )
    return replace(harmoniser, sites=tuple(sites))
