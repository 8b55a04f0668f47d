"""``feedback-app reader``, the doctor and the settings: helpful, honest, and silent about the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from feedback_app.extensions import current_settings
from feedback_app.operations.doctor import reader as doctor
from feedback_app.reader.commands import reader
from feedback_app.reader.models import ReaderRequest
from feedback_app.settings import BadSetting, Settings
from tests.announcements.factories import table
from tests.reader import endpoint as served
from tests.reader.conftest import Said
from tests.reader.endpoint import Model

KEY = "0123456789abcdef0123456789abcdef"


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(reader, list(arguments), obj=lambda: app)


def test_try_sends_words_that_no_customer_said(app: Flask, said: Said, model: Model) -> None:
    reply = run(app, "try")
    assert reply.exit_code == 0, reply.output
    assert "tiny at 127.0.0.1" in reply.output
    assert "complaint  The parcel came two days late." in reply.output
    assert "120 + 30 tokens" in reply.output
    assert "courier" not in model.sent
    assert table(ReaderRequest) == []
    assert [one["tone"] for one in json.loads(run(app, "try", "--json").output)["tones"]] == ["complaint"] * 3


@pytest.mark.parametrize(("content", "words"), [("Hello!", "not as asked"), ({"tones": []}, "not every id once")])
def test_try_tells_an_answer_of_no_use(app: Flask, model: Model, content: object, words: str) -> None:
    model.behave = served.saying(content)
    reply = run(app, "try")
    assert reply.exit_code == 1
    assert words in reply.output
    assert "FEEDBACK_READER_FORMAT" in reply.output


def test_try_tells_a_refusal_and_never_the_key(app: Flask, model: Model) -> None:
    model.behave = served.status(401)
    reply = run(app, "try")
    assert reply.exit_code == 1
    assert "gave no answer (status: 401)" in reply.output
    assert "very-secret" not in reply.output


def test_ask_and_log(app: Flask, said: Said) -> None:
    assert json.loads(run(app, "ask", "--limit", "1", "--json").output) == {"asked": 1, "failed": 0, "proposals": 1}
    assert run(app, "ask").output == "1 asked, 1 proposals, 0 of no use.\n"
    assert run(app, "ask").output == "Nothing is due.\n"
    told = json.loads(run(app, "log", "--json").output)
    assert [(one["task"], one["state"], one["tokens_in"]) for one in told["requests"]] == [
        ("summary", "ok", 120),
        ("name", "ok", 120),
    ]
    assert told["rates"]["name"] == {"hits": 0, "cases": 0}
    lines = run(app, "log").output
    assert f"name {said.theme.id}" in lines
    assert "1 proposals  120+30 tokens" in lines
    assert "very-secret" not in lines


@pytest.mark.parametrize("command", ["try", "ask"])
def test_off_is_said_in_one_line(app: Flask, command: str) -> None:
    app.config["SETTINGS"] = current_settings().with_(reader_url="", reader_model="")
    reply = run(app, command)
    assert reply.exit_code == 1
    assert reply.output.startswith("Error: The reader is off: set FEEDBACK_READER_URL")
    assert run(app, "log").output == "Nothing was sent.\n"


def test_the_doctor_tries_the_reader(app: Flask, model: Model) -> None:
    (found,) = doctor.examine(current_settings())
    assert (found.name, found.well) == ("reader", True)
    model.behave = served.status(404)
    (found,) = doctor.examine(current_settings())
    assert found.well is False
    assert "status: 404" in found.words
    model.behave = served.saying("Hello!")
    (found,) = doctor.examine(current_settings())
    assert "FEEDBACK_READER_FORMAT" in found.words
    assert "very-secret" not in found.words


def test_the_doctor_opens_nothing_while_the_reader_is_off(app: Flask, model: Model) -> None:
    assert doctor.examine(current_settings().with_(reader_url="", reader_model="")) == []
    assert model.connections == 0


@pytest.mark.parametrize(
    ("url", "open_"),
    [
        ("http://127.0.0.1:11434/v1", False), ("http://localhost:8080/v1", False), ("http://gpu:8000/v1", False),
        ("http://192.168.1.9/v1", False), ("http://[::1]:8000/v1", False), ("https://api.example.org/v1", False),
        ("http://api.example.org/v1", True), ("http://8.8.8.8/v1", True),
    ],
)  # fmt: skip
def test_words_in_the_open_are_warned_of(url: str, open_: bool) -> None:
    assert doctor.travels_in_the_open(url) is open_


def read(tmp_path: Path, **values: str) -> Settings:
    given = {"FEEDBACK_SECRET_KEY": KEY, "FEEDBACK_VAR": str(tmp_path)}
    return Settings.from_environment(given | {f"FEEDBACK_READER_{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    "values",
    [
        {"URL": "127.0.0.1:11434", "MODEL": "m"}, {"URL": "ftp://host/v1", "MODEL": "m"}, {"URL": "http://host/v1"},
        {"URL": "http://user:pass@host/v1", "MODEL": "m"}, {"URL": "http://host/v1?key=1", "MODEL": "m"},
        {"MODEL": "m"}, {"KEY": "a\nb"}, {"KEY": "with blank"}, {"KEY": "ż"}, {"TIMEOUT": "0"}, {"TIMEOUT": "soon"},
        {"REQUESTS": "0"}, {"FORMAT": "xml"},
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_understood_is_refused_by_name(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="FEEDBACK_READER_") as caught:
        read(tmp_path, **values)
    assert "a\nb" not in str(caught.value)


def test_the_key_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-very-secret\n")
    found = read(tmp_path, URL="http://localhost:1/v1/", MODEL="tiny", KEY_FILE=str(tmp_path / "key"))
    assert (found.reader_url, found.reader_key) == ("http://localhost:1/v1", "sk-very-secret")
    assert "very-secret" not in repr(found)
