"""What counts as this very machine, wherever a certificate, TLS or a way in depends on it."""

from __future__ import annotations

import pytest

from feedback_app.common.loopback import is_loopback
from feedback_app.delivery.bounces.mailbox import Mailbox
from feedback_app.delivery.sending.relay import Relay


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "127.example", "127.0.0.1.example", "0.0.0.0", "::", "::12"])  # noqa: S104  # not to be listened on
def test_others_that_look_like_it(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_that_begins_like_it_must_prove_itself() -> None:
    assert Relay.read("smtp://127.0.0.1").local
    assert not Relay.read("smtp://localhost.mail.example").local
    assert not Mailbox.read("imaps://a:b@127.mail.example/").local
