"""A free-text answer cut into mentions: pieces about one thing each, with their place in the answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.themes.engine.text.clauses import clause_starts
from feedback_app.themes.engine.text.no_content import says_nothing
from feedback_app.themes.engine.text.sentences import sentences
from feedback_app.themes.engine.text.tokens import Token

_LOOSE = ("comma", "dash", "semicolon")


@dataclass(frozen=True, slots=True)
class Piece:
    """One mention: `answer[start:end] == text`. `content` is False where there is nothing to group.

    Nothing to group: no words at all, "none", thanks, or praise that names no subject ("no complaints").
    """

    start: int
    end: int
    text: str
    content: bool


def cut(text: str) -> list[Piece]:
    """The mentions of an answer, in order, without overlap; characters between them are separators only.

    Sentence and clause level: sentences, list items and lines first, then clauses that say something of their
    own ("..., but the delivery was late"). Abbreviations, numbers and bullets are respected. Linear in the
    length of the text; any `str` is accepted; an answer without words or emoji has no mentions. The first Polish
    text of a process loads a dictionary (some seconds): call it where nobody waits.
    """
    pieces: list[Piece] = []
    for sentence in sentences(text):
        starts = [0, *clause_starts(sentence)]
        spans = [_span(sentence[begin:end]) for begin, end in zip(starts, [*starts[1:], len(sentence)], strict=True)]
        pieces += _pieces(text, [span for span in spans if span])
    return pieces


def _span(tokens: Sequence[Token]) -> tuple[int, int] | None:
    kept = [token for token in tokens if token.kind not in _LOOSE]
    return (kept[0].start, kept[-1].end) if kept else None


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """The spans of one sentence as pieces; neighbours that both say nothing are one ("Very happy, thank you")."""
    pieces: list[Piece] = []
    for begin, end in spans:
        content = not says_nothing(text[begin:end])
        joined = pieces and not content and not pieces[-1].content
        start = pieces.pop().start if joined else begin
        pieces.append(Piece(start, end, text[start:end], content))
    return pieces
