"""The letters on the command line: state, resend, hold back, and what came back by mail."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from feedback_app.accounts.audit import COMMAND
from feedback_app.command import in_app, json_option, say
from feedback_app.delivery import bounces
from feedback_app.delivery.bounce_mailbox import MailboxTrouble
from feedback_app.delivery.dkim_commands import dkim_key
from feedback_app.errors import Refused
from feedback_app.extensions import current_settings
from feedback_app.overview import dns_records, mail_actions, mail_returns, mail_status
from feedback_app.settings import BadSetting


@click.group()
def mail() -> None:
    """The letters: state, resend, bounces."""


mail.add_command(dkim_key)


@mail.command()
@json_option
@in_app
def status(as_json: bool) -> None:
    """Show how many letters are in which state, how fast they leave, what holds them back, and the last troubles."""
    data = mail_status.collect()
    say(data, as_json, "\n".join(mail_status.lines(data)))


GROUP = click.option("--group", type=click.IntRange(1), help="Only this announcement or mailing (its number).")
KIND = click.option("--kind", default="", help="Only this kind: announcement, invitation, staff.")


def _grouped(kind: str, group: int | None) -> None:
    if group is not None and not kind:
        raise Refused("Say which kind the group is of, too: --kind announcement --group 3.")


@mail.command()
@click.option("--failed", is_flag=True, help="Letters the relay refused, or that were given up.")
@click.option("--in-doubt", is_flag=True, help="Letters that were on the wire when the line or the worker died.")
@KIND
@GROUP
@click.option("--to", default="", help="Only letters whose address or name holds this.")
@in_app
def resend(failed: bool, in_doubt: bool, kind: str, group: int | None, to: str) -> None:
    """Queue letters once more, with the same Message-ID, so that a second copy is known as one."""
    chosen = [state for state, wanted in (("failed", failed), ("in_doubt", in_doubt)) if wanted]
    if not chosen:
        raise Refused("Say which: --failed, --in-doubt, or both.")
    _grouped(kind, group)
    for state in chosen:
        number = mail_actions.resend(state, COMMAND, kind, group, to)
        click.echo(f"{number} letters that were {state.replace('_', ' ')} are queued again")


@mail.command("take-as-sent")
@KIND
@GROUP
@click.option("--to", default="", help="Only letters whose address or name holds this.")
@in_app
def take_as_sent(kind: str, group: int | None, to: str) -> None:
    """Take letters in doubt as sent, without ever having seen the relay's answer."""
    _grouped(kind, group)
    click.echo(f"{mail_actions.take_as_sent(COMMAND, kind, group, to)} letters in doubt are taken as sent")


@mail.command()
@KIND
@GROUP
@in_app
def pause(kind: str, group: int | None) -> None:
    """Hold back letters, until `mail resume`: all, a kind, or a group."""
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
@click.option("--kind", required=True, help="announcement or invitation.")
@click.option("--group", type=click.IntRange(1), required=True, help="The number of the announcement or mailing.")
@click.option("--yes", is_flag=True, help="Do it: what waits is kept back for good.")
@in_app
def stop(kind: str, group: int, yes: bool) -> None:
    """Stop for good what waits of a group."""
    if not yes:
        raise Refused("This cannot be undone: letters that wait are never sent. Add --yes, or use `mail pause`.")
    click.echo(f"{mail_actions.stop(COMMAND, kind, group)} letters were kept back")


def _which(kind: str, group: int | None) -> str:
    if not kind:
        return "All letters"
    return f"Letters of the kind {kind}" + (f", group {group}," if group else "")


@mail.command()
@json_option
@in_app
def dns(as_json: bool) -> None:
    """Print the DNS records that the settings in force ask for, ready to paste into a zone file."""
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
    """Take in a message that came back: `feedback-app mail bounce < message.eml`.

    Meant for the pipe of a mail server's alias. Junk is no error: it exits 0 and says what it made of it.
    """
    if message is sys.stdin.buffer and sys.stdin.isatty():
        raise Refused("Give the message: feedback-app mail bounce < message.eml")
    taken = mail_returns.take_in(message.read(bounces.LARGEST), "command", COMMAND)
    click.echo(taken.did)


@mail.command()
@in_app
def collect() -> None:
    """Visit the bounce mailbox now, as the worker does each minute."""
    if not current_settings().bounce_mailbox:
        raise Refused("No bounce mailbox is set: see FEEDBACK_BOUNCE_MAILBOX in docs/settings.md.")
    try:
        click.echo(mail_returns.collect() or "Nothing new.")
    except MailboxTrouble as error:
        raise Refused(str(error)) from error
