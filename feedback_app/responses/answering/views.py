"""Answering a survey by a personal link: open the form, hand it in, see that it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, g, make_response, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from feedback_app import clock
from feedback_app.common.cache import Cache, app_cache
from feedback_app.extensions import csrf, current_settings, limiter
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses import actions, queries
from feedback_app.responses.answering.submission import Filled, csrf_token_is_good, make_csrf_token, read_form
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Problem
from feedback_app.surveys.queries import Asked, form_spec, invitation_by_token
from feedback_app.web.limits.body_limits import takes
from feedback_app.web.pages import public, render_for_anybody, see_other
from feedback_app.web.security import PUBLIC_LIMIT

STRAY = " \t\r\n.,;:!?)>]}'\"”’…"  # what mail programs and people put behind a link
MOST_BYTES = 2 * 1024 * 1024  # of one form: more than anybody types, less than hurts
KEPT_FORMS = 200  # a form is a few kilobytes
EMPTY: Filled = Filled({}, {}, {})


@dataclass(frozen=True)
class Visit:
    """One request by the holder of a personal link: the link, the invitation behind it, the survey, the language."""

    token: str
    asked: Asked
    spec: FormSpec
    language: str

    @property
    def link(self) -> dict[str, str]:
        """The values that lead back here, in the language now shown."""
        here = {"token": self.token}
        return here if self.language == self.asked.language else {**here, "lang": self.language}


@csrf.exempt  # type: ignore[untyped-decorator]  # its own key does the same, without a cookie, and nothing typed is lost
@public
@takes(MOST_BYTES)
@limiter.limit(PUBLIC_LIMIT)
def answer(token: str) -> Response:
    """Show the form, or take what was filled in."""
    visit = _visit(token)
    if isinstance(visit, Response):
        return visit
    if visit.asked.answered_at:
        return _arrived(visit) if request.method == "GET" else see_other("responses.answer", **visit.link)
    if door := _closed_door(visit.asked):
        return _door(*door)
    return _hand_in(visit) if request.method == "POST" else _form(visit, EMPTY)


@public
@limiter.limit(PUBLIC_LIMIT)
def thanks(token: str) -> Response:
    """Say that the answer arrived, what it says, and what happens next."""
    visit = _visit(token)
    if isinstance(visit, Response):
        return visit
    if not visit.asked.answered_at:
        return see_other("responses.answer", **visit.link)
    return _arrived(visit, just_now=True)


def _visit(token: str) -> Visit | Response:
    token = token.strip(STRAY)
    queries.autocommit_reads()
    asked = invitation_by_token(token)
    if asked is None:
        return _door("unknown", 404)
    spec = form_spec(asked.survey_id, asked.survey_changed_at)
    wish = request.args.get("lang", "")
    language = wish if wish in spec.languages else spec.language_for(asked.language)
    g.language = language if language in LANGUAGES else organisation().language
    return Visit(token, asked, spec, language)


def _closed_door(asked: Asked) -> tuple[str, int] | None:
    if asked.survey_state == "draft":
        return "not_open", 404
    if asked.survey_state == "closed":
        return "closed", 410
    return ("expired", 410) if asked.expired else None


def _hand_in(visit: Visit) -> Response:
    try:
        filled = read_form(visit.spec, request.form.getlist)
    except RequestEntityTooLarge:
        return _door("too_much", 413)
    if filled.problems:
        return _form(visit, filled, status=422)
    if not _came_from_our_page(visit.token):
        return _form(visit, filled, stale=True, status=400)
    if not actions.submit(visit.asked, visit.language, filled.replies):
        return see_other("responses.answer", **visit.link)
    return see_other("responses.thanks", **visit.link)


def _came_from_our_page(token: str) -> bool:
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return True
    key = request.form.get("csrf_token", "")
    return csrf_token_is_good(current_settings().secret_key, token, key, clock.now())


def _form(visit: Visit, filled: Filled, *, stale: bool = False, status: int = 200) -> Response:
    """Show the form; the questions of an empty one are rendered once per version and language, then kept."""
    blank = _blank_questions(visit) if filled is EMPTY else ""
    return _page(
        "responses/answer.html",
        status,
        visit=visit,
        form_spec=visit.spec,
        lang=visit.language,
        values=filled.given,
        errors=_told(filled.problems),
        blank=blank,
        stale=stale,
        key=make_csrf_token(current_settings().secret_key, visit.token, clock.now()),
        switches=_switches(visit),
    )


def _blank_questions(visit: Visit) -> Markup:
    def rendered() -> Markup:
        shown = {"form_spec": visit.spec, "language": visit.language, "values": {}, "errors": {}}
        return Markup(render_for_anybody("responses/_questions.html", **shown))  # noqa: S704  # our own template

    pages: Cache[tuple[object, ...], Markup] = app_cache("blank questions", KEPT_FORMS)
    return pages.get((visit.spec.survey_id, visit.language, g.language), rendered, visit.spec.changed_at)


def _arrived(visit: Visit, *, just_now: bool = False) -> Response:
    return _page(
        "responses/arrived.html",
        200,
        visit=visit,
        form_spec=visit.spec,
        lang=visit.language,
        said=queries.own_answers(visit.asked.id, visit.spec),
        just_now=just_now,
        switches=_switches(visit),
    )


def _door(reason: str, status: int) -> Response:
    return _page("responses/closed.html", status, reason=reason)


def _told(problems: Mapping[str, Problem]) -> dict[str, str]:
    return {field: _(one.message, **dict(one.values)) for field, one in problems.items()}


def _switches(visit: Visit) -> list[tuple[str, str]]:
    """The languages this survey speaks, each with the address of this page in it."""
    endpoint = request.endpoint or "responses.answer"
    return [(code, url_for(endpoint, token=visit.token, lang=code)) for code in visit.spec.languages]


def _page(template: str, status: int, **values: object) -> Response:
    response = make_response(render_for_anybody(template, **values), status)
    response.headers["Cache-Control"] = "no-store"  # a personal page: no proxy and no shared computer keeps it
    return response
