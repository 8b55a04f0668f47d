"""A questionnaire as a JSON document: written whole, read strictly, the wrong place named. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from feedback_app.common import strict_json
from feedback_app.common.strict_json import BadDocument, several, wrong
from feedback_app.errors import N_, Refused
from feedback_app.settings import LANGUAGES
from feedback_app.surveys import limits
from feedback_app.surveys.form_spec import (
    FormSpec,
    OptionSpec,
    QuestionSpec,
    SectionSpec,
)
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.translations import (
    Words,
    is_code,
    make_code,
    make_slug,
    tidy_words,
)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A survey without its life: the form and the letter that goes with it."""

    form: FormSpec
    subject: Words = field(default_factory=dict)
    body: Words = field(default_factory=dict)


def write(questionnaire: Questionnaire) -> str:
    """Return the JSON document; ``read`` gives the same questionnaire back."""
    form = questionnaire.form
    document = {
        "format": 1,
        "slug": form.slug,
        "languages": list(form.languages),
        "title": dict(form.title),
        "intro": dict(form.intro),
        "thanks": dict(form.thanks),
        "sections": [
            {"title": dict(one.title), "questions": [_written(question) for question in one.questions]}
            for one in form.sections
        ],
        "invitation": {"subject": dict(questionnaire.subject), "body": dict(questionnaire.body)},
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _written(question: QuestionSpec) -> dict[str, Any]:
    always = {"code": question.code, "kind": question.kind, "text": dict(question.text), "required": question.required}
    sometimes = {
        "help": dict(question.help),
        "low_label": dict(question.low_label),
        "high_label": dict(question.high_label),
        "options": [{"code": one.code, "label": dict(one.label)} for one in question.options],
    }
    return {**always, **{key: value for key, value in sometimes.items() if value}}


def read(raw: bytes) -> Questionnaire:
    """Return the questionnaire in a JSON file (UTF-8, with or without BOM).

    Texts may still be missing: the result becomes a draft. Codes that are absent are made from the words. Raises
    Refused, naming the place, for anything that is not of the form ``write`` gives.
    """
    if len(raw) > limits.FILE:
        raise Refused(N_("The file is too large for a questionnaire: at most %(most)d bytes."), most=limits.FILE)
    file = strict_json.read(_File, raw)
    title = _said(file.title)
    invitation = file.invitation or _Invitation()
    form = FormSpec(
        slug=make_slug((file.slug or "").strip() or next(iter(title.values()), "")),
        languages=file.languages or tuple(code for code in LANGUAGES if code in title) or LANGUAGES[:1],
        title=title,
        intro=_said(file.intro),
        thanks=_said(file.thanks),
        sections=_with_codes(tuple(map(_section, file.sections or ()))),
    )
    return Questionnaire(form, _said(invitation.subject), _said(invitation.body))


def _said(words: Words | None) -> Words:
    return tidy_words(words, LANGUAGES)


def _section(row: _Section) -> SectionSpec:
    return SectionSpec(_said(row.title), tuple(map(_question, row.questions or ())))


def _question(row: _Question) -> QuestionSpec:
    return QuestionSpec(
        code=row.code or "",
        kind=row.kind,
        text=_said(row.text),
        help=_said(row.help),
        required=bool(row.required),
        options=_options(row.options or ()),
        low_label=_said(row.low_label),
        high_label=_said(row.high_label),
    )


def _options(rows: Sequence[_Option]) -> tuple[OptionSpec, ...]:
    """Give every option a code of its own."""
    codes = [row.code for row in rows if row.code]
    options: list[OptionSpec] = []
    for row in rows:
        label = _said(row.label)
        code = row.code or make_code(next(iter(label.values()), ""), codes, "option")
        codes.append(code)
        options.append(OptionSpec(code, label))
    return tuple(options)


def _with_codes(sections: tuple[SectionSpec, ...]) -> tuple[SectionSpec, ...]:
    """Give every question a code of its own; refuse codes that are given twice."""
    codes = [question.code for section in sections for question in section.questions if question.code]
    if len(set(codes)) < len(codes):
        raise BadDocument(N_("%(where)s: two questions have the same code."), where="sections")
    if sum(len(section.questions) for section in sections) > limits.QUESTIONS:
        raise BadDocument(N_("%(where)s: has more than %(most)d questions."), where="sections", most=limits.QUESTIONS)
    return tuple(
        SectionSpec(section.title, tuple(_coded(question, codes) for question in section.questions))
        for section in sections
    )


def _coded(question: QuestionSpec, codes: list[str]) -> QuestionSpec:
    if question.code:
        return question
    codes.append(make_code(next(iter(question.text.values()), ""), codes, "question"))
    return replace(question, code=codes[-1])


def _is_code(code: str) -> str:
    code = code.strip()
    if code and not is_code(code):
        raise wrong(N_("%(where)s: must be small letters, digits and single underscores."))
    return code


def _is_kind(kind: str) -> str:
    kind = kind.strip()
    if kind not in KINDS:
        raise wrong(N_("%(where)s: must be one of %(known)s."), known=", ".join(KINDS))
    return kind


def _are_languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or any(code not in LANGUAGES for code in codes) or len(set(codes)) < len(codes):
        raise wrong(N_("%(where)s: must be a list of some of %(known)s."), known=", ".join(LANGUAGES))
    return codes


# The shape of the file. Everything but a question's kind may be left out, or be null.
_Code = Annotated[str, AfterValidator(_is_code)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    code: _Code | None = None
    label: Annotated[Words | None, several(limits.LABEL)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    kind: Annotated[str, AfterValidator(_is_kind)]
    code: _Code | None = None
    text: Annotated[Words | None, several(limits.QUESTION)] = None
    help: Annotated[Words | None, several(limits.HELP)] = None
    required: bool | None = None
    options: Annotated[tuple[_Option, ...], Field(max_length=limits.OPTIONS)] | None = None
    low_label: Annotated[Words | None, several(limits.LABEL)] = None
    high_label: Annotated[Words | None, several(limits.LABEL)] = None

    def __post_init__(self) -> None:
        if self.options and not KINDS[self.kind].needs_options:
            raise wrong(N_("%(where)s: only choices have options."), inside="options")
        codes = [option.code for option in self.options or () if option.code]
        if len(set(codes)) < len(codes):
            raise wrong(N_("%(where)s: two options have the same code."), inside="options")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: Annotated[Words | None, several(limits.TITLE)] = None
    questions: Annotated[tuple[_Question, ...], Field(max_length=limits.QUESTIONS)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Invitation:
    subject: Annotated[Words | None, several(limits.SUBJECT)] = None
    body: Annotated[Words | None, several(limits.BODY)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    slug: str | None = None
    languages: Annotated[tuple[str, ...], AfterValidator(_are_languages)] | None = None
    title: Annotated[Words | None, several(limits.TITLE)] = None
    intro: Annotated[Words | None, several(limits.PASSAGE)] = None
    thanks: Annotated[Words | None, several(limits.PASSAGE)] = None
    sections: Annotated[tuple[_Section, ...], Field(max_length=limits.SECTIONS)] | None = None
    invitation: _Invitation | None = None
    format: object = None
    audience_kind: object = None  # stood in files that shipped once
