"""Whose a dataset is to be: NEURO-LEARN lets a dataset's user alone download and delete it."""

from typing import TYPE_CHECKING

import click

from service.cli.mapping import can_ask
from service.cli.terminal import note
from service.whereabouts import USER_ID

if TYPE_CHECKING:
    from service.client import Client

NEEDED = (
    "Whose is it? NEURO-LEARN lets a dataset's user alone download and delete it. Name that user "
    f"with --user ID or in {USER_ID}; with --user '' nobody there can."
)
user_option = click.option(
    "--user",
    metavar="ID",
    envvar=USER_ID,
    show_envvar=True,
    help="The user of NEURO-LEARN whose it is.  [default: as of the project's other datasets]",
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
        note(f"The user is {only}, as of the project's other datasets.")
        return only
    if not known.needed:
        return ""
    if not can_ask():
        raise click.ClickException(NEEDED)
    listed = f" ({', '.join(known.user_ids)})" if known.user_ids else ""
    return str(click.prompt(f"User of NEURO-LEARN whose it is{listed}", err=True)).strip()
