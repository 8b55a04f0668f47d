"""The ready-made surveys: complete in both languages, codes that never move, wording that blames nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from feedback_app.common.json_fields import (
    LANGUAGES,
    BadPackageData,
    Fields,
    Words,
    folder,
    stems,
)
from feedback_app.errors import NotFound
from feedback_app.surveys import ready_made
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.ready_made import ReadyMade, load, names

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
def survey(request: pytest.FixtureRequest) -> ReadyMade:
    return load(request.param)


def every_text(survey: ReadyMade) -> Iterator[Words]:
    yield from (survey.title, survey.intro, survey.thanks, survey.invitation.subject, survey.invitation.body)
    for section in survey.sections:
        yield section.title
    for question in survey.questions:
        yield question.text
        yield from (words for words in (question.help, question.low_label, question.high_label) if words)
        yield from (option.label for option in question.options)


def test_names_are_the_shipped_files_and_each_names_its_survey() -> None:
    assert names() == sorted(EVERY_NAME)
    assert [load(name).slug for name in names()] == names()


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(NotFound, match=r"“nps”.*customer, former-customer, lost-prospect"):
        load("nps")


@pytest.mark.parametrize("name", ["../templates/customer", "customer.json", "", "Customer"])
def test_a_name_is_never_taken_for_a_path(name: str) -> None:
    with pytest.raises(NotFound):
        load(name)


def test_every_text_exists_in_both_languages_and_differs_between_them(survey: ReadyMade) -> None:
    for words in every_text(survey):
        assert set(words) == set(LANGUAGES)
        assert words["en"] != words["pl"]


def test_codes_are_unique_and_machine_friendly(survey: ReadyMade) -> None:
    groups = [[question.code for question in survey.questions]]
    groups += [[option.code for option in question.options] for question in survey.questions]
    for codes in groups:
        assert len(codes) == len(set(codes))
        assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_codes_are_those_that_answers_already_refer_to(name: str) -> None:
    assert [question.code for question in load(name).questions] == CODES[name].split()


def test_a_lost_prospect_is_asked_for_the_stage_with_the_known_codes() -> None:
    stage = next(question for question in load("lost-prospect").questions if question.code == "stage")
    assert stage.kind == "single_choice"
    assert stage.required
    assert [option.code for option in stage.options] == STAGES


def test_every_question_kind_is_known_and_only_choices_have_options(survey: ReadyMade) -> None:
    for question in survey.questions:
        assert bool(question.options) == KINDS[question.kind].needs_options


def test_scales_say_what_both_ends_mean(survey: ReadyMade) -> None:
    for question in survey.questions:
        scale = KINDS[question.kind].has_ends
        assert (question.low_label is not None, question.high_label is not None) == (scale, scale)


def test_at_most_one_question_is_compulsory(survey: ReadyMade) -> None:
    assert sum(question.required for question in survey.questions) <= 1


def test_the_invitation_has_the_personal_link_alone_on_a_line(survey: ReadyMade) -> None:
    for language in LANGUAGES:
        assert survey.invitation.body[language].splitlines().count("{{link}}") == 1
        assert survey.invitation.body[language].count("{{link}}") == 1


def test_no_text_has_a_hole_that_nobody_fills(survey: ReadyMade) -> None:
    for words in every_text(survey):
        for text in words.values():
            assert set(re.findall(r"{{(\w+)}}", text)) <= HOLES
            assert text.count("{") == text.count("}") == 2 * len(re.findall(r"{{\w+}}", text))


def test_polish_is_typeset_and_addresses_nobody_by_gender(survey: ReadyMade) -> None:
    for words in every_text(survey):
        assert not re.search(r"\bPan(i|a|em|ią)?\b|\w/\w|\((a|y|ła)\)|\"| - |\.\.\.", words["pl"])


def test_english_is_typeset(survey: ReadyMade) -> None:
    for words in every_text(survey):
        assert not re.search(r"\"|'| - |\.\.\.", words["en"])


@pytest.mark.parametrize("blame", ["you should have", "your fault", "you failed", "Państwa win"])
def test_nobody_is_blamed(survey: ReadyMade, blame: str) -> None:
    assert not any(blame in text for words in every_text(survey) for text in words.values())


def broken(**changes: object) -> Fields:
    raw = json.loads(folder("feedback_app.surveys", "templates").joinpath("customer.json").read_text("utf-8"))
    return Fields(raw["sections"][0]["questions"][0] | changes, "q")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "essay"}, "q.kind: 'essay' is none of"),
        ({"kind": "single_choice"}, "q.options: choices need options"),
        ({"text": {"en": "Why?"}}, "q.text.pl: is missing"),
        ({"text": {"en": "Why?", "pl": " "}}, "q.text.pl: must not be blank"),
        ({"text": {"en": "Why?", "pl": "Czemu?", "de": "Warum?"}}, "q.text: unknown field de"),
        ({"required": 1}, "q.required: bool was expected"),
        ({"lowlabel": {}}, "q: unknown field lowlabel"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BadPackageData, match=re.escape(message)):
        ready_made._question(broken(**changes))


def test_files_are_read_once_and_shared() -> None:
    assert load("customer") is load("customer")
    assert stems(folder("feedback_app.surveys", "templates")) == names()
