"""Headers, limits, and a frame in which a letter can be looked at safely."""

from __future__ import annotations

from flask import Flask, g, make_response
from flask.wrappers import Response
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from feedback_app.extensions import csrf, limiter
from feedback_app.settings import Settings
from feedback_app.web import hosts
from feedback_app.web.limits import (
    body_limits,
    limit_store,  # noqa: F401  # imported, it is known to the package `limits` by its scheme
)

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Letters carry inline styles because mail programs need them; nothing in them may run or leave the frame.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
PUBLIC_LIMIT = "120/minute"  # a household behind one address answers without noticing it
SIGN_IN_LIMIT = "10/minute;60/hour"


def letter_frame(html: str) -> Response:
    """Return a letter's HTML as a page that may be shown in an iframe of ours and can do nothing."""
    g.is_letter = True
    return make_response(html)


def init_app(app: Flask, settings: Settings) -> None:
    """Attach CSRF protection, rate limits, security headers and, where told, trust in proxies."""
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    hosts.init_app(app)
    body_limits.init_app(app)
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage,
        RATELIMIT_HEADERS_ENABLED=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # a store that is away lets nobody guess without limit
    )
    limiter.init_app(app)
    csrf.init_app(app)  # after the limits: it reads the form
    app.config["SECURITY_CACHE_CONTROL"] = {}  # Flask-Security's own is malformed ("no-store=True")
    app.after_request(_keep_nothing)
    app.after_request(_loosen_for_letters)  # registered first, so it runs after Talisman
    Talisman(
        app,
        force_https=settings.secure,
        strict_transport_security=settings.secure,
        session_cookie_secure=settings.secure,
        content_security_policy=POLICY,
        referrer_policy="same-origin",  # personal links must not leak to other sites
        frame_options="DENY",
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()"},
    )


def _keep_nothing(response: Response) -> Response:
    """Let no proxy and no shared computer keep a page, unless its view says otherwise (RFC 9111 5.2.2.5)."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _loosen_for_letters(response: Response) -> Response:
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if g.get("is_letter"):
        response.headers["Content-Security-Policy"] = LETTER_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
