"""Letters that the machine holds back: why is kept, a person lifts it, and the past is not held against them."""

from __future__ import annotations

import pytest
from flask import Flask

from feedback_app.database import transaction
from feedback_app.delivery import actions, queries
from feedback_app.delivery.models import LetterHalt
from feedback_app.extensions import db

pytestmark = pytest.mark.usefixtures("app")


def test_a_halt_holds_back_and_says_why() -> None:
    with transaction():
        assert actions.halt("announcement", 7, "%(n)s of %(of)s complained.", n=3, of=1000)
        assert not actions.halt("announcement", 7, "another reason")
    assert queries.is_paused("announcement", 7)
    halted = queries.halt_of("announcement", 7)
    assert halted is not None
    assert (halted.words, halted.values) == ("3 of 1000 complained.", {"n": 3, "of": 1000})
    assert queries.status().pauses[0].reason == "3 of 1000 complained."
    assert list(queries.open_halts()) == [("announcement", 7)]


def test_a_person_lifts_it_and_it_can_come_again(app: Flask) -> None:
    with transaction():
        actions.halt("announcement", 7, "first")
    with transaction():
        assert actions.resume("announcement", 7)
    assert queries.halt_of("announcement", 7) is None
    assert queries.lifted_at("announcement", 7) is not None
    assert queries.lifted_at("announcement", 8) is None
    with transaction():
        assert actions.halt("announcement", 7, "second")
    assert db.session.query(LetterHalt).count() == 2


def test_a_group_that_a_person_holds_back_is_not_halted_too() -> None:
    with transaction():
        actions.pause("announcement", 7, "Eva")
        assert not actions.halt("announcement", 7, "why")
    assert queries.halt_of("announcement", 7) is None
