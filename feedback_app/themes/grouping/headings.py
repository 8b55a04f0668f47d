"""Names of themes in every shipped language: those of known subjects where these are what is spoken of, else own words.

A subject of the library names a theme that leans to it clearly; one of its labels (an aspect and what is thought of
it) does, where most mentions say so and in that tone. Other themes are named by phrases that their own mentions share,
language by language, and a language in which nothing is shared by the short mention most typical of the theme.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_app.settings import LANGUAGES
from feedback_app.themes.engine.classify.known_subjects import Leanings
from feedback_app.themes.engine.cluster.aboutness import clear_subjects
from feedback_app.themes.engine.text.lemmas import lemmas
from feedback_app.themes.engine.vectors.embedders import Vectors, unit
from feedback_app.themes.grouping.known import subjects
from feedback_app.themes.library.reader import Label, Subject

Names = Mapping[str, str]

_AGREED, _TONED = 0.6, 0.6
"""A label is a name when so many mentions are nearer to it than to the subject's other labels, and so many of those
with a tone have that of the label."""

_SHARED = 0.05
"""What stands in fewer of a theme's mentions is no name for it."""

_TELLING = 3.0
"""And how many times as often it must stand there as in other themes: the company's own product stands everywhere."""

_SHORT, _LONG = 12, 60
_OPTIONS, _LATER = 8, 0.04
"""How many phrases of a language are looked at, and how much more alike a later one must be to stand before."""

Meaning = Callable[[Sequence[str], Sequence[str]], Vectors]
"""Phrases and their languages to vectors comparable with those of mentions."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The mentions in which names are looked for, one row each; `labels` are their themes (-1: none)."""

    texts: Sequence[str]
    languages: NDArray[np.object_]
    tones: Sequence[str]
    labels: NDArray[np.int64]
    vectors: Vectors
    leaning: Leanings


class _Taken:
    """Names that are given, by language: two that differ in case or inflection only are alike."""

    def __init__(self, names: Iterable[str]) -> None:
        self._keys = {_key(name, code) for name in names for code in LANGUAGES}

    def free(self, names: Names) -> bool:
        return all(_key(name, code) not in self._keys for code, name in names.items())

    def take(self, names: Names) -> None:
        self._keys |= {_key(name, code) for code, name in names.items()}


def _key(name: str, language: str) -> tuple[str, str]:
    return language, " ".join(sorted(lemmas(name, language))) or name.casefold()


def headings(
    spoken: Spoken,
    phrases: Mapping[str, Sequence[Sequence[str]]],
    meaning: Meaning,
    taken: Iterable[str] = (),
) -> list[dict[str, str]]:
    """A name per language for each theme 0.., no two alike and none of `taken`.

    `phrases` maps a language to phrases per theme, the best first. The clearest themes choose first.
    """
    count = int(spoken.labels.max(initial=-1)) + 1
    headed: list[dict[str, str] | None] = [None] * count
    used = _Taken(taken)
    for theme, subject in _about(spoken, count):
        if headed[theme] is None:
            options = _of_subject(spoken, theme, subject, meaning)
            chosen = next((names for names in options if used.free(names)), None)
            if chosen:
                used.take(chosen)
                headed[theme] = dict(chosen)
    for theme, names in enumerate(headed):
        if names is None:
            own = _of_own_words(spoken, theme, {code: phrases[code][theme] for code in phrases}, used, meaning)
            used.take(own)
            headed[theme] = own
    return [names or {} for names in headed]


def _about(spoken: Spoken, count: int) -> list[tuple[int, Subject]]:
    """Themes and the subjects that they are clearly about, the clearest first; a theme's best ones only."""
    number_of = spoken.leaning.subjects
    pairs = [
        (share, theme, subjects()[int(number_of[column])])
        for theme in range(count)
        for share, column in clear_subjects(spoken.leaning, spoken.labels, theme)
    ]
    return [(theme, subject) for _, theme, subject in sorted(pairs, key=lambda pair: (-pair[0], pair[1]))]


def _of_subject(spoken: Spoken, theme: int, subject: Subject, meaning: Meaning) -> list[Names]:
    """What may stand over a theme about this subject, the best first."""
    said = _said(spoken, theme, subject, meaning)
    return [label.name for label in said[:1]] + [subject.name] + [label.name for label in said[1:]]


