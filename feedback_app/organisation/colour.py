"""The one accent colour of pages and letters, kept readable. Pure.

Contrast as WCAG 2.2 defines it (success criterion 1.4.3 and "relative luminance"): text needs 4.5 : 1.
"""

from __future__ import annotations

import re

DEFAULT = "#0f5f57"
LEAST_CONTRAST = 4.5
WHITE, PAPER = (255, 255, 255), (250, 248, 243)  # what is written on the accent, and what it is written on
TINT = 0.11  # share of the accent in the ground of quotes and chosen answers
PALE = 0.45  # share of the accent in links on a dark ground
DEEP = 0.77  # what remains of its brightness under the pointer
Rgb = tuple[int, int, int]


def parsed(text: str) -> str | None:
    """Return a colour as ``#rrggbb`` in small letters; None when ``text`` is none (``#rgb`` and no ``#`` will do)."""
    code = text.strip().lower().removeprefix("#")
    if re.fullmatch("[0-9a-f]{3}", code):
        code = "".join(2 * digit for digit in code)
    return f"#{code}" if re.fullmatch("[0-9a-f]{6}", code) else None


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours, from 1 (none) to 21 (black and white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def weakest(colour: str) -> float:
    """Return the least contrast in which ``colour`` is met: under white letters, on paper, on its own tint."""
    rgb = _rgb(colour)
    return min(contrast(rgb, ground) for ground in (WHITE, PAPER, _mixed(rgb, TINT)))


def readable(colour: str) -> bool:
    """True when everybody can read what is written in and on ``colour``."""
    return weakest(colour) >= LEAST_CONTRAST


def nearest_readable(colour: str) -> str:
    """Return ``colour`` itself, or the brightest shade of the same hue that is readable: darker step by step."""
    red, green, blue = _rgb(colour)
    for share in range(100, -1, -1):
        shade = _hex((round(red * share / 100), round(green * share / 100), round(blue * share / 100)))
        if readable(shade):
            return shade
    raise AssertionError("black is readable")


def shades(colour: str) -> dict[str, str]:
    """Return what sheets and letters need of ``colour``: itself and, made from it, what the constants above say."""
    rgb = _rgb(colour)
    deep: Rgb = (round(rgb[0] * DEEP), round(rgb[1] * DEEP), round(rgb[2] * DEEP))
    return {
        "accent": _hex(rgb),
        "deep": _hex(deep),
        "tint": _hex(_mixed(rgb, TINT)),
        "pale": _hex(_mixed(rgb, PALE)),
        "accent_rgb": ", ".join(map(str, rgb)),
        "deep_rgb": ", ".join(map(str, deep)),
    }


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _mixed(rgb: Rgb, share: float) -> Rgb:
    """Return white with ``share`` of ``rgb`` in it."""
    red, green, blue = (round(255 + (part - 255) * share) for part in rgb)
    return red, green, blue


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
