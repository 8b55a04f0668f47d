"""One company walks the whole loop by hand, in a real browser, on real processes: from the first link to a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.flows.house import CHROMIUM, House, a_browser, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt install chromium)"),
]

CONTACTS = """\
e-mail;imię i nazwisko;rodzaj;etap;język;miasto
ada@example.org;Ada Nowak;klient;;pl;Kraków
"Ben@Example.org";Ben Stone;customer;;en;London
cezary@example.org;Cezary Żak;niedoszły klient;oferta;pl;Łódź
ada@EXAMPLE.org;Ada Nowak;klient;;pl;Kraków
broken-address;Nobody;customer;;en;
"""
WORDS = {
    "ada@example.org": "Czekałam na dostawę cały dzień w domu.",
    "ben@example.org": "I waited a whole day at home for the delivery.",
    "cezary@example.org": "Na dostawę czekałem w domu od rana do wieczora.",
}
WHAT = {"en": "Every delivery now has a two-hour window.", "pl": "Każda dostawa ma teraz dwugodzinne okno."}
WHY = {"en": "Waiting all day was too much to ask.", "pl": "Całodzienne czekanie to było za dużo."}
REASON = {
    "en": "The workshop is closed by law on Sundays.",
    "pl": "W niedziele warsztat musi być zamknięty z mocy prawa.",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Pages and worker on an empty database; letters land in the folder and are read at /dev/mail."""
    with running(tmp_path, RATE_LIMITS="no") as found:
        yield found


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    """A browser window that speaks English and fails on anything the strict policy blocks."""
    with a_browser() as browser:
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, base_url=house.url)
        page = context.new_page()
        page.set_default_timeout(30_000)
        blocked: list[str] = []
        page.on("console", lambda message: blocked.append(message.text) if "Content Security" in message.text else None)
        yield page
        assert blocked == []


def test_the_whole_loop_by_hand(house: House, page: Page, tmp_path: Path) -> None:
    become_admin(page, house)
    import_contacts(page, tmp_path)
    ask(page, "customer")
    for address, words in WORDS.items():
        answer(page, address, words)
    group(page)
    log_change(page, "made", WHAT, WHY)
    judge_voices(page)
    announce(page, letters=3)
    for address, language in (("ada@example.org", "pl"), ("ben@example.org", "en"), ("cezary@example.org", "pl")):
        read_letter(page, address, [WHAT[language], WHY[language], WORDS[address]])
    expect_desk(page, "Everybody who told us something has heard back")
    unsubscribe(page, "ben@example.org")
    log_change(page, "declined", {"en": "A workshop on Sundays.", "pl": "Warsztat w niedziele."}, REASON)
    announce(page, letters=2)
    read_letter(page, "cezary@example.org", [REASON["pl"]])
    open_mail(page, "ben@example.org")
    expect(page.get_by_role("table")).not_to_contain_text("Sundays")


def become_admin(page: Page, house: House) -> None:
    page.goto(house.first_link)
    page.get_by_label("Name").fill("Halina Wrona")
    page.get_by_label("Address", exact=False).first.fill("halina@velo.example")
    for field in page.locator("input[type=password]").all():
        field.fill("a few words in a row")
    page.get_by_role("button", name="Make my account").click()
    if page.locator("input[type=password]").count():  # the account is made; now sign in with it
        page.locator("input[name=email]").fill("halina@velo.example")
        page.locator("input[type=password]").first.fill("a few words in a row")
        page.locator("form button.btn-primary").click()
    page.goto("/")
    expect_desk(page, "Nobody has been asked yet")


def expect_desk(page: Page, words: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def import_contacts(page: Page, folder: Path) -> None:
    file = folder / "contacts.csv"
    file.write_text(CONTACTS, "cp1250")
    page.goto("/contacts/import")
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_role("button", name="See what it would do").click()
    expect(page.locator("main")).to_contain_text("broken-address")
    page.get_by_role("button", name=re.compile(r"^Import")).click()
    page.goto("/contacts")
    for name in ("Ada Nowak", "Ben Stone", "Cezary Żak"):
        expect(page.get_by_role("table")).to_contain_text(name)
    expect(page.get_by_role("table")).not_to_contain_text("Nobody")


def ask(page: Page, template: str) -> None:
    page.goto("/surveys/new")
    page.locator(f"button[name=template][value={template}]").click()
    page.locator("summary", has_text="Publish").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("main")).to_contain_text("Published. Now choose whom to ask.")
    slug = re.findall(r"/surveys/([a-z0-9-]+)", page.url)[0]
    page.goto(f"/surveys/{slug}/invite")
    page.locator("summary", has_text="Send the letters").click()
    page.get_by_role("button", name="Yes, send").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"\b3\b"))


