"""Mentions of the development set, each company cut by what was taught without it.

F1 of spans at an intersection over union of a half and of .8; the same for plain sentences; how many answers without
content, and how many asides (runs of at least three words outside every mention), are taken for mentions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import companies

from feedback_app.themes.engine.mentions.reader import read
from feedback_app.themes.engine.mentions.teach import Labelled
from feedback_app.themes.engine.mentions.units import parse

Span = tuple[int, int]
_LEAST_WORDS = 3


def overlap(a: Span, b: Span) -> float:
    """Intersection over union."""
    return (min(a[1], b[1]) - max(a[0], b[0])) / (max(a[1], b[1]) - min(a[0], b[0]))


def matches(found: Sequence[Span], gold: Sequence[Span], least: float) -> int:
    """How many can be paired one to one, the most alike first."""
    pairs = sorted(((overlap(f, g), i, j) for i, f in enumerate(found) for j, g in enumerate(gold)), reverse=True)
    used: tuple[set[int], set[int]] = (set(), set())
    for likeness, i, j in pairs:
        if likeness >= least and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
    return len(used[0])


def scores(found: Sequence[Sequence[Span]], answers: Sequence[Labelled]) -> str:
    """Precision, recall and F1 over the answers that have mentions."""
    told = []
    for least in (0.5, 0.8):
        hits = said = wanted = 0
        for spans, answer in zip(found, answers, strict=True):
            if gold := [(mark.start, mark.end) for mark in answer.marks]:
                hits, said, wanted = hits + matches(spans, gold, least), said + len(spans), wanted + len(gold)
        precision, recall = hits / said, hits / wanted
        f1 = 2 * precision * recall / (precision + recall)
        told.append(f"IoU {least}: P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")
    return "  ".join(told)


def beside(answer: Labelled) -> list[Span]:
    """Runs of some words within a sentence that are in no mention."""
    runs = []
    for start, end in parse(answer.text).sentences:
        edges = [start, *(edge for mark in answer.marks for edge in (mark.start, mark.end) if start < edge < end), end]
        for a, b in pairwise(edges):
            inside = any(mark.start <= a and b <= mark.end for mark in answer.marks)
            if not inside and len(re.findall(r"\w+", answer.text[a:b])) >= _LEAST_WORDS:
                runs.append((a, b))
    return runs


def taken(found: Sequence[Span], run: Span) -> bool:
    """Is the greater part of it in mentions of which it is the greater part?"""
    own = [span for span in found if min(span[1], run[1]) - max(span[0], run[0]) > (span[1] - span[0]) / 2]
    return sum(min(span[1], run[1]) - max(span[0], run[0]) for span in own) > (run[1] - run[0]) / 2


def main() -> None:
    """One line per company, then both."""
    every: list[tuple[list[Span], Labelled]] = []
    for company, rows in companies.answers().items():
        answers = [companies.labelled(row) for row in rows]
        readings = read([answer.text for answer in answers], companies.taught_without(company), companies.encoder())
        pairs = [([(m.start, m.end) for m in r.mentions], a) for r, a in zip(readings, answers, strict=True)]
        report(company, pairs)
        every += pairs
    report("both", every)
    sentences = [list(parse(answer.text).sentences) for _, answer in every]
    print("plain sentences", scores(sentences, [answer for _, answer in every]))


def report(name: str, pairs: Sequence[tuple[list[Span], Labelled]]) -> None:
    """The figures of some answers."""
    print(name, scores([found for found, _ in pairs], [answer for _, answer in pairs]))
    empty = Counter(bool(found) for found, answer in pairs if not answer.marks)
    runs = Counter(taken(found, run) for found, answer in pairs if answer.marks for run in beside(answer))
    print(
        f"     answers without a mention cut: {empty[True]} of {empty.total()}; asides: {runs[True]} of {runs.total()}"
    )


if __name__ == "__main__":
    main()
