"""A questionnaire as a JSON document: written whole, read strictly, the wrong place named. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

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

T = TypeVar("T")
IGNORED = ("audience_kind", "format")  # the former stood in files that shipped once


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
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(N_("The file is not a JSON document in UTF-8.")) from error
    return _questionnaire(_Place(document, N_("the document")))


def _questionnaire(place: _Place) -> Questionnaire:
    title = place.words("title", limits.TITLE)
    languages = place.languages(tuple(code for code in LANGUAGES if code in title) or LANGUAGES[:1])
    sections = tuple(place.each("sections", limits.SECTIONS, _section))
    slug = place.text("slug") or next(iter(title.values()), "")
    invitation = place.inner("invitation")
    form = FormSpec(
        slug=make_slug(slug),
        languages=languages,
        title=title,
        intro=place.words("intro", limits.PASSAGE),
        thanks=place.words("thanks", limits.PASSAGE),
        sections=_with_codes(sections, place),
    )
    place.done()
    letter = (invitation.words("subject", limits.SUBJECT), invitation.words("body", limits.BODY))
    invitation.done()
    return Questionnaire(form, *letter)


def _section(place: _Place) -> SectionSpec:
    section = SectionSpec(
        place.words("title", limits.TITLE), tuple(place.each("questions", limits.QUESTIONS, _question))
    )
    place.done()
    return section


def _question(place: _Place) -> QuestionSpec:
    kind = place.text("kind")
    if kind not in KINDS:
        place.wrong("kind", N_("%(where)s: must be one of %(known)s."), known=", ".join(KINDS))
    question = QuestionSpec(
        code=place.code("code"),
        kind=kind,
        text=place.words("text", limits.QUESTION),
        help=place.words("help", limits.HELP),
        required=place.flag("required"),
        options=_options(place, kind),
        low_label=place.words("low_label", limits.LABEL),
        high_label=place.words("high_label", limits.LABEL),
    )
    place.done()
    return question


def _options(place: _Place, kind: str) -> tuple[OptionSpec, ...]:
    found = list(place.each("options", limits.OPTIONS, _option))
    if found and not KINDS[kind].needs_options:
        place.wrong("options", N_("%(where)s: only choices have options."))
    codes = [option.code for option in found if option.code]
    if len(set(codes)) < len(codes):
        place.wrong("options", N_("%(where)s: two options have the same code."))
    options: list[OptionSpec] = []
    for option in found:
        code = option.code or make_code(next(iter(option.label.values()), ""), codes, "option")
        codes.append(code)
        options.append(OptionSpec(code, option.label))
    return tuple(options)


def _option(place: _Place) -> OptionSpec:
    option = OptionSpec(place.code("code"), place.words("label", limits.LABEL))
    place.done()
    return option


def _with_codes(sections: tuple[SectionSpec, ...], place: _Place) -> tuple[SectionSpec, ...]:
    """Give every question a code of its own; refuse codes that are given twice."""
    codes = [question.code for section in sections for question in section.questions if question.code]
    if len(set(codes)) < len(codes):
        place.wrong("sections", N_("%(where)s: two questions have the same code."))
    if sum(len(section.questions) for section in sections) > limits.QUESTIONS:
        place.wrong("sections", N_("%(where)s: has more than %(most)d questions."), most=limits.QUESTIONS)
    return tuple(
        SectionSpec(section.title, tuple(_coded(question, codes) for question in section.questions))
        for section in sections
    )


def _coded(question: QuestionSpec, codes: list[str]) -> QuestionSpec:
    if question.code:
        return question
    codes.append(make_code(next(iter(question.text.values()), ""), codes, "question"))
    return replace(question, code=codes[-1])


class _Place:
    """One object of the document, taken apart field by field; every refusal names where it is."""

    def __init__(self, raw: object, where: str) -> None:
        self.where = where
        if not isinstance(raw, dict):
            raise Refused(N_("%(where)s: must be an object in braces."), where=where)
        self._left: dict[str, Any] = {key: value for key, value in raw.items() if key not in IGNORED}

    def wrong(self, key: str, message: str, **values: object) -> NoReturn:
        raise Refused(message, where=self._at(key), **values)

    def _at(self, key: str) -> str:
        return key if self.where == "the document" else f"{self.where}.{key}"

    def _take(self, key: str, kind: type[T], default: T) -> T:
        value = self._left.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, kind):
            self.wrong(key, N_("%(where)s: must be of another type (%(type)s)."), type=kind.__name__)
        return value

    def text(self, key: str) -> str:
        return self._take(key, str, "").strip()

    def flag(self, key: str) -> bool:
        return self._take(key, bool, False)

    def code(self, key: str) -> str:
        code = self.text(key)
        if code and not is_code(code):
            self.wrong(key, N_("%(where)s: must be small letters, digits and single underscores."))
        return code

    def words(self, key: str, most: int) -> Words:
        raw = self._take(key, dict, {})
        for language, text in raw.items():
            if language not in LANGUAGES:
                self.wrong(key, N_("%(where)s: “%(language)s” is not a language of this service."), language=language)
            if not isinstance(text, str) or len(text) > most:
                self.wrong(
                    f"{key}.{language}", N_("%(where)s: must be a text of at most %(most)d characters."), most=most
                )
        return tidy_words(raw, LANGUAGES)

    def languages(self, default: tuple[str, ...]) -> tuple[str, ...]:
        codes = self._take("languages", list, list(default))
        if not codes or any(code not in LANGUAGES for code in codes) or len(set(codes)) < len(codes):
            self.wrong("languages", N_("%(where)s: must be a list of some of %(known)s."), known=", ".join(LANGUAGES))
        return tuple(codes)

    def inner(self, key: str) -> _Place:
        return _Place(self._take(key, dict, {}), self._at(key))

    def each(self, key: str, most: int, make: Callable[[_Place], T]) -> Iterator[T]:
        raw = self._take(key, list, [])
        if len(raw) > most:
            self.wrong(key, N_("%(where)s: has more than %(most)d entries."), most=most)
        return (make(_Place(one, f"{self._at(key)}[{number}]")) for number, one in enumerate(raw))

    def done(self) -> None:
        if self._left:
            self.wrong(next(iter(self._left)), N_("%(where)s: is not known here."))
