"""A theme in a few sentences that are people's own, complaints and praise apart. Reads only; no statement per line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import undefer

from feedback_app.common.cache import Cache, app_cache
from feedback_app.extensions import db
from feedback_app.responses.models import Answer
from feedback_app.themes.engine.quoting.quotation import CUT, LEFT_OUT, quotation
from feedback_app.themes.engine.text.stopwords import is_stop_word
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.models import Mention, Placement, Theme
from feedback_app.themes.reports import counts
from feedback_app.themes.reports.extract import FEWEST, Sentence, choose
from feedback_app.themes.search.normalise import pairs

READ = 400  # mentions of a theme that are read, the surest first
KEPT = 64  # summaries in this process
LONGEST = 220  # characters of a sentence that is read at a glance
LIKELY = 0.6  # confidence of the machine from which words may stand for a theme
HEARD = 0.7  # confidence in the tone from which they may stand for a side
WORDS = 4  # of which a sentence has at least so many
SIDES = {"complaint": "complaints", "wish": "complaints", "praise": "praise", "": "untold"}


@dataclass(frozen=True)
class Said:
    """One sentence of a summary: whose answer it stands in, in which language, and what it is."""

    mention_id: int
    response_id: int
    text: str
    language: str
    tone: str


@dataclass(frozen=True)
class Summary:
    """What people complain about and wish for, what they praise; ``untold``: words whose tone nobody knows."""

    complaints: tuple[Said, ...] = ()
    praise: tuple[Said, ...] = ()
    untold: tuple[Said, ...] = ()

    def __bool__(self) -> bool:
        """True when there is a sentence."""
        return bool(self.complaints or self.praise or self.untold)


def summary(theme: Theme, look: Look, zone: str, language: str) -> Summary:
    """Return at most five sentences of each side, those in ``language`` where there are enough of them.

    Each stands alone by the rules of quotations, comes from another answer, and says what no other says. Kept in this
    process until anything is said, sorted or grouped.
    """
    kept: Cache[tuple[object, ...], Summary] = app_cache("summaries", KEPT)
    version = counts.stamp(theme.codebook_id)
    return kept.get((theme.id, look, zone, language), lambda: _summary(theme, look, zone, language), version)


def _summary(theme: Theme, look: Look, zone: str, language: str) -> Summary:
    sides: dict[str, list[Row[Any]]] = {}
    for row in _rows(theme, look, zone):
        sides.setdefault(SIDES.get(row.Mention.tone, "neither"), []).append(row)
    spans = _spans([row.Mention.answer_id for rows in sides.values() for row in rows])
    if sides.get("complaints") or sides.get("praise"):
        sides.pop("untold", None)
    told = {side: tuple(_few(sides.get(side, ()), spans, language)) for side in ("complaints", "praise", "untold")}
    return Summary(**told)


def _rows(theme: Theme, look: Look, zone: str) -> list[Any]:
    chosen = mentions_where(theme.codebook_id, look, zone, theme=theme.id)
    statement = (
        select(Mention, Answer.text.label("answer"), Placement.confidence)
        .options(undefer(Mention.words))
        .join(Placement, (Placement.mention_id == Mention.id) & (Placement.theme_id == theme.id))
        .join(Answer, Answer.id == Mention.answer_id)
        .where(Mention.id.in_(chosen), Placement.confidence >= LIKELY)
        .where(func.coalesce(Mention.tone_confidence, 1.0) >= HEARD)
        .order_by(Placement.confidence.desc(), Mention.id.desc())
        .limit(READ)
    )
    return list(db.session.execute(statement))


Spans = Mapping[int, Sequence[tuple[int, int, str, str]]]
"""By answer: where its pieces stand, their state and their tone."""


def _spans(answers: Sequence[int]) -> Spans:
    by_answer: dict[int, list[tuple[int, int, str, str]]] = {}
    columns = select(Mention.answer_id, Mention.start, Mention.end, Mention.state, Mention.tone)
    for row in db.session.execute(columns.where(Mention.answer_id.in_(set(answers)))):
        by_answer.setdefault(row.answer_id, []).append((row.start, row.end, row.state, row.tone))
    return by_answer


def _few(rows: Sequence[Row[Any]], spans: Spans, language: str) -> list[Said]:
    """The sentences of one side: the reader's language alone where it has enough of them."""
    own = _told([row for row in rows if row.Mention.language == language], spans)
    return own if len(own) >= FEWEST else _told(rows, spans)


def _told(rows: Sequence[Row[Any]], spans: Spans) -> list[Said]:
    by_id = {row.Mention.id: row for row in rows}
    texts: dict[int, str] = {}  # by mention
    answers: set[int] = set()

    def accept(sentence: Sentence) -> bool:
        row = by_id[sentence.id]
        text = "" if row.Mention.answer_id in answers else _alone(row, spans.get(row.Mention.answer_id, ()))
        if text:
            answers.add(row.Mention.answer_id)
            texts[sentence.id] = text
        return bool(text)

    found = choose([Sentence(key, _words(row.Mention), row.confidence) for key, row in by_id.items()], accept)
    mentions = [by_id[one.id].Mention for one in found]
    return [Said(one.id, one.response_id, texts[one.id], one.language, one.tone) for one in mentions]


def _words(mention: Mention) -> frozenset[str]:
    return frozenset(lemma for form, lemma in pairs(mention.words) if not (is_stop_word(form) or is_stop_word(lemma)))


def _alone(row: Row[Any], others: Sequence[tuple[int, int, str, str]]) -> str:
    """The words as they stand alone; "" where they need a cut, go on for long, or say the opposite as well."""
    mention, answer = row.Mention, row.answer or ""
    made = quotation(answer, [(mention.start, mention.end)], mention.language)
    if made is None or not _readable(made.text):
        return ""
    side = SIDES.get(mention.tone)
    for start, end, state, tone in others:
        inside = any(first < end and start < after for first, after in made.pieces)
        turned = SIDES.get(tone) not in (side, None, "untold")
        if inside and (state != "open" or turned):
            return ""
    return made.text


def _readable(text: str) -> bool:
    return len(text) <= LONGEST and len(text.split()) >= WORDS and CUT not in text and LEFT_OUT not in text
