"""Run the pages, and the worker beside them; what `make run` calls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

import click
import flask_migrate
from flask import Flask

from feedback_app import create_app
from feedback_app.accounts.one_time_links import first_link
from feedback_app.common.cli_helpers import in_app
from feedback_app.common.loopback import is_loopback
from feedback_app.demo.actions import is_empty, seed
from feedback_app.errors import Refused
from feedback_app.extensions import current_settings
from feedback_app.jobs.queries import refuse_other_tables
from feedback_app.organisation import actions as organisation
from feedback_app.settings import BadSetting, Settings

WORKERS = 2  # processes of the pages; SQLite has one writer, so more do not help there
THREADS = 4  # of each: a long export or import takes one
PATIENCE = 120  # seconds without a sign of life after which a process is replaced; requests may take longer
GRACE = 20  # seconds a child may take to finish what it has in hand


SERVED = [
    "--worker-class", "feedback_app.web.server.BufferingWorker", "--workers", str(WORKERS), "--threads", str(THREADS),
    "--timeout", str(PATIENCE), "--preload", "--no-control-socket",
]  # fmt: skip


def _gunicorn(settings: Settings, host: str) -> list[str]:
    program = [sys.executable, "-m", "gunicorn", "feedback_app:create_app()", *SERVED]
    return [*program, "--bind", f"{host}:{settings.port}", "--log-level", "warning"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@in_app
def web(host: str) -> None:
    """Run only the pages. Letters wait until a worker runs somewhere."""
    _only_here(current_settings(), host)
    refuse_other_tables()
    os.execv(sys.executable, _gunicorn(current_settings(), host))  # noqa: S606  # no shell, fixed program


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--demo/--no-demo", default=None, help="Fill an empty database with the demo company (default: in development)."
)
def serve(host: str, demo: bool | None) -> None:
    """Bring the tables up to date, then run pages and worker until stopped."""
    try:
        app = create_app()
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    with app.app_context():
        settings = current_settings()
        _only_here(settings, host)
        try:
            refuse_other_tables(older=False)
        except Refused as error:
            raise click.ClickException(str(error)) from error
        flask_migrate.upgrade()
        organisation.ensure()
        if demo if demo is not None else settings.development:
            _seed_once()
        _welcome(app, settings)
    sys.exit(_run_together([_gunicorn(settings, host), [sys.executable, "-m", "feedback_app.cli", "worker"]]))


def _only_here(settings: Settings, host: str) -> None:
    """Refuse to let others reach a development instance: its letters, with their links, are open to all who do."""
    if settings.development and not is_loopback(host):
        raise click.ClickException(
            "FEEDBACK_DEVELOPMENT=yes shows all letters to whoever can reach it, so it listens on 127.0.0.1 only,"
            f" not on {host}. Unset it, and set FEEDBACK_SECRET_KEY and FEEDBACK_BASE_URL."
        )


def _seed_once() -> None:
    if is_empty():
        click.echo("First start: filling the database with the demo company (about half a minute) ...")
        started = time.monotonic()
        told = seed()
        click.echo(f"{told} ({time.monotonic() - started:.0f} s)")


def _welcome(app: Flask, settings: Settings) -> None:
    with app.app_context():
        link = first_link()
    click.echo("")
    click.echo(f"  The desk:    {settings.base_url}/")
    if link:
        click.echo(f"  First admin: {link}")
        click.echo("               (works once: choose your address and password there)")
    if settings.mail_folder:
        click.echo(f"  Letters:     {settings.base_url}/dev/mail  (set FEEDBACK_MAIL_URL to send them)")
    click.echo("  Stop:        Ctrl-C\n")


def _run_together(commands: Sequence[Sequence[str]]) -> int:
    """Run the commands until one ends or we are told to stop; then end the others. Returns an exit code."""
    children = [subprocess.Popen(command) for command in commands]  # noqa: S603  # our own programs
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(0.3)
    for child in children:
        if child.poll() is None:
            child.terminate()
    codes = [_end(child) for child in children]
    return 0 if stopping else max((abs(code) for code in codes), default=1) or 1


def _end(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
