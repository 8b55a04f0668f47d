"""The intent journal: what a worker was doing when it was killed.

One append-only file per worker, held by flock while the worker lives. ``o OWNER BOOT`` heads it, ``i ID`` is written
before the text of a letter goes out, ``r ID CODE REPLY`` when its reply is in, ``d ID ...`` when the database knows.
Nothing is synced to disk: the file has to outlive ``kill -9``, which the page cache does. After a power cut the boot
id differs, and what the file does not mention counts as unknown. Each line ends with its CRC-32: a line that says less
than was written must not be believed, else "known: 1 23" cut to "known: 1 2" would send letter 2 again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
import weakref
import zlib
from collections.abc import Iterable
from pathlib import Path

import structlog

from feedback_app.delivery.queue.smtp_replies import Reply

COMPACT_BYTES = 4 * 1024 * 1024
ENDING = ".journal"
TORN = b"t"  # "the line before this one was cut short by a full disk, and nothing came of it"
FULL = "the journal cannot be written; no letter goes out until it can"
STUCK = "the journal could not be written anew; the old file goes on"
log = structlog.get_logger()


class JournalTaken(OSError):
    """Another worker keeps, or has left, a journal of this name: two would settle each other's letters."""


class JournalSealed(OSError):
    """No text may go out any more: the worker has given its letters back."""


