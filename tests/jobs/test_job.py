"""A job and its due moments."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.jobs.job import EPOCH, Job

MOMENTS = st.timedeltas(timedelta(days=366), timedelta(days=7000)).map(lambda age: EPOCH + age)
EVERY = st.sampled_from([timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)])
AT = st.sampled_from([timedelta(), timedelta(hours=2), timedelta(hours=3, minutes=30)])


@given(EVERY, AT, MOMENTS)
def test_a_due_moment_is_the_last_one_before(every: timedelta, at: timedelta, now: datetime) -> None:
    job = Job("x", "x:y", every, at)
    slot = job.slot(now)
    assert slot <= now < slot + every
    assert job.slot(slot) == slot
    assert job.slot(slot + every - timedelta(microseconds=1)) == slot
    assert job.slot(slot + every) == slot + every
    assert (slot - EPOCH - at) % every == timedelta()


@given(AT.filter(bool), MOMENTS)
def test_a_daily_job_is_due_at_its_hour(at: timedelta, now: datetime) -> None:
    slot = Job("x", "x:y", timedelta(days=1), at).slot(now)
    assert timedelta(hours=slot.hour, minutes=slot.minute) == at


def test_a_verb_is_found_by_its_name() -> None:
    assert Job("x", "feedback_app.jobs.job:Job", timedelta(1)).load() is Job


@pytest.mark.parametrize("verb", ["feedback_app.nowhere:x", "feedback_app.jobs.job:nothing", "feedback_app.jobs.job"])
def test_a_mistake_in_a_name_shows_when_it_is_loaded(verb: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        Job("x", verb, timedelta(1)).load()
