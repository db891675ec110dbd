"""A stored model applied to new subjects, with what speaks against believing it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphnet.artifacts.lineage import check_scale, import_warnings, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.data import provenance
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.attribution import contributions

TOP = 10
MOST_EXPLAINED = 200
DIGITS = 6
KNOWN = "The model has trained on this subject, so its answer says nothing."


def predict(
    model: StoredModel,
    cohort: Cohort,
    *,
    explain: bool = True,
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Probabilities by class, or a score, for each subject, whatever else is in the cohort.

    Each has ``warnings`` and an ``explanation``: the ten regions that add most to the score of
    class 1 over class 0 (of more classes the likeliest over the mean; of a score the scaled score).
    ``class_names`` has the word for each class; ``names`` are for people, by region.

    Raises:
        ModelError: subjects of other regions or measures than the model's, or an imported model of
            which nobody knows how measures were scaled.

    """
    check_scale(model.facts)
    cohort = model.arranged(cohort)
    domain = ApplicabilityDomain.from_facts(model.facts)
    values = model.predict(cohort)
    known = provenance.seen_in_training(subjects_seen(model.facts), cohort)
    unusual = _remarks(domain, model, cohort)
    added = _added(model, cohort, names or {}) if explain else []
    found = [
        {
            "id": cohort.ids[row],
            "site": cohort.sites[row],
            **_answer(model, values[row]),
            "warnings": [*([KNOWN] if cohort.ids[row] in known else []), *unusual[row]],
            "explanation": added[row] if row < len(added) else None,
        }
        for row in range(len(cohort))
    ]
    return {
        "classes": [str(label) for label in model.classes],
        "class_names": {str(label): name for label, name in model.class_names.items()},
        "predictions": found,
        "warnings": [
            *import_warnings(model.facts),
            *_of_all(domain, cohort, unusual, explain=explain),
            *_unharmonised(model, cohort),
            *filter(None, [provenance.spelled_differently(known)]),
            *cohort.notes,
            *(said for each in cohort.interpretations.values() for said in each.said),
        ],
    }


def without_unnamed_sites(cohort: Cohort, name: str) -> Cohort:
    """The cohort with "" for each site that was only called after the table, by its ``name``."""
    return replace(cohort, sites=tuple("" if site == name else site for site in cohort.sites))


def _answer(model: StoredModel, values: FloatArray) -> dict[str, Any]:
    if model.scale is not None:
        return {"score": round(float(values[0]), DIGITS)}
    labels = [str(label) for label in model.classes]
    shares = {name: round(float(v), DIGITS) for name, v in zip(labels, values, strict=True)}
    return {"probability": shares, "predicted": labels[int(values.argmax())]}


def _remarks(
    domain: ApplicabilityDomain | None, model: StoredModel, cohort: Cohort
) -> list[list[str]]:
    if domain is None:
        return [[] for _ in cohort.ids]
    return domain.remarks(cohort, model.preprocessing.scaled(cohort))


def _added(
    model: StoredModel, cohort: Cohort, names: Mapping[str, str]
) -> list[list[dict[str, Any]]]:
    chosen = cohort.rows(np.arange(min(len(cohort), MOST_EXPLAINED)))
    return [_largest(row, cohort.regions, names) for row in contributions(model, chosen)]


def _largest(
    added: FloatArray, regions: Sequence[str], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    order = np.argsort(-np.abs(added), kind="stable")[:TOP]
    return [
        {
            "region": regions[place],
            "name": names.get(regions[place], regions[place]),
            "contribution": round(float(added[place]), DIGITS),
        }
        for place in order
    ]


def _unharmonised(model: StoredModel, cohort: Cohort) -> list[str]:
    """Whose site's effect could not be taken out, as it was of those whom the model has seen."""
    harmoniser = model.preprocessing.harmoniser
    if harmoniser is None:
        return []
    return [
        f"{count} subjects are of {f'the site {site}' if site else 'a site that is not given'}, to "
        "which the model's harmonising was not fitted; they were not harmonised."
        for site, count in harmoniser.unseen(cohort.sites).items()
    ]


def _of_all(
    domain: ApplicabilityDomain | None,
    cohort: Cohort,
    unusual: Sequence[Sequence[str]],
    *,
    explain: bool,
) -> list[str]:
    sentences = []
    if domain is None:
        sentences.append(
            "An older version or the service before this one trained the model and did not say "
            "what it has seen, so nobody can be told to lie outside."
        )
    nameless = cohort.sites.count("")
    if nameless:
        sentences.append(
            f"The site of {nameless} subjects is not given (column SITE), so it is not known "
            "whether the model has seen others of it."
        )
    count = sum(map(bool, unusual))
    if count:
        sentences.append(
            f"{count} of {len(cohort)} subjects differ from those whom the model has seen; see the "
            "warning of each."
        )
    if explain and len(cohort) > MOST_EXPLAINED:
        sentences.append(f"Only the first {MOST_EXPLAINED} subjects are explained.")
    return sentences
