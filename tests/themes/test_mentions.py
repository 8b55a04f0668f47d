"""Mentions: where they begin and end, what has nothing in it, and that no text can hurt."""

import random
import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.themes.grouping.segment import cut


def pieces(text: str) -> list[str]:
    return [piece.text for piece in cut(text)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The food was great but the service was slow.", ["The food was great", "but the service was slow."]),
        ("Jedzenie było dobre, ale obsługa wolna.", ["Jedzenie było dobre", "ale obsługa wolna."]),
        ("Kurier był niemiły, paczka była uszkodzona", ["Kurier był niemiły", "paczka była uszkodzona"]),
        ("1. Too dear\n2. Too slow\n- no parking", ["Too dear", "Too slow", "no parking"]),
        ("1) za drogo 2) za wolno", ["za drogo", "za wolno"]),
        ("Long queues, rude staff, dirty toilets", ["Long queues", "rude staff", "dirty toilets"]),
        ("Fast delivery 🚀 Terrible packaging 📦", ["Fast delivery 🚀", "Terrible packaging 📦"]),
        ("the app is slow the staff is nice", ["the app is slow", "the staff is nice"]),
        ("Checkout is broken; I used my laptop", ["Checkout is broken;", "I used my laptop"]),
    ],
)
def test_cuts_where_something_new_is_said(answer, expected):
    assert [piece.rstrip(";") for piece in pieces(answer)] == [piece.rstrip(";") for piece in expected]


@pytest.mark.parametrize(
    "answer",
    [
        "Dr. Patel explained everything clearly.",
        "Umówiliśmy się z panem z ul. Długiej na godz. 9.",
        "Few gluten-free dishes, e.g. no bread, no pasta, etc.",
        "I paid £1,299.00 for version 2.4.1 on www.example.com/shop.",
        "I think the price is fair for what you get.",
        "Rooms were clean, modern and comfortable.",
        "I left because nobody could tell me what it costs.",
        "Wybrałam konkurencję, bo mieli niższą cenę.",
        "The engineer arrived late, fixed the problem and left.",
        "When I called to cancel, I was put on hold.",
        "a sentence that somebody wrapped by hand at the end of a long line\nand went on with below",
    ],
)
def test_keeps_together_what_belongs_together(answer):
    assert len(pieces(answer)) == 1


@pytest.mark.parametrize(
    "answer",
    ["No complaints", "wszystko ok", "nie mam uwag", "All good, thanks!", "n/a", "-", "👍", "Bez zastrzeżeń 👌",
     "Nothing to improve", "Super!", "Can't fault anything", "NO COMPLAINTS AT ALL"],
)  # fmt: skip
def test_praise_without_content_is_recognised(answer):
    assert [piece.content for piece in cut(answer)] in ([False], [])


@pytest.mark.parametrize(
    "answer",
    ["Not good", "Terrible", "problems", "nie polecam", "Słabo", "good service", "brak kontaktu", "no parking",
     "nothing works", "nie działa", "Za drogo", "complaints are ignored", "never again"],
)  # fmt: skip
def test_a_complaint_is_never_taken_for_nothing(answer):
    assert any(piece.content for piece in cut(answer))


def test_praise_is_kept_apart_from_the_complaint_beside_it():
    assert [piece.content for piece in cut("Everything was fine but the room was too hot")] == [False, True]


def test_letters_written_as_two_characters_stay_whole():
    assert pieces("bardzo mi\u0142o, ale dlaczego tak dro\u0301go byl\u0142o") == [
        "bardzo mi\u0142o", "ale dlaczego tak dro\u0301go byl\u0142o"]  # fmt: skip


PARTS = ["the app is slow", "nie działa", "np.", "e.g.", "1.", "2)", "-", ",", ";", "...", "!", "😀", "\n", " ", "i",
         "and", "but", "ale", "a@b.pl", "3.50", "\u202e", "\x00", "(", ")", '"', "który", "if",
         "Dr.", "mi\u0301"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join)))
def test_pieces_are_true_quotes_in_order_and_lose_no_word(text):
    found = cut(text)
    assert all(text[piece.start : piece.end] == piece.text != "" for piece in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    outside = text
    for piece in reversed(found):
        outside = outside[: piece.start] + outside[piece.end :]
    assert not re.search(r"[^\W\d_]{2,}", outside)


@pytest.mark.parametrize(
    "unit",
    [
        "a, ",
        "the app is ",
        "1) ",
        ".",
        "(",
        "a-",
        "a.b@",
        "http://",
        "😀",
        ":-",
        "and the ",
        "ok, ",
        "nie ",
        "\n",
        "i ",
    ],
)
def test_work_grows_with_length_not_with_its_square(unit):
    """Counted in calls, which are the same on every machine; seconds are for benchmarks/themes_mentions.py."""

    def calls(count):
        made = 0

        def count_call(_frame, event, _argument):
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(count_call)
        try:
            cut(unit * count)
        finally:
            sys.setprofile(None)
        return made

    calls(100)
    short, long = 12_000 // len(unit) // 8, 12_000 // len(unit)
    assert calls(long) < 10 * max(calls(short), 200)


def test_many_random_texts():
    rnd = random.Random(5)  # noqa: S311 - texts, not secrets
    for _ in range(300):
        cut("".join(rnd.choice("ab .,;!?\n-1)(😀ąż") for _ in range(200)))
