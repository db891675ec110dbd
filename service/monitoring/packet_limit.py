"""Whether the database server takes the text of every dataset, for NEURO-LEARN's other services."""

import asyncio
import logging

from db.errors import DatabaseError
from db.packet_limit import max_packet, mebibytes

log = logging.getLogger(__name__)

# A CSV file of numbers as JSON with its quotation marks escaped; 1.33 to 1.40 on real cohorts.
GROWTH = 1.5
LOOK_AGAIN_SECONDS = 2.0


def needed_packet(max_upload_bytes: int) -> int:
    """What max_allowed_packet must be for an upload of this size, in bytes of whole MiB."""
    return mebibytes(int(GROWTH * max_upload_bytes)) << 20


async def warn_of_packet(max_upload_bytes: int) -> None:
    """Say once, as soon as the database answers, if an upload may be too large for it."""
    while True:
        try:
            most = await max_packet()
            break
        except DatabaseError:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    needed = needed_packet(max_upload_bytes)
    if most is None or most >= needed:
        return
    log.warning(
        "the database server's max_allowed_packet is %dM, and an upload of SGN_MAX_UPLOAD_MB (%d) "
        "may need %dM: a larger dataset is kept as arrays alone, which no other service of "
        "NEURO-LEARN can read",
        most >> 20,
        max_upload_bytes // 1_000_000,
        mebibytes(needed),
    )
