"""A codebook of ninety mentions about three subjects, which the machine put all into one theme."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

LATE = "The courier came {} days too late with my parcel"
DEAR = "The price went up by {} euros without a word"
RUDE = "The lady on the phone was rude to me for the {}th time"
SUBJECTS = {"Late delivery": LATE, "Prices": DEAR, "Rude staff": RUDE}


def subject_of(text: str) -> str:
    """The true theme of a mention."""
    return next(name for name, words in SUBJECTS.items() if text.startswith(words[:9]))


@pytest.fixture
def book(app: Flask) -> int:
    """Its number; the survey is called "customers"."""
    survey = a_survey("customers")
    codebook = a_codebook([survey.id])
    things = a_theme(codebook, "Things")
    for at in range(2, 32):
        response = a_response(survey, a_contact(), expected="x")
        some_mentions(response, [words.format(at) for words in SUBJECTS.values()], things)
    return codebook
