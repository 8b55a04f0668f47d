"""Pages of changes: the list, the form, one change with what stands behind it."""

from __future__ import annotations

from datetime import datetime

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.changes import actions, evidence, queries
from feedback_app.changes.calendar import today
from feedback_app.changes.forms import ChangeForm, StateForm
from feedback_app.changes.models import STATE_NAMES, STATES, Change
from feedback_app.changes.queries import Filter
from feedback_app.changes.reasons import REASONS
from feedback_app.changes.voices import queries as voices
from feedback_app.common.days import read_moment
from feedback_app.common.keys import read_key
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.web.locale import LANGUAGE_NAMES, language
from feedback_app.web.pages import attempt, page_number, see_other

VOICES_SHOWN = 3  # on the page of a change; all of them on their own


def _whole(name: str) -> int:
    return read_key(request.args.get(name, "")) or 0


def _filter() -> Filter:
    return Filter(
        text=request.args.get("q", "").strip()[:200],
        state=request.args.get("state", ""),
        process=request.args.get("process", "")[:200],
        owner=_whole("owner"),
        theme=_whole("theme"),
        look_again=request.args.get("again") == "1",
    )


@requires(rights.VIEW)
def index() -> str:
    """Show the list with its filters."""
    wanted = _filter()
    page = queries.find(wanted, page_number(), today())
    return render_template(
        "changes/index.html",
        page=page,
        wanted=wanted,
        args={key: value for key, value in request.args.items() if key not in ("page", "lang") and value},
        behind=queries.behind([one.id for one in page.items]),
        counts=queries.counts_by_state(),
        said=lambda change: queries.words_for(change, language()),
        states=STATES,
        state_names=STATE_NAMES,
        processes=queries.processes(),
        owners=queries.owners(),
        themes=evidence.themes_to_link(),
        today=today(),
    )


def _form(main: str, chosen: list[int]) -> tuple[ChangeForm, list[evidence.Evidence]]:
    form = ChangeForm()
    themes = evidence.themes_to_link(chosen)
    form.offer([(one.id, one.shown_name) for one in queries.owners()], [one.id for one in themes], main)
    return form, themes


def _show_form(form: ChangeForm, themes: list[evidence.Evidence], change: Change | None = None) -> str:
    return render_template(
        "changes/form.html",
        form=form,
        themes=themes,
        change=change,
        processes=queries.processes(),
        reasons=REASONS,
        languages=[form.main, *(code for code in LANGUAGES if code != form.main)],
    )


@requires(rights.EDIT_CHANGES)
def new() -> str | Response:
    """Log a change; ``?theme=ID`` starts from a theme."""
    main = request.form.get("main", "")
    form, themes = _form(main if main in LANGUAGES else language(), [_whole("theme")])
    if request.method == "GET":
        form.owner.data = me().id
        form.themes.data = [_whole("theme")]
        return _show_form(form, themes)
    if request.form.get("action") == "start":
        form.put_in_reason()
        return _show_form(form, themes)
    if form.validate_on_submit():
        with attempt():
            change_id = actions.log(form.entry(), Actor.of(me()))
            flash(_("The change is logged."), "success")
            return see_other("changes.show", change_id=change_id)
    return _show_form(form, themes)


@requires(rights.EDIT_CHANGES)
def edit(change_id: int) -> str | Response:
    """Revise a change."""
    change = queries.get(change_id)
    linked = queries.theme_ids(change_id)
    form, themes = _form(change.language, linked)
    if request.method == "GET":
        form.show(change, linked)
        return _show_form(form, themes, change)
    if request.form.get("action") == "start":
        form.put_in_reason()
        return _show_form(form, themes, change)
    if form.validate_on_submit():
        with attempt():
            actions.revise(change_id, form.entry(), _seen(change), Actor.of(me()))
            flash(_("Saved."), "success")
            return see_other("changes.show", change_id=change_id)
        change = queries.get(change_id)  # its newer version, so that saving once more is a decision
    return _show_form(form, themes, change)


def _seen(change: Change) -> datetime:
    """Return which version the person was looking at; without a readable one, the present."""
    return read_moment(request.form.get("seen", "")) or change.updated_at


@requires(rights.VIEW)
def show(change_id: int) -> str:
    """Show one change: the story, the themes and voices behind it, and what happened to it."""
    change = queries.get(change_id)
    form = StateForm(state=change.state, reason=change.reason, since=change.since)
    form.offer()
    return render_template(
        "changes/show.html",
        change=change,
        said=queries.words_for(change, language()),
        others={code: found for code in LANGUAGES if code != language() and (found := queries.words_in(change, code))},
        missing=[LANGUAGE_NAMES[code] for code in organisation().languages if not _tellable(change, code)],
        themes=evidence.themes_behind(change_id),
        figures=voices.figures(change_id),
        heard=voices.going_out(change_id, VOICES_SHOWN),
        behind=queries.people_behind(change_id),
        surveys=queries.surveys_concerned([change_id]),
        history=queries.history(change_id),
        form=form,
        state_names=STATE_NAMES,
        today=today(),
    )


def _tellable(change: Change, code: str) -> bool:
    found = queries.words_in(change, code)
    return bool(found and found.complete(change.state))


@requires(rights.EDIT_CHANGES)
def move(change_id: int) -> Response:
    """Move a change to another state."""
    form = StateForm()
    form.offer()
    if form.validate_on_submit():
        with attempt():
            actions.set_state(
                change_id,
                form.state.data,
                Actor.of(me()),
                seen=request.form.get("seen") or None,
                reason=form.reason.data or "",
                since=form.since.data,
            )
            flash(_("The state has changed."), "success")
    else:
        flash(" ".join(str(text) for texts in form.errors.values() for text in texts), "danger")
    return see_other("changes.show", change_id=change_id)


@requires(rights.EDIT_CHANGES)
def remove(change_id: int) -> Response:
    """Delete a change logged by mistake."""
    with attempt():
        actions.remove(change_id, Actor.of(me()))
        flash(_("The change was deleted."), "success")
        return see_other("changes.index")
    return see_other("changes.show", change_id=change_id)
