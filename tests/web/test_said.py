"""What a letter's row says, in the reader's language."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from feedback_app.delivery.bounces.apply import COMPLAINTS
from feedback_app.web.filters import filled, said


@pytest.mark.parametrize(
    ("reply", "polish"),
    [
        ("", ""),
        ("stopped by a person", "zatrzymane przez człowieka"),
        ("taken as sent: its reader unsubscribed with the link in it",
         "uznano za wysłany: odbiorca wypisał się odnośnikiem z tego listu"),
        ("given up after all tries: 4.2.2 mailbox full: 100% used",
         "zrezygnowano po wszystkich próbach: 4.2.2 mailbox full: 100% used"),
        ("not to be written to: the address does not work", "nie pisać: adres nie działa"),
        ("550 5.1.1 no such user: %(name)s", "550 5.1.1 no such user: %(name)s"),
        (": : ", ": : "),
    ],
)  # fmt: skip
def test_only_our_own_words_are_translated(app: Flask, reply: str, polish: str) -> None:
    with app.test_request_context():
        assert said(reply) == reply
        with force_locale("pl"):
            assert said(reply) == polish


def test_the_numbers_of_a_halt_are_the_readers(app: Flask) -> None:
    values = {"complaints": 3, "sent": 12_000, "limit": 0.3}
    with app.test_request_context(), force_locale("pl"):
        told = "Zgłoszenia listu jako niechcianego: 3 na 12\u00a0000 odbiorców; granica to 0,3%."
        assert filled(COMPLAINTS, values) == told
