"""The ranking of voices by the worker: asked for by a row, done with no transaction open, written in one short one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update

from feedback_app.changes.models import Change
from feedback_app.changes.queries import words_in
from feedback_app.changes.voices import queries
from feedback_app.changes.voices.actions import request_ranking
from feedback_app.changes.voices.models import FITTING, Voice, VoiceRanking
from feedback_app.changes.voices.quote_gate import SAMPLE
from feedback_app.database import insert, transaction
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feedback_app.changes.voices.engine.collection import Collection

MOST, KEPT, WORTH = 50_000, 400, 0.005
"""Mentions that are ranked for one change; proposals that are kept; the chance below which none is."""

_kept: dict[tuple[Any, ...], Collection] = {}


def rank_wanted() -> str:
    """Rank the changes for which it was asked; says how many, or ""."""
    due = or_(VoiceRanking.ranked_at.is_(None), VoiceRanking.ranked_at < VoiceRanking.wanted_at)
    rows = db.session.execute(select(VoiceRanking.change_id, VoiceRanking.wanted_at).where(due)).all()
    db.session.rollback()
    for change_id, wanted_at in rows:
        rank(change_id, wanted_at)
    return f"{len(rows)} changes ranked" if rows else ""


def rank(change_id: int, wanted_at: datetime) -> None:
    """Rank the mentions of one change and keep the likeliest as proposals; judgements stay as they are."""
    ranking = _computed(change_id)
    with transaction() as session:
        if session.get(Change, change_id) is None:
            return
        stale = (Voice.change_id == change_id) & (Voice.state == "proposed") & Voice.sampled.is_(False)
        session.execute(delete(Voice).where(stale & Voice.left_out.is_(False) & Voice.first.is_(None)))
        for row in ranking.rows:
            statement = insert(Voice).values(change_id=change_id, state="proposed", left_out=False, **row)
            kept = {"chance": row["chance"], "alike_id": row["alike_id"]}
            session.execute(statement.on_conflict_do_update(index_elements=["change_id", "mention_id"], set_=kept))
        done = {"ranked_at": wanted_at, "mentions": ranking.mentions, "expected": ranking.expected}
        session.execute(update(VoiceRanking).where(VoiceRanking.change_id == change_id).values(**done))


class _Found:
    """What a ranking found: rows of proposals, how many mentions were looked at, voices expected beyond the judged."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.mentions = 0
        self.expected = 0.0


def _computed(change_id: int) -> _Found:
    from feedback_app.changes.voices.engine import chances, ranking  # noqa: PLC0415 - loads the numerical libraries
    from feedback_app.changes.voices.engine.collection import nearness  # noqa: PLC0415
    from feedback_app.changes.voices.engine.groups import alike  # noqa: PLC0415
    from feedback_app.changes.voices.engine.statement import read_statement  # noqa: PLC0415
    from feedback_app.themes.grouping.vector_store import StoredVectors  # noqa: PLC0415

    result = _Found()
    statement = read_statement(_said(change_id))
    judged = dict(_judged(change_id))
    collection = _collection(change_id)
    if collection is None:
        return result
    vectors = StoredVectors(statement.sentences, strong=len(collection.heard) > 1)
    near = nearness(collection, statement, vectors)
    vectors.keep()
    fits = {collection.place[str(one)]: yes for one, yes in judged.items() if str(one) in collection.place}
    order = ranking.scores(collection, near, fits)
    likely = chances.chances(collection, near, order, fits)
    free = [row for row in (-likely).argsort(kind="stable").tolist() if row not in fits]
    kept = [row for row in free[:KEPT] if likely[row] >= WORTH]
    heads = alike(collection, kept)
    sample = _sample([row for row in kept if likely[row] >= organisation().quote_bar], change_id)
    result.rows = [
        {"mention_id": int(collection.said[row].id), "chance": float(likely[row]), "sampled": row in sample,
         "alike_id": int(collection.said[heads[row]].id)}
        for row in kept
    ]  # fmt: skip
    result.mentions = len(collection)
    people = {int(collection.answer[row]) for row, yes in fits.items() if yes}
    result.expected = float(sum(likely[row] for row in free if int(collection.answer[row]) not in people))
    return result


def _sample(sure: Sequence[int], change_id: int) -> set[int]:
    """Of what would go out unjudged: so many at random, by a lot that every ranking of a change draws alike."""
    from random import Random  # noqa: PLC0415

    if len(sure) < SAMPLE:
        return set()
    return set(Random(change_id).sample(sorted(sure), SAMPLE))  # noqa: S311 - a sample, no secret


def _said(change_id: int) -> Mapping[str, Any]:
    change = db.session.get_one(Change, change_id, populate_existing=True)
    words = {code: found for code in LANGUAGES if (found := words_in(change, code))}
    said = {name: {code: getattr(one, name) for code, one in words.items()} for name in ("what", "why")}
    db.session.rollback()
    return said


def _judged(change_id: int) -> Iterator[tuple[int, bool]]:
    statement = select(Voice.mention_id, Voice.state).where(Voice.change_id == change_id, Voice.state != "proposed")
    for mention_id, state in db.session.execute(statement.order_by(Voice.judged_at, Voice.id)):
        yield mention_id, state in FITTING
    db.session.rollback()


def _collection(change_id: int) -> Collection | None:
    """The mentions of a change as rows of numbers; the last ones are kept, as most rankings follow a judgement."""
    from feedback_app.changes.voices.engine.collection import Said, collect  # noqa: PLC0415
    from feedback_app.themes.grouping.vector_store import StoredVectors, encoders_of  # noqa: PLC0415

    rows = queries.candidates(db.session(), change_id, MOST)
    db.session.rollback()
    if not rows:
        return None
    encoders = encoders_of(queries.may_answer(change_id))
    key = (hash(tuple((row.id, row.text, row.answer) for row in rows)), len(encoders))
    if key not in _kept:
        said = [Said(str(row.id), row.text, row.answer, row.language or "en") for row in rows]
        texts = {text for one in said for text in (one.text, one.answer)}
        vectors = StoredVectors(texts, strong=len(encoders) > 1)
        collection = collect(said, encoders, vectors)
        vectors.keep()
        _kept.clear()
        _kept[key] = collection
    return _kept[key]


def rank_now(change_id: int) -> None:
    """Rank one change at once; for commands."""
    with transaction() as session:
        wanted_at = request_ranking(session, change_id)
    rank(change_id, wanted_at)
