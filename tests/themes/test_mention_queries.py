"""Lines of mentions in the order asked for, quotes that prove a theme, and the step offered for undoing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.events.actor import Actor
from feedback_app.extensions import db
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.curation import mention_actions, theme_actions, undo
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Mention, Placement, Theme, ThemeEvent
from feedback_app.themes.reports.agreement import Agreement, agreement, agreements
from feedback_app.themes.reports.theme_quotes import quotes
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

TEXTS = [f"The parcel came {days} days after it should have." for days in range(1, 7)]


@dataclass
class Room:
    codebook: int
    theme: int
    ids: list[int]


@pytest.fixture
def room(app: Flask) -> Room:
    """Six mentions of one theme: the first the least sure (.2), the last the surest (.95)."""
    survey = a_survey()
    codebook = a_codebook([survey.id])
    theme = a_theme(codebook, "Late")
    ids = some_mentions(a_response(survey, a_contact(), expected="x"), TEXTS, theme)
    with transaction() as session:
        for at, number in enumerate(ids):
            sure = 0.2 + 0.15 * at
            session.execute(update(Placement).where(Placement.mention_id == number).values(confidence=sure))
    return Room(codebook, theme, ids)


@pytest.fixture
def eva(a_staff: Callable[..., Staff]) -> Actor:
    return Actor.of(a_staff("product_owner"))


def in_order(room: Room, sort: str, **more: int) -> list[int]:
    page = mention_queries.mentions(room.codebook, Look(), "UTC", 1, theme=room.theme, sort=sort, **more)
    return [line.mention.id for line in page.items]


def proof(room: Room) -> tuple[list[int], list[int]]:
    db.session.rollback()
    found = quotes(db.session.get_one(Theme, room.theme))
    return [line.mention.id for line in found.typical], [line.mention.id for line in found.borderline]


def test_the_least_sure_the_surest_and_the_newest_come_first(room: Room) -> None:
    assert in_order(room, "unsure") == room.ids
    assert in_order(room, "surest") == in_order(room, "newest") == room.ids[::-1]
    assert in_order(room, "nonsense") == room.ids[::-1]


def test_a_page_holds_so_many_and_the_rest_is_on_the_next(room: Room) -> None:
    assert in_order(room, "unsure", size=4) == room.ids[:4]
    page = mention_queries.mentions(room.codebook, Look(), "UTC", 2, theme=room.theme, sort="unsure", size=4)
    assert [line.mention.id for line in page.items] == room.ids[4:]


def test_what_people_confirmed_is_not_asked_about_again(room: Room, eva: Actor) -> None:
    mention_actions.confirm(room.ids[:2], room.theme, eva)
    assert in_order(room, "unconfirmed") == room.ids[2:]


def test_the_machine_is_called_sure_from_six_tenths_and_people_always(room: Room, eva: Actor) -> None:
    mention_actions.confirm(room.ids[:1], room.theme, eva)
    lines = mention_queries.lines(room.ids, room.theme)
    assert [line.sure for line in lines] == [True, False, False, True, True, True]
    assert [line.confirmed for line in lines] == [True, *[False] * 5]


def test_the_engines_own_quotes_prove_a_theme_and_others_step_in(room: Room) -> None:
    assert proof(room) == (room.ids[:2:-1], room.ids[:2])  # it named none: by how sure the machine is
    with transaction() as session:
        session.get_one(Theme, room.theme).quotes = {"typical": room.ids[1:2], "borderline": room.ids[1:3]}
    typical, border = proof(room)
    assert typical == [room.ids[1], room.ids[5], room.ids[4]]
    assert border == [room.ids[2], room.ids[0]]


def test_a_quote_that_was_moved_away_proves_nothing_any_more(room: Room, eva: Actor) -> None:
    with transaction() as session:
        session.get_one(Theme, room.theme).quotes = {"typical": room.ids[:3], "borderline": []}
    mention_actions.move(room.ids[:1], a_theme(room.codebook, "Other"), eva, room.theme)
    mention_actions.set_aside(room.ids[1:2], room.codebook, eva)
    typical, border = proof(room)
    assert typical == [room.ids[2], room.ids[5], room.ids[4]]
    assert room.ids[0] not in border
    assert room.ids[1] not in border


def test_nothing_too_short_or_too_long_steps_in(room: Room) -> None:
    with transaction() as session:
        session.execute(update(Mention).where(Mention.id == room.ids[5]).values(text="Late."))
        session.execute(update(Mention).where(Mention.id == room.ids[4]).values(text="late " * 100))
    assert proof(room)[0] == room.ids[3:0:-1]


def test_a_long_mention_is_shown_shortened_and_kept_whole(room: Room) -> None:
    with transaction() as session:
        session.execute(update(Mention).where(Mention.id == room.ids[0]).values(text="x" * 601))
    (line,) = mention_queries.lines(room.ids[:1])
    ((shown, marked),) = line.pieces
    assert (len(shown), shown[-1], marked) == (600, "…", False)
    assert len(line.mention.text) == 601
    assert mention_queries.shortened("x" * 600) == "x" * 600


def test_a_loose_mention_is_offered_the_themes_nearest_to_it_that_are_open(room: Room, eva: Actor) -> None:
    near, gone = a_theme(room.codebook, "Near"), a_theme(room.codebook, "Gone")
    theme_actions.set_aside(gone, eva)
    (loose,) = some_mentions(a_response(a_survey(), a_contact(), expected="x"), ["Nobody called me back."])
    with transaction() as session:
        session.execute(update(Mention).where(Mention.id.in_([loose, room.ids[0]])).values(closest=[gone, near, 999]))
    free, placed = mention_queries.lines([loose, room.ids[0]])
    assert [theme.id for theme in free.offered] == [near]
    assert placed.offered == ()
    assert [theme.id for theme in placed.themes] == [room.theme]


def test_mentions_that_are_not_there_are_left_out(room: Room) -> None:
    assert [line.mention.id for line in mention_queries.lines([999, *room.ids[:2], -1])] == room.ids[:2]
    assert mention_queries.lines([]) == []


def test_agreement_counts_where_the_machine_had_put_what_people_decide(room: Room, eva: Actor) -> None:
    other = a_theme(room.codebook, "Other")
    mention_actions.confirm(room.ids[:3], room.theme, eva)
    mention_actions.move(room.ids[3:4], other, eva, room.theme)
    found = agreements(room.codebook)
    assert (found[room.theme].right, found[room.theme].judged) == (3, 3)
    assert (found[other].right, found[other].judged) == (0, 1)
    whole = agreement(room.codebook)
    assert (whole.right, whole.judged, whole.share) == (3, 4, None)  # too few to tell a share
    assert agreement(room.codebook, 999).judged == 0
    assert Agreement(8, 10).share == 0.8


def test_ones_own_last_step_is_offered_for_undoing_while_it_is_fresh(room: Room, eva: Actor) -> None:
    since = clock.now() - timedelta(minutes=5)
    assert mention_queries.last_step(room.codebook, eva.staff_id or 0, since) is None
    theme_actions.rename(room.theme, "Delays", eva)
    step = mention_queries.last_step(room.codebook, eva.staff_id or 0, since)
    assert step is not None
    assert step.code == "theme.renamed"
    assert mention_queries.last_step(room.codebook, 0, since) is None  # not somebody else's
    assert mention_queries.last_step(room.codebook, eva.staff_id or 0, clock.now() + timedelta(minutes=1)) is None
    undo.undo(step.id, eva)
    assert mention_queries.last_step(room.codebook, eva.staff_id or 0, since) is None


def test_the_history_tells_of_both_themes_the_newest_first(room: Room, eva: Actor) -> None:
    other = a_theme(room.codebook, "Other")
    theme_actions.rename(room.theme, "Delays", eva)
    mention_actions.move(room.ids[:1], other, eva, room.theme)
    codes = [entry.code for entry in queries.history(1, theme_id=room.theme).items]
    assert codes == ["mention.moved", "theme.renamed"]
    assert [entry.code for entry in queries.history(1, theme_id=other).items] == ["mention.moved"]
    assert queries.history(1, codebook_id=room.codebook).total == db.session.query(ThemeEvent).count() == 2


def test_one_can_filter_by_what_is_there(room: Room) -> None:
    survey = a_survey()
    book = a_codebook([survey.id], "Other")
    lost = a_contact(kind="lost_prospect", stage_lost="offer", language="pl")
    some_mentions(a_response(survey, lost, expected="x"), ["za drogo"])
    assert mention_queries.filter_choices(book) == {"stages": ["offer"], "languages": ["pl"]}
    assert mention_queries.filter_choices(room.codebook) == {"stages": [], "languages": ["en"]}
