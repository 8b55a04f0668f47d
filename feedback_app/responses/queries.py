"""What pages ask about responses. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.questions import Reply, chosen_of
from feedback_app.surveys.spec import FormSpec, QuestionSpec


@dataclass(frozen=True, slots=True)
class Said:
    """One question with what was answered to it."""

    question: QuestionSpec
    reply: Reply
    answer_id: int


def read_lightly() -> None:
    """Spare the reads that follow their BEGIN and ROLLBACK on PostgreSQL: each is one statement by itself.

    For pages that read one row or two and are asked for very often. Ends when a transaction() begins.
    """
    if is_postgresql() and not db.session().in_transaction():
        db.session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def own_answers(invitation_id: int, spec: FormSpec) -> list[Said]:
    """Return what came back for an invitation, in the order of the questions. One statement."""
    rows = db.session.execute(
        select(Answer.question_id, Answer.id, Answer.text, Answer.number, Answer.chosen)
        .join(Response)
        .where(Response.invitation_id == invitation_id)
    )
    return in_order(spec, {row[0]: (row[1], Reply(row[2], row[3], chosen_of(row[4]) or None)) for row in rows})


def in_order(spec: FormSpec, replies: Mapping[int, tuple[int, Reply]]) -> list[Said]:
    """Return ``replies`` (by question id) in the order in which ``spec`` asks."""
    return [Said(one, replies[one.id][1], replies[one.id][0]) for one in spec.questions if one.id in replies]
