from __future__ import annotations

from dataclasses import replace

from feedback_app.surveys.builder.completeness import gaps, question_gaps
from feedback_app.surveys.form_spec import (
    FormSpec,
    OptionSpec,
    QuestionSpec,
    SectionSpec,
)

BOTH = {"en": "Yes", "pl": "Tak"}
GOOD = QuestionSpec(code="why", kind="long_text", text=BOTH)


def a_form(*questions: QuestionSpec, **more: object) -> FormSpec:
    form = FormSpec(
        slug="s", languages=("en", "pl"), title=BOTH, intro={}, thanks={}, sections=(SectionSpec({}, questions),)
    )
    return replace(form, **more)  # type: ignore[arg-type]


def said(form: FormSpec) -> list[str]:
    return [str(gap) for gap in gaps(form)]


def test_a_whole_survey_has_no_gaps() -> None:
    assert said(a_form(GOOD)) == []


def test_every_gap_is_named() -> None:
    form = a_form(
        replace(GOOD, text={"en": "Why?"}, help={"pl": "Pomoc"}),
        QuestionSpec(code="stars", kind="rating", text=BOTH, low_label={"en": "bad"}),
        QuestionSpec(code="area", kind="single_choice", text=BOTH, options=(OptionSpec("price", {"en": "Price"}),)),
        title={"pl": "Tytuł"},
        intro={"en": "Hello"},
        thanks={"pl": "Dzięki"},
    )
    assert said(form) == [
        "The title is missing in: en.",
        "The introduction is missing in: pl.",
        "The words of thanks are missing in: en.",
        "Question “why”: the question itself is missing in: pl.",
        "Question “why”: the help text is missing in: en.",
        "Question “stars”: a word at an end of the scale is missing in: pl.",
        "Question “area” needs at least two options.",
        "Question “area”: the option “price” is missing in: pl.",
    ]


def test_a_survey_without_questions_and_an_empty_section_are_gaps() -> None:
    assert said(a_form()) == ["There is no question yet. Add at least one."]
    two = a_form(GOOD, sections=(SectionSpec({}, (GOOD,)), SectionSpec({"en": "More"}, (), 7)))
    assert said(two) == [
        "Section 2 has no questions. Add one, or delete the section.",
        "The title of section 2 is missing in: pl.",
    ]


def test_one_end_of_a_scale_wants_the_other() -> None:
    one_end = QuestionSpec(code="n", kind="nps", text=BOTH, low_label=BOTH)
    assert [gap.languages for gap in question_gaps(one_end, ("en", "pl"))] == [("en", "pl")]
    assert question_gaps(replace(one_end, high_label=BOTH), ("en", "pl")) == []


def test_two_options_must_not_read_the_same() -> None:
    options = (OptionSpec("a", {"en": "Price"}), OptionSpec("b", {"en": "price "}))
    question = QuestionSpec(code="q", kind="single_choice", text=BOTH, options=options)
    assert [str(gap) for gap in question_gaps(question, ("en",))] == ["Question “q”: two options read “price”."]


def test_languages_are_shown_by_their_names() -> None:
    gap = gaps(a_form(GOOD, title={}))[0]
    assert gap.filled({"en": "English", "pl": "Polski"})["languages"] == "English, Polski"
