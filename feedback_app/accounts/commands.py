"""Commands about staff. A password is never taken from the command line, where others could read it."""

from __future__ import annotations

import sys
from typing import Any

import click

from feedback_app.accounts import actions, mail, queries
from feedback_app.accounts.models import Staff
from feedback_app.accounts.rights import ROLES
from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.events.actor import COMMAND
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

a_role = click.Choice(list(ROLES))
LINK_HELP = "It works once, for three days. Hand it over in a way nobody else can read."


@click.group()
def staff() -> None:
    """People who sign in: add, list, change, disable."""


@staff.command("add")
@click.argument("email")
@click.option("--role", "roles", type=a_role, multiple=True, required=True, help="May be given several times.")
@click.option("--name", default="", help="How the person is shown to others.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of pages and letters.")
@click.option("--password-stdin", "way", flag_value="password", help="Read the password from standard input.")
@click.option("--invite", "way", flag_value="invite", help="Send a letter with a link to choose a password.")
@click.option("--link", "way", flag_value="link", default="link", help="Print a one-time link (this is the default).")
@json_option
@in_app
def add(email: str, roles: tuple[str, ...], name: str, language: str | None, way: str, as_json: bool) -> None:
    """Make an account for EMAIL.

    There is no default password: its owner chooses one by a one-time link, or it comes by standard input.
    """
    person = actions.Person(email, name, language or organisation().language, roles)
    if way == "invite":
        staff_id = actions.invite(person, mail.invitation_words(person.language), COMMAND)
    else:
        staff_id = actions.add(person, COMMAND, password=_password() if way == "password" else "")
    made = queries.staff(staff_id)
    link = mail.one_time_link(made) if way == "link" else ""
    said = {
        "invite": f"Invited {made.email}: the letter is in the queue.",
        "password": f"Added {made.email}; the password is set.",
        "link": f"Added {made.email}. Choose a password at\n{link}\n{LINK_HELP}",
    }
    say({**_row(made), "link": link}, as_json, said[way])


@staff.command("list")
@json_option
@in_app
def show(as_json: bool) -> None:
    """List all accounts: address, state, roles, last sign-in."""
    rows = [_row(one) for one in queries.everybody()]
    say(rows, as_json, _table(rows) if rows else "There are no accounts yet: feedback-app staff add EMAIL --role admin")


@staff.command()
@click.argument("email")
@in_app
def disable(email: str) -> None:
    """Close an account: sessions and links end now. The last active admin stays."""
    one = queries.staff_called(email)
    actions.disable(one.id, COMMAND)
    click.echo(f"Disabled {one.email}.")


@staff.command()
@click.argument("email")
@in_app
def enable(email: str) -> None:
    """Open a closed account again."""
    one = queries.staff_called(email)
    actions.enable(one.id, COMMAND)
    click.echo(f"Enabled {one.email}.")


@staff.command()
@click.argument("email")
@click.argument("roles", nargs=-1, required=True, type=a_role)
@in_app
def roles(email: str, roles: tuple[str, ...]) -> None:
    """Replace the roles of EMAIL by ROLES."""
    one = queries.staff_called(email)
    actions.set_roles(one.id, roles, COMMAND)
    click.echo(f"{one.email} is now: {', '.join(queries.staff(one.id).role_names)}.")


@staff.command()
@click.argument("email")
@json_option
@in_app
def link(email: str, as_json: bool) -> None:
    """Print a new one-time link with which EMAIL chooses a password."""
    colleague = queries.staff_called(email)
    actions.note_link(colleague.id, COMMAND)
    made = mail.one_time_link(queries.staff(colleague.id))
    say({"email": colleague.email, "link": made}, as_json, f"{made}\n{LINK_HELP}")


@staff.command("drop-second-step")
@click.argument("email")
@in_app
def drop_second_step(email: str) -> None:
    """Turn two-step sign-in off for somebody who lost the device."""
    one = queries.staff_called(email)
    actions.drop_second_step(one.id, COMMAND)
    click.echo(f"{one.email} signs in with the password alone now.")


def _password() -> str:
    if sys.stdin.isatty():
        entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return entered
    return sys.stdin.readline().rstrip("\r\n")


def _row(colleague: Staff) -> dict[str, Any]:
    return {
        "id": colleague.id,
        "email": colleague.email,
        "name": colleague.name,
        "state": colleague.state,
        "roles": colleague.role_names,
        "language": colleague.language,
        "two_step": colleague.has_second_step,
        "last_sign_in": colleague.current_login_at.isoformat() if colleague.current_login_at else None,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    wide = max(len(row["email"]) for row in rows)
    return "\n".join(
        f"{row['email']:<{wide}}  {row['state']:<8}  {', '.join(row['roles']):<24}  {row['last_sign_in'] or 'never'}"
        for row in rows
    )
