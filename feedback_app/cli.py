"""The console script: a list of commands, each loaded only when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from feedback_app import create_app
from feedback_app.settings import BadSetting

COMMANDS = {
    "serve": ("feedback_app.serve:serve", "Run pages and worker together, as `make run` does."),
    "web": ("feedback_app.serve:web", "Run only the pages."),
    "worker": ("feedback_app.jobs.commands:worker", "Run the worker: sends letters, does the jobs."),
    "demo": ("feedback_app.demo.commands:demo", "Fill an empty database with one believable company."),
    "doctor": ("feedback_app.operations.commands:doctor", "Check settings, database, worker and mail."),
    "db": ("feedback_app.operations.db_commands:database", "Create or upgrade the tables."),
    "organisation": ("feedback_app.organisation.commands:organisation", "Who we are: name, look, languages."),
    "staff": ("feedback_app.accounts.commands:staff", "People who sign in."),
    "contacts": ("feedback_app.contacts.commands:contacts", "People we may write to."),
    "surveys": ("feedback_app.surveys.commands:surveys", "What we ask, and whom."),
    "responses": ("feedback_app.responses.commands:responses", "What came back."),
    "themes": ("feedback_app.themes.commands:themes", "What people talk about."),
    "changes": ("feedback_app.changes.command_group:changes", "What was altered, or why it cannot be."),
    "reader": ("feedback_app.reader.commands:reader", "A language model that may propose: try it, ask it, its log."),
    "announcements": ("feedback_app.announcements.commands:announcements", "You said, we did."),
    "mail": ("feedback_app.letters.commands:mail", "The letters: state, resend, bounces."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that ``--help`` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the list above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line help without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="feedback-app")
@click.pass_context
def feedback_app(ctx: click.Context) -> None:
    """Ask, group, change, and tell every respondent what changed and why.

    Settings come from FEEDBACK_* variables (docs/settings.md).
    """
    ctx.obj = ctx.obj or _application


def _application() -> Any:
    try:
        return create_app()
    except BadSetting as error:
        raise click.ClickException(str(error)) from error


def main() -> None:
    """Run the console script."""
    feedback_app(prog_name="feedback-app")


if __name__ == "__main__":
    main()
