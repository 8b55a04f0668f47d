"""How long work says how far it is: a message that can be translated, and a share from 0 to 1. Pure."""

from __future__ import annotations

from typing import Protocol


class Tell(Protocol):
    """Called now and then by long work."""

    def __call__(self, message: str, share: float, **values: object) -> None:
        """``message`` is an English template that ``values`` fills; ``share`` of this stage is done."""


def silent(message: str, share: float, **values: object) -> None:
    """Tell nobody."""


def within(tell: Tell, start: float, end: float) -> Tell:
    """Return a Tell for one stage of several: its 0..1 becomes start..end of the whole."""

    def scaled(message: str, share: float, **values: object) -> None:
        tell(message, start + (end - start) * min(max(share, 0.0), 1.0), **values)

    return scaled
