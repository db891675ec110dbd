"""Whose a dataset is to be: NEURO-LEARN lets a dataset's user alone download and delete it."""

from typing import TYPE_CHECKING

import click

from service.cli.mapping import can_ask
from service.cli.terminal import note
from service.environment import USER_ID

if TYPE_CHECKING:
    from service.client import Client

NEEDED = (
    "The dataset needs a user: NEURO-LEARN lets only a dataset's user download and delete it. "
    f"Name the user with --user ID or {USER_ID}; --user '' is nobody."
)
user_option = click.option(
    "--user",
    metavar="ID",
    envvar=USER_ID,
    show_envvar=True,
    help="The NEURO-LEARN user who owns it.  [default: that of the project's other datasets]",
)


def owner_of(client: "Client", proj_id: str, named: str | None) -> str:
    """The user who was ``named``, else the one of all the project's newest datasets.

    Where there is none, a terminal is asked; elsewhere the command ends, unless the service has
    its database for itself. Raises click.ClickException.
    """
    if named is not None:
        return named.strip()
    known = client.owners(proj_id)
    if len(known.user_ids) == 1:
        (only,) = known.user_ids
        note(f"The user is {only}, as for the project's other datasets.")
        return only
    if not known.needed:
        return ""
    if not can_ask():
        raise click.ClickException(NEEDED)
    listed = f" ({', '.join(known.user_ids)})" if known.user_ids else ""
    return str(click.prompt(f"NEURO-LEARN user who owns it{listed}", err=True)).strip()
