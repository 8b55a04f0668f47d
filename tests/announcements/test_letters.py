"""The letters as they arrive: sent by the product's own sender to a real SMTP server, and parsed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from feedback_app.announcements import actions, queries
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import control_actions, progress
from feedback_app.events.actor import COMMAND
from tests.announcements.conftest import Company
from tests.announcements.factories import a_change, suppressed
from tests.delivery.helpers import drain
from tests.fakes import Received, Relay


class Outline(HTMLParser):
    """Text, quotes and links of a letter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.quotes: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "blockquote":
            self.open.append(tag)
            self.quotes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.quotes[-1] += data


def sent(company: Company, change: int | None = None) -> dict[str, Received]:
    one = actions.draft([change or company.change], COMMAND)
    sending.send(one, COMMAND)
    with Relay() as relay:
        drain(relay)
        assert control_actions.finish_done() == 1
        assert progress.of(one, queries.get(one).state).group("told") == len(relay.letters)
        assert len({letter.recipient for letter in relay.letters}) == len(relay.letters)
        return {letter.recipient: letter for letter in relay.letters}


def test_everybody_reads_their_own_letter(company: Company) -> None:
    suppressed(company.bob, "announcements")
    letters = sent(company)
    assert set(letters) == {"ada@example.org", "zofia@example.org"}
    ada, zofia = letters["ada@example.org"], letters["zofia@example.org"]
    assert Outline(ada.html).quotes == ["I waited at home all day, twice."]
    assert Outline(zofia.html).quotes == ["Czekałam cały dzień i nikt nie zadzwonił."]
    assert "14 May 2026" in ada.text
    assert "14 maja 2026" in zofia.text
    assert "Ada Lovelace" in str(ada.message["To"])
    for letter in letters.values():
        assert "delivery" in letter.message["Subject"] or "dostawa" in letter.message["Subject"]
        assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "ul. Rowerowa 1, Kraków" in letter.text
        assert "ul. Rowerowa 1, Kraków" in letter.html
        links = Outline(letter.html).links
        assert links
        assert all(link.startswith("http://localhost/") for link in links)
        assert not {"script", "img", "link", "iframe", "form"} & Outline(letter.html).tags
        for part in (letter.text, letter.html):
            assert not re.search(r"\{\{|\}\}|\{brace\}", part)


def test_reasons_to_read_on_stand_in_the_letter(company: Company) -> None:
    letters = sent(company)
    assert "A person reads it." in letters["ada@example.org"].text
    assert "spoke about this" in letters["ada@example.org"].text
    assert "Przeczyta go człowiek." in letters["zofia@example.org"].text
    bob = letters["bob@example.org"]
    assert "because you answered our survey." in bob.text
    assert Outline(bob.html).quotes == []
    assert bob.text.startswith("Hello,")


def test_a_no_arrives_with_its_reason(company: Company) -> None:
    letters = sent(company, a_change(company.theme, state="declined"))
    assert "The drivers would have no free day." in letters["ada@example.org"].text
    assert "Kierowcy nie mieliby wolnego dnia." in letters["zofia@example.org"].text


def test_unsubscribing_after_the_press_is_honoured_and_shown(company: Company) -> None:
    one = actions.draft([company.change], COMMAND)
    sending.send(one, COMMAND)
    suppressed(company.ada, "announcements")
    with Relay() as relay:
        drain(relay)
        assert {letter.recipient for letter in relay.letters} == {"zofia@example.org", "bob@example.org"}
    found = progress.of(one, "sending")
    assert (found.group("told"), found.group("left_out")) == (2, 1)
    (row,) = progress.people(one, "left_out", "", 1).items
    assert (row[1].email, row[2].state) == ("ada@example.org", "skipped")
