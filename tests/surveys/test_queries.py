from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from feedback_app import clock
from feedback_app.common.cache import app_cache
from feedback_app.database import transaction
from feedback_app.errors import NotFound
from feedback_app.surveys import queries
from feedback_app.surveys.models import Invitation
from feedback_app.surveys.waves import queries as wave_queries
from tests.factories import a_contact, a_survey, an_invitation
from tests.statements import statements


def test_a_survey_is_found_by_its_name_or_named_in_the_refusal(app: Flask) -> None:
    survey = a_survey("known")
    assert queries.by_slug("known").id == survey.id
    with pytest.raises(NotFound, match="“unknown”"):
        queries.by_slug("unknown")


def test_the_personal_link_finds_its_invitation_in_one_statement(app: Flask) -> None:
    contact = a_contact(kind="lost_prospect", stage_lost="price", language="pl", name="Łucja")
    survey = a_survey()
    invitation, token = an_invitation(survey, contact)
    asked = queries.invitation_by_token(token)
    assert asked is not None
    assert (asked.id, asked.survey_id, asked.contact_id) == (invitation.id, survey.id, contact.id)
    assert (asked.contact_kind, asked.stage_lost, asked.contact_name, asked.language) == (
        "lost_prospect",
        "price",
        "Łucja",
        "pl",
    )
    assert asked.survey_state == "published"
    assert not asked.expired
    with statements() as sent:
        queries.invitation_by_token(token)
    assert len(sent) == 1


@pytest.mark.parametrize("token", ["", "x", "'; DROP TABLE invitation;--", "ż" * 3000, "\ud800", "\x00"])
def test_forged_links_find_nothing(app: Flask, token: str) -> None:
    an_invitation(a_survey(), a_contact())
    assert queries.invitation_by_token(token) is None


def test_the_stored_hash_is_not_the_key(app: Flask) -> None:
    invitation, _token = an_invitation(a_survey(), a_contact())
    assert queries.invitation_by_token(invitation.token_hash) is None
    assert queries.invitation_by_token(invitation.nonce) is None


def test_links_run_out(app: Flask) -> None:
    _invitation, token = an_invitation(a_survey(), a_contact(), days=-1)
    asked = queries.invitation_by_token(token)
    assert asked is not None
    assert asked.expired


def test_a_form_is_read_once_per_version(app: Flask) -> None:
    survey = a_survey()
    survey_id, version = survey.id, survey.changed_at
    with statements() as sent:
        queries.form_spec(survey_id, version)
    assert len(sent) == 4
    with statements() as sent:
        form = queries.form_spec(survey_id, version)
    assert sent == []
    assert [one.code for one in form.questions] == ["expected", "missing", "nps", "area"]
    assert form.by_code["area"].field == "q_area"
    assert form.language_for("de") == "en"
    with pytest.raises(TypeError):
        form.title["en"] = "changed"  # type: ignore[index]


def test_the_cache_of_forms_is_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CACHED_FORMS", 2)
    surveys = [a_survey() for _ in range(4)]
    for one in surveys:
        queries.form_spec(one.id, one.changed_at)
    assert len(app_cache("forms", 2)) == 2


def test_the_list_counts_who_was_asked_and_answered_whatever_its_length(app: Flask) -> None:
    first, second = a_survey("first"), a_survey("second", state="draft")
    people = [a_contact() for _ in range(3)]
    made = [an_invitation(first, one)[0] for one in people]
    with transaction() as session:
        session.get_one(Invitation, made[0].id).answered_at = clock.now()
    page = wave_queries.index()
    assert [(line.survey.slug, line.asked, line.answered) for line in page.items] == [
        ("second", 0, 0),
        ("first", 3, 1),
    ]
    for _ in range(5):
        a_survey()
    with statements() as sent:
        wave_queries.index()
    assert len(sent) == 3
    assert [line.survey.id for line in wave_queries.index(state="draft").items] == [second.id]


@pytest.mark.parametrize("text", ["jak BYŁO", "how WAS", "first", "było first"])
def test_the_list_is_searched_in_every_language(app: Flask, text: str) -> None:
    a_survey("first")
    assert [line.survey.slug for line in wave_queries.index(text).items] == ["first"]


@pytest.mark.parametrize("text", ["%", "_", "nothing", "first nothing", "'"])
def test_signs_with_a_meaning_in_sql_are_only_signs(app: Flask, text: str) -> None:
    a_survey("first")
    assert list(wave_queries.index(text).items) == []


def test_progress_adds_up(app: Flask) -> None:
    survey = a_survey()
    made = [an_invitation(survey, a_contact())[0] for _ in range(5)]
    with transaction() as session:
        session.get_one(Invitation, made[0].id).answered_at = clock.now()
        late = session.get_one(Invitation, made[1].id)
        late.answered_at, late.expires_at = clock.now(), clock.now() - timedelta(days=1)
        session.get_one(Invitation, made[2].id).expires_at = clock.now() - timedelta(days=1)
    found = wave_queries.progress(survey.id)
    assert (found.asked, found.answered, found.waiting, found.expired) == (5, 2, 2, 1)
    assert wave_queries.progress(a_survey().id) == wave_queries.Progress()
