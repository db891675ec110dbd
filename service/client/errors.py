"""What can go wrong between a caller and the service; no error of httpx leaves the package."""

PASSING = (502, 503, 504)


class ClientError(Exception):
    """The root of the package's errors: one sentence, the service's own where it gave one.

    ``error_num`` is the service's number and ``status`` that of HTTP, each None where there was
    none; ``errors`` are the fields of a refused form, each with its sentence.
    """

    def __init__(
        self,
        sentence: str,
        *,
        error_num: int | None = None,
        status: int | None = None,
        errors: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(sentence)
        self.error_num = error_num
        self.status = status
        self.errors = errors


class Unreachable(ClientError):
    """The service cannot be reached, or went silent before it had answered."""


class NotEnded(ClientError):
    """The task goes on beyond the time that the caller would wait."""


def may_pass(error: ClientError) -> bool:
    """Whether a service that restarts, or a proxy before it, would say so for a while."""
    return isinstance(error, Unreachable) or error.status in PASSING
