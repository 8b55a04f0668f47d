"""The words of an announcement: what may stand between double braces, and how they become a letter. Pure.

A finished letter has only holes that differ from person to person; everything else is written out and protected, so
that braces in anybody's words stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from feedback_app.announcements.wording.default_texts import HOLES
from feedback_app.announcements.wording.typography import typeset
from feedback_app.errors import N_, Refused

HOLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
SINGLE = re.compile(r"(?<!\{)\{\s*(\w+)\s*\}(?!\})")
BLOCKS = ("your_words", "what", "why")  # paragraphs of their own
IN_SUBJECT = ("name", "process", "since", "organisation")
SUBJECT_LIMIT = 200
BODY_LIMIT = 20_000
PREHEADER = 110  # characters that mail programs show behind the subject
# Where the name stands decides what goes with it when it is not known: "Hello Ada," or "Hello,".
_NAMES = ((", {{name}}", "{{greeting_name}}"), (" {{name}}", "{{space_name}}"), ("{{name}}", "{{only_name}}"))


@dataclass(frozen=True)
class Told:
    """One change as one language tells it: ``since`` is a date in words, or "" when none is known."""

    process: str
    what: str
    why: str
    since: str


@dataclass(frozen=True)
class Letter:
    """Subject, text and HTML of the body with personal holes only; ``preheader`` is HTML-safe."""

    subject: str
    text: str
    html: str
    preheader: str


def holes(text: str) -> list[str]:
    """Return the names between double braces, in order."""
    return HOLE.findall(text)


def check(subject: str, body: str, about: str) -> None:
    """Refuse a text that could not be sent, naming what is wrong; ``about`` is the state it speaks of."""
    if not subject or not body:
        raise Refused(N_("Subject and text must both say something."))
    if len(subject) > SUBJECT_LIMIT or len(body) > BODY_LIMIT:
        raise Refused(N_("The subject may have %(subject)d characters, the text %(body)d."),
                      subject=SUBJECT_LIMIT, body=BODY_LIMIT)  # fmt: skip
    for text in (subject, body):
        _check_holes(text)
    if wrong := [name for name in holes(subject) if name not in IN_SUBJECT]:
        raise Refused(N_("{{%(name)s}} is too long for a subject. There you can use: %(known)s."),
                      name=wrong[0], known=_named(IN_SUBJECT))  # fmt: skip
    used = holes(body)
    if "why" not in used:
        raise Refused(_WHY_NOT if about == "declined" else _WHY)
    if used.count("your_words") > 1 or ("your_words" in used and "{{your_words}}" not in paragraphs(body)):
        raise Refused(N_("{{your_words}} must stand once, as a paragraph of its own: blank lines before and after it."))


_WHY = N_("The text must give the reason: put {{why}} where it belongs.")
_WHY_NOT = N_("A “no” is told with its reason: put {{why}} where it belongs. It gives the reason of declining.")


def _check_holes(text: str) -> None:
    if unknown := [name for name in holes(text) if name not in HOLES]:
        raise Refused(N_("{{%(name)s}} is not a known placeholder. Known are: %(known)s."),
                      name=unknown[0], known=_named(HOLES))  # fmt: skip
    if single := next((name for name in SINGLE.findall(text) if name in HOLES), ""):
        raise Refused(N_("{%(name)s} has single braces: write {{%(name)s}}."), name=single)
    rest = HOLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise Refused(N_("A placeholder is not closed: write it as {{name}}, with two braces on each side."))


def _named(names: Sequence[str]) -> str:
    return ", ".join("{{" + name + "}}" for name in names)


def paragraphs(body: str) -> list[str]:
    """Return the paragraphs of a text: what blank lines divide; placeholders are written without inner blanks."""
    return [one.strip() for one in re.split(r"\n[ \t]*\n", _tight(body)) if one.strip()]


def _tight(text: str) -> str:
    return HOLE.sub(lambda match: "{{" + match[1] + "}}", text)


def compose(subject: str, body: str, changes: Sequence[Told], organisation: str, language: str) -> Letter:
    """Return the letter that ``subject`` and ``body`` make of ``changes``, with only personal holes left.

    Those are ``greeting_name``, ``space_name``, ``only_name``, ``your_words`` (ends with a blank line when it says
    something) and ``brace`` (always "{"). A paragraph that says since when is left out when no date is known.
    """
    inline = _inline(changes, organisation)
    texts, pages = [], []
    for paragraph in paragraphs(body):
        if "{{since}}" in paragraph and not inline["since"]:
            continue
        if paragraph == "{{your_words}}":
            texts.append(paragraph)
            pages.append(paragraph)
        elif paragraph in ("{{what}}", "{{why}}"):
            items = [(told.process if len(changes) > 1 else "", getattr(told, paragraph[2:-2])) for told in changes]
            texts.append(_listed(items, language) + "\n\n")
            pages.append(_boxed(items, language, framed=paragraph == "{{what}}"))
        else:
            texts.append(_filled(paragraph, inline, language, html=False) + "\n\n")
            pages.append(_paragraph(_filled(paragraph, inline, language, html=True)))
    shown = " ".join(inline["what"].split())
    shown = shown if len(shown) <= PREHEADER else shown[: PREHEADER - 1] + "…"
    return Letter(
        _filled(_tight(subject), inline, language, html=False),
        "".join(texts),
        "\n".join(pages),
        _safe(shown, language, True),
    )


def shown_subject(subject: str, processes: Sequence[str], organisation: str) -> str:
    """Return a subject for lists, with what is the same for everybody filled in."""
    known = {"process": ", ".join(dict.fromkeys(processes)), "organisation": organisation}
    return HOLE.sub(lambda match: known.get(match[1], "…"), subject)


def _inline(changes: Sequence[Told], organisation: str) -> dict[str, str]:
    several = len(changes) > 1
    dates = list(dict.fromkeys(change.since for change in changes))
    since = (
        dates[0]
        if len(dates) == 1
        else "; ".join(f"{change.process}: {change.since}" for change in changes if change.since)
    )
    return {
        "process": ", ".join(dict.fromkeys(change.process for change in changes)),
        "what": "\n".join(f"{change.process}: {change.what}" if several else change.what for change in changes),
        "why": "\n".join(f"{change.process}: {change.why}" if several else change.why for change in changes),
        "since": since,
        "organisation": organisation,
    }


def _filled(text: str, values: dict[str, str], language: str, *, html: bool) -> str:
    """Return ``text`` with all but the personal holes filled, protected, and escaped for HTML."""
    for written, personal in _NAMES:
        text = text.replace(written, personal)
    done = []
    for place, bit in enumerate(HOLE.split(text)):
        if not place % 2 or bit in values:
            done.append(_safe(values[bit] if place % 2 else bit, language, html))
        else:
            done.append("{{" + bit + "}}")
    return "".join(done)


def _safe(text: str, language: str, html: bool) -> str:
    text = typeset(text, language)
    text = escape(text).replace("\n", "<br>") if html else text
    return text.replace("{", "{{brace}}")


def _listed(items: Sequence[tuple[str, str]], language: str) -> str:
    bits = []
    for number, (heading, text) in enumerate(items, 1):
        head = f"{number}. {_safe(heading, language, False)}\n" if heading else ""
        bits.append(head + _safe(text, language, False))
    return "\n\n".join(bits)


def _boxed(items: Sequence[tuple[str, str]], language: str, *, framed: bool) -> str:
    bits = []
    for heading, text in items:
        if heading:
            bits.append(_paragraph(f"<strong>{_safe(heading, language, True)}</strong>", margin=4))
        bits += [_paragraph(_safe(one, language, True)) for one in re.split(r"\n[ \t]*\n", text) if one.strip()]
    inner = "\n".join(bits)
    return _FRAME.format(inner) if framed else inner


def _paragraph(html: str, margin: int = 16) -> str:
    return f'<p style="margin:0 0 {margin}px">{html}</p>'


# A table, because the Windows mail programs draw borders and padding of nothing else.
_FRAME = (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px">'
    '<tr><td style="border:1px solid #cfe0da;border-radius:8px;padding:18px 20px 2px;font-size:18px;line-height:28px">'
    "{}</td></tr></table>"
)
