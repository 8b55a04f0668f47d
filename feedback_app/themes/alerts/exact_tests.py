"""Is it chance? Fisher's exact test, and how many such tests may cry wolf. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, lgamma

_AS_RARE = 1 + 1e-9  # tables this near in chance count as equally rare


def rise(hits: int, cases: int, before: int, cases_before: int) -> float:
    """Return the chance of ``hits`` or more of ``cases``, were they no likelier than ``before`` of ``cases_before``.

    One-sided (Fisher, 1935): all margins are taken as given, so no share needs to be known.
    """
    whole = hits + before
    return min(1.0, sum(chance for at, chance in _tables(whole, cases, cases_before) if at >= hits))


def difference(hits: int, cases: int, before: int, cases_before: int) -> float:
    """Return the chance of two shares that differ as much or more, were they the same; two-sided."""
    tables = dict(_tables(hits + before, cases, cases_before))
    return min(1.0, sum(chance for chance in tables.values() if chance <= tables[hits] * _AS_RARE))


def _tables(whole: int, cases: int, cases_before: int) -> Iterator[tuple[int, float]]:
    """Every number of hits that the margins allow, with its chance (hypergeometric)."""
    ways = _choose(cases + cases_before, whole)
    for at in range(max(0, whole - cases_before), min(whole, cases) + 1):
        yield at, exp(_choose(cases, at) + _choose(cases_before, whole - at) - ways)


def _choose(many: int, some: int) -> float:
    return lgamma(many + 1) - lgamma(some + 1) - lgamma(many - some + 1)


def believed(chances: Sequence[float], wrong: float) -> list[bool]:
    """Return which of several tests to believe so that at most the share ``wrong`` of these is expected to be chance.

    Benjamini and Hochberg (1995): the more tests are made, the rarer each must be.
    """
    ordered = sorted(range(len(chances)), key=lambda at: chances[at])
    kept = 0
    for rank, at in enumerate(ordered, 1):
        if chances[at] <= wrong * rank / len(chances):
            kept = rank
    chosen = set(ordered[:kept])
    return [at in chosen for at in range(len(chances))]
