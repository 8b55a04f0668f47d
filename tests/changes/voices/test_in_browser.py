"""Judging by keys in Chromium, then one left out and one widened before the letters leave; both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from feedback_app.accounts.models import Staff
from feedback_app.changes.voices import queries, rank_voices
from feedback_app.delivery.sending.factory import open_sender
from feedback_app.extensions import current_settings, db
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme
from tests.factories import a_contact, a_response, a_survey
from tests.flows.house import CHROMIUM
from tests.windows import Windows, windows_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]
SAID = [
    "I waited at home all day for the courier. It rained.",
    "The courier came on another day than was promised.",
    "Nikt mi nie powiedział, kiedy przyjedzie kurier.",
    "The invoice is hard to read.",
    "Aplikacja wylogowuje mnie codziennie.",
    "The chair wobbles since last week.",
]
FIRST = "I waited at home all day for the courier."
WHAT = {"en": "Every delivery has a two-hour window.", "pl": "Każda dostawa ma dwugodzinne okno."}
WORDS = {
    "en": ("Judge voices", "Leave out", "Widen or shorten", "Quote these words", "Send…", "Send 6 letters now"),
    "pl": ("Oceń głosy", "Pomiń", "Poszerz lub skróć", "Cytuj te słowa", "Wyślij…", "Wyślij teraz 6 listów"),
}


@pytest.fixture
def change(app: Flask) -> int:
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    for number, text in enumerate(SAID):
        code = "pl" if number in (2, 4) else "en"
        person = a_contact(f"p{number}@example.org", name=f"Person {number}", language=code)
        a_mention(a_response(survey, person, missing=text), theme, text=text.split(". ")[0])
    made = a_change(theme)
    rank_voices.rank_wanted()
    return made


@pytest.fixture
def windows(app: Flask, a_staff: Callable[..., Staff]) -> Iterator[Windows]:
    with windows_of(app, a_staff("admin")) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", "pl"])
def test_judged_by_keys_and_sent(windows: Windows, change: int, language: str) -> None:
    judge_link, leave_out, widen, quote_these, to_send, send = WORDS[language]
    page = windows(language)
    page.goto(f"/changes/{change}")
    page.get_by_role("link", name=judge_link).click()
    _answer_all(page)
    assert _counts(change) == {"yes": 3, "no": 3}
    _press(page, "u")
    expect(page.locator(".voice-card")).to_have_count(1)
    assert sorted(_counts(change).values()) == [1, 2, 3]  # one is a proposal again
    _answer_all(page)

    draft = _drafted(page, change)
    page.goto(f"/announcements/{draft}/quotes")
    rows = page.locator(".quote-row")
    expect(rows).to_have_count(3)
    rows.filter(has_text="another day").get_by_role("button", name=leave_out).click()
    expect(rows).to_have_count(2)
    first = rows.filter(has_text=FIRST)
    first.get_by_text(widen).click()
    first.locator("textarea").fill(SAID[0])
    first.get_by_role("button", name=quote_these).click()
    expect(page.locator("blockquote", has_text=SAID[0])).to_be_visible()

    page.goto(f"/announcements/{draft}")
    page.get_by_role("link", name=to_send).click()
    page.get_by_role("button", name=send).click()
    page.wait_for_url("**/sending")
    _read_letters(_arrived())


def _drafted(page: Page, change: int) -> str:
    page.goto(f"/announcements/new?change={change}")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/announcements/\d+$"))
    return page.url.rsplit("/", 1)[1]


def _arrived() -> dict[str, str]:
    """Let the letters leave and return what stands in each, by address."""
    db.session.rollback()
    folder = current_settings().mail_folder
    assert folder is not None
    assert open_sender("walk").run(until_idle=True).counts == {"sent": 6}
    parsed = [message_from_bytes(one.read_bytes(), policy=default) for one in folder.glob("*.eml")]
    bodies = {one["To"].addresses[0].addr_spec: one.get_body(("plain",)) for one in parsed}
    return {address: re.sub(r"[\s>]+", " ", body.get_content()) for address, body in bodies.items() if body}


def _read_letters(letters: dict[str, str]) -> None:
    """Each in its reader's language; the words judged to fit stand in their own person's letter, and no others do."""
    assert len(letters) == 6
    for number, said in enumerate(SAID):
        letter = letters[f"p{number}@example.org"]
        assert WHAT["pl" if number in (2, 4) else "en"] in letter
        quoted = [words for words in SAID if words in letter]
        assert quoted == ([said] if number in (0, 2) else [])  # the second one was left out, the others do not fit


def _counts(change: int) -> dict[str, int]:
    db.session.rollback()
    return queries.counts(change)


def _answer_all(page: Page) -> None:
    """Judge by keys until nothing is left: what is about the courier fits."""
    while page.locator(".voice-card").count():
        card = page.locator(".voice-card").first.locator(".quote").inner_text()
        before = page.locator(".voice-judged li").count()
        _press(page, "y" if "courier" in card or "kurier" in card else "n")
        expect(page.locator(".voice-judged li")).to_have_count(before + 1)


def _press(page: Page, key: str) -> None:
    """Press a key once the page that is shown listens to it: scripts have run when a page is loaded."""
    page.wait_for_load_state()
    page.keyboard.press(key)
