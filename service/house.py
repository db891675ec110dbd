"""The rooms that the HTTP process works with, wired once."""

import asyncio
from dataclasses import dataclass, field

import redis.asyncio
from starlette.requests import Request

from actors.names import NamedBroker, Names
from actors.relay import Relay
from db.intake import Intake
from service.admission import Admission
from service.board import Board
from service.comparer import Comparer
from service.lost import LostModels
from service.monitoring import Monitoring
from service.oracle import Oracle
from service.outlines import Outlines
from service.profiles import Profiles
from service.readiness import Readiness
from service.reading import Reading
from service.refusal_log import RefusalLog
from service.schema_watch import SchemaWatch
from service.settings import Settings
from service.shelf import Shelf
from service.turns import Turns
from service.uploads import Uploads
from service.vault import Vault


@dataclass(frozen=True)
class House:
    """Settings, what is stored, the queue; ``stopping`` ends the streams."""

    settings: Settings
    vault: Vault
    names: Names
    broker: NamedBroker
    relay: Relay
    readiness: Readiness
    watch: redis.asyncio.Redis
    admission: Admission
    oracle: Oracle
    uploads: Uploads
    reading: Reading
    profiles: Profiles
    shelf: Shelf
    stopping: asyncio.Event
    intake: Intake
    monitoring: Monitoring
    refusals: RefusalLog
    board: Board = field(default_factory=Board)
    comparer: Comparer = field(default_factory=Comparer)
    outlines: Outlines = field(default_factory=Outlines)
    lost: LostModels = field(default_factory=LostModels)
    keys: Turns = field(default_factory=Turns)
    schema: SchemaWatch = field(default_factory=SchemaWatch)


def house_of(request: Request) -> House:
    """The house that serves this request."""
    house: House = request.app.state.house
    return house
