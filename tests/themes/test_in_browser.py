"""Sorting by hand in Chromium on the survey that holds 50,000 mentions: each step, and each step undone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes import queries
from feedback_app.themes.models import Mention, Placement, Suggestion, Theme
from feedback_app.themes.worker import jobs
from tests.browser import signed_in
from tests.factories import a_contact, a_response, a_survey
from tests.flows.house import CHROMIUM, a_browser
from tests.themes.crowd import fill

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]
MENTIONS = 50_000
BOOK = 1
WIDE = 2  # a theme of thousands


@pytest.fixture
def page(app: Flask, a_staff: Callable[..., Staff]) -> Iterator[Page]:
    """A window of a product owner on a real server, with a crowd's mentions in one survey."""
    fill(MENTIONS, surveys=1)
    inside = signed_in(a_staff("product_owner"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    url = f"http://localhost:{server.port}"
    value = signer.dumps({**inside, "language": "en"})
    with a_browser() as browser:
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, base_url=url)
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "url": url, "value": value}])
        found = context.new_page()
        found.set_default_timeout(60_000)
        yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_fifty_thousand_mentions_are_sorted_by_hand(page: Page) -> None:
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == MENTIONS
    rename(page)
    merge(page)
    move_with_the_mouse(page)
    confirm_fifty_with_the_keyboard(page)
    move_with_the_keyboard(page)
    decide_suggestions(page)
    search_and_start_a_theme(page)
    split_a_theme_of_thousands(page)
    group_what_waits(page)
    group_a_survey_beside_it(page)


def split_a_theme_of_thousands(page: Page) -> None:
    """The worker looks inside and tells how far it is; the split itself and its undoing are one click each."""
    before = state()
    size = sum(theme == WIDE for _mention, theme in before)
    assert size > 4_000
    page.goto(f"/themes/{WIDE}")
    open_more(page)
    page.get_by_role("button", name="Suggest how to split it").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.reload()
    page.get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_text("It can be undone from the history")).to_be_visible()
    parts = [theme for _mention, theme in state() - before]
    assert len(set(parts)) > 1
    assert len(parts) > size / 2
    undo_from_the_history(page, "was split off")
    assert state() == before


def undo_from_the_history(page: Page, words: str) -> None:
    page.goto(f"/themes/codebooks/{BOOK}/history")
    steps = page.get_by_role("row", name=re.compile(words)).get_by_role("button", name="Undo")
    while left := steps.count():
        steps.first.click()
        expect(steps).to_have_count(left - 1)


def group_what_waits(page: Page) -> None:
    """Themes stay as they are; what was in none is put into them, by the worker."""
    before, themes = state(), len(queries.open_themes(BOOK))
    db.session.rollback()
    page.goto(f"/themes?codebook={BOOK}")
    expect(page.get_by_text("wait to be grouped")).to_be_visible()
    page.locator("summary", has_text="Group now").click()
    page.get_by_role("button", name="Group now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_text("wait to be grouped")).to_have_count(0)
    after = state()
    assert before < after
    assert len(after - before) > 1_000
    assert len(queries.open_themes(BOOK)) == themes


def group_a_survey_beside_it(page: Page) -> None:
    survey = a_survey("small")
    for number in range(14):
        a_response(survey, a_contact(), expected=f"The courier came {number + 2} days too late with my parcel.")
        a_response(survey, a_contact(), expected=f"The price went up by {number + 2} euros without a word.")
    page.goto("/themes/codebooks/new")
    for box in page.get_by_role("checkbox").all():
        box.set_checked(box.get_attribute("value") == str(survey.id))
    page.get_by_label("Name of the codebook").fill("Small")
    page.get_by_label("Number of themes").fill("1")
    page.get_by_role("button", name="Group now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.reload()
    expect(page.locator(".theme-list > li")).to_have_count(1)


def work() -> None:
    """Do what the worker would do now."""
    db.session.rollback()
    jobs.run_grouping_requests()


def state() -> set[tuple[int, int]]:
    """Which mentions are in which open theme."""
    db.session.rollback()
    rows = db.session.execute(
        select(Placement.mention_id, Placement.theme_id).join(Theme, Theme.id == Placement.theme_id)
    )
    return {(row.mention_id, row.theme_id) for row in rows}


def undo(page: Page, before: set[tuple[int, int]]) -> None:
    """Press Undo in the bar that tells the last step; everything is as it was."""
    assert state() != before
    page.locator(".last-step").get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("^Undone"))).to_be_visible()
    assert state() == before


