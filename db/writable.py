"""Whether the database takes what is written: it is written, and removed again."""

import os

from db.clock import now_ms
from db.diagnosis import trial
from db.errors import translated
from db.models import Key, Run
from db.neurolearn import Submission
from db.numbers import NUMBERS
from db.transactions import transaction

CONTENT_BYTES = 4096  # as much as a form: a server that is full may still take a few
STATE = "Probe"


@translated()
async def check_writable() -> None:
    """Return if a form could be written: writes and removes a run and the key of a post.

    They come and go in one transaction, where the next task's would stand: that is where a table
    must grow. In NEURO-LEARN's table nothing is written; it is asked whether that is allowed.

    Raises:
        DatabaseRefuses: it answers and does not write; the sentence says why.
        DatabaseUnavailable: it does not answer.
        SchemaBehind: a table is missing.

    """
    for right in ("INSERT", "UPDATE"):
        await trial(right, Submission)
    now, key, task_id = await now_ms(), os.urandom(32).hex(), next(NUMBERS.ids("TASK"))
    async with transaction() as connection:
        await Run.create(task_id=task_id, state=STATE, using_db=connection)
        await Key.create(
            key_sha256=key,
            body_sha256="",
            task_id="",
            answer=os.urandom(CONTENT_BYTES // 2).hex(),
            created_at=now,
            using_db=connection,
        )
        await Run.filter(task_id=task_id, state=STATE).using_db(connection).delete()
        await Key.filter(key_sha256=key).using_db(connection).delete()
