"""Pages that ask people: the letter, and whom it goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from feedback_app import clock
from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.common.keys import read_key
from feedback_app.contacts import queries as contact_queries
from feedback_app.contacts.models import KIND_NAMES, Contact
from feedback_app.contacts.queries import Filter
from feedback_app.delivery.compose import templates as layout
from feedback_app.delivery.compose.placeholders import filled
from feedback_app.delivery.outbox import Fill, Words
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import Actor
from feedback_app.extensions import current_settings
from feedback_app.organisation.queries import current as organisation
from feedback_app.surveys import queries
from feedback_app.surveys.forms import letter_form, spread, words_in
from feedback_app.surveys.models import Survey
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
from feedback_app.web.filters import number
from feedback_app.web.locale import language
from feedback_app.web.pages import absolute, attempt, see_other
from feedback_app.web.security import letter_frame

Page = str | Response | tuple[str, int]


def _written(survey: Survey) -> tuple[str, ...]:
    return invitation_text.written_in(survey.invitation_subject, survey.invitation_body, survey.languages)


def _contact_id() -> int | None:
    return read_key(request.args.get("contact", ""))


@requires(rights.EDIT_SURVEYS)
def edit_letter(slug: str) -> Page:
    """Word the invitation, see it as a real contact would, send it to oneself."""
    survey = queries.by_slug(slug)
    texts = {"subject": survey.invitation_subject, "body": survey.invitation_body}
    form = letter_form(survey.languages)(data=spread(texts, survey.languages))
    status = 200
    if form.is_submitted():
        if form.validate():
            with attempt():
                return _save_letter(
                    survey, words_in(form, "subject", survey.languages), words_in(form, "body", survey.languages)
                )
        status = 422
    return render_template("surveys/letter.html", survey=survey, form=form, **_preview_choice(survey)), status


def _save_letter(survey: Survey, subject: dict[str, str], body: dict[str, str]) -> Response:
    wave_actions.word_letter(survey.id, subject, body, Actor.of(me()))
    flash(_("The letter is saved. Below you see it as it will arrive."), "success")
    return see_other("surveys.edit_letter", slug=survey.slug, _anchor="preview")


def _preview_choice(survey: Survey) -> dict[str, Any]:
    written = _written(survey)
    contact = wave_queries.contact_in(Filter(), survey.id, _contact_id())
    wish = request.args.get("language", "") or (contact.language if contact else language())
    chosen = invitation_text.chosen_language(wish, written) if written else ""
    shown = _shown(survey, chosen, contact) if written else None
    people = wave_queries.sample(survey.id, Filter(), "would", 12)
    return {"written": written, "contact": contact, "chosen": chosen, "shown": shown, "people": people}


def _shown(survey: Survey, code: str, contact: Contact | None) -> Words:
    """Return the letter in one language as ``contact`` would read it; its link leads to the preview."""
    form = queries.form_spec(survey.id, survey.changed_at)
    words = mail.words(form, survey.invitation_subject[code], survey.invitation_body[code], code)
    name = contact.name if contact else ""
    return layout.letter_parts(words, _example_fill(survey, code, name), name)


def _example_fill(survey: Survey, code: str, name: str) -> Fill:
    until = clock.now() + timedelta(days=current_settings().invitation_days)
    link = absolute("surveys.preview", slug=survey.slug, language=code)
    return mail.fill_for(link, survey.title, name, code, until)


@requires(rights.VIEW)
def letter_html(slug: str, code: str) -> Response:
    """Show the letter's HTML in a frame that can do nothing."""
    survey = queries.by_slug(slug)
    if code not in _written(survey):
        abort(404)
    contact = wave_queries.contact_in(Filter(), survey.id, _contact_id())
    return letter_frame(_shown(survey, code, contact).html)


@requires(rights.EDIT_SURVEYS)
def test_letter(slug: str) -> Response:
    """Send the letter to the person signed in; its link leads to the preview."""
    survey = queries.by_slug(slug)
    code = request.form.get("language", "")
    if code not in _written(survey):
        flash(_("The letter is not written in this language yet."), "danger")
        return see_other("surveys.edit_letter", slug=slug)
    form = queries.form_spec(survey.id, survey.changed_at)
    person = me()
    words = mail.words(form, survey.invitation_subject[code], survey.invitation_body[code], code, scope="")
    fill = _example_fill(survey, code, person.name)
    with attempt():
        wave_actions.send_test(survey.id, code, words, fill, person.email, Actor.of(person))
        flash(
            _("A test letter is on its way to %(address)s. Its button opens the preview.", address=person.email),
            "success",
        )
    return see_other("surveys.edit_letter", slug=slug, language=code, _anchor="preview")


