"""Voices: how many of the people a change answers are found, how honest the chances are, what a ranking costs.

    python benchmarks/understanding/voices.py FOLDER [--cache FILE] [--strong]

FOLDER holds answers.jsonl, changes.jsonl, labels.jsonl and quotes.jsonl. Somebody judges each change from the labels,
five mentions at a time. Ranking was taught on the library alone, so no company taught it; chances are those of the
file shipped (`teach_voice_chances.py` prints each company by what was taught without it).
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from feedback_app.changes.voices.engine import chances, ranking
from feedback_app.changes.voices.engine.collection import Collection, Nearness, Said, collect, nearness
from feedback_app.changes.voices.engine.statement import read_statement
from feedback_app.changes.voices.engine.vector_file import VectorFile
from feedback_app.themes.engine.quoting.quotation import quotation
from feedback_app.themes.engine.text.sentences import sentences
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder
from feedback_app.themes.engine.vectors.large_encoders import CompactE5

BUDGETS, AT_ONCE, BAR, MANY = (0, 25, 60), 5, 0.95, 50_000


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def companies(folder, encoders, cache):
    """(collection, [(change id, narrow, nearness, grades)]) of each company."""
    answers, changes = lines(folder / "answers.jsonl"), lines(folder / "changes.jsonl")
    labels = lines(folder / "labels.jsonl")
    grades = {(one["change"], one["answer_id"], one["mention_index"]): one["grade"] for one in labels}
    for company in sorted({one["company"] for one in answers}):
        own = [one for one in answers if one["company"] == company]
        keys = [(one, index) for one in own for index in range(len(one["mentions"]))]
        said = [said_in(one, index) for one, index in keys]
        collection = collect(said, encoders, cache)
        rows = []
        for change in (one for one in changes if one["company"] == company):
            near = nearness(collection, read_statement({"what": change["what"], "why": change["why"]}), cache)
            grade = np.array([grades.get((change["id"], one["id"], index), 0) for one, index in keys])
            rows.append((change["breadth"], near, grade))
        yield collection, rows


def said_in(answer, index):
    mention = answer["mentions"][index]
    words = answer["text"][mention["start"] : mention["end"]]
    return Said(f"{answer['id']}#{index}", words, answer["text"], answer["lang"])


def judged_until(collection, near, grade, judged, budget):
    while len(judged) < budget:
        order = ranking.scores(collection, near, judged)
        for row in ranking.to_ask(collection, order, judged, min(AT_ONCE, budget - len(judged))):
            judged[row] = bool(grade[row] == 2)
    order = ranking.scores(collection, near, judged)
    return chances.chances(collection, near, order, judged)


def found(collection, rows):
    """(budget, breadth) -> people found and there, unjudged quoted and right, voices expected and there."""
    table = {}
    for breadth, near, grade in rows:
        judged = {}
        there = set(collection.answer[grade == 2].tolist())
        for budget in BUDGETS:
            p = judged_until(collection, near, grade, judged, budget)
            free = np.array([row not in judged for row in range(len(p))])
            quoted = {row for row, fits in judged.items() if fits} | set(np.flatnonzero(free & (p >= BAR)).tolist())
            hit = there & set(collection.answer[sorted(quoted)].tolist())
            sure = free & (p >= BAR)
            counts = (len(hit), len(there), sure.sum(), (grade[sure] == 2).sum(), p.sum(), (grade == 2).sum())
            for key in ((budget, "all"), (budget, breadth)):
                table[key] = np.add(table.get(key, 0), counts)
    return table


def quotes(folder):
    """How many labelled quotations hold what is needed and no sentence more, and how many there are."""
    answers = {one["id"]: one for one in lines(folder / "answers.jsonl")}
    good = rows = 0
    for one in lines(folder / "quotes.jsonl"):
        answer = answers[one["answer_id"]]
        mention, text = answer["mentions"][one["mention_index"]], answer["text"]
        start, end = one["span"] or (mention["start"], mention["end"])
        made = quotation(text, [(mention["start"], mention["end"])], answer["lang"])
        parts = [(part[0].start, part[-1].end) for part in sentences(text)]
        touched = sum(begin < mention["end"] and mention["start"] < stop for begin, stop in parts)
        taken = sum(made.start <= begin and stop <= made.end for begin, stop in parts) if made else 0
        covers = made is not None and made.start <= start and made.end >= end - 1
        good += covers and (not one["alone"] or taken <= touched)
        rows += 1
    return good, rows


def cost(width):
    rows = np.random.default_rng(1).standard_normal((MANY, width)).astype(np.float32)
    rows *= 2 / np.linalg.norm(rows, axis=1, keepdims=True)
    said = tuple(Said(str(row), "x", str(row)) for row in range(MANY))
    collection = Collection(said, rows, rows[:, :1], rows[:, 1], np.arange(MANY), (), None)
    near, judged = Nearness(rows[:, :24].copy(), rows[:, 0].copy()), {row: row % 3 == 0 for row in range(60)}
    started = time.process_time()
    order = ranking.scores(collection, near, judged)
    chances.chances(collection, near, order, judged)
    ranking.to_ask(collection, order, judged, AT_ONCE)
    return time.process_time() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--strong", action="store_true")
    given = parser.parse_args()
    encoders = [SentenceEncoder(), *([CompactE5()] if given.strong else [])]
    total = {}
    with VectorFile(given.cache) as cache:
        for collection, rows in companies(given.folder, encoders, cache):
            width = collection.view.shape[1]
            for key, counts in found(collection, rows).items():
                total[key] = np.add(total.get(key, 0), counts)
    for (budget, breadth), (hit, there, sure, right, expected, voices) in sorted(total.items()):
        told = f"unjudged quoted {sure:.0f}, right {right:.0f}; voices expected {expected:.0f}, there {voices:.0f}"
        print(f"judged {budget:2} {breadth:6} people found {hit / there:.3f} of {there:.0f}; {told}")
    print("quotations that stand alone: {} of {}".format(*quotes(given.folder)))
    print(f"ranking {MANY} mentions after 60 judgements: {cost(width) * 1000:.0f} ms of one core")


if __name__ == "__main__":
    main()