def _said(spoken: Spoken, theme: int, subject: Subject, meaning: Meaning) -> list[Label]:
    """The labels that most mentions of a theme say, rather than anything else of the subject, and in that tone."""
    rows = np.flatnonzero(spoken.labels == theme)
    tones = Counter(spoken.tones[row] for row in rows.tolist() if spoken.tones)
    if not subject.labels or not tones:
        return []
    headings = [*(label.name for label in subject.labels), subject.name]
    written = [(names[code], code) for names in headings for code in LANGUAGES]
    vectors = meaning([text for text, _ in written], [code for _, code in written])
    both = unit(vectors.reshape(len(headings), len(LANGUAGES), -1).mean(axis=1))
    nearest = Counter((spoken.vectors[rows] @ both.T).argmax(axis=1).tolist())
    said = [at for at, votes in nearest.most_common() if votes >= _AGREED * len(rows) and at < len(subject.labels)]
    return [subject.labels[at] for at in said if tones[subject.labels[at].tone] >= _TONED * tones.total()]


def _of_own_words(
    spoken: Spoken, theme: int, phrases: Mapping[str, Sequence[str]], used: _Taken, meaning: Meaning
) -> dict[str, str]:
    """Names from a theme's own mentions: what each language shares, and of that what means the same.

    The language of most mentions chooses first, among its best options the one that has a like in the other languages.
    """
    rows = np.flatnonzero(spoken.labels == theme)
    by_size = sorted(LANGUAGES, key=lambda code: -int(np.sum(spoken.languages[rows] == code)))
    options = {code: _options(spoken, rows, phrases.get(code, ()), used, code) for code in by_size}
    first, *others = by_size
    vectors = {code: meaning(some, [code] * len(some)) for code, some in options.items()}
    alike = {code: vectors[first] @ vectors[code].T - _LATER * np.arange(len(options[code])) for code in others}
    worth = sum(likeness.max(axis=1) for likeness in alike.values()) - _LATER * np.arange(len(options[first]))
    chosen = int(np.argmax(worth))
    own = {code: options[code][int(likeness[chosen].argmax())] for code, likeness in alike.items()}
    return {first: options[first][chosen], **own}


def _options(spoken: Spoken, rows: NDArray[np.int64], phrases: Sequence[str], used: _Taken, language: str) -> list[str]:
    """What a theme may be called in a language, the best first; never empty."""
    own = rows[spoken.languages[rows] == language]
    said = [*_joined(spoken, own, phrases, language), *_typical(spoken, own if len(own) else rows, rows)]
    free = [name for name in dict.fromkeys(said) if used.free({language: name})]
    return (free or said or ["?"])[:_OPTIONS]


def _joined(spoken: Spoken, rows: NDArray[np.int64], phrases: Sequence[str], language: str) -> list[str]:
    said = [set(lemmas(spoken.texts[row], language)) for row in rows]
    others = np.setdiff1d(np.flatnonzero(spoken.languages == language), rows)
    elsewhere = [set(lemmas(spoken.texts[row], language)) for row in others]
    shared = []
    for phrase in phrases:
        words = set(lemmas(phrase, language))
        inside, outside = (sum(words <= one for one in some) for some in (said, elsewhere))
        often = inside / max(1, len(said))
        if inside >= 2 and often >= _SHARED and often >= _TELLING * outside / max(1, len(elsewhere)):
            shared.append(phrase)
    long = [one for one in shared if " " in one]
    pairs = [", ".join(shared[at : at + 2]) for at in range(len(shared) - 1)]
    return [*long[:1], *pairs, *shared[:1]]


def _typical(spoken: Spoken, rows: NDArray[np.int64], theme: NDArray[np.int64]) -> list[str]:
    """Short mentions, those nearest to the middle of the theme first."""
    if not len(rows):
        return []
    near = spoken.vectors[rows] @ spoken.vectors[theme].mean(axis=0)
    ordered = [spoken.texts[row].strip(" .,;:–-") for row in rows[np.argsort(-near, kind="stable")]]
    short = [text for text in ordered if _SHORT <= len(text) <= _LONG]
    return short or [text[:_LONG] for text in ordered[:1]]
