"""What is known of a codebook when the machine learns: its mentions, laid out, and what people said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, and_, select

from feedback_app.common.cache import Cache, app_cache
from feedback_app.extensions import db
from feedback_app.responses.models import Answer
from feedback_app.themes.engine.guide.landscape import Landscape, landscape
from feedback_app.themes.engine.guide.lesson import NOTHING, Told
from feedback_app.themes.engine.vectors.embedders import Embedder, Vectors
from feedback_app.themes.grouping.known import known
from feedback_app.themes.grouping.vector_store import StoredVectors, encoders_of
from feedback_app.themes.guided.models import GuidedQuestion
from feedback_app.themes.mention_filter import of_codebook
from feedback_app.themes.models import (
    Mention,
    Placement,
    PlacementBefore,
    Theme,
    ThemeEvent,
    ThemeExample,
)
from feedback_app.themes.queries import final_ids

MOST = 10_000  # mentions looked at: those people decided, and the newest others
KEPT = 2  # landscapes kept in this process: one of 10,000 mentions takes some 60 MB
EXAMPLES = 12  # sentences of a theme that came with it
HEARSAY = 2.0  # answers that what is known of all themes counts for, when one theme is trusted


@dataclass(frozen=True)
class Mentions:
    """The mentions of a codebook: ids, texts, answers, languages; what people said of each, where the machine has it.

    ``said``: theme, NOTHING for what was set aside, None where nobody said; ``found``: theme, -1 for none.
    """

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    answers: tuple[str, ...]
    languages: tuple[str, ...]
    said: tuple[int | None, ...]
    found: tuple[int, ...]
    sure: tuple[float, ...]


def read(codebook_id: int) -> Mentions:
    """Return the mentions of a codebook that matter for learning, at most MOST."""
    decided = Mention.decided_at.is_not(None)
    rows = db.session.execute(
        select(
            Mention.id, Mention.text, Answer.text.label("answer"), Mention.language, Mention.state, Mention.decided_at
        )
        .join(Answer, Answer.id == Mention.answer_id)
        .where(of_codebook(codebook_id), (Mention.state == "open") | ((Mention.state == "set_aside") & decided))
        .order_by(decided.desc(), Mention.id.desc())
        .limit(MOST)
    ).all()
    confirmed, guessed = _placed(codebook_id)
    db.session.rollback()
    return Mentions(
        tuple(row.id for row in rows),
        tuple(row.text for row in rows),
        tuple(row.answer or row.text for row in rows),
        tuple(row.language for row in rows),
        tuple(NOTHING if row.state != "open" else confirmed.get(row.id) for row in rows),
        tuple(guessed.get(row.id, (-1, 0.0))[0] for row in rows),
        tuple(guessed.get(row.id, (-1, 0.0))[1] for row in rows),
    )


def _placed(codebook_id: int) -> tuple[dict[int, int], dict[int, tuple[int, float]]]:
    """The theme of each mention that people confirmed; where the machine has each, and how sure it is."""
    final = final_ids(codebook_id)
    placed = db.session.execute(
        select(Placement.mention_id, Placement.theme_id, Placement.confirmed_at, Placement.confidence)
        .join(Mention, Mention.id == Placement.mention_id)
        .where(of_codebook(codebook_id))
    )
    confirmed: dict[int, int] = {}
    guessed: dict[int, tuple[int, float]] = {}
    for row in placed:
        theme = final.get(row.theme_id, -1)
        if row.confirmed_at is not None:
            confirmed.setdefault(row.mention_id, theme)
        else:
            guessed.setdefault(row.mention_id, (theme, row.confidence))
    return confirmed, guessed


def landscape_of(codebook_id: int, mentions: Mentions) -> Landscape | None:
    """Return the mentions laid out, made anew only where others came; None without any content."""
    encoders = encoders_of(of_codebook(codebook_id))
    order = sorted(range(len(mentions.ids)), key=mentions.ids.__getitem__)
    kept: Cache[int, tuple[Landscape | None, dict[int, int]]] = app_cache("landscapes", KEPT)
    version = hash((len(encoders), *(mentions.ids[at] for at in order)))
    land, place = kept.get(codebook_id, lambda: _laid_out(mentions, order, encoders), version)
    if land is None:
        return None
    rows = np.array([land.row_of[place[one]] for one in mentions.ids], dtype=np.int64)
    return land.seen_as(rows)


def _laid_out(
    mentions: Mentions, order: Sequence[int], encoders: Sequence[Embedder]
) -> tuple[Landscape | None, dict[int, int]]:
    texts, answers = [mentions.texts[at] for at in order], [mentions.answers[at] for at in order]
    vectors = StoredVectors([*texts, *answers, *known().texts], strong=len(encoders) > 1)
    land = landscape(texts, answers, [mentions.languages[at] for at in order], encoders, known(), vectors)
    vectors.keep()
    return land, {mentions.ids[at]: place for place, at in enumerate(order)}


def told_by_people(codebook_id: int, mentions: Mentions, land: Landscape) -> Told:
    """Return what a lesson begins with."""
    answers: dict[int, int] = {}
    placed = np.full(len(land), -1, dtype=np.int64)
    for row, said, theme in zip(land.row_of.tolist(), mentions.said, mentions.found, strict=True):
        if row >= 0 and said is not None:
            answers.setdefault(row, said)  # the newest mention comes first: the same words are where they are now
        elif row >= 0:
            placed[row] = theme
    names = _names(codebook_id, land)
    return Told(answers, placed, names, _trust(codebook_id, names))


def _names(codebook_id: int, land: Landscape) -> Mapping[int, Vectors]:
    """What each theme is called, and examples that came with it, as rows of the landscape."""
    sentences: dict[int, list[tuple[str, str]]] = {}
    for theme in db.session.scalars(select(Theme).where(Theme.codebook_id == codebook_id, Theme.state != "merged")):
        sentences[theme.id] = [(name, code) for code, name in sorted(theme.title.items())]
    examples = select(ThemeExample.theme_id, ThemeExample.language, ThemeExample.text).order_by(ThemeExample.id)
    for row in db.session.execute(examples.where(ThemeExample.theme_id.in_(sentences))):
        if len(sentences[row.theme_id]) < EXAMPLES:
            sentences[row.theme_id].append((row.text, row.language))
    db.session.rollback()
    texts = [text for pairs in sentences.values() for text, _ in pairs]
    vectors = StoredVectors(texts, strong=len(land.heard) > 1)
    rows = {
        theme: land.features_of([text for text, _ in pairs], [code for _, code in pairs], vectors)
        for theme, pairs in sentences.items()
    }
    vectors.keep()
    return rows


def _trust(codebook_id: int, themes: Iterable[int]) -> dict[int, float]:
    """How often people agreed where a theme was the machine's likeliest, asked here or deciding on any other page.

    Each theme begins with the share of all of them, as two answers would say it.
    """
    pairs = [*_answered(codebook_id), *_decided_elsewhere(codebook_id)]
    db.session.rollback()
    asked, agreed = Counter(first for first, _ in pairs), Counter(first for first, said in pairs if first == said)
    whole = (1 + agreed.total()) / (1 + asked.total())
    return {theme: (HEARSAY * whole + agreed[theme]) / (HEARSAY + asked[theme]) for theme in themes}


def _answered(codebook_id: int) -> list[tuple[int, int | None]]:
    """The theme that stood first and the one that was said, of each question that was answered."""
    statement = select(GuidedQuestion.proposals, GuidedQuestion.theme_id).where(_is_answered(codebook_id))
    return [(row.proposals[0][0], row.theme_id) for row in db.session.execute(statement) if row.proposals]


def _decided_elsewhere(codebook_id: int) -> list[tuple[int, int | None]]:
    """The theme in which the machine had a mention before a person put it where it is, without having been asked."""
    final = final_ids(codebook_id)
    asked = select(GuidedQuestion.mention_id).where(_is_answered(codebook_id))
    steps = (
        select(PlacementBefore.theme_id, Placement.theme_id.label("said"))
        .join(ThemeEvent, ThemeEvent.id == PlacementBefore.event_id)
        .join(Placement, Placement.mention_id == PlacementBefore.mention_id)
        .where(ThemeEvent.codebook_id == codebook_id, ThemeEvent.undone_at.is_(None))
        .where(PlacementBefore.confirmed_at.is_(None), Placement.confirmed_at.is_not(None))
        .where(PlacementBefore.mention_id.not_in(asked))
    )
    return [(final.get(row.theme_id, row.theme_id), final.get(row.said)) for row in db.session.execute(steps)]


def _is_answered(codebook_id: int) -> ColumnElement[bool]:
    return and_(GuidedQuestion.codebook_id == codebook_id, GuidedQuestion.state == "answered")
