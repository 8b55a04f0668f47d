"""How much a request may bring: strangers little, staff more, files only where files are taken."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from feedback_app.settings import Settings
from feedback_app.web.limits.body_limits import STAFF, STRANGER

FILES = {
    "contacts.import_list",
    "organisation.edit",
    "responses.imports",
    "surveys.import_file",
    "themes.import_codebook",
}
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
LONG = "a" * STRANGER


class NeverRead(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(upload_mb=5)


def posts(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def marked(app: Flask, mark: str) -> set[str]:
    return {rule.endpoint for rule in posts(app) if hasattr(app.view_functions[rule.endpoint], mark)}


def test_only_these_routes_say_otherwise(app: Flask) -> None:
    assert marked(app, "takes_files") == FILES
    assert marked(app, "most_bytes") == {
        "responses.answer",
        "mail_hooks.generic",
        "mail_hooks.postmark",
        "mail_hooks.ses",
    }


@pytest.mark.parametrize(
    "path", ["/sign-in", "/reset", "/language", "/contacts/import", "/contacts/new", "/no-such-page"]
)
def test_what_a_stranger_sends_at_length_is_refused_unread(app: Flask, client: FlaskClient, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    environ = {"CONTENT_LENGTH": str(31 * 1024 * 1024), "wsgi.input": NeverRead()}
    reply = client.post(path, content_type="application/x-www-form-urlencoded", environ_overrides=environ)
    assert reply.status_code == 413


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_of_unknown_length_is_read_up_to_the_limit(app: Flask, client: FlaskClient, kind: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    body = io.BytesIO(b"email=" + LONG.encode() * 4)
    environ = {"wsgi.input_terminated": True, "wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert client.post("/sign-in", environ_overrides=environ | {"CONTENT_TYPE": kind}).status_code in (400, 413)
    assert body.tell() <= STRANGER


def test_staff_may_write_more_and_send_files_where_files_are_taken(as_role: Callable[[str], FlaskClient]) -> None:
    admin = as_role("admin")
    text = {"name": "x" * (2 * STRANGER)}
    assert admin.post("/contacts/new", data=text).status_code == 200  # its own field says that it is too long
    assert admin.post("/contacts/new", data={"name": "x" * STAFF}).status_code == 413
    for size, status in ((STAFF, 200), (5 * 1024 * 1024, 413)):
        body = FILE + b"x" * size + b"\r\n--x--\r\n"
        with admin.post("/contacts/import", data=body, content_type="multipart/form-data; boundary=x") as reply:
            assert reply.status_code == status
