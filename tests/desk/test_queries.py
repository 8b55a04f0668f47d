"""Where the loop stands in numbers: each person once, each thing where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedback_app import clock
from feedback_app.announcements.models import Announcement, AnnouncementChange
from feedback_app.database import transaction
from feedback_app.delivery.models import Suppression
from feedback_app.desk import queries, theme_queries
from feedback_app.desk.queries import OpenEnd
from feedback_app.themes import mention_queries
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Mention
from feedback_app.themes.reports import figures
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme
from tests.delivery.helpers import queue
from tests.desk.test_views import tell
from tests.factories import a_contact, a_response, a_survey

pytestmark = pytest.mark.usefixtures("app")


def test_an_empty_house_has_nothing_open() -> None:
    assert queries.open_end() == OpenEnd(0, None, 0)
    assert set(vars(queries.loop()).values()) == {0}
    assert not any(vars(queries.todo()).values())
    assert (queries.running_surveys(), queries.answers_by_month(), theme_queries.top_themes()) == ([], [], [])
    assert queries.waiting_people(1).total == 0


def test_the_loop_in_numbers() -> None:
    survey = a_survey()
    book = a_codebook(survey)
    theme = a_theme(book)
    a_theme(book, state="set_aside")
    ada, bob = a_contact(), a_contact()
    a_mention(a_response(survey, ada, missing="late"), theme)
    a_mention(a_response(survey, bob, missing="slow"))
    a_mention(a_response(survey, bob, missing="fine"), theme, state="set_aside")
    a_response(survey, None, missing="nobody's")
    for state in ("made", "made", "declined", "considered", "planned"):
        a_change(theme, state=state)
    tell(ada)
    tell(bob, state="failed")
    loop = queries.loop()
    assert (loop.contacts, loop.answered, loop.responses) == (2, 3, 4)
    assert (loop.mentions, loop.grouped, loop.themes) == (2, 1, 1)
    assert (loop.made, loop.declined, loop.under_way) == (2, 1, 2)
    assert (loop.told, loop.announcements) == (1, 2)


def test_who_may_not_be_written_to_is_counted_apart() -> None:
    survey, people = a_survey(), [a_contact() for _ in range(3)]
    for one in people:
        a_response(survey, one, missing="late")
    with transaction() as session:
        for one, scope in zip(people, ("all", "announcements", "surveys"), strict=True):
            session.add(Suppression(email_key=one.email_key, scope=scope, reason="unsubscribed"))
    assert (queries.open_end().people, queries.open_end().unreachable) == (3, 2)
    assert [row.suppressed for row in queries.waiting_people(1).items] == [True, True, False]


def test_the_longest_wait_comes_first_with_the_answer_that_began_it() -> None:
    survey, now = a_survey(), clock.now()
    ada, bob = a_contact(kind="customer"), a_contact(kind="former_customer")
    a_response(survey, ada, at=now - timedelta(days=1), missing="x")
    first = a_response(survey, bob, at=now - timedelta(days=9), missing="x")
    a_response(survey, bob, at=now - timedelta(days=2), missing="y")
    rows = queries.waiting_people(1).items
    assert (rows[0][0].id, rows[0].response_id) == (bob.id, first.id)
    assert rows[0].since == now - timedelta(days=9)
    assert [row[0].id for row in queries.waiting_people(1, "customer").items] == [ada.id]
    assert queries.open_end().oldest == now - timedelta(days=9)


def test_an_answer_after_the_letter_opens_the_loop_again_from_that_answer() -> None:
    survey, ada, now = a_survey(), a_contact(), clock.now()
    a_response(survey, ada, at=now - timedelta(days=9), missing="x")
    tell(ada, hours=-48)
    assert queries.open_end().people == 0
    a_response(survey, ada, at=now - timedelta(days=1), missing="again")
    assert (queries.open_end().people, queries.open_end().oldest) == (1, now - timedelta(days=1))


def test_what_waits_for_a_person() -> None:
    survey = a_survey()
    book = a_codebook(survey)
    theme = a_theme(book)
    a_mention(a_response(survey, a_contact(), missing="late"), theme)
    a_mention(a_response(survey, a_contact(), missing="slow"))
    a_response(survey, a_contact(), missing="not read yet")
    told, untold = a_change(theme, state="made"), a_change(theme, state="declined")
    a_change(theme, state="planned")
    with transaction() as session:
        sent, draft = Announcement(state="sent", about="made"), Announcement(state="draft", about="made")
        session.add_all([sent, draft])
        session.flush()
        session.add(AnnouncementChange(announcement_id=sent.id, change_id=told))
        session.add(AnnouncementChange(announcement_id=draft.id, change_id=untold))
    queue("a@x.org", "b@x.org")
    todo = queries.todo()
    assert (todo.unread_texts, todo.homeless_texts, todo.drafts) == (1, 0, 1)
    assert todo.ungrouped == [(book, 1)]
    assert (todo.untold_changes, todo.letters_waiting, todo.letters_in_trouble) == (1, 2, 0)


def test_answers_of_the_last_months_by_kind_of_contact() -> None:
    survey = a_survey()
    for month, kind in ((1, "customer"), (1, "customer"), (2, "prospect"), (2, "customer"), (4, "customer")):
        contact = a_contact(kind=kind)
        a_response(survey, contact, at=datetime(2026, month, 15, tzinfo=UTC), missing="x")
    table = queries.answers_by_month()
    assert [label for label, _ in table] == ["2026-01", "2026-02", "2026-04"]
    assert dict(table)["2026-02"] == {"prospect": 1, "customer": 1}
    assert [label for label, _ in queries.answers_by_month(2)] == ["2026-02", "2026-04"]


def test_the_themes_most_people_speak_about() -> None:
    survey = a_survey()
    book = a_codebook(survey)
    one, two = a_theme(book), a_theme(book)
    ada, bob, eve = a_contact(kind="customer"), a_contact(kind="former_customer"), a_contact(kind="lost_prospect")
    for contact, themes in ((ada, (one, two)), (bob, (two,)), (eve, (two,)), (ada, (one,))):
        a_mention(a_response(survey, contact, missing="late"), *themes)
    first, second = theme_queries.top_themes()
    assert (first.theme, first.people, first.gone, first.mentions) == (two, 3, 2, 3)
    assert (second.theme, second.people, second.gone, second.mentions) == (one, 1, 0, 2)  # Ada counts once
    assert theme_queries.top_themes(1) == [first]


def test_the_figures_of_a_theme_are_those_of_its_own_page() -> None:
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    nobody = a_response(survey, None, missing="late")  # an anonymous one counts as a person, too
    for response in (nobody, a_response(survey, a_contact(), missing="slow")):
        a_mention(response, theme)
    with transaction() as session:
        session.query(Mention).filter_by(response_id=nobody.id).update({"tone": "complaint"})
    (line,) = theme_queries.top_themes()
    own = figures.breakdown(theme, Look(), "UTC")
    assert (line.people, line.mentions, line.complaints) == (own.people, own.total, own.tones["complaint"]) == (2, 2, 1)


def test_each_number_of_what_is_in_no_theme_leads_to_a_list_as_long() -> None:
    one, other, homeless = a_survey(), a_survey(), a_survey()
    first, second = a_codebook(one), a_codebook(other)
    for survey, count in ((one, 1), (other, 2)):
        for _ in range(count):
            a_mention(a_response(survey, a_contact(), missing="late"))
    a_response(homeless, a_contact(), missing="nobody reads me")
    todo = queries.todo()
    assert todo.ungrouped == [(second, 2), (first, 1)]
    for codebook, waiting in todo.ungrouped:
        assert mention_queries.mentions(codebook.id, Look(), "UTC", 1, shelf="ungrouped").total == waiting
    assert (todo.unread_texts, todo.homeless_texts) == (0, 1)
