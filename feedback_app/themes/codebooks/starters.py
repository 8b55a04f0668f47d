"""Themes to start from, with example sentences in English and Polish, for those who have no codebook yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from feedback_app.common.json_fields import (
    LANGUAGES,
    Fields,
    Words,
    folder,
    read_json,
    stems,
)
from feedback_app.errors import N_, NotFound

_CODEBOOKS = folder("feedback_app.themes", "codebooks")


@dataclass(frozen=True, slots=True)
class StartingTheme:
    """One theme; `examples` maps a language to sentences that people would put under it."""

    code: str
    name: Words
    description: Words
    examples: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StartingCodebook:
    """A set of themes that belong together."""

    slug: str
    title: Words
    description: Words
    themes: tuple[StartingTheme, ...]


def names() -> list[str]:
    """The names that `load` accepts, in alphabetical order."""
    return stems(_CODEBOOKS)


@cache
def load(name: str) -> StartingCodebook:
    """The codebook called `name`; `NotFound` lists the names where there is none."""
    if name not in names():
        message = N_("No starting codebook is called “%(name)s”. There are: %(names)s.")
        raise NotFound(message, name=name, names=", ".join(names()))
    fields = read_json(_CODEBOOKS, name)
    codebook = StartingCodebook(
        slug=fields.text("slug"),
        title=fields.words("title"),
        description=fields.words("description"),
        themes=tuple(_theme(row) for row in fields.inners("themes")),
    )
    fields.done()
    return codebook


def _theme(fields: Fields) -> StartingTheme:
    examples = fields.inner("examples")
    theme = StartingTheme(
        code=fields.text("code"),
        name=fields.words("name"),
        description=fields.words("description"),
        examples={language: examples.texts(language) for language in LANGUAGES},
    )
    examples.done()
    fields.done()
    return theme
