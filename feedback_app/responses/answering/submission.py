"""What a respondent sent, read against the questions of the survey. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.reply import Problem, Reply
from feedback_app.surveys.kinds.registry import kind_of

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
