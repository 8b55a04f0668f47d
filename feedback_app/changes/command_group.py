"""``feedback-app changes``: the commands of the database, and ``rank``, which is pure and loads nothing of the web."""

from __future__ import annotations

from importlib import import_module

import click

RANK = "feedback_app.changes.voices.rank_command"
STORED = "feedback_app.changes.commands"


class _Changes(click.Group):
    """Each command is loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*self._stored().list_commands(ctx), "rank"])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one command."""
        if name == "rank":
            command: click.Command = import_module(RANK).rank
            return command
        return self._stored().get_command(ctx, name)

    def _stored(self) -> click.Group:
        group: click.Group = import_module(STORED).changes
        return group


@click.group("changes", cls=_Changes)
def changes() -> None:
    """What was altered in a process, or why it cannot be."""
