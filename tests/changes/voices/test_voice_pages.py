"""The pages of voices and of quotes before sending: buttons without scripts, one person left out or widened."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from feedback_app.announcements import actions as announcements
from feedback_app.announcements.models import Notice
from feedback_app.announcements.sending import actions as sending
from feedback_app.changes.voices import actions, queries, rank_voices
from feedback_app.changes.voices.models import Voice
from feedback_app.contacts.models import Contact
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.themes.models import Mention
from tests.announcements.conftest import Company, company  # noqa: F401  # the same people
from tests.announcements.factories import table

Sign = Callable[[str], FlaskClient]


def mention_of(contact: Contact) -> int:
    db.session.rollback()
    return db.session.query(Mention.id).filter(Mention.contact_id == contact.id).scalar()


def test_judged_by_buttons_and_taken_back(as_role: Sign, company: Company) -> None:  # noqa: F811
    rank_voices.rank_wanted()
    client = as_role("product_owner")
    address = f"/changes/{company.change}/voices"
    page = client.get(address).text
    assert "2 quotations would go out, each read by a person." in page
    assert "The invoice is hard to read." in page
    bobs = mention_of(company.bob)
    reply = client.post(f"{address}/judge", data={"mention": [bobs], "judgement": "no"}, follow_redirects=True)
    assert "1 judged." in reply.text
    assert "rather yes" in reply.text
    assert queries.counts(company.change) == {"yes": 2, "no": 1}
    assert "1 judgement taken back." in client.post(f"{address}/undo", follow_redirects=True).text
    part = {"mention": [bobs], "judgement": "part", "words": "hard to read"}
    assert "…hard to read" in client.post(f"{address}/judge", data=part, follow_redirects=True).text
    wrong = {**part, "words": "easy to read"}
    assert "do not stand in the answer" in client.post(f"{address}/judge", data=wrong, follow_redirects=True).text


@pytest.mark.parametrize("data", [{}, {"mention": "x", "judgement": "yes"}, {"mention": "9" * 30, "judgement": "no"}])
def test_nonsense_is_refused_with_a_line(as_role: Sign, company: Company, data: dict[str, str]) -> None:  # noqa: F811
    reply = as_role("product_owner").post(f"/changes/{company.change}/voices/judge", data=data, follow_redirects=True)
    assert reply.status_code == 200
    assert "alert-danger" in reply.text or "There is no such mention" in reply.text or "one of" in reply.text


def test_a_viewer_reads_and_does_not_judge(as_role: Sign, company: Company) -> None:  # noqa: F811
    rank_voices.rank_wanted()
    client = as_role("viewer")
    page = client.get(f"/changes/{company.change}/voices").text
    assert 'name="judgement"' not in page
    assert client.post(f"/changes/{company.change}/voices/judge", data={"judgement": "yes"}).status_code == 403
    assert client.post(f"/changes/{company.change}/voices/rank").status_code == 403


def test_asked_for_in_the_browser_and_done_by_the_worker(as_role: Sign, company: Company) -> None:  # noqa: F811
    rank_voices.rank_wanted()
    client = as_role("product_owner")
    client.post(f"/changes/{company.change}/voices/rank")
    address = f"/changes/{company.change}/voices"
    waiting = client.get(address).text
    assert ('http-equiv="refresh"' in waiting) == ("is reading the answers" in waiting)
    assert rank_voices.rank_wanted() == "1 changes ranked"
    assert rank_voices.rank_wanted() == ""
    assert 'http-equiv="refresh"' not in client.get(address).text


def test_one_left_out_one_widened_before_sending(as_role: Sign, company: Company) -> None:  # noqa: F811
    draft = announcements.draft([company.change], COMMAND)
    client = as_role("admin")
    address = f"/announcements/{draft}/quotes"
    page = client.get(address).text
    assert "2 people find their own words in the letter." in page
    assert "1 more gets it without" in page
    zofias, adas = mention_of(company.zofia), mention_of(company.ada)
    out = {"mention": zofias, "what": "leave_out"}
    assert "Left out by hand" in client.post(address, data=out, follow_redirects=True).text
    words = {"mention": adas, "what": "widen", "words": "at home all day, twice."}
    assert "…at home all day, twice." in client.post(address, data=words, follow_redirects=True).text
    sending.send(draft, COMMAND)
    db.session.rollback()
    quotes = {row.contact_id: [one["text"] for one in row.quotes] for row in table(Notice)}
    assert quotes == {company.ada.id: ["…at home all day, twice."], company.zofia.id: [], company.bob.id: []}
    late = client.post(address, data={"mention": zofias, "what": "let_in"}, follow_redirects=True)
    assert "already being sent" in late.text


def test_let_in_again(as_role: Sign, company: Company) -> None:  # noqa: F811
    draft = announcements.draft([company.change], COMMAND)
    client, adas = as_role("announcer"), mention_of(company.ada)
    client.post(f"/announcements/{draft}/quotes", data={"mention": adas, "what": "leave_out"})
    client.post(f"/announcements/{draft}/quotes", data={"mention": adas, "what": "let_in"})
    assert not any(row.left_out for row in table(Voice))
    assert "There is no such mention" in client.post(
        f"/announcements/{draft}/quotes", data={"mention": 999, "what": "leave_out"}, follow_redirects=True
    ).text  # fmt: skip


def test_the_change_page_shows_its_voices_and_the_send_page_thirty_of_them(as_role: Sign, company: Company) -> None:  # noqa: F811
    client = as_role("admin")
    page = client.get(f"/changes/{company.change}").text
    assert "I waited at home all day, twice." in page
    assert f"/changes/{company.change}/voices" in page
    assert "judged" not in page.split('class="history"')[1]
    draft = announcements.draft([company.change], COMMAND)
    few = client.get(f"/announcements/{draft}/send").text
    assert "Read the words of all 2 people who are quoted" in few
    assert "random=1" not in few
    assert len(re.findall("quote-row", client.get(f"/announcements/{draft}/quotes?random=1").text)) == 2


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "{{what}} {% x %}", "\u202egnol", "word " * 4000, "מה نعم"]
)
def test_hostile_words_are_shown_and_harm_nothing(as_role: Sign, company: Company, words: str) -> None:  # noqa: F811
    bobs = mention_of(company.bob)
    mention = db.session.get_one(Mention, bobs)
    mention.text = words
    db.session.commit()
    actions.judge(company.change, [bobs], "yes", COMMAND)
    rank_voices.rank_wanted()
    reply = as_role("viewer").get(f"/changes/{company.change}/voices")
    assert reply.status_code == 200
    assert "<script>alert" not in reply.text
