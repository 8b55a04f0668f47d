"""Pages of this room: the list, one contact, adding, editing, erasing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request, stream_with_context
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.contacts import actions, queries
from feedback_app.contacts.forms import SCOPE_NAMES, ContactForm, LiftForm, RemoveForm, SuppressForm
from feedback_app.contacts.models import KIND_NAMES
from feedback_app.contacts.words import REASON_WORDS, letter_words
from feedback_app.events.actor import Actor
from feedback_app.exports import csv_safe
from feedback_app.organisation.queries import current as organisation
from feedback_app.web.pages import attempt, page_number, see_other

Page = str | AnyResponse


def _wanted() -> queries.Filter:
    """Return the filter that the address of the page describes."""
    asked = request.args
    suppressed = {"yes": True, "no": False}.get(asked.get("suppressed", ""))
    return queries.Filter.from_dict(
        {**asked.to_dict(), "kinds": asked.getlist("kind"), "suppressed": suppressed, "stage_lost": asked.get("stage")}
    )


def _address_of(wanted: queries.Filter) -> dict[str, Any]:
    """Return ``wanted`` as arguments of the page's address."""
    values = wanted.as_dict()
    suppressed = {True: "yes", False: "no"}.get(values.pop("suppressed", None))
    values |= {"kind": values.pop("kinds", None), "stage": values.pop("stage_lost", None), "suppressed": suppressed}
    return {name: value for name, value in values.items() if value}


@requires(rights.VIEW)
def index() -> Page:
    """Show the contacts, searched and filtered."""
    wanted = _wanted()
    page = queries.search(wanted, page_number())
    return render_template(
        "contacts/index.html",
        page=page,
        wanted=wanted,
        args=_address_of(wanted),
        counts=queries.counts_by_kind(),
        kinds=KIND_NAMES,
        stages=queries.stages(),
        keys=queries.attribute_keys(),
        suppressed=queries.suppressed_among(page.items),
    )


@requires(rights.EXPORT_PEOPLE)
def export() -> Page:
    """Hand out the contacts that the filter means, as CSV that spreadsheets open safely."""
    pieces = csv_safe.stream(queries.table(_wanted()))
    return Response(
        stream_with_context(pieces),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="contacts.csv"'},
    )


@requires(rights.VIEW)
def show(contact_id: int) -> Page:
    """Show what we know of a person, whether we may write, and what we asked and told them."""
    contact = queries.by_id(contact_id)
    return render_template(
        "contacts/show.html",
        contact=contact,
        suppressions=queries.suppressions_of(contact.email_key),
        strikes=queries.strikes(contact.email_key),
        most_strikes=queries.STRIKES,
        letters=queries.letters_to(contact.email_key, page_number()),
        letter_words=letter_words,
        reasons=REASON_WORDS,
        scopes=SCOPE_NAMES,
        kinds=KIND_NAMES,
        suppress_form=SuppressForm(formdata=None),
        remove_form=RemoveForm(formdata=None),
    )


def _filled_in(form: ContactForm, save: Callable[[], AnyResponse], **page: Any) -> Page:
    """Save what was typed; or show the form again with everything kept, and why."""
    if form.is_submitted() and "more" in request.form:
        form.more_rows()
    elif form.validate_on_submit():
        with attempt():
            return save()
    return render_template(
        "contacts/form.html", form=form, stages=queries.stages(), keys=queries.attribute_keys(), **page
    )


@requires(rights.EDIT_CONTACTS)
def add() -> Page:
    """Add a contact by hand."""
    form = ContactForm(language=organisation().language)

    def save() -> AnyResponse:
        contact_id = actions.add(form.person(), by=Actor.of(me()), source="by hand")
        flash(_("The contact was added."), "success")
        return see_other("contacts.show", contact_id=contact_id)

    return _filled_in(form, save)


@requires(rights.EDIT_CONTACTS)
def edit(contact_id: int) -> Page:
    """Change what we know of a contact."""
    contact = queries.by_id(contact_id)
    form = ContactForm(contact=contact)

    def save() -> AnyResponse:
        changed = actions.edit(contact_id, form.person(), by=Actor.of(me()))
        flash(_("The contact was saved.") if changed else _("Nothing was different, so nothing was saved."), "success")
        return see_other("contacts.show", contact_id=contact_id)

    return _filled_in(form, save, contact=contact)


@requires(rights.EDIT_CONTACTS)
def remove(contact_id: int) -> Page:
    """Erase a contact."""
    form = RemoveForm()
    if not form.validate_on_submit():
        return see_other("contacts.show", contact_id=contact_id)
    actions.remove(contact_id, by=Actor.of(me()), keep_away=form.keep_away.data)
    flash(_("The contact and everything they told us were erased."), "success")
    return see_other("contacts.index")


@requires(rights.EDIT_CONTACTS)
def suppress(contact_id: int) -> Page:
    """Stop writing to a contact."""
    contact, form = queries.by_id(contact_id), SuppressForm()
    if form.validate_on_submit():
        actions.suppress(contact.email, form.scope.data, by=Actor.of(me()), why=form.why.data or "")
        flash(_("Noted: we do not write to this address any more."), "success")
    else:
        flash(_("Say why, so that colleagues understand it later."), "danger")
    return see_other("contacts.show", contact_id=contact_id)


@requires(rights.EDIT_CONTACTS)
def lift(contact_id: int) -> Page:
    """Allow letters to a contact again."""
    contact, form = queries.by_id(contact_id), LiftForm()
    if not form.validate_on_submit():
        flash(_("Say who asked for it, and how. Nothing was changed."), "danger")
        return see_other("contacts.show", contact_id=contact_id)
    with attempt():
        actions.lift(contact.email, form.scope.data, by=Actor.of(me()), why=form.why.data or "")
        flash(_("Letters to this address are allowed again."), "success")
    return see_other("contacts.show", contact_id=contact_id)
