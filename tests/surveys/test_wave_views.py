from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.suppression import suppress
from feedback_app.extensions import db
from feedback_app.surveys import queries
from feedback_app.surveys.models import Invitation, Wave
from tests.factories import a_contact, a_survey

LETTER = {
    "subject_en": "A question, {{name}}",
    "subject_pl": "Pytanie",
    "body_en": "Hello {{name}},\n\n{{link}}",
    "body_pl": "{{link}}",
}


@pytest.fixture
def announcer(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    a_survey("s")
    return as_role("announcer")


def asked() -> int:
    return db.session.scalar(select(func.count()).select_from(Invitation)) or 0


def test_the_letter_is_saved_and_shown_as_a_real_contact_reads_it(announcer: FlaskClient) -> None:
    ada = a_contact(name="Ada Lovelace")
    assert announcer.post("/surveys/s/letter", data=LETTER).location == "/surveys/s/letter#preview"
    page = announcer.get(f"/surveys/s/letter?contact={ada.id}&language=en").get_data(as_text=True)
    assert "A question, Ada Lovelace" in page
    assert "Hello Ada Lovelace," in page
    frame = announcer.get(f"/surveys/s/letter/en.html?contact={ada.id}")
    assert "Hello Ada Lovelace," in frame.get_data(as_text=True)
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "/surveys/s/preview" in frame.get_data(as_text=True)
    assert asked() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"body_en": "Hello"}, "The text must have {{link}}"),
        ({"body_pl": "{{link}} {{imię}}"}, "“{{imię}}” is not a placeholder"),
        ({"subject_en": ""}, "both the subject and the text"),
        ({"subject_en": "x" * 201}, "200 characters"),
    ],
)
def test_a_letter_that_cannot_be_sent_keeps_what_was_typed(
    announcer: FlaskClient, change: dict[str, str], message: str
) -> None:
    before = queries.by_slug("s").invitation_body
    reply = announcer.post("/surveys/s/letter", data={**LETTER, "body_en": "Typed for long {{link}}", **change})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert message in page
    assert ("Typed for long" in page) or "body_en" in change
    assert queries.by_slug("s").invitation_body == before


def test_a_test_letter_goes_to_oneself_alone(announcer: FlaskClient) -> None:
    a_contact()
    page = announcer.post("/surveys/s/letter/test", data={"language": "pl"}, follow_redirects=True)
    assert "on its way to announcer@velo.example" in page.get_data(as_text=True)
    [letter] = db.session.scalars(select(OutgoingEmail))
    assert (letter.kind, letter.address) == ("test", "announcer@velo.example")
    assert asked() == 0
    refused = announcer.post("/surveys/s/letter/test", data={"language": "xx"}, follow_redirects=True)
    assert "not written in this language" in refused.get_data(as_text=True)


def test_the_page_counts_who_would_be_asked_and_who_not(announcer: FlaskClient) -> None:
    a_contact(name="Ada", kind="lost_prospect", stage_lost="price")
    a_contact(name="Customer", kind="customer")
    stopped = a_contact(name="Stopped", kind="lost_prospect")
    with transaction():
        suppress(stopped.email_key, "all", "hard_bounce", "test")
    for path in ("/surveys/s/invite?kind=lost_prospect", "/surveys/s/invite/count?kind=lost_prospect"):
        page = announcer.get(path).get_data(as_text=True)
        assert 'data-would="1"' in page
        assert "Ada" in page
        assert "1 must not be written to" in page
    assert "<html" not in announcer.get("/surveys/s/invite/count").get_data(as_text=True)
    page = announcer.get("/surveys/s/invite?stage_lost=price").get_data(as_text=True)
    assert 'data-would="1"' in page


def test_sending_now(announcer: FlaskClient) -> None:
    a_contact(kind="lost_prospect")
    a_contact(kind="customer")
    page = announcer.post("/surveys/s/invite", data={"kind": "lost_prospect", "when": "now"}, follow_redirects=True)
    assert "1 person is asked." in page.get_data(as_text=True)
    assert asked() == 1
    again = announcer.post("/surveys/s/invite", data={"kind": "lost_prospect", "when": "now"})
    assert again.status_code == 422
    assert "nobody left to ask" in again.get_data(as_text=True)
    assert asked() == 1


def test_planning_and_cancelling(announcer: FlaskClient) -> None:
    a_contact()
    at = (clock.now() + timedelta(days=2)).astimezone(ZoneInfo("Europe/Warsaw")).strftime("%Y-%m-%dT%H:%M")
    page = announcer.post("/surveys/s/invite", data={"when": "later", "at": at}, follow_redirects=True)
    assert "Planned." in page.get_data(as_text=True)
    [wave] = db.session.scalars(select(Wave))
    assert wave.send_at.astimezone(ZoneInfo("Europe/Warsaw")).strftime("%Y-%m-%dT%H:%M") == at
    assert asked() == 0
    page = announcer.post(f"/surveys/s/waves/{wave.id}/cancel", follow_redirects=True)
    assert "The mailing is cancelled" in page.get_data(as_text=True)
    page = announcer.post(f"/surveys/s/waves/{wave.id}/cancel", follow_redirects=True)
    assert "cannot be cancelled any more" in page.get_data(as_text=True)


@pytest.mark.parametrize("at", ["", "yesterday", "2020-01-01T09:00", "2099-01-01T09:00"])
def test_a_wrong_time_is_told_and_keeps_the_choice(announcer: FlaskClient, at: str) -> None:
    a_contact()
    reply = announcer.post("/surveys/s/invite", data={"when": "later", "at": at, "kind": "customer"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "alert-danger" in page
    assert 'value="customer" checked' in page
    assert asked() == 0
    assert db.session.scalar(select(func.count()).select_from(Wave)) == 0


def test_half_a_condition_is_refused_rather_than_dropped(announcer: FlaskClient) -> None:
    a_contact()
    reply = announcer.post("/surveys/s/invite", data={"value": "pro", "when": "now"})
    assert reply.status_code == 422
    assert "Say which attribute" in reply.get_data(as_text=True)
    assert asked() == 0


def test_a_closed_survey_asks_nobody(announcer: FlaskClient) -> None:
    a_contact()
    announcer.post("/surveys/s/close")
    assert "nobody can be asked now" in announcer.get("/surveys/s/invite").get_data(as_text=True)
    reply = announcer.post("/surveys/s/invite", data={"when": "now"})
    assert reply.status_code == 422
    assert "not open for answers" in reply.get_data(as_text=True)
    assert asked() == 0
