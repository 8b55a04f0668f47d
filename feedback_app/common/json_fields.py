"""Reading the JSON files that ship inside the package, strictly: a wrong file is refused, its place named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

LANGUAGES = ("en", "pl")

T = TypeVar("T")

Words = Mapping[str, str]
"""One text in every shipped language: language code to wording."""


class BadPackageData(ValueError):
    """A shipped file does not have the shape its reader promises; the message says where."""


def stems(folder: Traversable) -> list[str]:
    """The names of the JSON files in `folder`, without their endings, in alphabetical order."""
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json"))


def read_json(folder: Traversable, name: str) -> Fields:
    """The object in `folder`/`name`.json, ready to be taken apart field by field."""
    return Fields(json.loads(folder.joinpath(f"{name}.json").read_text("utf-8")), f"{name}.json")


def folder(package: str, *parts: str) -> Traversable:
    """A folder of data inside an installed package."""
    return files(package).joinpath(*parts)


class Fields:
    """One JSON object that is taken apart by named, typed fields.

    Every getter raises `BadPackageData`, naming the place in the file, where a field is absent or of another
    type. `done()` refuses fields nobody asked for, so that a misspelt key cannot be lost in silence.
    """

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise BadPackageData(f"{where}: an object was expected, not {raw!r}")
        self.where = where
        self._left = dict(raw)

    def text(self, key: str) -> str:
        """A string that is not blank."""
        value = self._take(key, str)
        if not value.strip():
            raise BadPackageData(f"{self.where}.{key}: must not be blank")
        return value

    def whole(self, key: str) -> int:
        """A whole number; true and false are not numbers."""
        value = self._take(key, int)
        if isinstance(value, bool):
            raise BadPackageData(f"{self.where}.{key}: int was expected, not {value!r}")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """A whole number, or null written out."""
        if self._left.get(key, 0) is None:
            return self._take(key, type(None))
        return self.whole(key)

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._take(key, bool)

    def has(self, key: str) -> bool:
        """Whether the field is there and not yet taken."""
        return key in self._left

    def words(self, key: str) -> Words:
        """A text in exactly the shipped languages, none of them blank."""
        inner = self.inner(key)
        words = {language: inner.text(language) for language in LANGUAGES}
        inner.done()
        return words

    def inner(self, key: str) -> Fields:
        """An inner object."""
        return Fields(self._take(key, dict), f"{self.where}.{key}")

    def inners(self, key: str) -> list[Fields]:
        """A list of inner objects; absent means none."""
        rows = self._take(key, list) if self.has(key) else []
        return [Fields(row, f"{self.where}.{key}[{place}]") for place, row in enumerate(rows)]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        values = self._take(key, list)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise BadPackageData(f"{self.where}.{key}: every entry must be a text that is not blank")
        return tuple(values)

    def rest(self) -> dict[str, object]:
        """Everything not yet taken, for objects whose keys are data themselves."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        """Refuse fields that nobody took."""
        if self._left:
            raise BadPackageData(f"{self.where}: unknown field {', '.join(sorted(self._left))}")

    def _take(self, key: str, kind: type[T]) -> T:
        if key not in self._left:
            raise BadPackageData(f"{self.where}.{key}: is missing")
        value = self._left.pop(key)
        if not isinstance(value, kind):
            raise BadPackageData(f"{self.where}.{key}: {kind.__name__} was expected, not {value!r}")
        return value
