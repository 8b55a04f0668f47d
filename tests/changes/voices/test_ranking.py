"""Voices are found, most telling first; a chance is honest and never sure where little is known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from feedback_app.changes.voices.engine import chances, ranking
from feedback_app.changes.voices.engine.collection import Collection, Nearness, Said, collect, nearness
from feedback_app.changes.voices.engine.statement import read_statement
from feedback_app.changes.voices.engine.subjects import stems_of, subject_maps
from feedback_app.themes.engine.vectors.embedders import default_embedder

PHONE = [
    "I was on hold for half an hour before anybody answered",
    "Nikt nie odbiera telefonu w recepcji",
    "Your line is always engaged, I gave up ringing",
    "Dzwoniłam cztery razy, ciągle zajęte",
    "the call was cut off after ten minutes of music",
]
OTHER = [
    "The chairs wobble after a month",
    "Za drogo jak na taką jakość",
    "The courier left the parcel in the rain",
    "Faktura przyszła z błędem",
    "Parking is impossible on Mondays",
    "The app logs me out every day",
    "Kolor inny niż na zdjęciu",
    "My refund took six weeks",
]
PRAISE = ["They picked up the phone at once, wonderful people, thank you"]
CHANGE = {"what": {"en": "Four more colleagues take calls, so that you get through to us within a minute.",
                   "pl": "Czworo nowych kolegów odbiera telefony, więc dodzwonisz się w minutę."}}  # fmt: skip


@pytest.fixture(scope="module")
def heard() -> tuple[Collection, Nearness]:
    said = [Said(str(row), text, text, "pl" if any(sign in "ąęłóżź" for sign in text) else "en")
            for row, text in enumerate(PHONE + OTHER + PRAISE)]  # fmt: skip
    collection = collect(said, [default_embedder()])
    return collection, nearness(collection, read_statement(CHANGE))


def test_nearness_puts_what_the_change_speaks_of_first(heard):
    collection, near = heard
    first = ranking.to_ask(collection, ranking.scores(collection, near, {}), {}, 5)
    assert len(set(first) & set(range(len(PHONE)))) >= 4


def test_judging_teaches(heard):
    collection, near = heard
    judged = {7: True, 0: False, 1: False}  # somebody says it is about invoices after all
    order = ranking.scores(collection, near, judged)
    assert order[7] > max(order[0], order[1])
    asked = ranking.to_ask(collection, order, judged, 20)
    assert len(asked) == len(collection) - len(judged)
    assert not set(judged) & set(asked)


def test_one_mention_of_each_answer_is_asked_and_found_people_come_last():
    said = [Said("a", "No lift.", "No lift. And no ramp."), Said("b", "And no ramp.", "No lift. And no ramp."),
            Said("c", "Stairs only.", "Stairs only.")]  # fmt: skip
    collection = collect(said, [default_embedder()])
    order = np.array([0.9, 0.8, 0.1], np.float32)
    assert ranking.to_ask(collection, order, {}, 2) == [0, 2]
    assert ranking.to_ask(collection, order, {0: True}, 2) == [2, 1]
    assert ranking.to_ask(collection, order, {}, 9) == [0, 2, 1]


def test_nothing_judged_is_never_sure_and_judged_is_certain(heard):
    collection, near = heard
    untaught = chances.chances(collection, near, ranking.scores(collection, near, {}), {})
    assert untaught.max() < 0.95
    judged = {0: True, 6: False}
    taught = chances.chances(collection, near, ranking.scores(collection, near, judged), judged)
    assert (taught[0], taught[6]) == (1.0, 0.0)
    assert np.all((taught >= 0) & (taught <= 1))


def test_known_praise_has_no_chance():
    said = [Said("a", "They answered at once", "They answered at once", tone="praise"), Said("b", "on hold", "on hold")]
    collection = collect(said, [default_embedder()])
    near = nearness(collection, read_statement(CHANGE))
    assert chances.chances(collection, near, ranking.scores(collection, near, {}), {})[0] == 0


@pytest.mark.parametrize("text", ["", " ", "\x00", "word " * 5000, "\ud800", "🙂" * 50, "<b>{{what}}</b>", "مرحبا"])
def test_hostile_mentions_are_ranked_like_any(text: str):
    collection = collect([Said("a", text, text), Said("b", "on hold again", "on hold again")], [default_embedder()])
    near = nearness(collection, read_statement(CHANGE))
    for judged in ({}, {0: True}, {0: False, 1: True}):
        order = ranking.scores(collection, near, judged)
        assert np.isfinite(order).all()
        assert np.isfinite(chances.chances(collection, near, order, judged)).all()


def test_a_change_without_words_is_refused():
    with pytest.raises(ValueError, match="says nothing"):
        read_statement({"what": {"en": " "}, "why": None})


def test_the_shipped_maps_know_the_library():
    maps = subject_maps()
    assert set(maps.dense) == {"use3", "e5s4"}
    assert len({table.shape[1] for table in maps.dense.values()} | {maps.stems.shape[1]}) == 1
    assert stems_of("Wizytę przełożyłam, wizyta!") == ["wizyt", "przel", "wizyt"]
    sure, unsure = maps.by_stems(["thank you, wonderful service", "nobody answers the phone"])[:, -1]
    assert sure > unsure


def test_fifty_thousand_mentions_are_ranked_in_the_time_of_a_glance():
    rows = np.random.default_rng(1).standard_normal((50_000, 786)).astype(np.float32)
    rows *= 2 / np.linalg.norm(rows, axis=1, keepdims=True)
    said = tuple(Said(str(row), "x", str(row)) for row in range(len(rows)))
    flat = np.zeros(len(rows), np.float32)
    collection = Collection(said, rows, rows[:, :1], flat, np.arange(len(rows)), (), None)
    near = Nearness(rows[:, :12], rows[:, 0])
    judged = {row: row % 3 == 0 for row in range(30)}
    started = time.process_time()
    order = ranking.scores(collection, near, judged)
    found = chances.chances(collection, near, order, judged)
    assert time.process_time() - started < 3  # the benchmark measures; this only guards against another order of growth
    assert len(found) == 50_000
