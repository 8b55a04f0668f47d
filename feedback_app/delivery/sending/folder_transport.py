"""Letters into a folder instead of out of the house: for trying things, and for reading them at /dev/mail."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from feedback_app.delivery.compose.letter import Letter, cannot_be_built
from feedback_app.delivery.compose.mime_message import Recipient
from feedback_app.delivery.queue.smtp_replies import Reply, Verdict
from feedback_app.delivery.sending.connections import Handoff
from feedback_app.delivery.sending.relay import RelayTrouble


@dataclass(frozen=True)
class FolderTransport:
    """Writes each letter to ``<id>.eml``. The name is the letter's own, so writing it again doubles nothing."""

    folder: Path

    def open(self) -> FolderConnection:
        """Make the folder. Raises RelayTrouble."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RelayTrouble(f"the folder {self.folder} cannot be made: {error.strerror}") from error
        return FolderConnection(self.folder)


class FolderConnection:
    """The way into the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.accepted = 0

    def run(self, handoff: Handoff, first: Letter | None) -> None:
        """Write ``first`` and what the handoff gives. Raises RelayTrouble when the folder cannot be written."""
        letter = first or handoff.take(1.0)
        while letter is not None:
            self._write(handoff, letter)
            letter = handoff.take(1.0)

    def close(self) -> None:
        """Nothing to end."""

    def _write(self, handoff: Handoff, letter: Letter) -> None:
        to = Recipient(letter.id, letter.address, letter.name, letter.group_id)
        try:
            raw = letter.skeleton.build(to, letter.fill, letter.unsubscribe_url)
        except Exception as error:  # whatever one letter holds must not stop the others
            handoff.report(letter, Verdict.REFUSED, cannot_be_built(error))
            return
        try:
            path = self._folder / f"{letter.id:09d}.eml"
            new = path.with_suffix(".new")
            new.write_bytes(raw)
            os.replace(new, path)
        except OSError as error:
            handoff.report(letter, Verdict.BACK, Reply(0, str(error.strerror)))
            raise RelayTrouble(f"the folder {self._folder} cannot be written: {error.strerror}") from error
        else:
            self.accepted += 1
            handoff.report(letter, Verdict.SENT, Reply(250, f"written to {path.name}"))
