"""Makes `changes/voices/engine/chances.json`: what a rank is worth, from changes of which everything was judged.

    python benchmarks/teach_voice_chances.py FOLDER [--cache FILE] [--strong]

FOLDER holds answers.jsonl, changes.jsonl and labels.jsonl. Each change is judged from its labels as a person would,
five at a time; every state on the way teaches. Printed: each company by what was taught on the other alone.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from feedback_app.changes.voices.engine import chances as worth
from feedback_app.changes.voices.engine import ranking
from feedback_app.changes.voices.engine.collection import Said, collect, nearness
from feedback_app.changes.voices.engine.statement import read_statement
from feedback_app.changes.voices.engine.vector_file import VectorFile
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder
from feedback_app.themes.engine.vectors.large_encoders import CompactE5

MOST, AT_ONCE, PENALTY = 60, 5, 0.3


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def encoders(strong):
    yield [SentenceEncoder()]
    if strong:
        yield [SentenceEncoder(), CompactE5()]


def states(collection, near, fits):
    """(features, fits) of what is not judged yet, after 0, 5, ... 60 judgements."""
    judged = {}
    while len(judged) <= MOST:
        order = ranking.scores(collection, near, judged)
        free = np.array([row for row in range(len(fits)) if row not in judged])
        yield worth.features(collection, near, order, judged)[free], fits[free], len(judged)
        for row in ranking.to_ask(collection, order, judged, AT_ONCE):
            judged[row] = bool(fits[row])


def gathered(folder, cache, strong):
    """Company -> list of (features, fits, judged count, change)."""
    answers, changes = lines(folder / "answers.jsonl"), lines(folder / "changes.jsonl")
    grades = {
        (one["change"], one["answer_id"], one["mention_index"]): one["grade"] for one in lines(folder / "labels.jsonl")
    }
    found = {}
    for embedders in encoders(strong):
        for company in sorted({one["company"] for one in answers}):
            said, keys = [], []
            for one in answers:
                for index, mention in enumerate(one["mentions"] if one["company"] == company else []):
                    text = one["text"][mention["start"] : mention["end"]]
                    said.append(Said(f"{one['id']}#{index}", text, one["text"], one["lang"]))
                    keys.append((one["id"], index))
            collection = collect(said, embedders, cache)
            for change in (one for one in changes if one["company"] == company):
                near = nearness(collection, read_statement({"what": change["what"], "why": change["why"]}), cache)
                fits = np.array([grades.get((change["id"], *key), 0) == 2 for key in keys])
                found.setdefault(company, []).extend((*state, change["id"]) for state in states(collection, near, fits))
    return found


def taught(parts):
    rows, fits = np.vstack([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    return LogisticRegression(C=PENALTY, max_iter=5000).fit(rows, fits)


def report(model, parts, name):
    for low, high in ((0, 1), (5, 20), (25, 40), (45, 60)):
        own = [part for part in parts if low <= part[2] <= high]
        p = np.concatenate([model.predict_proba(part[0])[:, 1] for part in own])
        fits = np.concatenate([part[1] for part in own])
        print(f"{name}, {low} to {high} judged: {p.sum():.0f} voices expected, {fits.sum()} there")
        for edge in np.arange(0, 1, 0.1):
            at = (p >= edge) & (p < edge + 0.1)
            if at.any():
                print(f"  chance {p[at].mean():.2f}: {fits[at].mean():.2f} of {at.sum()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--strong", action="store_true")
    given = parser.parse_args()
    with VectorFile(given.cache) as cache:
        found = gathered(given.folder, cache, given.strong)
    for company, parts in found.items():
        others = [part for name, more in found.items() if name != company for part in more]
        report(taught(others), parts, company)
    model = taught([part for parts in found.values() for part in parts])
    weights = dict(zip(worth.FEATURES, [round(float(one), 4) for one in model.coef_[0]], strict=True))
    given = {"weights": weights, "shift": round(float(model.intercept_[0]), 4)}
    worth.WEIGHTS.write_text(json.dumps(given, indent=1) + "\n", "utf-8")
    print(given)


if __name__ == "__main__":
    main()
