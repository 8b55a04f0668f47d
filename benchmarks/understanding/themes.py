"""Themes of the development set, end to end in one process: cut, grouped, named; nothing judged.

    PYTHONPATH=. python benchmarks/understanding.py themes [FOLDER] [--runs 4] [--names PAGE.md]

Each company is cut by what was taught without it, and grouped as `themes group` groups it, with the default encoder and
with the stronger ones, in some runs under noise of 5 % in the vectors. Per mention that people marked, the theme of the
piece that covers most of it: V-measure, adjusted Rand index, mutual information with language; and of the pieces in
themes the share in themes more than 40 % of which are about nothing. With --names the themes are also written down:
name in both languages, size, tones, three quotes; those of the demo company too.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("folder", nargs="?", default="")
options.add_argument("--runs", type=int, default=4)
options.add_argument("--names", type=Path)
given = options.parse_args()
sys.argv[1:] = [given.folder] if given.folder else []

import companies  # noqa: E402 - reads the folder from the command line
import numpy as np  # noqa: E402
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, v_measure_score  # noqa: E402

from feedback_app.demo.data import responses  # noqa: E402
from feedback_app.themes.engine.mentions.reader import read  # noqa: E402
from feedback_app.themes.engine.vectors.embedders import pack, unpack  # noqa: E402
from feedback_app.themes.grouping.pipeline import Grouping, discover  # noqa: E402
from feedback_app.themes.grouping.segment import cut_all  # noqa: E402

NOISE = 0.05
RUBBISH = 0.4
Piece = tuple[int, int, int, str]
"""Number of the answer, start, end, tone."""

made: dict[str, bytes] = {}


def noisy(run: int) -> dict[str, bytes]:
    """The vectors made so far, each moved a little in a random direction; run 0 as they are."""
    if not run:
        return made
    draw = np.random.default_rng(run)
    moved = {}
    for key, data in made.items():
        vector = unpack(data)
        vector = vector + NOISE * draw.standard_normal(len(vector)).astype(np.float32) / len(vector) ** 0.5
        moved[key] = pack(vector / np.linalg.norm(vector))
    return moved


def grouped(texts: Sequence[str], languages: Sequence[str], tones: Sequence[str], run: int, strong: bool) -> Grouping:
    """As `themes group` does it."""
    return discover(texts, languages=languages, tones=tones, strong=strong, feedback=True, vectors=noisy(run))


def scores(rows: Sequence[dict[str, Any]], pieces: Sequence[Piece], themes: Sequence[int]) -> dict[str, float]:
    """The figures of one run."""
    of_answer: dict[int, list[tuple[Piece, int]]] = defaultdict(list)
    for piece, theme in zip(pieces, themes, strict=True):
        of_answer[piece[0]].append((piece, theme))
    told, found, spoken = [], [], []
    inside: dict[int, Counter[bool]] = defaultdict(Counter)
    for at, row in enumerate(rows):
        marks = [mark for mark in row["mentions"] if mark["theme"] != "no_content"]
        for mark in marks:
            shared = [(min(p[2], mark["end"]) - max(p[1], mark["start"]), theme) for p, theme in of_answer[at]]
            best = max(shared, default=(0, -1))
            told.append(mark["theme"])
            found.append(best[1] if best[0] > 0 else -1)
            spoken.append(row["lang"])
        for (_, start, end, _), theme in of_answer[at]:
            covered = max((min(end, mark["end"]) - max(start, mark["start"]) for mark in marks), default=0)
            inside[theme][covered > 0.5 * (end - start)] += 1
    inside.pop(-1, None)
    placed = sum(counts.total() for counts in inside.values())
    rubbish = sum(counts.total() for counts in inside.values() if counts[False] > RUBBISH * counts.total())
    return {
        "themes": len(inside), "V": v_measure_score(told, found), "ARI": adjusted_rand_score(told, found),
        "language": normalized_mutual_info_score(spoken, found), "rubbish": rubbish / max(1, placed),
        "in none": found.count(-1) / len(found),
    }  # fmt: skip


def company_pieces(company: str, rows: Sequence[dict[str, Any]]) -> list[Piece]:
    """What the company's answers say, by models that never saw them."""
    readings = read([row["text"] for row in rows], companies.taught_without(company), companies.encoder())
    return [(at, one.start, one.end, one.tone) for at, reading in enumerate(readings) for one in reading.mentions]


def page_of(title: str, texts: Sequence[str], languages: Sequence[str], tones: Sequence[str]) -> Iterator[str]:
    """The themes as lines of Markdown, with the default encoder."""
    grouping = grouped(texts, languages, tones, 0, strong=False)
    yield f"\n## {title}: {len(texts)} mentions, {len(grouping.themes)} themes\n"
    for number, theme in enumerate(grouping.themes):
        members = [at for at, one in enumerate(grouping.assigned) if one == number]
        told = Counter(tones[at] for at in members).most_common(2)
        said = ", ".join(f"{n} {tone}" for tone, n in told)
        yield f"**{theme.names['en']}** / **{theme.names['pl']}** ({theme.size}; {said})\n"
        yield from (f"- {' '.join(texts[at].split())}" for at in theme.typical)
        yield ""


def demo() -> tuple[list[str], list[str], list[str]]:
    """Mentions, languages and tones of the demo company's free answers, as the product cuts them."""
    said = [
        (value, one.language)
        for one in responses()
        for value in one.answers.values()
        if isinstance(value, str) and " " in value
    ]
    pieces = [(p, code) for own, (_, code) in zip(cut_all([text for text, _ in said]), said, strict=True) for p in own]
    kept = [(piece, code) for piece, code in pieces if piece.content]
    return [p.text for p, _ in kept], [code for _, code in kept], [p.tone for p, _ in kept]


def report(
    company: str, rows: Sequence[dict[str, Any]], pieces: Sequence[Piece], texts: Sequence[str], strong: bool
) -> None:
    """One line: the mean over the runs."""
    languages, tones = [rows[at]["lang"] for at, *_ in pieces], [tone for *_, tone in pieces]
    runs = []
    for run in range(given.runs):
        found = grouped(texts, languages, tones, run, strong).assigned
        runs.append(scores(rows, pieces, [-1 if theme is None else theme for theme in found]))
    mean = {name: float(np.mean([one[name] for one in runs])) for name in runs[0]}
    figures = " ".join(f"{name} {value:.3f}" for name, value in mean.items())
    encoder, spread = "strong" if strong else "default", [round(one["V"], 3) for one in runs]
    print(f"{company} {encoder} {len(pieces)} pieces: {figures} V of runs {spread}", flush=True)


def main() -> None:
    """Two lines a company, and the page of names."""
    lines = [
        "# Names of themes\n",
        "Written by `python benchmarks/understanding.py themes --runs 0 --names docs/benchmarks/names.md`: default",
        "encoder, nothing judged, each development company cut by what was taught without it. Three quotes under each.",
    ]
    for company, rows in companies.answers().items():
        pieces = company_pieces(company, rows)
        texts = [rows[at]["text"][start:end] for at, start, end, _ in pieces]
        languages, tones = [rows[at]["lang"] for at, *_ in pieces], [tone for *_, tone in pieces]
        for strong in (False, True) if given.runs else ():
            report(company, rows, pieces, texts, strong)
        lines += page_of(f"Company {company}", texts, languages, tones)
    if given.names:
        lines += page_of("The demo company", *demo())
        given.names.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
