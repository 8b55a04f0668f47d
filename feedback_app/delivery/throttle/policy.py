"""What a worker may claim, and what the relay's answers teach all workers: limits, first letters, halts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from feedback_app.database import UtcDateTime
from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.claims import (
    TABLE,
    C,
    Claimed,
    Lane,
)
from feedback_app.delivery.queue.in_doubt import note_lost_connections
from feedback_app.delivery.queue.retry import USUAL, Schedule
from feedback_app.delivery.queue.smtp_replies import Reply, Verdict
from feedback_app.delivery.throttle import ramp_up
from feedback_app.delivery.throttle.ramp_up import Rules
from feedback_app.delivery.throttle.ramp_up_stats import SHARE, Window
from feedback_app.delivery.throttle.rates import Rates, domain_of

ROUNDS = 5  # claims in one transaction while limits put letters off
FOR_GOOD = (Verdict.REFUSED, Verdict.GONE)
TRIED = (*FOR_GOOD, Verdict.SENT, Verdict.LATER, Verdict.DOUBT)
NOTHING = Reply(0)


@dataclass
class RampUpCount:
    """First letters of a group that were tried since the last transaction."""

    tried: int = 0
    refused: int = 0
    reply: Reply = NOTHING


class ThrottlePolicy:
    """Used by the database thread of one worker. What it heard is written by ``write`` and forgotten by ``done``."""

    def __init__(self, rates: Rates | None = None, rules: Rules | None = None, schedule: Schedule = USUAL) -> None:
        self._rates, self._rules, self.schedule = rates or Rates(), rules or Rules(), schedule
        self._held: frozenset[tuple[str, int]] = frozenset()
        self.look_again = False  # something is held back since the last claim: look at letters in hand again
        self._beginning: set[Lane] = set()
        self._windows: dict[Lane, Window] = {}
        self._against_us: dict[Lane, Window] = {}  # of the same letters, those refused for what the sender is
        self.done()

    def claim(self, session: Session, owner: str, wanted: int, in_hand: Iterable[Letter]) -> list[Claimed]:
        """Lease up to ``wanted`` due letters that may leave now; see ``claims.claim``."""
        held = claims.held_back(session)
        self.look_again, self._held = bool(held - self._held), held
        room, bucket = self._rates.room(session, wanted)
        if room <= 0:
            return []
        keys = [letter.email_key for letter in in_hand]
        lanes = claims.lanes(session, held)
        beginning = ramp_up.beginning(session)
        self._beginning = set(beginning)
        going: list[Claimed] = []
        for lane, row in beginning.items():
            if lane in lanes and len(going) < room and ramp_up.may_go(session, row, self._rules):
                going += self._admitted(session, owner, claims.claim_from(session, owner, [lane], 1), keys)
        open_lanes = [lane for lane in lanes if lane not in beginning]
        for _ in range(ROUNDS):
            asked = room - len(going)
            rows = claims.claim_from(session, owner, open_lanes, asked) if asked else []
            admitted = self._admitted(session, owner, rows, keys)
            going += admitted
            keys += [row.email_key for row in admitted]
            if len(rows) == len(admitted):
                break
        self._rates.spend(session, bucket, len(going))
        return going

    def heard(self, letter: Letter, verdict: Verdict, reply: Reply) -> None:
        """Take note of what became of a letter."""
        if verdict is Verdict.BACK:
            self._heard_trouble(letter, reply)
            return
        if verdict is Verdict.DOUBT:
            self._doubtful.append(letter.id)
        if verdict is Verdict.LATER and reply.asks_for_less:
            self._crowded[domain_of(letter.email_key)] = str(reply)
        if letter.group_id is None or verdict not in TRIED:
            return
        lane, refused = Lane(letter.kind, letter.group_id), verdict in FOR_GOOD
        against_us = self._against_us.get(lane) or self._against_us.setdefault(lane, Window())
        against_us.add(refused and reply.against_us)
        if refused and against_us.denied(SHARE):
            self._unwanted[lane] = reply
        if lane in self._beginning:
            first = self._firsts.setdefault(lane, RampUpCount())
            first.tried, first.refused = first.tried + 1, first.refused + refused
            first.reply = reply if refused else first.reply
            return
        window = self._windows.get(lane) or self._windows.setdefault(lane, Window())
        window.add(refused)
        if refused and window.harmful(self._rules.percent):
            self._suspects[lane] = reply

    def _heard_trouble(self, letter: Letter, reply: Reply) -> None:
        if reply.code >= 500:
            self._denied[Lane(letter.kind, letter.group_id)] = reply
        elif reply.code == 421:
            self._hung_up = str(reply)
        elif reply.code == 454 or (reply.enhanced[0] == 4 and reply.enhanced[1].startswith("7.")):
            self._pressed = str(reply)

    def write(self, session: Session, pace: float, *, broken: bool) -> None:
        """Write what was heard. ``pace``: letters a second that this worker got rid of lately.

        ``broken``: the relay took nothing on a fresh connection. Only then does its 421 ask for less; after some
        letters it is a quota of the connection, and a new connection is the right answer.
        """
        for lane, first in self._firsts.items():
            ramp_up.count(session, lane, first.tried, first.refused, first.reply, self._rules)
        for lane, reply in self._suspects.items():
            if ramp_up.judge(session, lane, self._windows[lane], reply, self._rules):
                self._windows[lane] = Window()
        self._write_refusals_of_us(session)
        if self._doubtful:
            note_lost_connections(session, self._doubtful)
        for domain, asked in sorted(self._crowded.items()):
            self._rates.slow_domain(session, domain, asked)
        if why := self._pressed or (self._hung_up if broken else ""):
            self._rates.slow(session, pace, why)

    def _write_refusals_of_us(self, session: Session) -> None:
        for lane, reply in self._unwanted.items():
            if ramp_up.judge_sender(session, lane, self._against_us[lane], reply):
                self._against_us[lane] = Window()
        for lane, reply in self._denied.items():
            ramp_up.deny(lane, reply)

    @property
    def has_heard(self) -> bool:
        """True when there is something to write though no letter is settled."""
        return bool(self._denied or self._pressed)

    def done(self) -> None:
        """Forget what was written: the transaction is through."""
        self._firsts: dict[Lane, RampUpCount] = {}
        self._suspects: dict[Lane, Reply] = {}
        self._unwanted: dict[Lane, Reply] = {}
        self._denied: dict[Lane, Reply] = {}
        self._crowded: dict[str, str] = {}  # domains that ask for less, and with which words
        self._doubtful: list[int] = []
        self._pressed = self._hung_up = ""  # replies with which the relay asked us to go slower, or hung up

    def _admitted(self, session: Session, owner: str, rows: list[Claimed], keys: list[str]) -> list[Claimed]:
        going, late = self._rates.admit(session, rows, keys)
        if late:
            session.execute(PUT_OFF, [{"letter": one, "owner": owner, "moment": moment} for one, moment in late])
        return going


PUT_OFF: Any = (
    update(TABLE)
    .where(C.id == bindparam("letter"), C.state == "leased", C.lease_owner == bindparam("owner"))
    .values(
        state="queued", lease_owner=None, lease_until=None, not_before=bindparam("moment", type_=UtcDateTime())
    )
)  # fmt: skip
