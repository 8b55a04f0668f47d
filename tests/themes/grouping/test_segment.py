"""Mentions: where they begin and end, what has nothing in it, and that no text can hurt."""

import random
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.themes.engine.mentions import vectors
from feedback_app.themes.engine.mentions.lexicon import LEADING
from feedback_app.themes.engine.mentions.lexicon import words as lexicon_words
from feedback_app.themes.engine.mentions.weights import sources_of
from feedback_app.themes.engine.vectors.embedders import LexicalEncoder
from feedback_app.themes.grouping import segment
from feedback_app.themes.grouping.segment import cut, cut_all


def pieces(text: str) -> list[str]:
    return [piece.text for piece in cut(text)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The food was great but the service was slow.", ["The food was great", "the service was slow"]),
        ("Jedzenie było dobre, ale obsługa wolna.", ["Jedzenie było dobre", "obsługa wolna"]),
        ("Kurier był niemiły, paczka była uszkodzona", ["Kurier był niemiły", "paczka była uszkodzona"]),
        ("1. Too dear\n2. Too slow\n- no parking", ["Too dear", "Too slow", "no parking"]),
        ("1) za drogo 2) za wolno", ["za drogo", "za wolno"]),
        ("Parking is a nightmare, the staff are kind", ["Parking is a nightmare", "the staff are kind"]),
        ("Fast delivery 🚀 Terrible packaging 📦", ["Fast delivery 🚀", "Terrible packaging 📦"]),
        ("the app is slow the staff is nice", ["the app is slow", "the staff is nice"]),
    ],
)
def test_cuts_where_something_new_is_said(answer, expected):
    assert pieces(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "Dr. Patel explained everything clearly.",
        "Umówiliśmy się z panem z ul. Długiej na godz. 9.",
        "I paid £1,299.00 for version 2.4.1 on www.example.com/shop.",
        "I think the price is fair for what you get.",
        "I left because nobody could tell me what it costs.",
        "Wybrałam konkurencję, bo mieli niższą cenę.",
        "The engineer arrived late, fixed the problem and left.",
        "When I called to cancel, I was put on hold.",
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


@pytest.mark.parametrize(
    ("answer", "beside"),
    [
        ("Hello! The lift has been broken for a month. Kind regards, Tom", ["Hello!", "Kind regards, Tom"]),
        ("Dzień dobry. Winda nie działa od miesiąca. Pozdrawiam, Ewa", ["Dzień dobry.", "Pozdrawiam, Ewa"]),
    ],
)
def test_greetings_are_asides(answer, beside):
    found = cut(answer)
    assert [piece.text for piece in found if piece.aside] == beside
    assert [piece.content for piece in found] == [False, True, False]


@pytest.mark.parametrize("answer", ["We moved abroad in spring.", "see above", "jak wyżej", "nie mam zdania"])
def test_an_answer_that_says_nothing_is_one_piece_and_no_aside(answer):
    assert [(piece.content, piece.aside) for piece in cut(answer)] == [(False, False)]


@pytest.mark.parametrize(
    ("answer", "tones"),
    [
        ("The driver was friendly but the bus was dirty", ["praise", "complaint"]),
        ("Kierowca był uprzejmy, ale autobus brudny", ["praise", "complaint"]),
        ("Please open on Sundays", ["wish"]),
        ("Czy można płacić kartą?", ["question"]),
        ("Terrible packaging", ["complaint"]),
        ("żadnych problemów z ogrzewaniem", ["praise"]),
    ],
)
def test_each_mention_has_a_tone(answer, tones):
    found = [piece for piece in cut(answer) if piece.content]
    assert [piece.tone for piece in found] == tones
    assert all(0.3 < piece.sure <= 1 for piece in found)


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ("a small portion for the price", "a small portion for the price"),
        ("i waited two hours for the doctor", "i waited two hours for the doctor"),
        ("A kelner był niemiły.", "kelner był niemiły"),
        ("But the soup was cold...", "the soup was cold"),
    ],
)
def test_only_what_joins_is_left_out_in_front(answer, first):
    assert next(piece.text for piece in cut(answer) if piece.content) == first


def test_many_answers_are_cut_as_one_by_one():
    answers = ["Slow lifts, rude porter", "", "ok", "1. za drogo\n2. za daleko", "Love the app 😀"]
    assert [[(p.start, p.end, p.tone) for p in one] for one in cut_all(answers)] == [
        [(p.start, p.end, p.tone) for p in cut(answer)] for answer in answers
    ]


def test_without_the_sentence_encoder_words_alone_decide(monkeypatch):
    lexical = LexicalEncoder()
    monkeypatch.setattr(vectors, "default_embedder", lambda: lexical)
    segment._reader.cache_clear()
    try:
        found = cut("Hello. The driver was friendly but the bus was dirty.")
        assert [(p.text, p.tone) for p in found if p.content] == [
            ("The driver was friendly", "praise"), ("the bus was dirty", "complaint")]  # fmt: skip
        assert [p.text for p in found if p.aside] == ["Hello."]
    finally:
        segment._reader.cache_clear()


def test_the_weights_that_ship_were_taught_with_the_texts_that_are_here():
    assert sources_of() == notation().fingerprint(), "teach again: make teach"


def notation():
    path = Path(__file__).parents[3] / "benchmarks" / "understanding" / "notation.py"
    spec = spec_from_file_location("notation", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_letters_written_as_two_characters_stay_whole():
    assert pieces("Jedzenie by\u0142o drogie, ale dlaczego tak ma\u0142o zup by\u0142o i tak dro\u0301go?")[
        -1
    ].endswith("dro\u0301go?")


PARTS = ["the app is slow", "nie działa", "np.", "e.g.", "1.", "2)", "-", ",", ";", "...", "!", "😀", "\n", " ", "i",
         "and", "but", "ale", "a@b.pl", "3.50", "\u202e", "\x00", "(", ")", '"', "który", "if",
         "Dr.", "mi\u0301"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join)))
def test_pieces_are_true_quotes_in_order_and_lose_no_word(text):
    found = cut(text)
    assert all(text[piece.start : piece.end] == piece.text != "" for piece in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    outside = text
    for piece in reversed(found):
        outside = outside[: piece.start] + outside[piece.end :]
    assert all(word in LEADING for word in lexicon_words(outside) if re.search(r"[^\W\d_]{2,}", word))


@pytest.mark.parametrize(
    "unit",
    [
        "a, ",
        "1) ",
        "(",
        "a.b@",
        "http://",
        "😀",
        "and the ",
        "nie ",
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
    short, long = 4_000 // len(unit) // 8, 4_000 // len(unit)
    assert calls(long) < 10 * max(calls(short), 200)


def test_many_random_texts():
    rnd = random.Random(5)  # noqa: S311 - texts, not secrets
    for _ in range(60):
        cut("".join(rnd.choice("ab .,;!?\n-1)(😀ąż") for _ in range(200)))
