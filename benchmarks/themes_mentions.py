"""How well answers are cut into mentions, against answers marked by hand (benchmarks/mentions/*.txt).

    python benchmarks/themes_mentions.py [--show] [--half first|second]

One answer a line. `|` begins a further mention, `\\n` stands for a line break, `~` before a mention says that there is
nothing in it to group. A boundary counts as found when the cut begins at the same letter. The rules were adjusted on
the lines with odd numbers ("first" half) only; the even ones ("second") are the honest figure.
"""

import argparse
import re
import time
from pathlib import Path

from feedback_app.themes.grouping.segment import cut

HOSTILE = ("a, ", "(", "nie ", "1) ", "a.b@", "http://", "e.g. ", "\n", "\U0001f600", "and the ")
MARKED = Path(__file__).parent / "mentions"
_NUMBER = re.compile(r"\s*(?:\d\d?[.)]|[a-h]\))\s")
Marked = tuple[str, frozenset[int], tuple[bool, ...]]


def read_marked(line: str) -> Marked:
    """The answer, the offsets at which its second and later mentions begin, and which mentions have content."""
    parts = [part.strip(" ") for part in line.replace("\\n", "\n").split("|")]
    answer, starts = "", []
    for part in parts:
        if answer:
            answer += "" if answer.endswith("\n") else " "
            starts.append(letter_at(answer + part.removeprefix("~"), len(answer)))
        answer += part.removeprefix("~")
    return answer, frozenset(starts), tuple(not part.startswith("~") for part in parts)


def letter_at(text: str, offset: int) -> int:
    """The offset of the first letter or digit at or after `offset`, the number of a list item left out."""
    number = _NUMBER.match(text, offset)
    start = number.end() if number else offset
    return next((at for at in range(start, len(text)) if text[at].isalnum()), len(text))


def found_in(answer: str) -> tuple[frozenset[int], tuple[bool, ...]]:
    """Offsets at which cut() begins second and later mentions, and its idea of which have content."""
    pieces = cut(answer)
    return frozenset(letter_at(answer, piece.start) for piece in pieces[1:]), tuple(p.content for p in pieces)


def scores(marked: list[Marked], show: bool = False) -> dict[str, float]:
    """Precision, recall and F1 of boundaries; share of answers cut exactly right; accuracy of content there."""
    hits = said = wanted = exact = judged = right = 0
    for answer, starts, content in marked:
        found, idea = found_in(answer)
        hits, said, wanted = hits + len(found & starts), said + len(found), wanted + len(starts)
        if found == starts and len(idea) == len(content):
            exact += 1
            judged += len(content)
            right += sum(a == b for a, b in zip(content, idea, strict=True))
        if show and (found != starts or (idea != content and any(idea) != any(content))):
            print(repr(answer), "\n    ", [(p.text, p.content) for p in cut(answer)])
    precision, recall = hits / max(1, said), hits / max(1, wanted)
    return {
        "answers": len(marked),
        "boundaries": wanted,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
        "exact": round(exact / max(1, len(marked)), 4),
        "content": round(right / max(1, judged), 4),
    }


def load(name: str, half: str = "") -> list[Marked]:
    """The marked answers of one file, or the first (odd lines) or second (even lines) half of it."""
    lines = (MARKED / name).read_text(encoding="utf-8").splitlines()
    step = {"first": lines[::2], "second": lines[1::2]}.get(half, lines)
    return [read_marked(line) for line in step if line]


def growth(unit: str) -> float:
    """How many times longer 50,000 characters of ``unit`` take than 6,250: 8 is linear, 64 would be the square."""
    seconds = []
    for length in (6_250, 6_250, 50_000):
        started = time.process_time()
        cut(unit * (length // len(unit)))
        seconds.append(time.process_time() - started)
    return round(seconds[2] / max(seconds[1], 1e-4), 1)


def main() -> None:
    """Print one line per file and half, then everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print the answers that are cut differently")
    parser.add_argument("--half", choices=["first", "second"], default="")
    chosen = parser.parse_args()
    files = sorted(path.name for path in MARKED.glob("*.txt"))
    for half in [chosen.half] if chosen.half else ["first", "second", ""]:
        for name in files:
            print(f"{half or 'all':7}{name:12}", scores(load(name, half), show=chosen.show and bool(half)))
        print(f"{half or 'all':7}{'together':12}", scores([m for name in files for m in load(name, half)]))
    print("growth from 6,250 to 50,000 characters:", {unit: growth(unit) for unit in HOSTILE})


if __name__ == "__main__":
    main()
