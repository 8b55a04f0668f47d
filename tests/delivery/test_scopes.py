"""Whose trouble a reply is - the relay's, the sender's, the recipient's - and so what becomes of the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.delivery.queue.smtp_replies import (
    Reply,
    Stage,
    Verdict,
    judge,
)

MAIL, RCPT, DATA, TEXT = Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.CONTENT
RELAY = SENDER = Verdict.BACK  # nobody's attempt is counted
TABLE = [
    # the relay, or all of us
    (MAIL, 421, "4.3.2 shutting down", RELAY), (RCPT, 421, "4.7.0 too many connections", RELAY),
    (DATA, 421, "", RELAY), (TEXT, 421, "4.4.2 time-out", RELAY), (MAIL, 451, "4.3.0 queue full", RELAY),
    (MAIL, 454, "4.7.0 temporary authentication failure", RELAY), (MAIL, 450, "4.7.1 too fast", RELAY),
    (TEXT, 454, "Throttling failure: Maximum sending rate exceeded.", RELAY), (TEXT, 451, "4.7.500 busy", RELAY),
    (TEXT, 452, "4.3.1 insufficient system storage", RELAY), (DATA, 451, "4.3.0 no", RELAY),
    # the sender
    (MAIL, 550, "5.7.1 sender rejected", SENDER), (MAIL, 553, "5.1.8 domain does not exist", SENDER),
    (MAIL, 530, "5.7.0 authentication required", SENDER), (MAIL, 501, "5.5.4 bad parameter", SENDER),
    # the recipient, and it may pass
    (RCPT, 450, "4.7.1 greylisted, come back", Verdict.LATER), (RCPT, 451, "4.7.1 try later", Verdict.LATER),
    (RCPT, 452, "4.2.2 mailbox full", Verdict.LATER), (RCPT, 499, "never heard of", Verdict.LATER),
    (TEXT, 450, "4.2.0 mailbox busy", Verdict.LATER),
    # the recipient, for good
    (RCPT, 550, "5.1.1 no such user", Verdict.GONE), (RCPT, 550, "5.1.10 null MX", Verdict.GONE),
    (RCPT, 550, "5.2.1 mailbox disabled", Verdict.GONE), (RCPT, 550, "no such user", Verdict.REFUSED),
    (RCPT, 554, "5.7.1 we do not like you", Verdict.REFUSED), (RCPT, 599, "", Verdict.REFUSED),
    (TEXT, 550, "5.7.1 looks like spam", Verdict.REFUSED), (TEXT, 554, "5.6.0 bad content", Verdict.REFUSED),
    (TEXT, 550, "5.1.1 told late", Verdict.REFUSED), (MAIL, 552, "5.3.4 too big", Verdict.REFUSED),
    (TEXT, 552, "5.2.3 too big for this mailbox", Verdict.REFUSED),
    # "for good", but the words name a limit: later
    (RCPT, 550, "5.7.1 rate limit exceeded", Verdict.LATER), (RCPT, 550, "frequency limited", Verdict.LATER),
    (TEXT, 554, "5.7.0 Too many messages from you", Verdict.LATER), (RCPT, 550, "5.4.5 try again later", Verdict.LATER),
    # taken
    (MAIL, 250, "ok", Verdict.SENT), (RCPT, 251, "will forward", Verdict.SENT), (DATA, 354, "go on", Verdict.SENT),
    (TEXT, 250, "2.0.0 queued", Verdict.SENT),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "code", "words", "verdict"), TABLE)
def test_each_reply_has_a_scope(stage: Stage, code: int, words: str, verdict: Verdict) -> None:
    assert judge(stage, Reply(code, words)) is verdict


@given(st.sampled_from(list(Stage)), st.integers(200, 599), st.text(max_size=80))
def test_the_code_decides_and_words_only_ever_widen_towards_later(stage: Stage, code: int, words: str) -> None:
    """RFC 5321 4.2.1: the first digit is what counts, whatever follows it."""
    plain, worded = judge(stage, Reply(code)), judge(stage, Reply(code, words))
    if code < 400 and plain is Verdict.SENT:
        assert worded is Verdict.SENT
    if 400 <= code < 500:
        assert worded in {Verdict.BACK, Verdict.LATER}
    if worded is Verdict.SENT:
        assert code < 400
