"""Real workers before a real server: limits hold, first letters leave slowly, harm halts a group, doubt is settled."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from feedback_app import clock
from feedback_app.common.rate_syntax import domain_limits
from feedback_app.database import transaction
from feedback_app.delivery import actions, queries, suppression
from feedback_app.delivery.models import LetterRate, LetterWatch, OutgoingEmail
from feedback_app.delivery.queue import claims, in_doubt
from feedback_app.delivery.sending.sender import Sender
from feedback_app.delivery.throttle import ramp_up
from feedback_app.delivery.throttle.policy import ThrottlePolicy
from feedback_app.delivery.throttle.ramp_up import Rules
from feedback_app.delivery.throttle.ramp_up_stats import MANY
from feedback_app.delivery.throttle.rates import HORIZON, RELAY, Rates
from feedback_app.extensions import db
from tests.delivery.helpers import drain, letters, queue, sender, smtp, states
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")
KIND, GROUP = "announcement", 7


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as server:
        yield server


def _group(count: int, *, watched: bool = True, refused: tuple[int, ...] = (), relay: Relay | None = None) -> list[str]:
    people = [f"p{n:03}@example.org" for n in range(count)]
    queue(*people, kind=KIND, group_id=GROUP)
    if watched:
        with transaction():
            assert ramp_up.watch(KIND, GROUP, count, 1)
    if relay is not None:
        relay.faults.rcpt.update({people[n]: "550 5.5.0 we do not like your letters" for n in refused})
    return people


def _drain(relay: Relay, policy: ThrottlePolicy, connections: int = 2) -> Sender:
    office = sender(smtp(relay), connections, policy=policy)
    office.run(until_idle=True)
    return office


def _quick(first: int = 10, pace: float = 40.0, percent: float = 5.0) -> ThrottlePolicy:
    return ThrottlePolicy(rules=Rules(percent=percent, first=first, pace=pace))


def test_the_first_letters_of_a_large_group_leave_slowly_and_the_others_then(relay: Relay) -> None:
    people = _group(60)
    started = time.monotonic()
    _drain(relay, _quick(first=10, pace=20))
    assert time.monotonic() - started >= 9 / 20  # ten letters with nine waits between them
    assert sorted(relay.recipients()) == people
    watch = db.session.scalars(select(LetterWatch)).one()
    assert (watch.tried, watch.refused, watch.passed_at is not None) == (10, 0, True)


def test_too_many_refusals_among_the_first_halt_the_group_and_nobody_else(relay: Relay) -> None:
    _group(60, refused=(1, 3, 5), relay=relay)
    queue("service@example.org", kind="staff", scope="")
    queue("other@example.org", kind=KIND, group_id=GROUP + 1)
    _drain(relay, _quick(first=50, pace=4))
    counts = queries.counts_by_state(KIND, GROUP)
    assert counts == {"sent": 3, "failed": 3, "queued": 54}
    assert {"service@example.org", "other@example.org"} <= set(relay.recipients())
    halt = queries.halt_of(KIND, GROUP)
    assert halt is not None
    assert halt.words.startswith("3 of the last 6 letters were refused for good. The mail server said last: 550 5.5.0")
    assert queries.is_paused(KIND, GROUP)


def test_a_person_lets_a_halted_group_go_on_and_it_bears_twice_as_much(relay: Relay) -> None:
    people = _group(60, refused=(1, 3, 5), relay=relay)
    _drain(relay, _quick(first=50))
    with transaction():
        assert actions.resume(KIND, GROUP)
    relay.faults.rcpt.update({people[n]: "550 5.5.0 again" for n in (10, 20, 30)})
    _drain(relay, _quick(first=50, pace=400))
    counts = queries.counts_by_state(KIND, GROUP)
    assert counts == {"sent": 54, "failed": 6}  # 3 of 50 are 6 %, and 12 % are borne now
    assert queries.halt_of(KIND, GROUP) is None


def test_later_the_last_hundreds_are_watched(relay: Relay) -> None:
    _group(1500, refused=tuple(range(50, 1500, 2)), relay=relay)
    _drain(relay, _quick(first=5, pace=400), connections=1)
    counts = queries.counts_by_state(KIND, GROUP)
    assert counts["failed"] >= 6
    assert counts["queued"] > 500, "it went on and on"
    halt = queries.halt_of(KIND, GROUP)
    assert halt is not None
    assert "refused for good" in halt.words


def test_a_small_group_is_not_watched(relay: Relay, app: Flask) -> None:
    with transaction():
        assert not ramp_up.watch(KIND, GROUP, 499, 500)
        assert not ramp_up.watch(KIND, GROUP, 10**6, 0)
        assert ramp_up.watch(KIND, GROUP + 1, 500, 500)
        assert not ramp_up.watch(KIND, GROUP + 1, 500, 500)
    _group(20, watched=False, refused=tuple(range(8)), relay=relay)
    _drain(relay, _quick())
    assert queries.counts_by_state(KIND, GROUP) == {"sent": 12, "failed": 8}


def test_a_group_many_of_whose_letters_are_refused_for_what_we_are_halts_however_small(relay: Relay) -> None:
    people = _group(60, watched=False)
    queue("other@example.org", kind=KIND, group_id=GROUP + 1)
    relay.faults.rcpt.update(dict.fromkeys(people, "550 5.7.26 unauthenticated mail is not accepted"))
    _drain(relay, ThrottlePolicy(), connections=1)
    counts = queries.counts_by_state(KIND, GROUP)
    assert MANY <= counts["failed"] < 40
    assert counts["failed"] + counts["queued"] == 60
    halt = queries.halt_of(KIND, GROUP)
    assert halt is not None
    assert "not for their addresses. The mail server said last: 550 5.7.26" in halt.words
    assert relay.recipients() == ["other@example.org"]
    with transaction():
        assert actions.resume(KIND, GROUP)
    relay.faults.rcpt.clear()
    _drain(relay, ThrottlePolicy())
    assert queries.counts_by_state(KIND, GROUP) == {"sent": counts["queued"], "failed": counts["failed"]}


def test_a_few_filters_of_single_recipients_halt_nobody(relay: Relay) -> None:
    people = _group(60, watched=False)
    relay.faults.rcpt.update(dict.fromkeys(people[::13], "550 5.7.1 closed to strangers"))
    _drain(relay, ThrottlePolicy(), connections=1)
    assert queries.counts_by_state(KIND, GROUP) == {"sent": 55, "failed": 5}


@pytest.mark.parametrize("code", [451, 550])
def test_a_domain_that_names_a_limit_is_sent_less_by_all_workers_and_no_other_is(relay: Relay, code: int) -> None:
    queue(*(f"p{n}@googlemail.com" for n in range(300)))
    queue(*(f"p{n}@velo.example" for n in range(300)), kind="second")
    relay.faults.rcpt["p3@googlemail.com"] = f"{code} 4.7.28 unusual rate of mail"
    office = sender(smtp(relay), 1, policy=ThrottlePolicy())
    office.run(until_idle=True)
    domains = Counter(one.partition("@")[2] for one in relay.recipients())
    assert domains["velo.example"] == 300
    assert domains["googlemail.com"] < 200
    limited = letters()["p3@googlemail.com"]
    assert (limited.state, limited.attempts, limited.code) == ("queued", 1, code)
    untried = [one for one in letters().values() if one.state == "queued" and one.id != limited.id]
    assert {one.attempts for one in untried} == {0}
    assert max(one.not_before for one in untried) > clock.now() + timedelta(seconds=5)
    row = db.session.get(LetterRate, "gmail.com")
    assert row is not None
    assert row.why == f"{code} 4.7.28 unusual rate of mail"
    with transaction() as session:
        other, wanted = Rates(), untried[:50]
        other.room(session, 50)
        going, late = other.admit(session, wanted, [])
    assert len(going) < 50
    assert len(going) + len(late) == 50


def test_a_busy_mailbox_does_not_slow_its_whole_domain(relay: Relay) -> None:
    queue("a@gmail.com", "b@gmail.com")
    relay.faults.rcpt["a@gmail.com"] = "550 5.2.1 this user receives mail at a rate that prevents more"
    drain(relay)
    assert states() == {"a@gmail.com": "queued", "b@gmail.com": "sent"}
    assert db.session.get(LetterRate, "gmail.com") is None


def test_a_sender_that_is_refused_halts_the_group_and_counts_against_nobody() -> None:
    with Relay(mail="550 5.7.1 sender address rejected") as relay:
        _group(20, watched=False)
        _drain(relay, ThrottlePolicy())
    assert queries.counts_by_state(KIND, GROUP) == {"queued": 20}
    assert {one.attempts for one in letters().values()} == {0}
    halt = queries.halt_of(KIND, GROUP)
    assert halt is not None
    assert "does not take letters from our address: 550 5.7.1 sender address rejected" in halt.words


def test_two_workers_share_one_limit(relay: Relay, bare_app: Flask) -> None:
    queue(*(f"p{n}@example.org" for n in range(75)))

    def work() -> None:
        with bare_app.app_context():
            _drain(relay, ThrottlePolicy(Rates(rate=30)))

    threads = [threading.Thread(target=work) for _ in range(2)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started >= (75 - 30) / 30 - 0.05  # a second's worth at once, then 30 a second
    assert Counter(relay.recipients()).most_common(1)[0][1] == 1
    assert len(relay.letters) == 75


def test_a_slow_domain_starves_nobody(relay: Relay, bare_app: Flask) -> None:
    queue(*(f"p{n}@googlemail.com" for n in range(400)))
    queue(*(f"p{n}@velo.example" for n in range(40)), kind="second")
    office = sender(smtp(relay), policy=ThrottlePolicy(Rates(domains=domain_limits("gmail.com=2"))))
    thread = threading.Thread(target=_in(bare_app, office))
    thread.start()
    started = time.monotonic()
    until(lambda: sum(one.endswith("@velo.example") for one in relay.recipients()) == 40)
    took = time.monotonic() - started
    office.stop()
    thread.join()
    domains = Counter(one.partition("@")[2] for one in relay.recipients())
    assert domains["velo.example"] == 40
    assert domains["googlemail.com"] <= 2 + 2 * took + 2
    waiting = select(func.min(OutgoingEmail.not_before), func.max(OutgoingEmail.not_before)).where(
        OutgoingEmail.state == "queued"
    )
    first, last = db.session.execute(waiting).one()
    assert timedelta(seconds=150) < last - first <= 2 * HORIZON  # each has its turn, two a second


def test_no_more_than_so_many_at_once(bare_app: Flask) -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@gmail.com" for n in range(10)))
        office = sender(smtp(relay), 5, policy=ThrottlePolicy(Rates(domains=domain_limits("gmail.com=1000/2"))))
        thread = threading.Thread(target=_in(bare_app, office))
        thread.start()
        until(lambda: sum(line.startswith(b"DATA") for line in list(relay.commands)) == 2)
        for _ in range(20):
            assert queries.counts_by_state().get("leased", 0) <= 2
            db.session.rollback()
        hold.set()
        relay.wait_for(10)
        office.stop()
        thread.join()
    assert len(set(relay.recipients())) == 10


def test_a_relay_that_asks_for_less_is_given_half_by_all_workers() -> None:
    with Relay(text={"p050@example.org": lambda n: "454 4.7.0 too fast" if n == 1 else ""}) as relay:
        _group(100, watched=False)
        _drain(relay, ThrottlePolicy(Rates(rate=500)), connections=1)
        assert len(relay.letters) == 100
    row = db.session.get(LetterRate, RELAY)
    assert row is not None
    assert row.pace is not None
    assert row.top is not None
    assert row.pace == pytest.approx(max(0.5, row.top / 2))
    assert row.top <= 500
    assert row.why == "454 4.7.0 too fast"
    assert letters()["p050@example.org"].attempts == 1  # the 454 was counted against nobody
    with transaction() as session:
        session.execute(update(LetterRate).values(pace=0.5, top=500.0, slowed_at=clock.now(), tokens=0.0))
        assert Rates().room(session, 100)[0] <= 1  # another worker, which has no limit of its own


def test_a_full_connection_slows_nobody() -> None:
    with Relay(close_after=5) as relay:
        _group(40, watched=False)
        _drain(relay, ThrottlePolicy())
    assert len(relay.letters) == 40
    assert db.session.get(LetterRate, RELAY) is None


def test_letters_without_a_group_go_first_and_groups_share() -> None:
    queue(*(f"a{n}@example.org" for n in range(50)), kind=KIND, group_id=1)
    queue(*(f"b{n}@example.org" for n in range(50)), kind=KIND, group_id=2)
    queue("c@example.org", kind="staff")
    with transaction() as session:
        rows = claims.claim(session, "w", 21)
    assert Counter(row.address[0] for row in rows) == {"a": 10, "b": 10, "c": 1}
    with transaction() as session:
        assert len(claims.claim(session, "w", 500)) == 80


def _doubtful(cause: str) -> int:
    """Let a letter fall in doubt, by a line that is cut or by a worker that dies; return its id."""
    [letter_id] = queue(f"{cause}@example.org", kind=cause)
    if cause == "line":
        with Relay(text={"line@example.org": "accept-drop"}) as relay:
            drain(relay)
    else:
        with transaction() as session:
            claims.claim(session, "dead", 1)
            claims.doubt(session, "dead", clock.now() + timedelta(hours=1))
    return letter_id


def _settled(policy: str, after: timedelta = timedelta(minutes=31)) -> dict[str, str]:
    with transaction() as session:
        in_doubt.settle(session, policy)
    with transaction() as session:
        session.execute(
            update(OutgoingEmail).where(OutgoingEmail.state == "in_doubt").values(doubted_at=clock.now() - after)
        )
        in_doubt.settle(session, policy)
    return {address.partition("@")[0]: state for address, state in states().items()}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("hold", {"line": "in_doubt", "killed": "in_doubt"}),
        ("by_cause", {"line": "queued", "killed": "in_doubt"}),
        ("resend", {"line": "queued", "killed": "queued"}),
    ],
)
def test_doubt_is_settled_as_the_organisation_wants(policy: str, expected: dict[str, str]) -> None:
    _doubtful("line")
    _doubtful("killed")
    assert _settled(policy, after=timedelta(minutes=29)) == {"line": "in_doubt", "killed": "in_doubt"}
    assert _settled(policy) == expected


def test_a_letter_is_sent_again_by_itself_only_once() -> None:
    _doubtful("line")
    assert _settled("by_cause") == {"line": "queued"}
    with Relay(text={"line@example.org": "accept-drop"}) as relay:
        drain(relay)
    assert _settled("by_cause") == {"line": "in_doubt"}
    assert _settled("resend") == {"line": "in_doubt"}


def test_who_unsubscribed_with_its_link_has_got_the_letter() -> None:
    letter_id = _doubtful("line")
    with transaction():
        suppression.suppress("line@example.org", "surveys", "unsubscribed", f"letter {letter_id}")
    assert _settled("resend") == {"line": "sent"}
    assert letters()["line@example.org"].reply == in_doubt.ARRIVED


def _in(app: Flask, office: Sender) -> object:
    def work() -> None:
        with app.app_context():
            office.run()

    return work
