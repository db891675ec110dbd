"""What is put where an older version looks for it, before a migration is undone."""

from tortoise.backends.base.client import BaseDBAsyncClient

from db.models import Result, Run
from db.neurolearn import Submission
from db.states import Status

AT_ONCE = 20  # results, of 100 kB each
WITH_RESULT = (Status.FINISHED.value, Status.CANCELLED.value)


async def return_results(connection: BaseDBAsyncClient) -> None:
    """Write whole results into NEURO-LEARN's rows, in the place of extracts.

    Not into a predecessor's, whose model was brought in.
    """
    ids = list(await Result.all().using_db(connection).values_list("task_id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        ours = Run.filter(task_id__in=some, imported_at=0, state__in=WITH_RESULT)
        known = set(await ours.using_db(connection).values_list("task_id", flat=True))
        kept = Result.filter(task_id__in=some).using_db(connection)
        for row in await kept.values("task_id", "result"):
            if row["task_id"] in known:
                mine = Submission.filter(task_id=row["task_id"], task_status__in=WITH_RESULT)
                await mine.using_db(connection).update(task_result=row["result"])
