"""Buckets, canaries, retries and limits as they are written: the parts that know no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.common.rate_syntax import (
    DomainLimit,
    domain_limits,
    duration,
    durations,
    family,
)
from feedback_app.delivery.queue.retry import JITTER, USUAL, Schedule
from feedback_app.delivery.throttle.ramp_up_stats import FIRST, HALF, MANY, PACE, SHARE, Window, harmful
from feedback_app.delivery.throttle.token_bucket import (
    Bucket,
    Slowdown,
    burst,
    full,
    slower,
)
from feedback_app.settings import BadSetting, Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.floats(-5, 30), st.integers(0, 200)), max_size=60)


@given(rate=st.floats(0.1, 500), steps=STEPS)
def test_a_bucket_never_gives_more_than_its_rate(rate: float, steps: list[tuple[float, int]]) -> None:
    """Over any time, however the clock jumps, no more leaves than a full bucket and what flowed in."""
    bucket, moment, latest, sent = full(rate, NOW), NOW, NOW, 0
    for seconds, wanted in steps:
        moment += timedelta(seconds=seconds)
        bucket, granted = bucket.filled(rate, moment).take(wanted)
        sent += granted
        latest = max(latest, moment)
        assert 0 <= granted <= wanted
        assert bucket.tokens >= 0
    forward = sum(seconds for seconds, _ in steps if seconds > 0)
    assert sent <= burst(rate) + rate * forward + 1e-6


def test_two_workers_that_look_at_their_clocks_in_another_order_get_no_more() -> None:
    bucket, sent = full(30, NOW), 0
    for tick in range(100):
        for moment in (tick, tick - 1):  # the second looked a tenth of a second earlier and writes later
            bucket, granted = bucket.filled(30, NOW + timedelta(seconds=moment / 10)).take(30)
            sent += granted
    assert sent <= burst(30) + 30 * 9.9
    late = Bucket(0, NOW).filled(30, NOW - timedelta(seconds=1)).filled(30, NOW)
    assert late.tokens == 0
    assert Bucket(0, NOW).filled(30, NOW - timedelta(hours=1)).at == NOW - timedelta(hours=1)


def test_a_bucket_gives_all_of_its_rate() -> None:
    bucket, sent = full(20, NOW), 0
    for tick in range(600):  # a minute, ten looks a second, asked for more than there is
        bucket, granted = bucket.filled(20, NOW + timedelta(seconds=tick / 10)).take(50)
        sent += granted
    assert sent == pytest.approx(20 * 59.9 + burst(20), abs=2)


def test_a_slow_rate_still_lets_a_letter_go() -> None:
    bucket, first = full(0.1, NOW).take(5)
    assert first == 1
    assert bucket.filled(0.1, NOW + timedelta(seconds=9)).take(5)[1] == 0
    assert bucket.filled(0.1, NOW + timedelta(seconds=10.001)).take(5)[1] == 1


def test_the_pace_is_halved_and_comes_back_by_a_twentieth_a_minute() -> None:
    once = slower(None, 100, NOW)
    assert (once.pace, once.top) == (50, 100)
    assert once.now_at(NOW + timedelta(minutes=1)) == pytest.approx(52.5)
    assert once.now_at(NOW + timedelta(minutes=14)) == pytest.approx(50 * 1.05**14)
    assert once.now_at(NOW + timedelta(minutes=15)) is None
    assert once.now_at(NOW + timedelta(days=300)) is None
    again = slower(once, 3, NOW + timedelta(minutes=1))
    assert (again.pace, again.top) == (pytest.approx(26.25), 100)
    assert slower(once, 80, NOW + timedelta(hours=1)) == Slowdown(40, 80, NOW + timedelta(hours=1))
    assert slower(None, 0, NOW).now_at(NOW) is None  # nothing had left: there is no pace to halve


def test_a_slowed_pace_never_falls_below_half_a_letter_a_second_nor_by_a_clock_that_steps_back() -> None:
    slow = slower(slower(slower(None, 1.2, NOW), 0, NOW), 0, NOW)
    assert (slow.pace, slow.top) == (0.5, 1.2)
    once = slower(None, 100, NOW)
    assert once.now_at(NOW - timedelta(minutes=30)) == 50


@pytest.mark.parametrize(("tried", "refused", "wrong"), [(50, 2, False), (50, 3, True), (3, 3, True), (10, 2, False)])
def test_the_third_refusal_among_the_first_fifty_is_too_many(tried: int, refused: int, wrong: bool) -> None:
    assert harmful(tried, refused, 5.0) is wrong


@given(st.lists(st.booleans(), max_size=600))
def test_a_window_judges_the_last_hundred_to_two_hundred(refusals: list[bool]) -> None:
    window = Window()
    for number, one in enumerate(refusals, 1):
        window.add(one)
        tried, refused = window.counts()
        assert tried == number if number <= HALF else HALF <= tried <= 2 * HALF
        assert refused == sum(refusals[number - tried : number])
        assert window.harmful(5.0) is (100 * refused > 5 * max(tried, HALF))


def test_retries_wait_as_the_standard_says_and_end() -> None:
    """RFC 5321 4.5.4.1: at least 30 minutes, but for one early try for greylisting; given up after 4-5 days."""
    wanted = (5, 30, 60, 120, 240, 240, 240)
    for attempts, minutes in enumerate(wanted, 1):
        waits = [USUAL.wait(attempts) / timedelta(minutes=1) for _ in range(200)]
        assert min(waits) >= minutes * (1 - JITTER)
        assert max(waits) <= minutes * (1 + JITTER)
        assert max(waits) - min(waits) > minutes * JITTER  # spread, or all come back in one moment
    assert not USUAL.given_up(NOW, NOW + timedelta(days=4, seconds=-1))
    assert USUAL.given_up(NOW, NOW + timedelta(days=4))
    own = Schedule(durations("1m 2h"), duration("36h"))
    assert own.wait(9) >= timedelta(hours=1.6)
    assert (own.give_up, USUAL.give_up) == (timedelta(hours=36), timedelta(days=4))


def test_limits_are_read_as_they_are_written() -> None:
    read = domain_limits("gmail.com=20/2, *=50 Hotmail.com=0.5")
    assert read == {"gmail.com": DomainLimit(20, 2), "*": DomainLimit(50), "outlook.com": DomainLimit(0.5)}
    assert family("googlemail.com") == "gmail.com"
    assert family("velo.example") == "velo.example"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAIL_RATE", "-1", "letters a second"), ("MAIL_RATE", "fast", "letters a second"),
        ("MAIL_RATE", "nan", "letters a second"), ("MAIL_DOMAIN_RATES", "gmail.com", "not understood"),
        ("MAIL_DOMAIN_RATES", "gmail.com=0", "not understood"), ("MAIL_DOMAIN_RATES", "gmail=3", "not understood"),
        ("MAIL_DOMAIN_RATES", "gmail.com=1 googlemail.com=2", "limited twice"), ("MAIL_CANARY", "-1", "whole number"),
        ("MAIL_MOST_REFUSED", "0", "percent"), ("MAIL_RETRY", "1h 5m", "grow"), ("MAIL_RETRY", " ", "grow"),
        ("MAIL_RETRY", "5 minutes", "write a time"), ("MAIL_GIVE_UP", "0d", "write a time"),
        ("MAIL_IN_DOUBT", "perhaps", "by_cause"),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_be_meant_is_refused_by_name(name: str, value: str, said: str) -> None:
    environment = {"FEEDBACK_SECRET_KEY": "0123456789abcdef0123456789abcdef", f"FEEDBACK_{name}": value}
    with pytest.raises(BadSetting, match=f"FEEDBACK_{name}: .*{said}"):
        Settings.from_environment(environment)


def test_a_bucket_of_the_future_gives_nothing_twice() -> None:
    """A worker whose clock is ahead must not make the others wait, nor give what is not there."""
    ahead = Bucket(0.0, NOW + timedelta(hours=1))
    assert ahead.filled(10, NOW) == Bucket(0.0, NOW)
    assert ahead.filled(10, NOW).filled(10, NOW + timedelta(seconds=1)).take(99)[1] == 10


def test_the_numbers_of_the_first_letters_are_those_of_the_documentation() -> None:
    assert (FIRST, PACE, MANY, SHARE, HALF) == (50, 1.0, 5, 10.0, 100)


@pytest.mark.parametrize(
    ("tried", "refused", "wrong"),
    [(10, 4, False), (10, 5, True), (50, 5, False), (49, 5, True), (51, 5, False), (100, 10, False), (100, 11, True)],
)
def test_five_refusals_of_the_sender_and_more_than_a_tenth_are_no_accident(
    tried: int, refused: int, wrong: bool
) -> None:
    window = Window()
    for number in range(tried):
        window.add(number < refused)
    assert window.counts() == (tried, refused)
    assert window.denied(SHARE) is wrong


@pytest.mark.parametrize(("letters", "counted"), [(100, 100), (101, 101), (200, 200), (201, 101), (350, 150)])
def test_a_full_half_of_the_window_begins_the_next_with_nothing(letters: int, counted: int) -> None:
    window = Window()
    for number in range(letters):
        window.add(refused=number % 10 == 9)
    assert window.counts() == (counted, counted // 10)
