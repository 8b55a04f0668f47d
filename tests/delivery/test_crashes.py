"""Workers that are killed, stopped, paused and cut off: nobody is lost, nobody is written to twice."""

from __future__ import annotations

import json
import random
import signal
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import actions, queries, suppression
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue import claims, recovery
from feedback_app.delivery.queue.journal import ENDING, Journal, line
from feedback_app.delivery.queue.recovery import left_behind, read_journal
from feedback_app.delivery.queue.results import Result, record
from feedback_app.delivery.queue.smtp_replies import Reply
from feedback_app.delivery.sending.connections import FRESH
from feedback_app.delivery.sending.sender import Sender
from tests.delivery.helpers import drain, journals, letters, queue, sender, smtp, states
from tests.delivery.processes import worker
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")


def test_kill_again_and_again() -> None:
    """SIGKILL a real worker in the middle of sending, three times; then count on both sides."""
    count, kills, dice = 1500, 3, random.Random(7)  # noqa: S311  # picks moments
    with Relay() as relay:
        wanted = [f"p{n}@example.org" for n in range(count)]
        queue(*wanted)
        for _ in range(kills):
            before = len(relay.letters)
            with worker(relay, "--until-idle") as child:
                relay.wait_for(before + dice.randint(50, 300), seconds=60)
                child.send_signal(signal.SIGKILL)
        assert list(journals().glob("*" + ENDING))
        with worker(relay, "--until-idle", "--json") as child:
            told = json.loads(child.communicate(timeout=120)[0].splitlines()[-1])
            assert child.returncode == 0
    accepted = Counter(relay.recipients())
    found = states()
    doubtful = {address for address, state in found.items() if state == "in_doubt"}
    assert told["waiting"] == 0
    assert max(accepted.values()) == 1, "somebody was written to twice"
    assert set(wanted) - set(accepted) <= doubtful, "somebody was lost"
    assert {address for address, state in found.items() if state == "sent"} <= set(accepted)
    assert len(doubtful) <= 3 * kills
    assert set(found.values()) <= {"sent", "in_doubt"}
    assert not list(journals().glob("*"))


def test_sigterm_finishes_what_is_in_hand_and_gives_the_rest_back() -> None:
    with Relay() as relay:
        queue(*(f"p{n}@example.org" for n in range(2000)))
        with worker(relay) as child:
            relay.wait_for(100, seconds=60)
            child.send_signal(signal.SIGTERM)
            assert child.wait(30) == 0
        taken = len(relay.letters)
    counts = queries.counts_by_state()
    assert counts == {"sent": taken, "queued": 2000 - taken}
    assert not list(journals().glob("*"))


def test_two_workers_share_the_queue_and_nobody_gets_two_letters(bare_app: Flask) -> None:
    with Relay() as relay:
        queue(*(f"p{n}@example.org" for n in range(400)))
        tallies = []

        def work() -> None:
            with bare_app.app_context():
                tallies.append(sender(smtp(relay)).run(until_idle=True))

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(tally.sent for tally in tallies) == 400
    assert len(relay.letters) == len(set(relay.recipients())) == 400


def test_unsubscribing_in_the_middle_stops_that_letter() -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(40)))
        office = sender(smtp(relay), connections=1)
        thread = _in_thread(office.run)
        until(lambda: "leased" in states().values())
        with transaction():
            suppression.suppress("p39@example.org", "surveys", "unsubscribed")
        looked_long_ago(office)
        hold.set()
        relay.wait_for(39)
        office.stop()
        thread.join()
    assert states()["p39@example.org"] == "skipped"
    assert "p39@example.org" not in relay.recipients()


def test_pause_resume_and_cancel_while_sending() -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(30)), kind="announcement", group_id=5)
        queue("service@example.org", kind="staff", scope="")
        office = sender(smtp(relay), connections=1)
        thread = _in_thread(office.run)
        until(lambda: len(office._in_flight._letters) >= 6)  # all that one connection is given ahead
        with transaction():
            assert actions.pause("announcement", 5)
            assert not actions.pause("announcement", 5)
        looked_long_ago(office)
        hold.set()
        relay.wait_for(2)
        until(lambda: queries.counts_by_state("announcement").get("leased", 0) == 0)
        until(lambda: "service@example.org" in relay.recipients())
        assert queries.counts_by_state("announcement", 5)["queued"] >= 28
        with transaction():
            assert actions.cancel(kind="announcement", group_id=5) >= 28
            assert actions.resume("announcement", 5)
        office.stop()
        thread.join()
    assert set(queries.counts_by_state("announcement")) == {"sent", "cancelled"}


def test_a_letter_cancelled_while_on_the_wire_is_sent_when_it_was() -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        [letter_id] = queue("a@example.org")
        office = sender(smtp(relay))
        thread = _in_thread(office.run)
        until(lambda: any(line.startswith(b"DATA") for line in relay.commands))
        with transaction():
            assert actions.cancel(letter_id=letter_id) == 1
        hold.set()
        relay.wait_for(1)
        office.stop()
        thread.join()
    assert states() == {"a@example.org": "sent"}


def test_resending_what_is_in_doubt_uses_the_same_message_id() -> None:
    with Relay(text={"a@example.org": lambda n: "accept-drop" if n == 1 else ""}) as relay:
        queue("a@example.org")
        drain(relay)
        assert states() == {"a@example.org": "in_doubt"}
        with transaction():
            assert actions.resend("in_doubt") == 1
        drain(relay)
    first, second = (one.message["Message-ID"] for one in relay.letters)
    assert first == second
    assert states() == {"a@example.org": "sent"}


