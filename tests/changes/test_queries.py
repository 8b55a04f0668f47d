"""Lists of changes, and how many people stand behind one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Flask
from sqlalchemy import event

from feedback_app.changes import actions, evidence, queries
from feedback_app.changes.queries import Behind, Filter
from feedback_app.changes.words import Words
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.themes.models import Theme
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme
from tests.changes.test_actions import ENTRY
from tests.factories import a_contact, a_response, a_survey

TODAY = date(2026, 11, 21)


def found(**wanted: object) -> list[int]:
    return [one.id for one in queries.find(Filter(**wanted), 1, TODAY).items]  # type: ignore[arg-type]


def test_people_behind_counts_each_person_once(app: Flask) -> None:
    survey, elsewhere = a_survey(), a_survey()
    book = a_codebook(survey)
    one, two = a_theme(book), a_theme(book)
    ada, bob, eve = a_contact(), a_contact(), a_contact()
    a_mention(a_response(survey, ada, missing="late"), one, two)
    a_mention(a_response(survey, ada, missing="late again"), one)
    a_mention(a_response(survey, bob, missing="slow"), two, state="set_aside")
    a_response(survey, None, missing="nobody's")
    a_response(elsewhere, eve, missing="something else")
    change = a_change(one, two)
    assert queries.people_behind(change) == Behind(spoke=1, answered=2)
    assert queries.people_behind(a_change()) == Behind(0, 0)
    assert [one.id for one in queries.surveys_concerned([change])] == [survey.id]


def test_a_merged_theme_counts_as_the_one_it_went_into(app: Flask) -> None:
    survey = a_survey()
    book = a_codebook(survey)
    target = a_theme(book, "Delivery")
    old = a_theme(book, "Waiting", state="merged", merged_into_id=target.id)
    a_mention(a_response(survey, a_contact(), missing="late"), target)
    change = a_change(old, target)
    assert queries.people_behind(change).spoke == 1
    assert [(one.name, one.people) for one in evidence.themes_behind(change)] == [("Delivery", 1)]
    assert found(theme=target.id) == [change]


def test_a_chain_of_merges_is_followed_to_its_end(app: Flask) -> None:
    survey = a_survey()
    book = a_codebook(survey)
    last = a_theme(book, "Delivery")
    middle = a_theme(book, "Waiting", state="merged", merged_into_id=last.id)
    first = a_theme(book, "Window", state="merged", merged_into_id=middle.id)
    a_mention(a_response(survey, a_contact(), missing="late"), last)
    change = a_change(first)
    assert queries.people_behind(change).spoke == 1
    assert queries.theme_ids(change) == [last.id]


def test_quotes_are_the_fullest_and_never_the_same_twice(app: Flask) -> None:
    survey = a_survey()
    theme = a_theme(a_codebook(survey))
    for text in ("short", "a little longer", "a little longer", "the longest of them all", "x" * 900):
        a_mention(a_response(survey, a_contact(), missing=text), theme)
    (shown,) = evidence.themes_behind(a_change(theme))
    assert [one.text for one in shown.quotes] == ["the longest of them all", "a little longer", "short"]
    assert (shown.mentions, shown.people) == (5, 5)


def test_filters_and_search(app: Flask) -> None:
    polish = actions.log(replace(ENTRY, translations={"pl": {"what": "Łagodniejszy ton 50%"}}), COMMAND)
    no = actions.log(
        replace(ENTRY, state="declined", words=Words("price", "No deposit", "", "Credit"), look_again_on=TODAY), COMMAND
    )
    assert found() == [no, polish]
    assert found(state="declined") == [no] == found(process="price") == found(look_again=True)
    assert found(text="łagodniejszy") == [polish] == found(text="50%")
    assert found(text="_____") == found(text="%%") == []
    assert found(text="CREDIT") == [no]
    assert queries.counts_by_state() == {"considered": 1, "planned": 0, "made": 0, "declined": 1}
    assert queries.processes() == ["delivery", "price"]


def test_themes_to_link_leave_out_what_was_set_aside_unless_chosen(app: Flask) -> None:
    book = a_codebook(a_survey())
    there, aside = a_theme(book, "There"), a_theme(book, "Aside", state="set_aside")
    assert [one.name for one in evidence.themes_to_link()] == ["There"]
    assert {one.id for one in evidence.themes_to_link([aside.id])} == {there.id, aside.id}


def test_a_list_costs_the_same_however_long_it_is(app: Flask) -> None:
    theme = a_theme(a_codebook(a_survey()))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def cost() -> int:
        db.session.expire_all()
        statements.clear()
        page = queries.find(Filter(), 1, TODAY)
        queries.behind([one.id for one in page.items])
        assert [one.owner for one in page.items] == [None] * len(page.items)
        return len(statements)

    a_change(theme)
    few = cost()
    for _ in range(12):
        a_change(theme)
    assert cost() == few


def test_linking_survives_a_merge_made_later(app: Flask) -> None:
    book = a_codebook(a_survey())
    old, target = a_theme(book), a_theme(book)
    change = a_change(old)
    with transaction() as session:
        session.merge(Theme(id=old.id, codebook_id=book.id, name="old", state="merged", merged_into_id=target.id))
    assert queries.theme_ids(change) == [target.id]
