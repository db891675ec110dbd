"""Tasks that wait or run, and how far they are: one query for everybody who watches."""

from typing import Any

from db.errors import translated
from db.models import Run
from db.transitions import ACTIVE

MOST = 1000
FIELDS = ("task_id", "proj_id", "state", "epoch", "epochs", "permille", "remaining_ms", "version")


@translated()
async def active() -> list[dict[str, Any]]:
    """The newest of them, at most a thousand."""
    query = Run.filter(ACTIVE, part=0)
    return await query.order_by("-submitted_at").limit(MOST).values(*FIELDS)
