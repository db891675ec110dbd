"""Datasets, and what is known of their content."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.functions import Length

from db.labels import (
    Kind,
    archived_ids,
    forget_labels,
    formerly_called,
    get_labels,
    tagged_ids,
)
from db.models import Mapping as Answers
from db.models import Profile
from db.neurolearn import Dataset
from db.server.errors import DatabaseError, NameTaken, translate_errors
from db.server.limits import DATASETS, check_packet, storable, unstorable_of_dataset
from db.server.statements import exact_match, now_ms, page, pieces, restart_on_deadlock, transaction
from db.server.versions import check_not_ahead
from db.texts import IDS, Json, json_text
from graphnet.messages import Message

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


@dataclass(frozen=True)
class NewDataset(ListedDataset):
    """A dataset to be written: its content, or where its arrays are, and what it holds.

    ``answers`` are what was said of how to read it; ``signature`` is what its file looks like.
    ``stored_bytes`` are those of its arrays.
    """

    data_cont: str
    hdfs_path: str
    profile: Json
    signature: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    stored_bytes: int = 0


class StoredProfile(NamedTuple):
    """A profile as JSON, which graphnet reads, and the content's length when it was made."""

    length: int
    profile: Json

    @property
    def uploaded(self) -> bool:
        """Whether the dataset's row was written by this service."""
        return bool(self.profile.get("uploaded"))


def new_data_id() -> str:
    """An id for a dataset that is to be written."""
    return next(IDS.ids("DATA"))


@restart_on_deadlock
@translate_errors()
async def insert_dataset(new: NewDataset) -> DatasetRecord:
    """Write a dataset and what is known of it in one transaction; once, however often it is called.

    Raises:
        NameTaken: there is another one of that name.
        ContentTooLarge: the server's ``max_allowed_packet`` is smaller than the content.
        SchemaAhead: the database is of a newer version.
        DatabaseError: a name has a character that its column does not have.

    """
    await check_not_ahead()
    columns = ("data_name", "proj_id", "user_id", "hdfs_path")
    for _, message in await unstorable_of_dataset(
        {column: getattr(new, column) for column in columns}
    ):
        raise DatabaseError(message)
    await check_packet("database.dataset-too-large", new.data_cont)
    await check_packet("database.profile-too-large", json_text(new.profile))
    record = await find_dataset(new.data_id)
    if record is not None:
        return _same(new, record)
    try:
        await check_name(new.data_name)
        return await _insert(new)
    except (IntegrityError, NameTaken) as error:
        record = await find_dataset(new.data_id)  # another attempt may have come first
        if record is None:
            raise name_taken(new.data_name) from error
    return _same(new, record)


async def _insert(new: NewDataset) -> DatasetRecord:
    async with transaction() as connection:
        await Dataset.create(
            using_db=connection,
            **{name: getattr(new, name) for name in (*LISTED[1:], "data_cont", "hdfs_path")},
        )
        (record,) = await records_of(Dataset.filter(data_id=new.data_id).using_db(connection))
        await Profile.create(
            using_db=connection,
            data_id=new.data_id,
            length=record.length,
            profile=json_text(new.profile),
            stored_bytes=new.stored_bytes,
        )
        if new.answers:
            await _replace_mapping(new, new.answers, new.signature, connection)
    return record


def _same(new: NewDataset, written: DatasetRecord) -> DatasetRecord:
    """The row that an earlier attempt has written. Raises DatabaseError where it is another's."""
    if (written.data_name, written.proj_id) != (new.data_name, new.proj_id):
        raise DatabaseError(Message("database.dataset-id-taken"))
    return written


@translate_errors()
async def find_datasets(names: Sequence[str]) -> list[DatasetRecord]:
    """The datasets of these names that are there, without content."""
    stored_names = await storable(DATASETS, "data_name", names)
    return await records_of(Dataset.filter(data_name__in=stored_names)) if stored_names else []


@translate_errors()
async def find_dataset(data_id: str) -> DatasetRecord | None:
    """The dataset of this id, without content."""
    return next(iter(await records_of(Dataset.filter(data_id=data_id))), None)


async def formerly_named(data_name: str, at: int) -> DatasetRecord | None:
    """The dataset that was called so at that time and was renamed since; None if none was."""
    ids = await formerly_called(data_name)
    labels = await get_labels(Kind.DATASET, ids)
    meant = next((data_id for data_id in ids if labels[data_id].had_name(data_name, at)), None)
    return None if meant is None else await find_dataset(meant)


