"""Windows of Chromium on a real server in this process, signed in, in a language of one's choice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from feedback_app.accounts.models import Staff
from tests.browser import signed_in
from tests.flows.house import a_browser

Windows = Callable[[str], Page]
"""Opens a window in a language."""


@contextmanager
def windows_of(app: Flask, person: Staff) -> Iterator[Windows]:
    """Serve the application and open windows signed in as ``person``; both end with the block."""
    inside = signed_in(person)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with a_browser() as browser:
        yield lambda language: _opened(app, browser, inside, language, f"http://localhost:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()


def _opened(app: Flask, browser: Browser, inside: dict[str, Any], language: str, url: str) -> Page:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = signer.dumps({**inside, "language": language})
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=url)
    context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "url": url, "value": value}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page
