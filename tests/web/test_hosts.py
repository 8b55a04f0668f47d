"""Whose name we answer to, what may be kept of a page, and who may reach a development instance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from feedback_app import create_app
from feedback_app.cli import feedback_app
from feedback_app.settings import BadSetting, Settings

OURS = "https://velo.example"


@pytest.fixture
def secure(settings: Settings) -> FlaskClient:
    return create_app(settings.with_(base_url=OURS, development=False, proxies=1)).test_client()


@pytest.mark.parametrize("told", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_no_redirect_leads_to_a_name_that_is_not_ours(secure: FlaskClient, told: dict[str, str]) -> None:
    reply = secure.get("/contacts", headers={"X-Forwarded-Proto": "http", **told})
    assert reply.status_code == 421
    assert "evil" not in reply.text + str(reply.headers)


@pytest.mark.parametrize("host", ["velo.example", "velo.example:443", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_our_own_names_are_answered(secure: FlaskClient, host: str) -> None:
    headers = {"X-Forwarded-Proto": "https", "Host": host}
    assert secure.get("/sign-in", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_supervisor_asks_by_address(secure: FlaskClient, path: str) -> None:
    assert secure.get(path, headers={"X-Forwarded-Proto": "https", "Host": "10.0.0.7:8000"}).status_code != 421


def test_letters_of_a_development_instance_cannot_be_read_through_another_name(client: FlaskClient) -> None:
    assert client.get("/dev/mail").status_code == 200
    assert client.get("/dev/mail", headers={"Host": "rebound.example"}).status_code == 421


@pytest.mark.parametrize("command", ["web", "serve"])
def test_a_development_instance_listens_on_this_machine_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name, value in {"DEVELOPMENT": "yes", "VAR": settings.var, "DATABASE_URL": settings.database_url}.items():
        monkeypatch.setenv(f"FEEDBACK_{name}", value)
    done = CliRunner().invoke(feedback_app, [command, "--host", "0.0.0.0"])  # noqa: S104  # it must not
    assert done.exit_code == 1
    assert "listens on 127.0.0.1 only, not on 0.0.0.0" in done.output


def test_a_development_instance_has_no_public_address(settings: Settings) -> None:
    with pytest.raises(BadSetting, match=r"BASE_URL must then be on this machine"):
        settings.with_(base_url=OURS).completed()
    assert settings.with_(base_url=OURS, development=False).completed().base_url == OURS


PRIVATE = ["/", "/contacts", "/responses", "/audit", "/profile", "/sign-in", "/reset", "/reset/x", "/answer/x", "/none"]


@pytest.mark.parametrize("path", PRIVATE)
def test_no_page_is_kept(as_role: Callable[[str], FlaskClient], client: FlaskClient, path: str) -> None:
    for one in (as_role("admin"), client):
        assert one.get(path).headers["Cache-Control"] == "no-store"


def test_what_is_the_same_for_everybody_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/public.css") as sheet:
        assert sheet.headers["Cache-Control"] != "no-store"
