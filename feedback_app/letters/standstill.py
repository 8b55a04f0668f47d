"""Why letters do not leave, for every page that speaks of letters: the desk, the queue, a sending's own page."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.delivery import queries as post_office
from feedback_app.delivery.models import LetterPause
from feedback_app.jobs import queries as jobs
from feedback_app.jobs.models import Worker
from feedback_app.letters import queries as mail_queries
from feedback_app.letters.queries import Group


@dataclass(frozen=True)
class Standstill:
    """What keeps letters of ``kind`` from leaving, whichever group they are of; all None and False: nothing does.

    ``pause``: a person holds back all letters or the kind. ``relay``: a worker whose trouble says since when the relay
    has taken nothing, and in which words. ``asleep``: no worker was seen lately.
    """

    pause: LetterPause | None
    relay: Worker | None
    asleep: bool

    def __bool__(self) -> bool:
        return bool(self.pause or self.relay or self.asleep)


def standstill(kind: str = "") -> Standstill:
    """Return what keeps letters of ``kind`` ("": of every kind) from leaving now: two short queries."""
    alive = jobs.workers()
    pause = next((one for one in post_office.pauses() if not one.group_id and one.kind in ("", kind)), None)
    return Standstill(pause, jobs.relay_trouble(alive), not alive)


def halted(language: str) -> list[Group]:
    """Return the groups that the machine holds back while letters of them wait, the newest first, by name."""
    keys = list(post_office.open_halts())
    if not keys:
        return []
    states = {key: post_office.counts_by_state(*key) for key in keys}
    return [one for one in mail_queries.named(states, language, {}) if one.waiting][::-1]
