"""The training subjects of a fine-tuning's ancestors, to whom its baselines are fitted as well.

The net has learned from them, through its parent. Simple methods that are fitted to the new
subjects alone have less to learn from, which says nothing of the net.

An ancestor's validation and test subjects are no part of this: its manifest lists whom it was
trained on. Nor is anybody who stands in a split of the new task: its held-out subjects must not
be fitted to, and its training subjects are there already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from graphnet.artifacts.fine_tuning import PooledBaselines
from graphnet.artifacts.manifest import lineage, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.stored_json import Json, as_items, as_mapping, as_text, as_whole
from graphnet.data import provenance
from graphnet.data.cohort import Cohort, merge
from graphnet.data.identifiers import bare, match_ids
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, ModelError
from graphnet.evaluation.fine_tuning import Mask
from graphnet.messages import Message, as_one
from graphnet.names import class_name


@dataclass(frozen=True)
class TrainedDataset:
    """A dataset that a model or an ancestor of it was trained on, by its manifest.

    ``name`` is empty where it is not told, as of another project's; ``subjects`` is None and
    ``sha256`` empty where they are not recorded. ``task_id`` is whose training data it was.
    """

    name: str
    task_id: str = ""
    subjects: int | None = None
    sha256: str = ""


def recorded_datasets(facts: Json, task_id: str = "") -> tuple[list[TrainedDataset], bool]:
    """The datasets that a model of these manifest ``facts`` and its ancestors were trained on.

    One of several ancestors is there once. Besides, whether all of them recorded theirs.
    """
    content = {dataset.get("name"): dataset.get("sha256") for dataset in _trained(facts)}
    steps = lineage(facts, task_id)
    found: dict[str, TrainedDataset] = {}
    for place, step in enumerate(steps):
        for number, dataset in enumerate(map(as_mapping, as_items(step.get("datasets")))):
            name = as_text(dataset.get("name"))
            sha256 = as_text(content.get(name)) if place == len(steps) - 1 else ""
            whose = as_text(step.get("task_id")) or task_id
            one = TrainedDataset(name, whose, as_whole(dataset.get("subjects")), sha256)
            found[name or f"{place} {number}"] = one
    return list(found.values()), all(step.get("datasets") is not None for step in steps)


def _trained(facts: Json) -> list[Json]:
    return [
        as_mapping(dataset) for dataset in as_items(as_mapping(facts.get("datasets")).get("train"))
    ]


@dataclass(frozen=True)
class AncestorSubjects:
    """Training subjects of the ancestors of a fine-tuning, as far as they could be read.

    ``cohorts``: by :func:`trained_on`, a dataset each. ``recorded``: how many the ancestors'
    manifests count, a dataset once; None where nobody knows. ``missing`` says why some are not
    there, ``notes`` what else is to be known of them.
    """

    cohorts: Sequence[Cohort] = ()
    recorded: int | None = None
    missing: Sequence[Message] = ()
    notes: Sequence[Message] = ()

    @classmethod
    def joined(
        cls, parts: Sequence[Self], recorded: int | None, missing: Sequence[Message] = ()
    ) -> Self:
        """Those of several datasets; ``missing`` is said first."""
        return cls(
            [cohort for part in parts for cohort in part.cohorts],
            recorded,
            [*missing, *(message for part in parts for message in part.missing)],
            [message for part in parts for message in part.notes],
        )


def recorded_subjects(listed: Sequence[TrainedDataset], *, complete: bool) -> int | None:
    """How many subjects these datasets had, if all ancestors recorded theirs; else None."""
    counts = [dataset.subjects for dataset in listed]
    return sum(count or 0 for count in counts) if complete and None not in counts else None


def subjects_of(parent: StoredModel, cohort: Cohort, listed: TrainedDataset) -> AncestorSubjects:
    """Those of one dataset whom ``parent`` or its ancestors were trained on.

    Args:
        parent: the model, which says whom.
        cohort: the dataset, as it is today.
        listed: what the manifest says of it.

    """
    named = {"dataset": listed.name}
    try:
        kept = trained_on(parent, cohort)
    except ModelError as error:
        reason = Message("pooled.not-usable", **named, reason=as_one(error.messages))
        return AncestorSubjects(missing=[reason])
    fewer = (listed.subjects or 0) - len(kept)
    if fewer > 0:
        gone = Message("pooled.fewer", **named, count=fewer)
        return AncestorSubjects([lean(kept)], missing=[gone])
    changed = bool(listed.sha256) and not provenance.has_content(kept, listed.sha256)
    notes = [Message("pooled.changed", **named)] if changed else []
    return AncestorSubjects([lean(kept)], notes=notes)


def trained_on(parent: StoredModel, cohort: Cohort) -> Cohort:
    """Those of a cohort whom ``parent`` or its ancestors were trained on, by its manifest.

    In the model's order of regions and measures.

    Raises:
        ModelError: other regions, measures or edges than the model's, a class that it does not
            have, or nobody whom it was trained on.

    """
    arranged = parent.arranged(cohort)
    seen = provenance.seen_in_training(subjects_seen(parent.facts), cohort)
    rows = np.array([row for row, subject in enumerate(cohort.ids) if subject in seen], dtype=int)
    if not len(rows):
        raise ModelError(Message("pooled.nobody-trained-on"))
    kept = arranged.rows(rows)
    unknown = [] if parent.scale is not None else sorted({*kept.classes} - {*parent.classes})
    if unknown:
        names = [class_name(kept.class_names, label) for label in unknown]
        raise ModelError(Message("pooled.classes-unknown", classes=names))
    return kept


def lean(cohort: Cohort) -> Cohort:
    """Without what no baseline is fitted to: connectomes and time series beside the measures."""
    return replace(cohort, connectomes=None, series=None, findings=(), notes=())


@dataclass(frozen=True)
class Pool:
    """The ancestors' training subjects who stand in no split of a task, a cohort per dataset.

    Not stacked, as that would hold all their values once more. ``facts`` says who they are, for the
    result.
    """

    cohorts: Sequence[Cohort] = ()
    facts: PooledBaselines = field(default_factory=lambda: PooledBaselines(0))

    @classmethod
    def of(cls, ancestors: AncestorSubjects, data: Splits) -> Self:
        """Who of the ``ancestors`` of a task with these ``data`` is left to be fitted to."""
        facts = PooledBaselines(
            *(0, ancestors.recorded),
            missing=tuple(ancestors.missing),
            notes=tuple(ancestors.notes),
        )
        if not ancestors.cohorts:
            return cls((), facts)
        one = np.arange(1)
        try:
            pooled(data.train.rows(one), [cohort.rows(one) for cohort in ancestors.cohorts])
        except CohortError as error:
            reason = Message("pooled.unlike", reason=as_one(error.messages))
            return cls((), replace(facts, missing=(*facts.missing, reason)))
        kept: list[Cohort] = []
        for cohort in ancestors.cohorts:
            held_out, in_training = _in_splits(cohort, data)
            left = ~(held_out | in_training)
            facts = replace(
                facts,
                subjects=facts.subjects + int(left.sum()),
                held_out=facts.held_out + int(held_out.sum()),
                in_training=facts.in_training + int(in_training.sum()),
            )
            if left.any():
                kept.append(cohort if left.all() else cohort.rows(np.flatnonzero(left)))
        if not kept:
            missing = (*facts.missing, Message("pooled.nobody-left"))
            return cls((), replace(facts, missing=missing))
        return cls(tuple(kept), facts)


def _in_splits(cohort: Cohort, data: Splits) -> tuple[Mask, Mask]:
    """Who of a cohort (S,) is a held-out subject of a task, and who of the others trains it."""
    held_out = {subject for _, split in data.held_out() for subject in same_persons(cohort, split)}
    in_training = same_persons(cohort, data.train) - held_out
    masks = [
        np.array([subject in some for subject in cohort.ids], dtype=bool)
        for some in (held_out, in_training)
    ]
    return masks[0], masks[1]


def same_persons(cohort: Cohort, other: Cohort) -> set[str]:
    """The ids of ``cohort`` whose subjects stand in ``other`` too.

    By either rule: that of the splits of one task, and that by which a model's training subjects
    are recognised.
    """
    matched = set(match_ids(cohort.ids, other.ids).left)
    hashes = provenance.subjects(cohort.ids)
    spelled = set(provenance.seen_in_training(hashes, other).values())
    return {
        subject
        for subject in cohort.ids
        if subject in matched or subject in spelled or bare(subject) in spelled
    }


def pooled(train: Cohort, ancestors: Sequence[Cohort]) -> Cohort:
    """Training subjects and those of ancestors, one below the other, with what is fitted alone.

    Raises:
        CohortError: they cannot be stacked.

    """
    return replace(merge([lean(train), *map(lean, ancestors)]), confounds=train.confounds)


def too_many(subjects: int, values: int) -> Message | None:
    """Why so many subjects of so many values each are not fitted to; None where they are."""
    from graphnet.evaluation.baselines import (  # noqa: PLC0415 - scikit-learn is slow to import
        MOST_CELLS,
        MOST_SUBJECTS,
    )

    if subjects <= MOST_SUBJECTS and subjects * values <= MOST_CELLS:
        return None
    return Message("pooled.too-many", most_subjects=MOST_SUBJECTS, most_values=MOST_CELLS)


def ancestors_in_files(parent: StoredModel, cohorts: Sequence[Cohort]) -> AncestorSubjects:
    """Those of ``--parent-train`` whom the parent was trained on; files may have other names."""
    listed, complete = recorded_datasets(parent.facts)
    by_name = {dataset.name: dataset for dataset in listed}
    recorded = recorded_subjects(listed, complete=complete)
    names = [cohort.datasets[0] for cohort in cohorts]
    parts = [
        subjects_of(parent, cohort, by_name.get(name, TrainedDataset(name)))
        for name, cohort in zip(names, cohorts, strict=True)
    ]
    ancestors = AncestorSubjects.joined(parts, recorded)
    found = sum(len(cohort) for cohort in ancestors.cohorts)
    if not ancestors.missing and (recorded is None or found < recorded):
        code = "pooled.files-not-given" if cohorts else "pooled.not-given"
        return replace(ancestors, missing=[Message(code)])
    return ancestors
