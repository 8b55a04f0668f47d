"""Answers read: units scored, spans chosen, tones told. Applies `Weights`; knows how to teach nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from feedback_app.themes.engine.mentions import lexicon
from feedback_app.themes.engine.mentions.features import Described, Odds, span_features, tone_counts
from feedback_app.themes.engine.mentions.spans import Span, best_set, candidates
from feedback_app.themes.engine.mentions.tones import told
from feedback_app.themes.engine.mentions.units import Parsed, parse
from feedback_app.themes.engine.mentions.weights import Rows, Weights
from feedback_app.themes.engine.mentions.wording import grams
from feedback_app.themes.engine.text.no_content import says_nothing

Encode = Callable[[Sequence[str]], Rows]

LEAST = 0.32
"""How likely a span must be: a little below half the F1 that can be reached; what is in no span reaches nobody."""

SHORT, LEAST_SHORT = 4, 0.04
"""An answer of so many words is a mention if it may be one: a bare complaint is never hidden."""

_WHOLE = 0.5


@dataclass(frozen=True, slots=True)
class Mention:
    """`answer[start:end]` says one thing, in the tone `tone`, which is right with the probability `sure`."""

    start: int
    end: int
    tone: str
    sure: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one answer: its mentions, and the spans of characters that are asides; each in order."""

    mentions: tuple[Mention, ...]
    asides: tuple[tuple[int, int], ...]


def read(texts: Sequence[str], weights: Weights, encode: Encode) -> list[Reading]:
    """What each answer says. `encode` makes a unit vector of each text (it is called twice at most).

    Mentions and asides together hold every word but the connectives that join a mention to what is before it.
    """
    parsed = [parse(text) for text in texts]
    described = _described(parsed, encode)
    chosen = [_chosen(one, weights) for one in described]
    bounds = [[trimmed(one.parsed, span) for span in spans] for one, spans in zip(described, chosen, strict=True)]
    tones = _tones(described, bounds, weights, encode)
    return [
        Reading(
            tuple(Mention(*bound, *tone) for bound, tone in zip(own, said, strict=True)), _asides(one.parsed, spans)
        )
        for one, own, said, spans in zip(described, bounds, tones, chosen, strict=True)
    ]


def _described(parsed: Sequence[Parsed], encode: Encode) -> list[Described]:
    """All answers with the vectors of their units; every distinct unit is encoded once."""
    said = [one.words_of(unit) for one in parsed for unit in one.units]
    vectors = _encoded(said, encode)
    ends = np.cumsum([len(one.units) for one in parsed]) if parsed else np.zeros(0, int)
    return [Described(one, vectors[end - len(one.units) : end]) for one, end in zip(parsed, ends, strict=True)]


def _encoded(texts: Sequence[str], encode: Encode) -> Rows:
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return encode(list(places))[[places[text] for text in texts]]


def _chosen(answer: Described, weights: Weights) -> list[Span]:
    if not answer.parsed.units:
        return []
    spans = candidates(answer.parsed.units)
    if not spans:
        return []
    odds = weights.span.scores(span_features(answer, odds_of(answer, weights), spans))[:, 0].astype(np.float64)
    chances = 1 / (1 + np.exp(-odds))
    chosen = best_set(len(answer.parsed.units), spans, chances, LEAST)
    if not chosen and sum(map(len, answer.words)) <= SHORT and chances.max() >= LEAST_SHORT:
        chosen = [spans[int(chances.argmax())]]
    return [span for span in chosen if not says_nothing(answer.parsed.text[slice(*trimmed(answer.parsed, span))])]


def odds_of(answer: Described, weights: Weights) -> Odds:
    """The log odds of the first two models for an answer that has units."""
    aside = weights.aside.scores(answer.units, answer.grams)[:, 0]
    boundary = weights.boundary.scores(answer.seams)[:, 0] if len(answer.vectors) > 1 else np.zeros(0, np.float32)
    return Odds(aside, boundary)


def trimmed(parsed: Parsed, span: Span) -> tuple[int, int]:
    """The characters of a span without full stops at its end and what joins it to the words before."""
    start, end = parsed.units[span[0]].start, parsed.units[span[1]].end
    while end > start + 1 and parsed.text[end - 1] in ".;,":
        end -= 1
    head = lexicon.WORD.match(parsed.text, start, end)
    leading = lexicon.LEADING if parsed.polish else lexicon.LEADING - {"a", "i"}
    if head and head.group().casefold() in leading:
        following = next((at for at in range(head.end(), end) if parsed.text[at] not in " \t\n,"), end)
        if lexicon.WORD.search(parsed.text, following, end):
            start = following
    return start, end


def _asides(parsed: Parsed, spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    """What is in no span, joined within a sentence."""
    taken = {at for first, last in spans for at in range(first, last + 1)}
    asides: list[tuple[int, int]] = []
    for at, unit in enumerate(parsed.units):
        if at in taken:
            continue
        joins = at - 1 not in taken and at > 0 and not unit.opens
        asides.append((asides.pop()[0] if joins else unit.start, unit.end))
    return tuple(asides)


def _tones(
    described: Sequence[Described], bounds: Sequence[Sequence[tuple[int, int]]], weights: Weights, encode: Encode
) -> list[list[tuple[str, float]]]:
    said = [one.parsed.text[start:end] for one, own in zip(described, bounds, strict=True) for start, end in own]
    if not said:
        return [[] for _ in bounds]
    vectors, whole = (
        _encoded(said, encode),
        [one.whole for one, own in zip(described, bounds, strict=True) for _ in own],
    )
    scores = weights.tone.scores(tone_rows(said, vectors, np.array(whole)), [grams(text) for text in said])
    tones, at = [], 0
    for one, own in zip(described, bounds, strict=True):
        tones.append(told(one.parsed.text, own, scores[at : at + len(own)], weights.follows))
        at += len(own)
    return tones


def read_tones(
    texts: Sequence[str], bounds: Sequence[Sequence[tuple[int, int]]], weights: Weights, encode: Encode
) -> list[list[tuple[str, float]]]:
    """Tone and probability of mentions that are known: start and end of each, answer by answer."""
    return _tones(_described([parse(text) for text in texts], encode), bounds, weights, encode)


def tone_rows(texts: Sequence[str], vectors: Rows, whole: Rows) -> Rows:
    """One row per mention: its vector, its answer's, and what can be counted."""
    counted = np.array([tone_counts(text) for text in texts], np.float32)
    return np.hstack([vectors, whole * _WHOLE, counted]).astype(np.float32)
