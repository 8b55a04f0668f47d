"""Where one sentence ends and the next begins: abbreviations, numbers, lists, line breaks, emoji."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.themes.engine.text.sentences import sentences


def _parted(text: str) -> list[str]:
    return [text[one[0].start : one[-1].end] for one in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Too slow. Too dear!", ["Too slow.", "Too dear!"]),
        ("Why? Nobody knows.", ["Why?", "Nobody knows."]),
        ("Slow; dear", ["Slow", "dear"]),
        ("I saw Dr. Moss. She left.", ["I saw Dr. Moss.", "She left."]),
        ("Mr J. Smith called. Twice.", ["Mr J. Smith called.", "Twice."]),
        ("It costs 3.50 a day. Too much.", ["It costs 3.50 a day.", "Too much."]),
        ("Na ul. Długiej, np. w sobotę. Zamknięte.", ["Na ul. Długiej, np. w sobotę.", "Zamknięte."]),
        ("So am I. Really.", ["So am I.", "Really."]),
        ("Well... maybe not. No.", ["Well... maybe not.", "No."]),
        ("Well... Maybe not.", ["Well...", "Maybe not."]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("Good😀 Bad😡", ["Good😀", "Bad😡"]),
        ("- slow\n- dear\n", ["slow", "dear"]),
        ("1. slow\n2. dear", ["slow", "dear"]),
        ("1) slow 2) dear", ["slow", "dear"]),
        ("a) slow\nb) dear", ["slow", "dear"]),
        ("Slow\nDear", ["Slow", "Dear"]),
        ("Great value!!! Will return.", ["Great value!!!", "Will return."]),
        ("end.Next one", ["end.", "Next one"]),
        ("", []),
        (" ... -- \n ;;", []),
    ],
)
def test_a_text_is_parted_where_a_reader_would(text: str, parts: list[str]) -> None:
    assert _parted(text) == parts


def test_a_long_line_that_was_wrapped_is_one_sentence_and_a_short_one_is_two() -> None:
    long = "we waited for the courier the whole day and nobody came at all and"
    assert _parted(f"{long}\nnobody called") == [f"{long}\nnobody called"]
    assert _parted(f"{long}\n\nnobody called") == [long, "nobody called"]
    assert _parted("we waited\nnobody called") == ["we waited", "nobody called"]


@given(st.text("ab A.,;!?…\n-1)(\"'😀ż ", max_size=80))
def test_parts_keep_their_order_do_not_overlap_and_say_something(text: str) -> None:
    found = sentences(text)
    edges = [(one[0].start, one[-1].end) for one in found]
    assert all(start < end for start, end in edges)
    assert edges == sorted(edges)
    assert all(one[1] <= other[0] for one, other in zip(edges, edges[1:], strict=False))  # noqa: RUF007
    assert all(any(token.kind in ("word", "emoji") for token in one) for one in found)


@given(st.lists(st.sampled_from(["Too slow.", "Nobody called!", "Why so dear?"]), max_size=8))
def test_plain_sentences_come_out_as_they_went_in(whole: list[str]) -> None:
    assert _parted(" ".join(whole)) == whole
    assert _parted("\n".join(whole)) == whole
