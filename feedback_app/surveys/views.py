"""Pages of this room: the list, one survey, its life. Builder and letter have modules of their own."""

from __future__ import annotations

from flask import Response, flash, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext, refresh
from werkzeug.wrappers import Response as Redirect

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.common.text import one_line
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.surveys import (
    actions,
    limits,
    queries,
)
from feedback_app.surveys.builder.completeness import gaps
from feedback_app.surveys.forms import ImportForm, new_form, words_in
from feedback_app.surveys.models import STATES, Survey
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.questionnaires.document import read, write
from feedback_app.surveys.translations import tidy_words
from feedback_app.surveys.waves import invitation_text
from feedback_app.surveys.waves import queries as wave_queries
from feedback_app.web.limits.body_limits import takes_files
from feedback_app.web.pages import attempt, page_number, see_other


@requires(rights.VIEW)
def index() -> str:
    """List the surveys with who was asked and who answered."""
    text = one_line(request.args.get("text", ""))[:200]
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    page = wave_queries.index(text, state, page_number())
    return render_template("surveys/index.html", page=page, text=text, state=state, states=STATES)


@requires(rights.EDIT_SURVEYS)
def new() -> str:
    """Offer the ready-made surveys, a blank one, and a file."""
    return _new_page(new_form(organisation().languages)(), ImportForm())


def _new_page(blank: object, upload: object) -> str:
    ready = [ready_made.load(name) for name in ("customer", "lost-prospect", "former-customer", "make-it-right")]
    forms = [template.form for template in ready]
    return render_template(
        "surveys/new.html",
        ready=forms,
        minutes={template.slug: invitation_text.minutes(template) for template in forms},
        blank=blank,
        upload=upload,
        all_languages=organisation().languages,
    )


@requires(rights.EDIT_SURVEYS)
def create() -> Redirect | tuple[str, int]:
    """Make a draft: of the ready-made survey named, or blank with the titles given."""
    if name := request.form.get("template", ""):
        return _built(actions.create(ready_made.load(name), Actor.of(me())))
    form = new_form(organisation().languages)()
    titles = tidy_words(words_in(form, "title", organisation().languages), LANGUAGES)
    if form.validate_on_submit() and titles:
        cover = actions.Cover(tuple(titles), titles)
        return _built(actions.create(actions.blank(cover), Actor.of(me())))
    if not titles:
        flash(_("Give the survey a title in at least one language."), "danger")
    return _new_page(form, ImportForm(formdata=None)), 422


@requires(rights.EDIT_SURVEYS)
@takes_files
def import_file() -> Redirect:
    """Make a draft of a questionnaire file."""
    file = request.files.get("file")
    if not file or not file.filename:
        flash(_("Choose a file first."), "danger")
        return see_other("surveys.new")
    with attempt():
        made = actions.create(read(file.stream.read(limits.FILE + 1)), Actor.of(me()))
        return _built(made)
    return see_other("surveys.new")


def _built(survey_id: int) -> Redirect:
    flash(_("The draft is ready. Look through it, change what you like, then publish it."), "success")
    return see_other("surveys.build", slug=queries.by_id(survey_id).slug)


@requires(rights.VIEW)
def show(slug: str) -> str:
    """Show how one survey stands and what can be done with it."""
    survey = queries.by_slug(slug)
    form = queries.form_spec(survey.id, survey.changed_at)
    return render_template(
        "surveys/show.html",
        survey=survey,
        form_spec=form,
        gaps=gaps(form) if survey.state == "draft" else [],
        minutes=invitation_text.minutes(form) if form.questions else 0,
        written=invitation_text.written_in(survey.invitation_subject, survey.invitation_body, survey.languages),
        progress=wave_queries.progress(survey.id),
        waves=wave_queries.waves(survey.id),
    )


@requires(rights.VIEW)
def preview(slug: str) -> str:
    """Show the survey exactly as a respondent meets it; nothing can be sent from here."""
    survey = queries.by_slug(slug)
    form = queries.form_spec(survey.id, survey.changed_at)
    g.language = form.language_for(request.args.get("language", ""))
    refresh()  # signing in has asked for the reader's own language already
    return render_template("surveys/preview.html", form_spec=form, lang=g.language, values={}, errors={})


@requires(rights.VIEW)
def export(slug: str) -> Response:
    """Give the questionnaire as a file that can be imported again."""
    survey = queries.by_slug(slug)
    response = make_response(write(queries.questionnaire(survey.id)))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{survey.slug}.json"'
    return response


@requires(rights.EDIT_SURVEYS)
def publish(slug: str) -> Redirect:
    """Open a draft for answers."""
    survey = queries.by_slug(slug)
    with attempt():
        actions.publish(survey.id, Actor.of(me()))
        flash(_("Published. Now choose whom to ask."), "success")
        return see_other("surveys.show", slug=slug)
    return see_other("surveys.build", slug=slug)


@requires(rights.EDIT_SURVEYS)
def close(slug: str) -> Redirect:
    """Take no more answers."""
    survey = queries.by_slug(slug)
    with attempt():
        cancelled = actions.close(survey.id, Actor.of(me()))
        flash(_("Closed. Who opens their link now reads that the survey has closed."), "success")
        if cancelled:
            flash(
                ngettext(
                    "%(num)d planned mailing was cancelled.", "%(num)d planned mailings were cancelled.", cancelled
                ),
                "info",
            )
        return see_other("surveys.show", slug=slug)
    return see_other("surveys.show", slug=slug)


@requires(rights.EDIT_SURVEYS)
def reopen(slug: str) -> Redirect:
    """Take answers again."""
    survey = queries.by_slug(slug)
    with attempt():
        actions.reopen(survey.id, Actor.of(me()))
        flash(_("Open again. Personal links that have not run out work as before."), "success")
    return see_other("surveys.show", slug=slug)


@requires(rights.EDIT_SURVEYS)
def copy(slug: str) -> Redirect:
    """Make a draft with the same questions."""
    survey = queries.by_slug(slug)
    return _built(actions.copy(survey.id, Actor.of(me())))


@requires(rights.EDIT_SURVEYS)
def delete(slug: str) -> Redirect:
    """Delete a draft."""
    survey: Survey = queries.by_slug(slug)
    with attempt():
        actions.delete_draft(survey.id, Actor.of(me()))
        flash(_("The draft “%(slug)s” is deleted.", slug=slug), "success")
        return see_other("surveys.index")
    return see_other("surveys.show", slug=slug)
