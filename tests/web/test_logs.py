"""One line a request, in the chosen form, never a personal link or what a form held."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask

from feedback_app.settings import Settings
from feedback_app.web import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give structlog and the root logger back as they were."""
    kept, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**kept)
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(told: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in told.splitlines()]


def test_a_request_is_logged_by_its_rule_and_without_secrets(
    app: Flask, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(settings.with_(log_format="json", log_level="info"))
    client = app.test_client()
    answer = client.post("/language?token=s3cret", data={"language": "pl", "next": "/u/personal-link"})
    client.get("/healthz")
    client.get("/no/such/personal-link")
    told = capsys.readouterr().err
    assert "s3cret" not in told
    assert "personal-link" not in told
    posted, missing = [line for line in _lines(told) if line["event"] == "request"]
    assert (posted["method"], posted["rule"], posted["status"]) == ("POST", "/language", 303)
    assert posted["request"] == answer.headers["X-Request-Id"]
    assert isinstance(posted["ms"], float)
    assert (missing["rule"], missing["status"]) == ("-", 404)


@pytest.mark.parametrize(("level", "heard"), [("info", ["a", "b", "c"]), ("warning", ["b", "c"]), ("error", ["c"])])
def test_only_what_weighs_enough_is_heard(
    settings: Settings, capsys: pytest.CaptureFixture[str], level: str, heard: list[str]
) -> None:
    logs.configure(settings.with_(log_format="json", log_level=level))
    log = structlog.get_logger()
    log.info("a")
    log.warning("b", kind="ż")
    log.error("c")
    assert [line["event"] for line in _lines(capsys.readouterr().err)] == heard


def test_for_people_a_line_is_words(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(settings.with_(log_format="console", log_level="info"))
    structlog.get_logger().info("worker started", sends=True)
    told = capsys.readouterr().err
    assert "worker started" in told
    assert "sends=True" in told
    assert not told.startswith("{")
