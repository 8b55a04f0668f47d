"""A respondent opens a personal link and answers, on a phone, without scripts, in either language."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Invitation, Question, Survey
from tests.factories import a_contact, a_survey, an_invitation

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def link(app: Flask) -> str:
    """A personal link to a survey that nobody has answered yet."""
    _, token = an_invitation(a_survey("loop"), a_contact(kind="lost_prospect", stage_lost="offer"))
    return f"/answer/{token}"


@pytest.fixture
def guarded(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def key_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def stored() -> list[Response]:
    db.session.rollback()
    return list(db.session.scalars(select(Response)))


def set_all(model: type[Survey] | type[Invitation] | type[Question], **values: object) -> None:
    with transaction() as session:
        session.execute(update(model).values(**values))


def follow(client: FlaskClient, reply: TestResponse) -> TestResponse:
    assert reply.status_code == 303
    return client.get(reply.headers["Location"])


class Inputs(HTMLParser):
    """Collects what assistive technology relies on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.inside: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag in ("input", "textarea"):
            self.inside.append((tag, values, list(self.open)))
        if tag in ("label", "fieldset", "form"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)


def test_the_form_shows_every_question_without_scripts(client: FlaskClient, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    for text in ("How was it?", "Three questions.", "What did you expect?", "Would you recommend us?", "Delivery"):
        assert text in page.text
    assert "<script" not in page.text
    assert "(optional)" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers


def test_every_input_is_labelled_and_grouped(client: FlaskClient, link: str) -> None:
    client.post(link, data={"q_nps": "99"})
    page = Inputs(client.post(link, data={"q_nps": "99"}).text)
    labels = {values["for"] for tag, values in page.tags if tag == "label" and values.get("for")}
    shown = [one for one in page.inside if one[1].get("type") != "hidden"]
    assert len(shown) == 2 + 12 + 3  # two texts; 0..10 and two options, each with a way to take it back
    for tag, values, around in shown:
        assert "label" in around or values.get("id") in labels, values
        assert tag == "textarea" or "fieldset" in around
    assert len(page.ids) == len(set(page.ids))
    for _, values in page.tags:
        assert set((values.get("aria-describedby") or "").split()) <= set(page.ids)
    assert sum(tag == "legend" for tag, _ in page.tags) == 2


def test_an_answer_is_stored_with_what_we_know_of_the_person(client: FlaskClient, link: str) -> None:
    reply = client.post(link, data={"q_expected": " A call\r\nback ", "q_nps": "0", "q_area": "delivery"})
    assert reply.headers["Location"] == f"{link}/thanks"
    [response] = stored()
    assert (response.kind, response.stage_lost, response.language) == ("lost_prospect", "offer", "en")
    assert response.invitation_id is not None
    assert response.contact_id is not None
    codes = {one.question.code: (one.text, one.number, one.chosen) for one in response.answers}
    assert codes == {
        "expected": ("A call\nback", None, None),
        "nps": (None, 0, None),
        "area": (None, None, "|delivery|"),
    }
    assert db.session.scalar(select(Invitation.answered_at)) == response.submitted_at


def test_thanks_says_what_happens_next_and_shows_their_words(client: FlaskClient, link: str) -> None:
    page = follow(client, client.post(link, data={"q_expected": "A call <b>back</b>", "q_nps": "0", "q_area": "price"}))
    assert page.status_code == 200
    for text in (
        "What happens next",
        "say what changed and why",
        "A call &lt;b&gt;back&lt;/b&gt;",
        "0 on a scale",
        "Price",
    ):
        assert text in page.text
    assert "call" not in page.request.path


def test_a_second_visit_is_told_kindly_that_it_arrived(client: FlaskClient, link: str) -> None:
    client.post(link, data={"q_nps": "7"})
    page = client.get(link)
    assert page.status_code == 200
    assert "Your answer has arrived already, thank you" in page.text
    assert "<form" not in page.text
    again = follow(client, client.post(link, data={"q_nps": "1"}))
    assert "arrived already" in again.text
    assert "7 on a scale" in again.text
    assert len(stored()) == 1


def test_thanks_before_answering_leads_to_the_form(client: FlaskClient, link: str) -> None:
    assert "<form" in follow(client, client.get(f"{link}/thanks")).text


def test_looking_writes_nothing(client: FlaskClient, link: str) -> None:
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for path in (link, f"{link}?lang=pl", f"{link}/thanks", "/answer/nothing"):
        client.get(path)
        client.head(path)
    assert statements
    assert all(one.startswith(("SELECT", "BEGIN")) for one in statements)


def test_polish_by_invitation_and_by_link(client: FlaskClient, app: Flask) -> None:
    survey = a_survey()
    _, token = an_invitation(survey, a_contact(language="pl"))
    page = client.get(f"/answer/{token}", headers={"Accept-Language": "en"})
    assert '<html lang="pl">' in page.text
    assert "Czego zabrakło?" in page.text
    english = client.get(f"/answer/{token}?lang=en")
    assert "What did you not get?" in english.text
    assert f"/answer/{token}?lang=en" in english.text  # the form stays in the language that was chosen
    reply = client.post(f"/answer/{token}?lang=en", data={"q_missing": "A bell"})
    assert reply.headers["Location"].endswith("/thanks?lang=en")
    assert stored()[0].language == "en"


@pytest.mark.parametrize("wish", ["de", "../../etc", SCRIPT, "", "EN"])
def test_an_unknown_language_keeps_the_invitations(client: FlaskClient, link: str, wish: str) -> None:
    page = client.get(link, query_string={"lang": wish})
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert SCRIPT not in page.text


def test_problems_are_listed_on_top_and_beside_the_field_and_nothing_is_lost(client: FlaskClient, link: str) -> None:
    set_all(Question, required=True)
    page = client.post(link, data={"q_expected": "word " * 5000, "q_missing": "A <bell>", "q_area": "moon"})
    assert page.status_code == 422
    assert "There are 3 things to put right" in page.text
    for field in ("q_expected", "q_nps", "q_area"):
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}"' in page.text
        assert f'id="{field}-error"' in page.text
    assert "Please shorten this to 20000 characters; there are 24999 now." in page.text
    assert "word " * 4999 in page.text
    assert "A &lt;bell&gt;" in page.text
    assert 'role="alert" tabindex="-1" autofocus' in page.text
    assert "(optional)" not in page.text
    assert not stored()


