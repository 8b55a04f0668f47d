"""The smallest pieces of an answer: nothing is lost between them, and list items and greetings are known."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.mentions.units import is_polish, parse
from feedback_app.themes.engine.text.tokens import tokens

WORD = re.compile(r"[^\W_]+")


def said(text: str) -> list[str]:
    parsed = parse(text)
    return [parsed.words_of(unit) for unit in parsed.units]


@given(some.text(alphabet="aż ,.;:()-–!?\n•1)but i", max_size=120))
def test_each_word_is_in_exactly_one_unit_and_units_are_in_order(text: str) -> None:
    parsed = parse(text)
    places = [(unit.start, unit.end) for unit in parsed.units]
    assert places == sorted(places)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    spoken = [{token.kind for token in tokens(text[start:end])} for start, end in places]
    assert all(kinds & {"word", "emoji"} for kinds in spoken)  # marks alone are no unit
    held = "".join(text[start:end] for start, end in places)
    numbering = re.compile(r"1|i|b|a|u|t", re.IGNORECASE)  # what numbers an item may be left out
    left = "".join(WORD.findall(text))
    assert [c for c in held if c.isalnum() and not numbering.match(c)] == [
        c for c in left if c.isalnum() and not numbering.match(c)
    ]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("The app is slow but the staff was kind", ["The app is slow", "but the staff was kind"]),
        ("Late, rude and dirty", ["Late", "rude", "and dirty"]),
        ("The room (which was cold) smelled", ["The room (", "which was cold)", "smelled"]),
        ("One thing: the price", ["One thing:", "the price"]),
        ("Drogo, ale szybko", ["Drogo", "ale szybko"]),
        ("Kurier i pani były miłe", ["Kurier", "i pani były miłe"]),
        ("Vitamin a was out of stock", ["Vitamin a was out of stock"]),  # "a" joins in Polish only
        ("", []),
        ("?!", []),
    ],
)
def test_units_end_at_marks_and_before_what_joins(text: str, units: list[str]) -> None:
    assert said(text) == units


def test_items_of_a_list_are_known_whatever_stands_before_them() -> None:
    for mark in ("-", "•", "1.", "*", "a)"):
        parsed = parse(f"I miss:\n{mark} a bell\n{mark} a lamp")
        assert [(parsed.words_of(unit), unit.item) for unit in parsed.units][-2:] == [
            ("a bell", True),
            ("a lamp", True),
        ]
    assert not any(unit.item for unit in parse("A bell. A lamp.").units)


def test_only_the_first_unit_opens_its_sentence() -> None:
    units = parse("Late, and rude. Dear, too.").units
    assert [unit.opens for unit in units] == [True, False, True, False]
    assert [unit.sentence for unit in units] == [0, 0, 1, 1]


def test_a_greeting_is_courtesy_and_a_kind_word_about_something_is_none() -> None:
    parsed = parse("Dzień dobry, rower skrzypi. Pozdrawiam")
    assert [unit.courtesy for unit in parsed.units] == [True, False, True]
    assert not any(unit.courtesy for unit in parse("Kind staff. Best price.").units)


@pytest.mark.parametrize(
    ("text", "polish"),
    [
        ("Zażółć", True),
        ("nie wiem czy warto", True),
        ("the bike is fine", False),
        ("We met in Łódź", True),  # the letter decides
        ("", False),
        ("12 345", False),
    ],
)
def test_polish_is_known_by_its_letters_or_its_small_words(text: str, polish: bool) -> None:
    assert is_polish(text) is polish


def test_sentences_are_told_with_their_places() -> None:
    parsed = parse("  Late. Rude!  ")
    assert [parsed.text[start:end] for start, end in parsed.sentences] == ["Late.", "Rude!"]
