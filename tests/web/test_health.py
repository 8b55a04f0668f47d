"""Alive, and ready: what a supervisor is told."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from feedback_app.jobs import runs


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
