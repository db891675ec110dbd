"""Whether the process lives, and whether what it needs can do its job."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from actors.exposition import CONTENT_TYPE
from db.server.connection import ping
from db.server.errors import DatabaseError
from db.server.limits import check_charset
from graphnet.messages import Message, render
from service.http.auth import caller_of
from service.http.responses import ErrorNum, answer_language, error_response, success
from service.state import state_of

OK = "ok"


async def healthz(request: Request) -> Response:  # noqa: ARG001
    """The process answers; nothing else is looked at."""
    return success()


async def readyz(request: Request) -> Response:
    """Every dependency by name: ``ok``, or a sentence that says what is wrong.

    ``notices`` are sentences about what works, but not in every case.
    """
    answers, language = await state_of(request).readiness.ask(), answer_language(request)
    dependencies = {
        name: OK if wrong is None else render(wrong, language) for name, wrong in answers.items()
    }
    failed = [name for name, wrong in answers.items() if wrong is not None]
    if failed:
        message = Message("api.not-ready", dependencies=failed)
        return error_response(ErrorNum.NOT_READY, message, language, dependencies=dependencies)
    return success(dependencies=dependencies, notices=await _notices(request))


async def _notices(request: Request) -> list[str]:
    try:
        notice = await check_charset()
    except DatabaseError:  # it answered a moment ago
        return []
    return [] if notice is None else [render(notice, answer_language(request))]


async def test_db(request: Request) -> Response:  # noqa: ARG001
    """The text ``success`` when the database answers."""
    await ping()
    return PlainTextResponse("success")


async def metrics(request: Request) -> Response:
    """The metrics of this process, of the database and of the queue.

    A token of one project gets those of that project's tasks instead.
    """
    monitoring, proj_id = state_of(request).monitoring, caller_of(request).proj_id
    content = await (monitoring.scrape() if proj_id is None else monitoring.scrape_project(proj_id))
    return Response(content, headers={"content-type": CONTENT_TYPE})
