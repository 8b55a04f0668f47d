"""The sender's threads stay on one core, and only they."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.delivery.compose.placeholders import Fill
from feedback_app.delivery.sending.cpu_affinity import one_core
from feedback_app.delivery.sending.factory import open_sender
from feedback_app.extensions import current_settings
from tests.delivery.helpers import queue

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not place threads")


def test_the_thread_and_those_it_starts_stay_together_and_part_again() -> None:
    before = os.sched_getaffinity(0)
    seen: list[set[int]] = []
    with one_core():
        thread = Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()
        here = os.sched_getaffinity(0)
    assert len(here) == 1
    assert here <= before
    assert seen == [here]
    assert os.sched_getaffinity(0) == before


def test_other_threads_keep_every_core() -> None:
    before = os.sched_getaffinity(0)
    seen: list[set[int]] = []
    other = Thread(target=lambda: seen.append(os.sched_getaffinity(0)))

    def sending() -> None:
        with one_core():
            pass

    one = Thread(target=sending)
    one.start()
    one.join()
    other.start()
    other.join()
    assert seen == [before]


def test_a_mistake_inside_gives_the_cores_back() -> None:
    before = os.sched_getaffinity(0)
    with pytest.raises(ZeroDivisionError), one_core():
        raise ZeroDivisionError
    assert os.sched_getaffinity(0) == before


def test_processes_of_one_worker_take_different_cores() -> None:
    many = len(os.sched_getaffinity(0))
    with one_core():
        taken = [os.sched_getaffinity(0)]
    for number in range(1, many):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            with one_core(number):
                os.write(write, repr(os.sched_getaffinity(0)).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as told:
            taken.append(ast.literal_eval(told.read()))
        os.waitpid(child, 0)
    assert set().union(*taken) == os.sched_getaffinity(0)


@pytest.mark.parametrize("asked", [False, True])
def test_a_sender_stays_on_one_core_only_where_that_is_asked_for(app: Flask, asked: bool) -> None:
    """In containers every worker is process 1: left to themselves, all would choose the same core."""
    app.config["SETTINGS"] = current_settings().with_(cpu_affinity=asked)
    seen: list[set[int]] = []

    def fills(_session: Session, ids: Sequence[int]) -> dict[int, Fill]:
        seen.append(os.sched_getaffinity(0))
        return {one: {"said": "late"} for one in ids}

    app.config["RENDERERS"] = {"note": fills}
    queue("ada@velo.example", ref_id=1, values=None)
    assert open_sender("here").run(until_idle=True).sent == 1
    assert [len(cores) for cores in seen] == [1 if asked else len(os.sched_getaffinity(0))]
