"""A product owner reads themes in Chromium: in short, to the answer and back, merged by ticks, nothing lost unasked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Dialog, expect

from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes import queries
from feedback_app.themes.models import Mention
from tests.factories import a_contact, a_response, a_survey
from tests.flows.house import CHROMIUM
from tests.themes.seed import a_codebook, a_theme, some_mentions
from tests.windows import Windows, windows_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]
WORDS = {
    "en": ("In short", "Correct…", "praise", "Save", "Saved.", "Merge the ticked ones", "Show"),
    "pl": (
        "W skrócie, ich własnymi słowami",
        "Popraw…",
        "pochwała",
        "Zapisz",
        "Zapisano.",
        "Połącz zaznaczone",
        "Pokaż",
    ),
}
TOLD = "The courier never calls before he comes."


@pytest.fixture
def themes(app: Flask) -> tuple[int, int]:
    """Two themes; the first has sixty mentions, one of them a whole sentence in an answer of its own."""
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    late, slow = a_theme(codebook, "Late"), a_theme(codebook, "Slow")
    for theme, count in ((late, 60), (slow, 2)):
        for number in range(count):
            some_mentions(a_response(survey, a_contact(), expected="x"), [f"late {number}"], theme)
    response = a_response(survey, a_contact(), expected=TOLD)
    (told,) = some_mentions(response, [TOLD], late, 0.95)
    with transaction() as session:
        session.query(Mention).filter_by(id=told).update({"tone": "complaint"})
    return late, slow


@pytest.fixture
def windows(app: Flask, a_staff: Callable[..., Staff]) -> Iterator[Windows]:
    with windows_of(app, a_staff("product_owner")) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", "pl"])
def test_from_a_theme_to_an_answer_and_back(windows: Windows, themes: tuple[int, int], language: str) -> None:
    in_short, correct, praise, save, saved, merge, show = WORDS[language]
    page = windows(language)
    page.goto(f"/themes/{themes[0]}")
    expect(page.get_by_role("heading", name=in_short)).to_be_visible()
    page.get_by_role("link", name=TOLD).click()
    spoken = page.locator(".spoken li", has_text=TOLD)
    expect(spoken).to_be_in_viewport()
    spoken.get_by_text(correct).click()
    spoken.locator("select[name=tone]").select_option(label=praise)
    spoken.get_by_role("button", name=save).click()
    expect(page.get_by_text(saved)).to_be_attached()
    expect(page.locator(".spoken .tone")).to_have_text(praise)

    page.goto(f"/themes/{themes[0]}")
    page.locator("#q").fill("late")
    page.get_by_role("button", name=show).click()
    expect(page).to_have_url(re.compile(r"q=late.*#mentions$"))
    expect(page.locator(".mention-list li").first).to_be_in_viewport()
    page.locator("a[rel=next]").click()
    expect(page).to_have_url(re.compile(r"q=late.*page=2.*#mentions$"))
    page.locator(".crumb a").first.click()
    expect(page.locator("#q")).to_have_value("late")

    expect(page.locator(".merge-bar")).to_be_hidden()
    for box in page.locator(".theme-list input[name=theme]").all():
        box.check()
    page.get_by_role("button", name=merge).click()
    expect(page.locator(".theme-list li")).to_have_count(1)
    db.session.rollback()
    assert queries.theme_by_id(themes[1]).merged_into_id == themes[0]


def test_decisions_in_the_grid_are_not_lost_unasked(windows: Windows, themes: tuple[int, int]) -> None:
    page = windows("en")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"/themes/{themes[1]}/grid")
    page.locator(".theme-tabs a").first.click()
    expect(page).to_have_url(re.compile(r"/themes\?"))
    assert asked == []  # nothing was decided
    page.goto(f"/themes/{themes[1]}/grid")
    page.keyboard.press("y")
    page.locator(".theme-tabs a").first.click(no_wait_after=True)
    expect(page.locator("[data-count]")).to_have_text("1 / 2")
    assert asked == ["beforeunload"]
    page.keyboard.press("s")
    expect(page.locator("[data-row]")).to_have_count(1)  # saved, and not asked again
    assert asked == ["beforeunload"]