@translate_errors()
async def named_alike(data_name: str) -> dict[str, str]:
    """The datasets that the database takes to be of that name: the project of each by its name."""
    rows = Dataset.filter(data_name__in=await storable(DATASETS, "data_name", [data_name]))
    pairs = await rows.values_list("data_name", "proj_id")
    return {str(name): str(proj_id) for name, proj_id in pairs}


@translate_errors()
async def check_name(data_name: str) -> None:
    """Raise NameTaken if there is a dataset of that name."""
    if await named_alike(data_name):
        raise name_taken(data_name)


def name_taken(data_name: str, other: str = "") -> NameTaken:
    """Why a second dataset of this name is not written; ``other`` is the first one's name."""
    if other in ("", data_name):
        return NameTaken(Message("database.name-taken", name=repr(data_name)))
    values = {"other": repr(other), "name": repr(data_name)}
    return NameTaken(Message("database.name-taken-alike", **values))


@translate_errors()
async def list_datasets(
    *,
    proj_id: str | None = None,
    tag: str | None = None,
    archived: bool = False,
    limit: int = 1000,
    cursor: str | None = None,
) -> tuple[list[ListedDataset], str | None]:
    """One page, of a project or of all, newest first, and the cursor of the next.

    ``tag`` is one of the dataset's. With ``archived`` those too that somebody has archived. The
    length of a content is not asked for: a database reads all of it to tell.

    Raises:
        CursorUnknown: the cursor does not come from an earlier page.

    """
    query = Dataset.all()
    if not archived:
        query = query.exclude(data_id__in=await archived_ids(Kind.DATASET))
    if tag is not None:
        query = query.filter(data_id__in=await tagged_ids(Kind.DATASET, tag))
    if proj_id is not None:
        query = query.filter(proj_id__in=await storable(DATASETS, "proj_id", [proj_id]))
    rows, more = await page(query, LISTED, limit, cursor)
    if proj_id is not None:  # a collation takes other letters for these
        rows = [row for row in rows if row["proj_id"] == proj_id]
    return [ListedDataset(**{name: row[name] for name in LISTED[1:]}) for row in rows], more


@translate_errors()
async def get_data(names: Sequence[str]) -> dict[str, str]:
    """The content of these datasets by name; a name that is not there is left out."""
    stored_names = await storable(DATASETS, "data_name", names)
    rows = await Dataset.filter(data_name__in=stored_names).values("data_name", "data_cont")
    return {row["data_name"]: row["data_cont"] for row in rows}


@translate_errors()
async def get_profiles(data_ids: Sequence[str]) -> dict[str, StoredProfile]:
    """The profiles of these datasets by id, of those that have one."""
    if not data_ids:
        return {}
    rows = await Profile.filter(data_id__in=list(data_ids))
    return {row.data_id: StoredProfile(row.length, json.loads(row.profile)) for row in rows}


@translate_errors()
async def stored_bytes(proj_id: str) -> int:
    """The bytes that the arrays of a project's datasets take."""
    mine = exact_match(Dataset.all(), "proj_id", proj_id)
    data_ids = [str(data_id) for data_id in await mine.values_list("data_id", flat=True)]
    total = 0
    for some in pieces(data_ids):
        rows = await Profile.filter(data_id__in=some).values("stored_bytes")
        total += sum(int(row["stored_bytes"] or 0) for row in rows)
    return total


@dataclass(frozen=True)
class StoredByProject:
    """How many datasets a project has, and the bytes that their arrays take."""

    proj_id: str
    datasets: int
    stored_bytes: int


@translate_errors()
async def stored_by_project() -> list[StoredByProject]:
    """Of every project that has datasets, the largest first."""
    rows = await Dataset.all().values_list("data_id", "proj_id")
    projects = {str(data_id): str(proj_id) for data_id, proj_id in rows}
    datasets, taken = Counter(projects.values()), Counter[str]()
    for some in pieces(list(projects)):
        sizes = Profile.filter(data_id__in=some).values_list("data_id", "stored_bytes")
        for data_id, size in await sizes:
            taken[projects[str(data_id)]] += int(size or 0)
    totals = [StoredByProject(name, datasets[name], taken[name]) for name in datasets]
    return sorted(totals, key=lambda project: (-project.stored_bytes, project.proj_id))


