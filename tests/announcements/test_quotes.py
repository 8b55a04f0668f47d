"""Which of a person's words are chosen, and how they are shortened."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.announcements.sending.quotes import (
    ELLIPSIS,
    LENGTH,
    MOST,
    Spoken,
    choose,
    trim,
)

AT = datetime(2026, 5, 14, 10, tzinfo=UTC)
PIECES = st.sampled_from(["late", " ", "Łódź", "\n", ", ", "„tak”", "x" * 40, "…", "\u00a0", "!"])
WORDS = st.builds(
    lambda pieces, times: "".join(pieces) * times, st.lists(PIECES, min_size=1, max_size=6), st.integers(1, 9)
)
WORDS = WORDS.filter(str.strip)


def said(*texts: str) -> list[Spoken]:
    return [Spoken(number, text, "theme", AT) for number, text in enumerate(texts, 1)]


def test_the_longest_come_first_and_none_twice() -> None:
    chosen = choose([*said("short", "a long sentence", "middle one", "A  long   sentence", "x"), *said("short")])
    assert [one["text"] for one in chosen] == ["A  long   sentence", "middle one", "short"]
    assert chosen[0] == {"text": "A  long   sentence", "theme": "theme", "date": "2026-05-14", "mention": 4}


def test_one_mention_in_two_themes_is_one_quote() -> None:
    both = [Spoken(7, "Late again.", theme, AT) for theme in ("Waiting", "Delivery")]
    assert [(one["mention"], one["theme"]) for one in choose(both)] == [(7, "Delivery")]


@given(st.lists(WORDS, max_size=6))
def test_quotes_are_beginnings_of_what_was_said(texts: list[str]) -> None:
    chosen = choose(said(*texts))
    assert len(chosen) == min(MOST, len({" ".join(one.split()).casefold() for one in texts}))
    for one in chosen:
        source = texts[one["mention"] - 1].strip()
        assert one["text"] == source or (
            one["text"].endswith(ELLIPSIS) and source.startswith(one["text"][:-1]) and len(one["text"]) <= LENGTH
        )
    assert choose(reversed(said(*texts))) == chosen


def test_shortened_at_a_word_and_never_in_the_middle_of_one() -> None:
    text = "word " * 80
    assert trim(text) == ("word " * 59).rstrip() + ELLIPSIS
    assert trim("tail, and more", 6) == "tail" + ELLIPSIS
    assert trim("x" * 400) == "x" * 299 + ELLIPSIS
    assert trim("  kept as it is \n") == "kept as it is"


@given(st.text(min_size=1, max_size=80), st.integers(4, 60))
def test_never_longer_than_asked(text: str, length: int) -> None:
    assert len(trim(text, length)) <= max(length, 0)


def test_neighbours_in_one_answer_are_one_quote_in_the_order_they_were_said() -> None:
    answer = "Gumę złapałem w poniedziałek, we wtorek rano już jechałem do pracy. Cena? Nie wiem."
    pieces = ["Gumę złapałem w poniedziałek", "we wtorek rano już jechałem do pracy.", "Nie wiem."]
    pieces_said = [Spoken(n, text, "t", AT, 7, answer.index(text), answer) for n, text in enumerate(pieces, 1)]
    assert [one["text"] for one in choose(reversed(pieces_said))] == [
        "Gumę złapałem w poniedziałek, we wtorek rano już jechałem do pracy.",
        "Nie wiem.",
    ]
