"""The commands about staff, as an operator types them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from flask_security import verify_password

from feedback_app.accounts import queries
from feedback_app.accounts.models import Staff
from feedback_app.cli import feedback_app
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.events.models import Event
from feedback_app.extensions import db

Run = Callable[..., Result]
LONG = "a quite different set of words"


@pytest.fixture
def run(app: Flask) -> Run:
    def call(*words: str, stdin: str = "") -> Result:
        result = CliRunner().invoke(feedback_app, ["staff", *words], input=stdin, obj=lambda: app)
        db.session.rollback()
        return result

    return call


def test_a_link_is_printed_unless_told_otherwise(run: Run, client: FlaskClient) -> None:
    result = run("add", "Ada@velo.example", "--role", "admin", "--role", "viewer", "--name", "Ada Nowak")
    assert result.exit_code == 0
    link = re.search(r"http://localhost(/reset/\S+)", result.output)
    assert link
    client.post(link[1], data={"password": LONG, "password_confirm": LONG})
    db.session.rollback()
    made = queries.staff_called("ada@velo.example")
    assert verify_password(LONG, made.password)
    assert (made.name, made.role_names) == ("Ada Nowak", ["admin", "viewer"])


def test_a_password_comes_by_standard_input(run: Run) -> None:
    assert run("add", "a@velo.example", "--role", "viewer", "--password-stdin", stdin=f"{LONG}\n").exit_code == 0
    assert verify_password(LONG, queries.staff_called("a@velo.example").password)


def test_a_bad_password_leaves_nothing_behind(run: Run) -> None:
    result = run("add", "a@velo.example", "--role", "viewer", "--password-stdin", stdin="short\n")
    assert result.exit_code == 1
    assert result.output == "Error: Choose at least 12 signs; a few words in a row are easy to remember.\n"
    assert db.session.scalar(db.select(db.func.count(Staff.id))) == 0


def test_there_is_no_way_to_type_a_password_on_the_line(run: Run) -> None:
    assert run("add", "a@velo.example", "--role", "viewer", "--password", LONG).exit_code == 2
    assert "--password-stdin" in run("add", "--help").output


def test_an_invitation_is_queued(run: Run) -> None:
    assert "in the queue" in run("add", "a@velo.example", "--role", "viewer", "--invite").output
    assert db.session.scalars(db.select(OutgoingEmail.kind)).all() == ["staff"]


@pytest.mark.parametrize("words", [["add", "a@b.example"], ["add", "a@b.example", "--role", "king"], ["roles", "a"]])
def test_what_cannot_be_understood_is_named(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Error:" in result.output


@pytest.mark.parametrize("verb", ["disable", "enable", "link"])
def test_nobody_of_that_name(run: Run, verb: str) -> None:
    result = run(verb, "nobody@velo.example")
    assert result.exit_code == 1
    assert "Nobody here has the address nobody@velo.example" in result.output


def test_the_list_for_people_and_programs(run: Run, a_staff: Callable[..., Staff]) -> None:
    assert "no accounts yet" in run("list").output
    a_staff("viewer")
    assert re.search(r"viewer@velo.example +active +viewer +never", run("list").output)
    (row,) = json.loads(run("list", "--json").output)
    assert (row["email"], row["state"], row["roles"]) == ("viewer@velo.example", "active", ["viewer"])


def test_disable_enable_and_roles(run: Run, a_staff: Callable[..., Staff]) -> None:
    a_staff("admin")
    a_staff("viewer")
    assert run("disable", "viewer@velo.example").output == "Disabled viewer@velo.example.\n"
    assert queries.staff_called("viewer@velo.example").state == "disabled"
    assert run("link", "viewer@velo.example").exit_code == 1
    assert run("enable", "Viewer@velo.example").exit_code == 0
    assert "announcer, viewer" in run("roles", "viewer@velo.example", "viewer", "announcer").output
    assert run("disable", "admin@velo.example").exit_code == 1
    assert queries.staff_called("admin@velo.example").active
    said = db.session.scalars(db.select(Event.code).order_by(Event.id)).all()
    assert said == ["staff.disabled", "staff.enabled", "staff.roles_changed"]
    assert set(db.session.scalars(db.select(Event.actor))) == {"command"}


def test_a_new_link_for_somebody(run: Run, client: FlaskClient, a_staff: Callable[..., Staff]) -> None:
    person = a_staff("viewer")
    link = json.loads(run("link", person.email, "--json").output)["link"].removeprefix("http://localhost")
    client.post(link, data={"password": LONG, "password_confirm": LONG})
    db.session.rollback()
    assert verify_password(LONG, queries.staff_called(person.email).password)
    assert "This link has been used" in client.get(link, follow_redirects=True).text


@pytest.mark.parametrize(
    "typed", ["dwadzieścia żółtych rowerów", "dwadzies\u0301cia z\u0307o\u0301łtych rowero\u0301w"]
)
def test_a_password_with_accents_signs_in_however_the_keyboard_makes_them(
    run: Run, client: FlaskClient, typed: str
) -> None:
    made = run("add", "ola@velo.example", "--role", "viewer", "--password-stdin", stdin="dwadzieścia żółtych rowerów\n")
    assert made.exit_code == 0
    reply = client.post("/sign-in", data={"email": "ola@velo.example", "password": typed})
    assert reply.status_code in (302, 303)
    assert client.get("/").status_code == 200
