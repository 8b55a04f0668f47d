"""New surveys join a codebook by themselves when nobody chose one for them, and the pages say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from feedback_app import clock
from feedback_app.events.actor import WORKER
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes.codebooks.actions import share
from feedback_app.themes.models import Codebook, Theme
from feedback_app.themes.queries import codebooks, survey_choices, surveys_of

PATIENCE = timedelta(hours=1)  # people who mean to start a codebook of its own have so long, from publishing on


def land_new_surveys() -> int:
    """Let surveys with answers that no codebook groups join the one that suits best; how many did.

    A codebook suits that has themes and a survey in a language of this one: that whose surveys share most languages,
    the one grouped last where several do.
    """
    waiting = [one.survey for one in survey_choices() if one.codebook is None and _waited(one.survey)]
    landed = [(survey.id, home.id) for survey in waiting if (home := _home(survey, _with_themes())) is not None]
    db.session.rollback()
    for survey_id, codebook_id in landed:
        share([survey_id], codebook_id, WORKER)
    return len(landed)


def _waited(survey: Survey) -> bool:
    return survey.published_at is not None and survey.published_at < clock.now() - PATIENCE


def _with_themes() -> list[Codebook]:
    themed = set(db.session.scalars(select(Theme.codebook_id).where(Theme.state == "open").distinct()))
    return [one for one in codebooks() if one.id in themed]


def _home(survey: Survey, there: Sequence[Codebook]) -> Codebook | None:
    shared = {one.id: _shared(survey, one) for one in there}
    best = max(shared.values(), default=0)
    return next((one for one in there if best and shared[one.id] == best), None)


def _shared(survey: Survey, codebook: Codebook) -> int:
    spoken = {code for other in surveys_of(codebook.id) for code in other.languages}
    return len(spoken & set(survey.languages))
