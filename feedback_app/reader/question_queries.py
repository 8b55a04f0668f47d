"""What the reader may be asked next, and the words it needs for it, masked. Reads only.

First the tests, in which people's own judgements are the key; then what only people see and accept; and words that
nobody judged only where a test showed that the reader is worth hearing. What was answered is never asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from feedback_app import clock
from feedback_app.changes.models import Change
from feedback_app.changes.queries import words_for
from feedback_app.changes.voices.models import Voice
from feedback_app.extensions import db
from feedback_app.reader.hit_rate import MEASURED
from feedback_app.reader.material import Due, question_about
from feedback_app.reader.models import ReaderProposal, ReaderRequest
from feedback_app.reader.queries import tone_rate, voice_rate
from feedback_app.themes.models import CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.queries import open_themes
from feedback_app.themes.reports.theme_quotes import quotes

ENOUGH = 5  # mentions from which a theme is named or summed up
FOR_A_NAME, FOR_A_SUMMARY, AT_ONCE = 20, 40, 20  # texts of one question
TESTED = 60  # judgements that are asked about at most, of one change or codebook
UNSURE = 0.6  # the machine's confidence in a tone below which the reader is asked, too
MOST_UNSURE, MOST_LIKELY = 200, 60  # of a codebook, of a change
TRIES, FOR = 3, timedelta(days=1)  # a question that failed so often is left alone for so long


def next_due(model: str) -> Due | None:
    """Return the question that is due next for ``model``; None when there is none."""
    ways = (_voice_tests, _tone_tests, _names, _summaries, _voices, _tones)
    return next((due for way in ways for due in way(model)), None)


def _blocked(task: str, subject_id: Any, model: str) -> ColumnElement[bool]:
    """SQL: this question failed so often of late that it is left alone; not counted: that nobody was there."""
    own = or_(
        ReaderRequest.code.in_(("invalid", "too_large", "timeout")),
        and_(ReaderRequest.code == "status", ReaderRequest.detail.in_(("400", "413", "422"))),
    )
    failed = select(func.count()).where(
        ReaderRequest.task == task,
        ReaderRequest.subject_id == subject_id,
        ReaderRequest.model == model,
        ReaderRequest.asked_at > clock.now() - FOR,
        own,
    )
    return failed.scalar_subquery() >= TRIES


def _asked(task: str, model: str, *of: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(1).where(ReaderProposal.task == task, ReaderProposal.model == model, *of))


def _voice_tests(model: str) -> Iterator[Due]:
    judged = select(Voice.change_id).where(Voice.state != "proposed").group_by(Voice.change_id)
    for change_id in db.session.scalars(_changes(judged.having(func.count() >= MEASURED), model)).all():
        tested = select(func.count()).where(_voice_proposals(model, change_id), Voice.state != "proposed")
        if (db.session.scalar(tested) or 0) < TESTED:
            order = _unasked_voices(change_id, model, Voice.state != "proposed").order_by(Voice.judged_at.desc())
            yield from _about_change(change_id, order)


def _voice_proposals(model: str, change_id: int) -> ColumnElement[bool]:
    return and_(
        ReaderProposal.task == "voice", ReaderProposal.model == model, ReaderProposal.change_id == change_id,
        Voice.change_id == change_id, Voice.mention_id == ReaderProposal.mention_id,
    )  # fmt: skip


def _changes(chosen: Select[int], model: str) -> Select[int]:
    found = select(Change.id).where(Change.id.in_(chosen), ~_blocked("voice", Change.id, model))
    return found.order_by(Change.id.desc())


def _voices(model: str) -> Iterator[Due]:
    ranked = select(Voice.change_id).where(Voice.state == "proposed")
    for change_id in db.session.scalars(_changes(ranked, model)).all():
        if voice_rate(model, change_id).heard:
            likely = select(Voice.id).where(Voice.change_id == change_id, Voice.state == "proposed")
            likely = likely.order_by(Voice.chance.desc(), Voice.id).limit(MOST_LIKELY)
            chosen = _unasked_voices(change_id, model, Voice.id.in_(likely)).order_by(Voice.chance.desc())
            yield from _about_change(change_id, chosen)


def _unasked_voices(change_id: int, model: str, *which: ColumnElement[bool]) -> Select[Any]:
    mine = _asked("voice", model, ReaderProposal.change_id == change_id, ReaderProposal.mention_id == Voice.mention_id)
    chosen = select(Voice.mention_id).join(Mention, Mention.id == Voice.mention_id)
    return chosen.where(Voice.change_id == change_id, Mention.state == "open", ~mine, *which)


def _about_change(change_id: int, chosen: Select[Any]) -> Iterator[Due]:
    ids = db.session.scalars(chosen.limit(AT_ONCE)).all()
    if ids:
        words = words_for(db.session.get_one(Change, change_id), "en")
        said = {"what": words.what, "why": words.why, "reason": words.reason}
        yield question_about("voice", change_id, ids, {"change": said}, change_id=change_id)


def _tone_tests(model: str) -> Iterator[Due]:
    for codebook_id, chosen in _tones_of(model, Mention.toned_at.is_not(None)):
        said = db.session.scalar(select(func.count()).where(Mention.id.in_(chosen)))
        if (said or 0) >= MEASURED:
            yield from _about_tones(codebook_id, chosen.order_by(Mention.toned_at.desc()).limit(TESTED), model)


def _tones(model: str) -> Iterator[Due]:
    if not tone_rate(model).heard:
        return
    unsure = and_(Mention.toned_at.is_(None), Mention.tone != "", Mention.tone_confidence < UNSURE)
    for codebook_id, chosen in _tones_of(model, unsure):
        yield from _about_tones(codebook_id, chosen.order_by(Mention.id.desc()).limit(MOST_UNSURE), model)


def _tones_of(model: str, which: ColumnElement[bool]) -> Iterator[tuple[int, Select[Any]]]:
    codebooks = select(CodebookSurvey.codebook_id).where(~_blocked("tone", CodebookSurvey.codebook_id, model))
    for codebook_id in db.session.scalars(codebooks.distinct().order_by(CodebookSurvey.codebook_id)).all():
        surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
        yield codebook_id, select(Mention.id).where(Mention.survey_id.in_(surveys), Mention.state == "open", which)


def _about_tones(codebook_id: int, chosen: Select[Any], model: str) -> Iterator[Due]:
    left = select(Mention.id).where(
        Mention.id.in_(chosen), ~_asked("tone", model, ReaderProposal.mention_id == Mention.id)
    )
    ids = db.session.scalars(left.order_by(Mention.id.desc()).limit(AT_ONCE)).all()
    if ids:
        yield question_about("tone", codebook_id, ids, {})


def _themes(task: str, model: str) -> Select[Any]:
    answered = exists(
        select(1).where(
            ReaderRequest.task == task, ReaderRequest.subject_id == Theme.id, ReaderRequest.model == model,
            ReaderRequest.state == "ok",
        )
    )  # fmt: skip
    size = select(func.count()).where(Placement.theme_id == Theme.id).scalar_subquery()
    chosen = select(Theme).where(Theme.state == "open", size >= ENOUGH, ~answered, ~_blocked(task, Theme.id, model))
    return chosen.order_by(size.desc(), Theme.id)


def _names(model: str) -> Iterator[Due]:
    theme = db.session.scalar(_themes("name", model).where(Theme.named_by_person.is_(False)).limit(1))
    if theme is not None and (ids := _of_theme(theme, FOR_A_NAME)):
        taken = sorted(taken_names(theme))
        yield replace(question_about("name", theme.id, ids, {"taken": taken}, theme_id=theme.id), taken=taken)


def taken_names(theme: Theme) -> set[str]:
    """Return the names, in all languages, of the other open themes of its codebook."""
    others = [one for one in open_themes(theme.codebook_id) if one.id != theme.id]
    return {name for one in others for name in (one.name, *one.names.values())}


def _summaries(model: str) -> Iterator[Due]:
    theme = db.session.scalar(_themes("summary", model).limit(1))
    if theme is not None and (ids := _of_theme(theme, FOR_A_SUMMARY)):
        yield question_about("summary", theme.id, ids, {}, theme_id=theme.id)


def _of_theme(theme: Theme, most: int) -> list[int]:
    """The mentions that stand for a theme: its typical ones, then the surest."""
    typical = [line.mention.id for line in quotes(theme).typical]
    surest = (
        select(Mention.id)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme.id, Mention.state == "open")
        .order_by(Placement.confidence.desc(), Mention.id.desc())
        .limit(most)
    )
    return list(dict.fromkeys([*typical, *db.session.scalars(surest)]))[:most]
