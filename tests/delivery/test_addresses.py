"""Addresses: what is let in, what it is compared by, what goes over the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.delivery.addresses import BadAddress, key, on_the_wire, parse


@pytest.mark.parametrize(
    ("text", "email", "folded", "ascii_form"),
    [
        ("  Ada@Velo.Example ", "Ada@velo.example", "ada@velo.example", "Ada@velo.example"),
        ("łucja@żółw.pl", "łucja@żółw.pl", "łucja@xn--w-uga1v8h.pl", None),
        ("ada@Bücher.example", "ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("O'Neill+surveys@x.ie", "O'Neill+surveys@x.ie", "o'neill+surveys@x.ie", "O'Neill+surveys@x.ie"),
    ],
)
def test_good_addresses(text: str, email: str, folded: str, ascii_form: str | None) -> None:
    found = parse(text)
    assert (found.email, found.key, found.ascii) == (email, folded, ascii_form)


def test_two_spellings_of_one_accent_are_one_address() -> None:
    assert key("jose\u0301@x.pl") == key("JOSÉ@X.PL")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("ada", "has no @"),
        ("@x.pl", "nothing stands before"),
        ("ada@", "after the @"),
        ("ada@x", "after the @"),
        ("ada@x..pl", "after the @"),
        ("ada@[127.0.0.1]", "after the @"),
        ("a da@x.pl", "before the @"),
        ("ada@x.pl\r\nBcc: b@x.pl", "@"),
        ("Ada <ada@x.pl>", "@"),
        ("a" * 250 + "@x.pl", "too long"),
    ],
)
def test_bad_addresses_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value).replace(text, "")


@given(st.text(max_size=300))
def test_nothing_but_an_address_or_bad_address_comes_out(text: str) -> None:
    try:
        found = parse(text)
    except BadAddress:
        return
    assert found.email.count("@") == 1
    assert not any(c in found.email for c in "\r\n \t<>")
    assert key(found.email) == found.key == key(found.key)
    assert len(found.email) <= 254


@given(st.text(max_size=50))
def test_a_key_always_exists_and_folding_again_changes_nothing(text: str) -> None:
    assert key(key(text)) == key(text)


def test_on_the_wire() -> None:
    assert on_the_wire("ada@x.pl", smtputf8=False) == "ada@x.pl"
    assert on_the_wire("ada@żółw.pl", smtputf8=False) == "ada@xn--w-uga1v8h.pl"
    assert on_the_wire("łucja@żółw.pl", smtputf8=False) is None
    assert on_the_wire("łucja@żółw.pl", smtputf8=True) == "łucja@żółw.pl"
