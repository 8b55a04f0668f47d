"""Rows named outside the tables: public ids go there and back, and nothing made up is believed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.common.keys import MOST_KEY, read_key
from feedback_app.public_ids import PREFIXES, public_id, row_id

SECRET = bytes(range(16))
KEYS = st.integers(1, MOST_KEY)
KINDS = st.sampled_from(sorted(PREFIXES))


@given(KINDS, KEYS)
def test_there_and_back(kind: str, key: int) -> None:
    name = public_id(SECRET, kind, key)
    assert row_id(SECRET, kind, name) == key
    assert name.startswith(f"{PREFIXES[kind]}_")
    assert len(name) == 29


@given(KINDS, KEYS, KEYS)
def test_two_rows_never_share_a_name(kind: str, one: int, other: int) -> None:
    assert (public_id(SECRET, kind, one) == public_id(SECRET, kind, other)) == (one == other)


@given(KINDS, KINDS, KEYS)
def test_the_wrong_kind_is_refused_even_in_the_right_clothes(kind: str, other: str, key: int) -> None:
    name = public_id(SECRET, kind, key)
    dressed = PREFIXES[other] + name[2:]
    assert row_id(SECRET, other, name) == (key if kind == other else None)
    assert row_id(SECRET, other, dressed) == (key if kind == other else None)


@given(KEYS, st.integers(3, 28), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_letter_altered_is_noticed(key: int, place: int, letter: str) -> None:
    name = public_id(SECRET, "contact", key)
    altered = name[:place] + letter + name[place + 1 :]
    assert row_id(SECRET, "contact", altered) == (key if altered == name else None)


@given(st.text(max_size=40))
@example("ą" * 26)
@example("0000000000000000000000000à")
def test_whatever_else_comes_names_nothing(text: str) -> None:
    assert row_id(SECRET, "contact", text) is None
    assert row_id(SECRET, "contact", f"ct_{text}") is None


def test_another_house_cannot_read_it() -> None:
    assert row_id(bytes(16), "contact", public_id(SECRET, "contact", 7)) is None


def test_neighbours_look_nothing_alike() -> None:
    names = [public_id(SECRET, "letter", key) for key in range(1, 1001)]
    assert sorted(names) != names
    shared = sum(a == b for one, other in pairwise(names) for a, b in zip(one[3:], other[3:], strict=True))
    assert shared / (26 * 999) < 0.05  # one letter in 32 by chance


@pytest.mark.parametrize(
    ("raw", "key"),
    [("7", 7), (str(MOST_KEY), MOST_KEY), (str(MOST_KEY + 1), None), ("9" * 40, None), ("0", None), ("-1", None),
     ("", None), ("7.0", None), ("٧", None), (" 7", None)],
)  # fmt: skip
def test_keys_in_digits(raw: str, key: int | None) -> None:
    assert read_key(raw) == key
