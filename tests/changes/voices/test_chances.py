"""What a chance is made of, and where it ends."""

from __future__ import annotations

import numpy as np
import pytest

from feedback_app.changes.voices.engine.chances import FEATURES, chances, features
from feedback_app.changes.voices.engine.collection import Collection, Said, collect, nearness
from feedback_app.changes.voices.engine.statement import read_statement
from feedback_app.themes.engine.vectors.embedders import default_embedder


@pytest.fixture(scope="module")
def heard() -> Collection:
    texts = ("Nobody answers the phone", "The phone rang for an hour", "The chair wobbles", "Lovely people, thank you")
    tones = (None, None, None, "praise")
    said = [Said(f"m{n}", text, text, tone=tone) for n, (text, tone) in enumerate(zip(texts, tones, strict=True))]
    return collect(said, [default_embedder()])


def test_each_feature_says_what_it_is_called(heard: Collection) -> None:
    near = nearness(heard, read_statement({"what": "More people answer the phone."}))
    order = np.array([0.9, 0.8, 0.1, 0.2], np.float32)
    named = dict(zip(FEATURES, features(heard, near, order, {2: False}).T, strict=True))
    assert named["yes"].tolist() == [0] * 4
    assert named["no"] == pytest.approx(np.log(2))
    assert named["learnt"].tolist() == named["near_learnt"].tolist() == named["hits"].tolist() == [0] * 4
    assert np.argsort(named["rank"]).tolist() == [0, 1, 3, 2]  # the judged one is last
    assert named["like_no"][2] == named["like_no"].max() == pytest.approx(1, abs=0.01)
    taught = dict(zip(FEATURES, features(heard, near, order, {0: True, 2: False}).T, strict=True))
    assert taught["hits"] == pytest.approx(2 / 5)
    assert taught["near"].tolist() == [0] * 4
    assert taught["like_yes"][0] == pytest.approx(1, abs=0.01)


def test_chances_lie_between_never_and_always_and_follow_the_order(heard: Collection) -> None:
    near = nearness(heard, read_statement({"what": "More people answer the phone."}))
    found = chances(heard, near, np.array([0.9, 0.8, 0.1, 0.2], np.float32), {2: False, 1: True})
    assert (found[1], found[2], found[3]) == (1, 0, 0)
    assert 0 < found[0] < 1
