"""Which passwords are fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.accounts.sign_in.passwords import (
    LONGEST,
    SHORTEST,
    TOO_LONG,
    TOO_NEAR,
    TOO_PLAIN,
    TOO_SHORT,
    trouble,
)

KNOWN = ("Ada Nowak", "ada.nowak@velo.example", "Velo Verde")


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("correct horse battery staple", ""),
        ("zażółć gęślą jaźń", ""),
        ("K7#pQ2!xZ9$w", ""),
        ("短いが良い合言葉を選ぶこと", ""),
        ("elevenlongg", TOO_SHORT),
        ("", TOO_SHORT),
        ("x" * 1001, TOO_LONG),
        ("aaaaaaaaaaaaaaaa", TOO_PLAIN),
        ("123456789012345", TOO_PLAIN),
        ("qwertyuiop123", TOO_PLAIN),
        ("Password1234", TOO_PLAIN),
        ("velo verde 2026", TOO_NEAR),
        ("AdaNowak.Ada!", TOO_NEAR),
    ],
)
def test_examples(password: str, found: str) -> None:
    assert trouble(password, *KNOWN) == found


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_gets_an_answer(password: str, known: str) -> None:
    assert trouble(password, known) in ("", TOO_SHORT, TOO_PLAIN, TOO_NEAR)
    assert (trouble(password, known) == TOO_SHORT) == (len(password) < SHORTEST)


def test_the_longest_is_judged_quickly_enough_to_be_let_in() -> None:
    assert trouble(("wide horse 7 " * 80)[:LONGEST], "a" * 200) == ""
