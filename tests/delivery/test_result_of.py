"""From what the relay said to what is written about a letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.delivery.queue.results import ASIDE, Result, result_of
from feedback_app.delivery.queue.retry import Schedule
from feedback_app.delivery.queue.smtp_replies import LONGEST, Reply, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCHEDULE = Schedule(steps=(HOUR, 10 * HOUR), give_up=timedelta(days=2))
COUNTED = {Verdict.SENT, Verdict.LATER, Verdict.REFUSED, Verdict.GONE}


def _result(verdict: Verdict, attempts: int = 0, first_at: datetime | None = None, text: str = "x") -> Result:
    return result_of(7, verdict, Reply(450, text), attempts, first_at, NOW, schedule=SCHEDULE)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.SENT, "sent"),
        (Verdict.LATER, "queued"),
        (Verdict.REFUSED, "failed"),
        (Verdict.GONE, "failed"),
        (Verdict.DOUBT, "in_doubt"),
        (Verdict.BACK, "queued"),
        (Verdict.SKIPPED, "skipped"),
    ],
)
def test_each_verdict_leads_to_its_state(verdict: Verdict, state: str) -> None:
    result = _result(verdict)
    assert (result.id, result.state, result.code, result.reply) == (7, state, 450, "x")
    assert (result.sent_at == NOW) is (verdict is Verdict.SENT)
    assert result.attempts == (1 if verdict in COUNTED else 0)
    assert result.first_at == (NOW if verdict in COUNTED else None)


@pytest.mark.parametrize("verdict", Verdict)
def test_the_first_attempt_is_remembered_whatever_comes(verdict: Verdict) -> None:
    before = NOW - HOUR
    result = _result(verdict, attempts=3, first_at=before)
    assert result.first_at == before
    assert result.attempts == 3 + (verdict in COUNTED)


def test_trouble_of_the_relay_lets_the_letter_step_aside() -> None:
    assert _result(Verdict.BACK).not_before == NOW + ASIDE
    assert timedelta(minutes=10) == ASIDE


@pytest.mark.parametrize(("attempts", "wait"), [(0, HOUR), (1, 10 * HOUR), (9, 10 * HOUR)])
def test_later_means_after_the_step_of_this_attempt_give_or_take_a_fifth(attempts: int, wait: timedelta) -> None:
    waits = [_result(Verdict.LATER, attempts, NOW - HOUR).not_before - NOW for _ in range(30)]
    assert all(0.8 * wait <= one <= 1.2 * wait for one in waits)
    assert len(set(waits)) > 20  # spread, so that they do not come back together


@pytest.mark.parametrize(("tried_for", "state"), [(47, "queued"), (48, "failed"), (500, "failed")])
def test_after_the_last_day_it_is_given_up(tried_for: int, state: str) -> None:
    result = _result(Verdict.LATER, 4, NOW - tried_for * HOUR, text="mailbox full")
    assert result.state == state
    assert result.reply == ("given up after all tries: mailbox full" if state == "failed" else "mailbox full")
    assert (result.not_before > NOW) is (state == "queued")
    assert result.sent_at is None


def test_a_letter_never_tried_before_is_not_given_up() -> None:
    assert _result(Verdict.LATER).state == "queued"


@given(st.sampled_from(list(Verdict)), st.text(max_size=400), st.integers(0, 100), st.booleans())
def test_whatever_is_said_fits_its_column(verdict: Verdict, text: str, hours: int, ours: bool) -> None:
    reply = Reply(0 if ours else 550, text)
    result = result_of(1, verdict, reply, 1, NOW - hours * HOUR, NOW, schedule=SCHEDULE)
    assert len(result.reply) <= LONGEST
    assert result.code == (None if ours else 550)
    assert result.not_before >= NOW


def test_without_a_schedule_a_letter_is_tried_for_four_days() -> None:
    def state(days: float) -> str:
        return result_of(1, Verdict.LATER, Reply(450), 1, NOW - timedelta(days=days), NOW).state

    assert (state(3.99), state(4)) == ("queued", "failed")
