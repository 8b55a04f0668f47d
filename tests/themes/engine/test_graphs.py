"""Neighbours, communities and centres: the arithmetic every partition rests on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.vectors.embedders import unit
from feedback_app.themes.engine.vectors.graphs import (
    about,
    centres_of,
    communities,
    merged_down,
    nearest_centre,
    neighbour_graph,
    renumbered,
    settled,
    summed,
)

LABELS = some.lists(some.integers(-3, 6), min_size=1, max_size=40).map(np.array)


def crowds(count: int, each: int, noise: float = 0.05, seed: int = 1):
    """Rows around `count` directions that are at right angles to each other; and which direction is whose."""
    draw = np.random.default_rng(seed)
    whose = np.repeat(np.arange(count), each)
    return unit(
        np.eye(16, dtype=np.float32)[whose] + noise * draw.normal(size=(count * each, 16)).astype(np.float32)
    ), whose


def same_partition(one, other) -> bool:
    return (
        len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist())) == len(set(other.tolist()))
    )


@given(LABELS)
def test_renumbering_keeps_the_partition_and_orders_it_by_size(labels):
    new = renumbered(labels)
    assert same_partition(labels, new)
    sizes = np.bincount(new)
    assert sizes.min() > 0
    assert (np.diff(sizes) <= 0).all()
    assert (renumbered(new) == new).all()


def test_labels_of_the_same_size_are_numbered_as_they_appear():
    assert renumbered(np.array([7, 3, 3, 7, 5])).tolist() == [0, 1, 1, 0, 2]


def test_nobody_is_its_own_neighbour_and_neighbourhood_is_mutual():
    view, _ = crowds(3, 12)
    graph = neighbour_graph(view, 4)
    assert graph.diagonal().sum() == 0
    assert abs(graph - graph.T).sum() == 0
    assert (np.diff(graph.indptr) >= 4).all()
    assert (graph.data > 0).all()  # also of those who lie opposite: a path must not be lost


def test_rows_of_one_crowd_have_each_other_as_neighbours():
    view, whose = crowds(4, 10)
    cells = neighbour_graph(view, 5).tocoo()
    assert (whose[cells.row] == whose[cells.col]).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_fewer_rows_than_neighbours_are_no_error(rows):
    graph = neighbour_graph(np.eye(rows, 4, dtype=np.float32))
    assert graph.shape == (rows, rows)
    assert graph.nnz == rows * (rows - 1)


def test_the_nearest_are_found_exactly_however_many_rows_there_are():
    view, _ = crowds(5, 450, noise=0.5)  # more rows than are compared at once
    graph = neighbour_graph(view, 1)
    for row in (0, 1_999, 2_000, 2_249):
        scores = view @ view[row]
        scores[row] = -2
        assert graph[row, int(scores.argmax())] > 0


def test_communities_are_the_crowds_and_the_same_every_time():
    view, whose = crowds(4, 15)
    graph = neighbour_graph(view)
    for seed in (0, 3):
        assert same_partition(communities(graph, 1.0, seed), whose)
        assert (communities(graph, 1.0, seed) == communities(graph, 1.0, seed)).all()
    assert same_partition(settled(graph, 1.0), whose)


@pytest.mark.parametrize("wanted", [2, 5, 8])
def test_so_many_communities_as_are_asked_for_where_the_rows_have_them(wanted):
    view, whose = crowds(wanted, 20)
    assert same_partition(about(neighbour_graph(view), wanted), whose)


def test_centres_are_unit_means():
    view = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    found = centres_of(view, np.array([0, 0, 1]))
    assert np.allclose(found, [[2**-0.5, 2**-0.5], [1, 0]], atol=1e-6)


def test_a_row_in_the_wrong_theme_goes_where_it_is_nearest():
    view, whose = crowds(2, 10)
    strayed = whose.copy()
    strayed[0], strayed[15] = 1, 0
    assert same_partition(nearest_centre(view, strayed), whose)


def test_a_theme_that_everybody_leaves_is_gone():
    view, whose = crowds(2, 10)
    labels = whose.copy()
    labels[[0, 1, 10, 11]] = 2  # half of one crowd, half of the other
    moved = nearest_centre(view, labels, passes=3)
    assert same_partition(moved, whose)


def test_the_closest_themes_are_joined_first_and_only_so_far_as_asked():
    view, whose = crowds(3, 10)
    halved = np.where((whose == 0) & (np.arange(30) % 2 == 0), 3, whose)
    assert same_partition(merged_down(view, halved, 3), whose)
    assert merged_down(view, halved, 9).max() + 1 == 4
    assert merged_down(view, halved, 0).max() == 0  # one theme is the least there can be


def test_graphs_of_several_views_add_up():
    one, two = (neighbour_graph(crowds(2, 6, seed=seed)[0], 3) for seed in (1, 2))
    assert abs(summed([one, two]) - (one + two)).sum() == 0
    assert abs(summed([one]) - one).sum() == 0
