"""What happens to a task, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service.client.answers import ACTIVE, PREDECESSOR, Facts
from service.client.channel import Channel
from service.client.errors import ClientError, may_pass

PAUSE = 1.0  # seconds before a stream that broke off is asked for again


@dataclass(frozen=True)
class Event:
    """One event: its ``kind`` is ``status``, ``epoch`` or ``progress``; the ``id`` takes it up."""

    kind: str
    id: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def last(self) -> bool:
        """Whether the task has ended with it."""
        over = self.facts.get("task_status") not in ACTIVE
        return self.kind == "status" and (over or self.facts.get("owner") == PREDECESSOR)


def events_of(channel: Channel, path: str, after: str, patience: float) -> Iterator[Event]:
    """The events after the one of that id, to the last; ``patience`` is in seconds without any."""
    heard = time.monotonic()
    while True:
        try:
            with channel.lines(path, {"Last-Event-ID": after} if after else {}) as lines:
                if lines is None:
                    return  # there is nothing left to tell
                heard = time.monotonic()
                for event in read(lines):
                    after, heard = event.id or after, time.monotonic()
                    yield event
                    if event.last:
                        return
        except ClientError as error:
            if not may_pass(error) or time.monotonic() > heard + patience:
                raise
        time.sleep(PAUSE)


def read(lines: Iterable[str]) -> Iterator[Event]:
    """The events that stand in lines; one without its end is left out, as are comments."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield _event(fields)
            fields = {}
        else:
            fields = {}


def _event(fields: dict[str, str]) -> Event:
    try:
        facts = json.loads(fields["data"])
    except ValueError as error:
        raise ClientError("An event of the service is not JSON.") from error
    if not isinstance(facts, dict):
        raise ClientError("An event of the service is not a JSON object.")
    return Event(fields.get("event", "message"), fields.get("id", ""), facts)
