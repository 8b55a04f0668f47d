"""What keeps a survey from being published. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.registry import kind_of
from feedback_app.surveys.translations import Words, half_said, missing


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to put right: an untranslated message, what fills it, and where it is.

    ``languages`` are the codes of the missing languages; the message has ``%(languages)s`` when there are any.
    ``question`` is the code of the question meant, ``section`` the id of the section, else empty and 0.
    """

    message: str
    values: dict[str, object] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    question: str = ""
    section: int = 0

    def filled(self, names: dict[str, str] | None = None) -> dict[str, object]:
        """Return the values of the message, languages by their ``names`` (default: their codes)."""
        return {**self.values, "languages": ", ".join((names or {}).get(code, code) for code in self.languages)}

    def __str__(self) -> str:
        return self.message % self.filled()


def gaps(form: FormSpec) -> list[Gap]:
    """Return everything that keeps ``form`` from being published, in the order of the builder's page."""
    return [*_cover(form), *_sections(form)]


def _cover(form: FormSpec) -> Iterator[Gap]:
    if absent := missing(form.title, form.languages):
        yield Gap(N_("The title is missing in: %(languages)s."), languages=absent)
    if absent := half_said(form.intro, form.languages):
        yield Gap(N_("The introduction is missing in: %(languages)s."), languages=absent)
    if absent := half_said(form.thanks, form.languages):
        yield Gap(N_("The words of thanks are missing in: %(languages)s."), languages=absent)
    if not form.questions:
        yield Gap(N_("There is no question yet. Add at least one."))


def _sections(form: FormSpec) -> Iterator[Gap]:
    for number, section in enumerate(form.sections, 1):
        if form.questions and not section.questions:
            message = N_("Section %(number)d has no questions. Add one, or delete the section.")
            yield Gap(message, {"number": number}, section=section.id)
        if absent := half_said(section.title, form.languages):
            message = N_("The title of section %(number)d is missing in: %(languages)s.")
            yield Gap(message, {"number": number}, absent, section=section.id)
        for question in section.questions:
            yield from question_gaps(question, form.languages)


def question_gaps(question: QuestionSpec, languages: Sequence[str]) -> list[Gap]:
    """Return what is still missing in one question."""
    return [*_texts(question, languages), *_options(question, languages)]


def _texts(question: QuestionSpec, languages: Sequence[str]) -> Iterator[Gap]:
    named: dict[str, object] = {"code": question.code}
    if absent := missing(question.text, languages):
        message = N_("Question “%(code)s”: the question itself is missing in: %(languages)s.")
        yield Gap(message, named, absent, question.code)
    if absent := half_said(question.help, languages):
        message = N_("Question “%(code)s”: the help text is missing in: %(languages)s.")
        yield Gap(message, named, absent, question.code)
    if kind_of(question).has_ends:
        yield from _ends(question, languages)


def _ends(question: QuestionSpec, languages: Sequence[str]) -> Iterator[Gap]:
    absent = {*half_said(question.low_label, languages), *half_said(question.high_label, languages)}
    if not missing(question.low_label, languages) or not missing(question.high_label, languages):
        for words in (question.low_label, question.high_label):
            absent.update(missing(words, languages))
    if absent:
        message = N_("Question “%(code)s”: a word at an end of the scale is missing in: %(languages)s.")
        gone = tuple(code for code in languages if code in absent)
        yield Gap(message, {"code": question.code}, gone, question.code)


def _options(question: QuestionSpec, languages: Sequence[str]) -> Iterator[Gap]:
    if not kind_of(question).needs_options:
        return
    named: dict[str, object] = {"code": question.code}
    if len(question.options) < 2:
        yield Gap(N_("Question “%(code)s” needs at least two options."), named, question=question.code)
    for option in question.options:
        if absent := missing(option.label, languages):
            message = N_("Question “%(code)s”: the option “%(option)s” is missing in: %(languages)s.")
            yield Gap(message, {**named, "option": option.code}, absent, question.code)
    for language in languages:
        if twice := _said_twice([option.label for option in question.options], language):
            message = N_("Question “%(code)s”: two options read “%(label)s”.")
            yield Gap(message, {**named, "label": twice}, question=question.code)


def _said_twice(labels: Sequence[Words], language: str) -> str:
    seen: set[str] = set()
    for words in labels:
        label = words.get(language, "").strip()
        if label and label.casefold() in seen:
            return label
        seen.add(label.casefold())
    return ""
