"""Labelled answers as they are written by hand in teaching/*.txt (see the README there)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from feedback_app.themes.engine.mentions.teach import Labelled, Mark

FOLDER = Path(__file__).parent / "teaching"
MARKED = Path(__file__).parents[1] / "mentions"
TONES = {"c": "complaint", "w": "wish", "p": "praise", "q": "question", "n": "neutral"}
_MARK = re.compile(r"\{([cwpqn]):([^{}]*)\}")


def parse_answer(line: str) -> Labelled:
    """One line of an answers file. ValueError where a brace is left over."""
    line = line.replace("\\n", "\n")
    text, marks, at = "", [], 0
    for found in _MARK.finditer(line):
        text += line[at : found.start()]
        marks.append(Mark(len(text), len(text) + len(found[2].rstrip(".")), TONES[found[1]]))
        text, at = text + found[2], found.end()
    text += line[at:]
    if "{" in text or "}" in text:
        raise ValueError(f"a brace that belongs to no mention: {line}")
    return Labelled(text.removeprefix("~"), tuple(marks))


def read_answers(*names: str) -> list[Labelled]:
    """The answers of some files of the folder, by the beginnings of their names."""
    return [parse_answer(line) for line in _lines(names)]


def read_tones() -> list[tuple[str, str]]:
    """Single sentences, each with its tone."""
    pairs = (line.split("|", 1) for line in _lines(["tones"]))
    return [(sentence, TONES[tone]) for tone, sentence in pairs]


def read_short() -> list[Labelled]:
    """The answers of one piece among those of `themes_mentions.py`: odd lines, as the even ones are its honest half."""
    lines = [
        line for path in sorted(MARKED.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()[::2]
    ]
    return [whole(line.removeprefix("~"), not line.startswith("~")) for line in lines if line and "|" not in line]


def whole(text: str, content: bool) -> Labelled:
    """An answer that is one mention of unknown tone, or has no content."""
    text = text.replace("\\n", "\n")
    return Labelled(text, (Mark(0, len(text.rstrip(". "))),) if content else ())


def _lines(beginnings: Iterable[str]) -> list[str]:
    paths = [path for name in beginnings for path in sorted(FOLDER.glob(f"{name}_*.txt"))]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def fingerprint() -> str:
    """A hash of all teaching files: the weights that ship say what they were taught with."""
    digest = hashlib.sha256()
    for path in [*sorted(FOLDER.glob("*.txt")), *sorted(MARKED.glob("*.txt"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
