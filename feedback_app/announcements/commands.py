"""``feedback-app announcements``: draft, write, look, send, follow."""

from __future__ import annotations

from typing import Any, TextIO

import click
from sqlalchemy import select

from feedback_app.announcements import actions, queries, render
from feedback_app.announcements.models import AUDIENCES, STATES
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import control_actions, progress, quote_queries
from feedback_app.announcements.sending.audience import Reach, reach
from feedback_app.announcements.wording import names
from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.delivery import addresses
from feedback_app.errors import N_, NotFound
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey


@click.group()
def announcements() -> None:
    """You said, we did: letters that tell people what became of their words."""


@announcements.command("draft")
@click.option("--change", "change_ids", type=int, multiple=True, required=True, metavar="ID", help="Repeat for more.")
@click.option("--audience", type=click.Choice(list(AUDIENCES)), default="respondents", show_default=True)
@click.option("--survey", "slugs", multiple=True, metavar="SLUG", help="Surveys concerned [default: by the themes].")
@json_option
@in_app
def draft(*, change_ids: tuple[int, ...], audience: str, slugs: tuple[str, ...], as_json: bool) -> None:
    """Draft an announcement of one or more changes in the same state."""
    survey_ids = _survey_ids(slugs) if slugs else None
    made = actions.draft(change_ids, COMMAND, audience=audience, survey_ids=survey_ids)
    announcement = queries.get(made)
    reached = reach(announcement)
    line = f"Announcement {made} drafted in {', '.join(queries.languages(announcement))}. {_reach_line(reached)}"
    say({"id": made, "languages": queries.languages(announcement), "reach": _reach_data(reached)}, as_json, line)


def _survey_ids(slugs: tuple[str, ...]) -> list[int]:
    known = {row[1]: row[0] for row in db.session.execute(select(Survey.id, Survey.slug).where(Survey.slug.in_(slugs)))}
    if missing := [slug for slug in slugs if slug not in known]:
        raise NotFound(N_("There is no survey %(id)s."), id=", ".join(missing))
    return [known[slug] for slug in dict.fromkeys(slugs)]


@announcements.command("texts")
@click.argument("announcement_id", type=int, metavar="ID")
@click.option("--language", type=click.Choice(LANGUAGES), required=True)
@click.option("--subject", required=True)
@click.option("--body-file", "body", type=click.File("r", encoding="utf-8-sig"), required=True, help="- reads stdin.")
@in_app
def texts(*, announcement_id: int, language: str, subject: str, body: TextIO) -> None:
    """Write the text of a draft in one language.

    Placeholders: {{name}} {{your_words}} {{what}} {{why}} {{since}} {{process}} {{organisation}}
    """
    try:
        read = body.read()
    except UnicodeError as error:
        raise click.ClickException(f"{body.name} is not UTF-8: {error}") from error
    actions.write(announcement_id, language, subject, read, COMMAND)
    click.echo(f"Announcement {announcement_id}: text in {language} written.")


@announcements.command("preview")
@click.argument("announcement_id", type=int, metavar="ID")
@click.option("--as", "email", required=True, metavar="EMAIL", help="A real recipient.")
@click.option("--html", "as_html", is_flag=True, help="Print the HTML part instead of the text.")
@in_app
def preview(*, announcement_id: int, email: str, as_html: bool) -> None:
    """Print the letter as a real recipient would get it."""
    one = queries.get(announcement_id)
    person, words = queries.preview(one, queries.find_recipient(one, addresses.key(email)))
    if person.excluded_because:
        click.echo(f"{email} gets no letter: {names.REASON_NAMES[person.excluded_because]}.", err=True)
    click.echo(words.html if as_html else f"{words.subject}\n\n{words.text}", nl=False)


@announcements.command("test")
@click.argument("announcement_id", type=int, metavar="ID")
@click.option("--to", "email", required=True, metavar="EMAIL")
@click.option("--language", type=click.Choice(LANGUAGES), help="[default: the organisation's]")
@in_app
def test(*, announcement_id: int, email: str, language: str | None) -> None:
    """Send a test letter; nobody's words are in it."""
    actions.send_test(announcement_id, email, language or organisation().language, COMMAND)
    click.echo(f"A test letter to {email} waits for the worker.")


