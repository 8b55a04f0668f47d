"""A whole house as an operator runs it: real processes, an empty database, a browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from feedback_app.places import ROOT
from tests.conftest import POSTGRES, _postgres, _with_name

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60  # seconds until the pages must answer


@dataclass
class House:
    """Where it answers, and what the first start printed."""

    url: str
    first_link: str
    folder: Path


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Yield the address of a database without any table; the engine is the one under test."""
    if not POSTGRES:
        yield f"sqlite:///{folder / 'house.sqlite3'}"
        return
    name = f"house_{uuid.uuid4().hex[:12]}"
    _postgres(f'CREATE DATABASE "{name}"')
    try:
        yield _with_name(name)
    finally:
        _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[House]:
    """Run ``feedback-app serve`` (pages and worker) on an empty database until leaving."""
    port = free_port()
    with empty_database(folder) as database:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")},
            "FEEDBACK_DEVELOPMENT": "yes",
            "FEEDBACK_VAR": str(folder / "var"),
            "FEEDBACK_DATABASE_URL": database,
            "FEEDBACK_PORT": str(port),
            "FEEDBACK_ORGANISATION": "Velo Verde",
            "FEEDBACK_MAIL_FROM": "hello@velo.example",
            "FEEDBACK_LOG_LEVEL": "warning",
            **{f"FEEDBACK_{name}": value for name, value in settings.items()},
        }
        printed = folder / "printed.txt"
        with printed.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "feedback_app.cli", "serve", "--no-demo"],
                env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, printed)
            found = re.search(r"First admin: (\S+)", printed.read_text())
            yield House(url, found[1] if found else "", folder)
        finally:
            process.terminate()
            process.wait(40)


def _wait(url: str, process: subprocess.Popen[bytes], printed: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            process.poll()
    raise AssertionError(f"the pages did not answer: {printed.read_text()[-2000:]}")


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Debian's Chromium, without a sandbox and without talking to anybody else."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
