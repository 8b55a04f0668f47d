"""The letters on the command line: state, resend, hold back, and what came back by mail."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.delivery import queries
from feedback_app.delivery.bounces import parse as bounces
from feedback_app.delivery.bounces.mailbox import MailboxTrouble
from feedback_app.delivery.compose.dkim_commands import dkim_key
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings
from feedback_app.letters import actions as mail_actions
from feedback_app.letters import returns
from feedback_app.letters import status as mail_status
from feedback_app.operations.doctor import dns_records
from feedback_app.settings import BadSetting


@click.group()
def mail() -> None:
    """The letters: state, hold back, resend, DNS, what came back."""


mail.add_command(dkim_key)


@mail.command()
@json_option
@in_app
def status(as_json: bool) -> None:
    """Show the queue and what holds letters back.

    How many letters are in which state, how fast they leave, and the last troubles.
    """
    data = mail_status.collect()
    say(data, as_json, "\n".join(mail_status.lines(data)))


GROUP = click.option("--group", type=click.IntRange(1), help="Only this announcement or mailing (its number).")
KINDS = ("announcement", "announcement_test", "invitation", "staff", "test", "theme_alert")
KIND = click.option(
    "--kind",
    type=click.Choice(KINDS),
    callback=lambda _context, _option, value: value or "",
    help="Only letters of this kind.",
)


def _grouped(kind: str, group: int | None) -> None:
    if group is not None and not kind:
        raise Refused("Say which kind the group is of, too: --kind announcement --group 3.")
    if group is not None and not queries.counts_by_state(kind, group):
        raise Refused(f"There are no letters of {kind} {group}: `feedback-app mail status` names the groups.")


def _letters(number: int) -> str:
    return f"{number} letter" if number == 1 else f"{number} letters"


@mail.command()
@click.option("--failed", is_flag=True, help="Letters the relay refused, or that were given up.")
@click.option("--in-doubt", is_flag=True, help="Letters that were on the wire when the line or the worker died.")
@KIND
@GROUP
@click.option("--to", default="", help="Only letters whose address or name holds this.")
@in_app
def resend(failed: bool, in_doubt: bool, kind: str, group: int | None, to: str) -> None:
    """Queue failed or doubtful letters once more.

    They keep their Message-ID, so that a second copy is known as one. Addresses that may not be written to are left
    out again.
    """
    chosen = [state for state, wanted in (("failed", failed), ("in_doubt", in_doubt)) if wanted]
    if not chosen:
        raise Refused("Say which: --failed, --in-doubt, or both.")
    _grouped(kind, group)
    for state in chosen:
        number = mail_actions.resend(state, COMMAND, kind, group, to)
        click.echo(f"queued again, {state.replace('_', ' ')} before: {_letters(number)}")


@mail.command("take-as-sent")
@KIND
@GROUP
@click.option("--to", default="", help="Only letters whose address or name holds this.")
@in_app
def take_as_sent(kind: str, group: int | None, to: str) -> None:
    """Take letters in doubt as sent.

    The relay's answer to them was never seen; this says that a person believes they arrived.
    """
    _grouped(kind, group)
    click.echo(f"taken as sent, in doubt before: {_letters(mail_actions.take_as_sent(COMMAND, kind, group, to))}")


@mail.command()
@KIND
@GROUP
@in_app
def pause(kind: str, group: int | None) -> None:
    """Hold back all letters, a kind, or a group.

    They wait until `feedback-app mail resume`. What is on the wire this moment may still arrive.
    """
    _grouped(kind, group)
    done = mail_actions.pause(COMMAND, kind, group or 0)
    click.echo(f"{_which(kind, group)} are held back." if done else "They were held back already.")


@mail.command()
@KIND
@GROUP
@in_app
def resume(kind: str, group: int | None) -> None:
    """Let letters go on: all, a kind, or a group."""
    _grouped(kind, group)
    done = mail_actions.resume(COMMAND, kind, group or 0)
    click.echo(f"{_which(kind, group) if kind else 'Letters'} leave again." if done else "Nothing was held back.")


@mail.command()
@click.option("--kind", type=click.Choice(KINDS), required=True, help="The kind of the letters.")
@click.option("--group", type=click.IntRange(1), required=True, help="The number of the announcement or mailing.")
@click.option("--yes", is_flag=True, help="Do it: what waits is kept back for good.")
@in_app
def stop(kind: str, group: int, yes: bool) -> None:
    """Stop for good what waits of a group."""
    if not yes:
        raise Refused("This cannot be undone: letters that wait are never sent. Add --yes, or use `mail pause`.")
    _grouped(kind, group)
    click.echo(f"kept back for good: {_letters(mail_actions.stop(COMMAND, kind, group))}")


def _which(kind: str, group: int | None) -> str:
    if not kind:
        return "All letters"
    return f"The letters of {kind} {group}" if group else f"Letters of the kind {kind}"


@mail.command()
@json_option
@in_app
def dns(as_json: bool) -> None:
    """Print the DNS records to set, ready to paste.

    They are those that the settings in force ask for, as lines of a zone file.
    """
    settings = current_settings()
    try:
        records = dns_records.wanted(settings)
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    say([asdict(one) for one in records], as_json, dns_records.zone(records))


@mail.command()
@click.argument("message", type=click.File("rb"), default="-")
@in_app
def bounce(message: Any) -> None:
    """Take in a message that came back.

    Give it as a file, or by standard input: `feedback-app mail bounce < message.eml`. Meant for the pipe of a mail
    server's alias. Junk is no error: it exits 0 and says what it made of it; nothing at all is one.
    """
    if message is sys.stdin.buffer and sys.stdin.isatty():
        raise Refused("Give the message: feedback-app mail bounce < message.eml")
    raw = message.read(bounces.LARGEST)
    if not raw.strip():
        raise Refused("Nothing came in. Give the message: feedback-app mail bounce < message.eml")
    taken = returns.take_in(raw, "command", COMMAND)
    click.echo(taken.did)


@mail.command()
@in_app
def collect() -> None:
    """Visit the bounce mailbox now.

    The worker does so each minute.
    """
    if not current_settings().bounce_mailbox:
        raise Refused("No bounce mailbox is set: see FEEDBACK_BOUNCE_MAILBOX in docs/settings.md.")
    try:
        click.echo(returns.collect() or "Nothing new.")
    except MailboxTrouble as error:
        raise Refused(str(error)) from error
