"""Alive, and ready: what a supervisor is told."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Dialect, event

from feedback_app.extensions import db
from feedback_app.jobs import runs
from tests.statements import statements


def test_a_process_that_answers_is_alive_and_sets_no_cookie(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})
    assert "Set-Cookie" not in answer.headers


def test_what_is_missing_is_named_and_what_is_well_is_not(app: Flask, client: FlaskClient) -> None:
    runs.beat("w")
    answer = client.get("/readyz")
    told = answer.get_json()["trouble"]
    assert not any("no worker" in why for why in told.values())
    app.config["READINESS"] = {"well": lambda: "", "water": lambda: "the well is dry"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "not ready", "trouble": {"water": "the well is dry"}}
    app.config["READINESS"] = {"well": lambda: ""}
    assert (client.get("/readyz").status_code, client.get("/readyz").get_json()["status"]) == (200, "ready")


def test_without_a_worker_letters_would_wait_so_it_is_not_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert any("no worker was seen lately" in why for why in answer.get_json()["trouble"].values())


def test_whoever_is_signed_in_a_live_process_asks_no_database(as_role: Callable[[str], FlaskClient]) -> None:
    client = as_role("viewer")
    with statements() as sent:
        assert client.get("/healthz").status_code == 200
    assert sent == []


def test_without_a_database_staff_are_told_so_on_a_page(app: Flask, as_role: Callable[[str], FlaskClient]) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    client = as_role("viewer")
    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "do_connect", _away)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    for path in ("/", "/contacts", "/sign-in"):
        answer = client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 500
        assert "Something went wrong on our side" in answer.text
    event.remove(db.engine, "do_connect", _away)
    assert client.get("/contacts").status_code == 200


def _away(dialect: Dialect, *_: object) -> None:
    raise dialect.dbapi.OperationalError("nobody listens there")
