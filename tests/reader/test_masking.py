"""Names, addresses and numbers of people do not leave the house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.reader.protocol.masking import MARK, mask, words_in


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Write to jan.kowalski+x@poczta.example.pl please", "Write to [e-mail] please"),
        ("jan (at) poczta.pl", "[e-mail]"),
        ("Call me on +48 600 100 200.", "Call me on [number]."),
        ("tel. 600-100-200 lub 22 123 45 67", "tel. [number] lub [number]"),
        ("(020) 7946 0958", "([number]"),
        ("My card is 4111 1111 1111 1111", "My card is [number]"),
        ("order 1234567", "order [number]"),
        ("Pani Anna Kowalska była miła", "Pani [name] była miła"),
        ("Marek Nowicki-Zych pomógł", "[name] pomógł"),
        ("John O’Neill helped", "[name] helped"),
        ("I live at ul. Rowerowa 12/4, 30-001 Kraków", "I live at [street], [number] Kraków"),
        ("12 Old Mill Road, SW1A 1AA", "[street], [number]"),
        ("see https://example.org/me?id=3 or @jannowak", "see [link] or [link]"),
    ],
)
def test_what_is_private_is_masked(said: str, sent: str) -> None:
    assert mask(said) == sent


@pytest.mark.parametrize(
    "said",
    [
        "I waited 2 hours on the way home.",
        "Czekałam 45 minut, a kurier przyjechał o 18:30.",
        "The app is slow since version 3.2.",
        "It cost 1200 zł.",
        "In May the road was closed.",
    ],
)
def test_what_is_not_private_stays(said: str) -> None:
    assert mask(said, ["Ada Nowak"]) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada Brzęczyszczykiewicz", "Mówi BRZĘCZYSZCZYKIEWICZ, ada brzęczyszczykiewiczowi"),
        ("Iwona Czop", "Z Czopem rozmawiał pan Czop, iwonie też"),
        ("O'Hara, Scarlett", "scarlett o'hara here"),
    ],
)
def test_a_known_name_is_masked_in_any_case_and_declension(name: str, said: str) -> None:
    sent = mask(said, [name]).casefold()
    assert not any(part.strip(",").casefold()[:4] in sent for part in name.split())


def test_nothing_known_masks_nothing() -> None:
    assert mask("Too late.", ["", "  ", "Al"]) == "Too late."


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_masking_never_fails_and_is_done_at_once(text: str, known: list[str]) -> None:
    once = mask(text, known)
    assert "@example.org" not in mask(f"{text} ada.nowak@example.org", known)
    assert isinstance(once, str)


@pytest.mark.parametrize("said", ["a" * 20_000, "a@" * 10_000, "1 " * 10_000, "Anna " * 4_000, "ul. " * 5_000])
@pytest.mark.timeout(5)
def test_hostile_lengths_take_no_time(said: str) -> None:
    assert len(mask(said, ["Ada Nowak"])) <= 2 * len(said)


def test_marks_are_known_as_marks_and_words_are_counted() -> None:
    assert MARK.findall(mask("Pani Anna, 600100200, a@b.pl")) == ["[name]", "[number]", "[e-mail]"]
    assert words_in("Too late,  again.\n") == 3
