"""``feedback-app surveys``: create, list, show, publish, close, copy, invite, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.contacts.models import KINDS
from feedback_app.contacts.queries import Filter
from feedback_app.events.actor import COMMAND
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.surveys import (
    actions,
    limits,
    queries,
)
from feedback_app.surveys.builder.completeness import gaps
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.models import STATES, Survey
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.questionnaires.document import read, write
from feedback_app.surveys.waves import (
    actions as wave_actions,
)
from feedback_app.surveys.waves import (
    invitation_text,
    mail,
)
from feedback_app.surveys.waves import (
    queries as wave_queries,
)
from feedback_app.surveys.waves.local_time import read_local
from feedback_app.web.filters import words


@click.group()
def surveys() -> None:
    """What we ask, and whom."""


@surveys.command()
@click.option(
    "--template", required=True, type=click.Choice(ready_made.names()), help="The ready-made survey to begin with."
)
@click.option("--slug", default="", help="Short name in addresses and commands (default: the template's).")
@click.option("--publish", "publish_it", is_flag=True, help="Open it for answers at once.")
@json_option
@in_app
def create(template: str, slug: str, publish_it: bool, as_json: bool) -> None:
    """Make a survey of a ready-made one, as a draft."""
    made = actions.create(ready_made.load(template), COMMAND, slug)
    if publish_it:
        actions.publish(made, COMMAND)
    survey = queries.by_id(made)
    say(_facts(survey), as_json, f"Created {survey.slug} ({survey.state}).")


@surveys.command("list")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only surveys in this state.")
@click.option("--text", default="", help="Only surveys whose name or title has these words.")
@json_option
@in_app
def list_(state: str | None, text: str, as_json: bool) -> None:
    """List the surveys, newest first, with how many were asked and answered."""
    lines: list[wave_queries.Line] = []
    page = wave_queries.index(text, state or "", 1, 200)
    lines += page.items
    for number in range(2, page.pages + 1):
        lines += wave_queries.index(text, state or "", number, 200).items
    if as_json:
        say([{**_facts(line.survey), "asked": line.asked, "answered": line.answered} for line in lines], True, "")
        return
    if not lines:
        click.echo("No surveys. Make one: feedback-app surveys create --template customer")
    for line in lines:
        click.echo(
            f"{line.survey.slug:30} {line.survey.state:10} {line.answered:>7} of {line.asked:<7} {_title(line.survey)}"
        )


@surveys.command()
@click.argument("slug")
@json_option
@in_app
def show(slug: str, as_json: bool) -> None:
    """Show one survey: its questions, who was asked, what is missing."""
    survey = queries.by_slug(slug)
    form = queries.build_spec(survey.id)
    progress = wave_queries.progress(survey.id)
    missing = [str(gap) for gap in gaps(form)] if survey.state == "draft" else []
    if as_json:
        counts = {name: getattr(progress, name) for name in ("asked", "answered", "waiting", "expired", "letters")}
        asked = [{"code": one.code, "kind": one.kind, "required": one.required} for one in form.questions]
        say({**_facts(survey), **counts, "questions": asked, "missing": missing}, True, "")
        return
    click.echo(f"{survey.slug}: {_title(survey)} ({survey.state}; {', '.join(survey.languages)})")
    click.echo(
        f"{progress.asked} asked, {progress.answered} answered, {progress.waiting} waiting, {progress.expired} expired"
    )
    for state, count in progress.letters.items():
        click.echo(f"  letters {state.replace('_', ' ')}: {count}")
    _echo_questions(form)
    for gap in missing:
        click.echo(f"  missing: {gap}")


def _echo_questions(form: FormSpec) -> None:
    for number, question in enumerate(form.questions, 1):
        must = ", required" if question.required else ""
        click.echo(f"{number:>3}. {question.code} ({question.kind}{must}): {words(question.text)}")


@surveys.command()
@click.argument("slug")
@in_app
def publish(slug: str) -> None:
    """Open a draft for answers; says everything that is missing if it cannot be."""
    survey = queries.by_slug(slug)
    for gap in gaps(queries.build_spec(survey.id)) if survey.state == "draft" else []:
        click.echo(f"missing: {gap}", err=True)
    actions.publish(survey.id, COMMAND)
    click.echo(f"Published {slug}.")


@surveys.command()
@click.argument("slug")
@in_app
def close(slug: str) -> None:
    """Take no more answers; planned mailings are cancelled."""
    cancelled = actions.close(queries.by_slug(slug).id, COMMAND)
    click.echo(f"Closed {slug}." + (f" Planned mailings cancelled: {cancelled}." if cancelled else ""))


@surveys.command()
@click.argument("slug")
@in_app
def reopen(slug: str) -> None:
    """Take answers again."""
    actions.reopen(queries.by_slug(slug).id, COMMAND)
    click.echo(f"{slug} is open again.")


@surveys.command()
@click.argument("slug")
@click.argument("new")
@in_app
def copy(slug: str, new: str) -> None:
    """Make a draft NEW with the questions and the letter of SLUG."""
    actions.copy(queries.by_slug(slug).id, COMMAND, new)
    click.echo(f"Copied {slug} to {new} (draft).")


@surveys.command()
@click.argument("slug")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Kind of contact; may be repeated.")
@click.option("--stage", default="", help="Only prospects lost at this stage.")
@click.option("--language", default=None, type=click.Choice(LANGUAGES), help="Only readers of this language.")
@click.option("--attribute", default="", metavar="KEY=VALUE", help="Only contacts with this attribute (or KEY alone).")
@click.option("--text", default="", help="Only contacts whose name or address has these words.")
@click.option("--at", default="", metavar='"2026-12-01 09:00"', help="Send at this time (FEEDBACK_TIMEZONE), not now.")
@click.option("--dry-run", is_flag=True, help="Only count who would be asked and who would not.")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@json_option
@in_app
def invite(slug: str, at: str, dry_run: bool, yes: bool, as_json: bool, **narrowed: Any) -> None:
    """Ask contacts to answer SLUG, each by a letter with a link of their own, each only once ever.

    Without options: all contacts. Who must not be written to, or was asked before, is left out.
    """
    survey, who = queries.by_slug(slug), _filter(**narrowed)
    send_at = read_local(at, organisation().timezone) if at else None
    written = invitation_text.written_in(survey.invitation_subject, survey.invitation_body, survey.languages)
    audience = wave_queries.audience(survey.id, who, written)
    said = f"{audience.would} would be asked; {audience.asked} were before, {audience.suppressed} must not be."
    if dry_run:
        counts = {"would_ask": audience.would, "asked_before": audience.asked, "suppressed": audience.suppressed}
        say({"survey": slug, **counts, "by_language": audience.by_language}, as_json, said)
        return
    if not yes:
        click.confirm(f"{said} A letter that has left cannot be called back. Go on?", abort=True, err=True)
    form = queries.form_spec(survey.id, survey.changed_at)
    letters = mail.all_words(form, survey.invitation_subject, survey.invitation_body)
    _ask(slug, wave_actions.Plan(survey.id, who, letters, send_at), as_json)


def _filter(kinds: tuple[str, ...], stage: str, language: str | None, attribute: str, text: str) -> Filter:
    key, _, value = attribute.partition("=")
    if attribute and not key.strip():
        raise click.BadParameter("write KEY=VALUE, or KEY alone", param_hint="--attribute")
    return Filter.from_dict(
        {"kinds": kinds, "stage_lost": stage, "language": language, "attribute": key, "value": value, "text": text}
    )


def _ask(slug: str, wanted: wave_actions.Plan, as_json: bool) -> None:
    if wanted.send_at:
        planned = wave_actions.plan(wanted, COMMAND)
        facts = {"survey": slug, "mailing": planned, "send_at": wanted.send_at.isoformat()}
        say(facts, as_json, f"Planned mailing {planned} for {wanted.send_at:%Y-%m-%d %H:%M} UTC.")
        return
    sent = wave_actions.send(wanted, COMMAND)
    facts = {"survey": slug, "mailing": sent.wave_id, "invited": sent.invited}
    say(facts, as_json, f"Asked {sent.invited}. The worker sends the letters.")


@surveys.command()
@click.argument("slug")
@click.option("--to", "target", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write to a file.")
@in_app
def export(slug: str, target: Path | None) -> None:
    """Write the questionnaire of SLUG as JSON, to be imported elsewhere."""
    document = write(queries.questionnaire(queries.by_slug(slug).id))
    if target:
        target.write_text(document, encoding="utf-8")
        click.echo(f"Wrote {target}.", err=True)
    else:
        click.echo(document, nl=False)


@surveys.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--slug", default="", help="Short name (default: the one in the file).")
@in_app
def import_(file: Any, slug: str) -> None:
    """Make a draft of the questionnaire in FILE (JSON; - reads standard input)."""
    made = queries.by_id(actions.create(read(file.read(limits.FILE + 1)), COMMAND, slug))
    click.echo(f"Imported {made.slug} (draft).")


def _title(survey: Survey) -> str:
    return words(survey.title)


def _facts(survey: Survey) -> dict[str, Any]:
    return {
        "slug": survey.slug,
        "state": survey.state,
        "languages": list(survey.languages),
        "title": survey.title,
        "created_at": survey.created_at,
        "published_at": survey.published_at,
    }
