"""Headers by what the site is, letters in a frame of their own, and trust in proxies only where told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request
from flask.wrappers import Response

from feedback_app import create_app
from feedback_app.settings import Settings
from feedback_app.web.security import letter_frame


def _app(settings: Settings, **more: object) -> Flask:
    app = create_app(settings.with_(**more))
    app.config["TESTING"] = True

    def letter() -> Response:
        return letter_frame("<p style='color:red'>Hello</p>")

    app.add_url_rule("/a-letter", view_func=letter)
    app.add_url_rule("/who", endpoint="who", view_func=lambda: f"{request.remote_addr} {request.scheme}")
    return app


def test_a_letter_may_be_framed_by_us_and_can_do_nothing(settings: Settings) -> None:
    client = _app(settings).test_client()
    headers = client.get("/a-letter").headers
    policy = headers["Content-Security-Policy"]
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= {part.strip() for part in policy.split(";")}
    assert "script-src" not in policy
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/login").headers["X-Frame-Options"] == "DENY"  # and the next page is none


@pytest.mark.parametrize("proxies", [0, 1])
def test_forwarded_addresses_are_believed_only_behind_a_proxy(settings: Settings, proxies: int) -> None:
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    answer = _app(settings, proxies=proxies).test_client().get("/who", headers=told)
    assert answer.text == ("203.0.113.9 https" if proxies else "127.0.0.1 http")


def test_a_secure_site_stays_secure(settings: Settings, tmp_path: Path) -> None:
    client = _app(settings, base_url="https://velo.example", development=False).test_client()
    plain = client.get("/login", base_url="http://velo.example")
    assert plain.status_code == 302
    assert plain.location.startswith("https://velo.example/")
    answer = client.get("/login", base_url="https://velo.example")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    cookies = answer.headers.getlist("Set-Cookie")
    assert all("Secure" in one and "HttpOnly" in one for one in cookies)
