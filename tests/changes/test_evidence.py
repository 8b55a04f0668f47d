"""What stands behind a change: counted once each, in words that can be read at a glance, wherever merges led."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from feedback_app.changes import evidence
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.surveys.models import Survey
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.models import Codebook, Mention, Theme
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme
from tests.factories import a_contact, a_response, a_survey


@dataclass
class Room:
    survey: Survey
    book: Codebook
    late: Theme
    price: Theme
    ada: Contact
    bob: Contact


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey()
    book = a_codebook(survey)
    late, price = a_theme(book, "Late"), a_theme(book, "Price")
    return Room(survey, book, late, price, a_contact("ada@x.example"), a_contact("bob@x.example", kind="lost_prospect"))


def said(room: Room, who: Contact | None, *texts: str, themes: tuple[Theme, ...] = ()) -> list[Mention]:
    response = a_response(room.survey, who, missing="x")
    return [a_mention(response, *(themes or (room.late,)), text=text) for text in texts]


def test_people_are_counted_once_however_often_they_speak(room: Room) -> None:
    said(room, room.ada, "It came late.", "Late again.")
    said(room, room.bob, "Two days late.")
    (found,) = evidence.themes_behind(a_change(room.late))
    assert (found.mentions, found.people) == (3, 2)
    assert (found.name, found.codebook, found.state) == ("Late", room.book.name, "open")


def test_a_mention_of_two_themes_counts_for_both(room: Room) -> None:
    said(room, room.ada, "Late, and dear.", themes=(room.late, room.price))
    behind = evidence.themes_behind(a_change(room.late, room.price))
    assert [(one.name, one.mentions, one.people) for one in behind] == [("Late", 1, 1), ("Price", 1, 1)]


def test_what_was_set_aside_is_no_evidence(room: Room) -> None:
    (first, _second) = said(room, room.ada, "It came late.", "spam spam spam")
    change = a_change(room.late)
    with transaction() as session:
        session.get_one(Mention, first.id).state = "set_aside"
    (found,) = evidence.themes_behind(change)
    assert (found.mentions, [quote.text for quote in found.quotes]) == (1, ["spam spam spam"])


def test_a_theme_nobody_speaks_of_stands_behind_with_nothing(room: Room) -> None:
    (found,) = evidence.themes_behind(a_change(room.price))
    assert (found.mentions, found.people, found.quotes) == (0, 0, [])


def test_three_quotes_the_fullest_that_can_be_read_at_a_glance(room: Room) -> None:
    endless = "It came late. " * 30
    said(
        room,
        room.ada,
        "Late.",
        "It came two days late and nobody said why.",
        endless,
        "It came late.",
        "Very late it was.",
    )
    (found,) = evidence.themes_behind(a_change(room.late))
    assert [quote.text for quote in found.quotes] == [
        "It came two days late and nobody said why.",
        "Very late it was.",
        "It came late.",
    ]


def test_an_endless_quote_is_better_than_none(room: Room) -> None:
    said(room, room.ada, "It came late. " * 30)
    (found,) = evidence.themes_behind(a_change(room.late))
    assert len(found.quotes) == 1


def test_the_same_words_of_several_people_are_shown_once(room: Room) -> None:
    said(room, room.ada, "It came late.")
    said(room, room.bob, "It came late.")
    (found,) = evidence.themes_behind(a_change(room.late))
    assert [quote.text for quote in found.quotes] == ["It came late."]
    assert found.people == 2


def test_of_whoever_spoke_only_what_helps_to_understand_is_told(room: Room) -> None:
    said(room, room.bob, "It came late.")
    (found,) = evidence.themes_behind(a_change(room.late))
    assert vars(found.quotes[0]) == {"text": "It came late.", "kind": "lost_prospect", "language": "en"}


def test_a_merged_theme_counts_as_the_one_it_is_in_by_now(room: Room) -> None:
    said(room, room.ada, "It came late.")
    said(room, room.bob, "Too dear.", themes=(room.price,))
    change = a_change(room.late, room.price)
    theme_actions.merge([room.late.id], room.price.id, COMMAND)
    (found,) = evidence.themes_behind(change)
    assert (found.name, found.mentions, found.people) == ("Price", 2, 2)


def test_open_themes_can_be_linked_the_most_spoken_of_first(room: Room) -> None:
    said(room, room.ada, "Too dear.", "Far too dear.", themes=(room.price,))
    said(room, room.ada, "It came late.")
    gone = a_theme(room.book, "Gone")
    theme_actions.set_aside(gone.id, COMMAND)
    assert [one.name for one in evidence.themes_to_link()] == ["Price", "Late"]
    assert [one.name for one in evidence.themes_to_link([gone.id])] == ["Price", "Late", "Gone"]  # it is linked already


def test_themes_are_listed_codebook_by_codebook(room: Room) -> None:
    other = a_codebook(a_survey())
    with transaction() as session:
        session.get_one(Codebook, other.id).name = "A codebook before the others"
    a_theme(other, "Invoices")
    said(room, room.ada, "It came late.")
    assert [one.name for one in evidence.themes_to_link()] == ["Invoices", "Late", "Price"]


def test_a_theme_to_link_shows_its_complaints_and_the_words_it_was_found_by(room: Room) -> None:
    first, second = said(room, room.ada, "It came late.", "Late, but friendly.")
    (gone,) = said(room, room.bob, "Too dear.", themes=(room.price,))
    with transaction() as session:
        session.get_one(Mention, first.id).tone = "complaint"
        session.get_one(Theme, room.late.id).quotes = {"typical": [second.id, gone.id, 999]}
    late, price = evidence.themes_to_link()
    assert (late.name, late.mentions, late.complaints) == ("Late", 2, 1)
    assert [one.text for one in late.quotes] == ["Late, but friendly."]  # the other one is in another theme by now
    assert (price.complaints, price.quotes) == (0, [])
