"""Tokens: shown once, kept as a hash, ended by time or by hand."""

import pytest

from db import tokens
from db.models import Token
from db.tokens import Role
from tests.databases import query

pytestmark = pytest.mark.usefixtures("url")


async def test_a_token_is_found_by_its_text_alone(url: str) -> None:
    assert not await tokens.exist()
    text, record = await tokens.new_token("P", Role.SUBMIT, days=1)
    assert await tokens.exist()
    assert await tokens.find_token(text) == record
    kept = str(query(url, "SELECT * FROM sgn_tokens"))
    assert text.split("_", 2)[2] not in kept
    assert record.token_id in kept
    for wrong in (text[:-1] + "x", text[:-1], "", "sgn_", text.upper(), f"{text} ", "x" * 5000):
        assert await tokens.find_token(wrong) is None
    other, _ = await tokens.new_token("P", Role.READ, days=1)
    crossed = f"sgn_{record.token_id}_{other.rpartition('_')[2]}"
    assert await tokens.find_token(crossed[:64]) is None


async def test_a_token_ends() -> None:
    text, record = await tokens.new_token("P", Role.ADMIN, days=1)
    assert await tokens.revoke(record.token_id)
    assert not await tokens.revoke(record.token_id)
    assert not await tokens.revoke("nothing")
    assert await tokens.find_token(text) is None
    text, record = await tokens.new_token("P", Role.ADMIN, days=1)
    await Token.filter(token_id=record.token_id).update(expires_at=record.created_at)
    assert await tokens.find_token(text) is None
    assert len(await tokens.list_tokens()) == 2
    assert await tokens.exist(), "who once asked for tokens still does"


def test_roles_build_on_each_other() -> None:
    assert Role.ADMIN.covers(Role.SUBMIT)
    assert Role.SUBMIT.covers(Role.READ)
    assert not Role.READ.covers(Role.SUBMIT)
    assert not Role.SUBMIT.covers(Role.ADMIN)
