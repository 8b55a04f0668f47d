"""When a group of letters is doing harm: too many refused for good, or the sender itself refused. Pure.

Providers judge a sender by the share of unknown addresses and refusals. The first letters of a large group leave one
by one; afterwards the last hundreds are watched.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 50  # letters that leave slowly
PACE = 1.0  # of them a second, all workers together
MANY = 5  # letters refused for what the sender is, from which on it is no accident
SHARE = 10.0  # and the share of the last letters that they must exceed, in per cent
HALF = 100  # later, the share is that of the last one to two hundred letters


def harmful(tried: int, refused: int, percent: float, of_at_least: int = FIRST) -> bool:
    """True when more than ``percent`` of ``tried`` letters were refused; few letters count as ``of_at_least``.

    So the third refusal among the first fifty is too many at 5 %, be it the third letter or the fiftieth: nothing
    that comes after can bring the share of the fifty down again.
    """
    return 100 * refused > percent * max(tried, of_at_least)


@dataclass(slots=True)
class Window:
    """The last letters of one group: two halves, of which the older is dropped when the newer is full."""

    tried: int = 0
    refused: int = 0
    older_tried: int = 0
    older_refused: int = 0

    def add(self, refused: bool) -> None:
        """Count one letter."""
        if self.tried == HALF:
            self.older_tried, self.older_refused, self.tried, self.refused = self.tried, self.refused, 0, 0
        self.tried += 1
        self.refused += refused

    def counts(self) -> tuple[int, int]:
        """Return how many were tried and refused."""
        return self.tried + self.older_tried, self.refused + self.older_refused

    def harmful(self, percent: float) -> bool:
        """True when more than ``percent`` of them were refused, judged on a hundred at least."""
        tried, refused = self.counts()
        return harmful(tried, refused, percent, HALF)

    def denied(self, percent: float) -> bool:
        """True when many of them, and more than ``percent``, were refused; for refusals of the sender as such."""
        tried, refused = self.counts()
        return refused >= MANY and 100 * refused > percent * tried