def open_more(page: Page) -> None:
    page.locator("summary", has_text=re.compile("^More…$")).click()


def rename(page: Page) -> None:
    old = queries.theme_by_id(3).name
    page.goto("/themes/3/edit")
    page.get_by_label("Name of the theme").fill("Waiting for a refund")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for a refund")
    page.locator(".last-step").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(old)


def merge(page: Page) -> None:
    before, name = state(), queries.theme_by_id(2).name
    page.goto("/themes/1")
    open_more(page)
    page.get_by_label("Merge into").select_option(label=name)
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Merged: \d+ mentions moved"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto("/themes/1")  # leads to where its mentions are
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    undo(page, before)


def move_with_the_mouse(page: Page) -> None:
    before = state()
    page.goto(f"/themes/codebooks/{BOOK}/mentions/ungrouped")
    page.get_by_role("checkbox", name=re.compile("Tick all")).check()
    page.locator("#to").select_option(index=1)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("50 mentions: done.")).to_be_visible()
    undo(page, before)


def confirm_fifty_with_the_keyboard(page: Page) -> None:
    page.goto("/themes/5/grid")
    expect(page.locator("[data-row]").first).to_be_focused()
    for _ in range(50):
        page.keyboard.press("y")
    page.keyboard.press("s")
    expect(page.get_by_text("50 mentions: done.")).to_be_visible()
    assert confirmed(5) == 50
    page.locator(".last-step").get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("^Undone"))).to_be_visible()
    assert confirmed(5) == 0


def confirmed(theme_id: int) -> int:
    db.session.rollback()
    chosen = select(func.count()).where(Placement.theme_id == theme_id, Placement.confirmed_at.is_not(None))
    return db.session.scalar(chosen) or 0


def move_with_the_keyboard(page: Page) -> None:
    before = state()
    page.goto("/themes/5/grid")
    expect(page.locator("[data-row]").first).to_be_focused()
    for key in ("1", "2", "ArrowDown", "1", "k", "s"):
        page.keyboard.press(key)
    expect(page.get_by_text(re.compile("^3 mentions: done."))).to_be_visible()
    assert len(before - state()) == 3
    for _ in range(2):  # one step for each of the two themes
        page.locator(".last-step").get_by_role("button", name="Undo").click()
        expect(page.get_by_text(re.compile("^Undone"))).to_be_visible()
        page.goto(f"/themes/codebooks/{BOOK}/history")
        left = page.get_by_role("row", name=re.compile("moved to")).get_by_role("button", name="Undo")
        if left.count():
            left.first.click()
            break
    assert state() == before


def decide_suggestions(page: Page) -> None:
    db.session.rollback()
    ids = list(db.session.scalars(queries.ungrouped_of(BOOK).limit(12)))
    part = {"name": "Lost keys", "phrases": ["keys"], "mentions": ids, "quotes": ids[:3]}
    with transaction() as session:
        session.add(Suggestion(codebook_id=BOOK, kind="new_theme", reason="new:1", parts=[part], evidence={"size": 12}))
        near = {"nearness": 0.7}
        session.add(Suggestion(codebook_id=BOOK, kind="merge", reason="m", theme_id=7, other_id=8, evidence=near))
    before = state()
    page.goto(f"/themes/codebooks/{BOOK}/suggestions")
    page.locator(".suggestion", has_text="Do these two say the same?").get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("It will not be suggested again")).to_be_visible()
    assert state() == before
    page.get_by_label("Name of the theme").fill("Keys that were lost")
    page.get_by_role("button", name="Start this theme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys that were lost")
    undo(page, before)


def search_and_start_a_theme(page: Page) -> None:
    before = state()
    page.goto(f"/themes/codebooks/{BOOK}/mentions/all")
    page.get_by_label("Search in what people said").fill('"zwrot telefon"')
    page.get_by_role("button", name="Show").click()
    expect(page.locator("mark").first).to_have_text("zwrot")
    page.get_by_role("checkbox", name=re.compile("that were found")).check()
    page.get_by_label("New theme").fill("Refunds by phone")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text(re.compile("mentions: done."))).to_be_visible()
    undo(page, before)
