"""A model without the names of datasets that are of another project than what is made of it.

A manifest names the datasets of its ancestors, and a dataset without a column SITE is a site of its
own name. Hashes of subjects and numbers of subjects stay: whom a model has seen must be known.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphnet.artifacts.lineage import INTERPRETATIONS, LINEAGE, lineage
from graphnet.artifacts.model import StoredModel
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.preprocessing.harmonise import Harmoniser

Facts = Mapping[str, Any]
DATASETS = "datasets"


def unnamed(model: StoredModel, task_id: str, hidden: Collection[str]) -> StoredModel:
    """The model of a task, where the datasets of the tasks ``hidden`` have no names."""
    names = set(_names(model.facts, task_id, hidden))
    if not names:
        return model
    steps = [
        _unnamed(step) if _task(step, task_id) in hidden else step
        for step in lineage(model.facts, task_id)
    ]
    cleared: dict[str, Any] = {}
    if task_id in hidden:
        cleared = {DATASETS: {}, INTERPRETATIONS: {}, "warnings": [], "warning_messages": []}
    facts = {**model.facts, LINEAGE: steps, **_domain(model.facts, names), **cleared}
    through, harmoniser = model.preprocessing, model.preprocessing.harmoniser
    if harmoniser is not None:
        through = replace(through, harmoniser=_harmoniser(harmoniser, task_id, names))
    return replace(model, facts=facts, preprocessing=through)


def _names(facts: Facts, task_id: str, hidden: Collection[str]) -> Iterator[str]:
    for step in lineage(facts, task_id):
        if _task(step, task_id) in hidden:
            yield from (
                str(dataset["name"]) for dataset in step.get(DATASETS) or () if dataset.get("name")
            )


def _task(step: Facts, own: str) -> str:
    """Whose step it is; an older manifest may leave its own out."""
    return str(step.get("task_id") or own)


def _unnamed(step: Facts) -> dict[str, Any]:
    """A step whose datasets are counted, not named."""
    listed = step.get(DATASETS)
    return {
        **step,
        DATASETS: None if listed is None else [{**dataset, "name": None} for dataset in listed],
    }


def _domain(facts: Facts, names: Collection[str]) -> dict[str, Any]:
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
