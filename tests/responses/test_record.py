"""The one way in: whoever says something, however it comes, it is stored whole or not at all, and is met everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.responses.actions import Invited, Known, Nobody, Respondent, Returned, record, record_many
from feedback_app.responses.models import SOURCES, Answer, Response
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Reply
from feedback_app.surveys.models import Survey
from feedback_app.surveys.queries import form_spec
from feedback_app.themes.grouping.cut_answers import cut_new
from feedback_app.themes.models import Mention
from tests.factories import a_contact, a_survey, an_invitation
from tests.statements import statements

NOBODY = Nobody()
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def survey(app: Flask) -> Survey:
    return a_survey("visit")


@pytest.fixture
def form(survey: Survey) -> FormSpec:
    return form_spec(survey.id, survey.changed_at)


def returned(form: FormSpec, respondent: Respondent = NOBODY, words: str = "A call back", **more: object) -> Returned:
    replies = {form.by_code["expected"].id: Reply(text=words), form.by_code["nps"].id: Reply(number=3)}
    whole = Returned(form, respondent, "import", replies, kind="customer", language="en", at=AT)
    return replace(whole, **more)  # type: ignore[arg-type]


def stored(one: Returned) -> Response:
    with transaction() as session:
        response = session.get(Response, record(one))
    assert response is not None
    return response


def test_somebody_invited_a_contact_or_nobody(app: Flask, survey: Survey, form: FormSpec) -> None:
    ada, ewa = a_contact(), a_contact()
    invitation, _ = an_invitation(survey, ada)
    by_link = stored(returned(form, Invited(invitation.id, ada.id), source="link"))
    known = stored(returned(form, Known(ewa.id), source="api", kind="lost_prospect", stage_lost="offer"))
    nobody = stored(returned(form, Nobody(), source="open_link"))
    assert (by_link.contact_id, by_link.invitation_id, by_link.source) == (ada.id, invitation.id, "link")
    assert (known.contact_id, known.invitation_id, known.source) == (ewa.id, None, "api")
    assert (known.kind, known.stage_lost, known.submitted_at) == ("lost_prospect", "offer", AT)
    assert (nobody.contact_id, nobody.invitation_id, nobody.source) == (None, None, "open_link")
    assert sorted((one.text, one.number) for one in nobody.answers if one.text) == [("A call back", None)]
    assert [one.number for one in nobody.answers if one.text is None] == [3]


@pytest.mark.parametrize("source", SOURCES)
def test_every_way_in_has_its_name_on_the_page(
    app: Flask, form: FormSpec, as_role: Callable[[str], FlaskClient], source: str
) -> None:
    one = stored(returned(form, source=source, external_id="A-17"))
    page = as_role("viewer").get(f"/responses/{one.id}").get_data(as_text=True)
    assert "Somebody without an address" in page
    assert "(A-17)" in page


def test_words_of_nobody_are_listed_and_grouped_like_anybodys(
    app: Flask, form: FormSpec, as_role: Callable[[str], FlaskClient]
) -> None:
    stored(returned(form, Nobody(), source="open_link", words="Nobody ever called me back"))
    assert cut_new().mentions == 1
    mention = db.session.scalars(select(Mention)).one()
    assert (mention.contact_id, mention.text) == (None, "Nobody ever called me back")
    assert "Nobody ever called me back" in as_role("viewer").get("/responses").get_data(as_text=True)


def test_an_invitation_brings_one_response(app: Flask, survey: Survey, form: FormSpec) -> None:
    ada = a_contact()
    once = Invited(an_invitation(survey, ada)[0].id, ada.id)
    stored(returned(form, once))
    with pytest.raises(IntegrityError):
        stored(returned(form, once, words="again"))
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 2, "nothing half done"


def test_outside_a_transaction_nothing_is_stored(app: Flask, form: FormSpec) -> None:
    with pytest.raises(RuntimeError, match="inside transaction"):
        record(returned(form))
    with pytest.raises(RuntimeError, match="inside transaction"):
        record_many([returned(form, external_id="1")])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"replies": {}}, "says something"),
        ({"replies": {1: Reply()}}, "no answer of it is empty"),
        ({"replies": {10_000: Reply(text="x")}}, "“visit” does not ask question 10000"),
        ({"source": "carrier pigeon"}, "no way in"),
        ({"source": ""}, "the ways are link, import"),
    ],
)
def test_what_cannot_be_a_response_is_refused_before_anything_is_written(
    app: Flask, form: FormSpec, wrong: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        returned(form, **wrong)  # type: ignore[arg-type]


def test_questions_of_another_survey_are_not_answered_here(app: Flask, form: FormSpec) -> None:
    other = a_survey("other")
    theirs = form_spec(other.id, other.changed_at).by_code["nps"].id
    with pytest.raises(ValueError, match="does not ask"):
        returned(form, replies={theirs: Reply(number=9)})


def test_many_cost_two_statements_and_keep_their_order(app: Flask, survey: Survey, form: FormSpec) -> None:
    people = [a_contact() for _ in range(40)]
    by_id = [
        returned(form, Known(one.id), words=f"id {number}", external_id=f"{number}")
        for number, one in enumerate(people)
    ]
    by_link = [returned(form, Invited(an_invitation(survey, one)[0].id, one.id), words=one.email) for one in people]
    with transaction(), statements() as sent:
        ids = record_many([*by_id, *by_link])
    assert len([one for one in sent if one.startswith("INSERT")]) == 2
    said = db.session.execute(select(Answer.response_id, Answer.text).where(Answer.text.is_not(None)))
    texts = {row.response_id: row.text for row in said}
    assert [texts[one] for one in ids] == [*(f"id {number}" for number in range(40)), *(one.email for one in people)]


def test_many_that_nothing_tells_apart_are_stored_singly(app: Flask, form: FormSpec) -> None:
    with transaction():
        ids = record_many([returned(form, words=words) for words in ("first", "second", "third")])
    said = select(Answer.text).where(Answer.text.is_not(None)).order_by(Answer.response_id)
    assert ids == sorted(set(ids))
    assert list(db.session.scalars(said)) == ["first", "second", "third"]


def test_none_are_stored_at_no_cost(app: Flask) -> None:
    with transaction(), statements() as sent:
        assert record_many([]) == []
    assert not [one for one in sent if one.startswith("INSERT")]


def test_the_same_external_id_twice_is_refused_whole(app: Flask, form: FormSpec) -> None:
    with pytest.raises(IntegrityError), transaction():
        record_many([returned(form, external_id="1"), returned(form, external_id="1")])
    assert db.session.scalar(select(func.count()).select_from(Response)) == 0
