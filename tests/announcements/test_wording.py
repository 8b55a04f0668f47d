"""Placeholders, paragraphs, protection: how staff's words become a letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.announcements import render
from feedback_app.announcements.wording import letter_text
from feedback_app.announcements.wording.default_texts import HOLES, load, states
from feedback_app.announcements.wording.letter_text import Told
from feedback_app.announcements.wording.typography import NBSP, typeset
from feedback_app.delivery.compose.placeholders import Words, filled, names_in
from feedback_app.errors import Refused
from feedback_app.settings import LANGUAGES

ONE = [Told("delivery", "A window of two hours.", "You waited.", "14 May 2026")]
PERSONAL = {"greeting_name", "space_name", "only_name", "your_words", "brace"}
BODY = "Hello {{name}},\n\n{{your_words}}\n\n{{what}}\n\n{{why}}"


def read(subject: str, body: str, changes: list[Told] = ONE, name: str = "Ada", quotes: tuple[str, ...] = ()) -> Words:
    made = letter_text.compose(subject, body, changes, "Velo", "en")
    fill = render.fill("en", name, "mentioned", [{"text": one} for one in quotes])
    return filled(Words(made.subject, made.text, made.html), fill)


@pytest.mark.parametrize("state", states())
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_wordings_pass_their_own_check(state: str, language: str) -> None:
    text = load(state)
    letter_text.check(text.subject[language], text.body[language], state)


@pytest.mark.parametrize(
    ("subject", "body", "said"),
    [
        ("s", "{{why}} {{naem}}", "{{naem}} is not a known placeholder"),
        ("s", "{{why}} {{}}", "is not a known placeholder"),
        ("{{nope}}", "{{why}}", "{{nope}} is not a known"),
        ("s", "{{what}}", "must give the reason"),
        ("s", "{{why}} {{name}", "not closed"),
        ("s", "{{why}} name}}", "not closed"),
        ("s", "{{why}} {name}", "single braces: write {{name}}"),
        ("s", "{{why}}\n\nYou: {{your_words}}", "paragraph of its own"),
        ("s", "{{why}}\n\n{{your_words}}\n\n{{your_words}}", "must stand once"),
        ("{{what}}", "{{why}}", "{{what}} is too long for a subject"),
        ("", "{{why}}", "must both say something"),
        ("s", "", "must both say something"),
        ("s" * 201, "{{why}}", "may have 200"),
        ("s", "{{why}}" + "x" * 20_000, "may have 200"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_by_name(subject: str, body: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        letter_text.check(subject, body, "made")
    assert said in str(refused.value)


def test_a_no_without_its_reason_is_refused() -> None:
    with pytest.raises(Refused, match="“no” is told with its reason"):
        letter_text.check("About {{process}}", "Hello {{name}},\n\n{{what}}", "declined")


def test_blanks_inside_the_braces_do_no_harm() -> None:
    letter_text.check("{{ process }}", "{{ your_words }}\n\n{{  why }}", "made")
    assert read("{{ process }}", "{{ why }}").subject == "delivery"


@pytest.mark.parametrize(
    ("written", "with_name", "without"),
    [
        ("Hello {{name}},", "Hello Ada,", "Hello,"),
        ("Dzień dobry, {{name}}!", "Dzień dobry, Ada!", "Dzień dobry!"),
        ("{{name}}: thank you", "Ada: thank you", ": thank you"),
    ],
)
def test_a_missing_name_leaves_no_hole(written: str, with_name: str, without: str) -> None:
    body = written + "\n\n{{why}}"
    assert read("s", body).text.startswith(with_name + "\n")
    assert read("s", body, name="").text.startswith(without + "\n")
    assert read("s", body, name="win www.evil.example now").text.startswith(without + "\n")


def test_own_words_stand_as_written_and_leave_no_gap_when_there_are_none() -> None:
    said = read("s", BODY, quotes=("Late.\nTwice <b>late</b>.", "No call."))
    assert "You told us:\n\n> Late.\n> Twice <b>late</b>.\n\n> No call.\n\nA window" in said.text
    assert "Late.<br>Twice &lt;b&gt;late&lt;/b&gt;." in said.html
    silent = read("s", BODY)
    assert silent.text.startswith("Hello Ada,\n\nA window of two hours.\n\nYou waited.")
    assert "blockquote" not in silent.html


def test_since_is_left_out_with_its_paragraph_when_nobody_knows() -> None:
    body = "{{why}}\n\nIt has been so since: {{since}}\n\nThanks"
    assert "since: 14 May 2026" in read("s", body).text
    assert "since" not in read("s", body, [Told("p", "w", "y", "")]).text


def test_several_changes_are_told_in_order_under_their_names() -> None:
    two = [*ONE, Told("price", "Cheaper.", "You asked.", "1 June 2026")]
    letter = read("About {{process}}", "{{what}}\n\n{{why}}\n\nSince {{since}}", two)
    assert letter.subject == "About delivery, price"
    assert "1. delivery\nA window of two hours.\n\n2. price\nCheaper." in letter.text
    assert "Since delivery: 14 May 2026; price: 1 June 2026" in letter.text
    assert letter.html.index("<strong>delivery") < letter.html.index("<strong>price")


HOSTILE = st.text(st.sampled_from("ab{}<>&'\" \n\r\t=%ł" + "\u202e"), max_size=60) | st.sampled_from(
    ["{{name}}", "{{unsubscribe_url}}", "{{your_words}}", "<script>alert(1)</script>", "{name}}", "{{{{x}}}}", "{%x%}"]
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_nothing_anybody_wrote_becomes_a_placeholder_or_markup(what: str, why: str, name: str, quote: str) -> None:
    told = [Told("p{", what, why, "")]
    made = letter_text.compose(
        "{{{process}}", "{{{name}}\n\n{{your_words}}\n\n{{{what}} {{what}}\n\n{{what}}\n\n{{why}}", told, "O{{x}}", "en"
    )
    words = Words(made.subject, made.text, made.html)
    assert names_in(words) <= PERSONAL
    letter = filled(words, render.fill("en", name, "mentioned", [{"text": quote}] if quote.strip() else []))
    assert what in letter.text
    assert why in letter.text
    assert "<script" not in letter.html
    assert "\n" not in letter.subject


@given(st.text(), st.text())
def test_checking_never_breaks(subject: str, body: str) -> None:
    try:
        letter_text.check(subject, body, "made")
    except Refused:
        return
    assert set(letter_text.holes(subject) + letter_text.holes(body)) <= set(HOLES)


def test_polish_hangers_stay_with_their_words_and_english_is_left_alone() -> None:
    assert typeset("A w domu i o 8 z rana za 500 zł", "pl") == (
        f"A{NBSP}w{NBSP}domu i{NBSP}o{NBSP}8 z{NBSP}rana za 500{NBSP}zł"
    )
    assert typeset("to i tak Ewa w", "pl") == f"to i{NBSP}tak Ewa w"
    assert typeset("I am a reader", "en") == "I am a reader"


@given(st.text())
def test_typesetting_changes_nothing_but_spaces(text: str) -> None:
    assert typeset(text, "pl").replace(NBSP, " ") == text.replace(NBSP, " ")
