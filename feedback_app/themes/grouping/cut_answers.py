"""Cutting answers into mentions: every free-text answer once, however often and by however many processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, exists, func, select

from feedback_app import clock
from feedback_app.database import insert, transaction
from feedback_app.errors import N_
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.registry import free_texts
from feedback_app.surveys.models import Question, Survey
from feedback_app.themes.engine.text.languages import known_languages, language_of
from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.texts import text_key
from feedback_app.themes.grouping.progress import Tell, silent
from feedback_app.themes.grouping.segment import Piece, cut_all
from feedback_app.themes.models import Mention
from feedback_app.themes.search.normalise import search_words

BATCH = 1_000  # answers in one transaction: a respondent who answers meanwhile waits for a blink
NEWEST = 5_000  # answers looked at every few seconds; everything is looked at when grouping and now and then


@dataclass(frozen=True)
class Cutting:
    """What a run did: answers read, mentions written, of these with content."""

    answers: int = 0
    mentions: int = 0
    with_content: int = 0

    def __add__(self, other: Cutting) -> Cutting:
        return Cutting(
            self.answers + other.answers, self.mentions + other.mentions, self.with_content + other.with_content
        )


def uncut(survey_ids: Sequence[int] | None = None) -> Select[*tuple[Any, ...]]:
    """SELECT of the answers with text that have no mention yet; of these surveys, or of all."""
    statement = (
        select(Answer.id, Answer.text, Answer.response_id, Response.survey_id, Response.contact_id, Response.language)
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.kind.in_(free_texts()), Answer.text.is_not(None), Answer.text != "")
        .where(~exists(select(1).where(Mention.answer_id == Answer.id)))
    )
    return statement if survey_ids is None else statement.where(Response.survey_id.in_(survey_ids))


def cut_new(survey_ids: Sequence[int] | None = None, tell: Tell = silent, newest: int = 0) -> Cutting:
    """Cut every answer that was not cut yet, a batch a transaction; safe to repeat and to run twice at once.

    An answer in which nothing is said still gets one mention, without content, so that it counts as read.
    ``newest`` looks only at that many of the newest answers, which costs next to nothing when none is new.
    """
    waiting = uncut(survey_ids)
    if newest:
        waiting = waiting.where(Answer.id > (db.session.scalar(select(func.max(Answer.id))) or 0) - newest)
    total = 0 if newest else db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    spoken = _languages()
    done, last = Cutting(), 0
    while rows := db.session.execute(waiting.where(Answer.id > last).order_by(Answer.id).limit(BATCH)).all():
        db.session.rollback()  # nothing is held open while we read
        last = rows[-1].id
        cut = zip(rows, cut_all([row.text for row in rows]), strict=True)
        done += _write(
            [_mention(row, piece, spoken) for row, pieces in cut for piece in _some(row.text, pieces)], len(rows)
        )
        tell(_CUT, done.answers / max(total, done.answers), done=done.answers)
    db.session.rollback()
    return done


_CUT = N_("%(done)d answers were cut into mentions.")


def _languages() -> dict[int, tuple[str, ...]]:
    known = known_languages()
    rows = db.session.execute(select(Survey.id, Survey.languages))
    return {survey_id: tuple(code for code in codes if code in known) for survey_id, codes in rows}


def _some(text: str, pieces: list[Piece]) -> list[Piece]:
    return pieces or [Piece(0, len(text), text, False)]


def _mention(row: Row[Any], piece: Piece, spoken: dict[int, tuple[str, ...]]) -> dict[str, Any]:
    candidates = tuple(dict.fromkeys((row.language, *spoken.get(row.survey_id, ()))))
    text = piece.text.replace("\0", " ")
    language = _language(text, candidates, row.language)
    return {
        "answer_id": row.id,
        "response_id": row.response_id,
        "survey_id": row.survey_id,
        "contact_id": row.contact_id,
        "start": piece.start,
        "end": piece.end,
        "text": text,
        "words": search_words(text, language, spoken.get(row.survey_id, ()), lemma),
        "text_key": text_key(text),
        "language": language,
        "state": "open" if piece.content else "aside" if piece.aside else "no_content",
        "tone": piece.tone,
        "tone_confidence": piece.sure if piece.tone else None,
        "closest": [],
        "judged_at": None if piece.content else clock.now(),
    }


def _language(text: str, candidates: tuple[str, ...], hint: str) -> str:
    """The language of one mention: people do answer in another language than the survey was shown in."""
    usable = tuple(code for code in candidates if code in known_languages())
    return language_of(text[:500], usable, hint) if len(usable) > 1 and len(text) > 12 else hint


def _write(rows: list[dict[str, Any]], answers: int) -> Cutting:
    with transaction() as session:
        session.execute(insert(Mention).on_conflict_do_nothing(index_elements=["answer_id", "start"]), rows)
    return Cutting(answers, len(rows), sum(row["state"] == "open" for row in rows))