def test_kept_choices_stay_chosen(client: FlaskClient, link: str) -> None:
    page = client.post(link, data={"q_expected": "x" * 20_001, "q_nps": "4", "q_area": "delivery"}).text
    assert 'value="4" checked' in page
    assert 'value="delivery" checked' in page
    assert page.count(" checked") == 2


def test_nothing_filled_in_is_asked_about_kindly(client: FlaskClient, link: str) -> None:
    page = client.post(link, data={"q_expected": "  \r\n ", "q_nps": ""})
    assert page.status_code == 422
    assert "Please answer at least one question" in page.text
    assert not stored()


@pytest.mark.parametrize(
    ("field", "value"),
    [("q_nps", "11"), ("q_nps", "-1"), ("q_nps", "٣"), ("q_nps", "3.0"), ("q_area", "moon"), ("q_area", "|price|")],
)
def test_what_was_not_offered_is_refused(client: FlaskClient, link: str, field: str, value: str) -> None:
    page = client.post(link, data={field: value, "q_expected": "words"})
    assert page.status_code == 422
    assert "Please choose one of the answers offered." in page.text
    assert not stored()


def test_two_choices_where_one_is_asked_are_refused(client: FlaskClient, link: str) -> None:
    assert client.post(link, data={"q_area": ["price", "delivery"]}).status_code == 422
    assert client.post(link, data={"q_nps": ["3", "4"]}).status_code == 422


def test_a_taken_back_answer_is_no_answer(client: FlaskClient, link: str) -> None:
    client.post(link, data={"q_nps": "", "q_area": "", "q_expected": "words"})
    assert [one.text for one in stored()[0].answers] == ["words"]


