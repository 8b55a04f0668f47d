"""The letters on the command line: state, resend, hold back, and what came back by mail."""

from __future__ import annotations

import sys
from typing import Any

import click

from feedback_app.accounts.audit import COMMAND
from feedback_app.command import in_app, json_option, say
from feedback_app.delivery import bounces, queries
from feedback_app.delivery.dkim_commands import dkim_key
from feedback_app.delivery.models import STATES
from feedback_app.errors import Refused
from feedback_app.overview import mail_actions, mail_returns


@click.group()
def mail() -> None:
    """The letters: state, resend, bounces."""


mail.add_command(dkim_key)


@mail.command()
@json_option
@in_app
def status(as_json: bool) -> None:
    """Show how many letters are in which state, what waits, and the last troubles."""
    now = queries.status()
    errors = [
        {"letter": one.id, "address": one.address, "state": one.state, "code": one.code, "reply": one.reply}
        for one in queries.last_errors(5)
    ]
    paused = [{"kind": one.kind, "group": one.group_id, "since": one.since, "reason": one.reason} for one in now.pauses]
    data: dict[str, Any] = {
        "states": {state: now.counts.get(state, 0) for state in STATES}, "due": now.due,
        "sent_in_the_last_minute": now.pace, "oldest_waiting": now.oldest, "next_retry": now.next_at,
        "kinds": queries.counts_by_kind(), "paused": paused, "last_errors": errors,
    }  # fmt: skip
    say(data, as_json, "\n".join(_lines(data)))


def _lines(data: dict[str, Any]) -> list[str]:
    lines = [f"{state.replace('_', ' '):>10}  {count}" for state, count in data["states"].items() if count]
    lines = lines or ["No letter was ever queued."]
    lines.append(f"{data['due']} due now, {data['sent_in_the_last_minute']} sent in the last minute")
    if data["oldest_waiting"]:
        lines.append(f"the oldest that waits was queued {data['oldest_waiting']:%Y-%m-%d %H:%M} UTC")
    if data["next_retry"]:
        lines.append(f"the next retry is due {data['next_retry']:%Y-%m-%d %H:%M} UTC")
    for one in data["paused"]:
        what = f"letters of the kind {one['kind']}" if one["kind"] else "all letters"
        what += f" of group {one['group']}" if one["group"] else ""
        lines.append(f"held back: {what} since {one['since']:%Y-%m-%d %H:%M} UTC")
    for one in data["last_errors"]:
        lines.append(f"letter {one['letter']} to {one['address']} ({one['state']}): {one['code'] or ''} {one['reply']}")
    return lines


@mail.command()
@click.option("--failed", is_flag=True, help="Letters the relay refused, or that were given up.")
@click.option("--in-doubt", is_flag=True, help="Letters that were on the wire when the line or the worker died.")
@in_app
def resend(failed: bool, in_doubt: bool) -> None:
    """Queue letters once more, with the same Message-ID, so that a second copy is known as one."""
    chosen = [state for state, wanted in (("failed", failed), ("in_doubt", in_doubt)) if wanted]
    if not chosen:
        raise Refused("Say which: --failed, --in-doubt, or both.")
    for state in chosen:
        click.echo(
            f"{mail_actions.resend(state, COMMAND)} letters that were {state.replace('_', ' ')} are queued again"
        )


@mail.command()
@in_app
def pause() -> None:
    """Hold back all letters, until `mail resume`."""
    click.echo("All letters are held back." if mail_actions.pause(COMMAND) else "They were held back already.")


@mail.command()
@in_app
def resume() -> None:
    """Let letters go on."""
    click.echo("Letters leave again." if mail_actions.resume(COMMAND) else "Nothing was held back.")


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
