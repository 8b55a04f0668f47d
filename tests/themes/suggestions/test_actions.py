"""A suggestion does nothing until a person accepts it, and then just what was shown, with the names as edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.themes.curation import mention_actions, undo
from feedback_app.themes.models import Placement, Suggestion, Theme, ThemeEvent
from feedback_app.themes.suggestions import actions
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


@dataclass
class Room:
    codebook: int
    trouble: int
    price: int
    late: list[int]
    refund: list[int]
    loose: list[int] = field(default_factory=list)


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    trouble, price = a_theme(codebook, "Trouble"), a_theme(codebook, "Price")
    response = a_response(survey, a_contact(), expected="words")
    late = some_mentions(response, ["came late", "two days late"], trouble)
    refund = some_mentions(response, ["no refund", "where is my money"], trouble)
    return Room(codebook, trouble, price, late, refund, some_mentions(response, ["nobody called", "no call"]))


def a_part(name: str, mentions: list[int], **more: Any) -> dict[str, Any]:
    return {"name": name, "phrases": [name.lower()], "mentions": mentions, "quotes": mentions[:1], **more}


def suggested(room: Room, kind: str, *parts: dict[str, Any], **more: Any) -> int:
    with transaction() as session:
        row = Suggestion(codebook_id=room.codebook, kind=kind, reason=f"{kind}:1", parts=list(parts), **more)
        session.add(row)
    return row.id


def in_theme(theme: int) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == theme)))


def state(suggestion: int) -> str:
    db.session.rollback()
    return db.session.get_one(Suggestion, suggestion).state


def test_a_new_theme_takes_its_mentions_phrases_and_quotes(room: Room) -> None:
    (theme,) = actions.accept(suggested(room, "new_theme", a_part("Calls", room.loose)), COMMAND)
    assert in_theme(theme) == set(room.loose)
    row = db.session.get_one(Theme, theme)
    assert (row.name, row.phrases, row.quotes["typical"]) == ("Calls", ["calls"], room.loose[:1])


def test_names_in_other_languages_stay_only_with_the_name_they_belong_to(room: Room) -> None:
    part = a_part("Calls", room.loose, names={"en": "Calls", "pl": "Telefony"})
    (kept,) = actions.accept(suggested(room, "new_theme", part), COMMAND, ["Calls"])
    assert db.session.get_one(Theme, kept).names == {"en": "Calls", "pl": "Telefony"}
    with transaction() as session:
        session.add(Suggestion(codebook_id=room.codebook, kind="new_theme", reason="other", parts=[part]))
    other = db.session.scalar(select(Suggestion.id).where(Suggestion.reason == "other")) or 0
    (edited,) = actions.accept(other, COMMAND, ["Nobody rings"])
    assert "pl" not in db.session.get_one(Theme, edited).names  # else Polish readers would see the other name


def test_a_part_whose_name_was_emptied_is_left_where_it_is(room: Room) -> None:
    split = suggested(room, "split", a_part("Late", room.late), a_part("Refund", room.refund), theme_id=room.trouble)
    (theme,) = actions.accept(split, COMMAND, ["", "Refunds"])
    assert in_theme(theme) == set(room.refund)
    assert in_theme(room.trouble) == set(room.late)
    assert db.session.get_one(Theme, theme).name == "Refunds"


def test_a_split_with_no_name_left_is_refused_and_can_still_be_accepted(room: Room) -> None:
    split = suggested(room, "split", a_part("Late", room.late), theme_id=room.trouble)
    with pytest.raises(Refused, match="needs a name"):
        actions.accept(split, COMMAND, ["  "])
    assert state(split) == "open"
    assert actions.accept(split, COMMAND)


def test_what_people_confirmed_elsewhere_meanwhile_stays_there(room: Room) -> None:
    split = suggested(room, "split", a_part("Late", room.late), theme_id=room.trouble)
    mention_actions.move(room.late[:1], room.price, COMMAND, room.trouble)
    (theme,) = actions.accept(split, COMMAND)
    assert in_theme(theme) == set(room.late[1:])
    assert in_theme(room.price) == set(room.late[:1])


def test_what_people_confirmed_in_the_theme_itself_goes_along_with_its_part(room: Room) -> None:
    split = suggested(room, "split", a_part("Late", room.late), theme_id=room.trouble)
    mention_actions.confirm(room.late, room.trouble, COMMAND)
    (theme,) = actions.accept(split, COMMAND)
    assert in_theme(theme) == set(room.late)


@pytest.mark.parametrize("stays", ["price", "trouble"])
def test_of_two_themes_the_one_chosen_stays(room: Room, stays: str) -> None:
    merge = suggested(room, "merge", theme_id=room.trouble, other_id=room.price)
    kept, gone = (room.price, room.trouble) if stays == "price" else (room.trouble, room.price)
    assert actions.accept(merge, COMMAND, into=kept) == [kept]
    assert in_theme(kept) == {*room.late, *room.refund}
    assert db.session.get_one(Theme, gone).merged_into_id == kept


def test_a_theme_outside_the_pair_cannot_be_made_the_one_that_stays(room: Room) -> None:
    stranger = a_theme(room.codebook, "Stranger")
    merge = suggested(room, "merge", theme_id=room.trouble, other_id=room.price)
    assert actions.accept(merge, COMMAND, into=stranger) == [room.trouble]
    assert db.session.get_one(Theme, stranger).state == "open"


def test_nobody_decides_twice(room: Room) -> None:
    new = suggested(room, "new_theme", a_part("Calls", room.loose))
    actions.dismiss(new, COMMAND)
    for again in (actions.dismiss, actions.accept):
        with pytest.raises(Refused, match="already"):
            again(new, COMMAND)
    assert in_theme(room.trouble) == {*room.late, *room.refund}
    assert db.session.scalars(select(Theme.name).order_by(Theme.id)).all() == ["Trouble", "Price"]


def test_a_no_is_taken_back_and_what_was_accepted_is_not(room: Room) -> None:
    new = suggested(room, "new_theme", a_part("Calls", room.loose))
    actions.dismiss(new, COMMAND)
    actions.reopen(new, COMMAND)
    row = db.session.get_one(Suggestion, new)
    assert (row.state, row.decided_at, row.decided_by) == ("open", None, "")
    actions.accept(new, COMMAND)
    with pytest.raises(Refused, match="Only a dismissed"):
        actions.reopen(new, COMMAND)
    codes = db.session.scalars(select(Event.code).where(Event.code.startswith("suggestion.")).order_by(Event.id)).all()
    assert codes == ["suggestion.dismissed", "suggestion.reopened", "suggestion.accepted"]


def test_an_accepted_theme_is_undone_from_the_history(room: Room) -> None:
    (theme,) = actions.accept(suggested(room, "split", a_part("Late", room.late), theme_id=room.trouble), COMMAND)
    step = db.session.scalar(select(ThemeEvent.id).where(ThemeEvent.theme_id == theme))
    assert undo.undo(step or 0, COMMAND) == len(room.late)
    assert in_theme(room.trouble) == {*room.late, *room.refund}
    assert db.session.get_one(Theme, theme).state == "set_aside"


def test_what_was_never_suggested_is_not_found(room: Room) -> None:
    for verb in (actions.accept, actions.dismiss, actions.reopen):
        with pytest.raises(NotFound, match="suggestion number 77"):
            verb(77, COMMAND)
