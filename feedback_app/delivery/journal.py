"""The intent journal: what a worker was doing when it was killed.

One append-only file per worker, held by flock while the worker lives. ``i ID`` is written before the text of a letter
goes out, ``r ID CODE REPLY`` when its reply is in, ``d ID ...`` when the database knows. Nothing is synced to disk:
the file has to outlive ``kill -9``, which the page cache does. After a power cut the file's boot id differs, and what
it does not mention counts as unknown.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from feedback_app.delivery.replies import Reply

COMPACT_BYTES = 4 * 1024 * 1024
ENDING = ".journal"


@dataclass
class Story:
    """What a journal tells about a worker that is gone."""

    owner: str
    same_boot: bool
    replies: dict[int, Reply] = field(default_factory=dict)
    intents: set[int] = field(default_factory=set)


class Journal:
    """The journal of this process. Threads may write at once; ``close`` ends it without a trace."""

    def __init__(self, folder: Path, owner: str) -> None:
        """Make and lock the file; raises OSError when ``folder`` cannot be written."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path, self._owner = folder / (owner + ENDING), owner
        self._lock = threading.Lock()
        self._open: dict[int, bytes] = {}  # lines the database does not know yet
        self._file = self._fresh(b"")
        self._size = 0
        self._torn = False

    def _fresh(self, lines: bytes) -> int:
        """Write a new file under another name, lock it, and only then let it be seen: nobody meets it unlocked."""
        new = self._path.with_suffix(".new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        _write(file, f"o {self._owner} {_boot_id()}\n".encode() + lines)
        new.replace(self._path)
        return file

    def intend(self, letter_id: int) -> None:
        """Note that the text of a letter is about to go out."""
        self._note(letter_id, b"i %d\n" % letter_id)

    def answered(self, letter_id: int, reply: Reply) -> None:
        """Note what the relay answered to the text."""
        self._note(letter_id, f"r {letter_id} {reply.code} {reply.text}\n".encode())

    def _note(self, letter_id: int, line: bytes) -> None:
        with self._lock:
            self._put(line)
            self._size += len(line)
            self._open[letter_id] = line

    def _put(self, line: bytes) -> None:
        raw, self._torn = (b"\n" + line if self._torn else line), True
        _write(self._file, raw)
        self._torn = False  # else a full disk may have kept half a line, which the next one must not continue

    def known(self, letter_ids: Iterable[int]) -> None:
        """Note that the database has the results of these letters, or that nothing was sent after all.

        A file that has grown large is written anew with what is still open.
        """
        ids = list(letter_ids)
        with self._lock:
            self._put(b"d " + b" ".join(b"%d" % one for one in ids) + b"\n")
            for one in ids:
                self._open.pop(one, None)
            self._size += 8 * len(ids)
            if self._size > COMPACT_BYTES:
                old, self._file = self._file, self._fresh(b"".join(self._open.values()))
                os.close(old)
                self._size = 0

    def intents(self) -> set[int]:
        """Return the letters whose text went out and was not answered yet."""
        with self._lock:
            return {one for one, line in self._open.items() if line.startswith(b"i")}

    def close(self) -> None:
        """Remove the journal: everything in it is in the database."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)


def left_behind(folder: Path) -> Iterator[Story]:
    """Yield the story of each journal whose worker is gone, and remove the journal when the caller goes on.

    A journal is removed only after the body of the caller's loop has finished with it without an error. The lock
    is held meanwhile, so two recoveries never tell the same story at once.
    """
    for path in sorted(folder.glob("*" + ENDING)):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino != os.fstat(file).st_ino:
                continue  # its worker has just written it anew
            story = read(path.read_bytes())
            if story is not None:
                yield story
            path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue
        finally:
            os.close(file)


def read(raw: bytes) -> Story | None:
    """Return what a journal tells; a line cut short by the end is no line. None when there is not even an owner."""
    story: Story | None = None
    for line in raw.split(b"\n")[:-1]:
        kind, _, rest = line.partition(b" ")
        if kind == b"o":
            owner, _, boot = rest.decode().partition(" ")
            story = story or Story(owner, boot == _boot_id())
        elif story is not None:
            _tell(story, kind, rest)
    return story


def _tell(story: Story, kind: bytes, rest: bytes) -> None:
    words = rest.split(b" ", 2)
    try:
        ids = [int(word) for word in (rest.split() if kind == b"d" else words[:1])]
        for one in ids:
            story.intents.discard(one)
            story.replies.pop(one, None)
        if kind == b"i":
            story.intents.update(ids)
        elif kind == b"r":
            story.replies[ids[0]] = Reply.read(int(words[1]), words[2] if len(words) > 2 else b"")
    except (ValueError, IndexError):
        return  # torn by a full disk: what it said is unknown, so the letter stays as the line before left it


def _write(file: int, raw: bytes) -> None:
    while raw:
        raw = raw[os.write(file, raw) :]


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"
