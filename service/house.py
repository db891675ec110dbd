"""The rooms that the HTTP process works with, wired once."""

import asyncio
from dataclasses import dataclass, field

from dramatiq.brokers.redis import RedisBroker
from starlette.requests import Request

from registry import Store
from service.settings import Settings


@dataclass(frozen=True)
class House:
    """Settings, registry and queue; ``wake`` makes the relay look into the outbox at once."""

    settings: Settings
    store: Store
    broker: RedisBroker
    wake: asyncio.Event = field(default_factory=asyncio.Event)


def house_of(request: Request) -> House:
    """The house that serves this request."""
    house: House = request.app.state.house
    return house
