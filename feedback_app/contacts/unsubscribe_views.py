"""The pages behind the link "do not write to me" in every letter. Looking changes nothing; only a button acts.

Neither cookie nor form token is used: the signed link alone proves who asks, and a mail program has nothing else.
"""

from __future__ import annotations

from flask import g, render_template, request
from werkzeug.wrappers import Response

from feedback_app.contacts import subscriptions
from feedback_app.contacts.subscriptions import CHOICES, Subscription
from feedback_app.errors import NotFound
from feedback_app.extensions import csrf, limiter
from feedback_app.settings import LANGUAGES
from feedback_app.web.pages import public, see_other
from feedback_app.web.security import PUBLIC_LIMIT

# a mail provider presses for all its readers, from few addresses, and would not press twice
PRESS_LIMIT = "3000/minute"
Page = str | tuple[str, int] | Response


@public
@limiter.limit(PUBLIC_LIMIT)
def unsubscribe(token: str) -> Page:
    """Show which letters the reader gets, with one button; nothing is changed by looking."""
    try:
        asked = subscriptions.subscription(token)
    except NotFound:
        return _unknown()
    _speak(asked)
    return render_template(
        "contacts/unsubscribe.html", asked=asked, token=token, choices=CHOICES, saved="saved" in request.args
    )


@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF carries no types
@public
@limiter.limit(PRESS_LIMIT)
def unsubscribe_now(token: str) -> Page:
    """Do what the reader asks: by the mail program's own button (RFC 8058) or by a button of our page."""
    try:
        asked = subscriptions.subscription(token)
        if _one_click():
            subscriptions.unsubscribe(token)
            return Response("", mimetype="text/plain")  # RFC 8058 3.1: no redirect, no cookie, nobody reads it
        wish = request.form.get("wish", "")
        if wish == "choose":
            subscriptions.choose(token, request.form.getlist("wanted"))
        elif wish == "everything":
            subscriptions.choose(token, ())
        elif wish == "undo":
            subscriptions.undo(token)
        else:
            subscriptions.unsubscribe(token)
    except NotFound:
        return _unknown()
    _speak(asked)
    return see_other("contacts.unsubscribe", token=token, saved="yes")


def _one_click() -> bool:
    return request.form.get("List-Unsubscribe", "").strip().lower() == "one-click"


def _speak(asked: Subscription) -> None:
    if asked.language in LANGUAGES:
        g.language = asked.language


def _unknown() -> tuple[str, int]:
    return render_template("contacts/unsubscribe_unknown.html"), 404
