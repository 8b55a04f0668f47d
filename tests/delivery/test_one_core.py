"""The sender's threads stay on one core, and only they."""

from __future__ import annotations

import ast
import os
from threading import Thread

import pytest

from feedback_app.delivery.sending.cpu_affinity import one_core

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
