"""A logo as it comes from somebody's computer, made safe to show: read, made small, written anew. Pure.

Writing it anew leaves behind whatever else was in the file: positions, comments, programs that call themselves PNG.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from feedback_app.errors import N_, Refused

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 200 * 1024
MOST_PIXELS = 25_000_000  # of the picture that comes in: more would fill the memory
MOST_WIDTH, MOST_HEIGHT = 600, 240  # twice what is shown, for fine screens
MIME = {"png": "image/png", "jpg": "image/jpeg"}
FORMATS = {"PNG": "png", "JPEG": "jpg"}


@dataclass(frozen=True)
class Logo:
    """A picture to be served: ``kind`` is png or jpg, ``digest`` names it in its address."""

    kind: str
    data: bytes

    @property
    def digest(self) -> str:
        """The first 80 bits of its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()[:20]

    @property
    def name(self) -> str:
        """Its file name: changes with the picture, so it may be kept for ever."""
        return f"{self.digest}.{self.kind}"


def read(data: bytes) -> Logo:
    """Return the logo in the file ``data``. Raises Refused when it is too large, no picture, or none we show."""
    if len(data) > MOST_BYTES:
        raise Refused(N_("The logo has %(size)d KB; at most %(most)d KB will do."), size=len(data) // 1024, most=200)
    image = import_module("PIL.Image")  # at the top, every page would load it
    with warnings.catch_warnings():
        warnings.simplefilter("error", image.DecompressionBombWarning)
        try:
            with image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
                return _small(picture)
        except (OSError, ValueError, SyntaxError, RuntimeWarning, image.DecompressionBombError) as error:
            raise Refused(N_("The logo could not be read. Use a PNG or JPEG picture.")) from error


def _small(picture: Image) -> Logo:
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("more pixels than a logo has")
    kind = FORMATS[str(picture.format)]
    picture.thumbnail((MOST_WIDTH, MOST_HEIGHT))
    out = io.BytesIO()
    if kind == "jpg":
        picture.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
    else:
        see_through = "A" in picture.getbands() or "transparency" in picture.info
        picture.convert("RGBA" if see_through else "RGB").save(out, "PNG", optimize=True)
    return Logo(kind, out.getvalue())
