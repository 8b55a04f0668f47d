"""Teaching the models of mentions from labelled answers. Run by hand (`make teach`), never where answers are read."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.themes.engine.classify.logistic import fit_logistic
from feedback_app.themes.engine.mentions.features import Described, span_features
from feedback_app.themes.engine.mentions.reader import Encode, odds_of, tone_rows
from feedback_app.themes.engine.mentions.spans import candidates
from feedback_app.themes.engine.mentions.tones import CONNECTIONS, connection
from feedback_app.themes.engine.mentions.units import parse
from feedback_app.themes.engine.mentions.weights import BUCKETS, TONES, Linear, Rows, Weights, no_words
from feedback_app.themes.engine.mentions.wording import Grams, fold, grams

_ASIDE, _BOUNDARY, _SPAN, _TONE = 1.0, 0.15, 0.5, 4.0
"""Penalties: the larger, the freer the weights (see `fit_logistic`)."""

_FOLDS = 5
_PRIOR = np.array([2.0, 0.5, 1.5, 0.25, 0.25])
_HALF, _MOSTLY = 0.5, 0.6


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention in a labelled answer; `tone` is one of `TONES`, or empty where nobody said."""

    start: int
    end: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer with all its mentions; what is in none of them is an aside. Without any: an answer without content."""

    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Lesson:
    labelled: Labelled
    described: Described
    owners: tuple[int, ...]
    """Per unit the mark that holds more than half of it, -1 for none."""


def teach(answers: Sequence[Labelled], sentences: Sequence[tuple[str, str]], encode: Encode) -> Weights:
    """All models from labelled answers, and tones also from single sentences, each with its tone."""
    lessons = [lesson for lesson in _lessons(answers, encode) if lesson.described.parsed.units]
    span = _teach_spans(lessons, _odds_by_others(lessons))
    tone, follows = _teach_tone(lessons, sentences, encode)
    return replace(_teach_units(lessons), span=span, tone=tone, follows=follows)


def _lessons(answers: Sequence[Labelled], encode: Encode) -> list[_Lesson]:
    lessons = []
    for answer in answers:
        parsed = parse(answer.text)
        said = [parsed.words_of(unit) for unit in parsed.units]
        vectors = encode(said) if said else np.zeros((0, 1), np.float32)
        owners = tuple(_owner(unit.start, unit.end, answer.marks) for unit in parsed.units)
        lessons.append(_Lesson(answer, Described(parsed, vectors), owners))
    return lessons


def _owner(start: int, end: int, marks: Sequence[Mark]) -> int:
    overlap = [min(end, mark.end) - max(start, mark.start) for mark in marks]
    best = max(range(len(marks)), key=overlap.__getitem__, default=-1)
    return best if best >= 0 and overlap[best] > _HALF * (end - start) else -1


def _teach_units(lessons: Sequence[_Lesson]) -> Weights:
    """The models of asides and of boundaries; the others are still empty."""
    rows = np.vstack([lesson.described.units for lesson in lessons])
    wording = [gram for lesson in lessons for gram in lesson.described.grams]
    aside = _binary(rows, np.array([owner < 0 for lesson in lessons for owner in lesson.owners]), _ASIDE, wording)
    seams, parts = [], []
    for lesson in lessons:
        for at, (left, right) in enumerate(pairwise(lesson.owners)):
            if left >= 0 and right >= 0:
                seams.append(lesson.described.seams[at])
                parts.append(left != right)
    boundary = _binary(np.array(seams, np.float32), np.array(parts), _BOUNDARY)
    empty = Linear(np.zeros((1, 1), np.float32), no_words(1), np.zeros(1, np.float32))
    return Weights(aside, boundary, empty, empty, np.zeros((CONNECTIONS, len(TONES), len(TONES)), np.float32))


def _odds_by_others(lessons: Sequence[_Lesson]) -> list[Weights]:
    """For each lesson the models that were taught without it: what is seen in teaching is judged too well."""
    order = list(range(len(lessons)))
    random.Random(0).shuffle(order)  # noqa: S311 - folds, not secrets
    by = {}
    for fold_number in range(_FOLDS):
        own = set(order[fold_number::_FOLDS])
        others = _teach_units([lesson for at, lesson in enumerate(lessons) if at not in own])
        by.update(dict.fromkeys(own, others))
    return [by[at] for at in range(len(lessons))]


def _teach_spans(lessons: Sequence[_Lesson], unseen: Sequence[Weights]) -> Linear:
    rows, hits = [], []
    for lesson, weights in zip(lessons, unseen, strict=True):
        units, spans = lesson.described.parsed.units, candidates(lesson.described.parsed.units)
        if spans:
            rows.append(span_features(lesson.described, odds_of(lesson.described, weights), spans))
        hits += [_fits(units[first].start, units[last].end, lesson.labelled.marks) for first, last in spans]
    return _scaled(np.vstack(rows), lambda table: _binary(table, np.array(hits), _SPAN))


def _fits(start: int, end: int, marks: Sequence[Mark]) -> bool:
    """Is the intersection with a mark at least six tenths of the union? With half, two mentions in one would do."""
    return any(
        min(end, mark.end) - max(start, mark.start) >= _MOSTLY * (max(end, mark.end) - min(start, mark.start))
        for mark in marks
    )


def _scaled(rows: Rows, fit: Callable[[Rows], Linear]) -> Linear:
    """A model of standardised columns, put as one of the columns as they are."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = fit(((rows - middle) / spread).astype(np.float32))
    dense = model.dense / spread
    return Linear(dense.astype(np.float32), model.hashed, (model.bias - dense @ middle).astype(np.float32))


