"""The database: whether it answers, whose tables it has, what we may do there."""

from pathlib import Path

from db import tokens
from db.server import diagnosis
from db.server.connection import check_schema, close_database, open_database
from db.server.diagnosis import Server, check_writable
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal, SchemaBehind
from db.server.limits import check_charset, needed_packet
from graphnet.messages import Message
from service.doctor.check_result import CheckResult, clock_result, fault, ok, warning
from service.settings import HttpSettings, is_loopback

CHECK = "database"
LOCKED_OUT = Message("doctor.check-database")
FIXES = {
    Refusal.READ_ONLY: Message("doctor.let-database-write"),
    Refusal.FULL: Message("doctor.free-database"),
    Refusal.FILES: Message("doctor.check-database-files"),
    Refusal.RIGHTS: Message("doctor.grant-listed-rights"),
}
SLOW_MS = 50


async def check(settings: HttpSettings) -> list[CheckResult]:
    """Everything of the database, and what hangs on it: its clock, and who may come in."""
    url = settings.process.database_url
    absent = absent_file(url)
    if absent:
        missing = Message("doctor.no-database-file", path=absent)
        return [fault(CHECK, missing, Message("doctor.create-database"))]
    try:
        await open_database(url)
    except DatabaseError as error:
        fix = Message("doctor.correct-variable", name="SGN_DATABASE_URL")
        return [fault(CHECK, error.message, fix)]
    try:
        return await results(settings)
    except DatabaseError as error:
        return [fault(CHECK, error.message, LOCKED_OUT)]
    finally:
        await close_database()


def absent_file(url: str) -> str:
    """The file of an SQLite database, which opening it would make."""
    path = url.removeprefix("sqlite://")
    return "" if path == url or Path(path).is_file() else path


async def results(settings: HttpSettings) -> list[CheckResult]:
    """What is found of the database that is open. Raises DatabaseError."""
    server = await diagnosis.server()
    checks = [_server(server), clock_result("database", server.ahead_ms)]
    try:
        await check_schema()
    except SchemaBehind as error:
        return [*checks, fault("schema", error.message, Message("doctor.migrate"))]
    checks.append(ok("schema", Message("doctor.schema")))
    checks += await _writes()
    checks += [*_packet(server, settings), _charset(await check_charset())]
    return [*checks, access(settings, tokens=await tokens.exist())]


def _server(server: Server) -> CheckResult:
    milliseconds = f"{server.ping_ms:.1f}"
    message = Message(
        "doctor.server", name=server.name, version=server.version, milliseconds=milliseconds
    )
    if server.ping_ms < SLOW_MS:
        return ok(CHECK, message)
    return warning(CHECK, message, Message("doctor.move-nearer"))


async def _writes() -> list[CheckResult]:
    """Whether we may write everywhere; if so, whether a row can be written, as /readyz asks."""
    try:
        missing = await diagnosis.missing_rights()
        if missing:
            lacking = Message("doctor.rights-missing", rights=", ".join(missing))
            return [fault("rights", lacking, Message("doctor.grant-rights"))]
        await check_writable()
    except DatabaseRefuses as error:
        return [fault("writes", error.message, FIXES[error.refusal])]
    return [ok("rights", Message("doctor.rights")), ok("writes", Message("doctor.writes"))]


def _charset(lacks: Message | None) -> CheckResult:
    """It works with every character set, but not for every name."""
    if lacks is None:
        return ok("charset", Message("doctor.charset"))
    return warning("charset", lacks, Message("doctor.convert-charset"))


def _packet(server: Server, settings: HttpSettings) -> list[CheckResult]:
    """MySQL takes no statement longer than this."""
    if not server.packet:
        return []
    needed = needed_packet(settings.max_upload_bytes)
    mebibytes = server.packet >> 20
    if server.packet >= needed:
        return [ok("packet", Message("doctor.packet", mebibytes=mebibytes))]
    small = Message("doctor.packet-small", mebibytes=mebibytes, needed=needed >> 20)
    return [warning("packet", small, Message("doctor.raise-packet", bytes=str(needed)))]


ACCESS = "access"
RESTRICT = Message("doctor.restrict-access")


def access(settings: HttpSettings, *, tokens: bool) -> CheckResult:
    """Whether strangers can use the service, as ``sgn serve`` would judge."""
    host = settings.host
    everywhere = [network for network in settings.trusted if network.prefixlen == 0]
    if everywhere:
        open_ = Message("doctor.access-to-everyone", host=host, network=str(everywhere[0]))
        return warning(ACCESS, open_, Message("doctor.trust-fewer"))
    networks = [str(network) for network in settings.trusted]
    if tokens:
        return ok(ACCESS, _by_token(host, networks))
    if is_loopback(host):
        return ok(ACCESS, Message("doctor.access-from-here", host=host))
    if networks:
        return ok(ACCESS, Message("doctor.access-from-networks", host=host, networks=networks))
    if settings.anonymous:
        return warning(ACCESS, Message("doctor.access-to-anyone", host=host), RESTRICT)
    return fault(ACCESS, Message("doctor.access-undecided", host=host), RESTRICT)


def _by_token(host: str, networks: list[str]) -> Message:
    if not networks:
        return Message("doctor.access-by-token", host=host)
    return Message("doctor.access-by-token-or-network", host=host, networks=networks)
