"""Documents are read strictly: one clear line for whatever is not as expected, and where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from feedback_app.common.strict_json import (
    BadDocument,
    Text,
    Texts,
    Words,
    every_language,
    read,
    several,
    wrong,
)

NAME = {"en": "Till", "pl": "Kasa"}


@dataclass(frozen=True, slots=True)
class Theme:
    code: Text
    name: Words
    size: int = 0
    big: bool = False
    tone: Literal["wish", "praise"] = "wish"
    examples: Annotated[Mapping[str, tuple[str, ...]] | None, every_language(Texts)] = None
    note: Annotated[Words | None, several(5)] = None

    def __post_init__(self) -> None:
        if self.big and self.size < 10:
            raise wrong("%(where)s: is %(size)s, too small for a big one.", inside="size", size=self.size)


@dataclass(frozen=True, slots=True)
class Book:
    themes: Annotated[tuple[Theme, ...], Field(max_length=3)]


def _book(**theme: Any) -> str:
    return json.dumps({"themes": [{"code": "a", "name": NAME}, {"code": "b", "name": NAME, **theme}]})


def test_a_good_document_becomes_frozen_data() -> None:
    raw = (
        b"\xef\xbb\xbf"
        + json.dumps(
            {"themes": [{"code": "a", "name": NAME, "examples": {"en": ["x"], "pl": []}, "note": {"pl": "a"}}]}
        ).encode()
    )
    (theme,) = read(Book, raw).themes
    assert (theme.code, theme.name, theme.size) == ("a", NAME, 0)
    assert (theme.examples, theme.note) == ({"en": ("x",), "pl": ()}, {"pl": "a"})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "The file is not a JSON document in UTF-8."),
        (b"\xff\xfe", "The file is not a JSON document in UTF-8."),
        (b"[" * 100_000, "The file is not a JSON document in UTF-8."),
        ('{"themes": "\\ud800"}', "The file is not a JSON document in UTF-8."),
        ("[1]", "the document: must be an object in braces."),
        ("{}", "themes: is missing."),
        ('{"themes": {}}', "themes: must be a list."),
        ('{"themes": [7]}', "themes[0]: must be an object in braces."),
        (json.dumps({"themes": [{"code": "a", "name": NAME}] * 4}), "themes: has more than 3 entries."),
        ('{"themes": [], "colour": "red"}', "colour: is not known here."),
        (_book(code=" \n"), "themes[1].code: must not be blank."),
        (_book(code=3), "themes[1].code: must be a text."),
        (_book(name={"en": "x", "pl": " "}), "themes[1].name.pl: must not be blank."),
        (_book(name={"en": "x"}), "themes[1].name.pl: is missing."),
        (_book(name={**NAME, "de": "Kasse"}), "themes[1].name.de: is not known here."),
        (_book(name="x"), "themes[1].name: must be an object in braces."),
        (_book(size=True), "themes[1].size: must be a whole number."),
        (_book(size="3"), "themes[1].size: must be a whole number."),
        (_book(size=1.5), "themes[1].size: must be a whole number."),
        (_book(big=1), "themes[1].big: must be true or false."),
        (_book(big=True, size=3), "themes[1].size: is 3, too small for a big one."),
        (_book(tone="angry"), "themes[1].tone: must be one of wish, praise."),
        (_book(examples={"en": ["x", ""], "pl": []}), "themes[1].examples.en[1]: must not be blank."),
        (_book(note={"pl": "123456"}), "themes[1].note.pl: must be a text of at most 5 characters."),
    ],
)
def test_the_first_thing_that_is_wrong_is_named(raw: bytes | str, said: str) -> None:
    with pytest.raises(BadDocument) as told:
        read(Book, raw)
    assert str(told.value) == said


def test_the_name_of_the_document_goes_first() -> None:
    with pytest.raises(BadDocument, match=r"^shop\.json themes\[1\]\.size: must be a whole number\.$"):
        read(Book, _book(size=None), "shop.json")
    with pytest.raises(BadDocument, match=r"^shop\.json: is no JSON in UTF-8\.$"):
        read(Book, "{", "shop.json")


def test_a_key_of_any_length_makes_one_short_line() -> None:
    with pytest.raises(BadDocument) as told:
        read(Book, json.dumps({"themes": [], "x%(y)s\n" * 10_000: 1}))
    assert len(str(told.value)) < 200
    assert len(str(told.value).splitlines()) == 1


KEYS = st.sampled_from(["themes", "code", "name", "en", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def _said(raw: str) -> str:
    try:
        assert isinstance(read(Book, raw), Book)
    except BadDocument as error:
        return str(error)
    return "fine."


@given(JSON)
def test_whatever_comes_is_read_or_refused_in_one_line(document: object) -> None:
    said = _said(json.dumps(document))
    assert said.endswith(".")
    assert len(said.splitlines()) == 1
