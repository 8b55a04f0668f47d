"""Which encoding a file is in, and when the answer is a clear no."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.errors import Refused
from feedback_app.imports import encoding
from feedback_app.imports.encoding import UTF_8, WINDOWS, encoding_of

POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
PIECE = 1 << 20


def _of(data: bytes) -> str:
    return encoding_of(io.BytesIO(data))


def _refusal(data: bytes) -> str:
    with pytest.raises(Refused) as told:
        _of(data)
    return str(told.value.message % told.value.values if told.value.values else told.value.message)


@pytest.mark.parametrize("letter", POLISH)
def test_each_polish_letter_tells_its_encoding(letter: str) -> None:
    line = f"imię\nxx{letter}xx i {letter}\n"
    assert _of(line.encode()) == UTF_8
    assert _of(line.encode("cp1250")) == WINDOWS


def test_plain_letters_are_utf_8() -> None:
    assert _of(b"email\nada@example.org\n") == UTF_8
    assert _of(b"\xef\xbb\xbfemail\n") == UTF_8


def test_two_capital_letters_that_are_also_utf_8_decide_nothing() -> None:
    both = "PÓŁ".encode("cp1250")  # valid UTF-8 for a Cyrillic letter
    assert _of(both + b"\n") == UTF_8
    assert _of(both + b"\n" + "Gęś\n".encode("cp1250")) == WINDOWS
    assert _of("Gęś\n".encode() + both + b"\n") == UTF_8


@pytest.mark.parametrize("lines_before", [0, 1, 7])
def test_the_line_that_does_not_fit_is_named(lines_before: int) -> None:
    plain = b"email\n" * lines_before
    assert f"Line {lines_before + 2} " in _refusal(plain + "Łódź\n".encode() + "Łódź\n".encode("cp1250"))
    assert f"Line {lines_before + 2} " in _refusal(plain + "Łódź\n".encode("cp1250") + "Łódź\n".encode())
    assert f"Line {lines_before + 1} " in _refusal(plain + b"x\x81\n")


@pytest.mark.parametrize("byte", [0x81, 0x83, 0x88, 0x90, 0x98])
def test_what_windows_1250_has_no_letter_for_is_no_text(byte: int) -> None:
    assert "Line 2 " in _refusal(b"email\n" + bytes([byte]) + b"\xff\n")


@pytest.mark.parametrize("name", ["Wąs", "Śliwa", "ŚWIT", "Jaś", "maść", "źle"])
def test_iso_8859_2_is_not_taken_for_windows_1250(name: str) -> None:
    assert "Line 1 " in _refusal(f"x{name}\n".encode("iso8859-2"))


def test_a_plus_minus_sign_that_stands_alone_is_windows_1250() -> None:
    assert _of("cena 5 ± 1, punkt ¶ 7\n".encode("cp1250")) == WINDOWS


@given(st.text(alphabet="ab ,;\n" + POLISH, min_size=1).filter(lambda text: not text.isascii()))
def test_a_list_in_utf_8_is_read_as_it_was_written(text: str) -> None:
    data = ("email\n" + text).encode()
    assert data.decode(_of(data)) == "email\n" + text


@pytest.mark.parametrize("offset", range(-4, 5))
@pytest.mark.parametrize("letter", ["ł", "€", "😀"])
def test_a_line_longer_than_a_piece_is_not_cut_inside_a_letter(letter: str, offset: int) -> None:
    assert _of(b"x" * (PIECE + offset) + letter.encode() * 3 + b"\n") == UTF_8


@pytest.mark.parametrize("size", range(1, 5))
def test_a_file_that_ends_inside_a_long_line_is_read_to_its_end(size: int) -> None:
    assert _of(b"x" * (PIECE - size) + ("ł" * size).encode()) == UTF_8
    assert "Line 1 " in _refusal(b"x" * (PIECE - size) + b"\x81" * size)


def test_the_last_letter_of_a_long_line_counts_too() -> None:
    assert _of(b"x" * (PIECE - 1) + "ó".encode("cp1250")) == WINDOWS


def test_lines_are_counted_also_beyond_a_long_one() -> None:
    assert "Line 3 " in _refusal(b"x" * (2 * PIECE + 5) + b"\nplain\n" + b"\x81\n")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \t\r\n", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"\0\0", "empty"),
        (b"PK\x03\x04", "a .xlsx file"),
        (b"\xd0\xcf\x11\xe0", "a .xls file"),
        (b"%PDF", "a .pdf file"),
        (b"\x1f\x8b\x08", "a .gz file"),
        ("email\n".encode("utf-16"), "UTF-16"),
        ("email\n".encode("utf-32"), "UTF-16"),
        (b"\xfe\xff" + "email\n".encode("utf-16-be"), "UTF-16"),
        (b"\x00\x00\xfe\xff" + "email\n".encode("utf-32-be"), "UTF-16"),
        ("email,name\n".encode("utf-16-le"), "UTF-16"),
        ("ab".encode("utf-16-le"), "UTF-16"),
        ("email,name\n".encode("utf-16-be"), "UTF-16"),
        (b"email" + b"\0" * 3 + b"\n" * 20, "not a text file"),
    ],
)
def test_what_is_no_csv_says_what_it_is_instead(data: bytes, why: str) -> None:
    assert why in _refusal(data)


def test_a_few_nul_bytes_are_the_trouble_of_their_rows_alone() -> None:
    assert _of(b"email\n" + b"x" * 93 + b"\0" * 5) == UTF_8  # 5 of 104
    assert "not a text file" in _refusal(b"email\n" + b"x" * 60 + b"\0" * 5)


def test_the_file_is_read_from_its_beginning_wherever_it_stood() -> None:
    file = io.BytesIO("Łódź\nplain\n".encode("cp1250"))
    file.read()
    assert encoding_of(file) == WINDOWS


@given(st.binary(min_size=1, max_size=300))
def test_whatever_is_not_refused_can_be_decoded(data: bytes) -> None:
    try:
        name = _of(data)
    except Refused:
        return
    data.decode(name)


def test_the_piece_of_these_tests_is_that_of_the_reader() -> None:
    assert encoding._PIECE == PIECE
