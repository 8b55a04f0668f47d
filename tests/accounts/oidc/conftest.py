"""A real provider of OpenID Connect beside the test, and what passes between it and us."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of modules it imports in their old places
    from oidc_provider_mock import User, run_server_in_thread

from feedback_app.common.oidc_providers import Provider
from feedback_app.settings import Settings
from tests.browser import many_sign_ins

SUBJECT = "248289761001"
CLAIMS = {"email": "Ada@velo.example", "email_verified": True, "name": "Ada Nowak", "groups": ["staff", "owners"]}


class House:
    """A provider with one person, reached at a port of this machine. ``stop`` takes it away."""

    def __init__(self, **how: Any) -> None:
        self.stack = ExitStack()
        self.user = User(sub=SUBJECT, claims=dict(CLAIMS))
        server = self.stack.enter_context(run_server_in_thread(user_claims=[self.user], **how))
        self.issuer = f"http://localhost:{server.server_port}"
        self.seen: list[dict[str, list[str]]] = []  # forms sent to the place where codes are exchanged
        inner = server.app

        def noted(environ: dict[str, Any], start: Any) -> Any:
            if environ["PATH_INFO"] == "/oauth2/token":
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
                self.seen.append(parse_qs(body.decode()))
                environ["wsgi.input"] = BytesIO(body)
            return inner(environ, start)

        server.app = noted

    def provider(self, **more: Any) -> Provider:
        return replace(Provider("work", "Work", self.issuer, "feedback", "secret"), **more)

    def says(self, **claims: Any) -> None:
        """Change what is said of the person; None takes a claim away."""
        self.user.claims.update(claims)
        for name in [name for name, value in claims.items() if value is None]:
            del self.user.claims[name]

    def agree(self, away: str, subject: str = SUBJECT) -> str:
        """Sign in at the provider, as its page does, and return the address to which it sends people back."""
        reply = requests.post(away, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert reply.status_code == 302, reply.text
        return reply.headers["Location"]

    def stop(self) -> None:
        self.stack.close()


@pytest.fixture
def house() -> Iterator[House]:
    with_one = House()
    yield with_one
    with_one.stop()


@pytest.fixture
def expired() -> Iterator[House]:
    """A provider whose tokens are an hour old when they come."""
    old = House(access_token_max_age=timedelta(hours=-1))
    yield old
    old.stop()


@pytest.fixture
def provider(house: House) -> Provider:
    return house.provider()


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    return settings.with_(oidc=(provider,))


@pytest.fixture
def app(app: Flask) -> Flask:
    return many_sign_ins(app)


@pytest.fixture
def come_by(client: FlaskClient, house: House) -> Callable[..., TestResponse]:
    """Go to the provider and back in a stranger's browser; return the last answer."""

    def go(key: str = "work", at: House = house, browser: FlaskClient = client) -> TestResponse:
        away = browser.get(f"/sign-in/with/{key}").location
        return browser.get(local(at.agree(away)), follow_redirects=True, headers={"Accept-Language": "en"})

    return go


def local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