def open_mail(page: Page, address: str) -> None:
    """Open the list of letters to ``address``."""
    page.goto(f"/dev/mail?search={address}")


def open_letter(page: Page, address: str, subject: str = "") -> None:
    """Open the newest letter to ``address``, waiting until the worker has sent it."""
    link = page.locator("table a", has_text=re.compile(subject)) if subject else page.locator("table a")
    for _ in range(40):
        open_mail(page, address)
        if link.count():
            break
        page.wait_for_timeout(500)
    link.first.click()


def answer(page: Page, address: str, words: str) -> None:
    open_letter(page, address)
    link = page.locator("a[href*='/answer/']").first.get_attribute("href")
    assert link
    visitor = page.context.browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)  # type: ignore[union-attr]
    phone = visitor.new_page()
    phone.goto(link)
    expect(phone.locator("html")).to_have_attribute("lang", "en" if address.startswith("ben") else "pl")
    phone.locator("button").last.click()  # nothing filled in yet: asked kindly, nothing stored
    expect(phone.locator(".problems")).to_be_visible()
    for area in phone.locator("textarea").all()[:1]:
        area.fill(words)
    for required in phone.locator("fieldset[aria-required=true]").all():
        required.locator("input").last.check(force=True)
    phone.locator("form button").last.click()
    expect(phone).to_have_url(re.compile(r"/thanks$"))
    phone.goto(link)
    expect(phone.locator("main")).not_to_contain_text("error", ignore_case=True)
    assert phone.locator("textarea").count() == 0  # a second visit is told that the answer has arrived
    visitor.close()


def group(page: Page) -> None:
    page.goto("/themes")
    page.get_by_role("button", name="Group now").click()
    theme = page.locator("a[href*='/themes/']", has_text=re.compile(r"\w")).filter(has_not_text="Group")
    expect(page.locator(".theme-list li").first).to_be_visible(timeout=60_000)  # the page looks again by itself
    assert theme.count()
    page.locator(".theme-list a").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("dostaw|delivery|dzień", re.IGNORECASE))


def log_change(page: Page, state: str, what: dict[str, str], why: dict[str, str]) -> None:
    page.goto("/changes/new")
    page.locator(f"input[name=state][value={state}]").check()
    if state == "made":
        page.locator("input[name=since]").fill("2026-11-02")
    for code, process in (("en", "Delivery"), ("pl", "Dostawa")):
        page.locator(f"[name=process_{code}]").fill(process)
        page.locator(f"[name=what_{code}]").fill(what[code])
        page.locator(f"[name={'reason' if state == 'declined' else 'why'}_{code}]").fill(why[code])
    for box in page.locator("input[name=themes]").all():
        box.check()
    page.locator("form.change-form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery")


def judge_voices(page: Page) -> None:
    """Say yes to each mention that the worker proposes: only judged words are quoted."""
    change = page.url
    page.goto(f"{change}/voices")
    yes, nothing = page.get_by_role("button", name="Yes", exact=True), page.get_by_text("Nothing is left to judge")
    for _ in range(60):
        if nothing.count():
            break
        if yes.count():
            yes.first.click()
        else:
            page.wait_for_timeout(500)
            page.reload()
    expect(nothing).to_be_visible()
    page.goto(change)


def announce(page: Page, letters: int) -> None:
    page.get_by_role("link", name="Announce this change").or_(
        page.get_by_role("button", name="Announce this change")
    ).first.click()
    if page.get_by_role("button", name="Draft it").count():
        page.get_by_role("button", name="Draft it").click()
    page.get_by_role("link", name="Send…").click()
    button = page.get_by_role("button", name=re.compile(rf"^Send {letters} letters? now$"))
    button.click()
    for _ in range(40):
        told = page.locator("[data-count=told]")
        if told.count() and told.inner_text() == str(letters):
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("[data-count=told]")).to_have_text(str(letters))


def read_letter(page: Page, address: str, expected: list[str]) -> None:
    open_letter(page, address)
    text = re.sub(r"\s+", " ", page.locator("pre.plain").inner_text().replace("> ", ""))
    html = re.sub(r"\s+", " ", page.frame_locator("iframe.letter").locator("body").inner_text())
    for words in expected:
        assert words in text
        assert words in html


def unsubscribe(page: Page, address: str) -> None:
    open_letter(page, address)
    link = page.locator("a[href*='/unsubscribe/']").first.get_attribute("href")
    assert link
    page.goto(link)
    page.get_by_role("button", name="Stop these letters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You will not get these letters any more")
