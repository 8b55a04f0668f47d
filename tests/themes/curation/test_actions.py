"""Every step people can take with themes and mentions, each undone again, each kept honest by the table."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND, Actor
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.organisation.queries import current
from feedback_app.themes import queries
from feedback_app.themes.curation import mention_actions, theme_actions, undo
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.models import Codebook, Mention, Placement, Theme, ThemeEvent
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


@dataclass
class Room:
    codebook: int
    price: int
    delivery: int
    expensive: list[int]
    late: list[int]
    loose: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    survey = a_survey()
    codebook = a_codebook([survey.id])
    price, delivery = a_theme(codebook, "Price"), a_theme(codebook, "Delivery")
    one = a_response(survey, a_contact(), expected="words")
    two = a_response(survey, a_contact(kind="lost_prospect"), expected="words")
    return Room(
        codebook,
        price,
        delivery,
        some_mentions(one, ["too dear", "za drogo"], price) + some_mentions(two, ["costs more than it said"], price),
        some_mentions(one, ["came late"], delivery) + some_mentions(two, ["never came"], delivery),
        some_mentions(two, ["nobody called back"]),
    )


Picture = tuple[dict[int, set[tuple[int, float, bool]]], dict[int, tuple[str, bool]], dict[int, tuple[object, ...]]]


def picture() -> Picture:
    """Everything a step may change: placements, states of mentions, and the themes themselves."""
    placed: dict[int, set[tuple[int, float, bool]]] = {}
    for one in db.session.scalars(select(Placement)):
        placed.setdefault(one.mention_id, set()).add((one.theme_id, one.confidence, one.confirmed_at is not None))
    mentions = {one.id: (one.state, one.decided_at is not None) for one in db.session.scalars(select(Mention))}
    themes = {
        one.id: (one.name, one.named_by_person, one.description, one.state, one.merged_into_id, one.owner_id)
        for one in db.session.scalars(select(Theme))
    }
    db.session.rollback()
    return placed, mentions, themes


def in_theme(theme: int) -> set[int]:
    return set(db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == theme)))


def last_step() -> int:
    return db.session.scalars(select(ThemeEvent.id).order_by(ThemeEvent.id.desc())).first() or 0


STEPS = {
    "rename": lambda room: theme_actions.rename(room.price, "What it costs", COMMAND),
    "describe": lambda room: theme_actions.save(room.price, "Price", "Amounts, fees", None, COMMAND),
    "merge": lambda room: theme_actions.merge([room.price], room.delivery, COMMAND),
    "set theme aside": lambda room: theme_actions.set_aside(room.price, COMMAND),
    "move": lambda room: mention_actions.move(room.expensive[:2], room.delivery, COMMAND, room.price),
    "move loose": lambda room: mention_actions.move(room.loose, room.delivery, COMMAND),
    "add": lambda room: mention_actions.add_to(room.expensive, room.delivery, COMMAND),
    "confirm": lambda room: mention_actions.confirm(room.expensive, room.price, COMMAND),
    "take out": lambda room: mention_actions.take_out(room.expensive, room.price, COMMAND),
    "set mention aside": lambda room: mention_actions.set_aside(room.late, room.codebook, COMMAND),
}


@pytest.mark.parametrize("name", STEPS)
def test_every_step_changes_something_says_who_and_is_undone_exactly(room: Room, name: str) -> None:
    before = picture()
    STEPS[name](room)
    after, step = picture(), last_step()
    assert after != before
    undo.undo(step, COMMAND)
    assert picture() == before
    event = db.session.get_one(ThemeEvent, step)
    assert (event.by, event.undone_by) == ("command", "command")
    assert event.undone_at is not None
    notes = db.session.scalars(select(Event.code).order_by(Event.id)).all()
    assert notes == [event.code, "theme.step_undone"]


@pytest.mark.parametrize("name", STEPS)
def test_no_step_is_undone_twice(room: Room, name: str) -> None:
    STEPS[name](room)
    step = last_step()
    undo.undo(step, COMMAND)
    now = picture()
    with pytest.raises(Refused, match="undone already"):
        undo.undo(step, COMMAND)
    assert picture() == now


def test_bringing_back_is_undone_too(room: Room) -> None:
    theme_actions.set_aside(room.price, COMMAND)
    aside = picture()
    theme_actions.bring_back(room.price, COMMAND)
    undo.undo(last_step(), COMMAND)
    assert picture() == aside
    mention_actions.set_aside(room.late, room.codebook, COMMAND)
    aside = picture()
    mention_actions.bring_back(room.late, room.codebook, COMMAND)
    assert db.session.get_one(Mention, room.late[0]).state == "open"
    undo.undo(last_step(), COMMAND)
    assert picture() == aside


def test_a_theme_started_from_a_search_takes_what_was_found_and_gives_it_back(room: Room) -> None:
    before = picture()
    found = mentions_where(room.codebook, Look(q="came"), "UTC")
    theme = theme_actions.start_theme(room.codebook, "Arrival", COMMAND, found)
    assert in_theme(theme.id) == set(room.late)
    assert in_theme(room.delivery) == set()
    undo.undo(last_step(), COMMAND)
    placed, mentions, themes = picture()
    assert (placed, mentions) == before[:2]
    assert themes[theme.id][3] == "set_aside"  # a link to it still leads somewhere


def test_a_merge_keeps_every_person_and_every_word_of_a_person_about_it(room: Room, a_staff: object) -> None:
    mention_actions.confirm(room.expensive[:1], room.price, COMMAND)
    mention_actions.add_to(room.expensive[:1], room.delivery, COMMAND)
    with transaction() as session:  # the machine had it in both, unsure of the second
        session.add(Placement(mention_id=room.expensive[1], theme_id=room.delivery, confidence=0.2))
    people = set(db.session.scalars(select(Mention.contact_id).join(Placement)))
    assert theme_actions.merge([room.price], room.delivery, COMMAND) == 3
    assert in_theme(room.price) == set()
    assert in_theme(room.delivery) == {*room.expensive, *room.late}
    assert set(db.session.scalars(select(Mention.contact_id).join(Placement))) == people
    kept = db.session.scalar(select(Placement).where(Placement.mention_id == room.expensive[0]))
    assert kept is not None
    assert kept.confirmed_at is not None


def test_what_people_confirmed_in_the_source_stays_confirmed_after_a_merge(room: Room) -> None:
    with transaction() as session:
        session.add(Placement(mention_id=room.expensive[0], theme_id=room.delivery, confidence=0.9))
    mention_actions.confirm(room.expensive[:1], room.price, COMMAND)
    before = picture()
    theme_actions.merge([room.price], room.delivery, COMMAND)
    kept = db.session.scalars(select(Placement).where(Placement.mention_id == room.expensive[0])).one()
    assert kept.theme_id == room.delivery
    assert kept.confirmed_at is not None
    undo.undo(last_step(), COMMAND)
    assert picture() == before


def test_links_to_merged_themes_lead_on_however_long_the_chain(room: Room) -> None:
    third = a_theme(room.codebook, "Everything")
    theme_actions.merge([room.price], room.delivery, COMMAND)
    theme_actions.merge([room.delivery], third, COMMAND)
    assert queries.final_ids(room.codebook) == {room.price: third, room.delivery: third, third: third}
    chain = queries.forwarding()
    assert dict(db.session.execute(select(chain.c.theme_id, chain.c.final_id)).all()) == {
        room.price: third,
        room.delivery: third,
        third: third,
    }
    assert queries.final_theme(queries.theme_by_id(room.price)).id == third
    with pytest.raises(Refused, match="merged into “Everything”"):
        theme_actions.rename(room.price, "Cost", COMMAND)
    with pytest.raises(Refused, match="itself merged"):
        undo.undo(first_merge(), COMMAND)
    assert in_theme(third) == {*room.expensive, *room.late}


def first_merge() -> int:
    return db.session.scalars(select(ThemeEvent.id).where(ThemeEvent.code == "theme.merged")).first() or 0


def test_undoing_leaves_later_decisions_about_the_same_mentions_alone(room: Room) -> None:
    third = a_theme(room.codebook, "Fees")
    theme_actions.merge([room.price], room.delivery, COMMAND)
    merge = last_step()
    mention_actions.move(room.expensive[:1], third, COMMAND)
    assert undo.undo(merge, COMMAND) == 2
    assert in_theme(room.price) == set(room.expensive[1:])
    assert in_theme(third) == set(room.expensive[:1])


def test_a_theme_changed_again_since_is_not_undone_in_the_wrong_order(room: Room) -> None:
    theme_actions.rename(room.price, "Cost", COMMAND)
    first = last_step()
    theme_actions.rename(room.price, "Costs", COMMAND)
    with pytest.raises(Refused, match="later step first"):
        undo.undo(first, COMMAND)
    assert db.session.get_one(Theme, room.price).name == "Costs"
    assert db.session.get_one(ThemeEvent, first).undone_at is None


def test_moving_out_of_one_theme_leaves_the_other_theme_of_a_mention(room: Room) -> None:
    third = a_theme(room.codebook, "Fees")
    mention_actions.add_to(room.expensive[:1], room.delivery, COMMAND)
    mention_actions.move(room.expensive[:1], third, COMMAND, room.price)
    assert {theme for theme in (room.price, room.delivery, third) if room.expensive[0] in in_theme(theme)} == {
        room.delivery,
        third,
    }


def test_whether_the_machine_was_right_is_kept(room: Room) -> None:
    mention_actions.confirm(room.expensive[:2], room.price, COMMAND)
    mention_actions.move(room.expensive[2:], room.delivery, COMMAND, room.price)
    mention_actions.move(room.loose, room.delivery, COMMAND)
    guessed = dict(db.session.execute(select(Placement.mention_id, Placement.guessed)).all())
    assert [guessed[one] for one in (*room.expensive, *room.loose)] == [True, True, False, None]


def test_mentions_of_other_codebooks_are_left_alone(room: Room) -> None:
    other = a_survey()
    a_codebook([other.id], "Other")
    stranger = some_mentions(a_response(other, a_contact(), expected="x"), ["from elsewhere"])
    assert mention_actions.move([*stranger, *room.loose], room.price, COMMAND) == 1
    assert stranger[0] not in in_theme(room.price)
    with pytest.raises(Refused, match="No mention"):
        mention_actions.move([*stranger, 999_999], room.price, COMMAND)


def test_refusals_change_nothing_and_say_what_to_do(room: Room) -> None:
    before = picture()
    with pytest.raises(Refused, match="needs a name"):
        theme_actions.rename(room.price, " \n\t ", COMMAND)
    with pytest.raises(Refused, match="200"):
        theme_actions.rename(room.price, "x" * 201, COMMAND)
    with pytest.raises(Refused, match="at least one other"):
        theme_actions.merge([room.price], room.price, COMMAND)
    with pytest.raises(NotFound):
        theme_actions.merge([room.price], 9_999, COMMAND)
    with pytest.raises(NotFound):
        theme_actions.save(room.price, "Cost", "Fees", 9_999, COMMAND)
    with pytest.raises(Refused, match="not set aside"):
        theme_actions.bring_back(room.price, COMMAND)
    with pytest.raises(NotFound):
        undo.undo(9_999, COMMAND)
    elsewhere = a_theme(a_codebook([], "Other"), "Elsewhere")
    with pytest.raises(Refused, match="different codebooks"):
        theme_actions.merge([room.price], elsewhere, COMMAND)
    assert picture()[:2] == before[:2]
    assert db.session.scalar(select(func.count()).select_from(ThemeEvent)) == 0
    assert theme_actions.rename(room.price, "Price", COMMAND) is False


def test_the_table_itself_refuses_what_makes_no_sense(room: Room) -> None:
    for broken in (
        {"state": "merged", "merged_into_id": None},
        {"merged_into_id": room.delivery},
        {"state": "merged", "merged_into_id": room.price},
        {"name": "  "},
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.query(Theme).filter_by(id=room.price).update(broken)
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Placement(mention_id=room.loose[0], theme_id=room.price, confidence=1.5))


def test_corrections_are_noted_for_the_machine_to_learn(room: Room) -> None:
    assert db.session.get_one(Codebook, room.codebook).corrected_at is None
    theme_actions.rename(room.price, "Cost", COMMAND)
    assert db.session.get_one(Codebook, room.codebook).corrected_at is None
    mention_actions.move(room.loose, room.price, COMMAND)
    assert db.session.get_one(Codebook, room.codebook).corrected_at is not None


def test_the_history_outlives_the_account_of_who_did_it(room: Room, a_staff: object) -> None:
    person = a_staff("product_owner")  # type: ignore[operator]
    theme_actions.rename(room.price, "Cost", Actor.of(person))
    with transaction() as session:
        session.delete(session.merge(person))
    page = queries.history(1, theme_id=room.price)
    assert [(one.by, one.by_id) for one in page.items] == [("product_owner@velo.example", None)]


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "=1+1", "😀" * 30, "\u202eabc", "' OR 1=1 --", "Zażółć\ngęślą\u0000"]
)
def test_hostile_names_are_kept_as_words(room: Room, hostile: str) -> None:
    theme_actions.rename(room.price, hostile, COMMAND)
    name = db.session.get_one(Theme, room.price).name
    assert "\0" not in name
    assert "\n" not in name
    undo.undo(last_step(), COMMAND)
    assert db.session.get_one(Theme, room.price).name == "Price"


def test_a_form_is_saved_whole_or_not_at_all(room: Room) -> None:
    with pytest.raises(NotFound, match="member of staff"):
        theme_actions.save(room.price, "Cost", "Fees", 9_999, COMMAND)
    db.session.rollback()
    theme = db.session.get_one(Theme, room.price)
    assert (theme.name, theme.description) == ("Price", "")
    assert not db.session.scalars(select(ThemeEvent.code).where(ThemeEvent.code != "theme.found")).all()
    assert theme_actions.save(room.price, "Cost", "Fees", None, COMMAND)
    assert not theme_actions.save(room.price, "Cost", "Fees", None, COMMAND)


def test_a_name_in_one_language_stands_beside_a_persons_other_and_replaces_the_machines(room: Room) -> None:
    with transaction():
        theme = db.session.get_one(Theme, room.price)
        theme.named_by_person, theme.names = False, {"en": "Price", "pl": "Cena"}
    assert not theme_actions.rename(room.price, "Cena", COMMAND, "pl")
    assert theme_actions.rename(room.price, "Za drogo", COMMAND, "pl")
    assert (theme.name, theme.names) == ("Za drogo", {"pl": "Za drogo"})
    assert theme_actions.rename(room.price, "Too expensive", COMMAND, "en")
    assert theme.title == {"pl": "Za drogo", "en": "Too expensive"}
    assert theme.name == theme.names[current().language]
    newest = db.session.scalar(select(func.max(ThemeEvent.id)).where(ThemeEvent.theme_id == room.price))
    undo.undo(newest or 0, COMMAND)
    assert theme.names == {"pl": "Za drogo"}
