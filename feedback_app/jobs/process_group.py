"""Further processes of one worker. Signing holds the interpreter's lock, so threads share one core; processes do not.

They are forked when the application is made and nothing runs yet: they share its memory and cost no start. A process
that dies takes its worker along, and the next start settles its letters by its journal (docs/sending.md).
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from threading import Thread
from typing import NoReturn, Protocol

import structlog

from feedback_app.errors import N_
from feedback_app.extensions import db

SIGNALS = {signal.SIGTERM, signal.SIGINT}
GONE = N_("a sending process of this worker died; the next start of a worker settles its letters")
log = structlog.get_logger()


class Child(Protocol):
    """What a forked process does."""

    def stop(self) -> None:
        """End soon and well. May be called from another thread."""

    def work(self) -> str:
        """Work until done or stopped; return what is to be read_end."""


class ProcessGroup:
    """The processes beside the caller's own. ``start`` needs an application context, and that no thread runs yet."""

    def __init__(self) -> None:
        self._result_pipes: dict[int, int] = {}  # process id -> where it tells, at its end, what it did
        self._parent_pipe = -1

    def start(self, count: int, make: Callable[[int], Child]) -> None:
        """Fork ``count`` processes; each does what ``make(number)`` gives, numbered from 1."""
        db.session.remove()
        db.engine.dispose()  # a connection cannot be shared
        parent_pipe, self._parent_pipe = os.pipe()
        # a signal that comes before a child can obey it must wait, not meet the parent's own handler
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        for number in range(1, count + 1):
            read_end, write_end = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(self._parent_pipe)
                os.close(read_end)
                _serve(make, number, parent_pipe, write_end)
            os.close(write_end)
            self._result_pipes[pid] = read_end
        os.close(parent_pipe)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def dead(self) -> bool:
        """True when one of the processes is no more."""
        return any(_is_gone(pid) for pid in self._result_pipes)

    def stop(self) -> None:
        """Ask all to finish what they have in child. Does nothing to those that have ended."""
        for pid in self._result_pipes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def results(self) -> list[str]:
        """Wait for all and return what they write_end, "" for one that died."""
        texts = []
        for pid, read_end in self._result_pipes.items():
            with os.fdopen(read_end, encoding="utf-8") as pipe:
                text = pipe.read()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
            texts.append(text)
        self._result_pipes = {}
        if self._parent_pipe >= 0:
            os.close(self._parent_pipe)
            self._parent_pipe = -1
        return texts


def _is_gone(pid: int) -> bool:
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return ended is not None


def _serve(make: Callable[[int], Child], number: int, parent_pipe: int, write_end: int) -> NoReturn:
    """Be a forked process: work, write_end, and leave without the parent's endings."""
    code = 1
    try:
        child = make(number)
        for one in SIGNALS:
            signal.signal(one, lambda *_: child.stop())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        Thread(target=_watch, args=(parent_pipe, child), name="parent_pipe", daemon=True).start()
        os.write(write_end, child.work().encode())
        code = 0
    except BaseException:
        log.exception("a sending process ends")
    finally:
        os._exit(code)


def _watch(parent_pipe: int, child: Child) -> None:
    """Stop when the parent is gone: it alone holds the other end, and writes nothing."""
    os.read(parent_pipe, 1)
    child.stop()
