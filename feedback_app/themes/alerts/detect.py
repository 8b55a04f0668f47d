"""Which themes grow, return or turn, by counts of people in three windows of time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from feedback_app.themes.alerts.exact_tests import believed, difference, rise

RECENT, QUIET, BEFORE = timedelta(days=28), timedelta(days=56), timedelta(days=364)
"""The last four weeks; the eight weeks before, in which a theme that returns was silent; as far back as is looked."""

LEAST = 5
"""Responses from which anything is said at all, in each window that is compared."""

RATIO = 1.5
"""What grows less than this is no news, however sure."""

WRONG = 0.05
"""Share of alerts that may be chance, over all themes of a codebook and all that is tested about them."""


@dataclass(frozen=True, slots=True)
class Window:
    """Responses that speak of a theme, and how many of them complain in it."""

    people: int = 0
    complaints: int = 0

    def __add__(self, other: Window) -> Window:
        return Window(self.people + other.people, self.complaints + other.complaints)


@dataclass(frozen=True, slots=True)
class History:
    """A theme, or everything, in the three windows."""

    recent: Window = Window()
    quiet: Window = Window()
    before: Window = Window()


def expected(cases: int, hits_before: int, cases_before: int) -> float:
    """Return how many hits ``cases`` would have at the share of before; 0 where nothing was before."""
    return cases * hits_before / cases_before if cases_before else 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind``: grows, returns, worse, better. ``hits`` of ``cases`` now, ``hits_before`` of ``cases_before`` then.

    Of growing and returning themes the cases are all responses; of turning ones those that speak of the theme.
    """

    theme_id: int
    kind: str
    hits: int
    cases: int
    hits_before: int
    cases_before: int
    chance: float

    @property
    def expected(self) -> float:
        """How many hits there would be now, had nothing changed."""
        return expected(self.cases, self.hits_before, self.cases_before)


def findings(themes: Mapping[int, History], everything: History) -> list[Finding]:
    """Return what is believed of the themes of a codebook, the least likely chance first."""
    tested = [one for theme_id, history in themes.items() for one in _tested(theme_id, history, everything)]
    kept = believed([one.chance for one in tested], WRONG)
    return sorted((one for one, true in zip(tested, kept, strict=True) if true), key=lambda one: one.chance)


def _tested(theme_id: int, own: History, everything: History) -> Iterator[Finding]:
    if own.recent.people < LEAST:
        return
    now, then = everything.recent.people, (everything.quiet + everything.before).people
    earlier = own.quiet + own.before
    if own.before.people >= LEAST and not own.quiet.people and everything.quiet.people:
        yield _grown(theme_id, "returns", own.recent.people, now, 0, everything.quiet.people)
    elif then:
        found = _grown(theme_id, "grows", own.recent.people, now, earlier.people, then)
        if found.hits >= RATIO * found.expected:
            yield found
    if earlier.people >= LEAST:
        yield _turned(theme_id, own.recent, earlier)


def _grown(theme_id: int, kind: str, hits: int, cases: int, before: int, cases_before: int) -> Finding:
    return Finding(theme_id, kind, hits, cases, before, cases_before, rise(hits, cases, before, cases_before))


def _turned(theme_id: int, now: Window, then: Window) -> Finding:
    chance = difference(now.complaints, now.people, then.complaints, then.people)
    worse = now.complaints * then.people > then.complaints * now.people
    kind = "worse" if worse else "better"
    return Finding(theme_id, kind, now.complaints, now.people, then.complaints, then.people, chance)
