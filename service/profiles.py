"""What a dataset holds, worked out once from its content and kept beside it.

NEURO-LEARN writes datasets into its table by itself, so a profile may be missing or be of an
older content; then it is made when it is first asked for.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from db import datasets
from db.datasets import DatasetRecord
from graphnet.cohort import Cohort, Layout
from graphnet.errors import CohortError
from graphnet.quality import RULES
from graphnet.readers import from_json

MOST_FINDINGS = 200


@dataclass(frozen=True)
class Profile:
    """Summary of a dataset; ``problems`` says why it cannot be used, () if it can.

    ``scores`` counts subjects with a clinical score; that, ``connectome`` and ``sites`` are None in
    a profile of an older version, which did not look.
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
        )

    @classmethod
    def unusable(cls, problems: Iterable[str]) -> Self:
        """For a dataset that is not a cohort."""
        return cls(0, {}, (), (), (), (), tuple(problems))

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
            **{part: tuple(stored[part]) for part in listed},
        )

    def shown(self, record: DatasetRecord, *, detailed: bool) -> dict[str, Any]:
        """The dataset as an answer shows it; ``detailed`` with every finding and the rules."""
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
        return summary | ({"findings": list(self.findings), "rules": RULES} if detailed else {})


async def profiles(records: Iterable[DatasetRecord]) -> dict[str, Profile]:
    """The profile of each dataset by its name, made where there is none of this content."""
    wanted = list(records)
    known = await datasets.get_profiles([record.data_id for record in wanted])
    return {
        record.data_name: await _profile(record, known.get(record.data_id)) for record in wanted
    }


async def _profile(record: DatasetRecord, known: tuple[int, dict[str, Any]] | None) -> Profile:
    if known is not None and known[0] == record.length:
        return Profile.from_dict(known[1])
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
