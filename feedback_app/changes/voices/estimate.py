"""How good what would go out is, and how many are found: honest figures from few judgements. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.common.intervals import interval


@dataclass(frozen=True)
class Estimate:
    """``quoted`` quotations would go out, ``unjudged`` of them read by nobody; ``fit`` of all fit, low to high.

    ``found``: the share of those who said it that are among the quoted; None while nothing was ranked.
    """

    quoted: int
    unjudged: int
    fit: float
    low: float
    high: float
    found: float | None


def estimate(judged: int, unjudged: int, sample: tuple[int, int], expected: float | None) -> Estimate:
    """Return the figures for so many judged quotations and unjudged ones, of which a sample (hits, cases) was judged.

    What a person judged to fit is taken to fit. ``expected``: voices among all that is not quoted.
    """
    quoted = judged + unjudged
    hits, cases = sample
    low, high = interval(hits, cases)
    share = hits / cases if cases else 0.0

    def of_all(part: float) -> float:
        return (judged + unjudged * part) / quoted if quoted else 1.0

    found = None if expected is None else quoted / max(quoted + expected, 1e-9)
    return Estimate(quoted, unjudged, of_all(share), of_all(low), of_all(high), found)