@announcements.command("send")
@click.argument("announcement_id", type=int, metavar="ID")
@click.option("--yes", is_flag=True, help="Really send.")
@json_option
@in_app
def send(*, announcement_id: int, yes: bool, as_json: bool) -> None:
    """Send it: one letter to each person who may be written to. Without --yes it only says how many."""
    if not yes:
        announcement = queries.get(announcement_id)
        reached = reach(announcement)
        say(_reach_data(reached), as_json, _reach_line(reached))
        for trouble in render.troubles(announcement):
            click.echo(str(trouble), err=True)
        raise click.ClickException("Nothing was sent. Add --yes to send.")
    sent = sending.send(announcement_id, COMMAND)
    line = f"{sent.letters} letters wait for the worker; {sent.left_out} people are left out (see status)."
    say({"letters": sent.letters, "left_out": sent.left_out}, as_json, line)


@announcements.command("status")
@click.argument("announcement_id", type=int, metavar="ID")
@json_option
@in_app
def status(*, announcement_id: int, as_json: bool) -> None:
    """Say who was told so far, who waits, who is left out and why."""
    announcement = queries.get(announcement_id)
    progressed = progress.of(announcement.id, announcement.state)
    lines = [f"Announcement {announcement.id} is {names.STATE_NAMES[announcement.state]}."]
    if announcement.state == "draft":
        lines.append(_reach_line(reach(announcement)))
    else:
        lines += [f"{progressed.group(group):>9}  {name}" for group, name in names.GROUP_NAMES.items()]
        lines += [
            f"{count:>9}  left out: {names.REASON_NAMES.get(code, code)}" for code, count in progressed.excluded.items()
        ]
    say(progressed.as_dict(), as_json, "\n".join(lines))


@announcements.command("people")
@click.argument("announcement_id", type=int, metavar="ID")
@click.option("--what", type=click.Choice(list(progress.GROUPS)), default=None, help="Only these.")
@click.option(
    "--why",
    type=click.Choice(["mentioned", "took_part", "invited"]),
    default=None,
    help="Only those told because of this.",
)
@json_option
@in_app
def people(*, announcement_id: int, what: str | None, why: str | None, as_json: bool) -> None:
    """List everybody concerned: address, language, why they are told, what became of their letter."""
    announcement = queries.get(announcement_id)
    data = [
        {"email": email, "language": language, "why": reason, "letter": state or "", "left_out_because": left_out}
        for email, _name, language, reason, state, left_out, *_rest in progress.everybody(announcement.id, what or "")
        if why in (None, reason)
    ]
    lines = ["  ".join(filter(None, row.values())) for row in data]
    say(data, as_json, "\n".join(lines) or "Nobody.")


@announcements.command("quotes")
@click.argument("announcement_id", type=int, metavar="ID")
@json_option
@in_app
def quotes(*, announcement_id: int, as_json: bool) -> None:
    """List whose words a draft would quote, exactly as the letters print them."""
    data = quote_queries.as_rows(quote_queries.everybody(queries.get(announcement_id)))
    lines = [f"{row['person']}: {row['words']}" for row in data]
    say(data, as_json, "\n".join(lines) or "Nobody is quoted: judge voices first (feedback-app changes voices ID).")


@announcements.command("list")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only those in this state.")
@json_option
@in_app
def list_(*, state: str | None, as_json: bool) -> None:
    """List the announcements, the newest first."""
    data: list[dict[str, Any]] = [
        {"id": line.id, "state": line.state, "about": line.about, "subject": line.subject, "sent_at": line.sent_at}
        for line in queries.lines(state or "", organisation().language)
    ]
    lines = [f"{line['id']:>5}  {line['state']:<8} {line['subject']}" for line in data]
    say(data, as_json, "\n".join(lines) or "No announcements yet. Draft one: feedback-app announcements draft --help")


@announcements.command("stop")
@click.argument("announcement_id", type=int, metavar="ID")
@in_app
def stop(*, announcement_id: int) -> None:
    """Stop a sending: letters that still wait are kept back for good."""
    done = control_actions.stop(announcement_id, COMMAND)
    click.echo(f"Stopped: {done.letters} letters had left, {done.left_out} were kept back.")


def _reach_data(found: Reach) -> dict[str, Any]:
    return {"people": found.people, **vars(found)}


def _reach_line(reached: Reach) -> str:
    out = ", ".join(f"{count} {names.REASON_NAMES.get(code, code)}" for code, count in sorted(reached.left_out.items()))
    spoken = ", ".join(f"{count} in {code}" for code, count in sorted(reached.languages.items()))
    line = f"Of {reached.people} people concerned, {reached.letters} get a letter"
    line += f" ({spoken}; {reached.own_words} with their own words)." if spoken else "."
    line += f" Left out: {out}." if out else ""
    if reached.fallback:
        line += (
            " No text in: " + ", ".join(f"{code} ({count})" for code, count in sorted(reached.fallback.items())) + "."
        )
    return line
