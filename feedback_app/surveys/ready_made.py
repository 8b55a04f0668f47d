"""Surveys that are ready to send: the wording that ships with the product, in English and Polish."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from feedback_app.common.json_fields import (
    BadPackageData,
    Fields,
    Words,
    folder,
    read_json,
    stems,
)
from feedback_app.errors import N_, NotFound
from feedback_app.surveys.kinds.registry import KINDS

_TEMPLATES = folder("feedback_app.surveys", "templates")


@dataclass(frozen=True, slots=True)
class ReadyOption:
    """One option of a choice; the code stays the same in every language."""

    code: str
    label: Words


@dataclass(frozen=True, slots=True)
class ReadyQuestion:
    """One question. Only choices have options; only scales may have the two end labels."""

    code: str
    kind: str
    text: Words
    help: Words | None
    required: bool
    options: tuple[ReadyOption, ...]
    low_label: Words | None
    high_label: Words | None


@dataclass(frozen=True, slots=True)
class ReadySection:
    """A titled group of questions."""

    title: Words
    questions: tuple[ReadyQuestion, ...]


@dataclass(frozen=True, slots=True)
class ReadyInvitation:
    """The letter that goes with the survey. Holes: {{name}}, {{survey}}, {{organisation}} and {{link}}."""

    subject: Words
    body: Words


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A whole survey with its invitation; `audience_kind` is the contact kind it is worded for."""

    slug: str
    audience_kind: str
    title: Words
    intro: Words
    thanks: Words
    sections: tuple[ReadySection, ...]
    invitation: ReadyInvitation

    @property
    def questions(self) -> tuple[ReadyQuestion, ...]:
        """All questions in the order in which they are asked."""
        return tuple(question for section in self.sections for question in section.questions)


def names() -> list[str]:
    """The names that `load` accepts, in alphabetical order."""
    return stems(_TEMPLATES)


@cache
def load(name: str) -> ReadyMade:
    """The ready-made survey called `name`; `NotFound` lists the names where there is none."""
    if name not in names():
        message = N_("No ready-made survey is called “%(name)s”. There are: %(names)s.")
        raise NotFound(message, name=name, names=", ".join(names()))
    fields = read_json(_TEMPLATES, name)
    survey = ReadyMade(
        slug=fields.text("slug"),
        audience_kind=fields.text("audience_kind"),
        title=fields.words("title"),
        intro=fields.words("intro"),
        thanks=fields.words("thanks"),
        sections=tuple(_section(section) for section in fields.inners("sections")),
        invitation=_invitation(fields.inner("invitation")),
    )
    fields.done()
    return survey


def _section(fields: Fields) -> ReadySection:
    section = ReadySection(
        title=fields.words("title"),
        questions=tuple(_question(question) for question in fields.inners("questions")),
    )
    fields.done()
    return section


def _question(fields: Fields) -> ReadyQuestion:
    question = ReadyQuestion(
        code=fields.text("code"),
        kind=fields.text("kind"),
        text=fields.words("text"),
        help=fields.words_if_any("help"),
        required=fields.flag("required"),
        options=tuple(_option(option) for option in fields.inners("options")),
        low_label=fields.words_if_any("low_label"),
        high_label=fields.words_if_any("high_label"),
    )
    fields.done()
    if question.kind not in KINDS:
        raise BadPackageData(f"{fields.where}.kind: {question.kind!r} is none of {', '.join(KINDS)}")
    if KINDS[question.kind].needs_options != bool(question.options):
        raise BadPackageData(f"{fields.where}.options: choices need options, and only choices have them")
    return question


def _option(fields: Fields) -> ReadyOption:
    option = ReadyOption(code=fields.text("code"), label=fields.words("label"))
    fields.done()
    return option


def _invitation(fields: Fields) -> ReadyInvitation:
    invitation = ReadyInvitation(subject=fields.words("subject"), body=fields.words("body"))
    fields.done()
    return invitation
