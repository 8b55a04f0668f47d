"""The pages of announcements: who may what, what is asked before anything leaves, and what became of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.announcements import actions, queries
from feedback_app.announcements.models import Announcement
from feedback_app.announcements.sending import actions as sending
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.responses.models import Answer
from feedback_app.themes.models import Mention
from tests.announcements.conftest import Company
from tests.announcements.factories import a_change, suppressed, table
from tests.factories import a_contact, a_response

Sign = Callable[[str], FlaskClient]


@pytest.fixture
def draft(company: Company) -> int:
    return actions.draft([company.change], COMMAND)


def now(draft: int) -> Announcement:
    """The announcement as it is now, whoever wrote it."""
    db.session.rollback()
    return queries.get(draft)


def form_of(draft: int, **more: object) -> dict[str, object]:
    one = now(draft)
    texts = {f"{part}_{text.language}": getattr(text, part) for text in one.texts for part in ("subject", "body")}
    surveys = [row.id for row in one.surveys]
    return {**texts, "audience": one.audience, "surveys": surveys, "seen": one.changed_at.isoformat(), **more}


def test_drafted_from_a_change(as_role: Sign, company: Company) -> None:
    client = as_role("product_owner")
    page = client.get(f"/announcements/new?change={company.change}").text
    assert f'value="{company.change}" checked' in page
    reply = client.post("/announcements", data={"changes": [company.change]})
    assert reply.status_code == 303
    (one,) = table(Announcement)
    page = client.get(f"/announcements/{one.id}").text
    assert "Of 3 people concerned, <strong>3 get a letter." in " ".join(page.split())
    assert "Dzień dobry, {{name}}!" in page


def test_a_yes_and_a_no_together_are_refused_with_the_reason(as_role: Sign, company: Company) -> None:
    no = a_change(company.theme, state="declined")
    reply = as_role("product_owner").post("/announcements", data={"changes": [company.change, no]})
    assert "need different words" in reply.text
    assert table(Announcement) == []


def test_a_broken_text_keeps_what_was_typed(as_role: Sign, draft: int) -> None:
    data = form_of(draft, body_en="Only {{naem}} <b>here</b>")
    page = as_role("product_owner").post(f"/announcements/{draft}", data=data).text
    assert "{{naem}} is not a known placeholder" in page
    assert 'href="#body_en"' in page
    assert "Only {{naem}} &lt;b&gt;here&lt;/b&gt;" in page
    assert "naem" not in str([text.body for text in now(draft).texts])


def test_a_no_without_its_reason_is_refused_by_the_form(as_role: Sign, company: Company) -> None:
    draft = actions.draft([a_change(company.theme, state="declined")], COMMAND)
    page = as_role("product_owner").post(f"/announcements/{draft}", data=form_of(draft, body_en="{{what}}")).text
    assert "told with its reason" in page


def test_saving_and_the_shipped_wording(as_role: Sign, draft: int, company: Company) -> None:
    client = as_role("product_owner")
    data = form_of(draft, audience="mentioned", subject_pl="", body_pl="")
    assert client.post(f"/announcements/{draft}", data=data).status_code == 303
    one = now(draft)
    assert (one.audience, queries.languages(one)) == ("mentioned", ["en"])
    page = client.post(f"/announcements/{draft}", data=form_of(draft, action="wording-pl")).text
    assert "Dzień dobry, {{name}}!" in page
    assert queries.languages(now(draft)) == ["en"]


def test_preview_shows_a_real_person_in_a_frame_that_can_do_nothing(
    as_role: Sign, draft: int, company: Company
) -> None:
    with transaction() as session:
        mine = update(Mention).where(Mention.contact_id == company.ada.id)
        session.execute(mine.values(text="<script>alert(1)</script> {{name}}"))
        answers = select(Mention.answer_id).where(Mention.contact_id == company.ada.id)
        hostile = update(Answer).where(Answer.id.in_(answers))
        session.execute(hostile.values(text="<script>alert(1)</script> {{name}}"))
    client = as_role("viewer")
    page = client.get(f"/announcements/{draft}?contact={company.ada.id}&who=ada").text
    assert f"/announcements/{draft}/letters/{company.ada.id}" in page
    assert 'sandbox=""' in page
    assert "Zofia" not in page.split('id="preview"')[1]
    letter = client.get(f"/announcements/{draft}/letters/{company.ada.id}")
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{name}}" in letter.text
    assert client.get(f"/announcements/{draft}/letters/{a_contact().id}").status_code == 404


def test_sending_asks_with_the_number_and_sends_once(as_role: Sign, draft: int, company: Company) -> None:
    suppressed(company.bob, "all", "hard_bounce")
    client = as_role("announcer")
    page = client.get(f"/announcements/{draft}/send").text
    assert "Send 2 letters now" in page
    assert "the address does not work" in page
    assert table(OutgoingEmail) == []
    stale = client.post(f"/announcements/{draft}/send", data={"expected": 3}, follow_redirects=True)
    assert "changed from 3 to 2" in stale.text
    assert (
        "2 letters are on their way"
        in client.post(f"/announcements/{draft}/send", data={"expected": 2}, follow_redirects=True).text
    )
    again = client.post(f"/announcements/{draft}/send", data={"expected": 2}, follow_redirects=True)
    assert "already being sent" in again.text
    assert len(table(OutgoingEmail)) == 2


def test_progress_people_and_csv(as_role: Sign, draft: int, company: Company) -> None:
    eve = a_contact("eve@example.org", name="=HYPERLINK(1)")
    a_response(company.survey, eve, missing="x")
    suppressed(company.bob)
    sending.send(draft, COMMAND)
    with transaction() as session:
        told = update(OutgoingEmail).where(OutgoingEmail.address == "ada@example.org")
        session.execute(told.values(state="sent", sent_at=clock.now()))
    client = as_role("viewer")
    numbers = client.get(f"/announcements/{draft}/progress.json").json
    assert numbers is not None
    assert {key: numbers[key] for key in ("state", "told", "waiting", "left_out", "failed", "people")} == {
        "state": "sending", "told": 1, "waiting": 2, "left_out": 1, "failed": 0, "people": 4,
    }  # fmt: skip
    page = client.get(f"/announcements/{draft}/sending").text
    assert '<noscript> <meta http-equiv="refresh"' in " ".join(page.split())
    assert "progress.js" in page
    told = client.get(f"/announcements/{draft}/people?what=told").text
    assert "I waited at home all day, twice." in told
    assert "zofia@example.org" not in told
    assert "does not want such letters" in client.get(f"/announcements/{draft}/people?what=left_out").text
    assert "Zofia" in client.get(f"/announcements/{draft}/people?q=ćwik").text
    assert client.get(f"/announcements/{draft}/people?what=nonsense&page=99").status_code == 200
    assert client.get(f"/announcements/{draft}/people.csv").status_code == 403
    assert "people.csv" not in client.get(f"/announcements/{draft}/people").text
    raw = as_role("announcer").get(f"/announcements/{draft}/people.csv")
    assert raw.headers["Content-Disposition"].endswith(f'announcement-{draft}.csv"')
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(raw.data.decode("utf-8-sig")))}
    assert rows["eve@example.org"]["name"] == "'=HYPERLINK(1)"
    assert (rows["bob@example.org"]["state"], rows["bob@example.org"]["because"]) == ("left_out", "unsubscribed")
    assert rows["ada@example.org"]["quotes"] == "I waited at home all day, twice."


def test_stopping_says_how_many_had_left(as_role: Sign, draft: int) -> None:
    sending.send(draft, COMMAND)
    page = as_role("announcer").post(f"/announcements/{draft}/stop", follow_redirects=True).text
    assert "Stopped: 0 letters had left, 3 were kept back." in page
    assert now(draft).state == "stopped"


def test_a_test_letter_goes_to_whoever_asks(as_role: Sign, draft: int) -> None:
    client = as_role("product_owner")
    reply = client.post(
        f"/announcements/{draft}/test", data={"language": "pl", "to": "x@evil.example"}, follow_redirects=True
    )
    assert "A test letter is on its way to product_owner@velo.example" in reply.text
    assert [row.address for row in table(OutgoingEmail)] == ["product_owner@velo.example"]
    assert client.post(f"/announcements/{draft}/test", data={"language": "xx"}).status_code == 303
    assert len(table(OutgoingEmail)) == 1


WRITING = ("", "/test", "/discard")
SENDING = ("/send", "/stop")


@pytest.mark.parametrize(
    ("role", "writes", "sends"),
    [("viewer", False, False), ("product_owner", True, False), ("announcer", True, True), ("admin", True, True)],
)
def test_writing_is_not_sending(as_role: Sign, draft: int, role: str, writes: bool, sends: bool) -> None:
    client = as_role(role)
    assert client.get(f"/announcements/{draft}").status_code == 200
    assert (client.get("/announcements/new").status_code == 200) is writes
    assert (client.get(f"/announcements/{draft}/send").status_code == 200) is sends
    for path in SENDING:
        assert (client.post(f"/announcements/{draft}{path}").status_code != 403) is sends
    for path in WRITING:
        assert (client.post(f"/announcements/{draft}{path}").status_code != 403) is writes
    assert len(table(OutgoingEmail)) == 0


def test_a_stranger_sees_nothing(client: FlaskClient, draft: int, company: Company) -> None:
    for path in ("", "/send", "/sending", "/people", "/people.csv", "/progress.json", f"/letters/{company.ada.id}"):
        reply = client.get(f"/announcements/{draft}{path}")
        assert reply.status_code in (302, 401)
        assert "Ada" not in reply.text


def test_the_list_shows_subjects_with_their_process(as_role: Sign, draft: int) -> None:
    client = as_role("viewer")
    page = client.get("/announcements").text
    assert "{{process}}" not in page
    assert ": delivery" in page
    assert "No announcement fits" in client.get("/announcements?q=zzz").text
    assert ": delivery" in client.get("/announcements?state=draft&q=two-hour").text
    assert client.get("/announcements/999").status_code == 404


def test_an_empty_room_says_what_to_do(as_role: Sign) -> None:
    assert "Nobody was told anything yet" in as_role("announcer").get("/announcements").text
