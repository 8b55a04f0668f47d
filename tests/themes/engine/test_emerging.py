"""News is a crowd of new answers that have mostly each other as neighbours; more of the same is none."""

from __future__ import annotations

import numpy as np
import pytest

from feedback_app.themes.engine.cluster.emerging import LEAST, emerging_groups
from feedback_app.themes.engine.vectors.embedders import unit

DIMENSIONS = 24


def around(*directions: int, each: int = 40, noise: float = 0.12, seed: int = 1):
    """Answers about the subjects named, `each` of them."""
    draw = np.random.default_rng(seed)
    whose = np.repeat(directions, each)
    return unit((np.eye(DIMENSIONS)[whose] + noise * draw.normal(size=(len(whose), DIMENSIONS))).astype(np.float32))


def look(old, new, **more):
    view = np.vstack([old, new])
    return emerging_groups(view, np.arange(len(view)) >= len(old), **more)


def test_a_subject_nobody_spoke_of_before_is_found_whole_and_nothing_else():
    old = around(0, 1, 2)
    new = np.vstack([around(0, each=15, seed=2), around(7, each=20, seed=3)])
    (group,) = look(old, new)
    assert set(group.tolist()) <= set(range(len(old) + 15, len(old) + 35))
    assert len(group) >= 18


def test_two_new_subjects_are_two_groups_the_larger_first():
    first, second = look(around(0, 1, 2), np.vstack([around(7, each=15, seed=3), around(9, each=30, seed=4)]))
    assert len(first) > len(second)
    assert not set(first.tolist()) & set(second.tolist())


def test_more_of_the_same_is_no_news():
    assert look(around(0, 1, 2), around(0, 1, 2, each=20, seed=5)) == []


def test_fewer_new_answers_than_make_a_theme_are_no_news():
    assert look(around(0, 1), around(7, each=LEAST - 1, seed=3)) == []
    assert len(look(around(0, 1), around(7, each=LEAST - 1, seed=3), least=4)) == 1


@pytest.mark.parametrize("new", [True, False])
def test_where_all_is_new_or_nothing_is_there_is_nothing_to_tell_apart(new):
    view = around(0, 1)
    assert emerging_groups(view, np.full(len(view), new)) == []


def test_nothing_at_all_is_no_error():
    assert emerging_groups(np.zeros((0, DIMENSIONS), np.float32), np.zeros(0, bool)) == []


def test_of_very_many_answers_the_last_are_looked_at_under_their_own_numbers():
    old, new = around(0, 1, 2, each=2_050), around(7, each=20, seed=3)
    (group,) = look(old, new)
    assert group.min() >= len(old)
    assert group.max() < len(old) + len(new)
