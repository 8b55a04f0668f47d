"""Reading letters as their recipient does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from feedback_app.accounts import mail
from feedback_app.accounts.models import Staff
from feedback_app.delivery.compose.templates import letter_parts
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.delivery.outbox import Words
from feedback_app.extensions import db
from tests.browser import many_sign_ins


@pytest.fixture
def app(app: Flask) -> Flask:
    return many_sign_ins(app)


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    """The moment at which all happens; it moves when told."""
    with time_machine.travel(datetime(2026, 5, 4, 10, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def person(a_staff: Callable[..., Staff]) -> Staff:
    return a_staff("viewer")


@pytest.fixture
def letters_to(app: Flask) -> Callable[[str], list[str]]:
    """The texts of the letters to an address, oldest first, filled as they are when they leave."""

    def read(email: str) -> list[str]:
        mail.write_wanted_links()  # as the worker does
        rows = db.session.execute(
            db.select(OutgoingEmail, LetterVariant)
            .join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
            .where(OutgoingEmail.email_key == email)
            .order_by(OutgoingEmail.id)
        ).all()
        fills = mail.fills(db.session(), [letter.ref_id for letter, _ in rows])
        return [
            letter_parts(Words(words.subject, words.text, words.html), fills[letter.ref_id], letter.name).text
            for letter, words in rows
            if letter.ref_id in fills
        ]

    return read


@pytest.fixture
def link_to(letters_to: Callable[[str], list[str]]) -> Callable[[str], str]:
    """The path of the link in the newest letter to an address."""

    def read(email: str) -> str:
        found = re.search(r"http://localhost(/reset/\S+)", letters_to(email)[-1])
        assert found, "the letter has no link"
        return found[1]

    return read
