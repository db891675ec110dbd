"""Datasets as the API and the pages show them: what they hold, and what people have noted."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from db.datasets import ListedDataset
from db.management.labels import NO_LABEL, Kind, Label, get_label, get_labels
from service.stores.task_views import instant

if TYPE_CHECKING:
    from graphnet.data.profile import Profile

OURS, THEIRS = "ours", "neuro-learn"


async def dataset_view(record: ListedDataset, profile: "Profile") -> dict[str, Any]:
    """One dataset with all its details. Raises DatabaseError."""
    label = await get_label(Kind.DATASET, record.data_id)
    return {**profile.shown(record, detailed=True), **_noted(profile, label)}


async def dataset_views(
    listed: Iterable[ListedDataset], profiles: "Mapping[str, Profile]"
) -> list[dict[str, Any]]:
    """Those of a list of which there is a profile, by name. Raises DatabaseError."""
    records = [record for record in listed if record.data_name in profiles]
    labels = await get_labels(Kind.DATASET, [record.data_id for record in records])
    return [
        {
            **profiles[record.data_name].shown(record, detailed=False),
            **_noted(profiles[record.data_name], labels.get(record.data_id, NO_LABEL)),
        }
        for record in records
    ]


def _noted(profile: "Profile", label: Label) -> dict[str, Any]:
    return {
        "owner": OURS if profile.uploaded else THEIRS,
        "description": label.description,
        "tags": list(label.tags),
        "archived_at": instant(label.archived_at),
        "former_names": [former.name for former in label.former_names],
    }
