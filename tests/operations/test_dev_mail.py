"""The reader shows what landed in the folder, and nothing beside it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feedback_app import create_app
from feedback_app.operations import dev_mail
from feedback_app.settings import Settings
from feedback_app.web.filters import links


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = settings.mail_folder
    assert folder is not None
    folder.mkdir(parents=True)
    for number, name in enumerate(("Łucja", "Adam")):
        message = EmailMessage()
        message["To"] = f"{name} <person{number}@example.org>"
        message["Subject"] = f"Pytanie do: {name}"
        message.set_content("Zajrzyj: https://feedback.example/answer/abc.\n")
        message.add_alternative("<p>Zajrzyj</p><script>alert(1)</script>", subtype="html")
        (folder / f"letter-{number}.eml").write_bytes(message.as_bytes())
    (folder.parent / "secret.eml").write_text("Subject: not yours\n\n")
    return folder


def test_list_search_and_open(client: FlaskClient, folder: Path) -> None:
    page = client.get("/dev/mail").text
    assert "person0@example.org" in page
    assert "person1@example.org" in page
    assert "person1@example.org" not in client.get("/dev/mail?search=ŁUCJA").text
    letter = client.get("/dev/mail/letter-0.eml").text
    assert 'href="https://feedback.example/answer/abc"' in letter
    assert "<script>alert" not in letter


def test_html_part_can_run_nothing(client: FlaskClient, folder: Path) -> None:
    reply = client.get("/dev/mail/letter-0.eml/html")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert "script-src" not in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["../secret.eml", "..%2Fsecret.eml", "none.eml", "letter-0.txt", "%00.eml"])
def test_nothing_outside_the_folder(client: FlaskClient, folder: Path, name: str) -> None:
    assert client.get(f"/dev/mail/{name}").status_code == 404
    assert dev_mail.read(folder, "../secret.eml") is None


def test_closed_outside_development_and_with_a_relay(settings: Settings) -> None:
    for changed in (settings.with_(development=False), settings.with_(mail_url="smtp://127.0.0.1:2525")):
        assert create_app(changed).test_client().get("/dev/mail").status_code == 404


def test_empty_folder(client: FlaskClient) -> None:
    assert client.get("/dev/mail").status_code == 200


def test_links_are_found_once_without_the_full_stop() -> None:
    assert links("a http://x.example/1, b https://y.example/2. http://x.example/1") == [
        "http://x.example/1",
        "https://y.example/2",
    ]
