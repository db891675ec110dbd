"""A task with what is stored beside it, as far as that can be had."""

from starlette.requests import Request

from actors.lost import lost
from db.states import Status
from db.tasks import TaskRecord
from graphnet.messages import Message, render, rendered
from graphnet.report.facts import Facts
from registry import RegistryError
from service.http.language import answer_language
from service.http.responses import ApiError
from service.routes.evidence import facts_of
from service.state import state_of
from service.stores.task_views import full_view


async def read_facts(request: Request, task: TaskRecord) -> tuple[Facts, list[str]]:
    """What there is, and sentences for what is missing.

    A storage that is silent or damaged takes nothing else from a page.
    """
    alone = Facts((await full_view(task)).as_dict(), None, None, None)
    wrong: list[Message] = []
    language = answer_language(request)
    state = state_of(request)
    if await state.lost_models.is_lost(state.artifacts, task):
        wrong.append(lost(task.task_id))
    if task.task_status != Status.FINISHED:
        return alone, rendered(wrong, language)
    try:
        facts = await facts_of(request, task, wrong)
    except ApiError as error:
        return alone, [render(error.message, language)]
    except RegistryError as error:
        return alone, [str(error)]
    return facts, rendered(dict.fromkeys(wrong), language) or facts.missing
