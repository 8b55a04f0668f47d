"""Doors for mail providers, through which they report what became of letters. No person ever opens them.

There is no form token to ask for: the caller is a program without cookies, and what it knows (a secret, or Amazon's
key) is better proof than a token. Whoever does not know it learns nothing, not even which doors there are.
"""

from __future__ import annotations

import hmac
import json

import structlog
from flask import current_app, request
from flask.wrappers import Response

from feedback_app.delivery.bounces import sns
from feedback_app.delivery.bounces import webhooks as hooks
from feedback_app.delivery.bounces.parse import LARGEST
from feedback_app.delivery.bounces.sns import NotAmazon, Verifier
from feedback_app.delivery.bounces.webhooks import BadReport
from feedback_app.extensions import csrf, current_settings, limiter
from feedback_app.letters import returns
from feedback_app.web.limits.body_limits import takes
from feedback_app.web.pages import public

MOST_BYTES = 1024 * 1024
LIMIT = "1200/minute"  # a provider reports each bounce by itself, from few addresses
MESSAGE = "message/rfc822"

log = structlog.get_logger()


@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF carries no types
@public
@takes(MOST_BYTES)
@limiter.limit(LIMIT)
def generic() -> Response:
    """Take events as JSON, or one returned message as it is (message/rfc822), from whoever knows the secret."""
    if not _known(request.headers.get("Authorization", "").removeprefix("Bearer ")):
        return _reply(401 if current_settings().hook_secret else 404)
    if request.mimetype == MESSAGE:
        return _reply(200, **{returns.take_in(request.get_data()[:LARGEST], "hook").outcome: 1})
    try:
        events = hooks.generic(hooks.parsed(request.get_data()), current_settings().secret_key)
    except BadReport as error:
        return _reply(400, error=str(error))
    return _reply(200, **returns.take_in_all(events, "hook"))


@csrf.exempt  # type: ignore[untyped-decorator]
@public
@takes(MOST_BYTES)
@limiter.limit(LIMIT)
def postmark(secret: str = "") -> Response:
    """Take a webhook of Postmark; the secret is the password of its basic authentication, or ends the address."""
    shown = secret or (request.authorization.password if request.authorization else None) or ""
    if not _known(shown):
        return _reply(401 if current_settings().hook_secret and not secret else 404)
    try:
        events = hooks.postmark(hooks.parsed(request.get_data()), current_settings().secret_key)
    except BadReport as error:
        return _reply(400, error=str(error))
    return _reply(200, **returns.take_in_all(events, "postmark"))


@csrf.exempt  # type: ignore[untyped-decorator]
@public
@takes(MOST_BYTES)
@limiter.limit(LIMIT)
def ses() -> Response:
    """Take a message of Amazon SNS about letters sent by Amazon SES; its signature and topic are the proof."""
    topic = current_settings().ses_topic
    if not topic:
        return _reply(404)
    try:
        message = _verifier().check(hooks.parsed(request.get_data()), topic)
        if message["Type"] == "SubscriptionConfirmation":
            _verifier().confirm(message)
            log.info("the subscription at Amazon SNS is confirmed", topic=topic)
        if message["Type"] != "Notification":
            return _reply(200)
        events = hooks.ses(hooks.parsed(message["Message"].encode()), current_settings().secret_key)
    except NotAmazon as error:
        log.warning("a message in the name of Amazon SNS is refused", why=str(error))
        return _reply(401)
    except BadReport as error:
        return _reply(400, error=str(error))
    return _reply(200, **returns.take_in_all(events, "ses"))


def _verifier() -> Verifier:
    found: Verifier = current_app.extensions.setdefault("sns_verifier", sns.Verifier())
    return found


def _known(shown: str) -> bool:
    """True when ``shown`` is the hooks' secret; takes the same time however much of it is right."""
    secret = current_settings().hook_secret
    return bool(secret) and hmac.compare_digest(shown.encode("utf-8", "replace"), secret.encode())


def _reply(status: int, **said: object) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")
