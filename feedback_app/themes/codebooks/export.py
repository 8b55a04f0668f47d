"""What can be taken along: a codebook as data, mentions as rows. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Survey
from feedback_app.themes.codebooks.document import FORMAT
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.models import Codebook, Mention, Placement, Theme, ThemeExample
from feedback_app.themes.queries import open_themes

BATCH = 1_000  # rows fetched at a time
EXAMPLES = 30  # sentences per theme that go along: those people confirmed first, then the surest


def codebook_as_dict(codebook: Codebook) -> dict[str, Any]:
    """Return the open themes of a codebook with phrases and examples; no names, addresses or dates of people.

    ``document.read_codebook`` reads it: last year's themes on this year's survey.
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
    taught = db.session.execute(
        select(ThemeExample.theme_id, ThemeExample.language, ThemeExample.text)
        .where(ThemeExample.theme_id.in_(theme_ids))
        .order_by(ThemeExample.id)
    ).all()
    first = (Placement.confirmed_at.is_(None), Placement.confidence.desc(), Placement.mention_id)
    place = func.row_number().over(partition_by=Placement.theme_id, order_by=first).label("place")
    ranked = select(Placement.theme_id, Placement.mention_id, place).where(Placement.theme_id.in_(theme_ids)).subquery()
    placed = db.session.execute(
        select(ranked.c.theme_id, Mention.language, Mention.text)
        .join(Mention, Mention.id == ranked.c.mention_id)
        .where(ranked.c.place <= EXAMPLES, Mention.state == "open")
        .order_by(ranked.c.theme_id, ranked.c.place)
    ).all()
    texts: dict[int, dict[str, str]] = {}
    for row in (*taught, *placed):
        kept = texts.setdefault(row.theme_id, {})
        if len(kept) < EXAMPLES:
            kept.setdefault(row.text, row.language)
    return {
        theme_id: [{"language": language, "text": text} for text, language in kept.items()]
        for theme_id, kept in texts.items()
    }


def mention_rows(codebook_id: int, look: Look, zone: str, theme: int = 0) -> Iterator[tuple[object, ...]]:
    """Yield the header and then one row per mention and theme, for a file.

    One statement, read as the rows are asked for: they are those of one moment, and a thousand at most are in memory.
    """
    yield (
        "survey", "date", "kind", "stage_lost", "language", "theme", "confidence", "confirmed", "mention", "answer",
        "tone",
    )  # fmt: skip
    rows = db.session.execute(
        mentions_where(codebook_id, look, zone, theme=theme)
        .with_only_columns(
            Survey.slug, Response.submitted_at, Response.kind, Response.stage_lost, Mention.language,
            Theme.name, Placement.confidence, Placement.confirmed_at, Mention.text, Answer.text, Mention.tone,
            maintain_column_froms=True,
        )
        .join(Survey, Survey.id == Mention.survey_id)
        .join(Answer, Answer.id == Mention.answer_id)
        .outerjoin(Placement, Placement.mention_id == Mention.id)
        .outerjoin(Theme, Theme.id == Placement.theme_id)
        .order_by(Mention.id, Placement.theme_id),
        execution_options={"yield_per": BATCH},
    )  # fmt: skip
    for slug, at, kind, stage, language, name, sure, confirmed, text, answer, tone in rows:
        shown = None if sure is None else round(sure, 2)
        yield (slug, at.isoformat(), kind, stage, language, name, shown, bool(confirmed), text, answer, tone)
