"""Every character of an answer belongs to one token: quotes are cut from these."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.text.tokens import tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text) if token.kind != "space"]


@given(some.text(max_size=200))
def test_no_character_is_lost_or_read_twice(text: str) -> None:
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    assert [token.start for token in found] == [0, *(token.end for token in found)][:-1] if found else text == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't", ["don't"]),
        ("don’t", ["don’t"]),
        ("e-mail", ["e-mail"]),
        ("12,50", ["12,50"]),
        ("15:30", ["15:30"]),
        ("20%", ["20"]),
        ("99.9%", ["99.9%"]),
        ("H&M", ["H&M"]),
        ("jan.kowalski@velo.example", ["jan.kowalski@velo.example"]),
        ("see https://velo.example/a?b=1.", ["see", "https://velo.example/a?b=1."]),
        ("żo\u0301łw", ["żo\u0301łw"]),
        ("a_b", ["a", "b"]),
    ],
)
def test_what_is_one_word_to_a_reader_is_one_word(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(text) if token.kind == "word"] == words


def test_marks_are_told_apart() -> None:
    assert kinds("Late, again; why?! – no…\n• one :) 👍🏽") == [
        ("word", "Late"), ("comma", ","), ("word", "again"), ("semicolon", ";"), ("word", "why"), ("stop", "?!"),
        ("dash", "–"), ("word", "no"), ("stop", "…"), ("line", "\n"), ("bullet", "•"), ("word", "one"),
        ("emoji", ":)"), ("emoji", "👍🏽"),
    ]  # fmt: skip


def test_a_word_is_looked_up_in_one_spelling() -> None:
    (token,) = tokens("ZAŻO\u0301ŁCON’T")
    assert token.lower == "zażółcon't"


def test_line_breaks_of_any_system_are_one_break() -> None:
    for gap in ("\n", "\r\n", "\u2028", "\n\n\n"):
        assert kinds(f"a{gap}b") == [("word", "a"), ("line", gap), ("word", "b")]
