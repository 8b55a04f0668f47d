"""Which answers of the reader are believed: strict shapes, ids among those sent, people's own words. Pure.

Whatever stands in customers' words or in the answer, all that can come out of here is a name, a tone, yes or no, or a
sentence that stands on quotations; everything else is a BadAnswer and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback_app.common.text import one_line
from feedback_app.reader.protocol.masking import MARK

NAME_LIMIT, SENTENCE_LIMIT, QUOTE_LIMIT = 200, 240, 300
FEWEST_WORDS = 2
"""A quotation of a single word proves nothing."""


class BadAnswer(Exception):
    """The reader's answer is not what was asked for; the message says why in a few words of ours, never in its own."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT)]
Sentence = Annotated[str, Field(min_length=1, max_length=SENTENCE_LIMIT)]


class Names(_Strict):
    """The name of one theme in both languages."""

    en: Name
    pl: Name


class Tone(_Strict):
    """What one mention is."""

    id: int
    tone: Literal["complaint", "wish", "praise", "question", "neutral"]


class Tones(_Strict):
    """The tones of all mentions that were sent."""

    tones: Annotated[list[Tone], Field(max_length=100)]


class Fit(_Strict):
    """Whether a change answers one mention."""

    id: int
    fits: bool


class Fits(_Strict):
    """Whether a change answers each of the mentions that were sent."""

    fits: Annotated[list[Fit], Field(max_length=100)]


class Quote(_Strict):
    """Words of one mention, exactly as they were sent."""

    id: int
    words: Annotated[str, Field(min_length=1, max_length=QUOTE_LIMIT)]


class Point(_Strict):
    """One sentence of a summary with the words it stands on."""

    en: Sentence
    pl: Sentence
    quotes: Annotated[list[Quote], Field(min_length=1, max_length=3)]


class Summary(_Strict):
    """A theme in at most five sentences."""

    sentences: Annotated[list[Point], Field(min_length=1, max_length=5)]


A = TypeVar("A", bound=BaseModel)


def read(shape: type[A], content: str) -> A:
    """Return the answer as a ``shape``; BadAnswer names the first thing that is not as asked."""
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        kind = error.errors(include_url=False, include_input=False, include_context=False)[0]["type"]
        raise BadAnswer("no JSON" if kind == "json_invalid" else f"not as asked ({kind})") from error


def names(content: str, taken: Sequence[str]) -> dict[str, str]:
    """Return a name by language; BadAnswer when one is blank or (whatever its case) among those ``taken``."""
    found = {code: one_line(one) for code, one in read(Names, content).model_dump().items()}
    if not all(found.values()):
        raise BadAnswer("a blank name")
    known = {one.casefold() for one in taken}
    if any(one.casefold() in known for one in found.values()):
        raise BadAnswer("the name of another theme")
    return found


def tones(content: str, sent: Mapping[int, str]) -> dict[int, str]:
    """Return the tone of each mention that was sent: all of them, each once."""
    given = read(Tones, content).tones
    return _all_once([(one.id, one.tone) for one in given], sent)


def fits(content: str, sent: Mapping[int, str]) -> dict[int, bool]:
    """Return for each mention that was sent whether the change answers it: all of them, each once."""
    given = read(Fits, content).fits
    return _all_once([(one.id, one.fits) for one in given], sent)


def _all_once(given: list[tuple[int, Any]], sent: Mapping[int, str]) -> dict[int, Any]:
    if {one for one, _ in given} - sent.keys():
        raise BadAnswer("an id that was not sent")
    if len(given) != len(sent) or len(dict(given)) != len(sent):
        raise BadAnswer("not every id once")
    return dict(given)


def summary(content: str, sent: Mapping[int, str], originals: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the sentences: ``{"en", "pl", "quotes": [(id, start, end), ...]}``, places in the original mention.

    ``sent``: the words by id as they were sent, masked; ``originals``: the same as they were said.
    """
    return [
        {
            "en": _sentence(point.en),
            "pl": _sentence(point.pl),
            "quotes": [_place(one, sent, originals) for one in point.quotes],
        }
        for point in read(Summary, content).sentences
    ]


def _sentence(text: str) -> str:
    text = one_line(text)
    if not text:
        raise BadAnswer("a blank sentence")
    return text


def _place(quote: Quote, sent: Mapping[int, str], originals: Mapping[int, str]) -> tuple[int, int, int]:
    """Where a quotation stands in what was said: whole words of that mention, in their order, none of them masked."""
    if quote.id not in sent:
        raise BadAnswer("an id that was not sent")
    words = quote.words.strip()
    if MARK.search(words) or len(words.split()) < FEWEST_WORDS or words not in sent[quote.id]:
        raise BadAnswer("a quotation that nobody said")
    text = originals[quote.id]
    start = text.find(words)
    end = start + len(words)
    if start < 0 or text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
        raise BadAnswer("a quotation that cuts a word")
    return quote.id, start, end
