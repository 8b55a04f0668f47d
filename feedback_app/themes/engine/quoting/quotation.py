"""A person's words as a letter prints them: whole, understandable alone, marked where something is left out. Pure.

Whole sentences; widened to what comes before while a reader would need it, and to what follows where it takes the
meaning back; greetings and names left out; at most 300 characters. Never a word that the person did not write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedback_app.themes.engine.quoting.dependence import names_no_person, needs_before, says_little, turns_meaning
from feedback_app.themes.engine.quoting.naming import names_in
from feedback_app.themes.engine.text.sentences import sentences

LENGTH = 300
"""Characters of the whole printed quotation."""

CUT, LEFT_OUT = "…", "[…]"
_FARTHEST_BACK = 3
_ALOUD = 90
"""A sentence that takes something back is taken along up to this length."""

_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening)|dzień dobry|dzien dobry|witam|cześć|czesc|hej|"
    r"szanowni państwo)(?: (?:there|all|team|everyone|państwu|wszystkich))?\s*(?:[,.!:–-]+\s*|$))+",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"(?:(?:kind|warm|best)? ?regards|thanks?(?: you)?|many thanks|cheers|yours \w+|pozdrawiam|z poważaniem|"
    r"z wyrazami szacunku|dziękuję|dzięki|dzieki|serdecznie pozdrawiam)\b[\w\s,.!-]{0,40}",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_OPENING, _CLOSING = " \t\"'„“”«»([-–—*•>", " \t.!?…,;\"'”»)"
_ITEM = re.compile(r"[\r\n]\s*(?:[-–—•*+]|\d{1,2}[.)]|[a-h]\))\s*$")
_CLAUSE_END = re.compile(r"[,;:–—-]\s|\s")


@dataclass(frozen=True, slots=True)
class Quotation:
    """``text`` as it is printed; ``pieces``: where its words stand in the answer (code points, end exclusive)."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where the first piece begins."""
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        """Where the last piece ends."""
        return self.pieces[-1][1]


def quotation(
    answer: str, spans: Sequence[tuple[int, int]], language: str = "en", *, names: bool = False
) -> Quotation | None:
    """Return the words at ``spans`` of ``answer`` as a letter may print them, or None where nothing can be printed.

    ``names`` keeps names of persons, for words that somebody has read and judged. Spans outside of the answer are
    ignored; several are printed together, with a mark between them where they do not touch.
    """
    inside = sorted((max(0, start), max(0, min(len(answer), end))) for start, end in spans)
    wanted = [(start, end) for start, end in inside if answer[start:end].strip()]
    if not wanted:
        return None
    parts = _parts(answer)
    ranges = _joined([_widened(answer, parts, span, language) for span in wanted])
    return _printed(answer, ranges, wanted, names)


def exactly(answer: str, start: int, end: int, *, names: bool = True) -> Quotation | None:
    """Return the words from ``start`` to ``end`` as somebody chose them, marked where they cut a sentence."""
    start, end = max(0, start), max(0, min(len(answer), end))
    return _printed(answer, [(start, end)], [(start, end)], names) if answer[start:end].strip() else None


@lru_cache(maxsize=32)
def _parts(answer: str) -> tuple[tuple[int, int], ...]:
    """The sentences of an answer as spans, with the mark that ends them; asked for three times a quotation."""
    return tuple((one[0].start, one[-1].end) for one in sentences(answer))


def _widened(answer: str, parts: Sequence[tuple[int, int]], span: tuple[int, int], language: str) -> tuple[int, int]:
    touched = [at for at, (start, end) in enumerate(parts) if start < span[1] and span[0] < end]
    if not touched:
        return span
    first = _back(answer, parts, touched[0], touched[-1], language)
    last = _on(answer, parts, first, touched[-1])
    return min(span[0], parts[first][0]), max(span[1], parts[last][1])


def _back(answer: str, parts: Sequence[tuple[int, int]], first: int, last: int, language: str) -> int:
    """The first sentence to print: earlier ones are taken along while they are needed and there is room."""
    origin = first
    while first > 0 and origin - first < _FARTHEST_BACK:
        start, end = parts[first - 1]
        sentence, before = answer[slice(*parts[first])], answer[start:end]
        wanted = needs_before(sentence, language, before)
        wanted = wanted or names_no_person(answer[parts[first][0] : parts[origin][1]], language)
        wanted = wanted or (first < origin and says_little(sentence))
        apart = _is_aside(before) or _ITEM.search(answer, end, parts[first][0])
        if not wanted or apart or parts[last][1] - start > LENGTH:
            break
        first -= 1
    return first


