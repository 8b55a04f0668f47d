"""Which pieces make a mention: the best set is truly the best, and no mention crosses a greeting or a list item."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.mentions.spans import MOST_SENTENCES, MOST_UNITS, best_set, candidates
from feedback_app.themes.engine.mentions.units import Unit, parse

CHANCES = some.lists(some.floats(0, 1), min_size=15, max_size=15)
EVERY = [(first, last) for first in range(5) for last in range(first, 5)]  # all spans of five units: fifteen


def a_unit(sentence: int = 0, **more: bool) -> Unit:
    facts = {"opens": False, "item": False, "clause": False, "courtesy": False, **more}
    return Unit(0, 1, sentence, facts["opens"], facts["item"], facts["clause"], facts["courtesy"])


def apart(spans) -> bool:
    return all(before[1] < after[0] for before, after in pairwise(sorted(spans)))


@given(CHANCES, some.floats(0.1, 0.9))
def test_no_other_set_without_overlap_gains_more(chances: list[float], least: float) -> None:
    gain = dict(zip(EVERY, np.array(chances) - least, strict=True))
    chosen = best_set(5, EVERY, np.array(chances), least)
    assert apart(chosen)
    sets = (one for size in range(6) for one in combinations(EVERY, size) if apart(one))
    best = max(sum(gain[span] for span in one) for one in sets)
    assert abs(sum(gain[span] for span in chosen) - best) < 1e-9


def test_what_is_less_likely_than_the_least_is_left_out() -> None:
    assert best_set(2, [(0, 0), (1, 1)], np.array([0.4, 0.6]), 0.5) == [(1, 1)]
    assert best_set(2, [(0, 0), (1, 1)], np.array([0.4, 0.4]), 0.5) == []
    assert best_set(0, [], np.array([]), 0.5) == []


def test_two_good_mentions_are_better_than_one_over_both() -> None:
    spans = [(0, 0), (0, 1), (1, 1)]
    assert best_set(2, spans, np.array([0.8, 0.9, 0.8]), 0.5) == [(0, 0), (1, 1)]
    assert best_set(2, spans, np.array([0.6, 0.9, 0.6]), 0.5) == [(0, 1)]


def test_a_greeting_is_in_no_mention() -> None:
    units = [a_unit(), a_unit(courtesy=True), a_unit()]
    assert candidates(units) == [(0, 0), (2, 2)]


def test_no_mention_reaches_from_one_item_of_a_list_into_the_next() -> None:
    units = [a_unit(0, opens=True, item=True), a_unit(0, item=True), a_unit(1, opens=True, item=True)]
    assert candidates(units) == [(0, 0), (0, 1), (1, 1), (2, 2)]


def test_a_mention_has_at_most_so_many_units_and_sentences() -> None:
    longest = max(last - first + 1 for first, last in candidates([a_unit()] * 50))
    assert longest == MOST_UNITS
    spread = [a_unit(number) for number in range(10)]
    assert max(last - first + 1 for first, last in candidates(spread)) == MOST_SENTENCES


def test_candidates_grow_with_the_answer_and_not_with_its_square() -> None:
    assert len(candidates([a_unit()] * 2_000)) <= 2_000 * MOST_UNITS


def test_a_real_answer_offers_each_piece_and_both_together() -> None:
    assert candidates(parse("The app is slow but the staff was kind").units) == [(0, 0), (0, 1), (1, 1)]
