"""Which of a person's words are chosen, and how they are printed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.announcements.sending.choose_quotes import MOST, Spoken, choose
from feedback_app.themes.engine.quoting.quotation import LENGTH

AT = datetime(2026, 5, 14, 10, tzinfo=UTC)
PIECES = st.sampled_from(["late", " ", "Łódź", "\n", ", ", "„tak”", "x" * 40, "…", "\u00a0", "!"])
WORDS = st.builds(
    lambda pieces, times: "".join(pieces) * times, st.lists(PIECES, min_size=1, max_size=6), st.integers(1, 9)
)


def said(*texts: str) -> list[Spoken]:
    return [Spoken(number, text, "delivery", AT, chance=1 - number / 100) for number, text in enumerate(texts, 1)]


def test_the_surest_stay_in_the_order_they_were_said_and_none_twice() -> None:
    one, two, three, four = said("It was late.", "Nobody rang me.", "it was  LATE.", "The box was wet.")
    more = Spoken(5, "I waited all day.", "delivery", AT - timedelta(days=1), chance=0.1)
    chosen = choose([four, three, two, one, more])
    assert [quote["text"] for quote in chosen] == ["It was late.", "Nobody rang me.", "The box was wet."]
    assert chosen[0] == {"text": "It was late.", "theme": "delivery", "date": "2026-05-14", "mention": 1}
    assert choose([more]) == [{"text": "I waited all day.", "theme": "delivery", "date": "2026-05-13", "mention": 5}]


def test_one_voice_of_two_changes_is_one_quote() -> None:
    both = [Spoken(7, "Late again, I fear.", process, AT) for process in ("Waiting", "Delivery")]
    assert [quote["mention"] for quote in choose(both)] == [7]


def test_pieces_of_one_answer_are_printed_together_in_whole_sentences() -> None:
    answer = "Gumę złapałem w poniedziałek, we wtorek rano już jechałem do pracy. Mój kot śpi. Cena za naprawę? Wysoka."
    pieces = ["Gumę złapałem", "jechałem do pracy", "Wysoka"]
    voices = [Spoken(n, text, "t", AT, 7, answer.index(text), answer, "pl") for n, text in enumerate(pieces, 1)]
    assert [one["text"] for one in choose(reversed(voices))] == [
        "Gumę złapałem w poniedziałek, we wtorek rano już jechałem do pracy. […] Cena za naprawę? Wysoka."
    ]


def test_a_stretch_somebody_chose_stands_as_it_is() -> None:
    answer = "Nice people, but nobody rang me, said Mrs Smith."
    voice = Spoken(1, "nobody rang me", "t", AT, 7, 17, answer, "en", first=17, after=31)
    assert [one["text"] for one in choose([voice])] == ["…nobody rang me…"]


@given(st.lists(WORDS, max_size=6))
def test_quotes_hold_nothing_but_what_was_said(texts: list[str]) -> None:
    chosen = choose(said(*texts))
    assert len(chosen) <= MOST
    for one in chosen:
        source = texts[one["mention"] - 1]
        assert len(one["text"]) <= LENGTH
        assert "".join(filter(str.isalnum, one["text"])) in "".join(filter(str.isalnum, source))
    assert choose(reversed(said(*texts))) == chosen
