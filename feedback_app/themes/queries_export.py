"""A codebook as data that can be taken along. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from feedback_app.extensions import db
from feedback_app.themes.models import FORMAT, Codebook, Mention, Placement, ThemeExample
from feedback_app.themes.queries import open_themes

EXAMPLES = 30  # sentences per theme that go along: those people confirmed first, then the surest


def codebook_as_dict(codebook: Codebook) -> dict[str, Any]:
    """Return the open themes of a codebook with phrases and examples; no names, addresses or dates of people.

    ``actions_codebook.add_themes`` reads it: last year's themes on this year's survey.
    """
    themes = open_themes(codebook.id)
    examples = _examples([theme.id for theme in themes])
    return {
        "format": FORMAT,
        "name": codebook.name,
        "themes": [
            {
                "name": theme.name,
                "description": theme.description,
                "phrases": list(theme.phrases),
                "examples": examples.get(theme.id, []),
            }
            for theme in themes
        ],
    }


def _examples(theme_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    given = db.session.execute(
        select(ThemeExample.theme_id, ThemeExample.language, ThemeExample.text)
        .where(ThemeExample.theme_id.in_(theme_ids))
        .order_by(ThemeExample.id)
    ).all()
    first = (Placement.confirmed_at.is_(None), Placement.confidence.desc(), Placement.mention_id)
    place = func.row_number().over(partition_by=Placement.theme_id, order_by=first).label("place")
    ranked = select(Placement.theme_id, Placement.mention_id, place).where(Placement.theme_id.in_(theme_ids)).subquery()
    found = db.session.execute(
        select(ranked.c.theme_id, Mention.language, Mention.text)
        .join(Mention, Mention.id == ranked.c.mention_id)
        .where(ranked.c.place <= EXAMPLES, Mention.state == "open")
        .order_by(ranked.c.theme_id, ranked.c.place)
    ).all()
    texts: dict[int, dict[str, str]] = {}
    for row in (*given, *found):
        mine = texts.setdefault(row.theme_id, {})
        if len(mine) < EXAMPLES:
            mine.setdefault(row.text, row.language)
    return {
        theme_id: [{"language": language, "text": text} for text, language in mine.items()]
        for theme_id, mine in texts.items()
    }
