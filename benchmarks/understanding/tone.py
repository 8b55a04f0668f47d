"""Tones of the gold mentions of the development set, each company judged by what was taught without it.

Five-way accuracy and macro-F1; whether complaints and wishes are told from praise; whether the probabilities are true.
"""

from __future__ import annotations

from collections.abc import Sequence

import companies
import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from feedback_app.themes.engine.mentions.reader import read_tones
from feedback_app.themes.engine.mentions.weights import TONES

Told = list[tuple[str, str, float]]
"""Gold tone, tone found, and the probability that it is right."""


def told_of(company: str, rows: Sequence[dict[str, object]]) -> Told:
    answers = [answer for answer in map(companies.labelled, rows) if answer.marks]
    bounds = [[(mark.start, mark.end) for mark in answer.marks] for answer in answers]
    found = read_tones([a.text for a in answers], bounds, companies.taught_without(company), companies.encoder())
    pairs = zip(answers, found, strict=True)
    return [(mark.tone, *tone) for answer, own in pairs for mark, tone in zip(answer.marks, own, strict=True)]


def report(name: str, told: Told) -> None:
    gold, found = [tone for tone, _, _ in told], [tone for _, tone, _ in told]
    sided = [(a == "praise") == (b == "praise") for a, b in zip(gold, found, strict=True) if a in TONES[:3]]
    sure = [chance for _, _, chance in told]
    print(
        f"{name}: right {accuracy_score(gold, found):.3f}, macro-F1 {f1_score(gold, found, average='macro'):.3f},"
        f" complaint or wish against praise {np.mean(sided):.3f} of {len(sided)},"
        f" mean probability {np.mean(sure):.3f}"
    )


def main() -> None:
    """One line per company, then both."""
    every: Told = []
    for company, rows in companies.answers().items():
        told = told_of(company, rows)
        report(company, told)
        every += told
    report("both", every)


if __name__ == "__main__":
    main()
