"""Two tabs, two clicks, the same second: one response."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.responses import actions
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.base.kind import Reply
from feedback_app.surveys.models import Invitation
from feedback_app.surveys.queries import invitation_by_token
from tests.factories import a_contact, a_survey, an_invitation

AT_ONCE = 6


def test_many_tabs_in_the_same_moment_store_one(bare_app: Flask) -> None:
    with bare_app.app_context():
        token = an_invitation(a_survey(), a_contact())[1]
    barrier = Barrier(AT_ONCE)

    def press(number: int) -> tuple[int, str]:
        client = bare_app.test_client()
        barrier.wait()
        reply = client.post(f"/answer/{token}", data={"q_expected": f"tab {number}", "q_nps": str(number)})
        return reply.status_code, reply.location

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(press, range(AT_ONCE)))
    assert {status for status, _ in replies} == {303}
    assert sorted(where.endswith("/thanks") for _, where in replies) == [False] * (AT_ONCE - 1) + [True]
    with bare_app.app_context():
        [text] = db.session.scalars(select(Answer.text).where(Answer.text.is_not(None)))
        assert db.session.scalar(select(func.count()).select_from(Response)) == 1
        assert db.session.scalar(select(func.count()).select_from(Answer)) == 2
    winner = next(number for number, (_, where) in enumerate(replies) if where.endswith("/thanks"))
    assert text == f"tab {winner}"


def test_who_read_before_and_writes_after_is_told(app: Flask) -> None:
    token = an_invitation(a_survey(), a_contact())[1]
    asked = invitation_by_token(token)
    assert asked is not None
    question_id = db.session.scalar(select(Answer.question_id)) or 1
    assert actions.submit(asked, "en", {question_id: Reply(text="first")})
    assert not actions.submit(asked, "en", {question_id: Reply(text="second")})
    assert list(db.session.scalars(select(Answer.text))) == ["first"]


def test_a_response_that_cannot_be_stored_leaves_the_link_open(app: Flask) -> None:
    token = an_invitation(a_survey(), a_contact())[1]
    asked = invitation_by_token(token)
    assert asked is not None
    with pytest.raises(ValueError, match="does not ask question 999"):
        actions.submit(asked, "en", {1: Reply(text="fine"), 999: Reply(text="no such question")})
    with transaction() as session:
        assert session.scalar(select(Invitation.answered_at)) is None
        assert session.scalar(select(func.count()).select_from(Response)) == 0
