"""A company with two customers and a lost prospect who said something, and one change about it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from feedback_app.contacts.models import Contact
from feedback_app.surveys.models import Survey
from feedback_app.themes.models import Codebook, Theme
from tests.announcements.factories import a_change, a_codebook, a_mention, a_theme, a_voice
from tests.factories import a_contact, a_response, a_survey


@dataclass
class Company:
    survey: Survey
    book: Codebook
    theme: Theme
    other: Theme
    ada: Contact  # spoke about the theme, in English
    zofia: Contact  # spoke about it, in Polish
    bob: Contact  # answered, spoke about something else
    change: int


@pytest.fixture
def company(app: Flask) -> Company:
    survey = a_survey("how-was-it")
    book = a_codebook(survey)
    theme, other = a_theme(book, "Delivery windows"), a_theme(book, "Invoices")
    ada = a_contact("ada@example.org", name="Ada Lovelace")
    zofia = a_contact("zofia@example.org", name="Zofia Ćwik", language="pl")
    bob = a_contact("bob@example.org", name="")
    waited = a_mention(a_response(survey, ada, missing="I waited at home all day, twice."), theme)
    czekala = a_mention(a_response(survey, zofia, missing="Czekałam cały dzień i nikt nie zadzwonił."), theme)
    a_mention(a_response(survey, bob, missing="The invoice is hard to read."), other)
    change = a_change(theme)
    a_voice(change, waited, czekala)
    return Company(survey, book, theme, other, ada, zofia, bob, change)
