"""Dramatiq's broker on Redis, whose keys have the installation's id."""

from typing import Any

from dramatiq.brokers.redis import RedisBroker

from actors.names import Names


class NamedBroker(RedisBroker):
    """Made before the installation's id is known; what is sent until then is refused."""

    def __init__(self, *, names: Names, **settings: Any) -> None:
        self.names = names
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    @property
    def namespace(self) -> str:
        """What the keys of its queues begin with. Raises DatabaseUnavailable."""
        return self.names.namespace

    @namespace.setter
    def namespace(self, given: str) -> None:
        """Dramatiq's own, which all installations would share, is not used."""
