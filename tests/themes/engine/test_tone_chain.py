"""Tones of an answer's mentions, one after another: what joins two mentions says whether the tone turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.mentions.tones import CONNECTIONS, connection, told
from feedback_app.themes.engine.mentions.weights import TONES

CONTRAST, ANOTHER, SAME = range(CONNECTIONS)
SURE, UNSURE = 6.0, 0.1
STAYS = np.tile(np.log(np.where(np.eye(len(TONES)), 0.8, 0.05)), (CONNECTIONS, 1, 1)).astype(np.float32)


def between(first: str, gap: str, second: str) -> int:
    text = f"{first}{gap}{second}"
    return connection(text, (0, len(first)), (len(first) + len(gap), len(text)))


def leaning(*tones: str, by: float = SURE):
    """Log odds of mentions that lean so much to these tones ("" to none)."""
    rows = np.zeros((len(tones), len(TONES)), np.float32)
    for row, tone in zip(rows, tones, strict=True):
        if tone:
            row[TONES.index(tone)] = by
    return rows


@pytest.mark.parametrize(
    ("gap", "second", "kind"),
    [
        (" but ", "the staff was rude", CONTRAST),
        (", ", "but the staff was rude", CONTRAST),
        (". ", "However, the staff was rude", CONTRAST),
        (", ale ", "obsługa niemiła", CONTRAST),
        (" – szkoda, że ", "tak drogo", CONTRAST),
        (". ", "The staff was kind", ANOTHER),
        ("\n", "the staff was kind", ANOTHER),
        (" and ", "the staff was kind", SAME),
        (", ", "the staff was kind", SAME),
        (" ", "Butter was served", SAME),  # a word that only begins like one
    ],
)
def test_how_two_mentions_are_joined(gap: str, second: str, kind: int) -> None:
    assert between("The food was great", gap, second) == kind


def test_only_the_first_words_of_a_mention_join_it() -> None:
    assert between("The food was great", ", ", "the staff was kind but slow") == SAME


def test_a_mention_that_takes_no_side_goes_on_in_the_tone_before_it() -> None:
    text = "It broke, and again"
    bounds = [(0, 8), (14, 19)]
    (first, sure), (second, less) = told(text, bounds, leaning("complaint", ""), STAYS)
    assert (first, second) == ("complaint", "complaint")
    assert sure > less > 1 / len(TONES)


def test_what_comes_later_tells_of_what_came_before() -> None:
    bounds = [(0, 8), (14, 19)]
    (first, _), _ = told("It broke, and again", bounds, leaning("", "complaint"), STAYS)
    assert first == "complaint"


def test_a_clear_tone_stands_against_its_neighbours() -> None:
    bounds = [(0, 3), (5, 8), (10, 13)]
    tones = told("abc, def, ghi", bounds, leaning("praise", "complaint", "praise"), STAYS)
    assert [tone for tone, _ in tones] == ["praise", "complaint", "praise"]


def test_the_kind_of_joint_decides_which_table_is_used() -> None:
    follows = STAYS.copy()
    follows[CONTRAST] = -1e3
    follows[CONTRAST, TONES.index("praise"), TONES.index("complaint")] = 0  # after "but" praise turns to complaint
    bounds = [(0, 3), (8, 11)]
    turned = told("abc but def", bounds, leaning("praise", "", by=1), follows)
    assert [tone for tone, _ in turned] == ["praise", "complaint"]
    went_on = told("abc and def", bounds, leaning("praise", "", by=1), follows)
    assert [tone for tone, _ in went_on] == ["praise", "praise"]


def test_an_answer_without_mentions_has_no_tones_and_one_alone_has_its_own() -> None:
    assert told("", [], leaning(), STAYS) == []
    ((tone, sure),) = told("abc", [(0, 3)], leaning("wish"), STAYS)
    assert tone == "wish"
    assert sure > 0.95


@given(some.lists(some.lists(some.floats(-50, 50), min_size=len(TONES), max_size=len(TONES)), min_size=1, max_size=6))
def test_probabilities_are_those_of_all_ways_to_tell_the_answer(scores: list[list[float]]) -> None:
    text = "ab, " * len(scores)
    bounds = [(4 * at, 4 * at + 2) for at in range(len(scores))]
    tones = told(text, bounds, np.array(scores, np.float32), STAYS)
    assert all(1 / len(TONES) - 1e-3 <= sure <= 1 for _, sure in tones)
    if len(scores) == 2:  # few enough to be counted out
        rows = np.array(scores, np.float32).astype(np.float64)
        whole = rows[0][:, None] + rows[1][None, :] + STAYS[SAME]
        chance = np.exp(whole - np.logaddexp.reduce(whole, axis=None))
        assert tones[0][1] == pytest.approx(chance.sum(axis=1).max(), abs=1e-3)
        assert tones[1][1] == pytest.approx(chance.sum(axis=0).max(), abs=1e-3)
