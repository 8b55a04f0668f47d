"""A company with a reader: what its customers said, and a server that speaks the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from feedback_app import clock
from feedback_app.changes.voices import actions as voices
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.settings import Settings
from feedback_app.surveys.models import Survey
from feedback_app.themes.models import Mention, Theme
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme
from tests.factories import a_contact, a_response, a_survey
from tests.reader.endpoint import Model, a_model

SAID = (
    "Nobody calls before the courier comes, ask Celestyna Wrzos.",
    "The courier rang once and left, write to c.wrzos@poczta.example.pl",
    "I waited all day for the courier, my number is 600 100 200.",
    "Mr Brown promised a call. The courier did not.",
    "The courier never calls. I live at ul. Rowerowa 12/4.",
    "Kurier nie dzwoni, mówi Wrzosowa.",
)


@pytest.fixture
def model() -> Iterator[Model]:
    with a_model() as model:
        yield model


@pytest.fixture
def settings(settings: Settings, model: Model) -> Settings:
    return settings.with_(reader_url=model.url, reader_model="tiny", reader_key="sk-very-secret", reader_timeout=5)


@dataclass(frozen=True)
class Said:
    """One theme with six mentions of as many people, all of whom bear one rare name."""

    theme: Theme
    mentions: list[Mention]


@pytest.fixture
def said(app: Flask) -> Said:
    survey = a_survey()
    theme = a_theme(a_codebook(survey), "Courier")
    people = [a_contact(f"celestyna.wrzos{at}@poczta.example.pl", name="Celestyna Wrzos") for at in range(len(SAID))]
    answered = [a_response(survey, who, expected=text) for who, text in zip(people, SAID, strict=True)]
    return Said(theme, [a_mention(one, theme) for one in answered])


def a_judged_change(
    said: Said, judged: int, right: int = 100, survey_id: int | None = None
) -> tuple[int, list[Mention]]:
    """A change with so many judged mentions, half about couriers, which it answers, half about bills.

    People judge the first ``right`` as the good reader would, the others the other way round.
    """
    change_id = a_change(said.theme)
    survey = db.session.get_one(Survey, survey_id) if survey_id else a_survey()
    kinds = ("The courier came {} days late.", "What is the bill for, {} zł?")
    texts = [kinds[at % 2].format(at) for at in range(judged)]
    mentions = [a_mention(a_response(survey, a_contact(), expected=text), said.theme) for text in texts]
    for at, mention in enumerate(mentions):
        fits = bool(at % 2) != (at < right)
        voices.judge(change_id, [mention.id], "yes" if fits else "no", COMMAND)
    return change_id, mentions


def say_tones(mentions: list[Mention]) -> None:
    """People said the tones of these yesterday, as the good reader hears them."""
    with transaction() as session:
        for one in session.query(Mention).filter(Mention.id.in_([each.id for each in mentions])):
            one.tone = "question" if "bill" in one.text else "complaint"
            one.toned_at = clock.now() - timedelta(days=1)
