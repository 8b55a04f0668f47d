"""Limits and times as settings write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.common.rate_syntax import FAMILIES, UNITS, DomainLimit, domain_limits, duration, durations, family


@given(st.integers(1, 999_999), st.sampled_from(sorted(UNITS)))
def test_a_time_is_a_number_and_its_unit(number: int, unit: str) -> None:
    assert duration(f" {number}{unit.upper()} ") == timedelta(seconds=number * UNITS[unit])


@pytest.mark.parametrize("value", ["", "5", "m", "0m", "5 m", "-5m", "5w", "1.5h", "1234567s", "5m6s"])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="write a time"):
        duration(value)


@pytest.mark.parametrize(
    ("value", "minutes"), [("5m 30m 1h", (5, 30, 60)), ("5m,5m", (5, 5)), ("60s", (1,)), ("1m, 1h", (1, 60))]
)
def test_times_grow_or_stay(value: str, minutes: tuple[int, ...]) -> None:
    assert durations(value) == tuple(timedelta(minutes=one) for one in minutes)


@pytest.mark.parametrize("value", ["", " , ", "2h 1h", "1m 2m 1m"])
def test_times_that_shrink_or_are_none_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="times that grow"):
        durations(value)


@pytest.mark.parametrize("domain", FAMILIES)
def test_what_one_provider_takes_in_is_counted_together(domain: str) -> None:
    assert family(family(domain)) == family(domain) != domain
    assert domain_limits(f"{domain}=3") == {family(domain): DomainLimit(3)}
    with pytest.raises(ValueError, match="limited twice"):
        domain_limits(f"{domain}=3 {family(domain)}=3")


@given(st.integers(1, 999_999), st.integers(0, 999))
def test_a_limit_is_a_rate_and_how_many_at_once(rate: int, at_once: int) -> None:
    assert domain_limits(f"velo.example={rate}/{at_once}, *={rate}") == {
        "velo.example": DomainLimit(rate, at_once),
        "*": DomainLimit(rate),
    }


@pytest.mark.parametrize("value", ["x=1", "a.b=0", "a.b=0.0", "a.b=1/", "a.b=/2", "a.b=1/1000", "a..b=1", "a.b", "=1"])
def test_what_is_no_limit_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match="is not understood"):
        domain_limits(f"gmail.com=20 {value}")


def test_no_limits_are_none() -> None:
    assert domain_limits(" , ") == {}
