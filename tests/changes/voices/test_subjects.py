"""Stems, their weights, and scores made comparable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from feedback_app.changes.voices.engine.subjects import scale_of, shares, stems_of, subject_maps

TABLES = arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-9, 9, width=32))


def test_stems_meet_across_endings_and_accents() -> None:
    assert stems_of("Wizytę, wizyt!") == ["wizyt", "wizyt"]
    assert stems_of("Łódź ma 12 tramwajów; a x") == ["lodz", "tramw"]
    assert stems_of("") == []


def test_known_stems_are_weighed_to_length_one_and_unknown_ones_weigh_nothing() -> None:
    maps = subject_maps()
    known = next(iter(maps.vocabulary))
    places, weights = maps.weighed([known, known, "qqqqq"])
    assert list(places) == [maps.vocabulary[known]]
    assert float(np.linalg.norm(weights)) == pytest.approx(1)
    assert maps.by_stems(["qqqqq zzzzz"]).tolist() == [[0.0] * maps.stems.shape[1]]
    assert maps.by_meaning("no such encoder", np.zeros((1, 4), np.float32)) is None


@given(TABLES)
def test_scores_of_any_source_become_comparable(rows: np.ndarray) -> None:
    scaled = scale_of(rows).of(rows)
    if rows.std() > 1e-2:
        assert np.abs(scaled.mean(axis=0)).max() < 1e-2
    assert np.isfinite(scaled).all()
    overlap = shares(rows)
    assert np.allclose((overlap**2).sum(axis=1), 1, atol=1e-4)
