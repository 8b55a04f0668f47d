"""About which codebooks has enough been said since the machine last looked for news? Loads no numerical libraries."""

from __future__ import annotations

from sqlalchemy import func, select

from feedback_app.extensions import db
from feedback_app.themes.models import Codebook, CodebookMachine, CodebookSurvey, Mention

ENOUGH = 20  # mentions since the last look that make another one worthwhile: twice what makes a theme


def with_news() -> list[tuple[int, int]]:
    """Return ids of codebooks to look at, each with its newest mention.

    Only what has been assigned counts, so that what is new is not merely waiting.
    """
    since = (
        select(Codebook.id, func.max(Mention.id))
        .join(CodebookMachine, CodebookMachine.codebook_id == Codebook.id)
        .join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
        .join(Mention, Mention.survey_id == CodebookSurvey.survey_id)
        .where(Mention.id > Codebook.looked_upto, Mention.state == "open", Mention.judged_at.is_not(None))
        .group_by(Codebook.id)
        .having(func.count() >= ENOUGH)
        .order_by(Codebook.id)
    )
    found = [(codebook_id, newest) for codebook_id, newest in db.session.execute(since)]
    db.session.rollback()
    return found
