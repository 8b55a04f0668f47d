"""Themes to start from, with example sentences in English and Polish, for those who have no codebook yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from feedback_app.common.strict_json import Text, Texts, Words, every_language, folder, read_packaged, stems
from feedback_app.errors import N_, NotFound

_CODEBOOKS = folder("feedback_app.themes", "codebooks")


@dataclass(frozen=True, slots=True)
class StartingTheme:
    """One theme; `examples` maps a language to sentences that people would put under it."""

    code: Text
    name: Words
    description: Words
    examples: Annotated[Mapping[str, tuple[str, ...]], every_language(Texts)]


@dataclass(frozen=True, slots=True)
class StartingCodebook:
    """A set of themes that belong together."""

    slug: Text
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
    return read_packaged(StartingCodebook, _CODEBOOKS, name)
