"""Which quotes prove a theme: near its middle, fit to be read, and none twice."""

from __future__ import annotations

import numpy as np

from feedback_app.themes.engine.cluster.exemplars import BORDERLINE, TYPICAL, quotes

FAIR = "The courier came two days late."  # neither too short to explain itself nor too long to read


def at_angles(*degrees: float):
    """Unit rows in a plane: near in angle is near in meaning."""
    turned = np.deg2rad(np.array(degrees))
    return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


def different(count: int) -> list[str]:
    return [f"{FAIR} That was parcel {at}." for at in range(count)]


def test_the_middle_of_a_theme_is_typical_and_the_side_towards_another_is_its_border():
    view = at_angles(-20, -10, 0, 10, 20, 80, 90, 100)
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    (typical, border), (other, _) = quotes(view, labels, different(8))
    assert typical[0] == 2
    assert set(typical) == {1, 2, 3}
    assert border[0] == 4  # of this theme nothing lies nearer to the other one
    assert other[0] == 6


def test_a_quote_too_short_or_too_long_gives_way_to_a_fair_one():
    view = at_angles(0, 0, 4, 90)
    texts = ["Late.", "Late! " * 100, FAIR, "Something else that is fair to read."]
    (typical, _), _ = quotes(view, np.array([0, 0, 0, 1]), texts)
    assert typical[0] == 2
    assert set(typical) == {0, 1, 2}  # better a short quote than none


def test_a_fair_quote_far_from_the_middle_does_not_beat_a_short_one_in_it():
    view = at_angles(0, 0, 0, 60, 180)
    (typical, _), _ = quotes(
        view, np.array([0, 0, 0, 0, 1]), ["Late.", "So late.", "Very late.", FAIR, "Cheap, really."]
    )
    assert 3 not in typical


def test_the_same_words_are_quoted_once_whatever_their_case():
    view = at_angles(0, 1, 2, 3, 90)
    texts = [FAIR, FAIR.upper(), FAIR.lower(), "The parcel never came at all.", "The price is too high for me."]
    (typical, border), _ = quotes(view, np.array([0, 0, 0, 0, 1]), texts)
    assert sorted(texts[row].casefold() for row in (*typical, *border)) == sorted(
        {FAIR.casefold(), texts[3].casefold()}
    )


def test_a_typical_quote_is_not_shown_again_as_borderline():
    (typical, border), _ = quotes(at_angles(0, 2, 4, 6, 90), np.array([0, 0, 0, 0, 1]), different(5))
    assert not set(typical) & set(border)
    assert len(typical) == TYPICAL
    assert len(border) == 1 <= BORDERLINE  # one row is left


def test_a_single_theme_and_a_single_row_have_quotes_as_well():
    assert quotes(at_angles(0), np.array([0]), [FAIR]) == [((0,), ())]
    (typical, border), *more = quotes(at_angles(0, 5, 10, 15, 20), np.zeros(5, dtype=np.int64), different(5))
    assert typical[0] == 2
    assert len(border) == BORDERLINE
    assert not more


def test_the_view_is_left_as_it_was():
    view = at_angles(0, 5, 90)
    before = view.copy()
    quotes(view, np.array([0, 0, 1]), different(3))
    assert (view == before).all()


def test_the_border_is_where_another_theme_is_nearly_as_near_not_where_the_own_one_is_far():
    view = at_angles(-50, -10, 0, 10, 44, 100, 90)
    labels = np.array([0, 0, 0, 0, 0, 1, 1])
    (_, border), _ = quotes(view, labels, different(7))
    assert border[0] == 4  # 44 degrees: between the two; -50 is as far from the middle, and from anything else
    assert 0 not in border[:1]