def test_doubt_can_be_taken_as_sent() -> None:
    with Relay(text={"a@example.org": "accept-drop"}) as relay:
        queue("a@example.org")
        drain(relay)
    with transaction():
        assert actions.settle_doubt() == 1
    assert letters()["a@example.org"].state == "sent"


def test_a_journal_settles_what_its_worker_held() -> None:
    ids = queue(*(f"p{n}@example.org" for n in range(6)))
    _claimed("dead", ids)
    journal = Journal(journals(), "dead")
    journal.intend(ids[0])
    journal.answered(ids[0], Reply(250, "2.0.0 ok"))
    journal.intend(ids[1])
    journal.intend(ids[2])
    journal.answered(ids[2], Reply(550, "5.1.1 refused after the text"))
    journal.intend(ids[3])
    journal.answered(ids[3], Reply(451, "4.2.0 later"))
    journal.intend(ids[4])
    journal.known([ids[4]])
    journal.abandon()  # as if killed: the lock is gone, the file is not
    counts = recovery.recover(journals())
    assert counts == {"sent": 1, "in_doubt": 1, "failed": 1, "queued": 3}
    by_id = {one.id: one for one in letters().values()}
    assert [by_id[one].state for one in ids] == ["sent", "in_doubt", "failed", "queued", "queued", "queued"]
    assert [by_id[one].attempts for one in ids] == [1, 0, 1, 1, 0, 0]
    assert all(one.lease_owner is None for one in by_id.values())
    assert recovery.recover(journals()) == Counter()


def test_a_living_worker_is_left_alone() -> None:
    ids = queue("a@example.org")
    _claimed("alive", ids)
    journal = Journal(journals(), "alive")
    _expire("alive")
    assert recovery.recover(journals()) == Counter()
    assert states() == {"a@example.org": "leased"}
    journal.close()


def test_a_lease_that_ran_out_elsewhere_is_in_doubt_until_its_journal_turns_up(tmp_path: Path) -> None:
    ids = queue("sent@example.org", "wire@example.org", "unsent@example.org")
    _claimed("elsewhere", ids)
    journal = Journal(tmp_path / "other-machine", "elsewhere")
    journal.intend(ids[0])
    journal.answered(ids[0], Reply(250, "2.0.0 ok"))
    journal.intend(ids[1])
    journal.abandon()
    assert recovery.recover(journals()) == Counter()  # the lease still runs
    _expire("elsewhere")
    assert recovery.recover(journals()) == {"in_doubt": 3}
    assert recovery.recover(tmp_path / "other-machine") == {"sent": 1, "in_doubt": 1, "queued": 1}
    assert states() == {"sent@example.org": "sent", "wire@example.org": "in_doubt", "unsent@example.org": "queued"}


def test_after_a_power_cut_what_the_journal_does_not_mention_is_in_doubt() -> None:
    ids = queue("a@example.org")
    _claimed("cut", ids)
    journals().mkdir(parents=True, exist_ok=True)
    (journals() / ("cut" + ENDING)).write_bytes(line(b"o cut another-boot"))
    assert recovery.recover(journals()) == {"in_doubt": 1}


def test_a_journal_grows_no_larger_than_what_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.delivery.queue.journal.COMPACT_BYTES", 2000)
    folder = tmp_path / "journal"
    journal = Journal(folder, "w")
    for n in range(2000):
        journal.intend(n)
        journal.answered(n, Reply(250, "2.0.0 queued as 12345"))
        if n % 10 == 9:
            journal.known(range(n - 9, n))  # one in ten stays open
    path = folder / ("w" + ENDING)
    contents = read_journal(path.read_bytes(), "w")
    assert contents.whole
    assert set(contents.replies) == set(range(9, 2000, 10))
    assert path.stat().st_size < 40_000
    assert not list(left_behind(folder))  # still locked, also after it was written anew
    journal.abandon()
    assert [one.owner for one in left_behind(folder)] == ["w"]
    assert not list(folder.glob("*"))


@pytest.mark.parametrize(
    "raw", [b"", b"garbage", b"o", b"i 1\n", b"\xff\xfe\n" * 50, b"o w boot\nr\nr x\nd x y\ni 5 6 7\nr 9 250"]
)
def test_a_damaged_journal_is_read_as_far_as_it_goes(raw: bytes) -> None:
    contents = read_journal(raw, "w")
    assert not contents.whole
    assert not contents.intents
    assert not contents.replies


def test_a_worker_whose_row_was_taken_writes_nothing_about_it() -> None:
    [letter_id] = queue("a@example.org")
    _claimed("second", [letter_id])
    now = clock.now()
    result = Result(letter_id, "failed", 550, "x", None, now, 1, now)
    with transaction() as session:
        record(session, "first", [result])
    assert states() == {"a@example.org": "leased"}


def _claimed(owner: str, ids: list[int]) -> None:
    with transaction() as session:
        rows = claims.claim(session, owner, len(ids))
    assert sorted(row.id for row in rows) == sorted(ids)


def _expire(owner: str) -> None:
    with transaction() as session:
        late = clock.now() - timedelta(seconds=1)
        session.execute(update(OutgoingEmail).where(OutgoingEmail.lease_owner == owner).values(lease_until=late))


def looked_long_ago(office: Sender) -> None:
    """As if more time had passed than what the database said about the letters in hand is trusted."""
    for letter in list(office._in_flight._letters.values()):
        letter.seen -= FRESH


def _in_thread(run: object) -> threading.Thread:
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            run()  # type: ignore[operator]

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
