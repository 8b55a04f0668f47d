"""Grouped transactions (RFC 2920) over one connection to a relay.

smtplib waits for each of MAIL, RCPT, DATA and the text; over a network it is round trips that cost. Where the relay
offers PIPELINING, the text of one letter travels together with MAIL, RCPT and DATA of the next: one round trip each.
"""

from __future__ import annotations

import contextlib
import smtplib
import time

from feedback_app.delivery.addresses import on_the_wire
from feedback_app.delivery.desk import Desk, Letter, RelayTrouble, cannot_be_built
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.message import Recipient, Sign
from feedback_app.delivery.relay import Timeouts
from feedback_app.delivery.replies import Reply, Stage, Verdict, judge
from feedback_app.delivery.wire import Wire, envelope, words
from feedback_app.errors import N_

EXPECTED = ((Stage.MAIL, b"250 "), (Stage.RCPT, b"250 "), (Stage.DATA, b"354 "))
USUAL = [wanted for _, wanted in EXPECTED]


class SmtpLine:
    """One connection. Whatever happens on it, each letter taken from the desk is reported exactly once."""

    def __init__(
        self, smtp: smtplib.SMTP, host: str, identity: Identity, timeouts: Timeouts, sign: Sign | None = None
    ) -> None:
        self._smtp, self._host, self._identity, self._wait, self._sign = smtp, host, identity, timeouts, sign
        self._wire = Wire(smtp)
        self._pipelining = smtp.has_extn("pipelining")
        self._utf8 = smtp.has_extn("smtputf8")
        self._dsn = smtp.has_extn("dsn")
        self._born = time.monotonic()
        self._untidy = False  # a transaction was begun that the relay did not finish
        self._noted = 0  # the letter whose intent the journal has already
        self.accepted = 0

    def run(self, desk: Desk, first: Letter | None) -> None:
        """Send until the desk has been empty for a while or the connection is old. Raises RelayTrouble."""
        letter = first
        while True:
            letter = letter or desk.take(self._wait.idle)
            if letter is None:
                return
            text = self._open(desk, letter)
            while text is not None:  # the relay waits for the text of ``letter``
                letter, text = self._send(desk, letter, text)
            letter = None
            if time.monotonic() - self._born > self._wait.life:
                return

    def close(self) -> None:
        """Say QUIT when the relay still listens."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._wire.patience(5)
            self._wire.push(b"QUIT\r\n")
            self._wire.reply()
        self._smtp.close()

    def _open(self, desk: Desk, letter: Letter) -> bytes | None:
        """Announce a letter by itself; return its text when the relay waits for it, None when it is settled."""
        built = self._built(desk, letter)
        if built is None:
            return None
        commands, text = built
        try:
            if not self._pipelining:
                return self._one_by_one(desk, letter, commands, text)
            self._wire.push(b"".join(commands))
            return self._envelope_replies(desk, letter, text)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(desk, letter, error) from error

    def _send(self, desk: Desk, letter: Letter, text: bytes) -> tuple[Letter, bytes | None]:
        """Send a text, with the next letter's envelope behind it; return that letter and its text, as _open does."""
        following, built = None, None
        if self._pipelining and time.monotonic() - self._born <= self._wait.life:
            following = desk.take()
            built = self._built(desk, following) if following else None
        try:
            if following is None or built is None:
                self._send_text(desk, letter, text)
                return letter, None
            if self._send_text(desk, letter, text, b"".join(built[0]), following):
                return following, built[1]
            return following, self._envelope_replies(desk, following, built[1])
        except _Lost as lost:
            if following and built:
                raise self._broken(desk, following, lost.error) from lost.error
            raise RelayTrouble(words(lost.error), fresh=not self.accepted) from lost.error
        except (OSError, smtplib.SMTPException) as error:
            assert following is not None  # noqa: S101  # only the following letter's envelope can get here
            raise self._broken(desk, following, error) from error

    def _send_text(
        self, desk: Desk, letter: Letter, text: bytes, behind: bytes = b"", following: Letter | None = None
    ) -> bool:
        """Send ``text`` and what goes ``behind`` it, the envelope of ``following``, and settle ``letter``.

        True when the relay waits for the next text already: its usual replies came along and are read. Then one write
        tells the journal of the answer and of the next intent. Raises _Lost when the connection is.
        """
        self._intend(desk, letter)
        try:
            self._wire.patience(self._wait.block)
            self._wire.push(text + behind)
            self._wire.patience(self._wait.text)
            reply = self._wire.reply()
        except (OSError, smtplib.SMTPException) as error:
            why = Reply(0, N_("the connection broke before the answer came") + f": {words(error)}")
            if getattr(error, "handed", len(text)) >= len(text):
                desk.report(letter, Verdict.DOUBT, why)
            else:  # without its last dot no relay can have taken it
                desk.journal.known([letter.id])
                desk.report(letter, Verdict.BACK, why)
            self._smtp.close()  # a QUIT would be read as one more line of the text
            raise _Lost(error) from error
        verdict = judge(Stage.CONTENT, reply)
        self.accepted += verdict is Verdict.SENT
        if following and verdict is Verdict.SENT and not self._untidy and self._wire.usual(*USUAL):
            if desk.answered(letter, verdict, reply, following):
                self._noted = following.id
            return True
        desk.answered(letter, verdict, reply)
        if reply.code == 421:
            raise _Lost(smtplib.SMTPServerDisconnected(str(reply)))
        if verdict is Verdict.BACK:
            raise _Lost(smtplib.SMTPException(str(reply)))
        return False

    def _intend(self, desk: Desk, letter: Letter) -> None:
        """See to it that the journal knows what is about to go out. Raises _Lost when it must not."""
        noted, self._noted = self._noted, 0
        if noted == letter.id:
            return
        try:
            desk.journal.intend(letter.id)
        except OSError as error:
            trouble = N_("the journal cannot be written") + f": {words(error)}"
            desk.report(letter, Verdict.BACK, Reply(0, trouble))
            raise _Lost(OSError(trouble)) from error

    def _envelope_replies(self, desk: Desk, letter: Letter, text: bytes) -> bytes | None:
        """Read all replies to [RSET] MAIL RCPT DATA (RFC 2920 3.1) and return the text if it is wanted."""
        self._wire.patience(self._wait.command)
        if self._untidy:
            self._wire.reply()
            self._untidy = False
        bad: tuple[Stage, Reply] | None = None
        for stage, wanted in EXPECTED:
            if stage is Stage.DATA:
                self._wire.patience(self._wait.data)
            reply = self._wire.unexpected(wanted)
            if reply is not None and bad is None and judge(stage, reply) is not Verdict.SENT:
                bad = stage, reply
            if reply is not None and reply.code == 421:  # the last word: the relay hangs up
                break
        if bad is None:
            return text
        if reply is None or reply.code == 354:  # to a DATA without a recipient: a lone dot ends it
            self._wire.push(b".\r\n")
            self._wire.reply()
        self._refused(desk, letter, *bad)
        return None

    def _one_by_one(self, desk: Desk, letter: Letter, commands: list[bytes], text: bytes) -> bytes | None:
        """Say [RSET] MAIL RCPT DATA, waiting for each."""
        self._wire.patience(self._wait.command)
        if self._untidy:
            self._wire.push(commands.pop(0))
            self._wire.reply()
            self._untidy = False
        for stage, command in zip((Stage.MAIL, Stage.RCPT, Stage.DATA), commands, strict=True):
            self._wire.push(command)
            if stage is Stage.DATA:
                self._wire.patience(self._wait.data)
            reply = self._wire.reply()
            if judge(stage, reply) is not Verdict.SENT:
                self._refused(desk, letter, stage, reply)
                return None
        return text

    def _refused(self, desk: Desk, letter: Letter, stage: Stage, reply: Reply) -> None:
        verdict = judge(stage, reply)
        if stage is Stage.MAIL and reply.code >= 500 and not letter.address.isascii():
            verdict = Verdict.REFUSED  # it is the SMTPUTF8 of this letter that is refused
        self._untidy = True
        desk.report(letter, verdict, reply)
        if verdict is Verdict.BACK:
            raise RelayTrouble(f"{self._host} answers {stage.value} with {reply}", fresh=not self.accepted)

    def _broken(self, desk: Desk, letter: Letter, error: Exception) -> RelayTrouble:
        """Give back a letter whose text was not sent yet and return what happened."""
        letter.drops += 1
        desk.report(letter, Verdict.BACK, Reply(0, words(error)))
        return RelayTrouble(f"the connection to {self._host} broke: {words(error)}", fresh=not self.accepted)

    def _built(self, desk: Desk, letter: Letter) -> tuple[list[bytes], bytes] | None:
        """Return the envelope's commands and the text ready for the wire, or settle the letter that has none."""
        address = on_the_wire(letter.address, self._utf8)
        if address is None:
            why = N_("the address has letters outside ASCII before the @, and the relay does not offer SMTPUTF8")
            desk.report(letter, Verdict.REFUSED, Reply(0, why))
            return None
        to = Recipient(letter.id, address, letter.name, letter.group_id)
        try:
            text = letter.skeleton.build(to, letter.fill, letter.unsubscribe_url, self._sign)
        except Exception as error:  # whatever one letter holds must not stop the others
            desk.report(letter, Verdict.REFUSED, cannot_be_built(error))
            return None
        if b"\r\n." in text:
            text = text.replace(b"\r\n.", b"\r\n..")
        commands = envelope(self._identity, letter.id, address, dsn=self._dsn)
        if self._untidy:
            commands.insert(0, b"RSET\r\n")
        return commands, text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n")


class _Lost(Exception):
    """The connection is of no more use after a text; the letter is settled already."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error
