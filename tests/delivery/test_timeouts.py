"""How long we wait for a relay that has frozen, at each step of a letter (RFC 5321 4.5.3.2)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from feedback_app.delivery.compose.placeholders import Words
from feedback_app.delivery.sending.relay import Timeouts
from tests.delivery.helpers import letters, queue, sender, smtp
from tests.fakes import Relay

pytestmark = pytest.mark.usefixtures("app")
PATIENT = Timeouts(connect=60, greeting=60, command=60, data=60, block=60, text=60, idle=0.2, life=60)
SHORT, LONG = 0.3, 30.0  # seconds
WHO = "a@example.org"
PIPELINED, PLAIN = Relay().faults.extensions, ("8BITMIME",)


def _tried(relay: Relay, waits: Timeouts) -> str:
    """Send one letter to a frozen relay; return what the sender says of it, or what is written about the letter."""
    started = time.monotonic()
    tally = sender(smtp(relay, waits), connections=1).run(until_idle=True)
    assert time.monotonic() - started < LONG, "it waited by another time-out than its own"
    return tally.trouble or letters()[WHO].reply


@pytest.mark.parametrize("extensions", [PIPELINED, PLAIN], ids=["pipelined", "one by one"])
@pytest.mark.parametrize(
    ("faults", "hasty"),
    [
        ({"greeting": "freeze"}, "greeting"), ({"mail": "freeze"}, "command"), ({"rcpt": {WHO: "freeze"}}, "command"),
        ({"data": "freeze"}, "data"),
    ],
)  # fmt: skip
def test_a_relay_that_freezes_before_the_text_has_a_time_of_its_own_at_each_step(
    extensions: tuple[str, ...], faults: dict[str, Any], hasty: str
) -> None:
    with Relay(extensions=extensions, **faults) as relay:
        queue(WHO)
        assert "timed out" in _tried(relay, replace(PATIENT, **{hasty: SHORT}))
    waiting = letters()[WHO]
    assert (waiting.state, waiting.attempts, waiting.lease_owner) == ("queued", 0, None)


def test_a_greeting_may_take_longer_than_the_network() -> None:
    with Relay(slow_greeting=3 * SHORT) as relay:
        queue(WHO)
        assert _tried(relay, replace(PATIENT, connect=SHORT)).startswith("2.0.0 kept")


def test_an_answer_to_the_last_dot_that_does_not_come_leaves_a_doubt() -> None:
    with Relay(text={WHO: "accept-freeze"}) as relay:
        queue(WHO)
        assert "timed out" in _tried(relay, replace(PATIENT, text=SHORT))
        assert len(relay.letters) == 1
    assert letters()[WHO].state == "in_doubt"


def test_a_relay_that_takes_no_more_of_a_text_cannot_have_got_its_end() -> None:
    with Relay(data="deaf") as relay:
        queue(WHO, words=Words("s", "{{said}}", "<p>{{said}}</p>"), values={"said": "long words " * 300_000})
        assert "timed out" in _tried(relay, replace(PATIENT, block=SHORT))
    waiting = letters()[WHO]
    assert (waiting.state, waiting.attempts) == ("queued", 0)


def test_no_wait_is_shorter_than_the_standard_asks() -> None:
    least = {"greeting": 300, "command": 300, "data": 120, "block": 180, "text": 600}
    assert {name: getattr(Timeouts(), name) for name in least} == least
