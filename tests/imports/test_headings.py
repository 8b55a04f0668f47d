"""Words of headings and cells: folded, understood in two languages, refused when two columns mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.errors import Refused
from feedback_app.imports.headings import by_word, fold, is_yes, no_addresses, refuse_twice


@pytest.mark.parametrize("written", ["Adres E-mail", "adres_email", " ADRES  e_mail ", "Adres e‑mail:"])
def test_spellings_of_one_heading_are_one_word(written: str) -> None:
    assert fold(written) == "adresemail"


@given(st.text(max_size=40))
def test_folding_is_plain_and_stable(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded.isascii()
    assert not folded or folded.isalnum()


def test_every_word_of_a_vocabulary_leads_to_its_code() -> None:
    assert by_word({"mail": "E-mail, poczta", "city": "miasto"}) == {
        "email": "mail",
        "poczta": "mail",
        "miasto": "city",
    }


@pytest.mark.parametrize(
    ("cell", "said"),
    [("Tak", True), (" X ", True), ("2026-01-31", True), ("31.01.2026 12:00", True), ("nie", False), ("0", False),
     ("", None), ("maybe", None), ("2026", None), ("1-2", None)],
)  # fmt: skip
def test_yes_and_no(cell: str, said: bool | None) -> None:
    assert is_yes(cell) is said


def test_two_columns_that_mean_the_same_are_named() -> None:
    refuse_twice([("a", "email"), ("b", ""), ("c", ""), ("d", "name")])
    with pytest.raises(Refused, match="“Mail” and “Poczta” mean the same"):
        refuse_twice([("Mail", "email"), ("x", "name"), ("Poczta", "email")])
    with pytest.raises(Refused) as told:
        refuse_twice([("x" * 500, "email"), ("y" * 500, "email")])
    assert len(str(told.value)) < 250, "one line, however long the headings are"


def test_what_was_taken_for_the_heading_is_said() -> None:
    assert "(the first row is taken for the heading: Ada, Nowak)" in str(no_addresses(["Ada", "", "Nowak"]))


def test_long_headings_are_named_by_their_beginning() -> None:
    one, other = "a" * 70, "b" * 70
    with pytest.raises(Refused) as told:
        refuse_twice([(one, "email"), ("city", ""), ("plan", ""), (other, "email")])
    assert told.value.values == {"one": "a" * 60, "other": "b" * 60}
    seen = no_addresses(["x" * 40, "", *(f"h{number}" for number in range(9))]).values["seen"]
    assert seen == ", ".join(["x" * 30, "h0", "h1", "h2", "h3", "h4", "h5"])
