"""Words with ``{{placeholders}}`` and what fills them. Pure: knows neither database nor Flask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
NAME_LONGEST = 60
SPECIAL = re.compile(r"[&<>\"']")  # what html.escape changes
JOINERS = "\u200c\u200d"  # ZWNJ, ZWJ
UNSAFE_IN_GREETING = re.compile(r"[@/\\<>{}\[\]|]|\bwww\.|[^\W\d_]{2,}\.[^\W\d_]{2,}")


class EmptyPlaceholder(Exception):
    """A placeholder that nothing fills; the argument is its name."""


@dataclass(frozen=True)
class Words:
    """Subject, plain text and finished HTML of a letter, each of which may have ``{{placeholders}}``."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Block:
    """A ready piece of a letter in both forms; its HTML is taken as it is, so whoever makes it escapes it."""

    text: str
    html: str


Fill = dict[str, str | Block]


def split(text: str) -> list[tuple[str, str | None]]:
    """Return ``text`` as pairs (words, name of the placeholder behind them); the last pair has no placeholder."""
    bits = PLACEHOLDER.split(text)
    names: Sequence[str | None] = [*bits[1::2], None]
    return list(zip(bits[::2], names, strict=True))


def names_in(words: Words) -> set[str]:
    """Return the names of all placeholders."""
    return set(PLACEHOLDER.findall(words.subject + "\0" + words.text + "\0" + words.html))


def readable(subject: str, **known: str) -> str:
    """Return ``subject`` for a list of letters: placeholders whose fill is ``known`` are filled, others left out."""
    filled = PLACEHOLDER.sub(lambda placeholder: known.get(placeholder[1]) or placeholder[0], subject)
    return re.sub(r"[\s,]*" + PLACEHOLDER.pattern, "", filled)


def as_text(value: str | Block) -> str:
    """Return a fill as plain text."""
    return value.text if isinstance(value, Block) else value


def escaped(text: str) -> str:
    """Return ``text`` for HTML: the very same string when there is nothing to escape."""
    return escape(text) if SPECIAL.search(text) else text


def as_html(value: str | Block) -> str:
    """Return a fill as HTML: words are escaped, a block is ready."""
    return value.html if isinstance(value, Block) else escaped(value)


def filled(words: Words, fill: Mapping[str, str | Block]) -> Words:
    """Return ``words`` with every placeholder filled; what is put in is never searched. Raises EmptyPlaceholder."""

    def put(text: str, form: Any) -> str:
        def one(match: re.Match[str]) -> str:
            try:
                return str(form(fill[match[1]]))
            except KeyError:
                raise EmptyPlaceholder(match[1]) from None

        return PLACEHOLDER.sub(one, text)

    subject = " ".join(put(words.subject, as_text).split())
    return Words(subject, put(words.text, as_text), put(words.html, as_html))


def greeting(name: str) -> str:
    """Return ", Ada" for a greeting such as ``Hello{{greeting_name}}!``, "" when no name is fit to be greeted by.

    A name that carries a link or an address is left out: a stranger may have typed it to have us mail an advertisement.
    """
    name = plain(name)
    if not name or len(name) > NAME_LONGEST or UNSAFE_IN_GREETING.search(name):
        return ""
    return f", {name}"


def plain(text: str) -> str:
    """Return ``text`` on one line, without control characters; the joiners some scripts need are kept."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in JOINERS else " " for c in text)
    return " ".join(text.split())


def packed(fill: Mapping[str, str | Block]) -> dict[str, Any]:
    """Return ``fill`` as JSON can keep it."""
    return {
        name: {"text": value.text, "html": value.html} if isinstance(value, Block) else value
        for name, value in fill.items()
    }


def unpacked(values: Mapping[str, Any]) -> Fill:
    """Return what :func:`packed` was given."""
    return {
        name: Block(value["text"], value["html"]) if isinstance(value, dict) else str(value)
        for name, value in values.items()
    }
