"""A new task: the form, what is wrong with it, and what it would send."""

import json
import shlex
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db.submissions.form import FINE_TUNE, FROM_SCRATCH
from db.submissions.tasks import TaskRecord
from db.tokens import Role
from graphnet.catalogue import find_model, graph_summary
from graphnet.config import FORM_OPTIONS, Evaluation, options_in
from graphnet.messages import Message, render
from graphnet.options import GROUPS, group_label, name_lists
from service.forms.schema import sweep_cost
from service.http.auth import caller_of
from service.http.body import read_fields
from service.http.exception_handlers import note_refusal
from service.http.queries import query_flag
from service.http.responses import MEANINGS, SEE_OTHER, ApiError, ErrorNum, answer_language
from service.pages import choices
from service.pages.site import page
from service.routes.submission import NewForm, accepted
from service.routes.tasks import find_task
from service.state import state_of

KEY = "key"
SUBMIT = "/api/v0/new_task"
TEXTS = ("task_name", "proj_id", "proj_name")
LISTS = ("train_data", "val_data", "test_data")
PARENT = "trained_task_id"
CHOSEN = ("task_type", "model", "enable_test")
SETTING = "param_set:"
ATLASES, ATLAS_OF = "atlases", "atlas_of"  # of each dataset that is picked: "2:NAME"


@dataclass(frozen=True)
class FilledForm:
    """What somebody has filled in: ``settings`` by name, as they were typed."""

    task_type: str
    texts: Mapping[str, str]
    datasets: Mapping[str, list[str]]
    model: str
    enable_test: bool
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, posted: Mapping[str, Any], task_type: str = "") -> Self:
        """Of the fields of a body or a query; of a ``task_type`` where they say none."""
        given = posted.get("param_set")
        settings = dict(given) if isinstance(given, dict) else {}
        picked = _atlases(choices.names(posted.get(ATLAS_OF)))
        atlases = picked or name_lists(settings.pop(ATLASES, None))
        if atlases:
            settings[ATLASES] = atlases
        return cls(
            task_type=str(posted.get("task_type", task_type)),
            texts={name: str(posted.get(name) or "") for name in TEXTS},
            datasets={name: choices.names(posted.get(name)) for name in LISTS},
            model=next(iter(choices.names(posted.get("model"))), ""),
            enable_test=str(posted.get("enable_test")).lower() != "false",
            settings=settings,
        )

    @property
    def is_fine_tuning(self) -> bool:
        """Whether a stored model is trained further, which has settings of its own."""
        return self.task_type == FINE_TUNE

    @property
    def parent(self) -> str:
        """The task whose model is trained further."""
        return str(self.settings.get(PARENT) or "")

    def as_dict(self) -> dict[str, Any]:
        """The form to send: only what was said, numbers as numbers, and nothing that is usual."""
        fields: dict[str, Any] = {"task_type": self.task_type}
        fields |= {name: text.strip() for name, text in self.texts.items() if text}
        fields |= {name: listed for name, listed in self.datasets.items() if listed}
        if "test_data" in fields:
            fields["enable_test"] = self.enable_test
        if self.model and not self.is_fine_tuning:
            fields["model"] = self.model
        settings = {name: FORM_OPTIONS[name].parse(self.settings[name]) for name in self._said()}
        if self.parent and self.is_fine_tuning:
            settings[PARENT] = self.parent
        return {**fields, "param_set": settings}

    def _said(self) -> list[str]:
        """The settings that were filled in; a flag that has its default says nothing."""
        return [
            name
            for name, option in FORM_OPTIONS.items()
            if str(self.settings.get(name, "")).strip()
            and not (option.is_flag and option.parse(self.settings[name]) == option.default)
        ]


def _atlases(picked: Sequence[str]) -> list[list[str]]:
    """The datasets of each atlas, of texts such as ``2:NAME``, in the order of the numbers."""
    by_number: dict[str, list[str]] = {}
    for text in picked:
        number, _, name = text.partition(":")
        by_number.setdefault(number, []).append(name)
    return [by_number[number] for number in sorted(by_number, key=lambda n: (len(n), n))]


async def show(request: Request) -> Response:
    """The form; the query may fill in parts of it."""
    _require_role(request)
    return await _form(request, await _begun(request))


async def submit(request: Request) -> Response:
    """Train, or show the form again with all that is wrong."""
    state = state_of(request)
    posted = await read_fields(request, state.settings.max_form_bytes)
    key = posted.pop(KEY, None)
    try:
        form = NewForm(
            FilledForm.of(posted).as_dict(),
            key=str(key) if key else None,
            language=answer_language(request),
        )
        text = await accepted(state, caller_of(request), form)
    except ApiError as refusal:
        note_refusal(request, refusal, posted)
        return await _form(request, _filled(posted), refusal)
    return RedirectResponse(f"/tasks/{json.loads(text)['task_form']['task_id']}", SEE_OTHER)


