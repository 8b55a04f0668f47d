"""The doctor and DNS: what is right, what is wrong, a line that is down; asked of a real name server on loopback."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from feedback_app.delivery.compose import dkim_keys
from feedback_app.operations.doctor import dns, dns_asking, dns_records
from feedback_app.operations.doctor.dns_asking import Asker
from feedback_app.settings import Settings
from tests.operations.name_server import NameServer

KEY = dkim_keys.make_key("rsa")
RECORD = dkim_keys.public_record(KEY, "velo.org", "feedback")
Zone = dict[tuple[str, str], list[str]]


@pytest.fixture
def house(settings: Settings) -> Settings:
    """A house with a relay, a bounce mailbox and a key of its own."""
    return settings.with_(
        mail_url="smtp://mail.relay.org:587",
        mail_from="hello@velo.org",
        bounce_address="bounce@post.velo.org",
        dkim_key=dkim_keys.pem(KEY),
    )


def txt(value: str) -> list[str]:
    return [" ".join(f'"{value[at : at + 255]}"' for at in range(0, len(value), 255))]


def a_zone() -> Zone:
    return {
        ("post.velo.org", "TXT"): txt("v=spf1 include:_spf.relay.org ~all"),
        ("post.velo.org", "MX"): ["20 backup.velo.org.", "10 mx.velo.org."],
        (RECORD.name, "TXT"): txt(RECORD.value),
        ("_dmarc.velo.org", "TXT"): txt("v=DMARC1; p=none; rua=mailto:dmarc@velo.org"),
        ("mail.relay.org", "A"): ["192.0.2.7"],
        ("7.2.0.192.in-addr.arpa", "PTR"): ["mail.relay.org."],
    }


def found(settings: Settings, zone: Zone) -> dict[str, tuple[str, str]]:
    with NameServer(zone) as server:
        return {one.name: (one.state, one.words) for one in dns.examine(settings, Asker(server.resolver))}


def test_a_house_in_order(house: Settings) -> None:
    said = found(house, a_zone())
    assert {name: state for name, (state, _) in said.items()} == dict.fromkeys(
        ("spf", "dkim rsa", "dmarc", "alignment", "bounces", "reverse dns"), "ok"
    )
    assert "mx.velo.org" in said["bounces"][1]
    assert "p=none" in said["dmarc"][1]


def test_nothing_is_set_and_each_line_says_what_to_do(house: Settings) -> None:
    said = found(house, {})
    assert {state for _, (state, _) in said.items()} == {"fail", "ok"}  # alignment is by name alone
    for name in ("spf", "dkim rsa", "dmarc", "bounces"):
        assert said[name][0] == "fail"
        assert "feedback-app mail dns" in said[name][1]


@pytest.mark.parametrize(
    ("value", "state", "word"),
    [
        ("v=spf1 +all", "fail", "everybody"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "ok", "ip4"),
        ("v=spf1 -all", "fail", "names no sender"),
        ("v=spf1 " + "include:a.example " * 11 + "-all", "fail", "10 are allowed"),
        ("v=spf10 a -all", "fail", "no SPF record"),
    ],
)
def test_spf(house: Settings, value: str, state: str, word: str) -> None:
    said = found(house, {**a_zone(), ("post.velo.org", "TXT"): txt(value)})["spf"]
    assert said[0] == state
    assert word in said[1]


def test_two_spf_records_are_none(house: Settings) -> None:
    both = [*txt("v=spf1 a -all"), *txt("v=spf1 mx -all")]
    assert "join them" in found(house, {**a_zone(), ("post.velo.org", "TXT"): both})["spf"][1]


def test_another_key_than_ours_and_a_key_under_test(house: Settings) -> None:
    other = dkim_keys.public_record(dkim_keys.make_key("rsa"), "velo.org", "feedback")
    said = found(house, {**a_zone(), (RECORD.name, "TXT"): txt(other.value)})["dkim rsa"]
    assert said[0] == "fail"
    assert "another key" in said[1]
    testing = found(house, {**a_zone(), (RECORD.name, "TXT"): txt(RECORD.value.replace("k=rsa", "k=rsa; t=y"))})
    assert testing["dkim rsa"][0] == "warn"


def test_dmarc_of_the_organisation_counts_for_a_domain_below(house: Settings) -> None:
    below = house.with_(mail_from="hello@news.velo.org", dkim_key="")
    said = found(below, {**a_zone(), ("_dmarc.velo.org", "TXT"): txt("v=DMARC1; p=reject; rua=mailto:a@velo.org")})
    assert said["dmarc"] == ("ok", "_dmarc.velo.org says p=reject")
    assert said["dkim"][0] == "warn"
    silent = found(house, {**a_zone(), ("_dmarc.velo.org", "TXT"): txt("v=DMARC1; p=none")})["dmarc"]
    assert silent[0] == "warn"
    assert "rua=" in silent[1]


def test_letters_of_two_domains_do_not_speak_for_each_other(house: Settings) -> None:
    apart = house.with_(bounce_address="bounce@other.org", dkim_domain="third.org")
    assert found(apart, a_zone())["alignment"][0] == "fail"
    assert found(house.with_(dkim_key=""), a_zone())["alignment"][0] == "warn"


def test_an_address_without_a_name(house: Settings) -> None:
    zone = a_zone()
    zone["7.2.0.192.in-addr.arpa", "PTR"] = ["elsewhere.org."]
    said = found(house, zone)["reverse dns"]
    assert said[0] == "warn"
    assert "PTR" in said[1]


def test_nobody_answers(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_asking, "PATIENCE", 0.3)
    started = time.monotonic()
    with NameServer({}, answers=False) as server:
        asker = Asker(server.resolver)
        said = {one.name: one for one in dns.examine(house, asker)}
        asked = len(server.asked)
    assert {said[name].state for name in ("spf", "dkim rsa", "dmarc", "bounces", "reverse dns")} == {"warn"}
    assert "could not ask" in said["spf"].words
    assert asker.silences == 2
    assert asked > 0
    assert time.monotonic() - started < 30


def test_names_that_dns_cannot_know_are_not_asked_for(settings: Settings) -> None:
    with NameServer({}) as server:
        said = dns.examine(settings.with_(mail_from="a@velo.example"), Asker(server.resolver))
        assert server.asked == []
    assert [one.state for one in said] == ["warn"]


def test_what_we_print_is_what_we_check(house: Settings) -> None:
    """A zone made of `mail dns` alone, with the relay's address beside it, leaves nothing to complain about."""
    zone: Zone = {key: value for key, value in a_zone().items() if key[1] in ("A", "PTR")}
    for one in dns_records.wanted(house.with_(bounce_mailbox="imaps://u:p@mx.velo.org/INBOX")):
        zone[one.name, one.kind] = txt(one.value) if one.kind == "TXT" else [one.value]
    assert {name: state for name, (state, _) in found(house, zone).items() if state != "ok"} == {}


def test_long_records_are_cut_as_zone_files_want_them(house: Settings) -> None:
    records = {one.purpose: one for one in dns_records.wanted(house)}
    line = records["dkim"].line
    pieces = line.split('"')[1::2]
    assert line.startswith("feedback._domainkey.velo.org. IN TXT ( ")
    assert max(map(len, pieces)) <= 255
    assert "".join(pieces) == RECORD.value
    assert records["mx"].line == "post.velo.org. IN MX 10 mail.post.velo.org."
    assert records["dmarc"].value.startswith("v=DMARC1; p=none;")
    assert replace(records["spf"], value="x").line == 'post.velo.org. IN TXT "x"'
    bare = dns_records.zone(dns_records.wanted(house.with_(dkim_key="", bounce_address="")))
    assert "the relay must sign" in bare
    assert " IN MX " not in bare
