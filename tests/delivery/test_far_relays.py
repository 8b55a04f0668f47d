"""A relay whose answers take their time: the next letter is built meanwhile, and is not yet said to anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from feedback_app.database import transaction
from feedback_app.delivery import actions
from feedback_app.delivery.identity import identity
from feedback_app.delivery.sending.relay import Relay as RelayAddress
from feedback_app.delivery.sending.sender import Sender
from feedback_app.delivery.sending.smtp_transport import SmtpTransport
from feedback_app.extensions import current_settings
from tests.delivery.helpers import QUICK, queue, sender, states
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")
KIND, GROUP = "announcement", 5
PEOPLE = [f"p{n}@example.org" for n in range(9)]
FAR = 0.02  # seconds that an answer takes: enough for the sender to find the relay far away
FIFTH = PEOPLE[4]
AHEAD = 7  # texts put together when the fifth is on the wire: it, the sixth, which is announced, and the seventh


class Office:
    """A sender of one connection, and the texts it has put together: a signature is made of each."""

    def __init__(self, relay: Relay) -> None:
        self.signed, self.ahead = 0, threading.Event()
        transport = SmtpTransport(RelayAddress.read(relay.url), identity(current_settings()), QUICK, self._sign)
        self.sender: Sender = sender(transport, connections=1)

    def _sign(self, *_: object) -> bytes:
        self.signed += 1
        if self.signed == AHEAD:
            self.ahead.set()
        return b""


def _far(fate_of_the_fifth: Callable[[], str]) -> Relay:
    """Return a relay of slow answers. The first for the fifth letter is what the function returns."""
    far = threading.Event()

    def slowly(_: int) -> str:
        far.wait(FAR)
        return ""

    fates: dict[str, Callable[[int], str]] = dict.fromkeys(PEOPLE, slowly)
    return Relay(text={**fates, FIFTH: lambda tried: fate_of_the_fifth() if tried == 1 else ""})


def _sent(fate: str = "", meanwhile: Callable[[Office], None] = lambda _: None) -> tuple[list[str], int]:
    """Send to PEOPLE; return who got a letter, in order, and how many texts were there before the fifth's answer."""
    built = []

    def answer() -> str:
        assert office.ahead.wait(30), "nothing was built while the relay was silent"
        meanwhile(office)
        built.append(office.signed)
        return fate

    with _far(answer) as relay:
        office = Office(relay)
        queue(*PEOPLE, kind=KIND, group_id=GROUP)
        office.sender.run(until_idle=True)
        return relay.recipients(), built[0]


def test_the_letter_after_the_next_is_built_before_the_answer_comes() -> None:
    assert _sent() == (PEOPLE, AHEAD)
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("fate", ["accept-drop", "421 4.7.0 enough for now"])
def test_a_letter_built_ahead_leaves_once_over_another_connection_when_this_one_ends(fate: str) -> None:
    got, _ = _sent(fate)
    in_doubt = fate == "accept-drop"
    assert sorted(got) == PEOPLE
    assert {one for one, state in states().items() if state == "in_doubt"} == ({FIFTH} if in_doubt else set())
    assert {state for one, state in states().items() if one != FIFTH} == {"sent"}


def test_a_letter_built_ahead_stays_when_its_group_is_paused(app: Flask) -> None:
    def pause(office: Office) -> None:
        with app.app_context():
            with transaction():
                actions.pause(KIND, GROUP, "Ada")
            until(lambda: office.sender._handoff.recalled > 0)

    got, _ = _sent(meanwhile=pause)
    assert [one for one in got if one in PEOPLE] == PEOPLE[:6]  # the sixth was announced to the relay
    assert [states()[one] for one in PEOPLE] == ["sent"] * 6 + ["queued"] * 3
