"""What a lesson changes in the database: where undecided mentions are, and what is asked next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.database import insert
from feedback_app.themes.engine.guide import choose
from feedback_app.themes.engine.guide.landscape import Landscape
from feedback_app.themes.engine.guide.lesson import NOTHING, Lesson
from feedback_app.themes.guided.collected import Mentions
from feedback_app.themes.guided.models import GuidedQuestion
from feedback_app.themes.guided.queries import candidates, undecided
from feedback_app.themes.models import Mention, Placement
from feedback_app.themes.steps import CHUNK

SAME = 0.02  # a chance that changes by less is not written again


def move(session: Session, codebook_id: int, mentions: Mentions, land: Landscape, lesson: Lesson) -> int:
    """Put undecided mentions into the themes that are likeliest now; how many changed their theme."""
    free = set(session.scalars(select(Mention.id).where(undecided(codebook_id))))
    best, sure = lesson.best, lesson.chances.max(axis=1)
    gone: list[int] = []
    added: list[dict[str, Any]] = []
    moved = 0
    for at, row in enumerate(land.row_of.tolist()):
        if row < 0 or mentions.ids[at] not in free:
            continue
        theme, chance = int(best[row]), round(min(float(sure[row]), 1.0), 4)
        if theme == mentions.found[at] and abs(chance - mentions.sure[at]) < SAME:
            continue
        moved += theme != mentions.found[at]
        gone.append(mentions.ids[at])
        if theme != NOTHING:
            added.append({"mention_id": mentions.ids[at], "theme_id": theme, "confidence": chance})
    for start in range(0, len(gone), CHUNK):
        part = gone[start : start + CHUNK]
        session.execute(delete(Placement).where(Placement.mention_id.in_(part), Placement.confirmed_at.is_(None)))
    if added:
        session.execute(insert(Placement).on_conflict_do_nothing(), added)
    return moved


def write_questions(
    session: Session,
    codebook_id: int,
    mentions: Mentions,
    land: Landscape,
    lesson: Lesson | None,
    asked: Sequence[choose.Question],
) -> None:
    """Replace the questions that wait by these, each with its alternatives."""
    mine = GuidedQuestion.codebook_id == codebook_id
    session.execute(delete(GuidedQuestion).where(mine, GuidedQuestion.state == "waiting"))
    free = set(session.scalars(candidates(codebook_id)))
    of_row = {row: one for row, one in zip(land.row_of.tolist(), mentions.ids, strict=True) if one in free}
    rows = [
        {
            "codebook_id": codebook_id,
            "mention_id": of_row[question.row],
            "position": position,
            "reason": question.reason,
            "proposals": choose.alternatives(lesson, question.row) if lesson is not None else [],
            "state": "waiting",
        }
        for position, question in enumerate(asked)
        if question.row in of_row
    ]
    if rows:
        session.execute(insert(GuidedQuestion).on_conflict_do_nothing(), rows)
