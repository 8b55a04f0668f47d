"""JSON documents read strictly into frozen dataclasses: what is not as expected is refused, its place named.

One reader for what ships in the package and for what people upload. A dataclass says what a document may hold, in
pydantic's terms; a field that is not known is refused, so that a misspelt one cannot be lost in silence.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, TypeVar, cast

from pydantic import ConfigDict, GetPydanticSchema, StringConstraints, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema

from feedback_app.common.text import one_line
from feedback_app.errors import N_, Refused

LANGUAGES = ("en", "pl")
T = TypeVar("T")
_STRICT = ConfigDict(strict=True, extra="forbid")
_PLACE = 120  # characters of a place that are said: keys may be as long as an attacker likes

NO_JSON = N_("The file is not a JSON document in UTF-8.")
_TEXT, _LIST, _OBJECT = (
    N_("%(where)s: must be a text."),
    N_("%(where)s: must be a list."),
    N_("%(where)s: must be an object in braces."),
)
_MESSAGES = {
    "missing": N_("%(where)s: is missing."),
    "extra_forbidden": N_("%(where)s: is not known here."),
    "unexpected_keyword_argument": N_("%(where)s: is not known here."),
    "string_pattern_mismatch": N_("%(where)s: must not be blank."),
    "string_too_long": N_("%(where)s: must be a text of at most %(most)d characters."),
    "too_long": N_("%(where)s: has more than %(most)d entries."),
    "literal_error": N_("%(where)s: must be one of %(known)s."),
    "string_type": _TEXT,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "bool_type": N_("%(where)s: must be true or false."),
    "int_type": N_("%(where)s: must be a whole number."),
    "int_from_float": N_("%(where)s: must be a whole number."),
    "json_invalid": NO_JSON,
}


class BadDocument(Refused):
    """A JSON document does not have the shape its reader promises; the message says where, in one line."""


def several(most: int) -> GetPydanticSchema:
    """Return the schema of a text in some of the shipped languages, each of at most ``most`` characters, or null."""

    def schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
        fields = {
            code: core_schema.typed_dict_field(core_schema.str_schema(max_length=most, strict=True), required=False)
            for code in LANGUAGES
        }
        words = core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=True)
        return core_schema.nullable_schema(words)

    return GetPydanticSchema(schema)


def every_language(kind: Any) -> GetPydanticSchema:
    """Return the schema of an object with exactly the shipped languages, each holding a ``kind``."""

    def schema(_source: Any, handler: Any) -> core_schema.CoreSchema:
        fields = {code: core_schema.typed_dict_field(handler.generate_schema(kind)) for code in LANGUAGES}
        return core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=True)

    return GetPydanticSchema(schema)


Text = Annotated[str, StringConstraints(pattern=r"\S")]
"""A text that is not blank."""
Texts = tuple[Text, ...]
Words = Annotated[Mapping[str, str], every_language(Text)]
"""One text in every shipped language: language code to wording."""


def wrong(message: str, inside: str = "", **values: object) -> PydanticCustomError:
    """Return what a dataclass's ``__post_init__`` or a validator raises; ``message`` is a msgid with %(where)s.

    ``inside`` names the field of the object at fault.
    """
    return PydanticCustomError("said", message, {**values, "inside": inside})


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    if is_dataclass(shape):
        with_config(_STRICT)(cast("type[Any]", shape))
        return TypeAdapter(shape)
    return TypeAdapter(shape, config=_STRICT)


def read(shape: type[T], raw: bytes | str, where: str = "") -> T:
    """Return the JSON document ``raw`` (UTF-8, with or without BOM) as a ``shape``.

    ``where`` names the document in messages, such as ``customer.json``. Raises BadDocument at the first thing that is
    not as expected.
    """
    text = raw.removeprefix(codecs.BOM_UTF8) if isinstance(raw, bytes) else raw
    kind: Any = shape
    try:
        document: T = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise _told(error.errors(include_url=False, include_input=False)[0], where) from error
    return document


def read_packaged(shape: type[T], folder: Traversable, name: str) -> T:
    """Return the document ``folder``/``name``.json of the package as a ``shape``; see :func:`read`."""
    return read(shape, folder.joinpath(f"{name}.json").read_bytes(), f"{name}.json")


def folder(package: str, *parts: str) -> Traversable:
    """A folder of data inside an installed package."""
    return files(package).joinpath(*parts)


def stems(folder: Traversable) -> list[str]:
    """The names of the JSON files in `folder`, without their endings, in alphabetical order."""
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json"))


def _told(error: ErrorDetails, where: str) -> BadDocument:
    values: dict[str, Any] = dict(error.get("ctx", {}))
    place = _place(error["loc"], values.pop("inside", ""), where)
    if error["type"] == "said":
        return BadDocument(error["msg"], **values, where=place)
    message = _MESSAGES.get(error["type"], N_("%(where)s: is not as expected."))
    if message is NO_JSON:
        return BadDocument(NO_JSON) if not where else BadDocument(N_("%(where)s: is no JSON in UTF-8."), where=where)
    known = ", ".join(re.findall(r"'([^']*)'", str(values.get("expected", ""))))
    return BadDocument(message, where=place, most=values.get("max_length", 0), known=known)


def _place(parts: tuple[int | str, ...], inside: str, where: str) -> str:
    """Return the place as people write it: ``customer.json themes[3].name``."""
    named = [part for part in (*parts, inside) if part not in ("[key]", "")]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).removeprefix(".")
    path = one_line(path)
    shown = path if len(path) <= _PLACE else f"{path[:_PLACE]}…"
    return " ".join(filter(None, (where, shown))) or "the document"
