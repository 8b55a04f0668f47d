"""What a person says in a guided set-up: this theme, a new one, aside, not now; undo; enough for today."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.common.keys import read_key
from feedback_app.database import insert, require_transaction, transaction
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actor import Actor
from feedback_app.themes import events
from feedback_app.themes.curation import undo as steps_back
from feedback_app.themes.curation.mention_actions import decide, place
from feedback_app.themes.curation.theme_actions import good_name, new_theme
from feedback_app.themes.guided.models import GuidedQuestion, GuidedSetup
from feedback_app.themes.guided.queries import BLOCK, last_answered
from feedback_app.themes.models import CodebookSurvey, Mention, Theme, ThemeEvent
from feedback_app.themes.queries import codebook_by_id, open_theme, open_themes
from feedback_app.themes.steps import step


def begin(codebook_id: int) -> None:
    """Let the machine learn what was said so far and prepare questions; asked twice, it is done once."""
    with transaction() as session:
        want(session, codebook_by_id(codebook_id).id)


def want(session: Session, codebook_id: int) -> None:
    """Ask for a lesson inside the caller's transaction."""
    empty: dict[str, Any] = {"kept": [], "right": 0, "drawn": 0, "moved": 0, "seen_upto": 0}
    statement = insert(GuidedSetup).values(codebook_id=codebook_id, wanted_at=clock.now(), **empty)
    set_ = {"wanted_at": statement.excluded.wanted_at}
    session.execute(statement.on_conflict_do_update(index_elements=["codebook_id"], set_=set_))


def answer_theme(mention_id: int, theme: str, by: Actor) -> Theme:
    """Say that a mention belongs to a theme, by number or by one of its names; it is there for good."""
    with transaction() as session:
        codebook_id = _codebook_of(session, mention_id)
        return _placed(session, codebook_id, mention_id, _named(codebook_id, theme), by)


def answer_new(mention_id: int, name: str, by: Actor) -> Theme:
    """Say that a mention is about something that has no theme yet, and name it; a name that is there is used again."""
    with transaction() as session:
        codebook_id, name = _codebook_of(session, mention_id), good_name(name)
        there = _bearing(codebook_id, name)
        if there is not None:
            return _placed(session, codebook_id, mention_id, there, by)
        theme = new_theme(codebook_id, name, by, [mention_id])
        started = session.scalar(select(func.max(ThemeEvent.id)).where(ThemeEvent.theme_id == theme.id))
        _note(session, codebook_id, mention_id, by, theme_id=theme.id, step_id=started)
        return theme


def answer_aside(mention_id: int, by: Actor) -> None:
    """Say that a mention is about nothing that themes are for: it is set aside, and others like it leave themes."""
    with transaction() as session:
        codebook_id = _codebook_of(session, mention_id)
        event = step(codebook_id, events.MENTION_SET_ASIDE, by, chosen=[mention_id])
        decide(event, "set_aside")
        _note(session, codebook_id, mention_id, by, step_id=event.id)


def skip(mention_id: int, by: Actor) -> None:
    """Pass over a question; it is not asked again, and nothing is said about the mention."""
    with transaction() as session:
        _note(session, _codebook_of(session, mention_id), mention_id, by, state="skipped")


def undo(codebook_id: int, by: Actor) -> int:
    """Take the last answer back: the mention is where it was, and is asked about next; its id."""
    last = last_answered(codebook_id)
    if last is None:
        raise Refused(N_("Nothing was answered yet."))
    question_id, mention_id, step_id = last.id, last.mention_id, last.step_id
    if step_id is not None:
        steps_back.undo(step_id, by)
    with transaction() as session:
        back = {"state": "waiting", "position": -1, "theme_id": None, "step_id": None, "answered_at": None}
        session.execute(update(GuidedQuestion).where(GuidedQuestion.id == question_id).values(**back))
    return mention_id


def keep(theme_id: int) -> None:
    """Say that a proposed theme is good as it is."""
    with transaction() as session:
        theme = open_theme(theme_id)
        setup = session.get(GuidedSetup, theme.codebook_id)
        if setup is None:
            want(session, theme.codebook_id)
            setup = session.get_one(GuidedSetup, theme.codebook_id)
        setup.kept = [*(one for one in setup.kept if one != theme_id), theme_id]


def finish(codebook_id: int) -> None:
    """Say that it is enough: what comes from now on is new."""
    with transaction() as session:
        want(session, codebook_by_id(codebook_id).id)
        newest = session.scalar(select(func.max(Mention.id))) or 0
        mine = update(GuidedSetup).where(GuidedSetup.codebook_id == codebook_id)
        session.execute(mine.values(seen_upto=newest, finished_at=clock.now()))


def _codebook_of(session: Session, mention_id: int) -> int:
    linked = select(CodebookSurvey.codebook_id).join(Mention, Mention.survey_id == CodebookSurvey.survey_id)
    codebook_id = session.scalar(linked.where(Mention.id == mention_id))
    if codebook_id is None:
        raise NotFound(N_("There is no mention number %(id)s in a codebook (any more)."), id=mention_id)
    return codebook_id


def _named(codebook_id: int, theme: str) -> Theme:
    number = read_key(theme)
    named = open_theme(number) if number else _bearing(codebook_id, theme)
    if named is None or named.codebook_id != codebook_id:
        raise NotFound(N_("There is no theme “%(name)s” in this codebook."), name=theme[:80])
    return named


def _bearing(codebook_id: int, name: str) -> Theme | None:
    wanted = name.strip().casefold()
    named = (one for one in open_themes(codebook_id) if wanted in {one.name.casefold(), *_titles(one)})
    return next(named, None)


def _titles(theme: Theme) -> set[str]:
    return {name.casefold() for name in theme.names.values()}


def _placed(session: Session, codebook_id: int, mention_id: int, theme: Theme, by: Actor) -> Theme:
    event = step(codebook_id, events.MENTION_MOVED, by, theme_id=theme.id, chosen=[mention_id])
    place(event, theme.id, by, drop=True)
    _note(session, codebook_id, mention_id, by, theme_id=theme.id, step_id=event.id)
    return theme


def _note(session: Session, codebook_id: int, mention_id: int, by: Actor, **said: Any) -> None:
    """Write what was said; the last answer of a block asks for a lesson."""
    values = {"state": "answered", "theme_id": None, "step_id": None, "by_id": by.staff_id, "answered_at": clock.now()}
    values |= said
    empty = {"position": 0, "reason": "chosen", "proposals": []}
    statement = insert(GuidedQuestion).values(codebook_id=codebook_id, mention_id=mention_id, **empty, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["codebook_id", "mention_id"], set_=values))
    if values["state"] == "answered" and _block_is_full(codebook_id):
        want(session, codebook_id)


def _block_is_full(codebook_id: int) -> bool:
    mine = (GuidedQuestion.codebook_id == codebook_id, GuidedQuestion.state == "answered")
    answered = require_transaction().scalar(select(func.count()).where(*mine)) or 0
    return answered % BLOCK == 0
