"""The development set with gold mentions and tones, each company judged by what was taught without it."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import notation
import teach as teaching

from feedback_app.themes.engine.mentions.teach import Labelled, Mark, teach
from feedback_app.themes.engine.mentions.weights import Weights
from feedback_app.themes.engine.vectors.embedders import SentenceEncoder

HERE = Path(__file__).resolve().parent
ANSWERS = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[2] / "shared" / "data" / "feedback") / "answers.jsonl"
OTHER = {"C": "clinics", "D": "furniture"}
"""By company judged: the teaching files of the other one."""


@lru_cache(maxsize=1)
def encoder() -> teaching.Encoder:
    """The default encoder; what it made is kept."""
    return teaching.Encoder(SentenceEncoder())


def answers() -> dict[str, list[dict[str, Any]]]:
    """The answers of each company. Ends the script, with the reason, where the set is not there."""
    if not ANSWERS.exists():
        sys.exit(f"skipped: the development set is not at {ANSWERS}")
    rows = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    return {company: [row for row in rows if row["company"] == company] for company in OTHER}


def labelled(row: dict[str, Any]) -> Labelled:
    """An answer of the set with its mentions; "nothing to say" is none."""
    named = (mark for mark in row["mentions"] if mark["theme"] != "no_content")
    return Labelled(row["text"], tuple(Mark(mark["start"], mark["end"], mark["tone"]) for mark in named))


def taught_without(company: str) -> Weights:
    """The models, taught with everything but the answers of this company."""
    others = [*teaching.plain_answers(), *notation.read_answers(OTHER[company])]
    return teach(others, teaching.plain_sentences(), encoder())
