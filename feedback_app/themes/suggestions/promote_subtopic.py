"""What people do with a part of a theme: make it a theme of its own."""

from __future__ import annotations

from feedback_app.database import transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import Actor
from feedback_app.themes import events
from feedback_app.themes.curation.theme_actions import new_theme
from feedback_app.themes.models import Theme
from feedback_app.themes.queries import open_theme
from feedback_app.themes.suggestions.subtopic_queries import inside, part_by_id


def make_theme(part_id: int, by: Actor, name: str = "") -> Theme:
    """Make a part a theme of its own, within the theme it came from; its mentions move there for good.

    One step, undoable: the mentions go back, and the part is there again. Refused when nothing is left in the part.
    """
    with transaction() as session:
        part = part_by_id(part_id)
        whole = open_theme(part.theme_id)
        mentions = list(session.scalars(inside(part)))
        if not mentions:
            raise Refused(N_("No mention of this part is left in “%(name)s”."), name=whole.name)
        return new_theme(
            whole.codebook_id,
            name.strip() or part.name,
            by,
            mentions,
            from_theme=whole.id,
            phrases=part.phrases,
            quotes=part.quotes,
            what=events.THEME_SPLIT,
            parent_id=whole.id,
        )
