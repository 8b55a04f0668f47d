"""The settings page of the organisation, its logo, and the style sheets in its colour."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.common.cache import app_cache
from feedback_app.events.actor import Actor
from feedback_app.organisation import actions, queries
from feedback_app.organisation import colour as shades
from feedback_app.organisation.forms import FIELDS, ProfileForm
from feedback_app.organisation.logo import MIME
from feedback_app.organisation.profile import variable
from feedback_app.web.limits.body_limits import takes_files
from feedback_app.web.pages import attempt, public, see_other

SHEETS = ("public", "staff")
FOR_EVER = "public, max-age=31536000, immutable"  # its name changes with what is in it


@requires(rights.MANAGE_ORGANISATION)
@takes_files
def edit() -> str | AnyResponse:
    """Show who we are, and change it."""
    profile = queries.current()
    form = ProfileForm(**{name: getattr(profile, name) for name in FIELDS}, version=profile.version)
    form.lock(profile)
    if shade := request.form.get("shade"):  # the button beside a colour that cannot be read
        form.colour.data = shade
    if form.validate_on_submit():
        with attempt():
            changed = actions.save(
                form.values(profile), Actor.of(me()), seen=form.seen(), logo=form.picture(), no_logo=form.no_logo.data
            )
            flash(_("Saved.") if changed else _("Nothing was different."), "success" if changed else "info")
            return see_other("organisation.edit")
    wish = shades.parsed(form.colour.data or "")
    return render_template(
        "organisation/edit.html",
        form=form,
        profile=profile,
        variables={name: variable(name) for name in profile.held},
        shade=shades.nearest_readable(wish) if wish and not shades.readable(wish) else "",
    )


@public
def logo(name: str) -> Response:
    """Hand out the logo."""
    image = queries.logo(name) if "." in name else None
    if image is None:
        abort(404)
    return Response(image.data, mimetype=MIME[image.kind], headers={"Cache-Control": FOR_EVER})


@public
def look(sheet: str, colour: str) -> AnyResponse:
    """Hand out a style sheet with the accent colour of its name; asks no database."""
    code = shades.parsed(colour)
    if sheet not in SHEETS or code is None or not shades.readable(code):
        abort(404)
    kept = app_cache("style sheets", 8)
    reply = Response(kept.get((sheet, code), lambda: _sheet(sheet, code)), mimetype="text/css")
    reply.add_etag()
    reply.headers["Cache-Control"] = "no-cache"
    return reply.make_conditional(request)


def _sheet(sheet: str, code: str) -> str:
    with current_app.open_resource(f"static/{sheet}.css", "rt", encoding="utf-8") as file:
        return f"{file.read()}\n{render_template('organisation/shades.css', **shades.shades(code))}"


def sheet_url(sheet: str) -> str:
    """Return the address of a style sheet: in our colour, where it is not the one the sheets are written in."""
    colour = queries.current().colour
    if colour == shades.DEFAULT:
        return url_for("static", filename=f"{sheet}.css")
    return url_for("organisation.look", sheet=sheet, colour=colour[1:])


def for_templates(state: BlueprintSetupState) -> None:
    """A global, not a context processor: the answering page is rendered without those."""
    state.app.jinja_env.globals["sheet_url"] = sheet_url
