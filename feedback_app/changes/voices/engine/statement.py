"""What a change says, as sentences to compare mentions with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback_app.themes.engine.text.sentences import sentences

FIELDS = ("what", "why")
"""The reason of a "no" tells what stands against the wish, not what people wished for: it is not heard."""

_MOST = 40


@dataclass(frozen=True, slots=True)
class Statement:
    """The sentences of a change with their languages, at most 40; ``themes`` are the themes linked to it."""

    sentences: tuple[str, ...]
    languages: tuple[str, ...]
    themes: frozenset[str] = frozenset()


def read_statement(document: Mapping[str, Any]) -> Statement:
    """Return what ``{"what": {"en", "pl"}, "why": {...}, "themes": [...]}`` says; a text alone counts as English.

    ValueError where nothing is said at all.
    """
    texts = [
        (sentence, language)
        for name in FIELDS
        for language, text in _by_language(document.get(name)).items()
        for sentence in _parted(text)
    ][:_MOST]
    if not texts:
        raise ValueError("The change says nothing: it needs “what” or “why”.")
    themes = document.get("themes")
    linked = frozenset(map(str, themes)) if isinstance(themes, list | tuple) else frozenset()
    return Statement(tuple(text for text, _ in texts), tuple(code for _, code in texts), linked)


def _by_language(texts: object) -> dict[str, str]:
    if isinstance(texts, str):
        return {"en": texts}
    if not isinstance(texts, Mapping):
        return {}
    return {str(code): text for code, text in texts.items() if isinstance(text, str)}


def _parted(text: str) -> list[str]:
    return [text[one[0].start : one[-1].end] for one in sentences(text)]
