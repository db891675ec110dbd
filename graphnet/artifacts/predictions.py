"""What a result rests on: who was predicted how, what each region adds, effect sizes. Torch-free.

A result's figures are summaries of it; a report, a page and a reviewer want it whole.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from io import StringIO
from typing import Any, Self

import numpy as np

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.stored_json import Json, as_mapping, strict_json
from graphnet.data.class_names import Names, called, names_of
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.disk import safe
from graphnet.errors import ModelError
from graphnet.messages import Message

HEDGES, ETA, PEARSON = "hedges_g", "eta_squared", "pearson_r"
ALPHA = 0.05  # of the false discovery rate


@dataclass(frozen=True)
class Effect:
    """The effect of class or score on one measure of one region, over ``n`` subjects.

    ``value`` with its 95 % interval, None of eta squared; ``p`` of the test, ``q`` after control of
    the false discovery rate.
    """

    region: str
    measure: str
    n: int
    value: float
    low: float | None
    high: float | None
    p: float
    q: float = 1.0

    def with_q(self, q: float) -> Self:
        """The same, with the value after control of the false discovery rate."""
        return replace(self, q=q)


@dataclass(frozen=True)
class Effects:
    """Effects of one ``kind`` (Hedges' g, eta squared, Pearson's r) after so many ``tests``.

    ``rows`` are those of the least p, that one first; of very many tests not all are kept.
    """

    kind: str
    tests: int
    rows: tuple[Effect, ...] = ()

    @property
    def discoveries(self) -> int:
        """How many of the kept rows have a q below 0.05."""
        return sum(row.q < ALPHA for row in self.rows)

    def as_dict(self) -> Json:
        """For JSON; :meth:`from_json` reads it back."""
        return {
            "kind": self.kind,
            "tests": self.tests,
            "rows": [_effect_json(row) for row in self.rows],
        }

    @classmethod
    def from_json(cls, stored: Any) -> Self | None:
        """None where an older version stored none, or a newer one something else."""
        if not isinstance(stored, Mapping):
            return None
        try:
            rows = tuple(Effect(**row) for row in stored["rows"])
            return cls(str(stored["kind"]), int(stored["tests"]), rows)
        except (KeyError, TypeError, ValueError):
            return None


def _effect_json(effect: Effect) -> Json:
    """With six significant digits, which is more than anybody reads."""
    return {
        name: float(f"{value:.6g}") if isinstance(value, float) else value
        for name, value in asdict(effect).items()
    }


FORMAT = "nld-sgn/evidence-1"
DIGITS = 6


@dataclass(frozen=True)
class SplitPredictions:
    """Subjects of a split with what the model gave for each.

    ``values`` are class probabilities (S, C), or scores (S, 1); ``known`` (S,) says whether the
    model that predicted a subject has trained on them. NaN where no fold tested a subject.
    ``ranked`` (S, C) are what subjects of several folds are ranked by; None: the values.
    """

    cohort: Cohort
    values: FloatArray
    known: Sequence[bool]
    ranked: FloatArray | None = None

    def tested(self) -> "SplitPredictions":
        """Only who was predicted."""
        there = np.flatnonzero(~np.isnan(self.values).any(axis=1))
        known = [self.known[int(row)] for row in there]
        ranked = None if self.ranked is None else self.ranked[there]
        return SplitPredictions(self.cohort.rows(there), self.values[there], known, ranked)

    @property
    def seen(self) -> int:
        """How many of the subjects were trained on."""
        pairs = zip(self.cohort.persons, self.known, strict=True)
        return len({person for person, known in pairs if known})

    def as_dict(self, *, is_regression: bool) -> Json:
        """For JSON."""
        shared = {
            "id": list(self.cohort.ids),
            "site": list(self.cohort.sites),
            "known": list(self.known),
        }
        if self.cohort.subjects is not None:
            shared["subject"] = self.cohort.subjects.tolist()
        if is_regression:
            scores = [None if np.isnan(score) else float(score) for score in self.cohort.scores]
            return {**shared, "label": scores, "predicted": _rounded(self.values[:, 0])}
        stored = {
            **shared,
            "label": [int(label) for label in self.cohort.labels],
            "probability": [_rounded(row) for row in self.values],
        }
        if self.ranked is not None and not np.array_equal(self.ranked, self.values):
            stored["before_calibration"] = [_rounded(row) for row in self.ranked]
        return stored


def predictions_document(
    predicted: Mapping[str, SplitPredictions],
    cohorts: Mapping[str, Cohort],
    sites: Mapping[str, Mapping[str, SplitMetrics]],
    importance: Json | None,
    classes: Sequence[int],
    *,
    class_names: Names,
    effects: Effects | None = None,
) -> Json:
    """Put together as JSON; ``classes`` are () of a score, ``sites`` metrics by split and site.

    ``effects`` are those of class or score on each measure of the training subjects.
    """
    layout = next(iter(cohorts.values())).layout
    return {
        "format": FORMAT,
        "target": "group" if classes else "score",
        "classes": list(classes),
        "class_names": {str(label): name for label, name in class_names.items()},
        "regions": list(layout.regions),
        "measures": list(layout.measures),
        "cohorts": {split: _described(cohort) for split, cohort in cohorts.items()},
        "predictions": {
            split: of_split.tested().as_dict(is_regression=not classes)
            for split, of_split in predicted.items()
        },
        "sites": {
            split: {site: metrics.as_dict() for site, metrics in of_split.items()}
            for split, of_split in sites.items()
        },
        "importance": None if importance is None else dict(importance),
        "effects": None if effects is None else effects.as_dict(),
    }


def to_bytes(stored: Json) -> bytes:
    """As it is stored."""
    return json.dumps(stored, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def read_predictions(content: bytes) -> Json:
    """Read back what :func:`to_bytes` gave. Raises ModelError."""
    try:
        stored = strict_json(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(Message("model.predictions-damaged")) from error
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ModelError(Message("model.predictions-of-other-format", format=FORMAT))
    if not _is_complete(stored):
        raise ModelError(Message("model.predictions-damaged"))
    return stored


def predictions_csv(stored: Json) -> str:
    """One row per subject and split: id, site, truth, prediction, whether the model has seen them.

    Classes have their names, where these are known. A text that a spreadsheet would take for a
    formula begins with an apostrophe.
    """
    text = StringIO()
    writer = csv.writer(text)
    labels = [called(names_of(stored), label) for label in stored["classes"]]
    predicted = [safe(f"probability_{label}") for label in labels]
    writer.writerow(["split", "id", "site", "label", "predicted", *predicted, "known"])
    for split, table in stored["predictions"].items():
        for row in _rows(table, labels, names_of(stored)):
            writer.writerow([split, *row])
    return text.getvalue()


def _is_complete(stored: Json) -> bool:
    """Whether every column has one value per subject, class or region."""
    try:
        classes, regions = len(stored["classes"]), len(stored["regions"])
        splits = [_is_table(table, classes) for table in stored["predictions"].values()]
        columns = as_mapping(stored["importance"]).values()
        lengths = {len(column) for column in columns if column is not None}
        return all(splits) and lengths <= {regions}
    except (AttributeError, KeyError, TypeError):
        return False


def _is_table(table: Json, classes: int) -> bool:
    columns = ["id", "site", "label", "known", "probability" if classes else "predicted"]
    wide = {len(row) for row in table["probability"]} <= {classes} if classes else True
    return wide and len({len(table[name]) for name in columns}) == 1


def _rows(table: Json, labels: Sequence[str], names: Names) -> Iterator[list[Any]]:
    for row, subject in enumerate(table["id"]):
        truth = table["label"][row]
        shown = safe(called(names, truth)) if labels else _given(truth)
        shared = [safe(subject), safe(table["site"][row]), shown]
        if labels:
            probability = table["probability"][row]
            likeliest = safe(labels[max(range(len(labels)), key=probability.__getitem__)])
            yield [*shared, likeliest, *probability, _yes(table["known"][row])]
        else:
            yield [*shared, table["predicted"][row], _yes(table["known"][row])]


def _described(cohort: Cohort) -> Json:
    sites: dict[str, dict[str, int]] = {}
    rows = zip(cohort.persons, cohort.sites, cohort.labels.tolist(), strict=True)
    # A subject with several scans counts once at a site in a class.
    for _, site, label in rows if cohort.subjects is None else dict.fromkeys(rows):
        counts = sites.setdefault(site, {})
        counts[str(label)] = counts.get(str(label), 0) + 1
    scans = {} if cohort.subjects is None else {"scans": len(cohort)}
    return {
        "subjects": len(set(cohort.persons)),
        **scans,
        "classes": {str(label): count for label, count in cohort.class_counts().items()},
        "sites": sites,
        "datasets": list(dict.fromkeys(cohort.datasets)),
    }


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def _given(value: float | None) -> float | str:
    return "" if value is None else value


def _yes(known: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if known else "no"
