"""A theme is said to grow, return or turn only when chance would hardly do it, however many are looked at."""

from __future__ import annotations

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.themes.alerts.detect import Finding, History, Window, findings
from feedback_app.themes.alerts.exact_tests import believed, difference, rise

COUNT = st.integers(0, 60)


def exactly(hits: int, cases: int, before: int, cases_before: int) -> float:
    return comb(cases, hits) * comb(cases_before, before) / comb(cases + cases_before, hits + before)


@given(COUNT, COUNT, COUNT, COUNT)
def test_fishers_test_is_the_sum_of_the_rarer_tables(a: int, b: int, c: int, d: int) -> None:
    cases, then, whole = a + b, c + d, a + c
    tables = {at: exactly(at, cases, whole - at, then) for at in range(max(0, whole - then), min(whole, cases) + 1)}
    assert rise(a, cases, c, then) == pytest.approx(sum(one for at, one in tables.items() if at >= a), abs=1e-9)
    rarer = sum(one for one in tables.values() if one <= tables[a] * (1 + 1e-9))
    assert difference(a, cases, c, then) == pytest.approx(rarer, abs=1e-6)


def test_the_tea_lady() -> None:
    """Fisher's own table: three of four cups right is no proof, four of four is."""
    assert rise(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert rise(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert difference(4, 4, 0, 4) == pytest.approx(2 / 70)


def test_the_more_is_tested_the_rarer_it_must_be() -> None:
    assert believed([0.01, 0.04, 0.03, 0.9], 0.05) == [True, False, False, False]
    assert believed([0.04], 0.05) == [True]
    assert believed([0.04] + [0.9] * 9, 0.05) == [False] * 10
    assert believed([0.02, 0.04], 0.05) == [True, True]
    assert believed([], 0.05) == []


EVERYTHING = History(Window(100), Window(200), Window(800))


def kinds(**themes: History) -> dict[int, str]:
    numbered = {int(name[1:]): history for name, history in themes.items()}
    return {one.theme_id: one.kind for one in findings(numbered, EVERYTHING)}


def test_what_grows_returns_and_turns_is_told_apart() -> None:
    steady = History(Window(5, 2), Window(10, 4), Window(40, 16))
    found = kinds(
        t1=steady,
        t2=History(Window(20, 8), Window(10, 4), Window(40, 16)),
        t3=History(Window(8, 3), Window(0), Window(40, 16)),
        t4=History(Window(12, 11), Window(20, 4), Window(80, 16)),
        t5=History(Window(12, 0), Window(20, 18), Window(80, 70)),
        t6=History(Window(9, 3), Window(0), Window(0)),
    )
    assert found == {2: "grows", 3: "returns", 4: "worse", 5: "better", 6: "grows"}


def test_too_few_say_nothing_and_a_little_more_is_no_news() -> None:
    few = History(Window(4, 4), Window(0), Window(0))
    assert kinds(t1=few) == {}
    everything = History(Window(40_000), Window(80_000), Window(0))
    slight = History(Window(2_400), Window(4_000), Window(0))  # very sure, and only a fifth more
    assert findings({1: slight}, everything) == []
    assert findings({1: History(Window(9))}, History(Window(9))) == []  # there was nothing before


def test_a_finding_says_what_was_to_be_expected() -> None:
    (one,) = findings({7: History(Window(20, 8), Window(10, 4), Window(40, 16))}, EVERYTHING)
    assert (one.hits, one.cases, one.hits_before, one.cases_before) == (20, 100, 50, 1000)
    assert one.expected == 5
    assert one.chance < 0.001
    assert Finding(1, "grows", 5, 5, 0, 0, 0.1).expected == 0


def test_where_nothing_happens_hardly_anything_is_said() -> None:
    """Forty themes whose shares and tones never change, looked at sixty times: at most one look in ten says a word."""
    dice = random.Random(3)  # noqa: S311 - a draw, no secret
    looks = sum(bool(findings(_chance(dice), EVERYTHING)) for _ in range(60))
    assert looks <= 6


def _chance(dice: random.Random) -> dict[int, History]:
    shares = {number: dice.uniform(0.02, 0.2) for number in range(40)}
    sizes = (EVERYTHING.recent.people, EVERYTHING.quiet.people, EVERYTHING.before.people)
    return {number: History(*(_window(dice, size, share) for size in sizes)) for number, share in shares.items()}


def _window(dice: random.Random, size: int, share: float) -> Window:
    people = sum(dice.random() < share for _ in range(size))
    return Window(people, sum(dice.random() < 0.6 for _ in range(people)))
