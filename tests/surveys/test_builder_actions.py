from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.surveys import actions, limits, queries
from feedback_app.surveys.builder import actions as builder_actions
from feedback_app.surveys.builder.actions import DOWN, UP
from feedback_app.surveys.form_spec import FormSpec, OptionSpec, QuestionSpec
from tests.factories import a_survey

BOTH = {"en": "Why?", "pl": "Dlaczego?"}


@pytest.fixture
def draft(app: Flask) -> int:
    """A draft with sections A (one, two) and B (three)."""
    made = actions.create(actions.blank(actions.Cover(("en", "pl"), {"en": "T", "pl": "T"})), COMMAND, "d")
    first = spec(made).sections[0].id
    second = builder_actions.add_section(made, {"en": "B", "pl": "B"}, COMMAND)
    for section, code in ((first, "one"), (first, "two"), (second, "three")):
        builder_actions.add_question(made, section, QuestionSpec(code, "long_text", BOTH), COMMAND)
    return made


def spec(survey_id: int) -> FormSpec:
    return queries.build_spec(survey_id)


def order(survey_id: int) -> list[list[str]]:
    return [[one.code for one in section.questions] for section in spec(survey_id).sections]


def test_questions_come_in_the_order_they_were_added(draft: int) -> None:
    assert order(draft) == [["one", "two"], ["three"]]
    assert list(queries.question_codes(draft)) == ["one", "two", "three"]


def test_questions_move_within_and_across_sections(draft: int) -> None:
    builder_actions.move_question(draft, "one", DOWN, COMMAND)
    assert order(draft) == [["two", "one"], ["three"]]
    builder_actions.move_question(draft, "one", DOWN, COMMAND)
    assert order(draft) == [["two"], ["one", "three"]]
    builder_actions.move_question(draft, "one", UP, COMMAND)
    assert order(draft) == [["two", "one"], ["three"]]
    builder_actions.move_question(draft, "two", UP, COMMAND)  # already first: stays
    builder_actions.move_question(draft, "three", DOWN, COMMAND)  # already last: stays
    assert order(draft) == [["two", "one"], ["three"]]


def test_sections_move_with_their_questions(draft: int) -> None:
    first, second = (section.id for section in spec(draft).sections)
    builder_actions.move_section(draft, second, UP, COMMAND)
    assert order(draft) == [["three"], ["one", "two"]]
    builder_actions.move_section(draft, second, UP, COMMAND)
    builder_actions.move_section(draft, first, DOWN, COMMAND)
    assert order(draft) == [["three"], ["one", "two"]]


def test_deleting(draft: int) -> None:
    builder_actions.delete_question(draft, "one", COMMAND)
    assert order(draft) == [["two"], ["three"]]
    with pytest.raises(NotFound, match="“one”"):
        builder_actions.delete_question(draft, "one", COMMAND)
    assert builder_actions.delete_section(draft, spec(draft).sections[0].id, COMMAND) == 1
    assert order(draft) == [["three"]]


def test_codes_are_made_unique_checked(draft: int) -> None:
    section = spec(draft).sections[0].id
    made = builder_actions.add_question(draft, section, QuestionSpec("", "nps", {"pl": "Czy polecisz nas?"}), COMMAND)
    assert made == "czy_polecisz_nas"
    again = builder_actions.add_question(draft, section, QuestionSpec("", "nps", {"pl": "Czy polecisz nas?"}), COMMAND)
    assert again == "czy_polecisz_nas_2"
    with pytest.raises(Refused, match="“one” is given twice"):
        builder_actions.add_question(draft, section, QuestionSpec("one", "nps", BOTH), COMMAND)
    with pytest.raises(Refused, match="cannot be a code"):
        builder_actions.add_question(draft, section, QuestionSpec("a|b", "nps", BOTH), COMMAND)
    with pytest.raises(Refused, match="needs words"):
        builder_actions.add_question(draft, section, QuestionSpec("x", "nps", {"en": " \x00"}), COMMAND)
    with pytest.raises(Refused, match="not a kind of question"):
        builder_actions.add_question(draft, section, QuestionSpec("x", "essay", BOTH), COMMAND)


def test_options_are_coded_reordered_and_may_swap_codes(draft: int) -> None:
    section = spec(draft).sections[0].id
    options = (OptionSpec("", {"en": "Too dear!"}), OptionSpec("", {"en": "Too dear"}), OptionSpec("late", {"en": "L"}))
    asked = QuestionSpec("area", "single_choice", BOTH, options=options)
    builder_actions.add_question(draft, section, asked, COMMAND)
    kept = spec(draft).by_code["area"]
    assert [one.code for one in kept.options] == ["too_dear", "too_dear_2", "late"]
    swapped = (replace(kept.options[0], code="late"), replace(kept.options[2], code="too_dear"))
    builder_actions.save_question(draft, "area", replace(kept, options=swapped), COMMAND)
    assert [(one.code, one.label["en"]) for one in spec(draft).by_code["area"].options] == [
        ("late", "Too dear!"),
        ("too_dear", "L"),
    ]
    with pytest.raises(Refused, match="given twice"):
        builder_actions.save_question(
            draft, "area", replace(kept, options=(OptionSpec("a", {}), OptionSpec("a", {}))), COMMAND
        )


