"""The forms of this room. Texts come in one field per language, so the forms are made for a survey's languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.surveys import limits
from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.translations import Words, is_code, is_slug
from feedback_app.surveys.waves import invitation_text
from feedback_app.web.forms import Form, at_most
from feedback_app.web.locale import LANGUAGE_NAMES

SPARE_OPTIONS = 3  # empty rows below the options there are
Fields = dict[str, Any]


def _each(name: str, label: Any, languages: Sequence[str], most: int, *, area: bool = False) -> Fields:
    """Return one text field per language, named ``name_en`` and so on."""
    kind = TextAreaField if area else StringField
    return {
        f"{name}_{code}": kind(
            _l("%(what)s (%(language)s)", what=label, language=LANGUAGE_NAMES.get(code, code)),
            validators=[at_most(most)],
        )
        for code in languages
    }


def _made(name: str, fields: Fields) -> type[Form]:
    return cast("type[Form]", type(name, (Form,), fields))


def words_in(form: Form, name: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the texts of one field in every language."""
    return {code: form[f"{name}_{code}"].data or "" for code in languages}


def spread(texts: Mapping[str, Words], languages: Sequence[str]) -> dict[str, str]:
    """Return texts by name as the data of a form: the way back from ``words_in``."""
    return {f"{name}_{code}": words.get(code, "") for name, words in texts.items() for code in languages}


def _slug_like(_form: Form, field: Any) -> None:
    if field.data and not is_slug(field.data):
        raise ValidationError(_l("Use small letters, digits and single hyphens, at most 60."))


def _code_like(_form: Form, field: Any) -> None:
    if field.data and not is_code(field.data):
        raise ValidationError(_l("Use small letters, digits and single underscores, at most 40."))


def new_form(languages: Sequence[str]) -> type[Form]:
    """Return the form that begins a blank survey: a title in each language it will speak."""
    return _made("NewForm", _each("title", _l("Title"), languages, limits.TITLE))


def cover_form(languages: Sequence[str], *, draft: bool) -> type[Form]:
    """Return the form for title, introduction and thanks; for a draft also short name and languages."""
    fields: Fields = {}
    if draft:
        fields["slug"] = StringField(_l("Short name"), validators=[_slug_like])
        fields["languages"] = SelectMultipleField(
            _l("Languages"),
            choices=[SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    fields |= _each("title", _l("Title"), languages, limits.TITLE)
    fields |= _each("intro", _l("Introduction"), languages, limits.PASSAGE, area=True)
    fields |= _each("thanks", _l("Words of thanks"), languages, limits.PASSAGE, area=True)
    return _made("CoverForm", fields)


def section_form(languages: Sequence[str]) -> type[Form]:
    """Return the form for a section's title."""
    return _made("SectionForm", _each("title", _l("Title"), languages, limits.TITLE))


def question_form(languages: Sequence[str], kind: str, *, draft: bool) -> type[Form]:
    """Return the form for a question of ``kind``; code, kind and required only while it is a draft."""
    fields: Fields = {}
    if draft:
        fields["kind"] = SelectField(
            _l("Kind of answer"), choices=lambda: [SelectChoice(one.code, gettext(one.title)) for one in KINDS.values()]
        )
    fields |= _each("text", _l("Question"), languages, limits.QUESTION, area=True)
    fields |= _each("help", _l("Help text"), languages, limits.HELP, area=True)
    if KINDS[kind].has_ends:
        fields |= _each("low_label", _l("Word at the low end"), languages, limits.LABEL)
        fields |= _each("high_label", _l("Word at the high end"), languages, limits.LABEL)
    if KINDS[kind].needs_options:
        fields["options"] = FieldList(FormField(_option_form(languages, draft=draft)), max_entries=limits.OPTIONS + 5)
    if draft:
        fields["required"] = BooleanField(_l("An answer is required"))
        fields["code"] = StringField(_l("Code"), validators=[_code_like])
    return _made("QuestionForm", fields)


def _option_form(languages: Sequence[str], *, draft: bool) -> type[Form]:
    fields: Fields = {"Meta": type("Meta", (Form.Meta,), {"csrf": False})}
    fields |= _each("label", _l("Option"), languages, limits.LABEL)
    if draft:
        fields["code"] = StringField(_l("Code"), validators=[_code_like])
    return _made("OptionForm", fields)


def question_data(question: QuestionSpec, languages: Sequence[str], *, spare: int = 0) -> dict[str, Any]:
    """Return ``question`` as the data of its form, with ``spare`` empty rows for more options."""
    texts = {name: getattr(question, name) for name in ("text", "help", "low_label", "high_label")}
    rows = [{"code": one.code, **spread({"label": one.label}, languages)} for one in question.options]
    plain = {"kind": question.kind, "code": question.code, "required": question.required}
    return {**plain, **spread(texts, languages), "options": rows + [{} for _ in range(spare)]}


def question_of(form: Form, was: QuestionSpec, languages: Sequence[str]) -> QuestionSpec:
    """Return what the form says, keeping of ``was`` what it does not ask for. Empty rows of options are left out."""
    asked = {name: words_in(form, name, languages) for name in TEXTS if f"{name}_{languages[0]}" in form}
    texts = {name: {**getattr(was, name), **asked.get(name, {})} for name in TEXTS}
    return QuestionSpec(
        code=form["code"].data if "code" in form else was.code,
        kind=form["kind"].data if "kind" in form else was.kind,
        required=form["required"].data if "required" in form else was.required,
        options=_options_of(form, was, languages) if "options" in form else was.options,
        text=texts["text"],
        help=texts["help"],
        low_label=texts["low_label"],
        high_label=texts["high_label"],
    )


TEXTS = ("text", "help", "low_label", "high_label")


def _options_of(form: Form, was: QuestionSpec, languages: Sequence[str]) -> tuple[OptionSpec, ...]:
    rows = [cast("Form", entry.form) for entry in cast("Any", form["options"]).entries]
    if rows and "code" not in rows[0]:  # published: the rows stay, only their words change
        labels = [words_in(row, "label", languages) for row in rows]
        return tuple(
            OptionSpec(one.code, {**one.label, **words}) for one, words in zip(was.options, labels, strict=False)
        )
    known = {one.code: one.label for one in was.options}
    found = [(row["code"].data or "", words_in(row, "label", languages)) for row in rows]
    return tuple(
        OptionSpec(code, {**known.get(code, {}), **words}) for code, words in found if code or any(words.values())
    )


def letter_form(languages: Sequence[str]) -> type[Form]:
    """Return the form for the invitation's words; problems with placeholders are told beside the text."""
    fields = _each("subject", _l("Subject"), languages, limits.SUBJECT)
    fields |= _each("body", _l("Text"), languages, limits.BODY, area=True)

    def validate(form: Form, *args: Any, **more: Any) -> bool:
        fine = Form.validate(form, *args, **more)
        subject, body = words_in(form, "subject", languages), words_in(form, "body", languages)
        for code, problem in invitation_text.letter_problems(subject, body, languages):
            field = form[f"body_{code}"]
            field.errors = [*field.errors, gettext(problem.message, **dict(problem.values))]
            fine = False
        return bool(fine)

    return _made("LetterForm", {**fields, "validate": validate})


class ImportForm(Form):
    """A questionnaire from a file."""

    file = FileField(_l("Questionnaire file (JSON)"))
