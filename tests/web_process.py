"""The product's own web processes on the running test's database, and raw connections to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from feedback_app.places import ROOT
from feedback_app.settings import Settings
from tests.waiting import until


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Return the environment in which a command sees the house of ``settings``."""
    given = {
        "SECRET_KEY": settings.secret_key, "DATABASE_URL": settings.database_url, "VAR": settings.var,
        "LOG_LEVEL": "error", **more,
    }  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")}
    return clean | {f"FEEDBACK_{name}": value for name, value in given.items()}


@contextmanager
def web(settings: Settings, **more: str) -> Iterator[int]:
    """Run `feedback-app web` until the block ends; yield its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "feedback_app.cli", "web"]
    child = subprocess.Popen(command, cwd=ROOT, env=environment(settings, PORT=str(port), **more))
    try:
        until(lambda: child.poll() is not None or _answers(port), why="the pages did not start")
        yield port
    finally:
        child.terminate()
        child.wait()


def _answers(port: int) -> bool:
    try:
        return status(port, "/healthz") == 200
    except OSError:
        return False


def status(port: int, path: str, body: bytes | None = None, **headers: str) -> int:
    """Ask for ``path``, by POST where there is a ``body``; return the status."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET" if body is None else "POST", path, body, headers)
        return line.getresponse().status
    finally:
        line.close()


def half_open(port: int, head: bytes) -> socket.socket:
    """Return a connection on which ``head`` was sent, and then nothing."""
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(head)
    return line
