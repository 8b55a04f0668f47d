"""Grouped transactions (RFC 2920) over one connection to a relay.

smtplib waits for each of MAIL, RCPT, DATA and the text; over a network it is round trips that cost. Where the relay
offers PIPELINING, the text of one letter travels together with MAIL, RCPT and DATA of the next: one round trip each.
While a far relay has the text of one letter and the envelope of another, a third is built.
"""

from __future__ import annotations

import contextlib
import smtplib
import time

from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.compose.mime_message import Sign
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.queue.smtp_replies import (
    Reply,
    Stage,
    Verdict,
    judge,
)
from feedback_app.delivery.sending.connections import Handoff
from feedback_app.delivery.sending.relay import RelayTrouble, Timeouts
from feedback_app.delivery.sending.smtp_envelope import Built, build
from feedback_app.delivery.sending.smtp_socket import SmtpSocket, words
from feedback_app.errors import N_

EXPECTED = ((Stage.MAIL, b"250 "), (Stage.RCPT, b"250 "), (Stage.DATA, b"354 "))
USUAL = [wanted for _, wanted in EXPECTED]
RSET = b"RSET\r\n"


class SmtpSession:
    """One connection. Whatever happens on it, each letter taken from the handoff is reported exactly once."""

    def __init__(
        self, smtp: smtplib.SMTP, host: str, identity: Identity, timeouts: Timeouts, sign: Sign | None = None
    ) -> None:
        self._smtp, self._host, self._identity, self._wait, self._sign = smtp, host, identity, timeouts, sign
        self._socket = SmtpSocket(smtp)
        self._pipelining = smtp.has_extn("pipelining")
        self._utf8 = smtp.has_extn("smtputf8")
        self._dsn = smtp.has_extn("dsn")
        self._born = time.monotonic()
        self._untidy = False  # a transaction was begun that the relay did not finish
        self._ahead: Built | None = None  # what goes next, built while we waited for a reply
        self._noted = 0  # the letter whose intent the journal has already
        self.accepted = 0

    def run(self, handoff: Handoff, first: Letter | None) -> None:
        """Send until the handoff has been empty for a while or the connection is old. Raises RelayTrouble."""
        try:
            self._run(handoff, self._built(handoff, first) if first else None)
        finally:
            if self._ahead:
                handoff.put_back(self._ahead.letter)

    def _run(self, handoff: Handoff, built: Built | None) -> None:
        while built := built or self._take(handoff, self._wait.idle):
            waiting = built if self._open(handoff, built) else None
            while waiting:  # the relay waits for its text
                waiting = self._send(handoff, waiting)
            built = None
            if self._old:
                return

    def close(self) -> None:
        """Say QUIT when the relay still listens."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._socket.patience(5)
            self._socket.push(b"QUIT\r\n")
            self._socket.reply()
        self._smtp.close()

    @property
    def _old(self) -> bool:
        return time.monotonic() - self._born > self._wait.life

    def _take(self, handoff: Handoff, wait: float = 0.0) -> Built | None:
        """Return the letter that was built ahead, else the handoff's next that can be built."""
        ahead, self._ahead = self._ahead, None
        if ahead and handoff.may_go(ahead.letter):
            return ahead
        while letter := handoff.take(wait):
            if built := self._built(handoff, letter):
                return built
        return None

    def _open(self, handoff: Handoff, built: Built) -> bool:
        """Announce a letter by itself; True when the relay waits for its text, False when it is settled."""
        try:
            if not self._pipelining:
                return self._one_by_one(handoff, built)
            self._socket.push(self._announcing(built))
            return self._envelope_replies(handoff, built.letter)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(handoff, built.letter, error) from error

    def _announcing(self, built: Built) -> bytes:
        return b"".join([RSET, *built.envelope] if self._untidy else built.envelope)

    def _send(self, handoff: Handoff, built: Built) -> Built | None:
        """Send a text, and behind it the envelope of the next letter; return that when the relay waits for its text."""
        following = self._take(handoff) if self._pipelining and not self._old else None
        try:
            usual = self._send_text(handoff, built, following)
            if following and (usual or self._envelope_replies(handoff, following.letter)):
                return following
        except _Lost as lost:
            if following:
                raise self._broken(handoff, following.letter, lost.error) from lost.error
            raise RelayTrouble(words(lost.error), fresh=not self.accepted) from lost.error
        except (OSError, smtplib.SMTPException) as error:
            assert following is not None  # noqa: S101  # only the following letter's envelope can get here
            raise self._broken(handoff, following.letter, error) from error
        return None

    def _send_text(self, handoff: Handoff, built: Built, following: Built | None) -> bool:
        """Send a text and the envelope of ``following`` behind it, and settle the letter.

        True when the relay waits for the next text already: its usual replies came along and are read. Then one write
        tells the journal of the answer and of the next intent. Raises _Lost when the connection is.
        """
        letter, text = built.letter, built.text
        self._intend(handoff, letter)
        try:
            self._socket.patience(self._wait.block)
            self._socket.push(text + self._announcing(following) if following else text)
            if following and self._socket.idle():
                self._ahead = self._take(handoff)  # built while we wait for the relay, so that it need not wait for us
            self._socket.patience(self._wait.text)
            reply = self._socket.reply()
        except (OSError, smtplib.SMTPException) as error:
            why = Reply(0, N_("the connection broke before the answer came") + f": {words(error)}")
            if getattr(error, "handed", len(text)) >= len(text):
                handoff.report(letter, Verdict.DOUBT, why)
            else:  # without its last dot no relay can have taken it
                handoff.journal.known([letter.id])
                handoff.report(letter, Verdict.BACK, why)
            self._smtp.close()  # a QUIT would be read as one more line of the text
            raise _Lost(error) from error
        verdict = judge(Stage.CONTENT, reply)
        self.accepted += verdict is Verdict.SENT
        if following and verdict is Verdict.SENT and not self._untidy and self._socket.usual(*USUAL):
            if handoff.answered(letter, verdict, reply, following.letter):
                self._noted = following.letter.id
            return True
        handoff.answered(letter, verdict, reply)
        if reply.code == 421:
            raise _Lost(smtplib.SMTPServerDisconnected(str(reply)))
        if verdict is Verdict.BACK:
            raise _Lost(smtplib.SMTPException(str(reply)))
        return False

    def _intend(self, handoff: Handoff, letter: Letter) -> None:
        """See to it that the journal knows what is about to go out. Raises _Lost when it must not."""
        noted, self._noted = self._noted, 0
        if noted == letter.id:
            return
        try:
            handoff.journal.intend(letter.id)
        except OSError as error:
            trouble = N_("the journal cannot be written") + f": {words(error)}"
            handoff.report(letter, Verdict.BACK, Reply(0, trouble))
            raise _Lost(OSError(trouble)) from error

    def _envelope_replies(self, handoff: Handoff, letter: Letter) -> bool:
        """Read all replies to [RSET] MAIL RCPT DATA (RFC 2920 3.1); True when the text is wanted."""
        self._socket.patience(self._wait.command)
        if self._untidy:
            self._socket.reply()
            self._untidy = False
        bad: tuple[Stage, Reply] | None = None
        for stage, wanted in EXPECTED:
            if stage is Stage.DATA:
                self._socket.patience(self._wait.data)
            reply = self._socket.unexpected(wanted)
            if reply is not None and bad is None and judge(stage, reply) is not Verdict.SENT:
                bad = stage, reply
            if reply is not None and reply.code == 421:  # the last word: the relay hangs up
                break
        if bad is None:
            return True
        if reply is None or reply.code == 354:  # to a DATA without a recipient: a lone dot ends it
            self._socket.push(b".\r\n")
            self._socket.reply()
        self._refused(handoff, letter, *bad)
        return False

    def _one_by_one(self, handoff: Handoff, built: Built) -> bool:
        """Say [RSET] MAIL RCPT DATA, waiting for each."""
        self._socket.patience(self._wait.command)
        if self._untidy:
            self._socket.push(RSET)
            self._socket.reply()
            self._untidy = False
        for stage, command in zip((Stage.MAIL, Stage.RCPT, Stage.DATA), built.envelope, strict=True):
            self._socket.push(command)
            if stage is Stage.DATA:
                self._socket.patience(self._wait.data)
            reply = self._socket.reply()
            if judge(stage, reply) is not Verdict.SENT:
                self._refused(handoff, built.letter, stage, reply)
                return False
        return True

    def _refused(self, handoff: Handoff, letter: Letter, stage: Stage, reply: Reply) -> None:
        verdict = judge(stage, reply)
        if stage is Stage.MAIL and reply.code >= 500 and not letter.address.isascii():
            verdict = Verdict.REFUSED  # it is the SMTPUTF8 of this letter that is refused
        self._untidy = True
        handoff.report(letter, verdict, reply)
        if verdict is Verdict.BACK:
            raise RelayTrouble(f"{self._host} answers {stage.value} with {reply}", fresh=not self.accepted)

    def _broken(self, handoff: Handoff, letter: Letter, error: Exception) -> RelayTrouble:
        """Give back a letter whose text was not sent yet and return what happened."""
        letter.drops += 1
        handoff.report(letter, Verdict.BACK, Reply(0, words(error)))
        return RelayTrouble(f"the connection to {self._host} broke: {words(error)}", fresh=not self.accepted)

    def _built(self, handoff: Handoff, letter: Letter) -> Built | None:
        """Return a letter ready for the wire, or settle the one that cannot be made so."""
        made = build(letter, self._identity, self._sign, utf8=self._utf8, dsn=self._dsn)
        if isinstance(made, Built):
            return made
        handoff.report(letter, Verdict.REFUSED, made)
        return None


class _Lost(Exception):
    """The connection is of no more use after a text; the letter is settled already."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error