class Journal:
    """The journal of this process. Threads may write at once; ``close`` ends it without a trace.

    A process that is forked off does not share it: two could not tell whose letters they are, and the copy of the
    lock would keep a dead worker alive.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        """Make and lock the file. Raises JournalTaken, and OSError when ``folder`` cannot be written."""
        self._path, self._owner = folder / (owner + ENDING), owner
        self._lock = threading.Lock()
        self._open: dict[int, Reply | None] = {}  # what the database does not know yet; None: on the wire
        self._owed: list[int] = []  # what the database knows and the file does not say yet
        self._torn = self._sealed = False
        self._complaints: set[str] = set()
        self._size = 0
        self.stuck = ("", 0.0)  # why the file takes nothing, and since which monotonic moment
        self._file = self._fresh(first=True)
        _alive.add(self)

    def _fresh(self, *, first: bool = False) -> int:
        """Write a new file under another name, lock it, and only then let it be seen: nobody meets it unlocked."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        try:
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except FileExistsError:
            raise self._taken() from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = [line(f"o {self._owner} {boot_id()}".encode())]
            lines += [line(_told(one, reply)) for one, reply in self._open.items()]
            _write(file, b"".join(lines))
            if first and self._path.exists():
                raise self._taken()
            new.replace(self._path)
        except BaseException:
            os.close(file)
            new.unlink(missing_ok=True)
            raise
        self._size = 0
        return file

    def _taken(self) -> JournalTaken:
        return JournalTaken(f"{self._path} is the journal of another worker, and each worker needs one of its own")

    def intend(self, letter_id: int) -> None:
        """Note that the text of a letter is about to go out. Raises OSError: then it must not."""
        with self._lock:
            if self._sealed:
                raise JournalSealed("the worker is ending, no letter goes out any more")
            try:
                self._pay()
                self._put(line(b"i %d" % letter_id))
            except OSError as error:
                self._owed.append(letter_id)  # "nothing was sent": true, and the line that shows the file takes more
                self._stick(error)
                raise
            self._open[letter_id] = None

    def answered(self, letter_id: int, reply: Reply, then: int | None = None) -> bool:
        """Note what the relay answered to the text. Raises OSError; a successor will then call the letter in doubt.

        ``then``: the letter whose text the connection sends next, its intent noted in the same write. True when it is.
        """
        raw = line(_told(letter_id, reply))
        with self._lock:
            self._open[letter_id] = reply
            self._pay()
            if then is None or self._sealed:
                self._put(raw)
                return False
            self._put(raw + line(b"i %d" % then))
            self._open[then] = None
            return True

    def known(self, letter_ids: Iterable[int]) -> None:
        """Note that the database has the results of these letters, or that nothing was sent after all.

        A full disk makes it wait, see ``caught_up``. A file that has grown large, or that somebody removed, is
        written anew with what is still open.
        """
        with self._lock:
            for one in letter_ids:
                self._open.pop(one, None)
                self._owed.append(one)
            if self._catch_up() and (self._size > COMPACT_BYTES or not self._path.exists()):
                self._renew()

    def caught_up(self) -> bool:
        """True when the file says all that the database knows; claim nothing before, or old lines will mislead."""
        with self._lock:
            return self._catch_up()

    def unsettled(self) -> dict[int, Reply | None]:
        """Return the letters the database does not know about yet: the reply, None for one still on the wire."""
        with self._lock:
            return dict(self._open)

    def seal(self) -> None:
        """Let no further text go out. What ``unsettled`` does not mention from now on was not sent."""
        with self._lock:
            self._sealed = True

    def close(self) -> None:
        """Remove the journal: everything in it is in the database."""
        with self._lock:
            self._sealed = True
            self._path.unlink(missing_ok=True)
            self._let_go()

    def abandon(self) -> None:
        """Leave the file to whoever recovers it: the database did not take everything."""
        with self._lock:
            self._sealed = True
            self._let_go()

    def _let_go(self) -> None:
        file, self._file = self._file, -1  # a late thread must not write into a file that reuses the number
        if file >= 0:
            os.close(file)

    def _catch_up(self) -> bool:
        try:
            self._pay()
        except OSError as error:
            self._stick(error)
            return False
        self._complaints.discard(FULL)
        self.stuck = ("", 0.0)
        return True

    def _stick(self, error: OSError) -> None:
        self._complain(FULL, error)
        why = f"the journal {self._path} cannot be written: {error.strerror or error}"
        self.stuck = self.stuck if self.stuck[0] else (why, time.monotonic())

    def _pay(self) -> None:
        if self._owed:
            self._put(line(b"d " + b" ".join(b"%d" % one for one in self._owed)))
            self._owed.clear()

    def _put(self, raw: bytes) -> None:
        raw, self._torn = (b"\n" + line(TORN) + raw if self._torn else raw), True
        _write(self._file, raw)
        self._torn = False  # else a full disk may have kept half a line, which the next one must not continue
        self._size += len(raw)

    def _renew(self) -> None:
        try:
            old, self._file = self._file, self._fresh()
        except OSError as error:
            self._complain(STUCK, error)
            return
        os.close(old)
        self._torn = False
        self._complaints.discard(STUCK)

    def _complain(self, what: str, error: OSError) -> None:
        """Say it once, not ten times a second."""
        if what not in self._complaints:
            log.error(what, path=str(self._path), error=error.strerror or str(error))
        self._complaints.add(what)


def _told(letter_id: int, reply: Reply | None) -> bytes:
    return b"i %d" % letter_id if reply is None else f"r {letter_id} {reply.code} {reply.text}".encode()


def line(body: bytes) -> bytes:
    """Return ``body`` as a line that ``whole`` believes."""
    return b"%b %08x\n" % (body, zlib.crc32(body))


def whole(raw: bytes) -> bytes | None:
    """Return what a line (without its end) says, None when it is not as it was written."""
    body, _, check = raw.rpartition(b" ")
    return body if check == b"%08x" % zlib.crc32(body) else None


def _write(file: int, raw: bytes) -> None:
    while raw:
        raw = raw[os.write(file, raw) :]


def boot_id() -> str:
    """Return what the kernel calls this start of the machine, "unknown" where it does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"


_alive: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_in_child() -> None:
    for journal in list(_alive):
        journal._sealed = True
        with contextlib.suppress(OSError):
            journal._let_go()


os.register_at_fork(after_in_child=_forget_in_child)
