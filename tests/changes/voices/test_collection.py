"""Values standardised and smoothed, and who is near whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from feedback_app.changes.voices.engine.collection import nearest, smoothed, standard


@given(arrays.arrays(np.float32, st.integers(1, 30), elements=st.floats(-1000, 1000, width=32)))
def test_values_are_standardised_and_those_all_alike_are_nought(values: np.ndarray) -> None:
    found = standard(values)
    if values.max() - values.min() > 1e-2:
        assert abs(float(found.mean())) < 1e-2
        assert float(found.std()) == pytest.approx(1, abs=1e-2)
    assert standard(np.full(4, 3, np.float32)).tolist() == [0, 0, 0, 0]


def test_nobody_is_their_own_neighbour() -> None:
    rows = np.eye(4, dtype=np.float32) + 0.1
    found = nearest(rows, 2)
    assert all(row not in near for row, near in enumerate(found.tolist()))
    assert nearest(rows, 10).shape == (4, 3)
    line = np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32)
    assert nearest(line, 1)[:2].tolist() == [[1], [0]]


def test_a_value_is_smoothed_by_its_neighbours() -> None:
    values, neighbours = np.array([0, 1, 0.5], np.float32), np.array([[1], [0], [1]])
    assert smoothed(values, neighbours, 0.5).tolist() == [0.5, 0.5, 0.75]
    assert smoothed(values, neighbours, 0).tolist() == values.tolist()
