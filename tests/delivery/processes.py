"""The product's own worker as a process of its own, and what tests need to wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app

from feedback_app.extensions import current_settings, db
from feedback_app.places import ROOT
from tests.fakes import Relay


def environment(relay: Relay, **more: str) -> dict[str, str]:
    """Return the environment of a worker on the running test's database; ``more`` names settings in lower case."""
    settings = current_settings()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")},
        "FEEDBACK_SECRET_KEY": settings.secret_key,
        "FEEDBACK_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "FEEDBACK_VAR": settings.var,
        "FEEDBACK_BASE_URL": settings.base_url,
        "FEEDBACK_MAIL_FROM": settings.mail_from,
        "FEEDBACK_MAIL_URL": f"smtp+plain://127.0.0.1:{relay.port}",
        "FEEDBACK_MAIL_CONNECTIONS": "3",
        "FEEDBACK_LOG_LEVEL": "error",
        **{f"FEEDBACK_{name.upper()}": value for name, value in more.items()},
    }


@contextmanager
def worker(relay: Relay, *options: str, before: str = "", **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker that only sends; ``before``: Python that is run first in its process. It never outlives the test."""
    start = f"{before}\nfrom feedback_app.cli import feedback_app\nfeedback_app()\n"
    command = [sys.executable, "-c", start, "worker", "--only", "sender", *options]
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment(relay, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def ended(child: subprocess.Popen[str], seconds: float = 120) -> tuple[int, str]:
    """Wait for a worker's end; return its exit code and all it said."""
    out, error = child.communicate(timeout=seconds)
    return child.returncode, out + error


def in_thread(run: Callable[[], Any]) -> threading.Thread:
    """Start ``run`` in a thread with an application context of its own."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            run()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
