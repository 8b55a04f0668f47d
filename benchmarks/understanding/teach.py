"""Teach the models of mentions and tones and write what ships: `PYTHONPATH=. python benchmarks/understanding/teach.py`.

About two minutes on one core. Two sets of models come out: one for the default encoder, one that knows only words.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from notation import fingerprint, read_answers, read_short, read_tones, whole

from feedback_app.themes.engine.mentions.teach import Labelled, teach
from feedback_app.themes.engine.mentions.vectors import no_vectors
from feedback_app.themes.engine.mentions.weights import FILE, NO_VECTORS, Rows, save
from feedback_app.themes.engine.text.texts import clean
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder
from feedback_app.themes.library.reader import asides, sectors


def plain_sentences() -> list[tuple[str, str]]:
    """Single sentences of all trades, each with its tone: those of the folder and the examples of the library."""
    subjects = (subject for sector in sectors() for subject in sector.subjects)
    examples = (one for subject in subjects for texts in subject.examples.values() for one in texts)
    return [*read_tones(), *((one.text, one.tone) for one in examples)]


def plain_answers() -> list[Labelled]:
    """Answers of all trades: whole ones with asides, short ones, and every second of the single sentences."""
    single = [whole(sentence, True) for sentence, _ in read_tones()[::2]]
    beside = [asides(language) for language in ("en", "pl")]
    empty = [whole(text, False) for one in beside for text in one.no_content]
    hard = [whole(text, True) for one in beside for text in one.mentions]
    return [*read_answers("answers", "trades"), *read_short(), *single, *empty, *hard]


class Encoder:
    """The default encoder, with every text encoded once."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder, self._kept = encoder, dict[str, Rows]()

    def __call__(self, texts: Sequence[str]) -> Rows:
        cleaned = [clean(text) for text in texts]
        fresh = [text for text in dict.fromkeys(cleaned) if text not in self._kept]
        self._kept.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.array([self._kept[text] for text in cleaned], np.float32).reshape(len(texts), -1)


def main() -> None:
    answers, sentences = [*plain_answers(), *read_answers("furniture", "clinics")], plain_sentences()
    print(f"{len(answers)} answers, {len(sentences)} sentences")
    found = {
        SentenceEncoder.name: teach(answers, sentences, Encoder(SentenceEncoder())),
        NO_VECTORS: teach(answers, sentences, no_vectors),
    }
    save(found, fingerprint())
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
