"""Does each sentence of the library sit with its own subject? `python benchmarks/themes_library.py [SECTOR ...]`.

Each sector (all unless given) is taken together with the subjects of any company. Each sentence is left out once:

* centroid: is its subject's mean of the other sentences, of both languages, the nearest?
* classifier: does a logistic regression trained on seven eighths of the sentences name its subject (8 folds)?

Default encoder, vectors centred per language. Printed per sector and language: the share that comes first, and among
the first three; then pairs of subjects that are taken for each other three times or more, and the sentences whose own
subject the classifier puts fifth or later: rewrite those, or move them.
"""

import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from feedback_app.common.strict_json import LANGUAGES
from feedback_app.themes.engine.vectors.embedders import Vectors, default_embedder, unit
from feedback_app.themes.library.reader import GENERAL, SECTORS, Subject, subjects

Numbers = NDArray[np.int64]
FAR = 4
OFTEN = 3


def sentences(chosen: Sequence[Subject]) -> tuple[list[str], Numbers, Numbers]:
    """Texts, the number of the subject and the number of the language of each."""
    rows = [
        (example.text, number, language)
        for number, subject in enumerate(chosen)
        for language, code in enumerate(LANGUAGES)
        for example in subject.examples[code]
    ]
    texts, of_subject, of_language = zip(*rows, strict=True)
    return list(texts), np.array(of_subject), np.array(of_language)


def centred(texts: list[str], language: Numbers) -> Vectors:
    vectors = default_embedder().encode(texts)
    means = np.stack([vectors[language == code].mean(axis=0) for code in range(len(LANGUAGES))])
    return unit(vectors - means[language])


def by_centroid(vectors: Vectors, subject: Numbers) -> NDArray[np.float64]:
    """Similarity of each sentence to each subject's mean, its own taken without the sentence itself."""
    sums = np.zeros((subject.max() + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, subject, vectors)
    near = vectors @ unit(sums).T
    own = unit(sums[subject] - vectors)
    near[np.arange(len(subject)), subject] = (own * vectors).sum(axis=1)
    return np.asarray(near, dtype=np.float64)


def by_classifier(vectors: Vectors, subject: Numbers) -> NDArray[np.float64]:
    """Probability of each subject for each sentence, from a classifier that has not seen the sentence."""
    probability = np.zeros((len(subject), subject.max() + 1))
    for seen, unseen in StratifiedKFold(8, shuffle=True, random_state=0).split(vectors, subject):
        model = LogisticRegression(C=20, max_iter=200).fit(vectors[seen], subject[seen])
        probability[unseen] = model.predict_proba(vectors[unseen])
    return probability


def ranks(scores: NDArray[np.float64], subject: Numbers) -> Numbers:
    """How many subjects come before the right one, per sentence."""
    own = scores[np.arange(len(subject)), subject]
    return np.asarray((scores > own[:, None]).sum(axis=1), dtype=np.int64)


def check(slug: str) -> None:
    chosen = subjects([slug])
    texts, subject, language = sentences(chosen)
    vectors = centred(texts, language)
    classified = by_classifier(vectors, subject)
    for method, scores in (("centroid", by_centroid(vectors, subject)), ("classifier", classified)):
        for code, name in enumerate(LANGUAGES):
            rank = ranks(scores, subject)[language == code]
            first, third = (rank == 0).mean(), (rank < 3).mean()
            print(f"{slug}: {len(chosen)} subjects, {method}, {name}: first {first:.3f}, among three {third:.3f}")
    complain(chosen, texts, subject, classified)


def complain(chosen: Sequence[Subject], texts: list[str], subject: Numbers, scores: NDArray[np.float64]) -> None:
    taken = scores.argmax(axis=1)
    pairs = Counter((int(own), int(other)) for own, other in zip(subject, taken, strict=True) if own != other)
    for (own, other), times in pairs.most_common():
        if times >= OFTEN:
            print(f"  {chosen[own].code} taken for {chosen[other].code}: {times}")
    for place in np.flatnonzero(ranks(scores, subject) >= FAR):
        print(f"  {chosen[subject[place]].code}, rather {chosen[taken[place]].code}: {texts[place]}")


if __name__ == "__main__":
    for each in sys.argv[1:] or [slug for slug in SECTORS if slug != GENERAL]:
        check(each)
