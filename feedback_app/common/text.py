"""What people type, as it is kept: line ends, control characters and invisible signs put in order. Pure."""

from __future__ import annotations

import re

# Every line end that Unicode knows (UAX 14, class BK, CR, LF, NL); word processors paste the vertical tab for one.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters and half surrogates: no keyboard types them, PostgreSQL refuses NUL, UTF-8 carries no surrogate.
_NEVER_TYPED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Signs nobody sees: soft hyphen, zero-width blanks, byte order mark, marks and overrides of direction (UTS 39, bidi).
# The joiners U+200C and U+200D stay: Persian, Hindi and families of emoji are written with them.
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def tidy(text: object) -> str:
    """Return ``text`` without blanks around it, every line end as \\n, and without what no keyboard types.

    Anything that is not a string counts as empty. ``tidy(tidy(text)) == tidy(text)``.
    """
    if not isinstance(text, str):
        return ""
    return _NEVER_TYPED.sub("", _LINE_ENDS.sub("\n", text)).strip()


def one_line(text: object) -> str:
    """Return ``text`` as a name, a title or a subject may be: one line, single blanks, nothing that nobody sees.

    A line end in a name could end up in a letter's header, an override of direction could make it read as another.
    Anything that is not a string counts as empty. ``one_line(one_line(text)) == one_line(text)``.
    """
    if not isinstance(text, str):
        return ""
    whole = " ".join(text.split())
    return whole if whole.isprintable() else " ".join(_UNSEEN.sub("", whole).split())
