"""What one response speaks of, on its own page: shown there and corrected there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.common.keys import read_key
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import Actor
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.curation import mention_actions
from feedback_app.themes.mention_queries import Line
from feedback_app.themes.models import TONES, Codebook, Mention, Theme
from feedback_app.themes.shared_views import actor
from feedback_app.web.pages import attempt, back_to


@dataclass(frozen=True)
class Spoken:
    """The pieces of a response in the order of its answers, and the themes one can put them into."""

    codebook: Codebook | None
    lines: list[Line]
    themes: Sequence[Theme]
    tones: dict[str, str]


def spoken_in(response_id: int, survey_id: int) -> Spoken:
    """Return what a response speaks of; for pages of rooms below, which know no themes."""
    codebook = queries.codebook_of(survey_id)
    themes = queries.open_themes(codebook.id) if codebook else ()
    return Spoken(codebook, mention_queries.lines(mention_queries.of_response(response_id)), themes, TONES)


@requires(rights.EDIT_THEMES)
def correct(mention_id: int) -> Response:
    """Correct the theme and the tone of one mention: a step each, so that each can be undone."""
    mention = queries.mention_by_id(mention_id)
    codebook = queries.codebook_of(mention.survey_id)
    with attempt():
        if codebook is None:
            raise Refused(N_("The survey of this answer has no themes yet. Choose a codebook for it first."))
        done = _tone(mention, codebook.id) + _theme(mention, codebook.id)
        flash(_("Saved.") if done else _("Nothing was changed."), "success")
    return back_to("responses.show", response_id=mention.response_id)


def _tone(mention: Mention, codebook_id: int) -> int:
    tone = request.form.get("tone", "")
    return mention_actions.set_tone([mention.id], codebook_id, tone, actor()) if tone not in ("", mention.tone) else 0


def _theme(mention: Mention, codebook_id: int) -> int:
    """One deed with one mention; "" leaves it where it is."""
    deed, _dash, raw = request.form.get("deed", "").partition("-")
    theme, ids = read_key(raw) or 0, [mention.id]
    if deed == "aside":
        return mention_actions.set_aside(ids, codebook_id, actor())
    if deed == "back":
        return mention_actions.bring_back(ids, codebook_id, actor())
    if theme and (verb := _DEEDS.get(deed)):
        return verb(ids, theme, actor())
    if deed:
        raise Refused(N_("Choose a theme, or type the name of a new one."))
    return 0


_DEEDS: dict[str, Callable[[Sequence[int], int, Actor], int]] = {
    "right": mention_actions.confirm,
    "out": mention_actions.take_out,
    "move": mention_actions.move,
    "also": mention_actions.add_to,
}
