"""What pages, commands and other rooms ask about themes. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, Select, exists, func, select

from feedback_app.accounts.models import Staff
from feedback_app.database import Page, page_of
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Survey
from feedback_app.themes.models import (
    Codebook,
    CodebookSurvey,
    GroupingRequest,
    Mention,
    Placement,
    Suggestion,
    Theme,
    ThemeEvent,
)


def codebook_by_id(codebook_id: int) -> Codebook:
    """Return the codebook; NotFound names it."""
    codebook = db.session.get(Codebook, codebook_id)
    if codebook is None:
        raise NotFound(N_("There is no codebook number %(id)s (any more)."), id=codebook_id)
    return codebook


def codebook_by_name(name: str) -> Codebook:
    """Return the codebook called ``name``; NotFound lists those there are."""
    codebook = db.session.scalar(select(Codebook).where(Codebook.name == name))
    if codebook is None:
        there = ", ".join(db.session.scalars(select(Codebook.name).order_by(Codebook.name))) or "–"
        raise NotFound(N_("There is no codebook “%(name)s”. There are: %(there)s."), name=name, there=there)
    return codebook


def codebook_of(survey_id: int) -> Codebook | None:
    """Return the codebook by which a survey's answers are grouped, None when none was chosen yet."""
    linked = select(Codebook).join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
    return db.session.scalar(linked.where(CodebookSurvey.survey_id == survey_id))


def codebook_of_slug(slug: str) -> Codebook | None:
    """Return the codebook by which the answers of the survey called ``slug`` are grouped, None when there is none."""
    linked = select(Codebook).join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
    return db.session.scalar(linked.join(Survey, Survey.id == CodebookSurvey.survey_id).where(Survey.slug == slug))


def codebooks() -> Sequence[Codebook]:
    """Return all codebooks, the one grouped last first."""
    return db.session.scalars(
        select(Codebook).order_by(Codebook.grouped_at.desc().nulls_last(), Codebook.id.desc())
    ).all()


def surveys_of(codebook_id: int) -> Sequence[Survey]:
    """Return the surveys that share a codebook, by name."""
    linked = select(Survey).join(CodebookSurvey, CodebookSurvey.survey_id == Survey.id)
    return db.session.scalars(linked.where(CodebookSurvey.codebook_id == codebook_id).order_by(Survey.slug)).all()


@dataclass(frozen=True)
class SurveyChoice:
    """A survey that has free-text answers, and the codebook they are grouped by, if any."""

    survey: Survey
    codebook: Codebook | None
    answers: int  # free-text answers


def survey_choices() -> list[SurveyChoice]:
    """Return the surveys with free-text answers: those without a codebook first."""
    texts = (
        select(Response.survey_id, func.count().label("answers"))
        .join(Answer, Answer.response_id == Response.id)
        .where(Answer.text.is_not(None), Answer.text != "")
        .group_by(Response.survey_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Survey, Codebook, texts.c.answers)
        .join(texts, texts.c.survey_id == Survey.id)
        .outerjoin(CodebookSurvey, CodebookSurvey.survey_id == Survey.id)
        .outerjoin(Codebook, Codebook.id == CodebookSurvey.codebook_id)
        .order_by(CodebookSurvey.codebook_id.is_not(None), Survey.slug)
    )
    return [SurveyChoice(*row) for row in rows]


def theme_by_id(theme_id: int) -> Theme:
    """Return the theme, whatever its state; NotFound names it."""
    theme = db.session.get(Theme, theme_id)
    if theme is None:
        raise NotFound(N_("There is no theme number %(id)s (any more)."), id=theme_id)
    return theme


def mention_by_id(mention_id: int) -> Mention:
    """Return the mention, whatever its state; NotFound says so."""
    mention = db.session.get(Mention, mention_id)
    if mention is None:
        raise NotFound(N_("There is no such mention any more."))
    return mention


def open_theme(theme_id: int) -> Theme:
    """Return the theme if people can work on it; a merged or set aside one is refused by name."""
    theme = theme_by_id(theme_id)
    if theme.state == "merged":
        into = final_theme(theme)
        message = N_("“%(name)s” was merged into “%(into)s” (number %(id)s). Use that one.")
        raise Refused(message, name=theme.name, into=into.name, id=into.id)
    if theme.state == "set_aside":
        raise Refused(N_("The theme “%(name)s” is set aside. Bring it back first."), name=theme.name)
    return theme


