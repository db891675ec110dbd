"""Sends a large file straight into the bucket of the service, where that is set up."""

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from graphnet.messages import Message
from service.client.channel import Begun, put_part
from service.client.errors import ELSEWHERE, ClientError, StorageAway, may_go_on

if TYPE_CHECKING:
    from service.client.channel import Channel
    from service.client.uploads import Sending

FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = 0.5, 15.0, 300.0  # seconds
FIRST_TRIES = 3  # of the first part, until the bucket is taken to be out of reach
ROUNDS = 3  # of sending again what the service says is not there


def send_to_bucket(channel: "Channel", sending: "Sending", begun: Begun) -> bool:
    """Send a file in parts to the bucket; False if that cannot be reached from here at all.

    A part that breaks off, or whose address has become too old, is sent again for some minutes. The
    storage compares each with its MD5.

    Raises:
        ClientError: it was refused, or no more of it came through for minutes.
        OSError: the file cannot be read.

    """
    count = -(-sending.size // begun.part_bytes)
    sums: list[str] = []
    for number in range(1, count + 1):
        part = _part(sending, begun, number)
        sums.append(hashlib.md5(part, usedforsecurity=False).hexdigest())
        tries = FIRST_TRIES if number == 1 else None
        if not _sent(channel, begun, number, part, sums[-1], tries):
            return False
        sending.report(min(sending.size, number * begun.part_bytes))
    for left in reversed(range(ROUNDS)):
        try:
            _patiently(lambda: channel.complete_upload(begun.upload, sums))
        except ClientError as error:
            if error.error_num != ELSEWHERE or not left:
                raise
        else:
            break
        there = channel.stored_parts(begun.upload)
        for number in (each for each in range(1, count + 1) if there.get(each) != sums[each - 1]):
            _sent(channel, begun, number, _part(sending, begun, number), sums[number - 1], None)
    return True


def _part(sending: "Sending", begun: Begun, number: int) -> bytes:
    """The bytes of a part. Raises ClientError if the file has become shorter."""
    start = (number - 1) * begun.part_bytes
    wanted = min(begun.part_bytes, sending.size - start)
    sending.file.seek(start)
    part = sending.file.read(wanted)
    if len(part) < wanted:
        raise ClientError(Message("client.file-shorter", file=sending.name))
    return part


def _sent(  # noqa: PLR0917 - a part, and where it goes
    channel: "Channel", begun: Begun, number: int, part: bytes, md5: str, tries: int | None
) -> bool:
    """Whether a part went through, in so many tries or else in minutes. Raises ClientError."""
    began, pause, tried = time.monotonic(), FIRST_PAUSE, 0
    while True:
        try:
            put_part(channel.part_address(begun.upload, number, md5), part)
        except ClientError as error:
            tried += 1
            away = isinstance(error, StorageAway)
            if away and tries is not None and tried >= tries:
                return False
            if not (away or may_go_on(error)) or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return True


def _patiently(call: Callable[[], object]) -> None:
    """Call the service, again for some minutes while it restarts. Raises ClientError."""
    began, pause = time.monotonic(), FIRST_PAUSE
    while True:
        try:
            call()
        except ClientError as error:
            passing = may_go_on(error) and error.error_num != ELSEWHERE
            if not passing or time.monotonic() - began > PATIENCE:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return
