"""What a dataset holds, worked out once from its content and kept beside it.

NEURO-LEARN writes datasets into its table by itself, so a profile may be missing or be of an
older content; then it is made when it is first asked for.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from db import datasets
from db.datasets import DatasetRecord, ListedDataset
from graphnet.cohort import Cohort, Layout
from graphnet.distributions import classes_by_site, distributions
from graphnet.errors import CohortError
from graphnet.quality import RULES
from graphnet.readers import from_json

MOST_FINDINGS = 200


@dataclass(frozen=True)
class Profile:
    """Summary of a dataset; ``problems`` says why it cannot be used, () if it can.

    ``scores`` counts subjects with a clinical score; that, ``connectome``, ``sites``, ``by_site``
    (classes) and ``distributions`` are None in a profile of an older version, which did not look.
    """

    subjects: int
    classes: dict[str, int]
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    findings: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...] = ()
    connectome: bool | None = None
    scores: int | None = None
    sites: tuple[str, ...] | None = None
    by_site: dict[str, dict[str, int]] | None = None
    distributions: dict[str, Any] | None = None

    @property
    def layout(self) -> Layout:
        """Its regions and measures."""
        return Layout(self.regions, self.measures)

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """Summarise a cohort."""
        repeated = cohort.repeated_ids
        twice = f"Subject ids that stand more than once: {', '.join(repeated[:3])}."
        more = len(cohort.findings) - MOST_FINDINGS
        cut = f"{more} more findings are not listed."
        return cls(
            subjects=len(cohort),
            classes={str(label): count for label, count in cohort.class_counts().items()},
            regions=cohort.regions,
            measures=cohort.measures,
            findings=tuple(finding.as_dict() for finding in cohort.findings[:MOST_FINDINGS]),
            notes=(*cohort.notes, *([twice] if repeated else []), *([cut] if more > 0 else [])),
            connectome=cohort.connectomes is not None,
            scores=int((~np.isnan(cohort.scores)).sum()),
            sites=tuple(sorted(set(cohort.sites))),
            by_site=classes_by_site(cohort),
            distributions=distributions(cohort),
        )

    @classmethod
    def unusable(cls, problems: Iterable[str]) -> Self:
        """For a dataset that is not a cohort."""
        return cls(0, {}, (), (), (), (), tuple(problems), by_site={}, distributions={})

    def as_dict(self) -> dict[str, Any]:
        """For the database."""
        return {
            "subjects": self.subjects,
            "classes": self.classes,
            "regions": list(self.regions),
            "measures": list(self.measures),
            "findings": list(self.findings),
            "notes": list(self.notes),
            "problems": list(self.problems),
            "connectome": self.connectome,
            "scores": self.scores,
            "sites": None if self.sites is None else list(self.sites),
            "by_site": self.by_site,
            "distributions": self.distributions,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Read back what :meth:`as_dict` gave."""
        sites = stored.get("sites")
        listed = ("regions", "measures", "findings", "notes", "problems")
        return cls(
            subjects=stored["subjects"],
            classes=stored["classes"],
            connectome=stored.get("connectome"),
            scores=stored.get("scores"),
            sites=None if sites is None else tuple(sites),
            by_site=stored.get("by_site"),
            distributions=stored.get("distributions"),
            **{part: tuple(stored[part]) for part in listed},
        )

    def shown(self, record: ListedDataset, *, detailed: bool) -> dict[str, Any]:
        """The dataset as an answer shows it; ``detailed`` with every finding and how values lie."""
        summary = {
            "data_id": record.data_id,
            "data_name": record.data_name,
            "proj_id": record.proj_id,
            "user_id": record.user_id,
            "subjects": self.subjects,
            "classes": self.classes,
            "regions": len(self.regions),
            "measures": list(self.measures),
            "notes": list(self.notes),
            "problems": list(self.problems),
            "connectome": self.connectome,
            "scores": self.scores,
            "sites": None if self.sites is None else list(self.sites),
        }
        details = {
            "findings": list(self.findings),
            "rules": RULES,
            "by_site": self.by_site or {},
            "distributions": self.distributions or {},
        }
        return summary | (details if detailed else {})


async def profiles(records: Iterable[DatasetRecord]) -> dict[str, Profile]:
    """The profile of each dataset by its name, made where there is none of this content."""
    wanted = list(records)
    known = await datasets.get_profiles([record.data_id for record in wanted])
    found = {record.data_name: _of_content(record, known) for record in wanted}
    return {record.data_name: found[record.data_name] or await _made(record) for record in wanted}


async def glanced(listed: Iterable[ListedDataset]) -> dict[str, Profile]:
    """The same for a list: one that is there is taken as it is, and no content is read for it."""
    wanted = list(listed)
    known = await datasets.get_profiles([each.data_id for each in wanted])
    missing = [each.data_name for each in wanted if each.data_id not in known]
    made = await profiles(await datasets.find_datasets(missing))
    kept = {
        each.data_name: Profile.from_dict(known[each.data_id][1])
        for each in wanted
        if each.data_id in known
    }
    return made | kept


async def detailed(record: DatasetRecord) -> Profile:
    """The profile of one dataset, made again where an older version did not look at all of it."""
    profile = (await profiles([record]))[record.data_name]
    return await _made(record) if profile.distributions is None else profile


def _of_content(
    record: DatasetRecord, known: Mapping[str, tuple[int, dict[str, Any]]]
) -> Profile | None:
    """The profile that is kept, if it is of what the dataset holds now."""
    length, stored = known.get(record.data_id, (-1, {}))
    return Profile.from_dict(stored) if length == record.length else None


async def _made(record: DatasetRecord) -> Profile:
    contents = await datasets.get_data([record.data_name])
    text = contents.get(record.data_name, "")
    profile = await asyncio.to_thread(_read, text, record.data_name)
    await datasets.put_profile(record.data_id, record.length, profile.as_dict())
    return profile


def _read(text: str, name: str) -> Profile:
    try:
        return Profile.of(from_json(text, name))
    except CohortError as error:
        return Profile.unusable(error.sentences)
