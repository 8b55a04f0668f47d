"""Ten minutes with the machine in Chromium, by keys alone: themes sorted, a block of ten, the way back."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from feedback_app.accounts.models import Staff
from feedback_app.extensions import db
from feedback_app.themes.guided import queries
from feedback_app.themes.models import Theme
from feedback_app.themes.worker import jobs
from tests.browser import signed_in
from tests.flows.house import CHROMIUM, a_browser
from tests.themes.guided.conftest import subject_of
from tests.themes.seed import a_theme

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]


@pytest.fixture
def open_page(app: Flask, a_staff: Callable[..., Staff], book: int) -> Iterator[Callable[[str], Page]]:
    """Open a window of a product owner on a real server, in a language."""
    inside = signed_in(a_staff("product_owner"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://localhost:{server.port}"
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with a_browser() as browser:

        def window(language: str) -> Page:
            context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=url)
            value = signer.dumps({**inside, "language": language})
            context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "url": url, "value": value}])
            page = context.new_page()
            page.set_default_timeout(60_000)
            return page

        yield window
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("language", "question"), [("en", "What is this about?"), ("pl", "O czym to jest?")])
def test_set_up_by_keys(open_page: Callable[[str], Page], book: int, language: str, question: str) -> None:
    junk = a_theme(book, "Junk")
    page = open_page(language)
    page.goto(f"/themes/codebooks/{book}/set-up/themes")
    look_through_the_themes(page, junk)
    press(page, "q")
    expect(page.locator("[data-again]")).to_be_visible()
    work()
    expect(page.get_by_text(question)).to_be_visible()  # the page goes on by itself
    assert not Axe().run(page).response["violations"]
    answer_a_block(page, book)
    assert not Axe().run(page).response["violations"]
    work()
    expect(page.locator("[data-again]")).to_have_count(0)  # a page that loads itself anew hears no key meanwhile
    press(page, "g")
    expect(page.get_by_text(question)).to_be_visible()
    take_one_back(page, book)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def look_through_the_themes(page: Page, junk: int) -> None:
    press(page, "r")
    page.keyboard.type("Everything")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Junk")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    press(page, "d")
    expect(page.get_by_role("heading", name="Junk")).to_have_count(0)
    press(page, "u")
    expect(page.get_by_role("heading", name="Junk")).to_be_visible()
    press(page, "d")
    expect(page.get_by_role("heading", name="Junk")).to_have_count(0)
    db.session.rollback()
    states = {row.name: row.state for row in db.session.execute(select(Theme.name, Theme.state))}
    assert states == {"Everything": "open", "Junk": "set_aside"}
    assert db.session.get_one(Theme, junk).state == "set_aside"


def answer_a_block(page: Page, book: int) -> None:
    """New themes are named where they are first met; later their digit is pressed, or they are typed again."""
    for number in range(1, 11):
        wanted = subject_of(page.locator("mark").inner_text())
        press(page, "n")
        page.keyboard.type(wanted)
        press(page, "Enter")
        if number < 10:
            expect(page.locator(".guided-progress")).to_contain_text(re.compile(rf"\b{number + 1}\D+10\b"))
    expect(page).to_have_url(re.compile("/learnt$"))
    db.session.rollback()
    assert queries.progress(book).answered == 10


def take_one_back(page: Page, book: int) -> None:
    first = page.locator("mark").inner_text()
    press(page, "1")
    expect(page.locator("mark")).not_to_have_text(first)
    press(page, "u")
    expect(page.locator("mark")).to_have_text(first)
    press(page, "s")
    expect(page.locator("mark")).not_to_have_text(first)
    db.session.rollback()
    assert queries.progress(book).answered == 10


def press(page: Page, key: str) -> None:
    """Press a key once the page has read its script."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def work() -> None:
    """Do what the worker would do now."""
    db.session.rollback()
    jobs.teach_guided()
    db.session.rollback()
