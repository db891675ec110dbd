"""Refused forms and why: NEURO-LEARN's own pages do not show it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.submissions import refused_forms
from db.submissions.refused_forms import RefusedFormRecord
from service.api.views import RefusedFormView
from service.http.auth import caller_of
from service.http.queries import DEFAULT_LIMIT, query_limit, query_project
from service.http.responses import success
from service.stores.task_views import instant


async def list_refused(request: Request) -> Response:
    """One page of refused forms, newest first."""
    rows, cursor = await refused_page(request)
    return success(refused_forms=rows, next_cursor=cursor)


async def refused_page(
    request: Request, usual: int = DEFAULT_LIMIT
) -> tuple[list[dict[str, Any]], str | None]:
    """What the query asks for, of what the caller sees; ``usual`` rows. Raises ApiError.

    Forms without a project are listed only for callers who see all projects.
    """
    caller = caller_of(request)
    forms, cursor = await refused_forms.list_refused(
        proj_id=query_project(request, caller),
        limit=query_limit(request, usual),
        cursor=request.query_params.get("cursor") or None,
    )
    # A database may take names for equal that are not (PROJ1 and proj1).
    return [_view(form).as_dict() for form in forms if caller.sees(form.proj_id)], cursor


def _view(form: RefusedFormRecord) -> RefusedFormView:
    return RefusedFormView(
        refused_at=instant(form.created_at) or "",
        proj_id=form.proj_id,
        request_id=form.request_id,
        error_num=form.error_num,
        msg=str(form.message),
        errors=[
            {"field": field, "msg": str(message), "message": message.as_dict()}
            for field, message in form.errors
        ],
        message=form.message.as_dict(),
    )
