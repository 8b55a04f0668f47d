"""Letters held back: all, one kind, one group; by a person or by the machine."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery.models import LetterHalt, LetterPause, LetterWatch
from feedback_app.delivery.queue import claims, pauses
from feedback_app.extensions import db

pytestmark = pytest.mark.usefixtures("app")
SCOPES = [("", 0), ("announcement", 0), ("announcement", 7), ("wave", 7)]


def _held() -> set[tuple[str, int]]:
    db.session.rollback()
    return set(claims.held_back(db.session()))


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_is_held_and_let_go_by_itself(scope: tuple[str, int]) -> None:
    with transaction():
        assert [pauses.pause(*one) for one in SCOPES] == [True] * 4
        assert [pauses.pause(*one) for one in SCOPES] == [False] * 4
        assert pauses.resume(*scope)
        assert not pauses.resume(*scope)
    assert _held() == {one for one in SCOPES if one != scope}


def test_without_words_all_letters_are_meant() -> None:
    with transaction():
        assert pauses.pause()
    assert _held() == {("", 0)}
    with transaction():
        assert pauses.resume()
    assert _held() == set()


def test_a_group_of_no_kind_is_a_mistake() -> None:
    with transaction(), pytest.raises(ValueError, match="a group belongs to a kind"):
        pauses.pause("", 7)


def test_the_reason_is_kept_as_far_as_it_fits() -> None:
    with transaction() as session:
        pauses.pause("wave", 1, "x" * 301)
        kept = session.scalars(select(LetterPause)).one()
        assert kept.reason == "x" * 300
        assert abs((clock.now() - kept.since).total_seconds()) < 60


def _halts() -> list[LetterHalt]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(LetterHalt).order_by(LetterHalt.id)))


def test_a_halt_is_lifted_only_for_its_own_group_and_only_once() -> None:
    with transaction():
        for kind, group in (("announcement", 7), ("announcement", 8), ("wave", 7)):
            assert pauses.halt(kind, group, "%(count)d came back", count=group)
    with transaction():
        assert pauses.resume("announcement", 7)
    lifted = {(one.kind, one.group_id): one.lifted_at for one in _halts()}
    assert [key for key, at in lifted.items() if at] == [("announcement", 7)]
    first = lifted["announcement", 7]
    with transaction():
        assert not pauses.resume("announcement", 7)
    assert {(one.kind, one.group_id): one.lifted_at for one in _halts()}["announcement", 7] == first
    assert [one.values for one in _halts()] == [{"count": 7}, {"count": 8}, {"count": 7}]


def test_a_group_let_go_begins_anew_only_while_it_was_watched() -> None:
    with transaction() as session:
        for group, passed in ((7, None), (8, clock.now()), (9, None)):
            session.add(LetterWatch(kind="announcement", group_id=group, tried=40, refused=3, passed_at=passed))
        session.flush()
        pauses.resume("announcement", 7)
        pauses.resume("announcement", 8)
    watched = {one.group_id: (one.tried, one.refused) for one in db.session.scalars(select(LetterWatch))}
    assert watched == {7: (0, 0), 8: (40, 3), 9: (40, 3)}


def test_holding_back_belongs_to_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside transaction"):
        pauses.pause()
    with pytest.raises(RuntimeError, match="inside transaction"):
        pauses.resume()
