"""A text as tokens: words, marks, emoji, line breaks. Every character belongs to exactly one token."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<line>[\r\n\u2028\u2029]+)"
    r"|(?P<space>[^\S\r\n\u2028\u2029]+)"
    r"|(?P<word>https?://[^\s]{1,400}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|\d+(?:[.,:]\d+)+%?|(?:[^\W_][\u0300-\u036f]*)+(?:['’&-](?:[^\W_][\u0300-\u036f]*)+)*)"
    r"|(?P<emoji>[\U0001F000-\U0001FAFF\u231A-\u23FF\u2600-\u27BF\u2B50\uFE0F\u200D]+|[:;]-?[)(DPp/]+|<3)"
    r"|(?P<stop>[.!?…。！？]+)"
    r"|(?P<comma>,)"
    r"|(?P<semicolon>[;；]+)"
    r"|(?P<dash>[-–—]{1,3})"
    r"|(?P<bullet>[•·*◦▪►●■]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text with its kind: line, space, word, emoji, stop, comma, semicolon, dash, bullet or other."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The text as word lists hold it."""
        return unicodedata.normalize("NFC", self.text).casefold().replace("’", "'")


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a text, in order, without gaps. Linear in its length."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "other", match.group(), match.start(), match.end())
