"""What people do with voices: judge them, take a judgement back, leave one out, widen one; and ask for a ranking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.changes import events
from feedback_app.changes.models import Change
from feedback_app.changes.voices.models import STATES, Voice, VoiceRanking
from feedback_app.database import insert, rowcount_of, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.responses.models import Answer
from feedback_app.themes.engine.quoting.quotation import LENGTH, exactly
from feedback_app.themes.models import Mention

JUDGEMENTS = tuple(state for state in STATES if state != "proposed")


def ask_for_ranking(change_id: int) -> None:
    """Let the worker rank the mentions of a change, soon; asked twice, it is done once."""
    with transaction() as session:
        _exists(session, change_id)
        request_ranking(session, change_id)


def request_ranking(session: Session, change_id: int) -> datetime:
    """Ask for a ranking in the caller's transaction and return when; asked twice before it is done, it is done once."""
    now = clock.now()
    statement = insert(VoiceRanking).values(change_id=change_id, wanted_at=now, mentions=0, expected=0.0)
    session.execute(statement.on_conflict_do_update(index_elements=["change_id"], set_={"wanted_at": now}))
    return now


def judge(change_id: int, mention_ids: Sequence[int], judgement: str, by: Actor, words: str = "") -> int:
    """Say of mentions whether a change answers them: "yes", "no", or "part", all at once; return how many.

    ``words``: the part to quote, exactly as it stands in the answer of the first mention; needed for "part".
    """
    if judgement not in JUDGEMENTS:
        raise Refused(N_("A judgement is one of: %(known)s."), known=", ".join(JUDGEMENTS))
    ids = list(dict.fromkeys(mention_ids))
    now = clock.now()
    with transaction() as session:
        _exists(session, change_id)
        known = set(session.scalars(select(Mention.id).where(Mention.id.in_(ids), Mention.state == "open")))
        if not ids or set(ids) - known:
            raise NotFound(N_("There is no such mention any more."))
        stretch = _stretch(session, ids[0], words) if words.strip() or judgement == "part" else None
        for mention_id in ids:
            _judge(session, change_id, mention_id, judgement, by.staff_id, now)
        if stretch is not None:
            _choose(session, change_id, ids[0], stretch)
        request_ranking(session, change_id)
        record(events.VOICES_JUDGED, by, change_id, judgement=judgement, mentions=len(ids))
    return len(ids)


def _judge(
    session: Session, change_id: int, mention_id: int, judgement: str, staff_id: int | None, now: datetime
) -> None:
    said = {"state": judgement, "judged_by_id": staff_id, "judged_at": now, "first": None, "after": None}
    row = {"change_id": change_id, "mention_id": mention_id, "chance": 0.0, "left_out": False, "sampled": False}
    statement = insert(Voice).values(**row, **said)
    session.execute(statement.on_conflict_do_update(index_elements=["change_id", "mention_id"], set_=said))


def undo(change_id: int, by: Actor) -> int:
    """Take the last judgement of a change back, with all that was judged by the same key; return how many."""
    with transaction() as session:
        last = select(Voice.judged_at).where(Voice.change_id == change_id, Voice.judged_at.is_not(None))
        at = session.scalar(last.order_by(Voice.judged_at.desc()).limit(1))
        if at is None:
            raise Refused(N_("Nothing was judged yet."))
        back = update(Voice).where(Voice.change_id == change_id, Voice.judged_at == at)
        count = rowcount_of(
            back.values(state="proposed", judged_at=None, judged_by_id=None, first=None, after=None, left_out=False)
        )
        request_ranking(session, change_id)
        record(events.VOICES_UNJUDGED, by, change_id, mentions=count)
    return count


def leave_out(voice_id: int, by: Actor, *, left_out: bool = True) -> None:
    """Keep one person's words out of the letter, or let them in again; they get the letter all the same."""
    with transaction() as session:
        voice = _voice(session, voice_id)
        other = update(Voice).where(Voice.id == voice_id, Voice.left_out != left_out)
        if updated_one(other.values(left_out=left_out)):
            what = events.VOICE_LEFT_OUT if left_out else events.VOICE_LET_IN
            record(what, by, voice.change_id, mention=voice.mention_id)


def widen(voice_id: int, words: str, by: Actor) -> None:
    """Quote another stretch of the same answer; ``words`` exactly as they stand there, at most 300 characters."""
    with transaction() as session:
        voice = _voice(session, voice_id)
        _choose(session, voice.change_id, voice.mention_id, _stretch(session, voice.mention_id, words))
        record(events.VOICE_WIDENED, by, voice.change_id, mention=voice.mention_id)


def _choose(session: Session, change_id: int, mention_id: int, stretch: tuple[int, int]) -> None:
    mine = and_(Voice.change_id == change_id, Voice.mention_id == mention_id)
    session.execute(update(Voice).where(mine).values(first=stretch[0], after=stretch[1]))


def _stretch(session: Session, mention_id: int, words: str) -> tuple[int, int]:
    """Where ``words`` stand in the answer of a mention; blanks and the marks of a quotation do not matter."""
    statement = select(Answer.text).join(Mention, Mention.answer_id == Answer.id).where(Mention.id == mention_id)
    answer = session.scalar(statement) or ""
    stretch = find_words(answer, words)
    if stretch is None:
        raise Refused(N_("These words do not stand in the answer like that. Take one piece of it, unchanged."))
    if stretch[1] - stretch[0] > LENGTH - 2 or exactly(answer, *stretch) is None:
        raise Refused(N_("A quotation has words, and at most %(most)d characters."), most=LENGTH - 2)
    return stretch


def find_words(answer: str, words: str) -> tuple[int, int] | None:
    """Where ``words``, whole ones, stand in ``answer``, whatever the blanks between them; None where they do not."""
    wanted = words.strip().strip("…").split()
    if not wanted:
        return None
    places, at = [], 0
    pieces = []
    for piece in answer.split():
        start = answer.index(piece, at)
        at = start + len(piece)
        places.append((start, at))
        pieces.append(piece)
    text, joined = " ".join(pieces), " ".join(wanted)
    match = re.search(rf"(?<!\w){re.escape(joined)}(?!\w)", text)
    if match is None:
        return None
    return _unjoined(places, match.start()), _unjoined(places, match.end(), end=True)


def _unjoined(places: Sequence[tuple[int, int]], offset: int, *, end: bool = False) -> int:
    """The place in an answer of a place in its words joined by single blanks."""
    passed = 0
    for start, after in places:
        length = after - start
        if offset < passed + length or (end and offset == passed + length):
            return start + offset - passed
        passed += length + 1
    return places[-1][1]


def _voice(session: Session, voice_id: int) -> Voice:
    voice = session.get(Voice, voice_id, populate_existing=True)
    if voice is None:
        raise NotFound(N_("There is no such mention any more."))
    return voice


def _exists(session: Session, change_id: int) -> None:
    if session.scalar(select(Change.id).where(Change.id == change_id)) is None:
        raise NotFound(N_("There is no change %(id)s."), id=change_id)
