"""Letters only ever change state as drawn, whoever acts, dies or comes late: a machine plays all parts at random."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import actions
from feedback_app.delivery.bounces import apply as returns
from feedback_app.delivery.bounces.parse import Kind, Return
from feedback_app.delivery.models import LetterPause, LetterReturn, OutgoingEmail, Suppression
from feedback_app.delivery.queue import claims, in_doubt, recovery
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.queue.results import record, result_of
from feedback_app.delivery.queue.smtp_replies import Reply, Verdict
from feedback_app.extensions import db
from tests.delivery.helpers import journals, queue

COUNT = 6
WORKERS = st.sampled_from(["one", "two"])
LETTERS = st.integers(0, COUNT - 1)
FINAL = {"sent", "failed", "bounced", "complained", "skipped", "in_doubt", "queued"}
# who may move a letter from where to where; what a verb leaves alone stays as it is
DRAWN: dict[str, set[tuple[str, str]]] = {
    "claim": {("queued", "leased")},
    "record": {("leased", state) for state in FINAL} | {
        (late, state) for late in ("cancelled", "in_doubt") for state in ("sent", "failed", "in_doubt")},
    "give back": {("leased", "queued"), ("in_doubt", "queued")},
    "recover": {("leased", "queued"), ("leased", "sent"), ("leased", "failed"), ("leased", "in_doubt"),
                ("in_doubt", "queued"), ("in_doubt", "sent"), ("in_doubt", "failed"),
                ("cancelled", "sent"), ("cancelled", "failed"), ("cancelled", "in_doubt")},
    "expire": {("leased", "in_doubt")},
    "cancel": {("queued", "cancelled"), ("leased", "cancelled")},
    "resend": {("failed", "queued"), ("in_doubt", "queued")},
    "settle": {("in_doubt", "sent"), ("in_doubt", "queued")},
    "come back": {
        (state, back) for state in ("leased", "sent", "in_doubt", "bounced") for back in ("bounced", "complained")},
}  # fmt: skip


class Letters(RuleBasedStateMachine):
    """Two workers, a person and the mail of the world, in any order."""

    @initialize()
    def begin(self) -> None:
        with transaction() as session:
            for table in (LetterReturn, Suppression, LetterPause, OutgoingEmail):
                session.execute(delete(table))
        self.ids = queue(*(f"p{n}@example.org" for n in range(COUNT)), kind="announcement", group_id=3)
        self.held: dict[str, set[int]] = {"one": set(), "two": set()}
        self.journals = {name: Journal(journals(), name) for name in self.held}
        self.accepted: set[int] = set()
        self.before = self._states()

    def teardown(self) -> None:
        for journal in self.journals.values():
            journal.close()

    @rule(who=WORKERS, count=st.integers(1, COUNT))
    def claim(self, who: str, count: int) -> None:
        with transaction() as session:
            rows = claims.claim(session, who, count)
        self.held[who] |= {row.id for row in rows}
        self._moved("claim")

    @rule(who=WORKERS, which=LETTERS, verdict=st.sampled_from(list(Verdict)))
    def record(self, who: str, which: int, verdict: Verdict) -> None:
        """A worker writes about a letter that it holds, or held before somebody took it for dead."""
        one = self.ids[which]
        if one not in self.held[who]:
            return
        now, code = clock.now(), {Verdict.SENT: 250, Verdict.LATER: 451, Verdict.REFUSED: 550}.get(verdict, 0)
        with transaction() as session:
            record(session, who, [result_of(one, verdict, Reply(code, "x"), 0, None, now)])
        self.held[who].discard(one)
        self._moved("record")

    @rule(who=WORKERS)
    def give_back(self, who: str) -> None:
        with transaction() as session:
            claims.give_back(session, who, self.held[who])
        self.held[who].clear()
        self._moved("give back")

    @rule(who=WORKERS, wires=st.sets(LETTERS), answers=st.sets(LETTERS), code=st.sampled_from([250, 451, 550]))
    def die(self, who: str, wires: set[int], answers: set[int], code: int) -> None:
        """A worker is killed: some of its letters were on the wire, some of these were answered."""
        journal = self.journals[who]
        for one in (self.ids[n] for n in wires if self.ids[n] in self.held[who]):
            journal.intend(one)
            if one in {self.ids[n] for n in answers}:
                journal.answered(one, Reply(code, "x"))
        os.close(journal._file)
        journal._file = -1
        recovery.recover(journals())
        self.held[who].clear()
        self.journals[who] = Journal(journals(), who)
        self._moved("recover")

    @rule(who=WORKERS)
    def fall_silent(self, who: str) -> None:
        late = clock.now() + timedelta(hours=1)
        with transaction() as session:
            claims.doubt(session, who, late)
        self._moved("expire")

    @rule(which=st.none() | LETTERS)
    def cancel(self, which: int | None) -> None:
        one = None if which is None else self.ids[which]
        with transaction():
            actions.cancel(letter_id=one, kind="announcement" if one is None else None)
        self._moved("cancel")

    @rule(state=st.sampled_from(["failed", "in_doubt"]))
    def resend(self, state: str) -> None:
        with transaction():
            actions.resend(state)
        self._moved("resend")

    @rule(policy=st.sampled_from(["by_cause", "resend", "hold", "by hand"]))
    def settle(self, policy: str) -> None:
        with transaction() as session:
            session.execute(update(OutgoingEmail).values(doubted_at=clock.now() - timedelta(hours=1)))
            if policy == "by hand":
                actions.settle_doubt()
            else:
                in_doubt.settle(session, policy)
        self._moved("settle")

    @rule(which=LETTERS, kind=st.sampled_from([Kind.HARD, Kind.SOFT, Kind.COMPLAINT]))
    def come_back(self, which: int, kind: Kind) -> None:
        with transaction():
            returns.take_in(Return(kind, self.ids[which], status="5.1.1", reason="no such user"), "command")
        self._moved("come back")

    @rule(hold=st.booleans())
    def pause_and_resume(self, hold: bool) -> None:
        with transaction():
            (actions.pause if hold else actions.resume)("announcement", 3)
        self._moved("nobody")

    @invariant()
    def a_lease_belongs_to_a_letter_in_hand(self) -> None:
        leased = select(OutgoingEmail).where(OutgoingEmail.state == "leased")
        for one in db.session.scalars(leased):
            assert one.lease_owner in self.held
            assert one.lease_until is not None
        db.session.rollback()

    def _states(self) -> dict[int, str]:
        db.session.rollback()
        return dict(db.session.execute(select(OutgoingEmail.id, OutgoingEmail.state)).all())

    def _moved(self, act: str) -> None:
        after = self._states()
        assert after.keys() == self.before.keys(), "a letter vanished"
        moves = {(self.before[one], after[one]) for one in after if after[one] != self.before[one]}
        assert moves <= DRAWN.get(act, set()), f"{act} moved letters as nobody drew it"
        self.before = after


def test_letters_change_state_only_as_drawn(app: Flask) -> None:
    run_state_machine_as_test(
        Letters,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize(
    ("rule_", "values"),
    [
        ("state", {"state": "lost"}), ("lease", {"state": "leased"}), ("sent", {"state": "sent"}),
        ("group", {"group_id": 0}), ("counts", {"attempts": -1}),
    ],
)  # fmt: skip
def test_the_table_refuses_what_cannot_be(app: Flask, rule_: str, values: dict[str, object]) -> None:
    queue("a@example.org")
    with pytest.raises(IntegrityError, match=f"ck_outgoing_email_{rule_}"), transaction() as session:
        session.execute(update(OutgoingEmail).values(**values))
    assert db.session.scalar(text("SELECT count(*) FROM outgoing_email")) == 1
