"""The linear classifier: it learns from few, weighs small themes as large ones, and survives being stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.classify.calibration import PLAIN, Curve, calibration_error, fit_curve
from feedback_app.themes.engine.classify.classifier import (
    WORDING,
    facts_of,
    fit_linear,
    inverse_frequency,
    linear_from_bytes,
    pack_arrays,
    softmax,
    unpack_arrays,
    wording,
)
from feedback_app.themes.engine.vectors.embedders import unit

LATE = ["The courier came late", "Two days late again", "My parcel was late", "Late, late, late"]
DEAR = ["The price is too high", "Too dear for what it is", "The price went up", "A high price"]


def meanings(texts: list[str], seed: int = 1):
    """Vectors that say nothing: what is told apart is told by wording."""
    return unit(np.random.default_rng(seed).normal(size=(len(texts), 8)).astype(np.float32) * 0.01 + 1)


def learnt(late: list[str] = LATE, dear: list[str] = DEAR):
    texts = [*late, *dear]
    return fit_linear(meanings(texts), wording(texts, ["en"] * len(texts)), [7] * len(late) + [3] * len(dear))


def likeliest(linear, *texts: str) -> list[int]:
    found = linear.probabilities(meanings(list(texts), 2), wording(texts, ["en"] * len(texts)))
    return linear.classes[found.argmax(axis=1)].tolist()


def test_new_texts_go_to_the_theme_whose_words_they_use() -> None:
    assert likeliest(learnt(), "It was late", "What a high price", "lateness") == [7, 3, 7]


def test_a_small_theme_is_not_swallowed_by_a_large_one() -> None:
    assert likeliest(learnt(LATE * 20, DEAR), "The price") == [3]


def test_rows_add_up_to_one_and_ids_stay() -> None:
    linear = learnt()
    assert linear.classes.tolist() == [3, 7]
    chances = linear.probabilities(meanings(LATE), wording(LATE, ["en"] * 4))
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)


def test_one_theme_alone_gets_every_text() -> None:
    linear = fit_linear(meanings(LATE), wording(LATE, ["en"] * 4), [5] * 4)
    assert likeliest(linear, "anything") == [5]


def test_many_rows_are_learnt_in_another_way_and_to_the_same_end() -> None:
    assert likeliest(learnt(LATE * 80, DEAR * 80), "It was late", "The price") == [7, 3]


def test_what_is_stored_decides_as_before() -> None:
    linear = learnt()
    again = linear_from_bytes(linear.to_bytes())
    words = wording(["late price"], ["en"])
    one, other = (found.probabilities(meanings(["x"]), words) for found in (linear, again))
    assert np.allclose(one, other, atol=0.01)


def test_numbers_and_case_change_nothing_and_a_lemma_is_a_lemma() -> None:
    one, other = wording(["It cost 12,50 euro", "it COST 99 euro"], ["en", "en"])
    assert abs(one - other).max() < 1e-6
    assert wording(["couriers"], ["en"]).multiply(wording(["courier"], ["en"])).nnz > 0


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    rarity = inverse_frequency(wording(["late price", "late", "late"], ["en"] * 3))
    common, rare = (set(wording([word], ["en"]).indices.tolist()) for word in ("late", "price"))
    assert max(rarity[list(common - rare)]) < min(rarity[list(rare - common)])
    assert 0 < WORDING < 1


def test_texts_of_nothing_are_no_error() -> None:
    assert wording(["", "!!!"], ["en", "pl"]).shape[0] == 2
    assert np.isfinite(learnt().probabilities(meanings([""]), wording([""], ["en"]))).all()


@given(some.lists(some.lists(some.floats(-500, 500), min_size=3, max_size=3), min_size=1, max_size=5))
def test_scores_become_chances_however_large(scores: list[list[float]]) -> None:
    found = softmax(np.array(scores))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    highest = np.array(scores).argmax(axis=1)
    assert (found[np.arange(len(found)), highest] == found.max(axis=1)).all()


def test_arrays_and_facts_come_back_and_nothing_else_is_read() -> None:
    data = pack_arrays({"a": np.arange(3)}, format=1, languages=["en", "pl"])
    arrays = unpack_arrays(data)
    assert arrays["a"].tolist() == [0, 1, 2]
    assert facts_of(arrays) == {"format": 1, "languages": ["en", "pl"]}
    for other in (b"", b"PK\x03\x04", data[:-20], b"\x80\x04N."):
        with pytest.raises(ValueError, match="not a saved state"):
            unpack_arrays(other)


def test_objects_are_refused_and_never_unpickled() -> None:
    import io

    buffer = io.BytesIO()
    np.savez(buffer, evil=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="not a saved state"):
        unpack_arrays(buffer.getvalue())


@given(some.floats(0.01, 5), some.floats(-3, 3), some.lists(some.floats(0, 1), min_size=2, max_size=20))
def test_a_curve_keeps_the_order_and_stays_between_0_and_1(slope: float, shift: float, felt: list[float]) -> None:
    found = Curve(slope, shift).of(np.sort(np.array(felt)))
    assert (np.diff(found) >= -1e-6).all()
    assert found.min() >= 0
    assert found.max() <= 1


def test_an_overconfident_machine_is_brought_down_and_the_error_falls() -> None:
    draw = np.random.default_rng(3)
    felt = draw.uniform(0.5, 1, 400)
    right = draw.uniform(size=400) < 0.5 + (felt - 0.5) / 2
    curve = fit_curve(felt, right)
    assert curve.of(np.array([0.95]))[0] < 0.9
    assert calibration_error(curve.of(felt), right) < calibration_error(felt, right)


def test_where_nothing_can_be_learnt_a_confidence_is_what_it_says() -> None:
    felt = np.linspace(0.1, 0.9, 40)
    assert fit_curve(felt, np.ones(40, bool)) == fit_curve(felt, np.zeros(40, bool)) == PLAIN
    assert fit_curve(felt[:5], np.arange(5) % 2 == 0) == PLAIN
    assert np.allclose(PLAIN.of(felt), felt, atol=1e-5)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_the_error_is_the_mean_gap_of_ten_equal_bins() -> None:
    felt, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, True])
    assert calibration_error(felt, right) == pytest.approx(0.45 / 2 + 0.45 / 2)
    edges = np.array([0.095, 0.105])  # in two bins: what is felt too low and too high does not cancel out
    assert calibration_error(edges, np.array([True, False])) == pytest.approx((0.905 + 0.105) / 2)
    top = np.array([0.85, 1.0])  # certainty belongs to the last bin
    assert calibration_error(top, np.array([False, True])) == pytest.approx(0.85 / 2)


def test_a_machine_that_is_right_where_it_doubts_is_not_turned_round() -> None:
    felt = np.linspace(0.05, 0.95, 60)
    assert fit_curve(felt, felt < 0.5).slope == 0
