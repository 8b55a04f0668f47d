"""The shipped subjects and asides: what people write about, sector by sector, and what carries no subject.

Every sentence was written for this project. Pure: reads package data only, and each file once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, get_args

from feedback_app.common.strict_json import LANGUAGES, Text, Texts, Words, every_language, folder, read_packaged

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

Tone = Literal["complaint", "wish", "praise", "question", "neutral"]
TONES: tuple[Tone, ...] = get_args(Tone)

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

    asides: Texts
    no_content: Texts
    mentions: Texts


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
    file = read_packaged(_SectorFile, _LIBRARY, slug)
    return Sector(file.slug, file.title, file.description, tuple(_subject(row, slug) for row in file.subjects))


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
    file = read_packaged(_TonesFile, _LIBRARY, "tones")
    return {language: _examples(getattr(file, language)) for language in LANGUAGES}


@cache
def _every_aside() -> Mapping[str, Asides]:
    file = read_packaged(_AsidesFile, _LIBRARY, "asides")
    return {language: getattr(file, language) for language in LANGUAGES}


_ByTone = Mapping[Tone, Texts]  # in the files, sentences are kept under their tone


@dataclass(frozen=True, slots=True)
class _LabelRow:
    tone: Tone
    en: Text
    pl: Text


@dataclass(frozen=True, slots=True)
class _SubjectRow:
    code: Text
    name: Words
    about: Words
    examples: Annotated[Mapping[str, _ByTone], every_language(_ByTone)]
    labels: tuple[_LabelRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _SectorFile:
    slug: Text
    title: Words
    description: Words
    subjects: tuple[_SubjectRow, ...]


@dataclass(frozen=True, slots=True)
class _TonesFile:
    en: _ByTone
    pl: _ByTone


@dataclass(frozen=True, slots=True)
class _AsidesFile:
    en: Asides
    pl: Asides


def _subject(row: _SubjectRow, slug: str) -> Subject:
    labels = tuple(
        Label({language: getattr(label, language) for language in LANGUAGES}, label.tone) for label in row.labels
    )
    examples = {language: _examples(row.examples[language]) for language in LANGUAGES}
    return Subject(row.code, slug, row.name, row.about, labels, examples)


def _examples(by_tone: _ByTone) -> tuple[Example, ...]:
    """Sentences come out in the order of `TONES`."""
    return tuple(Example(text, tone) for tone in TONES for text in by_tone.get(tone, ()))
