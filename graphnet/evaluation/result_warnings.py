"""What a result says of the data that it comes from: warnings, and findings by split."""

from collections.abc import Mapping

import numpy as np

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import Quality, QualityFinding
from graphnet.data import splits
from graphnet.data.cohort import IntArray
from graphnet.data.quality import RULES
from graphnet.data.splits import Splits
from graphnet.evaluation.assessment import has_graph
from graphnet.graphs.edges import leaves_edges, no_edges
from graphnet.messages import Message, as_message
from graphnet.preprocessing.harmonise import Harmoniser, confounding, sites_of_one_class
from graphnet.preprocessing.pipeline import rule
from graphnet.preprocessing.scaling import CLIP

MOST_NAMED = 5  # sites


def clipped_values(model: StoredModel, data: Splits) -> dict[str, IntArray]:
    """How many values of each subject and measure were drawn in, (S, F), by split."""
    through = model.preprocessing
    return {
        name: through.scaler.clipped(through.features(cohort))
        for name, cohort in data.present().items()
    }


def warnings(model: StoredModel, data: Splits, clipped: Mapping[str, IntArray]) -> list[Message]:
    """What limits the metrics of a result."""
    sentences: list[Message | str] = []
    if model.scale is None:
        sentences += _told_by_site(data)
    sentences += splits.warnings(data)
    if model.preprocessing.harmoniser is not None:
        sentences += _on_sites(model.preprocessing.harmoniser, data)
    sentences += _without_edges(model, data)
    constant = int((model.preprocessing.scaler.scale == 0).sum())
    if constant:
        columns = "1 column hardly varies" if constant == 1 else f"{constant} columns hardly vary"
        were = "was" if constant == 1 else "were"
        sentences.append(f"{columns} among the training subjects and {were} set to 0.")
    for name, counts in clipped.items():
        cells = int(counts.sum())
        if cells:
            sentences.append(Message("warnings.clipped", split=name, count=cells, limit=CLIP))
    return [as_message(sentence) for sentence in sentences]


def _told_by_site(data: Splits) -> list[str]:
    """Where the class may be read off the site: a scanner would then look like an illness."""
    found = []
    for name, cohort in data.present().items():
        alone = sites_of_one_class(cohort.sites, cohort.labels)
        if not alone:
            continue
        shown = ", ".join(alone[:MOST_NAMED]) + (" …" if len(alone) > MOST_NAMED else "")
        unnamed = " A dataset without a column SITE counts as a site of its own."
        found.append(
            f"{name}_data: all subjects of site {shown} are of one class, so what differs between "
            "sites can pass for what differs between the classes, and figures may be too good."
            f"{unnamed if set(alone) & set(cohort.datasets) else ''}"
        )
    return found


def _without_edges(model: StoredModel, data: Splits) -> list[str]:
    """Whose own graph the threshold leaves empty; or that nobody's graph has an edge."""
    asked, regions = rule(model.settings), len(model.layout.regions)
    if has_graph(model) and not leaves_edges(asked, regions):
        return [f"{no_edges(asked, regions)}. Regions are seen each by itself."]
    if has_graph(model) and model.preprocessing.graphs.empty:
        return [
            f"graph is {asked.kind!r} and has no edge (no weight between two regions is usable). "
            "Regions are seen each by itself."
        ]
    threshold, found = model.settings.threshold, []
    for name, cohort in data.present().items() if threshold is not None else ():
        count = model.preprocessing.without_edges(cohort)
        if count:
            found.append(
                f"{name}_data: {count} of {len(cohort)} subjects have no edge left at threshold "
                f"{threshold:g}; their regions are seen each by itself."
            )
    return found


def _on_sites(harmoniser: Harmoniser, data: Splits) -> list[str]:
    """What harmonising could not do, or did too much of."""
    sentences = confounding(data.train.sites, data.train.labels)
    if harmoniser.columns == 1:
        sentences.append(
            "Only one measure of one region was harmonised: nothing could be learned from others, "
            "so its mean and spread were equalised site by site."
        )
    for name, cohort in data.held_out():
        sentences += [
            f"{name}_data: {count} subjects are of site {site}, which the training data do not "
            "have; they were not harmonised."
            for site, count in harmoniser.unseen(cohort.sites).items()
        ]
    return sentences


def quality(data: Splits, clipped: Mapping[str, IntArray]) -> Quality:
    """Rules and findings by split, the subjects with clipped values among them."""
    found: dict[str, list[QualityFinding]] = {}
    for split, cohort in data.present().items():
        counts = clipped[split]
        found[split] = [QualityFinding.from_json(finding.as_dict()) for finding in cohort.findings]
        found[split] += [
            QualityFinding(
                rule="clipped",
                site=cohort.datasets[subject],
                subject=cohort.ids[subject],
                measure=cohort.measures[measure],
                count=int(counts[subject, measure]),
            )
            for subject, measure in np.argwhere(counts)
        ]
    return Quality(RULES, found)
