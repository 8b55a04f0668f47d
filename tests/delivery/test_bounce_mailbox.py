"""The mailbox that letters come back to: read once, put away, nothing lost, whatever breaks in between."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from feedback_app.cli import feedback_app
from feedback_app.delivery import queries, suppression
from feedback_app.delivery.bounces import mailbox as bounce_mailbox
from feedback_app.delivery.bounces.mailbox import LARGEST, Mailbox, MailboxTrouble
from feedback_app.delivery.identity import identity
from feedback_app.delivery.models import LetterReturn, ReturnCount
from feedback_app.extensions import current_settings, db
from feedback_app.jobs.job import Job
from feedback_app.letters import returns
from feedback_app.registry import JOBS
from tests.delivery.test_bounces import WHO, raw_of
from tests.delivery.test_returns import KEY, letter, sent
from tests.delivery.test_tls import certificate as _certificate
from tests.imap_server import CAPABILITIES, Mailboxes

certificate = _certificate


def ours(name: str, letter_id: int) -> bytes:
    """A message of the corpus about a letter of this test."""
    who = identity(current_settings())
    raw = raw_of(name).replace(WHO.message_id(7).encode(), who.message_id(letter_id).encode())
    return raw.replace(WHO.envelope_sender(7).encode(), b"hello@velo.example")


@pytest.fixture
def collect(app: Flask) -> Callable[[Mailboxes], str]:
    """Visit a server as the worker's job does."""

    def run(server: Mailboxes) -> str:
        app.config["SETTINGS"] = current_settings().with_(bounce_mailbox=server.url)
        return returns.collect()

    return run


def test_bounces_are_taken_in_and_put_away(collect: Callable[[Mailboxes], str]) -> None:
    one, two = sent(KEY, "ola@x.example")
    bounce, vacation = ours("postfix-user-unknown.eml", one), ours("vacation-polish.eml", two)
    person, foreign = ours("person-answers.eml", two), raw_of("no-id.eml")
    with Mailboxes([bounce, vacation, person, foreign]) as server:
        assert collect(server) == "1 hard, 1 automatic, 1 other, 1 unmatched"
        assert server.held("INBOX") == []
        assert server.held("Handled") == [bounce, vacation]
        assert server.held("Unmatched") == [person, foreign]
        assert collect(server) == ""
    assert letter(one).state == "bounced"
    assert suppression.scopes_of(KEY) == {"all": "hard_bounce"}


@pytest.mark.parametrize("capabilities", [CAPABILITIES, ("IMAP4rev1", "UIDPLUS"), ("IMAP4rev1", "MOVE")])
def test_any_server_with_move_or_uidplus_will_do(
    collect: Callable[[Mailboxes], str], capabilities: tuple[str, ...]
) -> None:
    [one] = sent(KEY)
    with Mailboxes([ours("postfix-user-unknown.eml", one)], capabilities=capabilities) as server:
        server.put(b"somebody else's, and marked for deletion by them", flags={"\\Deleted"})
        assert collect(server) == "1 hard, 1 other"
        assert (len(server.held("Handled")), len(server.held("Unmatched"))) == (1, 1)


def test_a_server_that_can_put_nothing_away_is_refused_before_anything_is_read(
    collect: Callable[[Mailboxes], str],
) -> None:
    with Mailboxes([b"x"], capabilities=("IMAP4rev1",)) as server:
        with pytest.raises(MailboxTrouble, match="neither MOVE"):
            collect(server)
        assert len(server.held("INBOX")) == 1


def test_folders_keep_to_the_servers_own_prefix(collect: Callable[[Mailboxes], str]) -> None:
    with Mailboxes([b"hello"], prefix="INBOX.") as server:
        assert collect(server) == "1 other"
        assert server.held("INBOX.Unmatched") == [b"hello"]


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "FETCH", "UID FETCH", "LIST", "CREATE", "UID MOVE"])
def test_a_line_that_breaks_loses_nothing_and_counts_nothing_twice(
    collect: Callable[[Mailboxes], str], command: str
) -> None:
    [one] = sent(KEY)
    with Mailboxes([ours("postfix-user-unknown.eml", one), b"hello"], cut_before=command) as server:
        with pytest.raises(MailboxTrouble, match=r"cannot be read|does not let"):
            collect(server)
        assert len([raw for folder in server.folders for raw in server.held(folder)]) == 2
        collect(server)
        assert (len(server.held("Handled")), len(server.held("Unmatched"))) == (1, 1)
    assert letter(one).state == "bounced"
    assert db.session.query(LetterReturn).count() == 1


def test_when_the_database_does_not_take_it_the_message_stays(app: Flask) -> None:
    def broken(_raw: bytes) -> bool:
        raise OperationalError("UPDATE", {}, Exception("disk full"))

    with Mailboxes([b"one", b"two"]) as server:
        with pytest.raises(OperationalError):
            bounce_mailbox.visit(Mailbox.read(server.url), broken)
        assert server.held("INBOX") == [b"one", b"two"]


