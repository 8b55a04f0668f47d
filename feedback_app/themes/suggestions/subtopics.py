"""Looking for the parts of a theme: the worker's work. Importing it loads the numerical libraries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from feedback_app.database import insert, transaction, updated_one
from feedback_app.extensions import db
from feedback_app.themes.engine.cluster.subthemes import SubTheme as Part
from feedback_app.themes.engine.cluster.subthemes import sub_themes
from feedback_app.themes.grouping.actions import shown_name
from feedback_app.themes.grouping.vector_store import StoredVectors
from feedback_app.themes.models import Mention, Placement, SubTheme, SubThemeMention, Theme


def look_inside(theme_id: int) -> int:
    """Find the parts of a theme and keep them in place of those found before; how many, 0 where it is all of a piece.

    Computed with no transaction open. Nothing about the theme itself changes; a theme that was merged meanwhile is
    left alone. Running it twice does no harm.
    """
    rows = db.session.execute(
        select(Mention.id, Mention.text, Mention.language)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme_id, Mention.state == "open")
        .order_by(Mention.id)
    ).all()
    placed = db.session.query(Placement).filter_by(theme_id=theme_id).count()
    db.session.rollback()
    texts = [row.text for row in rows]
    vectors = StoredVectors(texts)
    found = sub_themes(texts, languages=[row.language for row in rows], vectors=vectors)
    vectors.keep()
    return _keep(theme_id, placed, found, [row.id for row in rows])


def _keep(theme_id: int, placed: int, parts: Sequence[Part], mentions: Sequence[int]) -> int:
    with transaction() as session:
        if not updated_one(
            update(Theme).where(Theme.id == theme_id, Theme.state == "open").values(looked_inside=placed)
        ):
            return 0
        session.execute(delete(SubTheme).where(SubTheme.theme_id == theme_id))
        there = set(session.scalars(select(Mention.id).join(Placement).where(Placement.theme_id == theme_id)))
        for part in parts:
            row = SubTheme(
                theme_id=theme_id,
                name=shown_name(part.name),
                phrases=list(part.phrases),
                quotes=[mentions[at] for at in part.typical],
            )
            session.add(row)
            session.flush()
            inside = [{"sub_theme_id": row.id, "mention_id": mentions[at]} for at in part.members]
            still = [one for one in inside if one["mention_id"] in there]
            if still:
                session.execute(insert(SubThemeMention), still)
        return len(parts)
