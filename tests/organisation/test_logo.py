"""A picture from somebody's computer is written anew, or refused in one line."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from feedback_app.errors import Refused
from feedback_app.organisation import logo


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#0f5f57").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "png"), ("JPEG", "jpg")])
def test_it_is_kept_in_its_kind_and_named_by_what_is_in_it(kind: str, name: str) -> None:
    kept = logo.read(picture(kind))
    assert kept.kind == name
    assert kept.name == f"{kept.digest}.{name}"
    assert Image.open(io.BytesIO(kept.data)).format == kind
    assert logo.read(picture(kind)) == kept
    assert logo.read(picture(kind, (41, 20))).name != kept.name


def test_a_large_one_is_made_small_and_keeps_its_shape() -> None:
    with Image.open(io.BytesIO(logo.read(picture(size=(3000, 600))).data)) as shown:
        assert shown.size == (600, 120)
    with Image.open(io.BytesIO(logo.read(picture(size=(300, 2400))).data)) as shown:
        assert shown.size == (30, 240)


def test_what_can_be_seen_through_stays_so() -> None:
    with Image.open(io.BytesIO(logo.read(picture(mode="RGBA")).data)) as shown:
        assert shown.mode == "RGBA"


def test_nothing_else_that_was_in_the_file_comes_along() -> None:
    notes = PngInfo()
    notes.add_text("Comment", "taken at 52.2297, 21.0122")
    kept = logo.read(picture(pnginfo=notes) + b"<script>alert(1)</script>")
    assert b"52.2297" not in kept.data
    assert b"script" not in kept.data


def huge_header() -> bytes:
    """A few bytes that claim to be 30,000 by 30,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    size = (30_000).to_bytes(4, "big") * 2
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\x02\0\0\0")
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', picture("GIF"), picture("TIFF"),
     picture()[:60], huge_header()],
    ids=["empty", "text", "svg", "gif", "tiff", "cut", "bomb"],
)  # fmt: skip
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="could not be read"):
        logo.read(data)


def test_a_heavy_file_is_refused_unread() -> None:
    with pytest.raises(Refused, match="201 KB; at most 200 KB"):
        logo.read(b"x" * 201 * 1024)
