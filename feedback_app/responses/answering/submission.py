"""What a respondent sent: read against the questions of the survey, and the proof that it came from our page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback_app import tokens
from feedback_app.errors import N_
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Problem, Reply
from feedback_app.surveys.kinds.registry import kind_of

PURPOSE = "answering form"
GOOD_FOR = timedelta(days=30)
SAY_SOMETHING = Problem(N_("Please answer at least one question, whichever you like. One word is enough."))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came in.

    ``given``: what was typed or ticked, by field, to show again. ``replies``: what was said, by question id, nothing
    empty. ``problems``: what is to be put right, by field, in the order of the page.
    """

    given: Mapping[str, list[str]]
    replies: Mapping[int, Reply]
    problems: Mapping[str, Problem]


def read_form(spec: FormSpec, values_of: Callable[[str], list[str]]) -> Filled:
    """Read the form that ``spec`` describes; ``values_of(field)`` gives the strings sent for a field.

    Whatever else was sent is not looked at. A form in which nothing is said has one problem, at the first question.
    """
    sent: dict[str, list[str]] = {}
    replies: dict[int, Reply] = {}
    problems: dict[str, Problem] = {}
    for question in spec.questions:
        kind = kind_of(question)
        raw = kind.sent(question, values_of)
        sent[question.field] = [text.replace("\0", "") for text in raw]
        reply = kind.clean(raw, question)
        if isinstance(reply, Problem):
            problems[question.field] = reply
        elif not reply.empty:
            replies[question.id] = reply
    if not replies and not problems and spec.questions:
        problems[spec.questions[0].field] = SAY_SOMETHING
    return Filled(sent, replies, problems)


def make_csrf_token(secret: str, link_token: str, now: datetime) -> str:
    """Return the value of the form's hidden field for the page of ``link_token`` opened ``now``.

    The proof that a form came from our page: bound to the personal link, good for a month, without a cookie.
    """
    return tokens.sign(secret, _purpose(link_token), str(int(now.timestamp())))


def csrf_token_is_good(secret: str, link_token: str, key: str, now: datetime) -> bool:
    """True when ``key`` was made by us for this very link, not longer ago than a month and not in the future."""
    opened = tokens.read(secret, _purpose(link_token), key) if key.isascii() else None
    if opened is None or not opened.isdecimal():
        return False
    age = now.timestamp() - int(opened)
    return -60 <= age <= GOOD_FOR.total_seconds()


def _purpose(link_token: str) -> str:
    return f"{PURPOSE} {tokens.digest(link_token)}"