def test_another_kind_drops_what_it_does_not_have(draft: int) -> None:
    section = spec(draft).sections[0].id
    scale = QuestionSpec("stars", "rating", BOTH, low_label=BOTH, high_label=BOTH, required=True)
    builder_actions.add_question(draft, section, scale, COMMAND)
    builder_actions.save_question(draft, "stars", replace(scale, kind="long_text"), COMMAND)
    kept = spec(draft).by_code["stars"]
    assert (kept.kind, kept.low_label, kept.options, kept.required) == ("long_text", {}, (), True)


def test_the_number_of_parts_is_bounded(draft: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUESTIONS", 3)
    monkeypatch.setattr(limits, "SECTIONS", 2)
    monkeypatch.setattr(limits, "OPTIONS", 1)
    section = spec(draft).sections[0].id
    with pytest.raises(Refused, match="at most 3 questions"):
        builder_actions.add_question(draft, section, QuestionSpec("x", "nps", BOTH), COMMAND)
    with pytest.raises(Refused, match="at most 2 sections"):
        builder_actions.add_section(draft, {}, COMMAND)
    two = (OptionSpec("a", BOTH), OptionSpec("b", BOTH))
    with pytest.raises(Refused, match="at most 1 options"):
        builder_actions.save_question(draft, "one", QuestionSpec("one", "single_choice", BOTH, options=two), COMMAND)


def test_a_part_of_another_survey_is_not_touched(draft: int) -> None:
    other = a_survey("other", state="draft")
    theirs = spec(other.id).sections[0].id
    with pytest.raises(NotFound):
        builder_actions.delete_section(draft, theirs, COMMAND)
    with pytest.raises(NotFound):
        builder_actions.add_question(draft, theirs, QuestionSpec("x", "nps", BOTH), COMMAND)
    assert order(other.id) == [["expected", "missing", "nps", "area"]]


@pytest.mark.parametrize("state", ["published", "closed"])
def test_once_published_the_structure_stays(app: Flask, state: str) -> None:
    survey = a_survey("s", state=state)
    section = spec(survey.id).sections[0].id
    area = spec(survey.id).by_code["area"]
    refused = [
        lambda: builder_actions.add_section(survey.id, {}, COMMAND),
        lambda: builder_actions.delete_section(survey.id, section, COMMAND),
        lambda: builder_actions.move_section(survey.id, section, UP, COMMAND),
        lambda: builder_actions.add_question(survey.id, section, QuestionSpec("x", "nps", BOTH), COMMAND),
        lambda: builder_actions.delete_question(survey.id, "nps", COMMAND),
        lambda: builder_actions.move_question(survey.id, "nps", UP, COMMAND),
        lambda: builder_actions.save_question(survey.id, "area", replace(area, kind="multiple_choice"), COMMAND),
        lambda: builder_actions.save_question(survey.id, "area", replace(area, code="other"), COMMAND),
        lambda: builder_actions.save_question(survey.id, "area", replace(area, required=True), COMMAND),
        lambda: builder_actions.save_question(survey.id, "area", replace(area, options=area.options[::-1]), COMMAND),
        lambda: builder_actions.save_question(survey.id, "area", replace(area, options=area.options[:1]), COMMAND),
    ]
    before = spec(survey.id)
    for verb in refused:
        with pytest.raises(Refused, match="has been published"):
            verb()
    assert spec(survey.id) == before


def test_once_published_words_can_be_corrected_but_not_emptied(app: Flask) -> None:
    survey = a_survey("s")
    area = spec(survey.id).by_code["area"]
    labels = tuple(OptionSpec(one.code, {"en": one.code, "pl": one.code}) for one in area.options)
    builder_actions.save_question(survey.id, "area", replace(area, text=BOTH, options=labels), COMMAND)
    kept = spec(survey.id).by_code["area"]
    assert kept.text == BOTH
    assert [one.label["pl"] for one in kept.options] == ["price", "delivery"]
    with pytest.raises(Refused, match="the question itself is missing in: pl"):
        builder_actions.save_question(survey.id, "area", replace(area, text={"en": "Only"}), COMMAND)
    with pytest.raises(Refused, match="title of section 1 is missing in: pl"):
        builder_actions.reword_section(survey.id, spec(survey.id).sections[0].id, {"en": "Only"}, COMMAND)


def test_every_edit_is_a_new_version_of_the_cached_form(draft: int) -> None:
    survey = queries.by_id(draft)
    first = queries.form_spec(draft, survey.changed_at)
    assert queries.form_spec(draft, survey.changed_at) is first
    builder_actions.delete_question(draft, "one", COMMAND)
    second = queries.form_spec(draft, queries.by_id(draft).changed_at)
    assert [one.code for one in second.questions] == ["two", "three"]
    assert [one.code for one in first.questions] == ["one", "two", "three"]


def test_hostile_words_are_kept_as_words(draft: int) -> None:
    nasty = "<script>alert('x')</script> {{7*7}} =cmd|' /C calc'!A0 %(x)s \\N ';--"
    section = spec(draft).sections[0].id
    code = builder_actions.add_question(draft, section, QuestionSpec("", "short_text", {"en": nasty}), COMMAND)
    assert spec(draft).by_code[code].text == {"en": nasty}
