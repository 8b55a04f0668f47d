"""Where things go in a drawing: a map of areas, a line of months, bars. Pure geometry; templates draw it as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LETTER = 0.56  # width of an average letter, in heights
LINE = 1.25  # height of a line of text, in letter heights


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the map and which value it stands for."""

    index: int
    x: float
    y: float
    width: float
    height: float


def treemap(sizes: Sequence[float], width: float, height: float) -> list[Box]:
    """Divide a rectangle into boxes whose areas are as the sizes, each as square as can be.

    Squarified treemap (Bruls, Huizing and van Wijk, 2000). Sizes of nought get no box. Linear after sorting.
    """
    order = sorted((at for at, size in enumerate(sizes) if size > 0), key=lambda at: -sizes[at])
    total = sum(sizes[at] for at in order)
    boxes: list[Box] = []
    x = y = 0.0
    scale = width * height / total if total else 0.0
    while order:
        side = min(width - x, height - y)
        row = _row([sizes[at] * scale for at in order], side)
        area = sum(sizes[at] * scale for at in order[:row])
        thick = area / side if side else 0.0
        along = 0.0
        upright = width - x >= height - y
        for at in order[:row]:
            length = sizes[at] * scale / thick if thick else 0.0
            boxes.append(Box(at, x, y + along, thick, length) if upright else Box(at, x + along, y, length, thick))
            along += length
        x, y = (x + thick, y) if upright else (x, y + thick)
        order = order[row:]
    return boxes


def _row(areas: Sequence[float], side: float) -> int:
    """How many of the next areas make the best row along a side."""
    best, total = float("inf"), 0.0
    for number, area in enumerate(areas, 1):
        total += area
        thick = total / side if side else 1.0
        worst = max(max(one / thick / thick, thick * thick / one) for one in (areas[0], area))
        if worst > best:
            return number - 1
        best = worst
    return len(areas)


def lines(text: str, width: float, height: float, size: float) -> list[str]:
    """Break a name into the lines that fit a box at a letter size; the last ends with … when words are left out."""
    most = int(width / (size * LETTER))
    rows = int(height / (size * LINE))
    if most < 4 or rows < 1:
        return []
    wrapped: list[str] = []
    for word in text.split():
        if wrapped and len(wrapped[-1]) + 1 + len(word) <= most:
            wrapped[-1] += f" {word}"
        else:
            wrapped.append(word)
    if len(wrapped) > rows or any(len(one) > most for one in wrapped):
        kept = [one if len(one) <= most else f"{one[: most - 1]}…" for one in wrapped[:rows]]
        if len(wrapped) > rows and not kept[-1].endswith("…"):
            kept[-1] = f"{kept[-1][: most - 1]}…"
        return kept
    return wrapped


def polyline(values: Sequence[float], width: float, height: float, most: float | None = None) -> str:
    """Return the ``points`` of a line through the values, from left to right; nought is at the bottom."""
    top = max([most or 0.0, *values, 1.0])
    step = width / max(1, len(values) - 1)
    return " ".join(f"{at * step:.1f},{height - value / top * height:.1f}" for at, value in enumerate(values))


@dataclass(frozen=True, slots=True)
class Column:
    """A stacked column: where it stands, and from where to where its two parts reach."""

    x: float
    width: float
    low: float  # height of the lower part
    high: float  # height of the upper part
    y: float  # top of the upper part


def columns(pairs: Sequence[tuple[float, float]], width: float, height: float, gap: float = 0.3) -> list[Column]:
    """Return stacked columns side by side; the tallest reaches the top."""
    top = max((a + b for a, b in pairs), default=0) or 1
    step = width / max(1, len(pairs))
    wide = min(step * (1 - gap), 48.0)
    return [
        Column(at * step + (step - wide) / 2, wide, a / top * height, b / top * height, height - (a + b) / top * height)
        for at, (a, b) in enumerate(pairs)
    ]
