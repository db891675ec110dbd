"""The predictions that a result rests on, and the model's manifest, as a reader finds them: typed.

The one place that reads this JSON, of whatever version: what an older one did not store is empty or
None. :mod:`graphnet.artifacts.predictions` writes the former. Torch-free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from graphnet.artifacts.explanation import STABLE, sign_is_stable
from graphnet.artifacts.manifest import INTERPRETATIONS
from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.predictions import Effects
from graphnet.artifacts.stored_json import (
    Json,
    as_items,
    as_mapping,
    as_number,
    as_text,
    as_texts,
    as_whole,
)
from graphnet.data.class_names import Names, names_of
from graphnet.data.cohort import FloatArray, IntArray, numbered
from graphnet.data.interpretation import Interpretation


@dataclass(frozen=True)
class PredictedSubjects:
    """The S subjects of a split, and what was predicted of each; or S scans of fewer subjects.

    ``subjects`` (S,) are numbers that say whose scan each row is, by the ids where an older version
    stored no more; None where each is another's. ``labels`` are classes, or scores (None where not
    known). ``probability`` (S, C) of classes, and ``before_calibration`` (S, C) where that is what
    subjects of several folds are ranked by; ``predicted`` (S,) scores. What was not predicted is
    empty. ``seen``: how many subjects the model was trained on.
    """

    ids: Sequence[str] = ()
    sites: Sequence[str] = ()
    labels: Sequence[float | None] = ()
    seen: int = 0
    probability: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    before_calibration: FloatArray | None = None
    predicted: FloatArray = field(default_factory=lambda: np.zeros(0))
    subjects: IntArray | None = None

    @classmethod
    def from_json(cls, stored: Any) -> "PredictedSubjects":
        """Of nobody where it is no table."""
        named = as_mapping(stored)
        before = named.get("before_calibration")
        subjects = list(map(str, as_items(named.get("subject") or named.get("id"))))
        known = as_items(named.get("known"))
        return cls(
            ids=as_texts(named.get("id")),
            sites=as_texts(named.get("site")),
            labels=tuple(map(as_number, as_items(named.get("label")))),
            seen=len({whose for whose, seen in zip(subjects, known, strict=False) if seen}),
            probability=_table(named.get("probability")),
            before_calibration=_table(before) if before else None,
            predicted=np.array(as_items(named.get("predicted")), dtype=np.float64),
            subjects=numbered(subjects),
        )


@dataclass(frozen=True)
class CohortSummary:
    """How many subjects a split has: all, by class, and by site and class; of which datasets.

    ``scans``: how many scans these are; None where nobody has several. (Older versions counted
    scans as subjects.)
    """

    subjects: int
    classes: Mapping[str, int]
    sites: Mapping[str, Mapping[str, int]]
    datasets: Sequence[str] = ()
    scans: int | None = None

    @property
    def rows(self) -> int:
        """How many scans there are, one of each subject unless some have several."""
        return self.subjects if self.scans is None else self.scans

    @classmethod
    def from_json(cls, stored: Any) -> "CohortSummary":
        """Of nobody where it says nothing."""
        named = as_mapping(stored)
        sites = as_mapping(named.get("sites"))
        return cls(
            as_whole(named.get("subjects")) or 0,
            _counts(named.get("classes")),
            {str(site): _counts(counts) for site, counts in sites.items()},
            as_texts(named.get("datasets")),
            as_whole(named.get("scans")),
        )


@dataclass(frozen=True)
class Importance:
    """What is stored of all N regions: ``share`` of the attribution, and what has a sign.

    ``contribution`` with ``low`` and ``high``, and ``agreement`` of the folds' models in its sign,
    each (N,); None in what an older version stored, or where it cannot be computed. ``slope``
    (N, F): by how much the score rises with a measure; ``slope_agreement`` likewise of the folds.
    ``direction``: the mean attribution. ``coordinates`` (N, 3) in millimetres and ``names`` are
    the atlas', None where no atlas is known.
    """

    share: FloatArray
    contribution: FloatArray | None = None
    low: FloatArray | None = None
    high: FloatArray | None = None
    agreement: FloatArray | None = None
    slope: FloatArray | None = None
    slope_agreement: FloatArray | None = None
    direction: FloatArray | None = None
    occlusion: FloatArray | None = None
    coordinates: FloatArray | None = None
    names: Sequence[str] | None = None

    @classmethod
    def from_json(cls, stored: Any) -> "Importance | None":
        """None where nothing was explained."""
        named = as_mapping(stored)
        if not named:
            return None
        other = {"share", "coordinates", "names"}
        arrays = [declared.name for declared in fields(cls) if declared.name not in other]
        return cls(
            np.asarray(named["share"], dtype=np.float64),
            **{name: _array(named.get(name)) for name in arrays},
            coordinates=_coordinates(named.get("coordinates")),
            names=as_texts(named.get("names")) or None,
        )

    @property
    def order(self) -> list[int]:
        """The regions by share, the largest first."""
        return [int(region) for region in np.argsort(-self.share, kind="stable")]

    @property
    def is_placed(self) -> bool:
        """Whether the atlas says where the regions are."""
        return self.coordinates is not None

    def is_stable(self, region: int) -> bool | None:
        """Whether the sign of a region can be relied on; None where it is not known."""
        low, high, agreement = (
            None if values is None else float(values[region])
            for values in (self.low, self.high, self.agreement)
        )
        return sign_is_stable(low, high, agreement)

    def signs(self, region: int) -> list[str]:
        """How the score goes with each measure: ``+``, ``−``, or ``±`` where folds disagree."""
        if self.slope is None:
            return []
        sure = self.slope_agreement
        return [
            _sign(slope, None if sure is None else float(sure[region][place]))
            for place, slope in enumerate(self.slope[region].tolist())
        ]


@dataclass(frozen=True)
class Evidence:
    """What is stored of who was predicted how, by split, and of what explains it.

    ``classes`` are C numbers, () of a clinical score. ``predictions`` by split; ``sites`` has the
    metrics by split and site.
    """

    target: str
    classes: Sequence[int]
    class_names: Names
    regions: Sequence[str]
    measures: Sequence[str]
    cohorts: Mapping[str, CohortSummary]
    predictions: Mapping[str, PredictedSubjects]
    sites: Mapping[str, Mapping[str, SplitMetrics | None]]
    importance: Importance | None
    effects: Effects | None

    @classmethod
    def from_json(cls, stored: Json) -> "Evidence":
        """Read what :func:`graphnet.artifacts.predictions.predictions_document` put together."""
        sites = as_mapping(stored.get("sites"))
        return cls(
            target=as_text(stored.get("target")),
            classes=tuple(map(int, as_items(stored.get("classes")))),
            class_names=names_of(stored),
            regions=as_texts(stored.get("regions")),
            measures=as_texts(stored.get("measures")),
            cohorts={
                str(split): CohortSummary.from_json(cohort)
                for split, cohort in as_mapping(stored.get("cohorts")).items()
            },
            predictions={
                str(split): PredictedSubjects.from_json(predictions)
                for split, predictions in as_mapping(stored.get("predictions")).items()
            },
            sites={
                str(split): {
                    str(site): SplitMetrics.from_json(metrics)
                    for site, metrics in as_mapping(by_site).items()
                }
                for split, by_site in sites.items()
            },
            importance=Importance.from_json(stored.get("importance")),
            effects=Effects.from_json(stored.get("effects")),
        )

    def of(self, split: str) -> PredictedSubjects:
        """The subjects of a split; nobody where it was not predicted."""
        return self.predictions.get(split, PredictedSubjects())

    def of_class(
        self, split: str, column: int, *, ranked: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Probabilities (S,) of the class in a column of C, and truth (S,): 1 for subjects of it.

        Both are empty where a score was predicted. With ``ranked``, those that subjects of several
        folds are ranked by: before calibration.
        """
        subjects = self.of(split)
        if column >= len(self.classes) or not len(subjects.probability):
            return np.zeros(0), np.zeros(0)
        before = subjects.before_calibration
        values = before if ranked and before is not None else subjects.probability
        truth = np.asarray(subjects.labels) == self.classes[column]
        return values[:, column], truth.astype(np.float64)

    @property
    def region_names(self) -> list[str]:
        """The N regions by the atlas' names, else by their own."""
        found = self.importance
        return list(self.regions if found is None or found.names is None else found.names)

    @property
    def region_titles(self) -> list[str]:
        """The N regions as people read them: with the atlas' names where these are known."""
        return [
            f"{name} ({region})" if name != region else region
            for name, region in zip(self.region_names, self.regions, strict=True)
        ]


