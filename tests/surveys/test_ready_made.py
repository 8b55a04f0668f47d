"""The ready-made surveys: complete in both languages, codes that never move, wording that blames nobody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.common.strict_json import LANGUAGES, Words
from feedback_app.errors import NotFound
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.questionnaires.document import Questionnaire, read, write
from feedback_app.surveys.questionnaires.ready_made import load, names

EVERY_NAME = ("customer", "former-customer", "lost-prospect", "make-it-right")
HOLES = {"name", "survey", "organisation", "link"}

# Answers already given refer to these codes: adding is fine, renaming or removing one is not.
CODES = {
    "customer": "recommend satisfaction expected missing wish area may_write",
    "former-customer": "reasons satisfaction recommend why better come_back may_write",
    "lost-prospect": "stage why changed_it hoped satisfaction may_write",
    "make-it-right": "happened reference handling remedy make_right by_when call_me call_when",
}
STAGES = ["first_contact", "offer", "price", "trial", "contract", "delivery_terms", "other"]


@pytest.fixture(params=EVERY_NAME)
def survey(request: pytest.FixtureRequest) -> Questionnaire:
    return load(request.param)


def every_text(survey: Questionnaire) -> Iterator[Words]:
    yield from (survey.form.title, survey.form.intro, survey.form.thanks, survey.subject, survey.body)
    for section in survey.form.sections:
        yield section.title
    for question in survey.form.questions:
        yield question.text
        yield from (words for words in (question.help, question.low_label, question.high_label) if words)
        yield from (option.label for option in question.options)


def test_names_are_the_shipped_files_and_each_names_its_survey() -> None:
    assert names() == sorted(EVERY_NAME)
    assert [load(name).form.slug for name in names()] == names()


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(NotFound, match=r"“nps”.*customer, former-customer, lost-prospect"):
        load("nps")


@pytest.mark.parametrize("name", ["../templates/customer", "customer.json", "", "Customer"])
def test_a_name_is_never_taken_for_a_path(name: str) -> None:
    with pytest.raises(NotFound):
        load(name)


def test_every_text_exists_in_both_languages_and_differs_between_them(survey: Questionnaire) -> None:
    for words in every_text(survey):
        assert set(words) == set(LANGUAGES)
        assert words["en"] != words["pl"]


def test_codes_are_unique_and_machine_friendly(survey: Questionnaire) -> None:
    groups = [[question.code for question in survey.form.questions]]
    groups += [[option.code for option in question.options] for question in survey.form.questions]
    for codes in groups:
        assert len(codes) == len(set(codes))
        assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_codes_are_those_that_answers_already_refer_to(name: str) -> None:
    assert [question.code for question in load(name).form.questions] == CODES[name].split()


def test_a_lost_prospect_is_asked_for_the_stage_with_the_known_codes() -> None:
    stage = next(question for question in load("lost-prospect").form.questions if question.code == "stage")
    assert stage.kind == "single_choice"
    assert stage.required
    assert [option.code for option in stage.options] == STAGES


def test_every_question_kind_is_known_and_only_choices_have_options(survey: Questionnaire) -> None:
    for question in survey.form.questions:
        assert bool(question.options) == KINDS[question.kind].needs_options


def test_scales_say_what_both_ends_mean(survey: Questionnaire) -> None:
    for question in survey.form.questions:
        scale = KINDS[question.kind].has_ends
        assert (bool(question.low_label), bool(question.high_label)) == (scale, scale)


def test_at_most_one_question_is_compulsory(survey: Questionnaire) -> None:
    assert sum(question.required for question in survey.form.questions) <= 1


def test_the_invitation_has_the_personal_link_alone_on_a_line(survey: Questionnaire) -> None:
    for language in LANGUAGES:
        assert survey.body[language].splitlines().count("{{link}}") == 1
        assert survey.body[language].count("{{link}}") == 1


def test_no_text_has_a_hole_that_nobody_fills(survey: Questionnaire) -> None:
    for words in every_text(survey):
        for text in words.values():
            assert set(re.findall(r"{{(\w+)}}", text)) <= HOLES
            assert text.count("{") == text.count("}") == 2 * len(re.findall(r"{{\w+}}", text))


def test_polish_is_typeset_and_addresses_nobody_by_gender(survey: Questionnaire) -> None:
    for words in every_text(survey):
        assert not re.search(r"\bPan(i|a|em|ią)?\b|\w/\w|\((a|y|ła)\)|\"| - |\.\.\.", words["pl"])


def test_english_is_typeset(survey: Questionnaire) -> None:
    for words in every_text(survey):
        assert not re.search(r"\"|'| - |\.\.\.", words["en"])


@pytest.mark.parametrize("blame", ["you should have", "your fault", "you failed", "Państwa win"])
def test_nobody_is_blamed(survey: Questionnaire, blame: str) -> None:
    assert not any(blame in text for words in every_text(survey) for text in words.values())


def test_a_shipped_file_is_what_the_same_survey_exports(app: Flask, as_role: Callable[[str], FlaskClient]) -> None:
    staff = as_role("admin")
    for name in names():
        shipped = ready_made.document(name)
        assert write(read(shipped)).encode() == shipped
        assert staff.post("/surveys/new", data={"template": name}).status_code == 303
        assert staff.get(f"/surveys/{name}/export").data == shipped


def test_an_export_is_taken_in_again_as_it_was(app: Flask, as_role: Callable[[str], FlaskClient]) -> None:
    staff = as_role("admin")
    shipped = ready_made.document("customer")
    staff.post("/surveys/import", data={"file": (io.BytesIO(shipped), "q.json")})
    first = staff.get("/surveys/customer/export").data
    staff.post("/surveys/import", data={"file": (io.BytesIO(first), "q.json")})
    again = staff.get("/surveys/customer-2/export").data
    assert first == shipped
    assert again == first.replace(b'"slug": "customer"', b'"slug": "customer-2"')


def test_files_are_read_once_and_shared() -> None:
    assert load("customer") is load("customer")
