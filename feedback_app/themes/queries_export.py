"""A codebook as data that can be taken along. Reads only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from feedback_app.extensions import db
from feedback_app.themes.models import FORMAT, Codebook, Mention, Placement, Theme, ThemeExample
from feedback_app.themes.queries import open_themes

EXAMPLES = 30  # sentences per theme that go along: those people confirmed first, then the surest


def codebook_as_dict(codebook: Codebook) -> dict[str, Any]:
    """Return the open themes of a codebook with phrases and examples; no names, addresses or dates of people.

    ``actions_codebook.add_themes`` reads it: last year's themes on this year's survey.
    """
    return {
        "format": FORMAT,
        "name": codebook.name,
        "themes": [
            {
                "name": theme.name,
                "description": theme.description,
                "phrases": list(theme.phrases),
                "examples": _examples(theme),
            }
            for theme in open_themes(codebook.id)
        ],
    }


def _examples(theme: Theme) -> list[dict[str, str]]:
    given = db.session.execute(
        select(ThemeExample.language, ThemeExample.text).where(ThemeExample.theme_id == theme.id).limit(EXAMPLES)
    ).all()
    said = db.session.execute(
        select(Mention.language, Mention.text)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme.id, Mention.state == "open")
        .order_by(Placement.confirmed_at.is_(None), Placement.confidence.desc(), Mention.id)
        .limit(EXAMPLES)
    ).all()
    texts = {row.text: row.language for row in (*given, *said)}
    return [{"language": language, "text": text} for text, language in list(texts.items())[:EXAMPLES]]
