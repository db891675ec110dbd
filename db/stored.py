"""Tasks of which something stored is vouched for, a page at a time."""

from db.errors import translated
from db.models import Run

PAGE = 200


@translated()
async def vouched_ids(after: str = "", limit: int = PAGE) -> list[str]:
    """Tasks with a stored model that nobody has cleaned away, by their ids, behind ``after``."""
    runs = Run.filter(part=0, removed_at=0, task_id__gt=after).exclude(manifest_sha256="")
    found = await runs.order_by("task_id").limit(limit).values_list("task_id", flat=True)
    return [str(task_id) for task_id in found]
