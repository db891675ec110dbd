"""Signing in and out on the page, and what it does to who may do what."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, serious, watched
from tests.installations import Installation, new_token
from tests.places import Place, place_at
from tests.service.test_access import wait_until_closed

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("guarded")) as place:
        new_token(place.variables, "P", "read")
        wait_until_closed(place)
        yield place


@pytest.fixture(scope="module")
def may_read(guarded: Place) -> str:
    """A token of one who may read."""
    return new_token(guarded.variables, "P", "read")


@pytest.fixture
def stranger(chromium: Browser, guarded: Place) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=str(guarded.http.base_url), viewport=DESKTOP, locale="en-GB"
    )
    yield from watched(context)


def test_sign_in_go_on_and_sign_out(stranger: Page, guarded: Place) -> None:
    secret = new_token(guarded.variables, "P", "submit")
    stranger.goto("/?status=Failed")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next=%2F%3Fstatus%3DFailed$"))
    assert serious(stranger) == []
    stranger.get_by_label("Token").fill(secret)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger).to_have_url(re.compile(r"/\?status=Failed$"))
    assert "sgn_" not in stranger.content()
    assert stranger.evaluate("document.cookie") == ""
    stranger.get_by_role("button", name="Sign out").click()
    expect(stranger).to_have_url(re.compile("/sign-in$"))
    stranger.goto("/")
    expect(stranger).to_have_url(re.compile("/sign-in"))


@pytest.fixture
def signed_in(guarded: Place, may_read: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=guarded.http.base_url) as http:
        reply = http.post("/sign-in", data={"token": may_read})
        assert reply.status_code == 303
        yield http


def test_a_wrong_token_is_said_beside_its_field(guarded: Place) -> None:
    reply = guarded.http.post("/sign-in", data={"token": "sgn_wrong"})
    assert reply.status_code == 401
    assert "The token is invalid" in reply.text
    assert not reply.cookies


@pytest.mark.parametrize("further", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(guarded: Place, may_read: str, further: str) -> None:
    reply = guarded.http.post("/sign-in", data={"token": may_read, "next": further})
    assert reply.headers["location"] == "/"
    reply = guarded.http.get("/preferences", params={"theme": "dark", "next": further})
    assert reply.headers["location"] == "/"


def test_a_cookie_reads_and_does_no_more_than_its_role(signed_in: httpx.Client) -> None:
    assert signed_in.get("/api/v0/tasks").status_code == 200
    assert signed_in.post("/api/v0/new_task", content="{}").status_code == 403


def test_pages_of_others_cannot_use_the_cookie(guarded: Place) -> None:
    with httpx.Client(base_url=guarded.http.base_url) as http:
        http.post("/sign-in", data={"token": new_token(guarded.variables, "P", "submit")})
        foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        assert http.post("/api/v0/new_task", content="{}", headers=foreign).status_code == 403
        assert http.post("/sign-out", headers=foreign).status_code == 403
        own = {"origin": str(http.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        assert http.post("/api/v0/new_task", content="{}", headers=own).status_code == 422


def test_a_link_from_elsewhere_leads_to_a_page(installation: Installation) -> None:
    """Of an installation without any token."""
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    shown = installation.http.get("/", headers={**link, "sec-fetch-dest": "document"})
    assert shown.status_code == 200
    framed = installation.http.get("/", headers={**link, "sec-fetch-dest": "iframe"})
    assert framed.status_code == 403
