"""A response's own page says what it speaks of, and lets that be corrected there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.themes.models import Mention, Placement, ThemeEvent
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


@dataclass
class Room:
    response: int
    late: int
    rude: int
    mentions: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    late = a_theme(codebook, "Spät", names={"en": "Late", "pl": "Spóźnienia"})
    rude = a_theme(codebook, "Rude")
    response = a_response(survey, a_contact(), expected="You came late. The driver was rude. Bye.")
    mentions = some_mentions(response, ["You came late.", "The driver was rude."], late)
    mentions += some_mentions(response, ["Bye."])
    with transaction() as session:
        session.query(Mention).filter_by(text="Bye.").update({"state": "aside"})
        session.query(Mention).filter_by(text="You came late.").update({"tone": "complaint"})
    return Room(response.id, late, rude, mentions)


@pytest.fixture
def owner(as_role: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_role("product_owner")


def themes_of(mention: int) -> set[int]:
    return set(db.session.scalars(select(Placement.theme_id).where(Placement.mention_id == mention)))


def test_it_says_what_the_response_speaks_of(room: Room, as_role: Callable[[str], FlaskClient]) -> None:
    page = read(as_role("viewer").get(f"/responses/{room.response}").text)
    assert "What it speaks of" in page
    assert page.count("Late") == 2  # in the reader's language
    assert "complaint" in page
    assert "beside the point" in page
    assert "Correct…" not in page


@pytest.mark.parametrize(
    ("deed", "themes"),
    [("move-{rude}", {"rude"}), ("also-{rude}", {"late", "rude"}), ("out-{late}", set()), ("right-{late}", {"late"})],
)
def test_a_theme_is_corrected_here(room: Room, owner: FlaskClient, deed: str, themes: set[str]) -> None:
    second = room.mentions[1]
    back = f"/responses/{room.response}#m{second}"
    wanted = deed.format(late=room.late, rude=room.rude)
    reply = owner.post(f"/themes/mentions/{second}/correct", data={"deed": wanted, "tone": "", "next": back})
    assert (reply.status_code, reply.location) == (303, back)
    assert themes_of(second) == {getattr(room, one) for one in themes}
    assert themes_of(room.mentions[0]) == {room.late}
    step = db.session.scalars(select(ThemeEvent)).one()
    owner.post(f"/themes/steps/{step.id}/undo")
    assert themes_of(second) == {room.late}


def test_the_tone_is_corrected_and_what_was_left_out_comes_back(room: Room, owner: FlaskClient) -> None:
    first, _second, bye = room.mentions
    page = owner.post(f"/themes/mentions/{first}/correct", data={"tone": "praise"}, follow_redirects=True).text
    assert "Saved." in page
    assert db.session.get_one(Mention, first).tone == "praise"
    owner.post(f"/themes/mentions/{bye}/correct", data={"deed": "back"})
    assert db.session.get_one(Mention, bye).state == "open"
    owner.post(f"/themes/mentions/{bye}/correct", data={"deed": "aside"})
    assert db.session.get_one(Mention, bye).state == "set_aside"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "Nothing was changed."),
        ({"tone": "complaint"}, "Nothing was changed."),
        ({"tone": "loud"}, "There is no such tone."),
        ({"deed": "move-"}, "Choose a theme"),
        ({"deed": "move-" + "9" * 30}, "Choose a theme"),
        ({"deed": "move-999"}, "no theme number 999"),
        ({"deed": "burn-1"}, "Choose a theme"),
    ],
)
def test_nonsense_gets_one_clear_line(room: Room, owner: FlaskClient, data: dict[str, str], told: str) -> None:
    reply = owner.post(f"/themes/mentions/{room.mentions[0]}/correct", data=data, follow_redirects=True)
    assert told in read(reply.text)
    assert themes_of(room.mentions[0]) == {room.late}


def test_strangers_and_readers_correct_nothing(room: Room, as_role: Callable[[str], FlaskClient]) -> None:
    address = f"/themes/mentions/{room.mentions[0]}/correct"
    assert as_role("viewer").post(address, data={"deed": "aside"}).status_code == 403
    assert as_role("admin").post("/themes/mentions/999/correct", data={"deed": "aside"}).status_code == 404
