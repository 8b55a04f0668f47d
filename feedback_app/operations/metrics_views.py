"""The page that monitoring reads. Without FEEDBACK_METRICS_TOKEN there is no such page."""

from __future__ import annotations

import hmac

from flask import abort, request
from flask.wrappers import Response
from prometheus_client import CONTENT_TYPE_LATEST

from feedback_app.extensions import current_settings, limiter
from feedback_app.operations.metrics import exposition
from feedback_app.web.pages import public


@public
@limiter.exempt
def metrics() -> Response:
    """Return the metrics to whoever knows the token; 404 without a token set, 401 without the right one."""
    token = current_settings().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("Authorization: Bearer and the token are needed.\n", 401, {"WWW-Authenticate": "Bearer"})
    return Response(exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
