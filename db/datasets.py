"""Datasets, and what is known of their content."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.functions import Length

from db.errors import DatabaseError, NameTaken, translated
from db.models import Profile
from db.neurolearn import Dataset
from db.numbers import NUMBERS
from db.packets import check_packet
from db.pages import page
from db.transactions import restarted
from db.versions import check_known

LISTED = ("id", "data_id", "proj_id", "user_id", "data_name")


@dataclass(frozen=True)
class ListedDataset:
    """A dataset whose content was not looked at."""

    data_id: str
    proj_id: str
    user_id: str
    data_name: str


@dataclass(frozen=True)
class DatasetRecord(ListedDataset):
    """A dataset without its content, whose ``length`` the database measured."""

    length: int


@translated()
async def insert_dataset(
    *, proj_id: str, user_id: str, data_name: str, data_cont: str
) -> DatasetRecord:
    """Write a dataset under a new id.

    Raises:
        NameTaken: there is one of that name.
        ContentTooLarge: the server's ``max_allowed_packet`` is smaller than the content.

    """
    await check_packet("The dataset", data_cont)
    for data_id in NUMBERS.ids("DATA"):
        await check_name(data_name)
        try:
            await Dataset.create(
                data_id=data_id,
                proj_id=proj_id,
                user_id=user_id,
                data_name=data_name,
                data_cont=data_cont,
                hdfs_path="",
            )
        except IntegrityError:
            continue
        return (await _records(Dataset.filter(data_id=data_id)))[0]
    raise DatabaseError("No free dataset id was found; try again in a second.")


@translated()
async def find_datasets(names: Sequence[str]) -> list[DatasetRecord]:
    """The datasets of these names that are there, without content."""
    return await _records(Dataset.filter(data_name__in=list(names))) if names else []


@translated()
async def check_name(data_name: str) -> None:
    """Raise NameTaken if there is a dataset of that name."""
    if await Dataset.filter(data_name=data_name).exists():
        raise NameTaken(f"There is a dataset named {data_name!r} already.")


@translated()
async def list_datasets(
    *, proj_id: str | None = None, limit: int = 1000, cursor: str | None = None
) -> tuple[list[ListedDataset], str | None]:
    """One page, of a project or of all, newest first, and the cursor of the next.

    The length of a content is not asked for: a database reads all of it to tell.

    Raises:
        CursorUnknown: the cursor is none of ours.

    """
    query = Dataset.all() if proj_id is None else Dataset.filter(proj_id=proj_id)
    rows, more = await page(query, LISTED, limit, cursor)
    return [ListedDataset(**{name: row[name] for name in LISTED[1:]}) for row in rows], more


@translated()
async def get_data(names: Sequence[str]) -> dict[str, str]:
    """The content of these datasets by name; a name that is not there is left out."""
    rows = await Dataset.filter(data_name__in=list(names)).values("data_name", "data_cont")
    return {row["data_name"]: row["data_cont"] for row in rows}


@translated()
async def get_profiles(data_ids: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """By dataset id: the content's length when the profile was made, and the profile."""
    if not data_ids:
        return {}
    rows = await Profile.filter(data_id__in=list(data_ids))
    return {row.data_id: (row.length, json.loads(row.profile)) for row in rows}


@restarted
@translated()
async def put_profile(data_id: str, length: int, profile: dict[str, Any]) -> None:
    """Keep a profile, in the place of an older one. Raises SchemaAhead."""
    await check_known()
    text = json.dumps(profile, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    await check_packet("The dataset's profile", text)
    kept = Profile.filter(data_id=data_id)
    # Several may profile one dataset at once, and transactions that read before they write get in
    # each other's way. MySQL counts rows that changed, so a row of no change is there too.
    if await kept.update(length=length, profile=text):
        return
    try:
        await Profile.create(data_id=data_id, length=length, profile=text)
    except IntegrityError:
        await kept.update(length=length, profile=text)


async def _records(query: Any) -> list[DatasetRecord]:
    rows = await query.annotate(length=Length("data_cont")).values(
        "data_id", "proj_id", "user_id", "data_name", "length"
    )
    return [DatasetRecord(**row) for row in rows]
