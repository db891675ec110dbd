"""How much a project may store."""

from db import datasets
from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, quoted

GIGABYTE = 1e9
DIGITS = 3  # so that a megabyte is seen


async def check_quota(proj_id: str, size: int, quota: int) -> None:
    """Refuse a file of ``size`` bytes where a project's ``quota`` has no room for it; 0 is none.

    A file counts as large as it is; what was stored of it counts as large as its arrays are.

    Raises:
        ApiError: there is no room.

    """
    if not quota:
        return
    used = await datasets.stored_bytes(proj_id)
    if used + size > quota:
        sizes = {
            name: round(each / GIGABYTE, DIGITS)
            for name, each in {"used": used, "size": size, "quota": quota}.items()
        }
        message = Message("api.quota-exceeded", project=quoted(proj_id), **sizes)
        raise ApiError(ErrorNum.QUOTA_EXCEEDED, message)
