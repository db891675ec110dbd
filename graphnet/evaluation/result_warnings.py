"""What a result says of the data that it comes from: warnings, and findings by split."""

from collections.abc import Mapping

import numpy as np

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import Quality, QualityFinding
from graphnet.data import splits
from graphnet.data.cohort import NO_CLASS, IntArray
from graphnet.data.dataset import NUMERIC
from graphnet.data.splits import Splits
from graphnet.evaluation.assessment import has_graph
from graphnet.evaluation.measurement_bias import measured_differently
from graphnet.graphs.edges import leaves_edges, no_edges
from graphnet.messages import Message
from graphnet.names import rule_sentences
from graphnet.preprocessing.covariates import checked
from graphnet.preprocessing.harmonise import Harmoniser, sites_of_one_class
from graphnet.preprocessing.pipeline import rule
from graphnet.preprocessing.scaling import CLIP

UNEVEN, FEW = 0.2, 5  # shares of two classes that differ so much, of so many subjects


def clipped_values(model: StoredModel, data: Splits) -> dict[str, IntArray]:
    """How many values of each subject and measure were clipped, (S, F), by split."""
    preprocessing = model.preprocessing
    return {
        name: preprocessing.scaler.clipped(preprocessing.features(cohort))
        for name, cohort in data.present().items()
    }


def warnings(model: StoredModel, data: Splits, clipped: Mapping[str, IntArray]) -> list[Message]:
    """What limits the metrics of a result."""
    messages: list[Message] = []
    if model.scale is None:
        messages += _confounded_sites(data)
        messages += measured_differently(data)
    messages += splits.warnings(data)
    if model.preprocessing.harmoniser is not None:
        messages += _harmonisation(model.preprocessing.harmoniser, data)
    messages += [
        Message("warnings.covariate-missing", split=split, name=name, count=count)
        for split, cohort in data.present().items()
        for name, count in model.preprocessing.missing(cohort).items()
    ]
    messages += _covariates_by_class(data)
    messages += _without_edges(model, data)
    constant = _constant_columns(model)
    if constant:
        messages.append(Message("warnings.constant-columns", count=constant))
    for split, counts in clipped.items():
        cells = int(counts.sum())
        if model.layout.is_connectome:
            cells //= 2  # an edge lies in two rows
        if cells:
            messages.append(Message("warnings.clipped", split=split, count=cells, limit=CLIP))
    return messages


def _covariates_by_class(data: Splits) -> list[Message]:
    """Checked covariates that one class lacks far more often than another: that tells the class."""
    train, found = data.train, []
    classes = [label for label in train.classes if label != NO_CLASS]
    for covariate in checked(train):
        values = covariate.values
        lacks = np.isnan(values) if covariate.kind == NUMERIC else np.array(values) == ""
        shares = [float(lacks[train.labels == label].mean()) for label in classes]
        if shares and max(shares) - min(shares) > UNEVEN and lacks.sum() >= FEW:
            counts = [f"{100 * share:.0f} %" for share in shares]
            found.append(Message("warnings.missing-by-class", name=covariate.name, shares=counts))
    return found


def _constant_columns(model: StoredModel) -> int:
    """Measures that hardly vary; of a connectome edges, without the diagonal."""
    constant = model.preprocessing.scaler.scale == 0
    if model.layout.is_connectome:
        constant = np.triu(constant, k=1)
    return int(constant.sum())


def _confounded_sites(data: Splits) -> list[Message]:
    """Where a site has one class only: a scanner may then pass for an illness."""
    messages = []
    for split, cohort in data.present().items():
        sites = sites_of_one_class(cohort.sites, cohort.labels)
        if sites:
            messages.append(
                Message(
                    "warnings.site-confounded",
                    split=split,
                    sites=sites,
                    count=len(sites),
                    unnamed=bool(set(sites) & set(cohort.datasets)),
                )
            )
    return messages


def _without_edges(model: StoredModel, data: Splits) -> list[Message]:
    """Subjects whose own graph the threshold leaves empty; or that no graph has an edge."""
    settings = rule(model.settings)
    if has_graph(model) and not leaves_edges(settings, len(model.layout.regions)):
        density = no_edges(settings, len(model.layout.regions))
        return [Message("warnings.density-without-edges", density=density)]
    if has_graph(model) and model.preprocessing.graphs.empty:
        return [Message("warnings.graph-without-edges", graph=settings.kind)]
    if settings.threshold is None:
        return []
    counts = {
        split: (model.preprocessing.without_edges(cohort), len(cohort))
        for split, cohort in data.present().items()
    }
    return [
        Message(
            "warnings.subjects-without-edges",
            split=split,
            count=count,
            subjects=subjects,
            threshold=settings.threshold,
        )
        for split, (count, subjects) in counts.items()
        if count
    ]


def _harmonisation(harmoniser: Harmoniser, data: Splits) -> list[Message]:
    """What harmonisation could not do, or did too much of."""
    messages = []
    confounded = sites_of_one_class(data.train.sites, data.train.labels)
    if confounded:
        messages.append(
            Message("warnings.harmonised-classes", sites=confounded, count=len(confounded))
        )
    if harmoniser.columns == 1:
        messages.append(Message("warnings.harmonised-one-column"))
    for split, cohort in data.held_out():
        messages += [
            Message("warnings.not-harmonised", split=split, count=count, site=site)
            for site, count in harmoniser.unseen(cohort.sites).items()
        ]
    return messages


def quality(data: Splits, clipped: Mapping[str, IntArray]) -> Quality:
    """Rules and findings by split, the subjects with clipped values among them."""
    findings: dict[str, list[QualityFinding]] = {}
    for split, cohort in data.present().items():
        counts = clipped[split]
        as_read = [QualityFinding.from_json(finding.as_dict()) for finding in cohort.findings]
        findings[split] = as_read + [
            QualityFinding(
                rule="clipped",
                site=cohort.datasets[subject],
                subject=cohort.ids[subject],
                measure=cohort.measures[measure],
                count=int(counts[subject, measure]),
            )
            for subject, measure in np.argwhere(counts)
        ]
    return Quality(rule_sentences(), findings)