@pytest.mark.parametrize(
    "payload", [SCRIPT, "=1+1", "{{ 7*7 }}", "'; DROP TABLE answer; --", "%(limit)d", "\u202eevil"]
)
def test_hostile_words_are_only_words(client: FlaskClient, link: str, payload: str) -> None:
    page = follow(client, client.post(link, data={"q_expected": payload, "q_missing": payload}))
    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert "49" not in re.sub(r"<[^>]+>", "", page.text)
    assert {one.text for one in stored()[0].answers} == {payload}


def test_what_no_keyboard_types_is_dropped(client: FlaskClient, link: str) -> None:
    body = b"q_expected=a%00b%07c&q_missing=%ff%fe+caf%e9&q_extra=1&q_nps=5&%ff=%00&=&q_expected=%ed%a0%80"
    reply = client.post(link, data=body, content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 303
    texts = {one.question.code: one.text or one.number for one in stored()[0].answers}
    assert str(texts["expected"]).startswith("abc")
    assert "caf" in str(texts["missing"])
    assert texts["nps"] == 5


def test_a_megabyte_is_refused_with_the_count_and_given_back(client: FlaskClient, link: str) -> None:
    page = client.post(link, data={"q_expected": "ż" * 300_000})
    assert page.status_code == 422
    assert "there are 300000 now" in page.text
    assert "ż" * 300_000 in page.text


def test_more_than_can_be_read_is_refused_kindly(client: FlaskClient, link: str) -> None:
    page = client.post(link, data={"q_expected": "x" * 3_000_000})
    assert page.status_code == 413
    assert "go back, shorten it" in page.text
    assert not stored()


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/json", "text/plain", "nonsense"])
def test_other_kinds_of_body_say_nothing(client: FlaskClient, link: str, kind: str) -> None:
    assert client.post(link, data=b"\x00\xff{", content_type=kind).status_code == 422


@pytest.mark.parametrize("token", ["nothing", "x" * 5000, "%00", "%F0%9F%98%80", "..%2f..", "' OR 1=1 --", SCRIPT])
def test_a_forged_link_is_met_kindly(client: FlaskClient, app: Flask, token: str) -> None:
    a_survey()
    page = client.get(f"/answer/{token}", headers={"Accept-Language": "en"})
    assert page.status_code == 404
    assert SCRIPT not in page.text
    assert client.post(f"/answer/{token}", data={"q_nps": "5"}).status_code == 404


def test_a_damaged_link_says_what_to_do(client: FlaskClient, link: str) -> None:
    page = client.get(link[:-3], headers={"Accept-Language": "pl"})
    assert page.status_code == 404
    assert "<h1>" in page.text
    assert client.get(f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}").status_code == 404


@pytest.mark.parametrize("stray", [".", ")", "%3E", "%E2%80%9D.", ",%20"])
def test_what_sticks_to_a_link_does_no_harm(client: FlaskClient, link: str, stray: str) -> None:
    assert client.get(link + stray).status_code == 200


def test_an_expired_link_says_what_to_do(client: FlaskClient, link: str) -> None:
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        page = client.get(link)
        assert page.status_code == 410
        assert "This link has run out" in page.text
        assert "reply to the letter" in page.text
        assert client.post(link, data={"q_nps": "5"}).status_code == 410
    assert not stored()


def test_an_answered_link_stays_kind_after_its_date(client: FlaskClient, link: str) -> None:
    client.post(link, data={"q_nps": "5"})
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert "arrived already" in client.get(link).text
    set_all(Survey, state="closed")
    assert "arrived already" in client.get(link).text


@pytest.mark.parametrize(("state", "status"), [("closed", 410), ("draft", 404)])
def test_a_survey_that_is_not_open_stores_nothing(client: FlaskClient, link: str, state: str, status: int) -> None:
    set_all(Survey, state=state)
    assert client.get(link).status_code == status
    assert client.post(link, data={"q_nps": "5"}).status_code == status
    assert not stored()


def test_closing_between_reading_and_sending_stores_nothing(guarded: Flask, client: FlaskClient, link: str) -> None:
    key = key_in(client.get(link).text)
    set_all(Survey, state="closed")
    assert client.post(link, data={"q_nps": "5", "csrf_token": key}).status_code == 410
    assert not stored()


def test_new_wording_is_shown_at_once(client: FlaskClient, link: str) -> None:
    assert "What did you expect?" in client.get(link).text
    with transaction() as session:
        session.execute(
            update(Question).where(Question.code == "expected").values(text={"en": "What did you hope for?"})
        )
        session.execute(update(Survey).values(changed_at=clock.now() + timedelta(seconds=1)))
    assert "What did you hope for?" in client.get(link).text


def test_two_people_do_not_mix(client: FlaskClient, app: Flask) -> None:
    survey = a_survey()
    first, one = an_invitation(survey, a_contact())
    second, two = an_invitation(survey, a_contact())
    client.post(f"/answer/{one}", data={"q_expected": "mine alone"})
    assert "mine alone" not in client.get(f"/answer/{two}").text
    assert "mine alone" in client.get(f"/answer/{one}").text
    client.post(f"/answer/{two}", data={"q_nps": "3"})
    assert {one.invitation_id for one in stored()} == {first.id, second.id}


def test_a_form_from_elsewhere_is_not_stored_and_keeps_its_words(
    guarded: Flask, client: FlaskClient, link: str
) -> None:
    other = an_invitation(a_survey(), a_contact())[1]
    foreign = key_in(client.get(f"/answer/{other}").text)
    for key in ("", "forged.key", foreign, foreign[:-1], "ł"):
        page = client.post(link, data={"q_expected": "my words", "csrf_token": key})
        assert page.status_code == 400
        assert "my words" in page.text
        assert "once more" in page.text
    assert not stored()
    assert client.post(link, data={"q_expected": "my words", "csrf_token": key_in(page.text)}).status_code == 303


def test_a_page_left_open_for_a_month_loses_nothing(guarded: Flask, client: FlaskClient, app: Flask) -> None:
    _, token = an_invitation(a_survey(), a_contact(), days=90)
    key = key_in(client.get(f"/answer/{token}").text)
    with time_machine.travel(clock.now() + timedelta(days=29)):
        assert client.post(f"/answer/{token}", data={"csrf_token": key, "q_nps": "x"}).status_code == 422
    with time_machine.travel(clock.now() + timedelta(days=31)):
        page = client.post(f"/answer/{token}", data={"csrf_token": key, "q_expected": "long ago"})
        assert page.status_code == 400
        assert "long ago" in page.text
        again = client.post(f"/answer/{token}", data={"csrf_token": key_in(page.text), "q_expected": "long ago"})
    assert again.status_code == 303


def test_answering_works_with_cookies_blocked(guarded: Flask, link: str) -> None:
    client = guarded.test_client(use_cookies=False)
    reply = client.post(link, data={"q_nps": "5", "csrf_token": key_in(client.get(link).text)})
    assert reply.status_code == 303
    assert len(stored()) == 1


def test_how_many_statements_a_response_takes(guarded: Flask, client: FlaskClient, link: str) -> None:
    client.get("/answer/warm")
    page = client.get(link)  # the form is now in memory
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client.get(link)
    follow(client, client.post(link, data={"q_nps": "5", "q_expected": "x", "csrf_token": key_in(page.text)}))
    assert len([one for one in statements if not one.startswith("BEGIN")]) == 7, statements


def test_the_page_is_light(client: FlaskClient, link: str) -> None:
    with client.get("/static/public.css") as sheet:
        assert len(client.get(link).data) + len(sheet.data) < 20_000
    assert client.get(link).text.count("<link") == 2


def test_no_personal_data_in_logs(app: Flask, link: str, capfd: pytest.CaptureFixture[str]) -> None:
    app.config["TESTING"] = False
    client = app.test_client()
    client.get(link)
    client.post(link, data={"q_expected": "a secret remark"})
    out = "".join(capfd.readouterr())
    assert link.rsplit("/", 1)[1] not in out
    assert "secret remark" not in out


def test_deleting_the_contact_takes_the_link_along(client: FlaskClient, link: str) -> None:
    with transaction() as session:
        session.execute(db.text("DELETE FROM contact"))
    assert client.get(link).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0
