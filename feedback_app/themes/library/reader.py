"""The shipped subjects and asides: what people write about, sector by sector, and what carries no subject.

Every sentence was written for this project. Pure: reads package data only, and each file once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from feedback_app.common.json_fields import (
    LANGUAGES,
    BadPackageData,
    Fields,
    Words,
    folder,
    read_json,
)

GENERAL = "any-company"
SECTORS = (
    GENERAL,
    "shop-delivery",
    "telecom-energy",
    "finance",
    "health",
    "software",
    "public-service",
    "lost-sales",
)
"""The slugs of all sectors in the order in which they are offered; the first one is on for every company."""

TONES = ("complaint", "wish", "praise", "question", "neutral")

_LIBRARY = folder("feedback_app.themes", "library")


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence, or a piece of one, as a respondent would write it, with its tone (one of `TONES`)."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Label:
    """A short name, aspect and opinion, for a theme that is mostly this opinion about its subject."""

    name: Words
    tone: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What feedback can be about, whatever the mood. `code` is unique in the library and never changes.

    `about` says in one line what belongs to the subject and what does not; `examples` maps a language to sentences.
    """

    code: str
    sector: str
    name: Words
    about: Words
    labels: tuple[Label, ...]
    examples: Mapping[str, tuple[Example, ...]]


@dataclass(frozen=True, slots=True)
class Sector:
    """Subjects that belong together and are switched on together."""

    slug: str
    title: Words
    description: Words
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Asides:
    """Training sentences of one language for what is no mention.

    `asides`: greetings, thanks, small talk, who one is, remarks on the survey, scene-setting.
    `no_content`: whole answers that say nothing in particular.
    `mentions`: short pieces that do carry a subject and must not be taken for one of the above.
    """

    asides: tuple[str, ...]
    no_content: tuple[str, ...]
    mentions: tuple[str, ...]


def sectors() -> tuple[Sector, ...]:
    """All sectors, the one of every company first."""
    return tuple(map(sector, SECTORS))


def subjects(slugs: Iterable[str]) -> tuple[Subject, ...]:
    """The subjects of every company and of the sectors named, in the order of `SECTORS`; `KeyError` where none is."""
    chosen = {GENERAL, *slugs}
    if unknown := chosen.difference(SECTORS):
        raise KeyError(f"no such sector: {', '.join(sorted(unknown))}")
    return tuple(subject for slug in SECTORS if slug in chosen for subject in sector(slug).subjects)


@cache
def sector(slug: str) -> Sector:
    """The sector called `slug`, one of `SECTORS`; `KeyError` for any other."""
    if slug not in SECTORS:
        raise KeyError(f"no such sector: {slug}")
    fields = read_json(_LIBRARY, slug)
    read = Sector(
        slug=fields.text("slug"),
        title=fields.words("title"),
        description=fields.words("description"),
        subjects=tuple(_subject(row, slug) for row in fields.inners("subjects")),
    )
    fields.done()
    return read


@cache
def asides(language: str) -> Asides:
    """The training sentences without a subject in `language`, one of the shipped ones; `KeyError` for any other."""
    return _every_aside()[language]


def tone_sentences(language: str) -> tuple[Example, ...]:
    """Sentences of `language` that teach tone whatever the subject: irony, thanks by negation, wishes as orders.

    They come on top of the examples of all subjects, which carry their tone too. `KeyError` for a language not shipped.
    """
    return _every_tone_sentence()[language]


@cache
def _every_tone_sentence() -> Mapping[str, tuple[Example, ...]]:
    fields = read_json(_LIBRARY, "tones")
    read = {language: _examples(fields.inner(language)) for language in LANGUAGES}
    fields.done()
    return read


@cache
def _every_aside() -> Mapping[str, Asides]:
    fields = read_json(_LIBRARY, "asides")
    read = {language: _asides(fields.inner(language)) for language in LANGUAGES}
    fields.done()
    return read


def _asides(fields: Fields) -> Asides:
    read = Asides(fields.texts("asides"), fields.texts("no_content"), fields.texts("mentions"))
    fields.done()
    return read


def _subject(fields: Fields, slug: str) -> Subject:
    examples = fields.inner("examples")
    subject = Subject(
        code=fields.text("code"),
        sector=slug,
        name=fields.words("name"),
        about=fields.words("about"),
        labels=tuple(map(_label, fields.inners("labels"))),
        examples={language: _examples(examples.inner(language)) for language in LANGUAGES},
    )
    examples.done()
    fields.done()
    return subject


def _examples(fields: Fields) -> tuple[Example, ...]:
    """Sentences are kept under their tone, and come out in the order of `TONES`."""
    read = tuple(Example(text, tone) for tone in TONES if fields.has(tone) for text in fields.texts(tone))
    fields.done()
    return read


def _label(fields: Fields) -> Label:
    tone = fields.text("tone")
    if tone not in TONES:
        raise BadPackageData(f"{fields.where}.tone: must be one of {', '.join(TONES)}, not {tone!r}")
    name = {language: fields.text(language) for language in LANGUAGES}
    fields.done()
    return Label(name, tone)
