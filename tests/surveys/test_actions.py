from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.contacts.queries import Filter
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.surveys import actions, queries
from feedback_app.surveys.actions import Cover
from feedback_app.surveys.models import Option, Question, Survey
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.questionnaires.document import Questionnaire
from feedback_app.surveys.waves import actions as wave_actions
from feedback_app.surveys.waves import mail
from tests.factories import a_contact, a_survey


def ready(name: str = "lost-prospect") -> Questionnaire:
    return ready_made.load(name)


def state_of(survey_id: int) -> str:
    return db.session.scalars(select(Survey.state).where(Survey.id == survey_id)).one()


def test_a_ready_made_survey_becomes_a_draft_with_all_it_says(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    assert state_of(made) == "draft"
    whole = queries.questionnaire(made)
    wanted = ready()
    assert whole.subject == wanted.subject
    assert whole.body == wanted.body
    assert [one.code for one in whole.form.questions] == [one.code for one in wanted.form.questions]
    assert [one.text for one in whole.form.questions] == [one.text for one in wanted.form.questions]
    assert [[option.code for option in one.options] for one in whole.form.questions] == [
        [option.code for option in one.options] for one in wanted.form.questions
    ]


def test_a_taken_name_gets_a_number_unless_it_was_asked_for(app: Flask) -> None:
    actions.create(ready(), COMMAND)
    second = actions.create(ready(), COMMAND)
    assert queries.by_id(second).slug == "lost-prospect-2"
    with pytest.raises(Refused, match=r"“lost-prospect” is taken"):
        actions.create(ready(), COMMAND, "lost-prospect")


@pytest.mark.parametrize("slug", ["new", "import"])
def test_names_of_pages_are_taken(app: Flask, slug: str) -> None:
    with pytest.raises(Refused, match="taken"):
        actions.create(ready(), COMMAND, slug)


@pytest.mark.parametrize("slug", ["A b", "../etc", "a--b", "<script>", "x" * 61])
def test_a_name_must_fit_an_address(app: Flask, slug: str) -> None:
    with pytest.raises(Refused, match="cannot be a short name"):
        actions.create(ready(), COMMAND, slug)
    assert db.session.scalar(select(func.count()).select_from(Survey)) == 0


def test_publishing_opens_a_whole_draft_once(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    actions.publish(made, COMMAND)
    survey = queries.by_id(made)
    assert survey.state == "published"
    assert survey.published_at is not None
    with pytest.raises(Refused, match="has been published"):
        actions.publish(made, COMMAND)


def test_publishing_an_unfinished_draft_is_refused_and_changes_nothing(app: Flask) -> None:
    made = actions.create(actions.blank(Cover(("en",), {"en": "Empty"})), COMMAND)
    before = queries.by_id(made).changed_at
    with pytest.raises(Refused, match="There is no question yet"):
        actions.publish(made, COMMAND)
    db.session.rollback()
    assert state_of(made) == "draft"
    assert queries.by_id(made).changed_at == before


def test_close_and_reopen(app: Flask) -> None:
    survey = a_survey("s")
    actions.close(survey.id, COMMAND)
    assert state_of(survey.id) == "closed"
    with pytest.raises(Refused, match="is closed by now"):
        actions.close(survey.id, COMMAND)
    actions.reopen(survey.id, COMMAND)
    assert state_of(survey.id) == "published"
    with pytest.raises(Refused, match="is published by now"):
        actions.reopen(survey.id, COMMAND)


def test_closing_cancels_what_was_planned(app: Flask) -> None:
    survey = a_survey("s")
    a_contact()
    form = queries.build_spec(survey.id)
    letters = mail.all_words(form, survey.invitation_subject, survey.invitation_body)
    soon = clock.now() + timedelta(hours=1)
    wave_actions.plan(wave_actions.Plan(survey.id, Filter(), letters, soon), COMMAND)
    assert actions.close(survey.id, COMMAND) == 1
    assert [wave.state for wave in db.session.scalars(select(wave_actions.Wave))] == ["cancelled"]


def test_only_drafts_are_deleted_and_wholly(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    published = a_survey("live")
    actions.delete_draft(made, COMMAND)
    left = select(func.count()).select_from(Question).where(Question.survey_id == made)
    assert db.session.scalar(left) == 0
    assert db.session.scalar(select(func.count()).select_from(Option)) == 2  # those of the published survey
    with pytest.raises(Refused, match="Close “live” instead"):
        actions.delete_draft(published.id, COMMAND)
    with pytest.raises(NotFound):
        actions.delete_draft(made, COMMAND)


def test_a_copy_is_a_draft_of_its_own(app: Flask) -> None:
    original = a_survey("original")
    made = actions.copy(original.id, COMMAND, "second")
    assert queries.by_id(made).slug == "second"
    assert state_of(made) == "draft"
    assert queries.question_codes(made).keys() == queries.question_codes(original.id).keys()
    assert set(queries.question_codes(made).values()).isdisjoint(queries.question_codes(original.id).values())
    assert queries.by_id(actions.copy(original.id, COMMAND)).slug == "original-2"


def test_rewording_a_draft_may_leave_gaps_and_change_languages(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    actions.reword(made, Cover(("pl",), {"pl": "  Nowy tytuł\x00 "}), COMMAND)
    survey = queries.by_id(made)
    assert survey.languages == ["pl"]
    assert survey.title == {"pl": "Nowy tytuł"}
    with pytest.raises(Refused, match="needs a title"):
        actions.reword(made, Cover(("pl",), {"en": "Only English"}), COMMAND)
    with pytest.raises(Refused, match="at least one language"):
        actions.reword(made, Cover((), {"en": "x"}), COMMAND)


def test_a_published_survey_keeps_its_languages_and_stays_whole(app: Flask) -> None:
    survey = a_survey("s")
    actions.reword(survey.id, Cover(("en", "pl"), {"en": "New", "pl": "Nowy"}), COMMAND)
    assert queries.by_id(survey.id).title == {"en": "New", "pl": "Nowy"}
    with pytest.raises(Refused, match="The title is missing in: pl"):
        actions.reword(survey.id, Cover(("en", "pl"), {"en": "New"}), COMMAND)
    with pytest.raises(Refused, match="languages of a published survey"):
        actions.reword(survey.id, Cover(("en",), {"en": "New"}), COMMAND)
    db.session.rollback()
    assert queries.by_id(survey.id).title == {"en": "New", "pl": "Nowy"}


def test_only_drafts_get_another_name(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    actions.rename(made, "renamed", COMMAND)
    assert queries.by_slug("renamed").id == made
    published = a_survey("live")
    with pytest.raises(Refused, match="taken"):
        actions.rename(made, "live", COMMAND)
    with pytest.raises(Refused, match="has been published"):
        actions.rename(published.id, "other", COMMAND)


def test_every_deed_is_in_the_trail(app: Flask) -> None:
    made = actions.create(ready(), COMMAND)
    actions.publish(made, COMMAND)
    actions.close(made, COMMAND)
    noted = select(Event.code, Event.actor).where(Event.subject == "survey").order_by(Event.id)
    assert [tuple(row) for row in db.session.execute(noted)] == [
        ("survey.created", "command"),
        ("survey.published", "command"),
        ("survey.closed", "command"),
    ]
