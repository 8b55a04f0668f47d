"""Asking the reader: one question after another, none of them with a transaction open. The worker's job."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any

from feedback_app.extensions import current_settings, db
from feedback_app.reader import actions, question_queries
from feedback_app.reader.material import Due
from feedback_app.reader.protocol import answers, client, questions
from feedback_app.reader.protocol.client import Endpoint, Reply, Trouble
from feedback_app.settings import Settings

LONGEST = 240.0
"""Seconds after which a run begins no further question: the next run goes on where this one stopped."""

_AWAY = frozenset(("timeout", "unreachable", "status", "redirect"))
"""Troubles of the endpoint rather than of the question: the run ends."""

EXAMPLES = ("The parcel came two days late.", "Please add a dark mode.", "Great people, thank you!")


def endpoint_of(settings: Settings) -> Endpoint | None:
    """Return the reader that the settings name; None when it is off."""
    if not settings.reader_url:
        return None
    return Endpoint(
        settings.reader_url, settings.reader_model, settings.reader_key, float(settings.reader_timeout),
        settings.reader_format,
    )  # fmt: skip


def run(most: int | None = None) -> str:
    """Ask what is due, at most ``most`` questions (FEEDBACK_READER_REQUESTS); says what came of them, or ""."""
    settings = current_settings()
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return ""
    counts = ask_due(endpoint, settings.reader_requests if most is None else most)
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def ask_due(endpoint: Endpoint, most: int) -> Counter[str]:
    """Ask at most ``most`` questions, one at a time; how many were ``asked``, of ``no use``, and brought ``proposals``.

    Ends early when the endpoint is away, when somebody else is asking, and after LONGEST seconds.
    """
    counts: Counter[str] = Counter()
    until = time.monotonic() + LONGEST
    while counts["asked"] < most and time.monotonic() < until:
        due = question_queries.next_due(endpoint.model)
        db.session.rollback()  # nothing is held while the reader thinks
        request_id = actions.open_request(due, endpoint, _stale(endpoint)) if due else None
        if due is None or request_id is None:
            break
        counts["asked"] += 1
        try:
            counts["proposals"] += _ask(endpoint, due, request_id)
        except Trouble as trouble:
            counts["no use"] += 1
            if trouble.code in _AWAY:
                break
    return counts


def _stale(endpoint: Endpoint) -> timedelta:
    return timedelta(seconds=endpoint.timeout + 60)


def _ask(endpoint: Endpoint, due: Due, request_id: int) -> int:
    """Send one question and keep what it brings; raises Trouble once that is written down."""
    reply: Reply | None = None
    try:
        reply = client.ask(endpoint, due.question.body(endpoint.model, endpoint.form))
        found = believed(due, reply.content)
    except answers.BadAnswer as error:
        trouble = Trouble("invalid", str(error))
        actions.close_failed(request_id, trouble, reply)
        raise trouble from error
    except Trouble as trouble:
        actions.close_failed(request_id, trouble)
        raise
    return actions.close_answered(request_id, due, reply, found)


def believed(due: Due, content: str) -> Any:
    """Return what an answer to ``due`` says, as :mod:`.protocol.answers` believes it; else BadAnswer."""
    question = due.question
    if question.task == "name":
        return answers.names(content, due.taken)
    if question.task == "summary":
        return answers.summary(content, question.said, due.originals)
    read = answers.tones if question.task == "tone" else answers.fits
    return read(content, question.said)


def attempt(endpoint: Endpoint) -> tuple[dict[int, str], Reply]:
    """Try the endpoint with three sentences that no customer said; what it answered. Raises Trouble or BadAnswer.

    Nothing is read from the database or written into it.
    """
    question = questions.example(EXAMPLES)
    reply = client.ask(endpoint, question.body(endpoint.model, endpoint.form))
    return answers.tones(reply.content, question.said), reply
