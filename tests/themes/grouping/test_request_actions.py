"""Asking for a grouping: what makes no sense is refused, and asking again while one waits asks for nothing more."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from feedback_app.database import transaction
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.themes.grouping import request_actions
from feedback_app.themes.models import GroupingRequest
from tests.themes.seed import a_codebook


def how_many(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("group", {"grain": ""}, "coarse, auto or fine"),
        ("group", {"themes": 251}, "1 to 250"),
        ("group", {"themes": -1}, "1 to 250"),
        ("split", {"theme_id": 9}, "no theme number 9"),
    ],
)
def test_a_grouping_that_makes_no_sense_is_not_asked_for(
    app: Flask, kind: str, options: dict[str, object], says: str
) -> None:
    book = a_codebook([])
    with pytest.raises(Refused, match=says):
        request_actions.request_grouping(book, COMMAND, kind, **options)
    assert how_many(GroupingRequest) == how_many(Event) == 0


def test_asking_while_one_waits_returns_that_one_and_afterwards_a_new_one(app: Flask) -> None:
    book = a_codebook([])
    first = request_actions.request_grouping(book, COMMAND)
    assert request_actions.request_grouping(book, COMMAND, "suggest") == first
    with transaction() as session:
        session.get_one(GroupingRequest, first).state = "done"
    assert request_actions.request_grouping(book, COMMAND, "suggest") != first
    assert how_many(Event) == 2  # what was not asked anew is not noted either
