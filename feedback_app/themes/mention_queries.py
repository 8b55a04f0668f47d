"""Mentions as pages show them: with the person's kind, the date, the themes they are in. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import undefer

from feedback_app.database import Page, page_of
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Question, Section
from feedback_app.themes import events
from feedback_app.themes.mention_filter import Look, mentions_where, of_codebook
from feedback_app.themes.models import CodebookSurvey, Mention, Placement, Theme, ThemeEvent
from feedback_app.themes.queries import names_of
from feedback_app.themes.search import query as search

GRID = 50  # mentions confirmed or corrected in one go
SURE = 0.6  # confidence from which the machine is called sure
LONGEST = 600  # characters of a mention in a list


@dataclass(frozen=True)
class Line:
    """One mention in a list. ``confidence`` and ``confirmed`` are about the theme looked at, if one is."""

    mention: Mention
    response_id: int
    kind: str
    stage: str
    at: datetime
    confidence: float | None = None
    confirmed: bool = False
    themes: tuple[Theme, ...] = ()  # visible themes it is in
    offered: tuple[Theme, ...] = ()  # closest themes of one that is in none
    pieces: tuple[tuple[str, bool], ...] = ()  # what was said; True for what was searched for

    @property
    def sure(self) -> bool:
        """True when the machine, or a person, is sure."""
        return self.confirmed or (self.confidence or 0) >= SURE


def mentions(
    codebook_id: int,
    look: Look,
    zone: str,
    number: int,
    *,
    theme: int = 0,
    shelf: str = "",
    sort: str = "newest",
    size: int = 50,
) -> Page[Line]:
    """Return one page of mentions with all that a line shows; the same few statements, whatever the size.

    ``best`` puts first what fits the search best.
    """
    wanted = search.read(look.q) if look.q else None
    page = page_of(
        _sorted(mentions_where(codebook_id, look, zone, theme=theme, shelf=shelf), theme, sort, wanted), number, size
    )
    return replace(page, items=lines(page.items, theme, wanted))


def _sorted(chosen: Select[int], theme: int, sort: str, wanted: search.Search | None) -> Select[int]:
    if wanted and sort == "best":
        return wanted.best_first(chosen)
    if theme and sort in ("unsure", "surest", "unconfirmed"):
        chosen = chosen.join(Placement, (Placement.mention_id == Mention.id) & (Placement.theme_id == theme))
        if sort == "unconfirmed":
            chosen = chosen.where(Placement.confirmed_at.is_(None))
        falling = sort == "surest"
        return chosen.order_by(Placement.confidence.desc() if falling else Placement.confidence, Mention.id)
    return chosen.order_by(Response.submitted_at.desc(), Mention.id.desc())


def lines(ids: Sequence[int], theme: int = 0, wanted: search.Search | None = None) -> list[Line]:
    """Return the lines of these mentions, in this order, what is ``wanted`` marked; unknown ids are left out."""
    chosen = select(Mention, Response.kind, Response.stage_lost, Response.submitted_at)
    if wanted:
        chosen = chosen.options(undefer(Mention.words))
    rows = db.session.execute(
        chosen.join(Response, Response.id == Mention.response_id).where(Mention.id.in_(ids))
    ).all()
    placed: dict[int, list[tuple[Placement, Theme]]] = {}
    for placement, placed_in in db.session.execute(
        select(Placement, Theme).join(Theme, Theme.id == Placement.theme_id).where(Placement.mention_id.in_(ids))
    ):
        placed.setdefault(placement.mention_id, []).append((placement, placed_in))
    near = names_of(one for row in rows if row.Mention.id not in placed for one in row.Mention.closest or ())
    by_id = {row.Mention.id: _line(row, placed.get(row.Mention.id, []), near, theme) for row in rows}
    if wanted:
        by_id = {one: replace(line, pieces=_marked(line.mention, wanted)) for one, line in by_id.items()}
    return [by_id[one] for one in ids if one in by_id]


def of_response(response_id: int) -> list[int]:
    """Return the mentions of a response in the order in which it was said, whatever their state."""
    chosen = select(Mention.id).join(Answer, Answer.id == Mention.answer_id).join(Question).join(Section)
    order = (Section.position, Question.position, Mention.start)
    return list(db.session.scalars(chosen.where(Mention.response_id == response_id).order_by(*order)))


def _marked(mention: Mention, wanted: search.Search) -> tuple[tuple[str, bool], ...]:
    return tuple(wanted.marks(shortened(mention.text), mention.words))


def shortened(text: str) -> str:
    """Return as much of a mention as a list shows: 600 characters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _line(
    row: Row[Mention, str, str, datetime], own: list[tuple[Placement, Theme]], near: dict[int, Theme], theme: int
) -> Line:
    here = next((placement for placement, one in own if one.id == theme), None)
    return Line(
        row.Mention,
        row.Mention.response_id,
        row.kind,
        row.stage_lost,
        row.submitted_at,
        here.confidence if here else None,
        bool(here and here.confirmed_at),
        tuple(one for _, one in own if one.state == "open"),
        () if own else tuple(near[number] for number in row.Mention.closest or () if _is_open(near.get(number))),
        ((shortened(row.Mention.text), False),),
    )


def _is_open(theme: Theme | None) -> bool:
    return theme is not None and theme.state == "open"


def filter_choices(codebook_id: int) -> dict[str, list[str]]:
    """Return what can be filtered by in a codebook: stages at which prospects left, languages."""
    surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
    asked = select(Response.stage_lost).where(Response.survey_id.in_(surveys), Response.stage_lost != "")
    stages = db.session.scalars(asked.distinct())
    languages = db.session.scalars(select(Mention.language).where(of_codebook(codebook_id)).distinct())
    return {"stages": sorted(stages), "languages": sorted(languages)}


def last_step(codebook_id: int, staff_id: int, since: datetime) -> ThemeEvent | None:
    """Return what this person did here last, if it was lately and not undone: offered for undoing at once."""
    mine = select(ThemeEvent).where(ThemeEvent.codebook_id == codebook_id, ThemeEvent.by_id == staff_id)
    step = db.session.scalar(
        mine.where(ThemeEvent.code != events.THEME_FOUND.code).order_by(ThemeEvent.id.desc()).limit(1)
    )
    return step if step and step.undone_at is None and step.at >= since else None
