"""A session with the service: one method a thing that can be asked."""

from service.client.answers import Architecture, Catalogue, Facts
from service.client.base import each
from service.client.datasets import Datasets
from service.client.results import Results
from service.client.tasks import Tasks


class Client(Tasks, Results, Datasets):
    """A session with the service at ``url``, to be closed, or used in a ``with`` block.

    Without ``url`` it is where ``SGN_URL`` says, by default this machine, and the token is that of
    ``SGN_TOKEN`` or ``SGN_TOKEN_FILE``, as for the command. ``timeout`` is in seconds, for each
    step of a request; ``token`` says who asks; a ``transport`` of httpx stands in for the network.
    Every method raises :class:`ClientError`: :class:`Unreachable` where nobody answered, otherwise
    with the service's own sentence and numbers.
    """

    def models(self) -> Catalogue:
        """What can be trained."""
        return self._channel.told("GET", "models", _catalogue)


def _catalogue(reply: Facts) -> Catalogue:
    return Catalogue(each(Architecture.read, reply["models"]), reply.get("graphs") or {})
