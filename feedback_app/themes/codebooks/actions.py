"""Codebooks: start one, share one between surveys, take one along as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from feedback_app import clock
from feedback_app.common.text import one_line, tidy
from feedback_app.database import insert, require_transaction, transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.surveys.queries import by_id, by_slug
from feedback_app.themes import events
from feedback_app.themes.codebooks import starters
from feedback_app.themes.codebooks.document import EXAMPLES, PHRASES, ExampleRow, ThemeRow
from feedback_app.themes.curation.theme_actions import good_name
from feedback_app.themes.models import (
    Codebook,
    CodebookSurvey,
    Mention,
    Placement,
    Theme,
    ThemeEvent,
    ThemeExample,
)
from feedback_app.themes.queries import codebook_by_id
from feedback_app.themes.steps import NO_SYNC


def start_codebook(name: str, by: Actor) -> Codebook:
    """Start an empty codebook; Refused when there is one of that name."""
    with transaction():
        return _new(name, by)


def _new(name: str, by: Actor) -> Codebook:
    session = require_transaction()
    codebook = Codebook(name=good_name(name))
    if session.scalar(select(Codebook.id).where(Codebook.name == codebook.name)) is not None:
        raise Refused(N_("There is a codebook “%(name)s” already. Use it, or choose another name."), name=codebook.name)
    session.add(codebook)
    session.flush()
    record(events.CODEBOOK_STARTED, by, codebook.id, name=codebook.name)
    return codebook


def share(survey_ids: Sequence[int], codebook_id: int, by: Actor) -> None:
    """Group the answers of these surveys by one codebook, so that they can be seen side by side.

    A survey that was grouped by another codebook leaves it; Refused when people have sorted its mentions there.
    """
    with transaction():
        codebook = codebook_by_id(codebook_id)
        for survey_id in survey_ids:
            _use(by_id(survey_id), codebook, by)


def _use(survey: Survey, codebook: Codebook, by: Actor) -> None:
    session = require_transaction()
    now = session.scalar(select(CodebookSurvey.codebook_id).where(CodebookSurvey.survey_id == survey.id))
    if now == codebook.id:
        return
    if now is not None:
        _leave(survey, now)
    add = insert(CodebookSurvey).values(survey_id=survey.id, codebook_id=codebook.id)
    session.execute(
        add.on_conflict_do_update(index_elements=["survey_id"], set_={"codebook_id": add.excluded.codebook_id})
    )
    record(events.CODEBOOK_SHARED, by, codebook.id, slug=survey.slug, survey=survey.id)


def _leave(survey: Survey, codebook_id: int) -> None:
    session = require_transaction()
    of_survey = select(Mention.id).where(Mention.survey_id == survey.id)
    sorted_ones = select(func.count()).where(Placement.mention_id.in_(of_survey), Placement.confirmed_at.is_not(None))
    if number := session.scalar(sorted_ones):
        raise Refused(
            N_("People have sorted %(number)d mentions of “%(survey)s” in its present codebook. It stays there."),
            number=number,
            survey=survey.slug,
        )
    session.execute(delete(Placement).where(Placement.mention_id.in_(of_survey)))
    fresh: dict[str, Any] = {"judged_at": None, "closest": []}
    session.execute(update(Mention).where(Mention.survey_id == survey.id).values(fresh), execution_options=NO_SYNC)


def codebook_for(slugs: Sequence[str], by: Actor, name: str = "") -> Codebook:
    """Return the codebook by which these surveys are grouped, started or shared as needed.

    Without ``name`` it is the one that some of them use already, else a new one named after the first survey.
    Refused when they use several and none was named.
    """
    with transaction() as session:
        surveys = [by_slug(slug) for slug in dict.fromkeys(slugs)]
        if not surveys:
            raise Refused(N_("Name at least one survey."))
        used = session.scalars(
            select(Codebook)
            .join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
            .where(CodebookSurvey.survey_id.in_([survey.id for survey in surveys]))
            .distinct()
        ).all()
        codebook = _chosen(surveys, used, name, by)
        for survey in surveys:
            _use(survey, codebook, by)
        return codebook


def _chosen(surveys: Sequence[Survey], used: Sequence[Codebook], name: str, by: Actor) -> Codebook:
    if name:
        known = require_transaction().scalar(select(Codebook).where(Codebook.name == name.strip()))
        return known or _new(name, by)
    if len(used) > 1:
        message = N_("These surveys use different codebooks (%(names)s). Name the one they shall share.")
        raise Refused(message, names=", ".join(sorted(one.name for one in used)))
    return used[0] if used else _new(_free_name(" + ".join(_title(survey) for survey in surveys)), by)


def _title(survey: Survey) -> str:
    return next((text for code in survey.languages if (text := survey.title.get(code))), survey.slug)


def _free_name(name: str) -> str:
    name, number = name[:190], 1
    while db.session.scalar(
        select(exists().where(Codebook.name == (tried := name if number < 2 else f"{name} {number}")))
    ):
        number += 1
    return tried


def start_from(codebook_id: int, slug: str, language: str, by: Actor) -> int:
    """Put the themes of a ready-made codebook, with their examples, into a codebook; how many were new."""
    ready = starters.load(slug)
    themes = [
        ThemeRow(
            name=theme.name.get(language) or theme.name["en"],
            description=theme.description.get(language) or theme.description["en"],
            examples=tuple(ExampleRow(text, code) for code, texts in theme.examples.items() for text in texts),
        )
        for theme in ready.themes
    ]
    return add_themes(codebook_id, themes, by)


def add_themes(codebook_id: int, rows: Sequence[ThemeRow], by: Actor) -> int:
    """Add the themes of an exported codebook (see ``document.read_codebook``); how many were new.

    A theme whose name is there already gets the examples only, so that importing twice changes nothing.
    All of it is taken in, or nothing: the first thing that is not as expected is named.
    """
    themes = [_tidied(row) for row in rows]
    with transaction() as session:
        codebook = codebook_by_id(codebook_id)
        there = {
            theme.name.casefold(): theme
            for theme in session.scalars(select(Theme).where(Theme.codebook_id == codebook.id, Theme.state == "open"))
        }
        new = 0
        for fields in themes:
            theme = there.get(fields["name"].casefold())
            if theme is None:
                theme = there[fields["name"].casefold()] = _imported(codebook.id, fields, by)
                new += 1
            _add_examples(theme.id, fields["examples"])
        session.execute(update(Codebook).where(Codebook.id == codebook.id).values(corrected_at=clock.now()))
        record(events.CODEBOOK_IMPORTED, by, codebook.id, name=codebook.name, themes=len(themes), new=new)
        return new


def _imported(codebook_id: int, fields: dict[str, Any], by: Actor) -> Theme:
    session = require_transaction()
    theme = Theme(
        codebook_id=codebook_id,
        name=fields["name"],
        named_by_person=True,
        description=fields["description"],
        phrases=fields["phrases"],
    )
    session.add(theme)
    session.flush()
    session.add(
        ThemeEvent(
            codebook_id=codebook_id, theme_id=theme.id, code=events.THEME_STARTED.code, by_id=by.staff_id, by=by.name
        )
    )
    return theme


def _add_examples(theme_id: int, examples: list[dict[str, str]]) -> None:
    session = require_transaction()
    there = set(session.scalars(select(ThemeExample.text).where(ThemeExample.theme_id == theme_id)))
    session.add_all(ThemeExample(theme_id=theme_id, **one) for one in examples if one["text"] not in there)


def _tidied(row: ThemeRow) -> dict[str, Any]:
    texts = [(example.language[:8], tidy(example.text)[:2000]) for example in row.examples[:EXAMPLES]]
    return {
        "name": good_name(row.name),
        "description": tidy(row.description)[:5000],
        "phrases": [one_line(phrase)[:200] for phrase in row.phrases[:PHRASES]],
        "examples": [{"language": language, "text": text} for language, text in texts if text],
    }
