"""Pages about staff: the list, one account, one's own profile, the trail, and the first way in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_security import logout_user
from werkzeug.wrappers import Response as AnyResponse

from feedback_app.accounts import actions, first_admin, letters, mail, queries
from feedback_app.accounts.access import me, requires
from feedback_app.accounts.models import Staff
from feedback_app.accounts.pages.forms import (
    WHAT_ROLES_DO,
    FirstForm,
    InviteForm,
    ProfileForm,
    StaffForm,
    staff_wish,
)
from feedback_app.accounts.rights import MANAGE_STAFF, ROLE_NAMES, VIEW
from feedback_app.accounts.sign_in import session_cookies
from feedback_app.errors import NotFound
from feedback_app.events.actor import Actor
from feedback_app.extensions import limiter
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, page_number, public, see_other
from feedback_app.web.security import SIGN_IN_LIMIT

Page = str | AnyResponse


@requires(MANAGE_STAFF)
def index() -> str:
    """List staff, with search and filters."""
    wish = staff_wish(request.args)
    page = queries.staff_page(wish, page_number())
    return render_template("accounts/index.html", page=page, wish=wish, args=_given(wish), role_names=ROLE_NAMES)


@requires(MANAGE_STAFF)
def invite() -> Page:
    """Invite somebody by email."""
    form = InviteForm(language=language(), roles=["viewer"]) if request.method == "GET" else InviteForm()
    if form.validate_on_submit():
        person = form.person()
        with attempt():
            staff_id = actions.invite(person, mail.invitation_words(person.language), Actor.of(me()))
            flash(_("The invitation to %(email)s is on its way.", email=person.email), "success")
            return see_other("accounts.edit", staff_id=staff_id)
    return render_template("accounts/invite.html", form=form, what_roles_do=WHAT_ROLES_DO)


@requires(MANAGE_STAFF)
def edit(staff_id: int) -> Page:
    """Show one account; change name, language and roles."""
    staff = queries.staff(staff_id)
    form = StaffForm(name=staff.name, language=staff.language, roles=staff.role_names)
    if form.validate_on_submit():
        return _done(staff, lambda by: actions.change(staff_id, *form.given(), by), _("Saved."))
    return render_template(
        "accounts/edit.html",
        staff=staff,
        form=form,
        history=queries.history_of(staff_id),
        letter=queries.latest_letter(staff_id, letters.KIND),
        what_roles_do=WHAT_ROLES_DO,
    )


@requires(MANAGE_STAFF)
def invite_again(staff_id: int) -> AnyResponse:
    """Send the invitation once more."""
    staff = queries.staff(staff_id)
    words = mail.invitation_words(staff.language)
    said = _("A new invitation is on its way; links sent before no longer work.")
    return _done(staff, lambda by: actions.invite_again(staff_id, words, by), said)


@requires(MANAGE_STAFF)
def disable(staff_id: int) -> AnyResponse:
    """Close an account."""
    said = _("The account is disabled and signed out everywhere.")
    return _done(queries.staff(staff_id), lambda by: actions.disable(staff_id, by), said)


@requires(MANAGE_STAFF)
def enable(staff_id: int) -> AnyResponse:
    """Open a closed account again."""
    return _done(queries.staff(staff_id), lambda by: actions.enable(staff_id, by), _("The account is active again."))


@requires(MANAGE_STAFF)
def drop_second_step(staff_id: int) -> AnyResponse:
    """Turn two-step sign-in off for somebody who lost the device."""
    said = _("Two-step sign-in is off for this account.")
    return _done(queries.staff(staff_id), lambda by: actions.drop_second_step(staff_id, by), said)


@requires(VIEW)
def profile() -> Page:
    """Show one's own account; change name and language."""
    staff = me()
    form = ProfileForm(name=staff.name, language=staff.language)
    if form.validate_on_submit():
        actions.change_profile(staff.id, *form.given())
        session["language"] = form.language.data
        flash(_("Saved."), "success")
        return see_other("accounts.profile")
    return render_template(
        "accounts/profile.html",
        staff=staff,
        form=form,
        role_names=ROLE_NAMES,
        sessions=queries.sessions_of(staff.id),
        own_session=session_cookies.own_session(),
    )


@requires(VIEW)
def sign_out_everywhere() -> AnyResponse:
    """End all one's sessions, this one too."""
    actions.sign_out_everywhere(me().id)
    logout_user()
    flash(_("You are signed out on all devices."), "success")
    return see_other("security.login")


@requires(VIEW)
def end_session(session_id: int) -> AnyResponse:
    """Sign one of one's own devices out."""
    with attempt():
        actions.end_session(me().id, session_id)
        flash(_("That device is signed out."), "success")
    return see_other("accounts.profile")


@public
@limiter.limit(SIGN_IN_LIMIT, methods=["POST"])
def first_sign_in(token: str) -> Page:
    """Let the bearer of the first link become the first admin."""
    if not first_admin.opens(token):
        raise NotFound(first_admin.USED)
    form = FirstForm(language=language()) if request.method == "GET" else FirstForm()
    if form.validate_on_submit():
        with attempt(unless=NotFound):
            first_admin.claim(token, form.email.data or "", *form.given(), form.password.data or "")
            session["language"] = form.language.data
            flash(_("Your account is ready. Sign in with it."), "success")
            return see_other("security.login")
    return render_template("accounts/first_sign_in.html", form=form)


def _given(wish: Any) -> dict[str, Any]:
    """Return the filters that are set, as they stand in an address."""
    return {name: str(value) for name, value in asdict(wish).items() if value}


def _done(staff: Staff, verb: Any, said: str) -> AnyResponse:
    """Run ``verb`` as the person signed in, say how it went, and go back to the account."""
    with attempt():
        verb(Actor.of(me()))
        flash(said, "success")
    return redirect(url_for("accounts.edit", staff_id=staff.id), code=303)
