"""Reading voices: what to judge next, what was judged, what would go out, and how good that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.orm import Session, aliased

from feedback_app.changes.queries import surveys_concerned
from feedback_app.changes.voices.estimate import Estimate, estimate
from feedback_app.changes.voices.models import FITTING, Voice, VoiceRanking
from feedback_app.changes.voices.quote_gate import quotable, samples
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.themes.engine.quoting.quotation import Quotation, exactly, quotation
from feedback_app.themes.models import Mention

SHOWN = 5  # groups to judge on one page
PAGE_SIZE = 30


@dataclass(frozen=True)
class Heard:
    """A voice with its words: ``quote`` as it would be printed (None: it cannot be), the whole answer, who said it."""

    id: int
    mention_id: int
    state: str
    chance: float
    text: str
    answer: str
    language: str
    kind: str
    quote: str | None
    left_out: bool = False
    sampled: bool = False
    contact_id: int | None = None
    alike: list[Heard] = field(default_factory=list)


def print_voice(
    answer: str, start: int, text: str, language: str, first: int | None, after: int | None
) -> Quotation | None:
    """Return the words of one voice as a letter prints them: the stretch somebody chose, else whole sentences."""
    if first is not None and after is not None:
        return exactly(answer, first, after)
    return quotation(answer or text, [(start, start + len(text)) if answer else (0, len(text))], language)


def _heard() -> Select[*tuple[Any, ...]]:
    return (
        select(Voice, Mention, func.coalesce(Answer.text, "").label("answer"), Response.kind)
        .join(Mention, Mention.id == Voice.mention_id)
        .join(Answer, Answer.id == Mention.answer_id)
        .join(Response, Response.id == Mention.response_id)
        .where(Mention.state == "open")
    )


def _read(row: Row[Any]) -> Heard:
    voice, mention, answer, kind = row.Voice, row.Mention, row.answer, row.kind
    made = print_voice(answer, mention.start, mention.text, mention.language, voice.first, voice.after)
    return Heard(
        voice.id, mention.id, voice.state, voice.chance, mention.text, answer, mention.language, kind,
        made.text if made else None, voice.left_out, voice.sampled, mention.contact_id,
    )  # fmt: skip


def to_judge(change_id: int, skip: int = 0, count: int = SHOWN) -> list[Heard]:
    """Return the groups to judge next, the most telling first, each with those that say the same.

    One mention of each answer; people whose words already fit come last. ``skip`` passes over that many groups.
    """
    head = aliased(Voice)
    known = select(Mention.answer_id).join(Voice, Voice.mention_id == Mention.id)
    known = known.where(Voice.change_id == change_id, Voice.state.in_(FITTING))
    statement = (
        _heard()
        .where(Voice.change_id == change_id, Voice.state == "proposed")
        .outerjoin(head, and_(head.change_id == change_id, head.mention_id == Voice.alike_id))
        .order_by(Voice.sampled.desc(), Mention.answer_id.in_(known), Voice.chance.desc(), Voice.id)
        .limit(400)
    )
    groups: dict[int, list[Heard]] = {}
    for row in db.session.execute(statement):
        one = _read(row)
        groups.setdefault(row.Voice.alike_id or one.mention_id, []).append(one)
    return [_grouped(members) for members in list(groups.values())[skip : skip + count]]


def _grouped(members: list[Heard]) -> Heard:
    first, *others = members
    first.alike.extend(others)
    return first


def judged(change_id: int, page: int = 1) -> list[Heard]:
    """Return one page of what was judged, the latest first."""
    statement = _heard().where(Voice.change_id == change_id, Voice.state != "proposed")
    statement = statement.order_by(Voice.judged_at.desc(), Voice.id.desc())
    rows = db.session.execute(statement.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return [_read(row) for row in rows]


def going_out(change_id: int, limit: int | None = None) -> list[Heard]:
    """Return the voices that a letter about the change would quote, the surest last."""
    statement = _heard().where(quotable([change_id])).order_by(Voice.chance, Voice.id)
    return [_read(row) for row in db.session.execute(statement.limit(limit))]


def all_of(change_id: int) -> list[Heard]:
    """Return every voice of a change, judged ones first, then by chance; for commands."""
    statement = _heard().where(Voice.change_id == change_id)
    order = (Voice.state == "proposed", Voice.chance.desc(), Voice.id)
    return [_read(row) for row in db.session.execute(statement.order_by(*order))]


def counts(change_id: int) -> dict[str, int]:
    """Return how many voices are in each state."""
    statement = select(Voice.state, func.count()).where(Voice.change_id == change_id).group_by(Voice.state)
    return {row[0]: row[1] for row in db.session.execute(statement)}


def figures(change_id: int) -> Estimate:
    """Return how many quotations would go out, how many of these fit, and which share of those who said it is found."""
    going = quotable([change_id])
    counts: Counter[bool] = Counter()
    for state, count in db.session.execute(select(Voice.state, func.count()).where(going).group_by(Voice.state)):
        counts[state in FITTING] += count
    ranking = ranking_of(change_id)
    expected = ranking.expected if ranking and ranking.ranked_at else None
    return estimate(counts[True], counts[False], samples().get(change_id, (0, 0)), expected)


def ranking_of(change_id: int) -> VoiceRanking | None:
    """Return what is known of the ranking of a change; None when it was never asked for."""
    return db.session.get(VoiceRanking, change_id, populate_existing=True)


def last_judged(change_id: int) -> list[int]:
    """Return the ids of the voices that were judged last, all with one key; [] when there are none."""
    last = select(func.max(Voice.judged_at)).where(Voice.change_id == change_id).scalar_subquery()
    statement = select(Voice.id).where(Voice.change_id == change_id, Voice.judged_at == last)
    return list(db.session.scalars(statement))


def may_answer(change_id: int) -> ColumnElement[bool]:
    """Return the condition of mentions that a change may answer: of the surveys it concerns, else of all."""
    surveys = [one.id for one in surveys_concerned([change_id])]
    return and_(Mention.state == "open", Mention.survey_id.in_(surveys) if surveys else true())


def candidates(session: Session, change_id: int, most: int) -> list[Row[Any]]:
    """Return the mentions that a change may answer, the newest first: ``id``, ``text``, ``answer``, ``language``."""
    statement = (
        select(Mention.id, Mention.text, func.coalesce(Answer.text, Mention.text).label("answer"), Mention.language)
        .join(Answer, Answer.id == Mention.answer_id)
        .where(may_answer(change_id))
        .order_by(Mention.id.desc())
        .limit(most)
    )
    return list(session.execute(statement))


def as_rows(voices: Iterable[Heard]) -> list[dict[str, Any]]:
    """Return voices as a program reads them."""
    return [
        {"mention": one.mention_id, "state": one.state, "p": round(one.chance, 4), "text": one.text,
         "quote": one.quote, "left_out": one.left_out}
        for one in voices
    ]  # fmt: skip
