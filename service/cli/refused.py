"""``sgn tasks --refused``: the forms that were refused, and why."""

from typing import TYPE_CHECKING

from service.cli.connection import service_at
from service.cli.terminal import Column, note, show_json, show_table

if TYPE_CHECKING:
    from service.client import RefusedForm


def show_refused(url: str, *, proj: str, limit: int, as_json: bool) -> None:
    """List refused forms, the newest first, each with all that was wrong."""
    with service_at(url) as client:
        found = list(client.refused_forms(proj_id=proj, limit=limit))
    if as_json:
        show_json([form.facts for form in found])
        return
    if not found:
        note("No form was refused in the last 30 days.")
        return
    columns = [
        *(Column("Refused (UTC)", whole=True), Column("Project", whole=True)),
        *(Column("Error", right=True, whole=True), Column("Request", whole=True, spare=True)),
        Column("Why"),
    ]
    show_table(columns, [_row(form) for form in found])


def _row(form: "RefusedForm") -> tuple[object, ...]:
    when = form.refused_at[:19].replace("T", " ")
    why = " ".join(str(error.get("msg")) for error in form.errors) or form.msg
    return when, form.proj_id or "-", form.error_num, form.request_id, why
