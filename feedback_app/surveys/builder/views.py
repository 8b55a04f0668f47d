"""Pages of the builder: the parts of a survey, one form each, all usable without scripts."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.errors import N_, NotFound
from feedback_app.events.actor import Actor
from feedback_app.surveys import actions, queries
from feedback_app.surveys.builder import actions as builder_actions
from feedback_app.surveys.builder.actions import DOWN, UP
from feedback_app.surveys.builder.completeness import gaps
from feedback_app.surveys.builder.option_rows import rearranged
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec, SectionSpec
from feedback_app.surveys.forms import (
    SPARE_OPTIONS,
    cover_form,
    question_data,
    question_form,
    question_of,
    section_form,
    spread,
    words_in,
)
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.models import Survey
from feedback_app.web.forms import Form
from feedback_app.web.pages import attempt, see_other

STEPS = {"up": UP, "down": DOWN}
Page = str | Response | tuple[str, int]


def _both(slug: str) -> tuple[Survey, FormSpec]:
    survey = queries.by_slug(slug)
    return survey, queries.form_spec(survey.id, survey.changed_at)


def _back(slug: str, anchor: str = "") -> Response:
    return redirect(url_for("surveys.build", slug=slug, _anchor=anchor or None), 303)


def _try(slug: str, anchor: str, verb: Callable[[], object]) -> Response:
    with attempt():
        verb()
    return _back(slug, anchor)


def _section_of(form: FormSpec, section_id: int) -> SectionSpec:
    found = next((one for one in form.sections if one.id == section_id), None)
    return found or abort(404)


@requires(rights.EDIT_SURVEYS)
def build(slug: str) -> str:
    """Show all parts of a survey, what is still missing, and the buttons that change it."""
    survey, form = _both(slug)
    missing = gaps(form)
    troubled = {gap.question for gap in missing if gap.question}
    return render_template(
        "surveys/build.html",
        survey=survey,
        form_spec=form,
        gaps=missing,
        troubled=troubled,
        kinds=KINDS,
        add_section_form=section_form(survey.languages)(formdata=None),
    )


@requires(rights.EDIT_SURVEYS)
def cover(slug: str) -> Page:
    """Edit title, introduction and thanks."""
    survey = queries.by_slug(slug)
    draft = survey.state == "draft"
    texts = {"title": survey.title, "intro": survey.intro, "thanks": survey.thanks}
    data = {"slug": survey.slug, "languages": survey.languages, **spread(texts, survey.languages)}
    form = cover_form(survey.languages, draft=draft)(data=data)
    status = 200
    if form.is_submitted():
        if form.validate():
            with attempt():
                return _save_cover(survey, form, draft)
        status = 422
    return render_template("surveys/cover.html", survey=survey, form=form, draft=draft), status


def _save_cover(survey: Survey, form: Form, draft: bool) -> Response:
    spoken = list(survey.languages)
    said = {name: {**getattr(survey, name), **words_in(form, name, spoken)} for name in ("title", "intro", "thanks")}
    wanted = form["languages"].data if draft else spoken
    languages = (*(code for code in spoken if code in wanted), *(code for code in wanted if code not in spoken))
    survey_id, slug = survey.id, survey.slug
    actions.reword(survey_id, actions.Cover(languages, **said), Actor.of(me()))
    if draft and form["slug"].data and form["slug"].data != slug:
        actions.rename(survey_id, form["slug"].data, Actor.of(me()))
        slug = form["slug"].data
    if set(languages) - set(spoken):
        flash(_("Saved. Now write the texts in the language you added."), "success")
        return see_other("surveys.cover", slug=slug)
    flash(_("Saved."), "success")
    return _back(slug)


@requires(rights.EDIT_SURVEYS)
def add_section(slug: str) -> Response:
    """Add a section at the end."""
    survey = queries.by_slug(slug)
    title = words_in(section_form(survey.languages)(), "title", survey.languages)
    with attempt():
        made = builder_actions.add_section(survey.id, title, Actor.of(me()))
        return _back(slug, f"section-{made}")
    return _back(slug)


@requires(rights.EDIT_SURVEYS)
def section(slug: str, section_id: int) -> Page:
    """Edit a section's title."""
    survey, spec = _both(slug)
    section_spec = _section_of(spec, section_id)
    form = section_form(survey.languages)(data=spread({"title": section_spec.title}, survey.languages))
    if form.validate_on_submit():
        title = {**section_spec.title, **words_in(form, "title", survey.languages)}
        return _try(
            slug,
            f"section-{section_id}",
            lambda: builder_actions.reword_section(survey.id, section_id, title, Actor.of(me())),
        )
    status = 422 if form.is_submitted() else 200
    return render_template("surveys/section.html", survey=survey, form=form, section=section_spec), status