def _on(answer: str, parts: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """The last sentence to print: what follows is taken along where too little is said, or where it is taken back."""
    origin = last
    while last + 1 < len(parts):
        start, end = parts[last + 1]
        following = answer[start:end]
        little = says_little(answer[parts[first if last == origin else last][0] : parts[last][1]])
        turned = turns_meaning(following) and len(following) <= _ALOUD
        if not (little or turned) or end - parts[first][0] > LENGTH or _is_aside(following):
            break
        last += 1
    return last


def _is_aside(sentence: str) -> bool:
    text = sentence.strip()
    return bool(_GREETING.fullmatch(text) or _FAREWELL.fullmatch(text))


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _printed(
    answer: str, ranges: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]], names: bool
) -> Quotation | None:
    pieces: list[tuple[int, int]] = []
    for start, end in ranges:
        greeting = _GREETING.match(answer, start, end)
        after = greeting.end() if greeting and greeting.end() < end else start
        pieces += [(after, end)] if names else _without_names(answer, after, end)
    pieces = [piece for piece in (_bare(answer, *one) for one in pieces) if piece]
    if not pieces:
        return None
    fitting = _fitting(answer, pieces, wanted)
    text = _text(answer, fitting)
    return Quotation(text, tuple(fitting)) if any(sign.isalnum() for sign in text) else None


def _without_names(answer: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces, at = [], start
    for first, after in names_in(answer[start:end]):
        pieces.append((at, start + first))
        at = start + after
    return [*pieces, (at, end)]


def _bare(answer: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blanks around it; None where no word is left of it."""
    text = answer[start:end]
    if not any(sign.isalnum() for sign in text):
        return None
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _fitting(answer: str, pieces: list[tuple[int, int]], wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces cut so that all of it has at most LENGTH characters; what was wanted is the last to go."""
    if len(_text(answer, pieces)) <= LENGTH:
        return pieces
    core = wanted[0]
    near = min(pieces, key=lambda one: (one[1] <= core[0] or core[1] <= one[0], abs(one[0] - core[0])))
    start, end = near
    room = LENGTH - 2 * len(CUT) - 2
    if end - start > room:
        start, end = _window(answer, near, core, room)
    return [(start, end)]


def _window(answer: str, piece: tuple[int, int], core: tuple[int, int], room: int) -> tuple[int, int]:
    """A stretch of ``piece`` of at most ``room`` characters that begins and ends between words, around ``core``."""
    start = max(piece[0], min(core[0], piece[1] - 1))
    end = min(piece[1], max(core[1], start + 1), start + room)
    spare = room - (end - start)
    end = min(piece[1], end + spare)
    if end < piece[1]:
        breaks = [match.start() for match in _CLAUSE_END.finditer(answer, start, end + 1)]
        end = breaks[-1] if breaks and breaks[-1] - start > room // 2 else end
    return start, end


def _text(answer: str, pieces: Sequence[tuple[int, int]]) -> str:
    said = f" {LEFT_OUT} ".join(_clean(answer[start:end]) for start, end in pieces)
    parts = _parts(answer)
    return _mark_before(answer, parts, pieces[0][0]) + said + _mark_after(answer, parts, pieces[-1][1])


def _clean(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).encode("utf-8", "ignore").decode().split())


def _mark_before(answer: str, parts: Sequence[tuple[int, int]], at: int) -> str:
    """What shows that the sentence began before ``at``: a name left out, or words; nothing where it begins there."""
    start = next((start for start, end in parts if start < at < end), at)
    ahead = answer[start:at].strip(_OPENING)
    return "" if not ahead else f"{LEFT_OUT} " if _is_name(ahead) else CUT


def _mark_after(answer: str, parts: Sequence[tuple[int, int]], at: int) -> str:
    end = next((end for start, end in parts if start < at < end), at)
    behind = answer[at:end].strip(_CLOSING)
    return "" if not behind else f" {LEFT_OUT}" if _is_name(behind) else CUT


def _is_name(text: str) -> bool:
    return names_in(text) == [(0, len(text))]
