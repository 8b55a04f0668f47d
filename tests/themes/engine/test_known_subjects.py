"""Known subjects heard as one more view, and how many themes feedback is cut into."""

import numpy as np
import pytest

from feedback_app.themes.engine.classify.collection import collect
from feedback_app.themes.engine.classify.known_subjects import NOTHING
from feedback_app.themes.engine.cluster.choose_count import count_for_feedback, expected
from feedback_app.themes.engine.vectors.embedders import default_embedder
from feedback_app.themes.engine.vectors.graphs import neighbour_graph, reconciled
from feedback_app.themes.grouping.known import known, subjects
from feedback_app.themes.grouping.pipeline import discover

CLINIC = [
    ("The dentist filled the wrong tooth and it still aches", "en"),
    ("I waited seven weeks for a visit to the dermatologist", "en"),
    ("The nurse could not find my test results", "en"),
    ("Lekarz nie wytłumaczył, po co ten zabieg", "pl"),
    ("Na wizytę u kardiologa czeka się trzy miesiące", "pl"),
    ("Znieczulenie puściło w połowie leczenia", "pl"),
]


def leaning(pairs):
    texts, languages = zip(*pairs, strict=True)
    collection = collect(texts, languages, worded=True)
    made = [(default_embedder(), collection.vectors)]
    encode = lambda embedder, some: embedder.encode(some)  # noqa: E731 - a stand-in for the pool's method
    return known().leanings(collection, np.arange(len(collection)), made, {}, encode)


def test_hears_every_company_and_the_sectors_that_are_spoken_of():
    heard = {subjects()[number].sector for number in leaning(CLINIC).subjects if number != NOTHING}
    assert {"any-company", "health"} <= heard
    assert "software" not in heard


def test_examples_lean_to_their_own_subject_and_rows_add_up():
    chosen = [one for one in subjects().values() if one.sector == "health"]
    found = leaning([(one.examples[code][0].text, code) for one in chosen for code in ("en", "pl")])
    assert np.allclose(found.chances.sum(axis=1), 1, atol=1e-4)
    best = [subjects()[max(number, 1)].code for number in found.subjects[found.chances.argmax(axis=1)]]
    assert np.mean([a == b for a, b in zip(best, [one.code for one in chosen for _ in "ab"], strict=True)]) > 0.9
    assert np.allclose(np.linalg.norm(found.view, axis=1), 1, atol=1e-5)


BIKES = [
    "Send the invoice on the first of the month",
    "Nobody rings back when they said they would",
    "The app logs me out",
    "Your people are kind",
    "The price went up again",
    "Two weeks for an answer to my mail",
]


def test_the_word_of_the_trade_says_nothing_about_the_subject():
    said = [f"Bike: {text}" for text in BIKES]
    bare, worded = leaning([(text, "en") for text in BIKES]), leaning([(text, "en") for text in said])
    best = [found.subjects[found.chances.argmax(axis=1)].tolist() for found in (bare, worded)]
    assert best[0] == best[1]


def blurred(rows: int, seed: int):
    """Rows about twelve subjects, so blurred that hardly any number of themes is clearer than the next."""
    draw = np.random.default_rng(5)
    said = draw.normal(size=(12, 48))[draw.integers(12, size=rows)] + 2.2 * draw.normal(size=(rows, 48))
    noise = 0.02 * np.random.default_rng(seed).normal(size=(rows, 48))
    view = (said + noise).astype(np.float32)
    return view / np.linalg.norm(view, axis=1, keepdims=True)


def counted(rows: int, seed: int = 1) -> int:
    heard = blurred(rows, seed)
    return count_for_feedback(*reconciled(neighbour_graph(heard), heard), heard)


def test_more_feedback_holds_more_themes_and_small_changes_change_little():
    few, some, many = counted(60), counted(380), counted(2_500)
    assert 3 <= few < some < many
    assert 8 <= some <= 16
    assert many <= 2 * expected(2_500)
    assert max(counted(380, seed) for seed in range(2, 7)) - min(counted(380, seed) for seed in range(2, 7)) <= 2


def test_very_clear_subjects_are_not_cut_apart():
    draw = np.random.default_rng(3)
    said = draw.normal(size=(4, 64))[np.arange(400) % 4] + 0.05 * draw.normal(size=(400, 64))
    view = (said / np.linalg.norm(said, axis=1, keepdims=True)).astype(np.float32)
    assert count_for_feedback(*reconciled(neighbour_graph(view), view), view) <= 6


@pytest.fixture(scope="module")
def grouped():
    """Library sentences of eight subjects as if they were answers: what is known must at least be found again."""
    chosen = [one for one in subjects().values() if one.sector in {"any-company", "shop-delivery"}][::5][:8]
    told = [(e.text, code, one.code) for one in chosen for code in ("en", "pl") for e in one.examples[code]]
    texts, languages, codes = zip(*told, strict=True)
    return texts, codes, languages, discover(texts, languages=languages, feedback=True)


def test_feedback_is_grouped_by_subject_across_languages_and_the_same_every_time(grouped):
    texts, codes, languages, found = grouped
    by_theme: dict[int | None, list[str]] = {}
    for code, theme in zip(codes, found.assigned, strict=True):
        by_theme.setdefault(theme, []).append(code)
    assert sum(max(map(members.count, members)) for members in by_theme.values()) > 0.8 * len(texts)
    assert discover(texts, languages=languages, feedback=True).assigned == found.assigned


def test_a_number_asked_for_is_given_for_feedback_as_well(grouped):
    texts, _codes, languages, _found = grouped
    assert len(discover(texts, languages=languages, themes=5, feedback=True).themes) == 5


@pytest.mark.parametrize("texts", [[""], ["Nothing"], ["x " * 5_000], ["\x00\ud800", "<script>alert(1)</script>"], []])
def test_odd_feedback_never_raises(texts):
    assert len(discover(texts, feedback=True).assigned) == len(texts)
