from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.waves.invitation_text import (
    blocks,
    chosen_language,
    letter_problems,
    minutes,
    placeholder_problems,
    with_kind_names,
    written_in,
)

GOOD = "Hello {{name}},\n\n{{link}}\n\n{{organisation}}: {{ survey }}"


def problems(subject: str, body: str) -> list[str]:
    return [str(one) for one in placeholder_problems(subject, body)]


def test_the_four_placeholders_are_known() -> None:
    assert problems("{{name}}: {{survey}} at {{organisation}}", GOOD) == []


@pytest.mark.parametrize("name", ["nmae", "Name", "unsubscribe_url", "name|safe", "7*7", "", "config", "{{link"])
def test_unknown_placeholders_are_refused_by_name(name: str) -> None:
    found = problems("A question", GOOD + "{{" + name + "}}")
    assert any("is not a placeholder" in one or "braces" in one for one in found)


def test_without_the_link_nobody_could_answer() -> None:
    assert problems("A question", "Hello {{name}}") == ["The text must have {{link}}: without it nobody can answer."]
    assert problems("{{link}}", GOOD) == ["The link belongs in the text, not in the subject."]


def test_loose_braces_are_told() -> None:
    assert problems("A }} question", GOOD) == ["There are braces that do not belong to a placeholder: “{{” or “}}”."]


def test_a_language_is_written_whole_or_not_at_all() -> None:
    found = list(letter_problems({"en": "Hi", "pl": "Pytanie"}, {"en": GOOD}, ("en", "pl")))
    assert [(code, str(one)) for code, one in found] == [
        ("pl", "Write both the subject and the text in this language, or neither.")
    ]
    assert list(letter_problems({"en": "Hi"}, {"en": GOOD}, ("en", "pl"))) == []
    assert written_in({"en": "Hi", "pl": "P"}, {"en": GOOD}, ("pl", "en")) == ("en",)
    assert chosen_language("pl", ("en",)) == "en"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Hello {{name}},", "Hello{{spaced_name}},"),
        ("Dzień dobry, {{ name }}!", "Dzień dobry{{greeting_name}}!"),
        ("{{name}}, we ask", "{{opening_name}}we ask"),
        ("({{name}})", "({{name}})"),
    ],
)
def test_a_missing_name_takes_its_comma_with_it(typed: str, kept: str) -> None:
    assert with_kind_names(typed) == kept


def test_a_link_alone_becomes_the_button_and_there_always_is_one() -> None:
    assert [one.button for one in blocks(GOOD)] == [False, True, False]
    assert [one.button for one in blocks("Answer at {{link}} please")] == [False, True]


def test_hostile_text_is_escaped_and_an_inline_link_clickable() -> None:
    made = blocks('<script>alert(1)</script> & "x"\nat {{link}}')[0].html
    assert "<script>" not in made
    assert "&lt;script&gt;" in made
    assert '<br />at <a href="{{link}}">{{link}}</a>' in made


@given(st.text(st.characters(), max_size=300))
def test_any_text_makes_paragraphs_without_tags_of_its_own(text: str) -> None:
    html = "".join(str(one.html) for one in blocks(text))
    rest = html.replace("<br />", "").replace('<a href="{{link}}">', "").replace("</a>", "")
    assert "<" not in rest


def test_minutes_agree_with_what_the_ready_made_letters_promise() -> None:
    promised = {"customer": 3, "former-customer": 3, "lost-prospect": 2}
    for name, about in promised.items():
        assert minutes(ready_made.load(name).form) == about
