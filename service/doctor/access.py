"""Who may come in."""

from service.doctor.finding import Finding, fault, ok, warning
from service.settings import Settings, is_loopback

ACCESS = "access"
FIX = (
    "Make a token with 'sgn token new', or name the networks of those who need none in "
    "SGN_TRUSTED_NETWORKS."
)


def finding(settings: Settings, *, tokens: bool) -> Finding:
    """Whether strangers can use the service, as ``sgn serve`` would judge."""
    where = f"SGN_HOST is {settings.host}"
    everywhere = [network for network in settings.trusted if network.prefixlen == 0]
    if everywhere:
        text = f"{where}, and SGN_TRUSTED_NETWORKS lets in everyone: {everywhere[0]}"
        return warning(ACCESS, text, "Name the networks of those who need no token only.")
    if tokens:
        return ok(ACCESS, f"{where}; nobody comes in without a token{_but(settings)}")
    if is_loopback(settings.host):
        return ok(ACCESS, f"{where}: this machine alone, and no token was made")
    if settings.trusted:
        return ok(ACCESS, f"{where}; nobody comes in{_but(settings)}")
    if settings.anonymous:
        return warning(ACCESS, f"{where}, and ANYONE who reaches it can use the service", FIX)
    return fault(ACCESS, f"{where} and no token was made, so 'sgn serve' does not start", FIX)


def _but(settings: Settings) -> str:
    if not settings.trusted:
        return ""
    return f" but from {', '.join(str(network) for network in settings.trusted)}"
