"""What is made of a list: every encoding, delimiter, heading and damage it may come with."""

from __future__ import annotations

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.contacts.importing import csv_import, row_store
from feedback_app.contacts.importing.csv_import import Rejected, Row
from feedback_app.errors import Refused

HEAD = "email,name,kind,stage,language,unsubscribed,city\n"


def _read(text: str | bytes) -> list[Row | Rejected]:
    return list(csv_import.read(io.BytesIO(text.encode() if isinstance(text, str) else text)).rows)


def _one(line: str, head: str = HEAD) -> Row:
    (row,) = _read(head + line)
    assert isinstance(row, Row), row
    return row


def _why(line: str, head: str = HEAD) -> str:
    (row,) = _read(head + line)
    assert isinstance(row, Rejected), row
    return row.reason % dict(row.values) if row.values else row.reason


POLISH = "Adres e-mail;Imię;Nazwisko;Rodzaj;Etap utraty;Język;Miasto\n"
POLISH += "ola@example.org;Ola;Łącka;niedoszły klient;oferta;polski;Łódź\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_one_list_however_it_was_saved(encoding: str, delimiter: str, line_end: str) -> None:
    text = POLISH.replace(";", delimiter).replace("\n", line_end)
    (row,) = _read(text.encode(encoding))
    assert row == Row(
        2, "ola@example.org", "ola@example.org", "Ola Łącka", "lost_prospect", "oferta", "pl", {"miasto": "Łódź"}
    )


def test_capital_polish_letters_alone_are_windows_1250() -> None:
    rows = _read("email;nazwisko\na@example.org;PÓŁNOC\nb@example.org;Gęś\n".encode("cp1250"))
    assert [row.name for row in rows if isinstance(row, Row)] == ["PÓŁNOC", "Gęś"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-Mail", "email"), ("e_mail address", "email"), ("ADRES E-MAIL", "email"), ("Poczta elektroniczna", "email"),
        ("Imię i nazwisko", "name"), ("Full name", "name"), ("imie", "first_name"), ("NAZWISKO", "last_name"),
        ("Typ klienta", "kind"), ("rodzaj", "kind"), ("Etap", "stage_lost"), ("Stage lost", "stage_lost"),
        ("Język", "language"), ("jezyk", "language"), ("Wypisany", "unsubscribed"), ("Opt-out", "unsubscribed"),
        ("Zgoda", "consent"), ("Miasto", "attribute:miasto"), ('Ci"ty\\', "attribute:city"), ("", ""),
    ],
)  # fmt: skip
def test_headings_in_both_languages(heading: str, field: str) -> None:
    quoted = '"' + heading.replace('"', '""') + '"'
    other = "email" if field != "email" else "city"
    file = csv_import.read(io.BytesIO(f"{quoted},{other}\nx,y\n".encode()))
    assert file.columns[0][1] == field


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("customer", "customer"), ("Klient", "customer"), ("KLIENTKA", "customer"), ("prospect", "prospect"),
        ("potencjalny klient", "prospect"), ("Lead", "prospect"), ("utracony", "lost_prospect"),
        ("niedoszła klientka", "lost_prospect"), ("lost-prospect", "lost_prospect"), ("Były klient", "former_customer"),
        ("byly klient", "former_customer"), ("former customer", "former_customer"), ("", None),
    ],
)  # fmt: skip
def test_kinds_in_both_languages(word: str, kind: str | None) -> None:
    assert _one(f"a@example.org,,{word},,,,\n").kind == kind


@pytest.mark.parametrize(
    ("word", "code"), [("pl-PL", "pl"), ("polski", "pl"), ("EN_gb", "en"), ("Angielski", "en"), ("", None)]
)
def test_languages_in_both_languages(word: str, code: str | None) -> None:
    assert _one(f"a@example.org,,,,{word},,\n").language == code


@pytest.mark.parametrize(
    ("column", "word", "stopped"),
    [
        ("unsubscribed", "tak", True), ("unsubscribed", "2024-05-01", True), ("unsubscribed", "no", False),
        ("unsubscribed", "", False), ("zgoda", "nie", True), ("zgoda", "tak", False), ("zgoda", "", False),
    ],
)  # fmt: skip
def test_who_asked_not_to_be_written_to(column: str, word: str, stopped: bool) -> None:
    assert _one(f"a@example.org,{word}\n", f"email,{column}\n").unsubscribed is stopped


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",Ada,,,,,\n", "missing"),
        ("ada.example.org,Ada,,,,,\n", "has no @"),
        ("ada@,Ada,,,,,\n", "after the @"),
        ("a@example.org,,king,,,,\n", "“king” is no kind"),
        ("a@example.org,,,,de,,\n", "“de” is no language"),
        ("a@example.org,,,,,perhaps,\n", "neither yes nor no"),
        ("a@example.org,Ada,customer,,en,,Łódź,too,much\n", "9 cells, the heading 7"),
        (f"a@example.org,{'n' * 201},,,,,\n", "“name” is too long: 201"),
        (f"a@example.org,,,{'s' * 81},,,\n", "“stage_lost” is too long"),
        (f"a@example.org,,,,,,{'c' * 501}\n", "“city” is too long"),
        (f"{'a' * 255}@example.org,,,,,,\n", "too long for an email address"),
        ("a@example.org,A\0da,,,,,\n", "NUL"),
        ('a@example.org,"Ada,,,,,\n', "quotation mark"),
        ('a@example.org,"A"da,,,,,\n', "quotation mark"),
        ("x" * 70_000 + "\n", "far too long"),
    ],
)
def test_every_rejected_row_says_why(line: str, why: str) -> None:
    assert why in _why(line)


