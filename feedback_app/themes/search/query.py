"""Search in what people said: other forms of a word are found too, whatever the accents. Reads only.

The index is its own dictionary: which lemma a word has is read from mentions that hold it. So the pages need no
dictionary in memory (300 MB for Polish), and a lemma that nobody's words have could not be found anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select, table, union_all
from sqlalchemy import column as sql_column

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.themes.models import Mention
from feedback_app.themes.search.normalise import forms, pairs, spans

WORDS = 12  # words of a search that count
LOOKED_AT = 6  # mentions from which the lemma of a word is read
ENDING = 4  # letters by which two forms of a word may differ at the end
_CHUNKS = re.compile(r'"([^"]*)"?|(\S+)')
_STEM = re.compile(
    r"(\w{4,}?)(?:ami|ach|owi|iem|ymi|imi|ego|emu|ych|ich|ing|ies|em|om|ow|ie|ej|ym|im|es|ed|[yiaeuos])?"
)  # of folded words; Polish and English endings, the longest that leaves four letters


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must be there: one of several words, the beginning of a word, or words side by side."""

    kind: str  # any, start, phrase
    words: tuple[str, ...]

    def sqlite(self) -> str:
        """Return the term in the language of FTS5; words hold letters and digits only, so nothing can escape."""
        if self.kind == "phrase":
            return f'"{" ".join(self.words)}"'
        star = "*" if self.kind == "start" else ""
        return "(" + " OR ".join(f'"{word}"{star}' for word in self.words) + ")"

    def postgresql(self) -> str:
        """Return the term in the language of ``to_tsquery``."""
        star = ":*" if self.kind == "start" else ""
        glue = " <-> " if self.kind == "phrase" else " | "
        return "(" + glue.join(f"'{word}'{star}" for word in self.words) + ")"

    def found_at(self, said: Sequence[tuple[str, str]], at: int) -> int:
        """Return how many words from ``at`` on, of (form, lemma) pairs, fit the term."""
        if self.kind == "phrase":
            fits = tuple(form for form, _ in said[at : at + len(self.words)]) == self.words
            return len(self.words) if fits else 0
        if self.kind == "start":
            return int(any(word.startswith(self.words[0]) for word in said[at]))
        return int(not set(self.words).isdisjoint(said[at]))


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it was understood. Without terms it holds no words, and finds the signs as they are."""

    text: str
    terms: tuple[Term, ...]

    def holds(self) -> ColumnElement[bool]:
        """SQL on Mention: it holds everything that is searched for."""
        if not self.terms:
            return func.lower(Mention.text).contains(self.text.lower(), autoescape=True)
        if is_postgresql():
            return _DOCUMENT.op("@@", is_comparison=True)(self._tsquery())
        return Mention.id.in_(select(_TABLE.c.rowid).where(self._match()))

    def best_first(self, chosen: Select[Any]) -> Select[Any]:
        """Order a SELECT that joins Mention: rare words, often said, among few others come first (BM25, ts_rank)."""
        if not self.terms:
            return chosen.order_by(Mention.id.desc())
        if is_postgresql():
            return chosen.order_by(func.ts_rank(_DOCUMENT, self._tsquery(), 1).desc(), Mention.id.desc())
        joined = chosen.join(_TABLE, _TABLE.c.rowid == Mention.id).where(self._match())
        return joined.order_by(_TABLE.c.rank, Mention.id.desc())

    def marks(self, text: str, words: str) -> list[tuple[str, bool]]:
        """Return ``text`` in pieces, in order: True for those that were searched for. ``words``: the mention's."""
        if not self.terms:
            return [(text, False)]
        there = spans(text)
        said = pairs(words)[: len(there)]
        hit = [False] * len(there)
        for at in range(len(said)):
            longest = max(term.found_at(said, at) for term in self.terms)
            hit[at : at + longest] = [True] * min(longest, len(there) - at)
        return _pieces(text, [(start, end) for (start, end, _), yes in zip(there, hit, strict=True) if yes])

    def _match(self) -> ColumnElement[bool]:
        query = " AND ".join(term.sqlite() for term in self.terms)
        return literal_column("mention_search").op("MATCH", is_comparison=True)(literal(query))

    def _tsquery(self) -> ColumnElement[Any]:
        query = " & ".join(term.postgresql() for term in self.terms)
        return func.to_tsquery(literal_column("'simple'"), literal(query))


_TABLE = table("mention_search", sql_column("rowid"), sql_column("rank"))
_DOCUMENT: ColumnElement[Any] = literal_column("mention.search")


def _pieces(text: str, hits: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in hits:
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    return [*pieces, (text[at:], False)] if at < len(text) else pieces


def read(text: str) -> Search:
    """Return what a search means, every form of its words included; two small statements at most.

    Words must all be there, in any form; ``deliv*`` is a beginning; ``"too late"`` stands so, side by side. Every
    other sign means nothing, so that no text is refused. Twelve words count.
    """
    terms, left = [], WORDS
    for quoted, plain in _CHUNKS.findall(text):
        words = forms(quoted or plain)[:left]
        left -= len(words)
        if not words:
            continue
        if quoted or len(words) > 1:
            terms.append(Term("phrase", tuple(words)))
        elif plain.endswith("*") and len(words[0]) > 1:
            terms.append(Term("start", tuple(words)))
        else:
            terms.append(Term("any", tuple(words)))
    lemmas = _lemmas({term.words[0] for term in terms if term.kind == "any"})
    return Search(text, tuple(_widened(term, lemmas) for term in terms))


def _widened(term: Term, lemmas: dict[str, set[str]]) -> Term:
    if term.kind != "any":
        return term
    word = term.words[0]
    return Term("any", (word, *sorted(lemmas.get(word, set()) - {word})))


def _lemmas(words: set[str]) -> dict[str, set[str]]:
    """The lemmas of words as people here used them; of a form that nobody used, those of forms much like it."""
    lemmas_of: dict[str, set[str]] = {word: set() for word in words}
    for form, lemma in _said([Term("any", (word,)) for word in words]):
        if form in lemmas_of:
            lemmas_of[form].add(lemma)
    stems = {word: _stem(word) for word, lemmas in lemmas_of.items() if not lemmas and not word.isdecimal()}
    for form, lemma in _said([Term("start", (stem,)) for stem in stems.values()]):
        for word, stem in stems.items():
            if form.startswith(stem) and len(form) - len(stem) <= ENDING:
                lemmas_of[word].add(lemma)
    return lemmas_of


def _said(terms: Sequence[Term]) -> set[tuple[str, str]]:
    """The (form, lemma) pairs of some mentions that hold each of the terms."""
    if not terms:
        return set()
    each = [
        select(select(Mention.words).where(Search("", (term,)).holds()).limit(LOOKED_AT).subquery().c.words)
        for term in terms
    ]
    return {pair for words in db.session.scalars(union_all(*each)) for pair in pairs(words)}


def _stem(word: str) -> str:
    found = _STEM.fullmatch(word)
    return found[1] if found else word
