"""placeholder"""
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    end: int
    text: str
    content: bool
def cut(text: str) -> list[Piece]:
    return [Piece(0, len(text), text, True)]
