"""What a row of an answer may hold."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.base.kind import NOTHING, Reply, stored_reply
from tests.factories import a_response, a_survey


@pytest.fixture
def response(app: Flask) -> Response:
    return a_response(a_survey("loop"), None, expected="a bell")


def store(response: Response, reply: Reply) -> None:
    with transaction() as session:
        taken = select(Answer.question_id).where(Answer.response_id == response.id)
        question_id = session.scalar(taken) or 0
        session.add(Answer(response_id=response.id, question_id=question_id + 1, **reply.as_columns()))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="words"),
        Reply(number=0),
        Reply(chosen=("price",)),
        Reply(parts={"stock": 1, "a_very_long_code_of_an_option": "b"}),
        Reply(chosen=tuple(f"an_option_whose_code_is_rather_long_{at}" for at in range(100))),
    ],
)
def test_a_reply_comes_back_as_it_was_kept(response: Response, reply: Reply) -> None:
    store(response, reply)
    kept = select(Answer.text, Answer.number, Answer.chosen, Answer.parts).order_by(Answer.id.desc()).limit(1)
    assert stored_reply(*db.session.execute(kept).one()) == reply


def test_an_answer_that_says_nothing_has_no_row(response: Response) -> None:
    with pytest.raises(IntegrityError):
        store(response, NOTHING)


def test_no_parts_are_null_and_not_the_word(response: Response) -> None:
    assert db.session.scalar(select(func.count()).where(Answer.parts.is_not(None))) == 0
