"""The answering page in a real browser, on a phone, with scripts switched off for the respondent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from feedback_app.extensions import db
from tests.factories import a_contact, a_survey, an_invitation

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
]


@pytest.fixture
def address(bare_app: Flask) -> Iterator[str]:
    """The address of a personal link on a server of its own."""
    with bare_app.app_context():
        token = an_invitation(a_survey(), a_contact())[1]
        db.session.remove()
    server = make_server("127.0.0.1", 0, bare_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/answer/{token}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def test_a_thumb_answers_without_scripts(address: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert len(asked) <= 3
    for target in page.locator("label.choice, label.point, button, header nav a").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, (target.inner_text(), box)
    undo = page.locator("label.undo").first
    assert not undo.is_visible()
    page.locator("label.point", has_text="9").tap()
    assert undo.is_visible()
    undo.tap()
    assert not undo.is_visible()
    page.get_by_role("button", name="Send my answer").tap()
    page.get_by_text("Please answer at least one question").first.wait_for()
    page.locator("label.choice", has_text="Delivery").tap()
    page.get_by_label("What did you not get?").fill("A bell")
    page.get_by_role("button", name="Send my answer").tap()
    page.wait_for_url("**/thanks")
    page.get_by_text("A bell").wait_for()
    page.goto(address)
    page.get_by_text("arrived already").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(address: str, chromium: Browser, width: int) -> None:
    page = chromium.new_context(viewport={"width": width, "height": 844}, bypass_csp=True).new_page()
    page.goto(address)
    found = {"form": Axe().run(page)}
    page.get_by_label("What did you expect?").fill("x" * 20_001)
    page.get_by_role("button", name="Send my answer").click()
    found["problems"] = Axe().run(page)
    page.get_by_label("What did you expect?").fill("A call back")
    page.locator("label.choice").first.click()
    page.get_by_role("button", name="Send my answer").click()
    found["thanks"] = Axe().run(page)
    page.goto(address.replace("/answer/", "/answer/x"))
    found["unknown"] = Axe().run(page)
    for name, result in found.items():
        assert result.violations_count == 0, (name, result.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
