"""Whether the process lives, and whether what it needs answers."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import redis
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db.connection import check_schema, ping
from db.errors import DatabaseError
from registry import RegistryError
from service.house import House, house_of
from service.replies import ErrorNum, refused, success

PATIENCE_SECONDS = 5.0
FAULTS = (redis.RedisError, DatabaseError, RegistryError)


async def healthz(request: Request) -> Response:  # noqa: ARG001
    """The process answers; nothing else is looked at."""
    return success()


async def readyz(request: Request) -> Response:
    """Every dependency by name: ``ok``, or a sentence on what is wrong."""
    house = house_of(request)
    needs = {
        "database": check_schema(),
        "redis": asyncio.to_thread(_redis, house),
        "registry": house.vault.check(),
    }
    answers = await asyncio.gather(*(_answer(name, need) for name, need in needs.items()))
    found = dict(zip(needs, answers, strict=True))
    if all(answer == "ok" for answer in answers):
        return success(dependencies=found)
    silent = ", ".join(name for name, answer in found.items() if answer != "ok")
    return refused(ErrorNum.NOT_READY, f"Not ready: {silent}.", dependencies=found)


async def _answer(name: str, need: Awaitable[Any]) -> str:
    try:
        await asyncio.wait_for(need, PATIENCE_SECONDS)
    except TimeoutError:
        return f"The {name} did not answer within {PATIENCE_SECONDS:g} s."
    except redis.RedisError:
        return "Redis does not answer at SGN_REDIS_URL."
    except FAULTS as error:
        return str(error)
    return "ok"


def _redis(house: House) -> None:
    house.broker.client.ping()


async def test_db(request: Request) -> Response:  # noqa: ARG001
    """The text ``success`` when the database answers."""
    await ping()
    return PlainTextResponse("success")
