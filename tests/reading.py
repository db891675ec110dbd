"""Files read by this process as a worker reads them, where a test has no worker."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

from actors.questions.answers import FileReader
from actors.questions.erasing import SubjectEraser
from actors.questions.rpc import READ_ACTOR, READ_QUEUE, QueueServer
from actors.queue import WORKERS
from actors.reading.arrays import Arrays
from actors.reading.child import ReadLimits
from actors.reading.datasets import DatasetReader
from actors.redis_connection import redis_client
from registry import DATASETS, UPLOADS, open_store
from tests import places
from tests.db.opened import opened


@contextmanager
def reading(variables: Mapping[str, str]) -> Iterator[None]:
    """A desk of a worker that trains nothing, for as long as the block lasts."""
    url = variables["SGN_REDIS_URL"]
    keys = {name: text for name, text in variables.items() if name.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as spool, patch.dict(os.environ, keys):
        reader = reader_of(variables, Path(spool))
        models = open_store(
            variables["SGN_REGISTRY_URL"], endpoint_url=variables.get("SGN_S3_ENDPOINT_URL")
        )
        files = FileReader(reader, eraser=SubjectEraser(reader, models, ""))
        desk, client = QueueServer(READ_QUEUE, READ_ACTOR, files), redis_client(url)
        names = places.names_of(variables)
        sign = names.key(WORKERS, "tests")
        client.set(sign, "cpu", ex=3600)
        desk.open(url, names)
        try:
            yield
        finally:
            desk.close()
            client.delete(sign)
            client.close()


def reader_of(
    variables: Mapping[str, str], spool: Path, *, memory_mb: int = 4096, seconds: int = 120
) -> DatasetReader:
    """What reads files for these variables; each query opens the database for itself."""
    uploads, datasets = (
        open_store(
            variables["SGN_REGISTRY_URL"],
            endpoint_url=variables.get("SGN_S3_ENDPOINT_URL"),
            folder=folder,
        )
        for folder in (UPLOADS, DATASETS)
    )
    return DatasetReader(
        call=partial(opened, variables["SGN_DATABASE_URL"]),
        uploads=uploads,
        arrays=Arrays(datasets, spool / "arrays", cache_mb=1000),
        bounds=ReadLimits(memory_mb, seconds, spool / "reading"),
    )