@restart_on_deadlock
@translate_errors()
async def put_profile(data_id: str, length: int, profile: Json) -> None:
    """Keep a profile, in the place of an older one. Raises SchemaAhead."""
    await check_not_ahead()
    text = json_text(profile)
    await check_packet("database.profile-too-large", text)
    row = Profile.filter(data_id=data_id)
    # Several may profile one dataset at once, and transactions that read before they write get in
    # each other's way. MySQL counts rows that changed, so a row of no change is there too.
    if await row.update(length=length, profile=text):
        return
    try:
        await Profile.create(data_id=data_id, length=length, profile=text)
    except IntegrityError:
        await row.update(length=length, profile=text)


@translate_errors()
async def suggested_answers(proj_id: str, signature: str) -> dict[str, str] | None:
    """The answers of the project's last dataset whose file looked the same; None of none."""
    mine = exact_match(Answers.filter(signature=signature), "proj_id", proj_id)
    row = await mine.order_by("-created_at").first()
    return None if row is None else json.loads(row.answers)


@translate_errors()
async def get_answers(data_id: str) -> dict[str, str]:
    """How a dataset is to be read, as somebody has said; {} where nobody has."""
    row = await Answers.filter(data_id=data_id).first()
    return {} if row is None else json.loads(row.answers)


@restart_on_deadlock
@translate_errors()
async def put_answers(of: ListedDataset, answers: Mapping[str, str], signature: str) -> None:
    """Keep how a dataset is to be read, in the place of an older mapping. Raises SchemaAhead."""
    await check_not_ahead()
    async with transaction() as connection:
        await _replace_mapping(of, answers, signature, connection)


@restart_on_deadlock
@translate_errors()
async def add_answer(of: ListedDataset, key: str, value: str) -> None:
    """Add one answer to how a dataset is to be read. Raises SchemaAhead.

    Where there was none, it is not suggested for other files: its signature is that of no file.
    """
    await check_not_ahead()
    async with transaction() as connection:
        row = await Answers.filter(data_id=of.data_id).using_db(connection).first()
        answers = {} if row is None else json.loads(row.answers)
        signature = of.data_id if row is None else row.signature
        await _replace_mapping(of, {**answers, key: value}, signature, connection)


@translate_errors()
async def known_ids(data_ids: Sequence[str]) -> set[str]:
    """Those of these datasets whose rows are there."""
    return await _known_ids(Dataset, data_ids)


@translate_errors()
async def profiled_ids(data_ids: Sequence[str]) -> set[str]:
    """Those of these datasets whose profiles are there: their rows are, or were once."""
    return await _known_ids(Profile, data_ids)


@restart_on_deadlock
@translate_errors()
async def prune_profiles() -> int:
    """Remove profiles and labels of datasets whose rows are gone, which name subjects; how many."""
    await check_not_ahead()
    profiled = [str(data_id) for data_id in await Profile.all().values_list("data_id", flat=True)]
    gone = sorted(set(profiled) - await _known_ids(Dataset, profiled))
    for some in pieces(gone):
        await Profile.filter(data_id__in=some).delete()
    await forget_labels(Kind.DATASET, gone)
    return len(gone)


async def _known_ids(table: type[Dataset | Profile], data_ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for some in pieces(data_ids):
        ids = table.filter(data_id__in=some).values_list("data_id", flat=True)
        known |= {str(data_id) for data_id in await ids}
    return known


async def _replace_mapping(
    of: ListedDataset,
    answers: Mapping[str, str],
    signature: str,
    connection: BaseDBAsyncClient,
) -> None:
    await Answers.filter(data_id=of.data_id).using_db(connection).delete()
    await Answers.create(
        using_db=connection,
        data_id=of.data_id,
        proj_id=of.proj_id,
        signature=signature,
        answers=json_text(dict(answers)),
        created_at=await now_ms(),
    )


async def records_of(query: Any) -> list[DatasetRecord]:
    """The rows of a query, without content."""
    rows = await query.annotate(length=Length("data_cont")).values(
        "data_id", "proj_id", "user_id", "data_name", "length"
    )
    return [DatasetRecord(**row) for row in rows]
