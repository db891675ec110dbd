"""API tokens: who may do what, of which project. Only a hash of the secret is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from db.models import Token
from db.server.errors import translate_errors
from db.server.statements import now_ms

ALL_PROJECTS = "*"
DAY_MS = 86_400_000
FORM = re.compile(r"sgn_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class Role(StrEnum):
    """Each may do what those before it may."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what ``needed`` may."""
        return list(Role).index(self) >= list(Role).index(needed)


@dataclass(frozen=True)
class TokenRecord:
    """A token without its secret; times in milliseconds since 1970, 0 for never."""

    token_id: str
    proj_id: str
    role: Role
    created_at: int
    expires_at: int
    revoked_at: int = 0


@translate_errors()
async def new_token(proj_id: str, role: Role, *, days: int) -> tuple[str, TokenRecord]:
    """Make a token for ``proj_id``, ``*`` for all; its text is given here and never again."""
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    now = await now_ms()
    record = TokenRecord(token_id, proj_id, role, now, now + days * DAY_MS)
    await Token.create(
        token_id=token_id,
        secret_sha256=_digest(secret),
        proj_id=proj_id,
        role=role.value,
        created_at=now,
        expires_at=record.expires_at,
    )
    return f"sgn_{token_id}_{secret}", record


@translate_errors()
async def find_token(text: str) -> TokenRecord | None:
    """The token of this text; None if there is none, or it has expired or was revoked.

    The secret has 256 random bits, so a plain SHA-256 of it cannot be guessed; it is compared in
    constant time, and so is that of a token that is not there.
    """
    match = FORM.fullmatch(text)
    row = await Token.get_or_none(token_id=match[1]) if match else None
    kept = row.secret_sha256 if row else "0" * 64
    if not hmac.compare_digest(_digest(match[2] if match else ""), kept) or row is None:
        return None
    if row.revoked_at or row.expires_at <= await now_ms():
        return None
    return _record(row)


@translate_errors()
async def exist() -> bool:
    """Whether a token was ever made; from then on nobody comes in without one."""
    return await Token.all().limit(1).exists()


@translate_errors()
async def list_tokens() -> list[TokenRecord]:
    """All tokens, the newest first."""
    return [_record(row) for row in await Token.all().order_by("-created_at")]


@translate_errors()
async def revoke(token_id: str) -> bool:
    """End a token now; False if there is none of that id or it was ended before."""
    now = await now_ms()
    return bool(await Token.filter(token_id=token_id, revoked_at=0).update(revoked_at=now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(row: Token) -> TokenRecord:
    return TokenRecord(
        row.token_id,
        row.proj_id,
        Role(row.role),
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )
