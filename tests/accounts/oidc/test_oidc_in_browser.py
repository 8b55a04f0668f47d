"""The way to a provider and back in Chromium, in both languages: cookies, policies and redirects as they really are."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from feedback_app.accounts import actions
from feedback_app.accounts.staff_store import Person
from feedback_app.events.actor import COMMAND
from tests.accounts.oidc.conftest import SUBJECT, House
from tests.flows.house import CHROMIUM, a_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The application on a real server, which knows by which address it is reached."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://localhost:{server.port}"
    app.config["SETTINGS"] = app.config["SETTINGS"].with_(base_url=address)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def window(chromium: Browser, url: str, locale: str) -> Page:
    page = chromium.new_context(base_url=url, locale=locale).new_page()
    page.set_default_timeout(60_000)
    return page


@pytest.mark.parametrize(
    ("locale", "button", "desk"), [("en-GB", "Sign in with Work", "en"), ("pl-PL", "Zaloguj się przez Work", "pl")]
)
def test_there_and_back(chromium: Browser, url: str, locale: str, button: str, desk: str) -> None:
    actions.add(Person("ada@velo.example", "Ada", desk, ["viewer"]), COMMAND)
    page = window(chromium, url, locale)
    page.goto("/contacts")
    page.get_by_role("link", name=button).click()
    page.get_by_role("button", name=SUBJECT).click()
    page.wait_for_url(f"{url}/contacts")
    expect(page.locator("html")).to_have_attribute("lang", desk)
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert cookies["feedback"]["httpOnly"]
    page.go_back()  # to the provider, or to an address that has been used: nothing is done twice
    page.goto("/profile")
    expect(page.locator(".devices li")).to_have_count(1)


def test_whoever_says_no_is_told_and_may_begin_again(chromium: Browser, url: str) -> None:
    page = window(chromium, url, "en-GB")
    page.goto("/sign-in/with/work")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("Signing in with Work did not work.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in with Work")).to_be_visible()


def test_a_provider_that_is_away_is_told(chromium: Browser, url: str, house: House) -> None:
    house.stop()
    page = window(chromium, url, "en-GB")
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Work").click()
    expect(page.get_by_text("Work cannot be reached at the moment.")).to_be_visible()