def test_two_workers_at_once_do_no_harm(collect: Callable[[Mailboxes], str]) -> None:
    [one] = sent(KEY)
    bounce = ours("postfix-user-unknown.eml", one)
    with Mailboxes([bounce, b"hello"]) as server:

        def take(raw: bytes) -> bool:
            collect(server)  # the other worker reads everything while we hold the first message
            return returns.take_in(raw, "mailbox").settled

        bounce_mailbox.visit(Mailbox.read(server.url), take)
        assert (server.held("INBOX"), server.held("Handled"), server.held("Unmatched")) == ([], [bounce], [b"hello"])
    assert db.session.query(LetterReturn).count() == 1


def test_of_a_huge_message_only_the_beginning_is_fetched(app: Flask) -> None:
    seen: list[bytes] = []
    with Mailboxes([b"Subject: x\r\n\r\n" + b"y" * (4 * LARGEST)]) as server:
        bounce_mailbox.visit(Mailbox.read(server.url), lambda raw: bool(seen.append(raw)))
        assert len(server.held("Unmatched")[0]) > 4 * LARGEST
    assert [len(raw) for raw in seen] == [LARGEST]


def test_a_visit_ends_in_time_and_the_next_goes_on(app: Flask) -> None:
    with Mailboxes([b"one", b"two", b"three"]) as server:
        assert bounce_mailbox.visit(Mailbox.read(server.url), lambda raw: True, seconds=0) == 1
        assert bounce_mailbox.visit(Mailbox.read(server.url), lambda raw: True) == 2
        assert server.held("Handled") == [b"one", b"two", b"three"]


def test_a_wrong_password_is_said_without_being_repeated(collect: Callable[[Mailboxes], str]) -> None:
    with Mailboxes(password="another") as server, pytest.raises(MailboxTrouble) as trouble:
        collect(server)
    assert "does not let bounce@velo.example in" in str(trouble.value)
    assert "FEEDBACK_BOUNCE_MAILBOX" in str(trouble.value)
    assert "p@ss/word" not in str(trouble.value)


@pytest.mark.parametrize("way", ["tls", "start_tls"])
def test_the_conversation_is_encrypted(
    collect: Callable[[Mailboxes], str],
    certificate: ssl.SSLContext,
    way: str,
) -> None:
    given = {way: certificate}
    with Mailboxes([b"hello"], **given) as server:  # type: ignore[arg-type]
        assert collect(server) == "1 other"
        assert server.encrypted
        assert server.commands.index("LOGIN") >= server.commands.count("STARTTLS")


def test_elsewhere_no_password_travels_in_the_open(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mailbox, "local", False)
    with Mailboxes([b"hello"]) as server:
        with pytest.raises(MailboxTrouble, match="STARTTLS"):
            bounce_mailbox.visit(Mailbox.read(server.url), lambda raw: True)
        assert "LOGIN" not in server.commands


def test_elsewhere_a_server_must_prove_who_it_is(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    certificate: ssl.SSLContext,
) -> None:
    monkeypatch.setattr(Mailbox, "local", False)
    with Mailboxes([b"hello"], tls=certificate) as server:
        with pytest.raises(MailboxTrouble, match="certificate"):
            bounce_mailbox.visit(Mailbox.read(server.url), lambda raw: True)
        assert "LOGIN" not in server.commands


def test_nobody_listens(app: Flask) -> None:
    with Mailboxes() as server:
        url = server.url
    with pytest.raises(MailboxTrouble, match="cannot be read"):
        bounce_mailbox.visit(Mailbox.read(url), lambda raw: True)


def test_what_the_setting_says() -> None:
    box = Mailbox.read("imaps://bounce%40x.example:p%2Fw@mail.example/Back/Mail%20in")
    assert (box.host, box.port, box.user, box.password) == ("mail.example", 993, "bounce@x.example", "p/w")
    assert (box.folder, box.security, box.local) == ("Back/Mail in", "tls", False)
    plain = Mailbox.read("imap://a:b@localhost")
    assert (plain.port, plain.folder, plain.security, plain.local) == (143, "INBOX", "starttls", True)


def test_the_job_stands_in_the_list_and_does_nothing_without_a_mailbox(app: Flask) -> None:
    [job] = [one for one in JOBS if one.name == "collect_returns"]
    assert isinstance(job, Job)
    assert job.load()() == ""
    assert db.session.scalars(select(ReturnCount)).all() == []


def test_the_command_visits_and_says_what_it_found(bare_app: Flask) -> None:
    result = CliRunner().invoke(feedback_app, ["mail", "collect"], obj=lambda: bare_app)
    assert (result.exit_code, "FEEDBACK_BOUNCE_MAILBOX" in result.output) == (1, True)
    with Mailboxes([b"hello"]) as server:
        bare_app.config["SETTINGS"] = bare_app.config["SETTINGS"].with_(bounce_mailbox=server.url)
        result = CliRunner().invoke(feedback_app, ["mail", "collect"], obj=lambda: bare_app)
        assert (result.exit_code, result.output) == (0, "1 other\n")
        assert CliRunner().invoke(feedback_app, ["mail", "collect"], obj=lambda: bare_app).output == "Nothing new.\n"
    with bare_app.app_context():
        assert queries.counts_by_state() == {}
