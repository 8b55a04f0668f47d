"""Alive, and ready: two questions a supervisor asks, answered without a session."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, current_app, jsonify
from flask.wrappers import Response

from feedback_app.extensions import limiter
from feedback_app.web.pages import public

blueprint = Blueprint("health", __name__)
Check = Callable[[], str]  # returns "" when all is well, else what is wrong


@blueprint.get("/healthz")
@public
@limiter.exempt
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public
@limiter.exempt
def ready() -> tuple[Response, int]:
    """Say whether work can be taken; 503 names what is missing."""
    checks: dict[str, Check] = current_app.config["READINESS"]
    trouble = {name: found for name, check in checks.items() if (found := check())}
    return jsonify(status="not ready" if trouble else "ready", trouble=trouble), 503 if trouble else 200


def init_app(app: Flask, checks: dict[str, Check]) -> None:
    """Register both endpoints; ``checks`` are asked in order by /readyz."""
    app.config["READINESS"] = checks
    app.register_blueprint(blueprint)
