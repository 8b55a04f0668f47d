"""Structured logs: one line an event, one line a request, never a personal link or a form's content."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, g, request
from flask.wrappers import Response

from feedback_app.settings import Settings

log = structlog.get_logger()


def configure(settings: Settings) -> None:
    """Send structlog and the standard library's loggers to stderr in the chosen format."""
    render = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def init_app(app: Flask) -> None:
    """Log each request by its rule (not its path: paths carry personal links), with a number to quote."""

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = secrets.token_hex(6)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        if not rule.startswith(("/static", "/bootstrap", "/healthz")):
            spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            log.info("request", method=request.method, rule=rule, status=response.status_code, ms=spent)
        response.headers["X-Request-Id"] = g.get("request_id", "-")
        return response