@dataclass(frozen=True)
class TrainedDataset:
    """A dataset of a manifest: its ``name`` ("" where that is hidden), its subjects and hash."""

    name: str
    subjects: int
    sha256: str = ""

    @classmethod
    def from_json(cls, stored: Any) -> "TrainedDataset":
        """Read one of a list."""
        named = as_mapping(stored)
        count = as_whole(named.get("subjects")) or 0
        return cls(as_text(named.get("name")), count, as_text(named.get("sha256")))


@dataclass(frozen=True)
class LineageStep:
    """A task behind a model, with the datasets that it trained on; None where not known."""

    task_id: str
    datasets: Sequence[TrainedDataset] | None

    @classmethod
    def from_json(cls, stored: Json) -> "LineageStep":
        """One of :func:`graphnet.artifacts.manifest.lineage`."""
        datasets = stored.get("datasets")
        listed = None if datasets is None else list(map(TrainedDataset.from_json, datasets))
        return cls(str(stored.get("task_id") or ""), listed)


@dataclass(frozen=True)
class ManifestFacts:
    """What a report takes from a model's manifest; all is empty where there is none.

    ``penalty``: the C of each replica of a solved model. ``adjusted``: the covariates that are
    taken out of the measures, ``kept`` those that harmonisation keeps. ``scaled``: False of an
    imported model that scales nothing, ``per_subject`` whether subjects are scaled by themselves.
    ``datasets`` by split; ``interpretations`` by dataset: how each was read.
    """

    settings: Json = field(default_factory=dict)
    classes: Sequence[int] = ()
    class_names: Names = field(default_factory=dict)
    regions: Sequence[str] = ()
    measures: Sequence[str] = ()
    penalty: Sequence[float | None] = ()
    adjusted: Sequence[str] = ()
    kept: Sequence[str] = ()
    scaled: bool = True
    per_subject: bool = False
    datasets: Mapping[str, Sequence[TrainedDataset]] = field(default_factory=dict)
    interpretations: Mapping[str, Interpretation] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Any) -> "ManifestFacts":
        """Read a manifest; None gives an empty one."""
        named = as_mapping(stored)
        scaler = as_mapping(named.get("scaler"))
        return cls(
            settings=as_mapping(named.get("settings")),
            classes=tuple(map(int, as_items(named.get("classes")))),
            class_names=names_of(named),
            regions=as_texts(named.get("regions")),
            measures=as_texts(named.get("measures")),
            penalty=tuple(map(as_number, as_items(as_mapping(named.get("penalty")).get("C")))),
            adjusted=as_texts(as_mapping(named.get("adjuster")).get("names")),
            kept=as_texts(as_mapping(named.get("kept_covariates")).get("names")),
            scaled="clip" not in scaler or scaler["clip"] is not None,
            per_subject=bool(scaler.get("per_subject")),
            datasets={
                str(split): list(map(TrainedDataset.from_json, as_items(listed)))
                for split, listed in as_mapping(named.get("datasets")).items()
            },
            interpretations=_interpretations(named.get(INTERPRETATIONS)),
        )


def _interpretations(stored: Any) -> dict[str, Interpretation]:
    """Those that can be read; {} where an older version stored none."""
    interpretations = {}
    for name, interpretation in as_mapping(stored).items():
        try:
            interpretations[str(name)] = Interpretation.from_dict(interpretation)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return interpretations


def _counts(stored: Any) -> dict[str, int]:
    return {str(name): as_whole(count) or 0 for name, count in as_mapping(stored).items()}


def _table(stored: Any) -> FloatArray:
    rows = list(as_items(stored))
    return np.array(rows, dtype=np.float64) if rows else np.zeros((0, 0))


def _coordinates(stored: Any) -> FloatArray | None:
    """(N, 3); None where no atlas is known, or they cannot be read."""
    try:
        return np.array(stored, dtype=np.float64) if stored else None
    except ValueError:
        return None


def _array(stored: Any) -> FloatArray | None:
    return None if stored is None else np.asarray(stored, dtype=np.float64)


def _sign(slope: float, agreement: float | None) -> str:
    if not slope:
        return "0"
    if agreement is not None and agreement < STABLE:
        return "±"
    return "+" if slope > 0 else "−"
