"""Importing answers in the browser: look first, then do it once, or leave it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.settings import Settings
from tests.factories import a_survey

AsRole = Callable[[str], FlaskClient]
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def importer(app: Flask, as_role: AsRole) -> FlaskClient:
    a_survey("loop")
    return as_role("announcer")


def upload(client: FlaskClient, content: bytes, name: str = "old.csv", **more: str) -> TestResponse:
    fields = {"survey": "loop", "kind": "customer", "language": "en", "create_contacts": "y", **more}
    return client.post("/responses/import", data={**fields, "file": (io.BytesIO(content), name)})


def how_many() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def test_look_first_then_import_once(importer: FlaskClient) -> None:
    assert "Look at it first" in importer.get("/responses/import").text
    reply = upload(importer, b"email,text,shoe\na@example.org,hello,44\nbroken,x,1\n")
    assert reply.status_code == 303
    page = importer.get(reply.location)
    for text in ("Import 1 response", "left out", "question:expected", "has no @", "Nothing is imported yet"):
        assert text in page.text
    assert how_many() == 0
    done = importer.post(reply.location, follow_redirects=True)
    assert "This is what happened" in done.text
    assert how_many() == 1
    again = importer.post(reply.location, follow_redirects=True)
    assert "imported already" in again.text
    assert how_many() == 1
    rejected = importer.get(f"{reply.location}/rejected.csv")
    assert rejected.text.removeprefix("\ufeff").startswith("Row,Reason,Text\r\n3,")


def test_leaving_it_removes_the_file(importer: FlaskClient, settings: Settings) -> None:
    where = upload(importer, b"email,text\na@example.org,hello\n").location
    folder = Path(settings.var) / "imports"
    assert len(list(folder.iterdir())) == 2
    assert "Nothing was imported" in importer.post(f"{where}/leave", follow_redirects=True).text
    assert list(folder.iterdir()) == []
    assert "imported already, or given up" in importer.post(where, follow_redirects=True).text
    assert how_many() == 0


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"email\nx\n", b"PK\x03\x04", SCRIPT.encode()])
def test_a_file_that_cannot_be_used_says_why_beside_the_field(importer: FlaskClient, content: bytes) -> None:
    page = upload(importer, content, name=SCRIPT)
    assert page.status_code == 200
    assert 'id="file-error"' in page.text
    assert SCRIPT not in page.text


def test_hostile_names_and_cells_are_only_words(importer: FlaskClient) -> None:
    content = f"email,text,{SCRIPT}\n{SCRIPT},x,y\na@example.org,{SCRIPT},z\n".encode()
    page = importer.get(upload(importer, content, name=f"../../{SCRIPT}.csv").location)
    assert page.status_code == 200
    assert SCRIPT not in page.text


def test_a_kind_that_is_not_offered_is_refused(importer: FlaskClient) -> None:
    assert upload(importer, b"email,text\na@example.org,hi\n", kind="king").status_code == 200
    assert upload(importer, b"email,text\na@example.org,hi\n", survey="nothing").status_code == 200
    assert importer.get("/responses/import/99").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("product_owner", 403), ("announcer", 200), ("admin", 200)]
)
def test_who_may_import(app: Flask, as_role: AsRole, role: str, status: int) -> None:
    client = as_role(role)
    assert client.get("/responses/import").status_code == status
    shown = "Import answers" in client.get("/responses").text
    assert shown == (status == 200)
    for path in ("/responses/import", "/responses/import/1", "/responses/import/1/leave"):
        assert client.post(path).status_code in ({403} if status == 403 else {200, 404})


def test_strangers_are_sent_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/responses/import").status_code == 302
    assert client.post("/responses/import/1").status_code == 302
