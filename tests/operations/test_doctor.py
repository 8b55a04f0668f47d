"""The doctor names what is wrong and what to do, and never sends a letter."""

from __future__ import annotations

import json
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from click.testing import CliRunner
from flask import Flask

from feedback_app import create_app
from feedback_app.cli import feedback_app
from feedback_app.operations.doctor.examine import examine
from feedback_app.settings import Settings
from tests.fakes import Relay


def words(settings: Settings) -> dict[str, tuple[bool | None, str]]:
    app = create_app(settings)
    with app.app_context():
        return {one.name: (one.well, one.words) for one in examine()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_relay_that_answers(settings: Settings) -> None:
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        well, said = words(settings.with_(mail_url=f"smtp://127.0.0.1:{port}"))["mail"]
    finally:
        server.stop()
    assert well is True
    assert "takes letters" in said


def test_a_relay_that_is_down(settings: Settings) -> None:
    well, said = words(settings.with_(mail_url=f"smtp://127.0.0.1:{free_port()}"))["mail"]
    assert well is False
    assert "FEEDBACK_MAIL_URL" in said


def test_an_unwritable_folder_and_a_silent_worker(settings: Settings) -> None:
    found = words(settings)
    assert found["worker"][0] is False
    assert "feedback-app worker" in found["worker"][1]
    assert found["staff"][0] is False
    assert found["database"] == (True, found["database"][1])


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_exits_1_when_something_fails(app: Flask, as_json: bool) -> None:
    done = CliRunner().invoke(feedback_app, ["doctor", *(["--json"] if as_json else [])], obj=lambda: app)
    assert done.exit_code == 1
    if as_json:
        assert {one["name"] for one in json.loads(done.output)} >= {"database", "mail", "worker"}
    else:
        assert "FAIL worker" in done.output


def test_a_test_letter_goes_the_way_of_all_letters(settings: Settings, app: Flask) -> None:
    with Relay(rcpt={"gone@example.org": "550 5.1.1 no such user"}) as relay:
        house = create_app(settings.with_(mail_url=relay.url))
        for address, state in (("ada@example.org", "ok"), ("gone@example.org", "fail"), ("no address", "fail")):
            done = CliRunner().invoke(
                feedback_app, ["doctor", "--send-test", address, "--json"], obj=lambda house=house: house
            )
            last = json.loads(done.output)[-1]
            assert (last["name"], last["state"]) == ("test letter", state), last
        (letter,) = relay.letters
    assert letter.recipient == "ada@example.org"
    assert letter.message["Subject"] == "Test letter of Velo Verde"
    assert letter.message["Message-ID"].endswith("@velo.example>")
    assert "headers" in letter.text


def test_a_relay_without_tls_elsewhere_and_a_nearly_full_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setattr("feedback_app.operations.doctor.examine.LOW", 1 << 60)
    try:
        found = words(settings.with_(mail_url=f"smtp+plain://127.0.0.1:{port}"))
    finally:
        server.stop()
    assert found["tls"][0] is True
    assert found["disk"][0] is None
