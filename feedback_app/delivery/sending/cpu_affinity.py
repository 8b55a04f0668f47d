"""Threads that share an interpreter's lock, kept on one core.

With two free cores, each reply wakes a thread on another core than the one that holds the lock, and both pay for
handing it over. Together, the sender's threads spend a third less processor time on the same letters and send half as
many again (docs/benchmarks/delivery.md; D. Beazley, "Understanding the Python GIL", PyCon 2010). More cores are for
more processes. Only where FEEDBACK_CPU_AFFINITY asks for it: cores are told apart by process number, and in containers
every worker is number 1, so that all would choose the same one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def one_core(number: int = 0) -> Iterator[None]:
    """Keep this thread, and the threads it starts meanwhile, on one of the cores this process may use.

    ``number`` is that of the process within its worker: 0 its first, the others forked from it; each takes the core
    after the one before. Workers begin anywhere. Where the system has no such thing or forbids it, nothing changes.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    first = os.getppid() if number else os.getpid()
    with suppress(OSError):
        os.sched_setaffinity(0, {sorted(allowed)[(first + number) % len(allowed)]})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, allowed)