@requires(rights.EDIT_SURVEYS)
def move_section(slug: str, section_id: int) -> Response:
    """Move a section one place."""
    survey = queries.by_slug(slug)
    step = STEPS.get(request.form.get("step", ""), UP)
    return _try(
        slug,
        f"section-{section_id}",
        lambda: builder_actions.move_section(survey.id, section_id, step, Actor.of(me())),
    )


@requires(rights.EDIT_SURVEYS)
def delete_section(slug: str, section_id: int) -> Response:
    """Delete a section with its questions."""
    survey = queries.by_slug(slug)
    return _try(slug, "", lambda: builder_actions.delete_section(survey.id, section_id, Actor.of(me())))


@requires(rights.EDIT_SURVEYS)
def new_question(slug: str, section_id: int, kind: str) -> Page:
    """Write a new question of one kind."""
    survey, spec = _both(slug)
    _section_of(spec, section_id)
    if kind not in KINDS:
        abort(404)
    blank = QuestionSpec(code="", kind=kind, text={})
    return _question_page(
        survey,
        blank,
        section_id,
        lambda said: builder_actions.add_question(survey.id, section_id, said, Actor.of(me())),
    )


@requires(rights.EDIT_SURVEYS)
def question(slug: str, code: str) -> Page:
    """Edit one question."""
    survey, spec = _both(slug)
    was = spec.by_code.get(code)
    if was is None:
        raise NotFound(N_("There is no question “%(code)s” (any more)."), code=code)
    return _question_page(
        survey, was, 0, lambda said: builder_actions.save_question(survey.id, code, said, Actor.of(me()))
    )


def _question_page(survey: Survey, was: QuestionSpec, section_id: int, save: Callable[[QuestionSpec], str]) -> Page:
    draft = survey.state == "draft"
    languages = list(survey.languages)
    make = question_form(languages, was.kind, draft=draft)
    spare = SPARE_OPTIONS if draft else 0
    form = make(data=question_data(was, languages, spare=spare + (0 if was.options else 1)))
    status = 200
    if form.is_submitted():
        do = request.form.get("do", "save")
        if form.validate():
            said = question_of(form, was, languages)
            said = rearranged(said, do) if draft else said
            with attempt():
                code = save(said)
                return _saved(survey.slug, code, do, said.kind != was.kind)
        status = 422
    return render_template(
        "surveys/question.html",
        survey=survey,
        form=form,
        was=was,
        kind=KINDS[was.kind],
        draft=draft,
        section_id=section_id,
    ), status


def _saved(slug: str, code: str, do: str, other_kind: bool) -> Response:
    if do != "save" or other_kind:
        return redirect(url_for("surveys.question", slug=slug, code=code, _anchor="options"), 303)
    flash(_("Saved."), "success")
    return _back(slug, f"q-{code}")


@requires(rights.EDIT_SURVEYS)
def move_question(slug: str, code: str) -> Response:
    """Move a question one place."""
    survey = queries.by_slug(slug)
    step = STEPS.get(request.form.get("step", ""), UP)
    return _try(slug, f"q-{code}", lambda: builder_actions.move_question(survey.id, code, step, Actor.of(me())))


@requires(rights.EDIT_SURVEYS)
def delete_question(slug: str, code: str) -> Response:
    """Delete a question."""
    survey = queries.by_slug(slug)
    return _try(slug, "", lambda: builder_actions.delete_question(survey.id, code, Actor.of(me())))
