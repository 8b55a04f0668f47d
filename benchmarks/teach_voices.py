"""Makes `changes/voices/engine/subjects.npz` from the library's examples: run after the library was edited.

    python benchmarks/teach_voices.py [--strong]

Without --strong, the map of the stronger encoder is kept as it is in the file. Ridge regression, targets centred.
"""

import argparse

import numpy as np

from feedback_app.changes.voices.engine.subjects import WEIGHTS, SubjectMaps, stems_of
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder
from feedback_app.themes.engine.vectors.large_encoders import CompactE5
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.library.reader import SECTORS, subjects

DENSE_RIDGE, STEM_RIDGE, RAREST = 20.0, 1.0, 3


def examples():
    """(text, language, subject number, tone or None): what the library says of each subject."""
    for number, one in enumerate(subjects(SECTORS)):
        for language in ("en", "pl"):
            yield one.name[language], language, number, None
            yield one.about[language], language, number, None
            for label in one.labels:
                yield label.name[language], language, number, label.tone
            for example in one.examples[language]:
                yield example.text, language, number, example.tone


def ridge(rows, goals, penalty):
    return np.linalg.solve(rows.T @ rows + penalty * np.eye(rows.shape[1]), rows.T @ (goals - goals.mean(axis=0)))


def stem_rows(texts):
    found = [stems_of(text) for text in texts]
    spread = {}
    for stems in found:
        for stem in set(stems):
            spread[stem] = spread.get(stem, 0) + 1
    kept = sorted(stem for stem, count in spread.items() if count >= RAREST)
    vocabulary = {stem: place for place, stem in enumerate(kept)}
    rarity = np.array([np.log((1 + len(texts)) / (1 + spread[stem])) + 1 for stem in kept], np.float32)
    maps = SubjectMaps({}, np.zeros((len(kept), 1), np.float32), vocabulary, rarity)
    rows = np.zeros((len(texts), len(kept)), np.float32)
    for row, stems in enumerate(found):
        places, weights = maps.weighed(stems)
        rows[row, places] = weights
    return kept, rarity, rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strong", action="store_true")
    strong = parser.parse_args().strong
    texts, languages, numbers, tones = zip(*examples(), strict=True)
    goals = np.zeros((len(texts), max(numbers) + 2), np.float32)
    goals[np.arange(len(texts)), numbers] = 1
    goals[:, -1] = [{None: 0.0, "neutral": 0.0, "praise": 1.0}.get(tone, -0.25) for tone in tones]
    vocabulary, rarity, rows = stem_rows(texts)
    kept = {"vocabulary": np.array(vocabulary), "rarity": rarity.astype(np.float16)}
    kept["stems"] = ridge(rows, goals, STEM_RIDGE).astype(np.float16)
    encoders = [SentenceEncoder()]
    if strong:
        encoders.append(CompactE5())
    elif WEIGHTS.exists():
        with np.load(WEIGHTS) as old:
            kept |= {name: old[name] for name in old.files if name.startswith("dense.")}
    for encoder in encoders:
        vectors = encoder.encode(texts)
        centred = fit_space(vectors, languages).centred(vectors, languages)
        kept[f"dense.{encoder.name}"] = ridge(centred, goals, DENSE_RIDGE).astype(np.float16)
    np.savez_compressed(WEIGHTS, **kept)
    print(f"{len(texts)} texts, {goals.shape[1] - 1} subjects, {len(vocabulary)} stems: {WEIGHTS}")


if __name__ == "__main__":
    main()
