"""How often the reader was right, and what its word weighs: nothing, until people's own judgements say so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from feedback_app.common.intervals import interval

MEASURED = 10
"""Judgements of people from which a hit rate is said, and before which the reader is only tested."""


@dataclass(frozen=True)
class HitRate:
    """In ``hits`` of ``cases`` the reader had said what people said before they could know its answer.

    ``alike``: how many of the cases people judged in the commonest way. Whoever always says that is right as often.
    """

    hits: int = 0
    cases: int = 0
    alike: int = 0

    @property
    def measured(self) -> bool:
        """True when enough was judged to say a rate at all."""
        return self.cases >= MEASURED

    @property
    def share(self) -> float:
        """The expected rate: the mean of Beta(hits + 1, misses + 1), a half while nothing is known (Laplace)."""
        return (self.hits + 1) / (self.cases + 2)

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true rate lies, at 95 % (Wilson, 1927)."""
        return interval(self.hits, self.cases)

    @property
    def idle(self) -> float:
        """How often one is right without reading: a coin, or always the commonest judgement."""
        return max(0.5, self.alike / self.cases if self.cases else 0.0)

    @property
    def weight(self) -> float:
        """What its vote weighs: the log odds of the lower bound over those of not reading; 0 until measured.

        Where people judged all cases alike nothing is known of who reads, so it stays 0.
        """
        low = self.bounds[0]
        return _log_odds(low) - _log_odds(self.idle) if self.measured and low > self.idle else 0.0

    @property
    def heard(self) -> bool:
        """True when its vote weighs anything."""
        return self.weight > 0


def _log_odds(share: float) -> float:
    share = min(max(share, 0.001), 0.999)
    return log(share / (1 - share))
