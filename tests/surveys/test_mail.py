from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from feedback_app.delivery.compose.placeholders import names_in
from feedback_app.delivery.compose.templates import letter_parts
from feedback_app.delivery.outbox import Words
from feedback_app.extensions import db
from feedback_app.surveys import queries
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.waves import mail
from tests.factories import a_contact, a_survey, an_invitation

UNTIL = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already New Year in Warsaw


def a_letter(language: str = "en", name: str = "Ada Nowak", body: str = "Hello {{name}},\n\n{{link}}") -> Words:
    survey = a_survey()
    form = queries.build_spec(survey.id)
    words = mail.words(form, "{{survey}}, {{name}}", body, language)
    fill = mail.fill_for("http://localhost/answer/abc", survey.title, name, language, UNTIL)
    return letter_parts(words, fill, name, "http://localhost/unsubscribe/x")


def test_the_letter_says_what_a_person_needs_to_know(app: Flask) -> None:
    letter = a_letter()
    assert letter.subject == "How was it?, Ada Nowak"
    for form in (letter.text, letter.html):
        assert "Hello Ada Nowak," in form
        assert "http://localhost/answer/abc" in form
        assert "4 questions" in form
        assert "1 January 2027" in form
        assert "Velo Verde" in form
        assert "ul. Rowerowa 1" in form
        assert "http://localhost/unsubscribe/x" in form
    assert "{{" not in letter.subject + letter.text + letter.html


def test_a_person_without_a_name_is_greeted_without_a_gap(app: Flask) -> None:
    letter = a_letter(name="")
    assert "Hello,\n" in letter.text
    assert "Hello," in letter.html


def test_a_name_that_advertises_is_left_out(app: Flask) -> None:
    letter = a_letter(name="Win money at www.spam.example")
    assert "spam" not in letter.subject + letter.text + letter.html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Ada</td>&lt;", "{{link}}"])
def test_hostile_names_do_no_harm(app: Flask, name: str) -> None:
    letter = a_letter(name=name)
    assert "<script" not in letter.html
    assert "Ada</td>" not in letter.html
    assert letter.text.count("http://localhost/answer/abc") == 1


def test_hostile_words_of_staff_are_shown_as_words(app: Flask) -> None:
    letter = a_letter(body="<script>alert(1)</script> <img src=x onerror=y> &amp; {% raw %}\n\n{{link}}")
    assert "<script>alert" not in letter.html
    assert "<img src=x" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{% raw %}" in letter.text


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("Two minutes:\n\n{{link}}", "Two minutes:\n\n"),
        ("Two minutes.\n\n{{link}}", "Two minutes.\n\nAnswer here:\n"),
        ("{{link}}", "Answer here:\n"),
        ("{{link}}\n\n{{link}}", "Answer here:\n"),
    ],
)
def test_one_colon_leads_to_the_link(app: Flask, body: str, before: str) -> None:
    assert f"{before}http://localhost/answer/abc" in a_letter(body=body).text


def test_a_test_letter_has_no_way_out_to_press_by_mistake(app: Flask) -> None:
    form = queries.build_spec(a_survey().id)
    assert "unsubscribe_url" in names_in(mail.words(form, "s", "{{link}}", "en"))
    assert "unsubscribe_url" not in names_in(mail.words(form, "s", "{{link}}", "en", scope=""))


@pytest.mark.parametrize("name", ready_made.names())
@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_renderer_fills_every_hole_of_every_ready_made_letter(app: Flask, name: str, language: str) -> None:
    ready = ready_made.load(name)
    words = mail.all_words(ready.form, ready.subject, ready.body)[language]
    invitation, _token = an_invitation(a_survey(), a_contact(language=language))
    fill = mail.fill(db.session(), [invitation.id])[invitation.id]
    letter = letter_parts(words, fill, "Ada", "http://localhost/u")
    assert "{{" not in letter.subject + letter.text + letter.html
    assert str(fill["link"]) in letter.html


def test_the_renderer_asks_once_for_a_whole_batch_and_skips_who_is_gone(app: Flask) -> None:
    survey = a_survey()
    made = [an_invitation(survey, a_contact())[0].id for _ in range(5)]
    fills = mail.fill(db.session(), [*made, 10**6])
    assert sorted(fills) == made
    assert len({str(fill["link"]) for fill in fills.values()}) == 5
