"""How many themes: what is expected, what can be read, and what is clear."""

from __future__ import annotations

import numpy as np
import pytest

from feedback_app.themes.engine.cluster.choose_count import (
    Clarity,
    Cut,
    choose,
    count_for_feedback,
    cuts,
    expected,
)
from feedback_app.themes.engine.cluster.partition import partition
from feedback_app.themes.engine.vectors.embedders import unit
from feedback_app.themes.engine.vectors.graphs import neighbour_graph


def crowds(count: int, each: int, noise: float = 0.1):
    draw = np.random.default_rng(3)
    whose = np.repeat(np.arange(count), each)
    return unit((np.eye(32)[whose] + noise * draw.normal(size=(len(whose), 32))).astype(np.float32)), whose


def test_the_root_of_half_the_rows_is_expected_and_never_fewer_than_two():
    assert expected(200) == 10
    assert expected(800) == 20
    assert expected(0) == expected(3) == 2


def test_crowds_are_clearer_told_apart_than_cut_across():
    view, whose = crowds(4, 30)
    clarity = Clarity(view)
    across = np.arange(len(whose)) % 4
    assert clarity.of(whose) > 0.7
    assert clarity.of(across) < 0.1
    assert clarity.of(np.zeros_like(whose)) == 0.0  # one theme is neither clear nor unclear
    assert clarity.of(np.arange(len(whose))) == 0.0  # and a theme for each row tells nothing


def test_clear_crowds_are_what_is_chosen():
    view, _ = crowds(6, 40)
    found = cuts(neighbour_graph(view), view)
    assert found[choose(found, len(view))].count == 6
    assert [cut.count for cut in found] == sorted({cut.count for cut in found})
    assert all(-1 <= cut.clarity <= 1 for cut in found)


def test_there_is_always_a_cut_however_few_the_rows():
    view, _ = crowds(1, 9)
    found = cuts(neighbour_graph(view), view)
    assert len(found) >= 1
    assert 0 <= choose(found, 9) < len(found)


def test_too_few_themes_are_not_chosen_however_clear():
    rows = np.arange(600)
    found = [Cut(rows % 2, 1.0, 0.9), Cut(rows % 8, 1.0, 0.2), Cut(rows % 16, 1.0, 0.1)]
    assert found[choose(found, 600)].count == 8


def test_where_only_few_can_be_had_the_finest_of_them_is_taken():
    rows = np.arange(600)
    assert choose([Cut(rows % 2, 1.0, 0.1), Cut(rows % 3, 1.0, 0.05)], 600) == 1


def test_where_nothing_is_clear_the_middle_is_taken():
    rows = np.arange(2_000)
    found = [Cut(rows % count, 1.0, -0.1) for count in (10, 20, 40)]
    assert found[choose(found, 2_000)].count == 20


@pytest.mark.parametrize("rows", [120, 480])
def test_of_feedback_about_as_many_as_expected_and_more_where_it_is_blurred(rows):
    draw = np.random.default_rng(5)
    view = unit(draw.normal(size=(rows, 32)).astype(np.float32))
    count = count_for_feedback(neighbour_graph(view), view, view)
    assert expected(rows) / 2 <= count <= 2 * expected(rows)


def test_a_handful_of_answers_is_one_theme():
    view, _ = crowds(2, 3)
    assert partition([view]).tolist() == [0] * 6
    assert partition([crowds(2, 20)[0]], themes=1).max() == 0


def test_coarser_and_finer_than_what_is_chosen():
    view, _ = crowds(8, 30, noise=0.15)
    coarse, auto, fine = (int(partition([view], grain=grain).max()) + 1 for grain in ("coarse", "auto", "fine"))
    assert coarse < auto < fine
    assert coarse >= 2


def test_never_more_themes_than_asked_for():
    view, _ = crowds(5, 20)
    for wanted in (2, 3, 5):
        assert int(partition([view], themes=wanted).max()) + 1 == wanted
    assert int(partition([view[:9]], themes=50).max()) + 1 <= 9
