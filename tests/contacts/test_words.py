"""How codes of this room are written for people."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from flask import Flask
from flask_babel import force_locale

from feedback_app.contacts.words import STAGE_WORDS, stage_words


def test_every_stage_of_the_ready_made_survey_has_words() -> None:
    text = (files("feedback_app.surveys") / "templates" / "lost-prospect.json").read_text(encoding="utf-8")
    questions = [one for section in json.loads(text)["sections"] for one in section["questions"]]
    asked = next(one for one in questions if one["code"] == "stage")

    assert {option["code"] for option in asked["options"]} == STAGE_WORDS.keys()


@pytest.mark.parametrize(
    ("stage", "english", "polish"),
    [
        ("first_contact", "first contact", "pierwszy kontakt"),
        ("after_the_call", "after the call", "after the call"),
        ("Po rozmowie", "Po rozmowie", "Po rozmowie"),
        ("", "", ""),
    ],
)
def test_a_stage_is_written_without_code_and_underscores(app: Flask, stage: str, english: str, polish: str) -> None:
    with app.test_request_context():
        with force_locale("en"):
            assert stage_words(stage) == english
        with force_locale("pl"):
            assert stage_words(stage) == polish