def _filter_from(given: MultiDict[str, str]) -> Filter:
    return Filter.from_dict({**{key: given.get(key, "") for key in FILTER_TEXTS}, "kinds": given.getlist("kind")})


HALF_A_CONDITION = N_("Say which attribute has this value, or leave the value empty.")
FILTER_TEXTS = ("stage_lost", "language", "attribute", "value", "text")


@requires(rights.SEND_SURVEYS)
def invite(slug: str) -> str:
    """Choose whom to ask, see who that is and who is left out, then send or plan."""
    return _invite_page(queries.by_slug(slug), request.args)


def _invite_page(survey: Survey, query: MultiDict[str, str]) -> str:
    who = _filter_from(query)
    written = _written(survey)
    return render_template(
        "surveys/invite.html",
        survey=survey,
        who=who,
        given=query,
        written=written,
        kinds=KIND_NAMES,
        kind_counts=contact_queries.counts_by_kind(),
        stages=contact_queries.stages(),
        attribute_keys=contact_queries.attribute_keys(),
        subjects=_subjects(survey, written),
        half=HALF_A_CONDITION if who.value and not who.attribute else "",
        **_people(survey, who, written),
    )


def _subjects(survey: Survey, written: Sequence[str]) -> dict[str, str]:
    """Return the subject in each language as somebody without a name would read it."""
    texts = {code: invitation_text.with_kind_names(survey.invitation_subject[code]) for code in written}
    return {code: filled(Words(text, "", ""), _example_fill(survey, code, "")).subject for code, text in texts.items()}


def _people(survey: Survey, who: Filter, written: Sequence[str]) -> dict[str, Any]:
    return {
        "audience": wave_queries.audience(survey.id, who, written),
        "would": wave_queries.sample(survey.id, who, "would", 8),
        "asked": wave_queries.sample(survey.id, who, "asked", 4),
        "suppressed": wave_queries.sample(survey.id, who, "suppressed", 4),
    }


@requires(rights.SEND_SURVEYS)
def count_invited(slug: str) -> str:
    """Give only the part of the page that counts, for the script that keeps it up to date while one chooses."""
    survey = queries.by_slug(slug)
    who, written = _filter_from(request.args), _written(survey)
    return render_template(
        "surveys/_audience.html", survey=survey, who=who, written=written, **_people(survey, who, written)
    )


@requires(rights.SEND_SURVEYS)
def start_invite(slug: str) -> Response | tuple[str, int]:
    """Send the letter now, or plan it for a time."""
    survey = queries.by_slug(slug)
    with attempt():
        _check_filter(request.form)
        send_at = _when(request.form)
        wanted = wave_actions.Plan(survey.id, _filter_from(request.form), _letters(survey), send_at)
        if send_at:
            wave_actions.plan(wanted, Actor.of(me()))
            flash(_("Planned. Until it leaves, you can cancel it here."), "success")
        else:
            invited = wave_actions.send(wanted, Actor.of(me())).invited
            said = ngettext("%(count)s person is asked.", "%(count)s people are asked.", invited, count=number(invited))
            flash(said + " " + _("The letters are leaving now."), "success")
        return see_other("surveys.show", slug=slug)
    return _invite_page(queries.by_slug(slug), request.form), 422


def _check_filter(given: Mapping[str, str]) -> None:
    """Refuse half a condition: it would be left out, and more people asked than meant."""
    if given.get("value", "").strip() and not given.get("attribute", "").strip():
        raise Refused(HALF_A_CONDITION)


def _letters(survey: Survey) -> dict[str, Words]:
    form = queries.form_spec(survey.id, survey.changed_at)
    return mail.all_words(form, survey.invitation_subject, survey.invitation_body)


def _when(given: Mapping[str, str]) -> datetime | None:
    return read_local(given.get("at", ""), organisation().timezone) if given.get("when") == "later" else None


@requires(rights.SEND_SURVEYS)
def cancel_wave(slug: str, wave_id: int) -> Response:
    """Keep a planned mailing from leaving."""
    survey = queries.by_slug(slug)
    with attempt():
        wave_actions.cancel(survey.id, wave_id, Actor.of(me()))
        flash(_("The mailing is cancelled. Nobody was asked by it."), "success")
    return see_other("surveys.show", slug=slug)