async def preview(request: Request) -> Response:
    """What the form would send."""
    posted = await read_fields(request, state_of(request).settings.max_form_bytes)
    return page(request, "new_task_preview.html", **vars(_sent(request, _filled(posted))))


async def _form(request: Request, filled: FilledForm, refusal: ApiError | None = None) -> Response:
    status = MEANINGS[refusal.number][0] if refusal else 200
    known = await choices.projects(request)
    named = filled.texts["proj_id"] or caller_of(request).proj_id
    proj_id = str(named or next(iter(known), ""))
    form = replace(filled, texts={**filled.texts, "proj_id": proj_id})
    errors = _by_field(refusal, answer_language(request))
    return page(
        request,
        "new_task.html",
        status,
        key=uuid.uuid4().hex,
        is_fresh=not request.query_params and refusal is None,
        is_example=query_flag(request, "example"),
        form=form,
        values=form.settings,
        errors=errors,
        refusal=refusal,
        first=next(iter(errors), ""),
        projects=known,
        datasets=await choices.datasets_of(request, proj_id),
        models=choices.models(),
        model=form.model or find_model("").name,
        parents=await choices.parents(request, form.parent),
        usually=vars(Evaluation()),
        options={group: options_in(group) for group in GROUPS},
        group_label=group_label,
        graph_summary=graph_summary,
        **vars(_sent(request, form)),
    )


async def _begun(request: Request) -> FilledForm:
    """What the query says of a form: any of its fields, a task to be like, or a ``parent``.

    The page asks for datasets anew by all fields, and a draft that a browser has kept is these.
    """
    query = request.query_params
    like = await find_task(request, query["like"]) if "like" in query else None
    posted = dict(_fields_of(like)) if like is not None else {}
    settings = dict(posted.get("param_set", {}))
    settings |= {
        name.removeprefix(SETTING): text
        for name, text in query.items()
        if name.startswith(SETTING) and text
    }
    posted |= {name: query.getlist(name) for name in (*LISTS, ATLAS_OF) if name in query}
    posted |= {name: query[name] for name in (*TEXTS, *CHOSEN) if name in query}
    if parent := query.get("parent"):
        posted["task_type"], settings[PARENT] = FINE_TUNE, parent
    return _filled({**posted, "param_set": settings})


def _fields_of(task: TaskRecord) -> Mapping[str, Any]:
    """The form of a task as JSON, each setting as it would be typed."""
    config = task.form.fields
    settings = {
        name: value if name == ATLASES else _typed(value)
        for name, value in task.form.param_set.items()
        if value is not None and value != ""
    }
    shared = {name: getattr(task, name) for name in ("proj_id", "task_name", "task_type")}
    return {**config, **shared, "param_set": settings}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _filled(posted: Mapping[str, Any]) -> FilledForm:
    return FilledForm.of(posted, FROM_SCRATCH)


@dataclass(frozen=True)
class _Sent:
    """What a form would send, as JSON and as a line for a shell; how much a sweep of it trains."""

    cost: Message | None
    json: str
    curl: str


def _sent(request: Request, form: FilledForm) -> _Sent:
    fields = form.as_dict()
    url = str(request.base_url).rstrip("/") + SUBMIT
    with_token = caller_of(request).signed_in
    return _Sent(
        sweep_cost(fields["param_set"]),
        as_json(fields),
        as_curl(fields, url, with_token=with_token),
    )


def _by_field(error: ApiError | None, language: str) -> dict[str, str]:
    """The sentences by field, in their order; a setting is named without ``param_set``."""
    sentences: dict[str, str] = {}
    for field, message in error.errors if error else ():
        name = field.removeprefix("param_set.")
        sentence = render(message, language).replace("param_set.", "")
        sentences[name] = f"{sentences[name]} {sentence}" if name in sentences else sentence
    return sentences


def _require_role(request: Request) -> None:
    role = caller_of(request).role
    if not role.covers(Role.SUBMIT):
        message = Message("api.role-needed", role=str(role), needed=str(Role.SUBMIT))
        raise ApiError(ErrorNum.FORBIDDEN, message)


def as_json(fields: Mapping[str, Any]) -> str:
    """The form as text."""
    return json.dumps(fields, indent=2, ensure_ascii=False)


def as_curl(fields: Mapping[str, Any], url: str, *, with_token: bool) -> str:
    """A line for a shell that sends the form."""
    compact = json.dumps(fields, ensure_ascii=False)
    token = ' \\\n  -H "Authorization: Bearer $SGN_TOKEN"' if with_token else ""
    sent = shlex.quote(compact)
    return (
        f"curl {shlex.quote(url)} \\\n  -H 'Content-Type: application/json'{token} \\\n  -d {sent}"
    )
