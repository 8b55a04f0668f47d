"""Guided set-up on the development set: a script answers from the labels, through the functions that the page uses.

    PYTHONPATH=. python benchmarks/understanding.py guided [FOLDER] [--strong] [--draws 5] [--cache FILE]

The marked mentions of each company, no theme there at the start; a theme is named when it is first met. Blocks of ten
questions, after each the machine learns. Printed after 50 and 100 answers, over draws (5 % noise in the vectors, other
lots): the share of placements that are right among the mentions nobody was asked about, and among all; what the
machine itself says of the former, with its interval; and what a block costs at 10,000 mentions.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("folder", nargs="?", default="")
options.add_argument("--strong", action="store_true")
options.add_argument("--draws", type=int, default=5)
options.add_argument("--many", type=int, default=10_000, help="mentions of which the cost of a block is measured")
options.add_argument("--cache", type=Path, help="a file that keeps vectors from run to run")
given = options.parse_args()
sys.argv[1:] = [given.folder] if given.folder else []

import companies  # noqa: E402 - reads the folder from the command line
import numpy as np  # noqa: E402

from feedback_app.common.intervals import interval  # noqa: E402
from feedback_app.themes.engine.guide.choose import questions  # noqa: E402
from feedback_app.themes.engine.guide.landscape import Landscape, landscape, typical_of, walk_of  # noqa: E402
from feedback_app.themes.engine.guide.lesson import Told, held_out, teach  # noqa: E402
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder, unit  # noqa: E402
from feedback_app.themes.engine.vectors.graphs import neighbour_graph  # noqa: E402
from feedback_app.themes.engine.vectors.large_encoders import CompactE5  # noqa: E402
from feedback_app.themes.grouping.known import known  # noqa: E402

BLOCK, NOISE, PRINTED = 10, 0.05, (50, 100)
Figures = dict[int, list[tuple[float, float, float, float, float]]]


def laid_out(rows: list[dict[str, Any]], cache: dict[str, bytes]) -> tuple[Landscape, list[str]]:
    """The marked mentions of a company as a landscape, and the theme of each row."""
    marks = [(row, one) for row in rows for one in row["mentions"] if one["theme"] != "no_content"]
    texts = [row["text"][one["start"] : one["end"]] for row, one in marks]
    encoders = [SentenceEncoder(), *([CompactE5()] if given.strong else [])]
    answers, languages = [row["text"] for row, _ in marks], [row["lang"] for row, _ in marks]
    land = landscape(texts, answers, languages, encoders, known(), cache)
    assert land is not None
    first = {row: at for at, row in reversed(list(enumerate(land.row_of.tolist()))) if row >= 0}
    return land, [marks[first[row]][1]["theme"] for row in range(len(land))]


def noisy(land: Landscape, seed: int) -> Landscape:
    random = np.random.RandomState(seed)
    shaken = land.features + NOISE / np.sqrt(land.features.shape[1]) * random.standard_normal(land.features.shape)
    return replace(land, features=shaken.astype(np.float32), near=unit(shaken.astype(np.float32)))


def answer(land: Landscape, gold: list[str], names: dict[str, np.ndarray], seed: int, figures: Figures) -> None:
    """One draw: ask, answer, learn, until the last number that is printed."""
    numbers = {theme: at for at, theme in enumerate(sorted(set(gold)), 1)}
    truth = np.array([numbers[theme] for theme in gold])
    told, lots, lesson = Told({}, np.full(len(land), -1), {}), set(), None
    while len(told.answers) < PRINTED[-1]:
        asked = questions(land, lesson, set(told.answers), np.arange(len(land)), BLOCK, seed + len(told.answers))
        lots |= {one.row for one in asked if one.reason == "random"}
        answers = {**told.answers, **{one.row: int(truth[one.row]) for one in asked}}
        known_names = {numbers[theme]: rows for theme, rows in names.items() if numbers[theme] in answers.values()}
        told = replace(told, answers=answers, names=known_names)
        lesson = teach(land, told)
        if len(answers) in PRINTED:
            rest = np.setdiff1d(np.arange(len(land)), list(answers))
            predicted = held_out(land, told, lots)
            lot = [predicted[row] == truth[row] for row in lots]
            right = float((lesson.best[rest] == truth[rest]).mean())
            inside = float((lesson.best == truth).mean())
            figures.setdefault(len(answers), []).append(
                (right, inside, float(np.mean(lot)), *interval(sum(lot), len(lot)))
            )


def themes_of(company: str) -> dict[str, dict[str, Any]]:
    return json.loads((companies.ANSWERS.parent / "themes.json").read_text(encoding="utf-8"))[company]["themes"]


def cost(land: Landscape, gold: list[str], names: dict[str, np.ndarray]) -> str:
    """What learning from a hundred answers and choosing thirty questions costs among many mentions alike these."""
    random = np.random.RandomState(0)
    rows = random.randint(0, len(land), given.many)
    noise = random.standard_normal((given.many, land.features.shape[1])).astype(np.float32)
    features = land.features[rows] + noise / np.sqrt(noise.shape[1])
    near = unit(features)
    started = time.process_time()
    walk, typical = walk_of(neighbour_graph(near)), typical_of(near)
    laid = time.process_time() - started
    large = replace(land, row_of=np.arange(given.many), features=features, near=near, walk=walk, typical=typical)
    numbers = {theme: at for at, theme in enumerate(sorted(set(gold)), 1)}
    answers = {int(at): numbers[gold[rows[at]]] for at in random.choice(given.many, PRINTED[-1], replace=False)}
    told = Told(answers, np.full(given.many, -1), {numbers[theme]: name for theme, name in names.items()})
    started = time.process_time()
    lesson = teach(large, told)
    learnt = time.process_time() - started
    for at in range(3):
        questions(large, lesson, set(answers), np.arange(given.many), BLOCK, at)
    chosen = time.process_time() - started - learnt
    return (
        f"{given.many} mentions: learning {learnt:.2f} s, choosing 30 questions {chosen:.2f} s of one core,"
        f" neighbours, once, {laid:.1f} s"
    )


def main() -> None:
    cache: dict[str, bytes] = {}
    if given.cache and given.cache.exists():
        cache = pickle.loads(given.cache.read_bytes())  # noqa: S301 - our own file of the run before
    for company, rows in companies.answers().items():
        land, gold = laid_out(rows, cache)
        told = {theme: one["name"] for theme, one in themes_of(company).items() if theme in set(gold)}
        names = {theme: land.features_of([name["en"]], ["en"], cache) for theme, name in told.items()}
        figures: Figures = {}
        for draw in range(given.draws):
            answer(noisy(land, draw), gold, names, 1000 * draw, figures)
        for number, found in figures.items():
            right, inside, lot, low, high = np.mean(found, axis=0)
            covered = sum(one[3] <= one[0] <= one[4] for one in found)
            lowest = min(one[0] for one in found)
            print(
                f"{company} after {number:3}: right of those not asked {right:.3f} (lowest {lowest:.3f}),"
                f" of all {inside:.3f}; says {lot:.2f} ({low:.2f} to {high:.2f}, true in {covered} of {len(found)})",
                flush=True,
            )
        print(cost(land, gold, names))
    if given.cache:
        given.cache.write_bytes(pickle.dumps(cache))


if __name__ == "__main__":
    main()
