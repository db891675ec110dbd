"""What the HTTP process needs to know besides the house's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

from actors import settings as house
from actors.settings import SettingsError, positive, read, yes_or_no

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Settings:
    """Where to listen and how large a body may be (in bytes)."""

    house: house.Settings
    host: str = "127.0.0.1"
    port: int = 7014
    max_form_bytes: int = MEGABYTE
    max_upload_bytes: int = 64 * MEGABYTE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``SGN_*`` variables.

        Raises:
            SettingsError: a variable is missing or cannot be used, or the service would listen
                beyond loopback where anyone could use it.

        """
        host = read(environment, "SGN_HOST", str, "127.0.0.1")
        anonymous = read(environment, "SGN_ALLOW_ANONYMOUS", yes_or_no, default=False)
        if not is_loopback(host) and not anonymous:
            raise SettingsError(
                f"SGN_HOST is {host}, where anyone in the network could use the service without "
                "signing in; set SGN_ALLOW_ANONYMOUS=1 if the network itself keeps strangers out."
            )
        return cls(
            house=house.Settings.from_environment(environment),
            host=host,
            port=read(environment, "SGN_PORT", positive, 7014),
            max_upload_bytes=MEGABYTE * read(environment, "SGN_MAX_UPLOAD_MB", positive, 64),
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
