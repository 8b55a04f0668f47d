"""A free-text answer cut into mentions: pieces about one thing each, with their place in the answer. Pure."""

from dataclasses import dataclass

from feedback_app.themes.engine.clauses import clause_starts
from feedback_app.themes.engine.praise import says_nothing
from feedback_app.themes.engine.sentences import sentences
from feedback_app.themes.engine.tokens import Token

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
    length of the text; any `str` is accepted; an answer without words or emoji has no mentions.
    """
    pieces: list[Piece] = []
    for sentence in sentences(text):
        starts = [0, *clause_starts(sentence)]
        for begin, end in zip(starts, [*starts[1:], len(sentence)], strict=True):
            piece = _piece(text, sentence[begin:end])
            if piece:
                pieces.append(piece)
    return pieces


def _piece(text: str, tokens: list[Token]) -> Piece | None:
    kept = [at for at, token in enumerate(tokens) if token.kind not in _LOOSE]
    if not kept:
        return None
    start, end = tokens[kept[0]].start, tokens[kept[-1]].end
    return Piece(start, end, text[start:end], not says_nothing(text[start:end]))
