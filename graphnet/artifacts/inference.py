"""A stored model applied to new subjects, with the reasons to doubt its predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from graphnet.artifacts.manifest import check_scale, import_warnings, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.stored_json import Json
from graphnet.data import provenance
from graphnet.data.cohort import Cohort, FloatArray, Layout
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.attribution import contributions
from graphnet.messages import Message, as_warnings

TOP = 10
MOST_EXPLAINED = 200
DIGITS = 6


def predict(
    model: StoredModel,
    cohort: Cohort,
    *,
    explain: bool = True,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Json:
    """Probabilities by class, or a score, for each subject, whatever else is in the cohort.

    Each has ``warnings`` (in English; coded as ``warning_messages``) and an ``explanation``: the
    ten regions that contribute most to the score of class 1 over class 0 (of more classes the
    likeliest over the mean; of a score the scaled score).
    ``class_names`` has the word for each class; ``names`` are for people, by region.

    Raises:
        ModelError: subjects of other regions than the model's or without its measures, or an
            imported model of which nobody knows how measures were scaled.

    """
    check_scale(model.facts)
    cohort = model.arranged(of_model(cohort, model.layout))
    domain = ApplicabilityDomain.from_facts(model.facts)
    values = model.predict(cohort)
    seen = provenance.seen_in_training(subjects_seen(model.facts), cohort)
    unusual = _unusual(domain, model, cohort)
    explained = explain and model.net.sees_measures
    explanations = _explanations(model, cohort, names) if explained else []
    predictions = [
        {
            "id": cohort.ids[row],
            "site": cohort.sites[row],
            **_answer(model, values[row]),
            **as_warnings(
                [Message("prediction.subject-seen")] * (cohort.ids[row] in seen) + unusual[row]
            ),
            "explanation": explanations[row] if row < len(explanations) else None,
        }
        for row in range(len(cohort))
    ]
    return {
        "classes": [str(label) for label in model.classes],
        "class_names": {str(label): name for label, name in model.class_names.items()},
        "predictions": predictions,
        **as_warnings(
            [
                *import_warnings(model.facts),
                *_of_all(domain, cohort, unusual, explain=explain),
                *_unharmonised(model, cohort),
                *_unadjusted(model, cohort),
                *filter(None, [provenance.spelled_differently(seen)]),
                *cohort.notes,
                *(said for read in cohort.interpretations.values() for said in read.said),
            ]
        ),
    }


def of_model(cohort: Cohort, layout: Layout) -> Cohort:
    """The cohort with the measures of a model alone, if it has all of these; else as it is.

    Names in other capitals are the same. Of what a file has besides, nothing is to be learned, so
    it is left out, which is said.
    """
    if cohort.layout.is_connectome or layout.is_connectome:
        return cohort
    found = [_place(name, cohort.measures) for name in layout.measures]
    which = [place for place in found if place is not None]
    if len(set(which)) < len(layout.measures):
        return cohort
    others = [name for place, name in enumerate(cohort.measures) if place not in which]
    notes = [
        Message("prediction.measure-called", own=cohort.measures[place], name=name)
        for place, name in zip(which, layout.measures, strict=True)
        if cohort.measures[place] != name
    ]
    if others:
        notes.append(Message("prediction.measures-unused", names=others))
    return replace(
        cohort,
        features=cohort.features[:, :, which],
        measures=layout.measures,
        notes=(*cohort.notes, *notes),
    )


def _place(name: str, measures: Sequence[str]) -> int | None:
    """Where a measure stands: under its name, else under the only one that is it in capitals."""
    if name in measures:
        return measures.index(name)
    alike = [place for place, own in enumerate(measures) if own.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def _answer(model: StoredModel, values: FloatArray) -> Json:
    if model.scale is not None:
        return {"score": round(float(values[0]), DIGITS)}
    labels = [str(label) for label in model.classes]
    shares = {name: round(float(v), DIGITS) for name, v in zip(labels, values, strict=True)}
    return {"probability": shares, "predicted": labels[int(values.argmax())]}


def _unusual(
    domain: ApplicabilityDomain | None, model: StoredModel, cohort: Cohort
) -> list[list[Message]]:
    """How each subject differs from the training data, as far as the manifest describes these."""
    if domain is None:
        return [[] for _ in cohort.ids]
    return domain.warnings(cohort, model.preprocessing.scaled(cohort))


def _explanations(model: StoredModel, cohort: Cohort, names: Mapping[str, str]) -> list[list[Json]]:
    chosen = cohort.rows(np.arange(min(len(cohort), MOST_EXPLAINED)))
    return [_largest(row, cohort.regions, names) for row in contributions(model, chosen)]


def _largest(
    contribution: FloatArray, regions: Sequence[str], names: Mapping[str, str]
) -> list[Json]:
    order = np.argsort(-np.abs(contribution), kind="stable")[:TOP]
    return [
        {
            "region": regions[index],
            "name": names.get(regions[index], regions[index]),
            "contribution": round(float(contribution[index]), DIGITS),
        }
        for index in order
    ]


def _unharmonised(model: StoredModel, cohort: Cohort) -> list[Message]:
    """Subjects whose site's effect could not be removed, as it was from the training data."""
    harmoniser = model.preprocessing.harmoniser
    if harmoniser is None:
        return []
    return [
        Message("prediction.not-harmonised", count=count, site=site, named=bool(site))
        for site, count in harmoniser.unseen(cohort.sites).items()
    ]


def _unadjusted(model: StoredModel, cohort: Cohort) -> list[Message]:
    """Subjects who lack a covariate that is taken out of their measures."""
    return [
        Message("prediction.covariate-missing", name=name, count=count)
        for name, count in model.preprocessing.missing(cohort).items()
    ]


def _of_all(
    domain: ApplicabilityDomain | None,
    cohort: Cohort,
    unusual: Sequence[Sequence[Message]],
    *,
    explain: bool,
) -> list[Message]:
    messages = []
    if domain is None:
        messages.append(Message("prediction.training-data-undescribed"))
    without_site = cohort.sites.count("")
    if without_site:
        messages.append(Message("prediction.without-site", count=without_site))
    count = sum(map(bool, unusual))
    if count:
        messages.append(Message("prediction.unusual", count=count, subjects=len(cohort)))
    if explain and len(cohort) > MOST_EXPLAINED:
        messages.append(Message("prediction.first-explained", most=MOST_EXPLAINED))
    return messages