def test_a_broken_row_costs_itself_alone() -> None:
    rows = _read(
        HEAD + 'a@example.org,,,,,,\nb@example.org,"open,,,,,\nc@example.org,,,,,,\n\nno-address\nd@example.org\n'
    )
    assert [(type(row).__name__, row.number) for row in rows] == [
        ("Row", 2), ("Rejected", 3), ("Row", 4), ("Rejected", 6), ("Row", 7),
    ]  # fmt: skip


def test_a_quoted_cell_may_have_lines_and_delimiters() -> None:
    row = _one('a@example.org,"Nowak,\nAda ""Lovely""",,,,,\n')
    assert row.name == 'Nowak, Ada "Lovely"'


def test_one_address_counts_once_whatever_its_case() -> None:
    first, second, third = _read(HEAD + "Ada@Example.org,1,,,,,\nada@EXAMPLE.org,2,,,,,\nADA@example.org,,,,,yes,\n")
    assert isinstance(first, Row)
    assert isinstance(second, Rejected)
    assert isinstance(third, Rejected)
    assert (second.values, second.opted_out) == ({"first": 2}, "")
    assert third.opted_out == "ada@example.org"  # the row is not imported, the wish counts


def test_a_row_that_is_unfit_can_still_say_stop() -> None:
    (row,) = _read(HEAD + "ada@example.org,,king,,,yes,\n")
    assert isinstance(row, Rejected)
    assert row.opted_out == "ada@example.org"


def test_accents_and_international_domains() -> None:
    row = _one("zażółć@gęślą.example.com,Ada,,,,,\n")
    assert row.email == "zażółć@gęślą.example.com"
    assert row.key.endswith("@xn--gl-yja3fxq.example.com") or row.key.split("@")[1].startswith("xn--")


def test_what_our_own_export_protected_is_taken_as_it_was() -> None:
    assert _one("a@example.org,'=1+1,,,,,'+48 600\n").attributes == {"city": "+48 600"}
    assert _one("a@example.org,'t Hooft,,,,,\n").name == "'t Hooft"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (HEAD.encode("utf-16"), "UTF-16"),
        (HEAD.encode("utf-16-le"), "UTF-16"),
        (HEAD.encode("utf-16-be"), "UTF-16"),
        (b"PK\x03\x04rest", ".xlsx"),
        (b"\xd0\xcf\x11\xe0rest", ".xls"),
        (b"%PDF-1.7", ".pdf"),
        (bytes(range(256)) * 8, "not a text file|another encoding"),
        (b"\0\0\0\0\0\0ab", "not a text file|empty|UTF-16"),
        ("email,imię\nŁódź\n".encode() + "Łódź\n".encode("cp1250"), "Line 3"),
        ("email,imie\nŁódź\n".encode("cp1250") + "Łódź\n".encode(), "Line 3"),
        ("email,nazwisko\nx,Wąs\n".encode("iso8859-2"), "Line 2"),
        (b"email,x\n\x81\xff\n", "Line 2"),
        (b"name,city\nAda,Krakow\n", "No column holds email addresses"),
        (b"email,e-mail\na,b\n", "mean the same"),
        (b'"email,name\n', "first row"),
        (b"email," + b"k" * 61 + b"\n", "too long"),
        (b"email," + b",".join(b"k%d" % n for n in range(51)) + b"\n", "More than 50"),
        (b"email" + b",x" * 300, "more than 200 columns"),
    ],
)
def test_files_that_cannot_be_used_say_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        _read(data)


@given(st.binary(max_size=600))
@example(b"email\n\xff")
@example(b'email,"')
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Refused):
        assert all(isinstance(row, Row | Rejected) for row in _read(data))


@given(st.text(max_size=400), st.sampled_from(["utf-8", "utf-8-sig", "cp1250"]))
@example('a@example.org,"', "utf-8")
@example("a@example.org,\0", "utf-8")
@example("'", "cp1250")
def test_rows_of_any_text_are_taken_or_rejected_with_a_reason(text: str, encoding: str) -> None:
    try:
        rows = _read((HEAD + text).encode(encoding, "replace"))
    except Refused:
        return
    for row in rows:
        if isinstance(row, Rejected):
            assert row.reason % dict(row.values) if row.values else row.reason
        else:
            assert row.name.isprintable()
            assert len(row.name) <= 200


@given(st.lists(st.text(alphabet='",;\n\r@a.=', max_size=12), max_size=12))
def test_quotation_marks_never_lose_a_later_row(cells: list[str]) -> None:
    try:
        rows = _read(HEAD + ",".join(cells) + "\n" + "\n" * 101 + "last@example.org,,,,,,\n")
    except Refused:
        pytest.fail("a damaged row is no reason to refuse a file")
    assert any(isinstance(row, Row) and row.email == "last@example.org" for row in rows)


def test_rows_survive_being_kept() -> None:
    rows = _read(HEAD + "ada@example.org,Ada,customer,,pl,yes,Łódź\nbroken\n")
    file = io.StringIO()
    assert list(row_store.written(rows, file)) == rows
    assert list(row_store.read(file.getvalue().splitlines())) == rows


def _peak(rows: int) -> int:
    data = io.BytesIO(HEAD.encode() + b"".join(b"p%d@example.org,Ada Nowak,,,,,Lodz\n" % n for n in range(rows)))
    tracemalloc.start()
    found = sum(isinstance(row, Row) for row in csv_import.read(data).rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == rows
    return peak


def test_a_long_list_needs_no_more_memory_than_a_short_one() -> None:
    _peak(100)  # imports and caches
    assert _peak(30_000) < 1.3 * _peak(3_000)
