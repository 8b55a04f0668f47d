"""Metrics: who may read them, and that they are what Prometheus reads and what the database holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from feedback_app import clock, create_app
from feedback_app.database import transaction
from feedback_app.delivery import actions as post_office
from feedback_app.delivery.queue import throughput
from feedback_app.delivery.queue.results import Result
from feedback_app.extensions import db
from feedback_app.jobs import runs
from feedback_app.settings import Settings
from tests.factories import a_contact, a_response, a_survey
from tests.letters.test_views import letters

TOKEN = "a-token-for-tests-0123456789"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(metrics_token=TOKEN)


def read(client: FlaskClient) -> dict[tuple[str, tuple[str, ...]], float]:
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("text/plain")
    samples = [one for family in text_string_to_metric_families(reply.text) for one in family.samples]
    assert all(one.name.startswith("feedback_") for one in samples)
    return {(one.name.removeprefix("feedback_"), tuple(one.labels.values())): one.value for one in samples}


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"bearer{TOKEN}", "Bearer ąę"])
def test_only_who_knows_the_token(client: FlaskClient, given: str) -> None:
    reply = client.get("/metrics", headers={"Authorization": given})
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert b"feedback_letters" not in reply.data


def test_without_a_token_set_there_is_no_such_page(settings: Settings) -> None:
    app = create_app(settings.with_(metrics_token=""))
    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_an_empty_house(client: FlaskClient) -> None:
    found = read(client)
    assert found["letters_due", ()] == found["oldest_due_letter_seconds", ()] == found["workers", ()] == 0


def test_what_the_house_holds(app: Flask, client: FlaskClient) -> None:
    letters(failed=2, sent=3, queued=4, in_doubt=1)
    a_response(a_survey(), a_contact(), expected="more")
    with transaction() as session:
        post_office.pause("test")
        post_office.halt("announcement", 3, "Too many of %(n)s complained.", n=9)
        now = clock.now()
        done = [
            Result(one, state, 250, "", now, now, 1, now) for one, state in ((1, "sent"), (2, "sent"), (3, "failed"))
        ]
        throughput.note(session, "w1", done)
        throughput.note(session, "w2", done[:1])
    runs.beat("w1", trouble="relay.example answers 421")
    runs.beat("w2")
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
        found = read(client)
    assert [found["letters", ("test", state)] for state in ("failed", "sent", "queued", "in_doubt", "leased")] == [
        2, 3, 4, 1, 0,
    ]  # fmt: skip
    assert found["letters_due", ()] == 4
    assert 30 <= found["oldest_due_letter_seconds", ()] < 300
    assert found["letters_sent_per_second", ("1m",)] == pytest.approx(3 / 60)
    assert found["letter_groups_held_back", ("machine",)] == found["letter_groups_held_back", ("person",)] == 1
    assert (found["workers", ()], found["workers_leaving_relay_alone", ()]) == (2, 1)
    assert found["responses", ()] == 1


def test_jobs_tell_when_they_last_went_well(app: Flask, client: FlaskClient) -> None:
    from feedback_app.jobs.job import Job

    job = Job("count", "x:y", timedelta(minutes=1))

    def fails() -> None:
        raise RuntimeError("no")

    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        runs.run(job, lambda: "3 things", "w", clock.now())
    with time_machine.travel("2026-11-22T10:05:00Z", tick=False):
        runs.run(job, fails, "w", clock.now())
        found = read(client)
    assert found["job_last_success_timestamp_seconds", ("count",)] == 1795341600


def test_slots_are_added_up_by_minute_and_forgotten(app: Flask) -> None:
    for minute, number in ((0, 2), (1, 5), (3, 1)):
        with time_machine.travel(f"2026-11-22T10:0{minute}:30Z", tick=False), transaction() as session:
            now = clock.now()
            throughput.note(session, "w", [Result(one, "sent", 250, "", now, now, 1, now) for one in range(number)])
            throughput.note(session, "w", [Result(1, "queued", 451, "", None, now, 1, now)])
    with time_machine.travel("2026-11-22T10:03:50Z", tick=False):
        db.session.rollback()
        assert [one.sent for one in throughput.minutes(4)] == [2, 5, 0, 1]
        assert [one.put_off for one in throughput.minutes(4)] == [1, 1, 0, 1]
        assert throughput.sent_within(timedelta(minutes=1), timedelta(minutes=10)) == [1, 8]
    with time_machine.travel("2026-11-30T10:03:50Z", tick=False):
        assert throughput.forget() == "3 slots forgotten"
