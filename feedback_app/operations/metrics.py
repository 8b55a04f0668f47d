"""What monitoring wants to know, in the words of Prometheus. Everything is read from the database at the moment.

Nothing is counted in the memory of a process: however many processes answer, each gives the same figures, and none is
lost when one is replaced (docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.announcements.models import Announcement
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.models import STATES
from feedback_app.delivery.queue import throughput
from feedback_app.extensions import db
from feedback_app.jobs import queries as jobs
from feedback_app.responses.models import Response

SPANS = {"1m": timedelta(minutes=1), "10m": timedelta(minutes=10), "1h": timedelta(hours=1)}


def exposition() -> bytes:
    """Return all metrics in the text format that every Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Reading())
    return generate_latest(registry)


class _Reading:
    """A collector that asks the database once, when it is collected."""

    def describe(self) -> list[Metric]:
        """Name nothing beforehand, so that registering asks no question."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from _letters()
        yield from _holding()
        yield from _work()
        yield from _loop()


def _letters() -> Iterator[Metric]:
    counted = post_office.tally()
    letters = _family("letters", "Letters by kind and state.", "kind", "state")
    for kind, states in counted.by_kind().items():
        for state in STATES:
            letters.add_metric([kind, state], states.get(state, 0))
    yield letters
    now = post_office.status(counted)
    yield _one("letters_due", "Letters that could leave now.", now.due)
    wait = (clock.now() - now.oldest).total_seconds() if now.oldest else 0.0
    yield _one("oldest_due_letter_seconds", "How long the letter that waits longest could have left.", max(0.0, wait))
    rate = _family("letters_sent_per_second", "Letters the relay took, a second, on average over a window.", "window")
    for (name, span), sent in zip(SPANS.items(), throughput.sent_within(*SPANS.values()), strict=True):
        rate.add_metric([name], sent / span.total_seconds())
    yield rate
    returned = _family("returned_messages", "Messages that ever came back, by way in and meaning.", "source", "outcome")
    for one in post_office.came_back():
        returned.add_metric([one.source, one.outcome], one.messages)
    yield returned


def _holding() -> Iterator[Metric]:
    halts, pauses = post_office.open_halts(), post_office.pauses()
    held = _family("letter_groups_held_back", "Pauses in force, by who made them.", "by")
    held.add_metric(["machine"], sum((pause.kind, pause.group_id) in halts for pause in pauses))
    held.add_metric(["person"], sum((pause.kind, pause.group_id) not in halts for pause in pauses))
    yield held
    yield _one(
        "all_letters_held_back", "1 while all letters are held back.", int(any(not pause.kind for pause in pauses))
    )


def _work() -> Iterator[Metric]:
    alive = jobs.workers()
    yield _one("workers", "Workers seen within two minutes.", len(alive))
    troubled = sum(bool(one.trouble) for one in alive)
    yield _one("workers_leaving_relay_alone", "Of these, workers whose breaker is open.", troubled)
    halted = jobs.relay_trouble(alive)
    since = halted.trouble_since if halted else None
    seconds = (clock.now() - since).total_seconds() if since else 0.0
    yield _one("halted_by_relay_seconds", "How long no worker could use the relay; 0 in the first hour.", seconds)
    success = _family("job_last_success_timestamp_seconds", "When a job last ended well.", "job")
    for name, at in sorted(jobs.last_successes().items()):
        success.add_metric([name], at.timestamp())
    yield success


def _loop() -> Iterator[Metric]:
    yield _one("responses", "Responses kept.", db.session.scalar(select(func.count()).select_from(Response)) or 0)
    announcements = _family("announcements", "Announcements by state.", "state")
    for state, count in db.session.execute(select(Announcement.state, func.count()).group_by(Announcement.state)):
        announcements.add_metric([state], count)
    yield announcements


def _family(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"feedback_{name}", words, labels=labels)


def _one(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"feedback_{name}", words, value=value)
