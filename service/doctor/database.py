"""The database: whether it answers, whose tables it has, what we may do there."""

from pathlib import Path

from db import diagnosis, tokens
from db.charset import check_charset
from db.connection import check_schema, close_database, open_database
from db.diagnosis import Server, check_writable
from db.errors import DatabaseError, DatabaseRefuses, Refusal, SchemaBehind
from graphnet.messages import Message
from service.doctor import clock
from service.doctor.check_result import Finding, fault, ok, warning
from service.monitoring.packet_limit import needed_packet
from service.settings import HttpSettings, is_loopback

CHECK = "database"
LOCKED_OUT = "Start the server; look at host, port, user, password and name in SGN_DATABASE_URL."
FIXES = {
    Refusal.READ_ONLY: "Let the server write again, or name one that does in SGN_DATABASE_URL.",
    Refusal.FULL: "Make room on the disk of the server, or raise its quota.",
    Refusal.FILES: "Check the server's disk and the owner of its files.",
    Refusal.RIGHTS: "Grant the user what docs/neuro-learn.md lists.",
}
SLOW_MS = 50


async def check(settings: HttpSettings) -> list[Finding]:
    """Everything of the database, and what hangs on it: its clock, and who may come in."""
    url = settings.process.database_url
    absent = absent_file(url)
    if absent:
        return [fault(CHECK, f"there is no file {absent}", "Run 'sgn migrate', which makes it.")]
    try:
        await open_database(url)
    except DatabaseError as error:
        return [fault(CHECK, str(error), "Correct SGN_DATABASE_URL.")]
    try:
        return await _asked(settings)
    except DatabaseError as error:
        return [fault(CHECK, str(error), LOCKED_OUT)]
    finally:
        await close_database()


def absent_file(url: str) -> str:
    """The file of an SQLite database, which opening it would make."""
    path = url.removeprefix("sqlite://")
    return "" if path == url or Path(path).is_file() else path


async def _asked(settings: HttpSettings) -> list[Finding]:
    server = await diagnosis.server()
    found = [_server(server), clock.finding("the database", server.ahead_ms)]
    try:
        await check_schema()
    except SchemaBehind as error:
        return [*found, fault("schema", str(error), "Run 'sgn migrate' with this version.")]
    found.append(ok("schema", "the tables are those of this version"))
    found += await _writes()
    found += [*_packet(server, settings), _charset(await check_charset())]
    return [*found, finding(settings, tokens=await tokens.exist())]


def _server(server: Server) -> Finding:
    text = f"{server.name} {server.version}, {server.ping_ms:.1f} ms a question"
    if server.ping_ms < SLOW_MS:
        return ok(CHECK, text)
    return warning(CHECK, text, "Move the service nearer to its database; a task asks it often.")


async def _writes() -> list[Finding]:
    """Whether we may write everywhere; if so, whether a row can be written, as /readyz asks."""
    try:
        missing = await diagnosis.missing_rights()
        if missing:
            text = f"not allowed: {', '.join(missing)}"
            return [fault("rights", text, "Grant them to the user.")]
        await check_writable()
    except DatabaseRefuses as error:
        return [fault("writes", str(error).rstrip("."), FIXES[error.refusal])]
    return [ok("rights", "all that are needed"), ok("writes", "a row was written and removed")]


def _charset(lacks: Message | None) -> Finding:
    """It works with every character set, but not for every name."""
    if lacks is None:
        return ok("charset", "every character can be stored")
    fix = "Have NEURO-LEARN's operator convert its tables to utf8mb4, or leave it as it is."
    return warning("charset", str(lacks).rstrip("."), fix)


def _packet(server: Server, settings: HttpSettings) -> list[Finding]:
    """MySQL takes no statement longer than this."""
    if not server.packet:
        return []
    needed = needed_packet(settings.max_upload_bytes)
    text = f"max_allowed_packet is {server.packet >> 20} MiB"
    if server.packet >= needed:
        return [ok("packet", text)]
    return [
        warning(
            "packet",
            f"{text}; a dataset of SGN_MAX_UPLOAD_MB may need {needed >> 20} MiB",
            f"SET GLOBAL max_allowed_packet = {needed}, or lower SGN_MAX_UPLOAD_MB.",
        )
    ]


ACCESS = "access"
FIX = (
    "Make a token with 'sgn token new', or name the networks of those who need none in "
    "SGN_TRUSTED_NETWORKS."
)


def finding(settings: HttpSettings, *, tokens: bool) -> Finding:
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


def _but(settings: HttpSettings) -> str:
    if not settings.trusted:
        return ""
    return f" but from {', '.join(str(network) for network in settings.trusted)}"