def final_theme(theme: Theme) -> Theme:
    """Return the theme that a merged one leads to in the end; itself when it was not merged."""
    seen: set[int] = set()
    while theme.merged_into_id is not None and theme.id not in seen:
        seen.add(theme.id)
        theme = theme_by_id(theme.merged_into_id)
    return theme


def open_themes(codebook_id: int) -> Sequence[Theme]:
    """Return the themes of a codebook that people can choose from, by name."""
    chosen = select(Theme).where(Theme.codebook_id == codebook_id, Theme.state == "open")
    return db.session.scalars(chosen.order_by(func.lower(Theme.name), Theme.id)).all()


def final_ids(codebook_id: int) -> dict[int, int]:
    """Return for each theme of a codebook the theme where its mentions are now (itself unless merged)."""
    rows = db.session.execute(select(Theme.id, Theme.merged_into_id).where(Theme.codebook_id == codebook_id))
    into = {row.id: row.merged_into_id for row in rows}
    return {one: _follow(one, into) for one in into}


def _follow(theme_id: int, into: dict[int, int | None]) -> int:
    for _ in range(len(into)):
        following = into.get(theme_id)
        if following is None:
            break
        theme_id = following
    return theme_id


def forwarding() -> CTE:
    """SQL table ``(theme_id, final_id)`` of all themes: where a link to a theme leads after merges.

    Join it between ``change_theme.theme_id`` and ``placement.theme_id``, so that links made before a merge
    still find every mention.
    """
    ends = select(Theme.id.label("theme_id"), Theme.id.label("final_id")).where(Theme.merged_into_id.is_(None))
    chain = ends.cte("forwarding", recursive=True)
    return chain.union_all(select(Theme.id, chain.c.final_id).join(chain, chain.c.theme_id == Theme.merged_into_id))


def names_of(theme_ids: Iterable[int]) -> dict[int, Theme]:
    """Return the themes with these ids, by id; unknown ids are left out."""
    wanted = set(theme_ids)
    found = db.session.scalars(select(Theme).where(Theme.id.in_(wanted))) if wanted else ()
    return {theme.id: theme for theme in found}


def history(number: int, theme_id: int | None = None, codebook_id: int | None = None) -> Page[ThemeEvent]:
    """Return the steps of a theme (also those that took mentions from it) or of a codebook, the newest first."""
    chosen = select(ThemeEvent)
    if theme_id is not None:
        chosen = chosen.where((ThemeEvent.theme_id == theme_id) | (ThemeEvent.other_id == theme_id))
    if codebook_id is not None:
        chosen = chosen.where(ThemeEvent.codebook_id == codebook_id)
    return page_of(chosen.order_by(ThemeEvent.id.desc()), number, 20)


def staff_choices() -> list[tuple[int, str]]:
    """Return the people who can own a theme: id and name, by name."""
    people = db.session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.email))
    return [(person.id, person.shown_name) for person in people]


def latest_request(codebook_id: int) -> GroupingRequest | None:
    """Return the grouping asked for last, finished or not."""
    mine = select(GroupingRequest).where(GroupingRequest.codebook_id == codebook_id)
    return db.session.scalar(mine.order_by(GroupingRequest.id.desc()).limit(1))


def suggestions(codebook_id: int, state: str = "open") -> Sequence[Suggestion]:
    """Return the suggestions in a state, the newest first; at most 100."""
    chosen = select(Suggestion).where(Suggestion.codebook_id == codebook_id, Suggestion.state == state)
    return db.session.scalars(chosen.order_by(Suggestion.kind, Suggestion.id.desc()).limit(100)).all()


def waiting_suggestions(codebook_id: int) -> int:
    """Return how many suggestions nobody has decided yet."""
    chosen = select(func.count()).where(Suggestion.codebook_id == codebook_id, Suggestion.state == "open")
    return db.session.scalar(chosen) or 0


def ungrouped_of(codebook_id: int) -> Select[int]:
    """SELECT of the mentions of a codebook that have content and are in no theme."""
    surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
    return select(Mention.id).where(
        Mention.survey_id.in_(surveys),
        Mention.state == "open",
        ~exists(select(1).where(Placement.mention_id == Mention.id)),
    )
