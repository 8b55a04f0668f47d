"""From an invitation to an open door, by way of the worker and a mail folder."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from flask.testing import FlaskClient

from feedback_app.accounts import actions, mail
from feedback_app.accounts.staff_store import Person
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.sending import factory as post_office
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.settings import Settings

ADA = Person("ada@velo.example", "Ada Nowak", "en", ["viewer"])
LONG = "a quite different set of words"


@pytest.fixture
def staff_id(client: FlaskClient) -> int:
    return actions.invite(ADA, mail.invitation_words("en"), COMMAND)


def send() -> None:
    db.session.remove()
    sender = post_office.open_sender("a test")
    sender.run(until_idle=True)
    db.session.remove()


def test_the_letter_in_the_folder_opens_the_door(client: FlaskClient, settings: Settings, staff_id: int) -> None:
    send()
    folder = settings.mail_folder
    assert folder
    (file,) = [one for one in folder.rglob("*") if one.is_file() and b"ada@velo.example" in one.read_bytes()]
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}
    assert letter["Subject"] == "Your account at Velo Verde"
    links = [re.search(r"http://localhost(/reset/[\w.~-]+)", parts[kind]) for kind in ("text/plain", "text/html")]
    assert links[0]
    assert links[1]
    assert links[0][1] == links[1][1]
    client.post(links[0][1], data={"password": LONG, "password_confirm": LONG})
    client.post("/sign-in", data={"email": ADA.email, "password": LONG})
    assert client.get("/profile").status_code == 200


def test_who_is_disabled_meanwhile_gets_none(staff_id: int) -> None:
    actions.disable(staff_id, COMMAND)
    send()
    letter = db.session.scalars(db.select(OutgoingEmail)).one()
    assert (letter.state, letter.reply) == ("skipped", "what it was about is no more")
