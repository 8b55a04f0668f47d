"""A file that is lent: whoever reads it may drop or close what they got; the owner's file stays open. Pure."""

from __future__ import annotations

import io
from typing import BinaryIO


class _Raw(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # typeshed wants the Buffer protocol
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)


def lend(file: BinaryIO) -> BinaryIO:
    """Return a reader of ``file`` (binary, seekable) with a life of its own."""
    return io.BufferedReader(_Raw(file), 256 * 1024)  # type: ignore[type-var]  # typeshed wants more than is called
