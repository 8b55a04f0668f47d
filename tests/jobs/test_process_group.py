"""Several processes of one worker: every letter once, signals and deaths handed on."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest
from flask import Flask

from feedback_app.delivery.compose import dkim_keys
from feedback_app.delivery.compose.dkim_keys import Key
from feedback_app.delivery.sending import factory as post_office
from feedback_app.extensions import current_settings
from tests.delivery.helpers import journals, letters, queue, states
from tests.delivery.processes import ended, worker
from tests.delivery.test_dkim import records, verified
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")
MANY = [f"p{number}@example.org" for number in range(120)]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def waited_for(pid: int, count: int) -> list[int]:
    until(lambda: len(children(pid)) >= count, why="the processes were not started")
    return children(pid)


def test_three_processes_send_each_letter_once_and_signed() -> None:
    key = Key(dkim_keys.make_key("rsa"), "velo.example", "feedback")
    queue(*MANY)
    more = {"mail_processes": "3", "mail_connections": "4", "dkim_key": dkim_keys.pem(key.private)}
    with Relay() as relay, worker(relay, "--until-idle", "--only", "sender", "--json", **more) as child:
        code, said = ended(child)
    assert code == 0, said
    assert json.loads(said.splitlines()[-1])["letters"] == {"sent": 120}
    assert sorted(relay.recipients()) == sorted(MANY)
    assert set(states().values()) == {"sent"}
    assert not list(journals().glob("*"))
    assert all(verified(one.raw, records(key)) for one in relay.letters)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_ends_the_first_process_ends_all(how: signal.Signals) -> None:
    queue(*MANY)
    hold = threading.Event()
    with Relay(hold=hold) as relay, worker(relay, mail_processes="3", mail_connections="3") as child:
        others = waited_for(child.pid, 2)
        until(lambda: relay.most_at_once >= 3, why="not every process opened its connection")
        child.send_signal(how)
        hold.set()
        code, said = ended(child)
        until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in others), why="a process outlived the first")
    assert code == (0 if how is signal.SIGTERM else -signal.SIGKILL), said
    held = [one for one in letters().values() if one.lease_owner]
    if how is signal.SIGTERM:
        assert held == []
        assert not list(journals().glob("*"))
    else:  # only the killed one left something behind
        assert len({one.lease_owner for one in held}) <= 1
    accepted = set(relay.recipients())
    assert {address for address, state in states().items() if state == "sent"} <= accepted


def test_a_dead_process_ends_the_worker_with_a_clear_line() -> None:
    queue(*MANY)
    with Relay() as relay, worker(relay, "--until-idle", "--only", "sender", mail_processes="2") as child:
        relay.faults.hold = hold = threading.Event()
        [other] = waited_for(child.pid, 1)
        until(lambda: relay.commands)
        os.kill(other, signal.SIGKILL)
        hold.set()
        code, said = ended(child)
    assert code != 0
    assert "a sending process of this worker died" in said


def test_connections_are_shared_out(app: Flask) -> None:
    settings = current_settings().with_(mail_url="smtp://127.0.0.1", mail_connections=7, mail_processes=3)
    assert [post_office.connections(settings, number) for number in range(3)] == [3, 2, 2]
    assert post_office.processes(settings.with_(mail_connections=2)) == 2
    assert post_office.processes(settings.with_(mail_url="folder:/x")) == 1
