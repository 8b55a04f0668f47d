"""A codebook as a JSON document, to be taken along: what it may hold, and reading it strictly. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, PlainValidator

from feedback_app.common.strict_json import Text, read, wrong
from feedback_app.errors import N_

FORMAT = "feedback-app codebook 1"
THEMES, EXAMPLES, PHRASES = 1_000, 500, 20  # of a codebook; of a theme, how many are taken of those that are there


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A sentence that belongs under a theme."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """One theme of a codebook."""

    name: Text
    description: str = ""
    phrases: tuple[str, ...] = ()
    examples: tuple[ExampleRow, ...] = ()


def _is_ours(value: object) -> object:
    if value != FORMAT:
        raise wrong(N_("This is not an exported codebook: a JSON file with “format” and “themes” is needed."))
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    format: Annotated[object, PlainValidator(_is_ours), Field(validate_default=True)] = None
    themes: Annotated[tuple[ThemeRow, ...], Field(max_length=THEMES)]
    name: str = ""


def read_codebook(raw: bytes) -> tuple[ThemeRow, ...]:
    """Return the themes of an exported codebook (see ``export.codebook_as_dict``).

    Raises Refused, naming the first thing that is not as expected.
    """
    return read(_File, raw).themes
