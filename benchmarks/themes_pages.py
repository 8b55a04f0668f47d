# ruff: noqa: S106 - rows are told in one line each; nothing here is secret
"""Server time of every page of themes with 50,000 mentions; fails when one takes more than 400 ms.

    python benchmarks/themes_pages.py [--mentions 50000] [--limit 400] [--repeats 5] [--browser]

Each page is timed as it is looked at again, and as a first look, when nothing that was counted is kept in memory. The
limit is held against the shortest wall time of each, which is what the page takes where nobody else is in the way, and
against processor time of this process; what PostgreSQL does is in the wall time alone. ``--browser`` has Chromium open
each page from a real server and prints, per page, what ``Server-Timing`` would say: wall and processor time inside the
application.

Uses a fresh SQLite file in a temporary folder, or the empty database named by BENCH_DATABASE_URL. Requests are
signed in, after one that warms templates up. Mentions are made up; themes and dates are spread as in
real life: a few large themes and many small ones, over eighteen months.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feedback_app import create_app
from feedback_app.accounts.models import Role, Staff
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.flows.house import FLAGS
from tests.themes.crowd import fill


def pages() -> list[str]:
    book = "/themes/codebooks/1"
    return [
        "/themes",
        "/themes?kind=lost_prospect&q=dostawa",
        "/themes/1",
        "/themes/1?q=kurier&sort=unsure",
        "/themes/1?page=40",
        "/themes/1/grid",
        "/themes/1/history",
        f"{book}/history",
        f"{book}/mentions/all",
        f"{book}/mentions/all?q=reklamacja+dostawa",
        f"{book}/mentions/all?page=900",
        f"{book}/mentions/ungrouped",
        f"{book}/mentions/all?q=%22zwrot+telefon%22+dost*",
        f"{book}/suggestions",
        f"{book}/settings",
        f"{book}/export.json",
        f"{book}/progress",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mentions", type=int, default=50_000)
    parser.add_argument("--limit", type=float, default=400.0, help="milliseconds a page may take")
    parser.add_argument("--repeats", type=int, default=5, help="requests of each page and kind")
    parser.add_argument("--browser", action="store_true", help="have Chromium open the pages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        settings = Settings(
            secret_key="a-secret-for-benchmarks-only-0123456789", base_url="http://localhost", database_url=url,
            mail_from="hello@velo.example", organisation="Bench", postal_address="", development=True, var=folder,
            rate_limits=False, log_level="error",
        ).completed()  # fmt: skip
        app = create_app(settings)
        app.config["TESTING"] = True
        with app.app_context():
            db.create_all()
            with transaction() as session:
                role = Role(name="admin")
                person = Staff(email="a@velo.example", name="Ada", password="-", fs_uniquifier="ada", roles=[role])
                session.add(person)
            fill(options.mentions)
            db.session.remove()
        return browse(app, options) if options.browser else measure(app.test_client(), options)


SESSION = {"_user_id": "ada", "_fresh": True, "fs_cc": "set", "identity.id": "ada", "language": "en"}


def measure(client: FlaskClient, options: argparse.Namespace) -> int:
    with client.session_transaction() as session:
        session.update(SESSION, fs_paa=time.time())
    slowest = []
    print(f"{options.mentions} mentions, {options.repeats} requests each, load {os.getloadavg()[0]:.1f}; milliseconds")
    print("wall: median    least  processor  first look: median    least  processor")
    for url in pages():
        client.get(url)
        again = [timed(lambda url=url: client.get(url)) for _ in range(options.repeats)]
        first = [first_look(client, url) for _ in range(options.repeats)]
        wall, busy, first_wall, first_busy = (
            sorted(times) for looks in (again, first) for times in zip(*looks, strict=True)
        )
        slowest.append((max(wall[0], first_wall[0]), max(median(busy), median(first_busy))))
        print(
            f"{median(wall):12.1f} {wall[0]:8.1f} {median(busy):10.1f} "
            f"{median(first_wall):19.1f} {first_wall[0]:8.1f} {median(first_busy):10.1f}  {url}"
        )
    print(f"load {os.getloadavg()[0]:.1f}")
    return told(slowest, options.limit)


def first_look(client: FlaskClient, url: str) -> tuple[float, float]:
    client.application.extensions.pop("cache figures", None)
    return timed(lambda: client.get(url))


def timed(deed: Callable[[], TestResponse]) -> tuple[float, float]:
    start, spent = time.perf_counter(), time.process_time()
    answer = deed()
    assert answer.status_code == 200, (answer.request.path, answer.status_code)
    return (time.perf_counter() - start) * 1000, (time.process_time() - spent) * 1000


def told(slowest: list[tuple[float, float]], limit: float) -> int:
    wall, busy = (max(column) for column in zip(*slowest, strict=True))
    print(f"slowest: {wall:.1f} ms wall (least), {busy:.1f} ms processor; limit {limit:.0f} ms")
    return int(max(wall, busy) > limit)


def browse(app: Flask, options: argparse.Namespace) -> int:
    """Open every page that is no file in Chromium; times are taken around the application, in the serving thread."""
    spent: dict[str, tuple[float, float]] = {}
    app.wsgi_app = _Stopwatch(app.wsgi_app, spent)  # type: ignore[method-assign]
    logging.disable(logging.WARNING)  # the server tells every request
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = {"name": app.config["SESSION_COOKIE_NAME"], "url": f"http://localhost:{server.port}"}
    slowest = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = chromium.new_context(base_url=cookie["url"])
        context.add_cookies([{**cookie, "value": signer.dumps({**SESSION, "fs_paa": time.time()})}])
        page = context.new_page()
        print(f"{options.mentions} mentions; opened by Chromium; least milliseconds: wall, processor, until loaded")
        for url in pages():
            if "export" in url or "progress" in url:
                continue
            page.goto(url)
            looks = []
            for _ in range(options.repeats):
                start = time.perf_counter()
                reply = page.goto(url)
                looks.append((*spent[url], (time.perf_counter() - start) * 1000))
                assert reply is not None
                assert reply.status == 200, url
            wall, busy, loaded = map(min, zip(*looks, strict=True))
            slowest.append((wall, busy))
            print(f"{wall:8.1f} {busy:8.1f} {loaded:8.1f}  {url}")
        chromium.close()
    server.shutdown()
    return told(slowest, options.limit)


class _Stopwatch:
    """WSGI: writes down what each address took of wall and of this thread's processor time."""

    def __init__(self, inner: WSGIApplication, spent: dict[str, tuple[float, float]]) -> None:
        self.inner, self.spent = inner, spent

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start, busy = time.perf_counter(), time.thread_time()
        body = self.inner(environ, start_response)
        try:
            pieces = list(body)
        finally:
            getattr(body, "close", lambda: None)()
        took = (time.perf_counter() - start) * 1000, (time.thread_time() - busy) * 1000
        self.spent[environ["REQUEST_URI"]] = took
        return pieces


if __name__ == "__main__":
    sys.exit(main())