def _binary(rows: Rows, hits: NDArray[np.bool_], penalty: float, wording: Sequence[Grams] = ()) -> Linear:
    """One column: the log odds of a hit."""
    fitted = _several(rows, hits.astype(np.int64), penalty, wording)
    return Linear(
        fitted.dense[1:] - fitted.dense[:1],
        fitted.hashed[1:] - fitted.hashed[:1] if fitted.hashed.size else no_words(1),
        fitted.bias[1:] - fitted.bias[:1],
    )


def _several(rows: Rows, goal: NDArray[np.int64], penalty: float, wording: Sequence[Grams] = ()) -> Linear:
    weights = np.ones(len(rows), np.float32)
    table, bias = fit_logistic(rows, _sparse(wording) if wording else None, goal, weights, penalty)
    width = rows.shape[1]
    return Linear(table[:, :width], table[:, width:], np.asarray(bias, np.float32))


def _sparse(wording: Sequence[Grams]) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in wording)])
    columns = np.concatenate([buckets for buckets, _ in wording])
    values = np.concatenate([values for _, values in wording])
    return sparse.csr_matrix((values, columns, ends), shape=(len(wording), BUCKETS))


def _teach_tone(
    lessons: Sequence[_Lesson], sentences: Sequence[tuple[str, str]], encode: Encode
) -> tuple[Linear, Rows]:
    marks = [(lesson, mark) for lesson in lessons for mark in lesson.labelled.marks if mark.tone]
    texts = [lesson.labelled.text[mark.start : mark.end] for lesson, mark in marks]
    whole = [lesson.described.whole for lesson, _ in marks]
    single = [*sentences, *((fold(text), tone) for text, tone in sentences if fold(text) != text.casefold())]
    own = encode([text for text, _ in single])
    texts, tones = [*texts, *(text for text, _ in single)], [*(mark.tone for _, mark in marks), *(t for _, t in single)]
    vectors = np.vstack([encode(texts[: len(marks)]), own])
    rows = tone_rows(texts, vectors, np.vstack([*whole, own]))
    goal = np.array([TONES.index(tone) for tone in tones])
    return _several(rows, goal, _TONE, [grams(text) for text in texts]), _follows(lessons)


def _follows(lessons: Sequence[_Lesson]) -> Rows:
    seen = np.ones((CONNECTIONS, len(TONES), 1)) * _PRIOR
    after = np.zeros(len(TONES)) + _PRIOR
    for lesson in lessons:
        marks = [mark for mark in lesson.labelled.marks if mark.tone]
        for mark in marks:
            after[TONES.index(mark.tone)] += 1
        for a, b in pairwise(marks):
            kind = connection(lesson.labelled.text, (a.start, a.end), (b.start, b.end))
            seen[kind, TONES.index(a.tone), TONES.index(b.tone)] += 1
    return np.asarray(np.log(seen / seen.sum(axis=2, keepdims=True)) - np.log(after / after.sum()), np.float32)
